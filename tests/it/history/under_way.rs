//! Lists that are read over several days: nobody followed before a page showed him.

use std::sync::Arc;
use std::time::Duration;

use gleaner::engine::Stop;
use gleaner::kind::Kind;

use crate::harness::{Run, harvest};
use crate::shifted::ShiftedClock;
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_of_the_second_day_did_not_follow_on_the_first() {
    const DAY: Duration = Duration::from_hours(24);
    let stage = Stage::start().await;
    stage.person(1, &[10, 11, 12, 13, 14]);
    let mut run = Run::on(&stage).await;
    let clock = Arc::new(ShiftedClock::default());
    run.clock = Arc::clone(&clock) as Arc<_>;
    let followers = harvest(&["1"], &[Kind::Followers]);
    // The profile and a page, a page, the rest.
    run.config.budget.per_day = Some(2);
    assert_eq!(run.go(&followers).await, Stop::Budget);
    clock.advance(DAY);
    let noon = run.clock.now();
    clock.advance(DAY);
    stage.change(1, |person| person.followers = vec![10, 11, 15, 12, 13, 14]);
    run.config.budget.per_day = Some(1);
    assert_eq!(run.go(&followers).await, Stop::Budget);
    let by = |at: i64| format!("select follower_id from follow_spells where since_by <= {at} order by 1");
    assert_eq!(
        run.lines(&by(noon)).await,
        [""; 0],
        "it may have been shown on the second day"
    );
    assert_eq!(run.lines(&by(run.clock.now())).await, ["10", "11", "12", "15"]);
    clock.advance(DAY);
    run.config.budget.per_day = None;
    assert_eq!(run.go(&followers).await, Stop::Finished);
    assert_eq!(run.lines(&by(noon)).await, [""; 0]);
    assert_eq!(run.lines(&by(run.clock.now())).await.len(), 6);
}
