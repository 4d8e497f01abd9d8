//! What a plan buys itself, also after new rounds and beside another gleaner.

use serde_json::Value;

use super::shell::Shell;

/// Names of ordinary people, as seeds.
fn names(shell: &Shell, count: usize) -> String {
    let seeds = shell.world.seeds(60);
    let named = seeds[12..].iter().filter(|seed| seed.starts_with('@'));
    named.take(count).cloned().collect::<Vec<_>>().join(" ")
}

/// What a plan says that it bought, and what it left: profiles, units, left.
fn bought(said: &Value) -> [i64; 3] {
    let bought = &said["plans"][0]["bought"];
    ["profiles", "units", "left"].map(|key| bought[key].as_i64().unwrap())
}

#[test]
fn a_plan_buys_no_profile_that_a_new_round_has_read() {
    let shell = Shell::start();
    let seeds = names(&shell, 3);
    shell.run(&format!("harvest {seeds} --collect profile")).exits(0);
    shell
        .run(&format!("harvest {seeds} --collect profile --refresh"))
        .exits(0);
    let meter = shell.upstream.meter();
    for _ in 0..3 {
        let said = shell.run(&format!("plan {seeds} --json")).exits(0).json();
        assert_eq!(bought(&said), [0, 0, 0]);
        assert_eq!(
            said["plans"][0]["total"]["units"]["high"], 0,
            "all of it is there"
        );
    }
    assert_eq!(shell.upstream.meter(), meter);
}

#[test]
fn the_first_plan_of_a_harvest_buys_what_is_too_old_and_the_next_one_nothing() {
    let shell = Shell::start();
    let seeds = names(&shell, 3);
    shell.run(&format!("harvest {seeds} --collect profile")).exits(0);
    shell
        .run(&format!("harvest {} --collect profile --refresh", shell.seeds(1)))
        .exits(0);
    // A new round began without these three, so that what is known of them is older than it.
    let held = seeds.split(' ').next().unwrap();
    shell.run(&format!("seeds remove {seeds}")).exits(0);
    shell
        .run(&format!("harvest {} --refresh", shell.seeds(1)))
        .exits(0);
    shell.run(&format!("seeds add {seeds}")).exits(0);
    let meter = shell.upstream.meter();
    let plan = |expected| {
        let said = shell.run(&format!("plan {held} --json")).exits(0).json();
        assert_eq!(bought(&said), expected);
    };
    plan([3, 3, 0]);
    plan([0, 0, 0]);
    assert_eq!(shell.upstream.meter(), meter + 3);
    // Nor does the harvest buy them again.
    shell.run(&format!("harvest {seeds}")).exits(0);
    assert_eq!(shell.upstream.meter(), meter + 3);
}

#[test]
fn a_limit_of_this_run_holds_for_a_plan_too_alone_and_beside_a_daemon() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(40)[12..].to_vec();
    let plan = |from: usize| {
        let words = seeds[from..from + 9].join(" ");
        let said = shell
            .run(&format!("plan {words} --max-units-this-run 2 --json"))
            .exits(0)
            .json();
        assert_eq!(bought(&said), [2, 2, 7]);
    };
    plan(0);
    let daemon = shell.start_command("run --max-units 5000");
    shell.status_when(|status| status["working"] == true);
    plan(10);
    assert_eq!(shell.upstream.meter(), 4);
    daemon.stop().exits(0);
    // All plans of a command are one run.
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = |name: &str, from: usize| {
        format!(
            "[[harvest]]\nname = \"{name}\"\nseeds = {:?}\n",
            &seeds[from..from + 2]
        )
    };
    let (one, two) = (harvest("one", 20), harvest("two", 24));
    shell.write("gleaner.toml", &format!("{config}{one}{two}"));
    shell.run("plan --max-units-this-run 3").exits(0);
    assert_eq!(shell.upstream.meter(), 7);
}
