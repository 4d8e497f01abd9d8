//! Whose turn it is.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn harvests_share_the_rate_by_their_weights() {
    let stage = Stage::start().await;
    (1..=200).for_each(|id| stage.person(id, &[]));
    let mut run = Run::on(&stage).await;
    run.config.upstream.workers = 1;
    run.config.budget.total = Some(40);
    for (name, weight, from) in [("light", 1.0, 1), ("heavy", 3.0, 101)] {
        let seeds: Vec<String> = (from..from + 100).map(|id| id.to_string()).collect();
        let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
        let wanted = Harvest {
            name: name.into(),
            weight,
            ..harvest(&seeds, &[Kind::Profile])
        };
        run.put(&wanted, false).await;
    }
    let spent = run.until("select count(*) from spend where scope = 'all' and settled = 40");
    assert_eq!(run.run_while(Mode::Daemon, spent).await, Stop::Asked);
    let shares = run
        .lines("select settled from spend where scope like 'harvest:%' order by scope")
        .await;
    assert_eq!(shares, ["10", "30"]);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nearer_to_the_seeds_comes_first() {
    let (stage, mut run) = followed_by(&[2, 3, 4]).await;
    run.config.upstream.workers = 1;
    stage.person(2, &[10]);
    let wanted = Harvest {
        depth: 2,
        expand: vec![gleaner::way::Way::Followers],
        ..followers()
    };
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    let targets: Vec<String> = stage.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(targets[..4], ["1", "1", "1", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_list_never_has_two_requests_in_flight() {
    let (stage, run) = followed_by(&(10..30).collect::<Vec<_>>()).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let asked = stage.asked();
    let cursors: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path == FOLLOWERS)
        .map(|asked| asked.cursor.clone())
        .collect();
    let expected = (0..10).map(|page| (page > 0).then(|| format!("c{}", 2 * page)));
    assert_eq!(cursors, expected.collect::<Vec<_>>());
}
