//! What is known, or needs no answer, is not bought.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::harvest;
use crate::stage::{BY_NAME, FOLLOWERS, PROFILE, Reply};

fn named(name: &str, harvest: Harvest) -> Harvest {
    Harvest {
        name: name.into(),
        ..harvest
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_complete_without_a_page() {
    let (stage, run) = followed_by(&[]).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
    assert_eq!(stage.count(FOLLOWERS), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_a_private_account_are_not_asked_for_whatever_showed_that_it_is() {
    let (stage, run) = followed_by(&[2]).await;
    stage.person(2, &[10]);
    stage.change(2, |person| person.private = true);
    let wanted = Harvest {
        depth: 2,
        expand: vec![gleaner::way::Way::Followers],
        ..followers()
    };
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert!(stage.asked().iter().all(|asked| asked.target != "2"));
    assert!(
        run.verdicts()
            .await
            .contains(&("followers".into(), "2".into(), "private".into()))
    );
    assert_eq!(
        run.go(&named("other", harvest(&["2"], &[Kind::Followers]))).await,
        Stop::Finished
    );
    assert_eq!(stage.count(FOLLOWERS), 1, "a profile that says so is enough, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_refused_is_private() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::status(403)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "private");
    assert_eq!(stage.count(FOLLOWERS), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_name_is_that_users_profile() {
    let (stage, run) = followed_by(&[10]).await;
    let wanted = harvest(&["@person.1"], &[Kind::Profile, Kind::Followers]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(
        (stage.count(BY_NAME), stage.count(PROFILE), stage.count(FOLLOWERS)),
        (1, 0, 1)
    );
    assert_eq!(run.verdict(Kind::Profile).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_a_seed_by_id_and_by_name_has_its_lists_bought_once() {
    for seeds in [["1", "@person.1"], ["@person.1", "1"]] {
        let (stage, run) = followed_by(&[10]).await;
        assert_eq!(run.go(&harvest(&seeds, &[Kind::Followers])).await, Stop::Finished);
        assert_eq!(stage.count(FOLLOWERS), 1);
        assert_eq!(run.verdict(Kind::Followers).await, "complete");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_harvests_that_want_the_same_list_buy_it_once_and_both_finish() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    run.put(&named("one", followers()), false).await;
    run.put(&named("two", followers()), false).await;
    let finished = run.until("select count(*) = 2 from harvests where finished_at is not null");
    assert_eq!(run.run_while(Mode::Daemon, finished).await, Stop::Asked);
    assert_eq!((stage.count(PROFILE), stage.count(FOLLOWERS)), (1, 2));
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_payer_is_out_of_budget_goes_on_for_the_next_who_wants_it() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    let poor = Harvest {
        max_units: Some(2),
        ..named("poor", followers())
    };
    assert_eq!(run.go(&poor).await, Stop::Budget);
    assert_eq!(run.go(&named("rich", followers())).await, Stop::Finished);
    assert_eq!((stage.count(PROFILE), stage.count(FOLLOWERS)), (1, 2));
    assert_eq!(run.go(&poor).await, Stop::Finished);
    let spent = run
        .lines("select scope, settled from spend where scope like 'harvest:%' order by 1")
        .await;
    assert_eq!(spent, ["harvest:1 2", "harvest:2 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_too_lets_the_next_harvest_pay() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    let poor = Harvest {
        max_units: Some(2),
        ..named("poor", followers())
    };
    run.put(&poor, false).await;
    run.put(&named("rich", followers()), false).await;
    let finished = run.until("select count(*) = 2 from harvests where finished_at is not null");
    assert_eq!(run.run_while(Mode::Daemon, finished).await, Stop::Asked);
    assert_eq!(stage.count(FOLLOWERS), 2);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_harvest_again_buys_nothing() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let bought = stage.asked();
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(
        run.go(&named("other", followers())).await,
        Stop::Finished,
        "nor does another"
    );
    assert_eq!(stage.asked(), bought);
}
