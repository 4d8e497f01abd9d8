//! The simulated upstream on a later day.

use gleaner::mock::World;
use gleaner::mock::oracle::{self, Plan};

use super::shell::Shell;

#[test]
fn the_oracle_speaks_of_the_day_that_is_named() {
    let shell = Shell::start();
    let (first, later) = (World::at(4, 200, 0), World::at(4, 200, 30));
    let seeds = later.seeds(12);
    let named = shell
        .run("mock --seeds --size 200 --seed 4 --day 30 --json")
        .exits(0)
        .json();
    assert_eq!(named, serde_json::json!(seeds));
    let id = first.seeds(1);
    let plan = Plan::of(id.clone(), &["followers"]);
    let words = format!(
        "mock --oracle --seed 4 --size 200 --day 30 --collect followers {}",
        id[0]
    );
    let said = shell.run(&words).exits(0);
    assert_eq!(said.out, oracle::expect(&later, &plan).rows);
    assert_ne!(said.out, oracle::expect(&first, &plan).rows);
}
