//! Files of before there was a history: what their migration goes through.

use gleaner::kind::Kind;
use sqlx::Row as _;

use crate::harness::{Run, harvest};
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_places_of_the_ends_are_found_by_index() {
    let migration = include_str!("../../../migrations/sqlite/0008_archive.sql");
    let stage = Stage::start().await;
    stage.person(1, &[]);
    let run = Run::on(&stage).await;
    run.go(&harvest(&["1"], &[Kind::Profile])).await;
    let database = run.database().await;
    let mut writer = database.writer().await.unwrap();
    let mut plans = Vec::new();
    for statement in migration
        .split_inclusive(';')
        .filter(|part| part.contains("update sweeps"))
    {
        let sql = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
        let steps = sqlx::query(sql).fetch_all(&mut writer).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
        plans.push(steps);
    }
    let [own, together] = &plans[..] else {
        panic!("{plans:?}")
    };
    assert!(own.iter().any(|step| step.contains("pages_by_time")), "{own:?}");
    assert!(!own.iter().any(|step| step.starts_with("SCAN p")), "{own:?}");
    // From the few pages that answered for several posts, not from every list of tags.
    let place = |name: &str| {
        together
            .iter()
            .position(|step| step.split(' ').nth(1) == Some(name))
    };
    assert!(place("p").is_some() && place("p") < place("l"), "{together:?}");
}
