//! The newest answer wins, column by column, and what it replaced is history.

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::harvest;

#[tokio::test(flavor = "multi_thread")]
async fn a_short_form_erases_nothing_and_a_full_one_clears() {
    let (stage, run) = followed_by(&[2]).await;
    stage.person(2, &[]);
    stage.change(2, |person| person.biography = "hello".into());
    let profile = Harvest {
        name: "profile".into(),
        ..harvest(&["2"], &[Kind::Profile])
    };
    let biography = "select biography, full_name from users where id = 2";
    assert_eq!(run.go(&profile).await, Stop::Finished);
    assert_eq!(
        run.go(&followers()).await,
        Stop::Finished,
        "a list shows the short form"
    );
    assert_eq!(run.lines(biography).await, ["hello Person 2"]);
    stage.change(2, |person| person.biography = String::new());
    assert_eq!(run.refresh(&profile).await, Stop::Finished);
    assert_eq!(run.lines(biography).await, ["null Person 2"]);
    let history = run.lines("select changed from user_history where id = 2").await;
    assert_eq!(history, ["{\"biography\":\"hello\"}"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_hands_belongs_to_whom_it_was_shown_with_last() {
    let (stage, run) = followed_by(&[]).await;
    stage.person(2, &[]);
    let wanted = harvest(&["@person.1", "2"], &[Kind::Profile]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    stage.change(1, |person| person.name = "somebody.else".into());
    stage.change(2, |person| person.name = "person.1".into());
    assert_eq!(run.refresh(&wanted).await, Stop::Finished);
    assert_eq!(
        run.lines("select id, username from users order by id").await,
        ["1 somebody.else", "2 person.1"]
    );
    let history = run
        .lines("select id, changed from user_history order by id")
        .await;
    assert_eq!(
        history,
        ["1 {\"username\":\"person.1\"}", "2 {\"username\":\"person.2\"}"]
    );
    assert_eq!(
        run.lines("select user_id from seeds order by position").await,
        ["1", "2"],
        "a seed stays who it was"
    );
}
