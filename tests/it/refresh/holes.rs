//! Whatever interrupts the walks over a list that changes meanwhile: a list that counts as complete has no hole.

use gleaner::kind::Kind;

use super::{DAY, Days, daily};
use crate::stage::{MEDIAS, Reply};

/// One story: posts come and go, walks are interrupted in every way, and each list that is complete holds all posts.
async fn story(seed: u64) -> usize {
    let mut draw = fastrand::Rng::with_seed(seed);
    let days = Days::start().await;
    let mut next = 100;
    let mut posts: Vec<i64> = Vec::new();
    let mut complete = 0;
    let mut harvest = daily(&["1"], &[Kind::Medias]);
    for round in 0..8 {
        for _ in 0..draw.usize(0..9) + usize::from(round == 0) * 12 {
            next += 1;
            posts.insert(0, next);
        }
        for _ in 0..draw.usize(0..3) {
            posts.remove(draw.usize(0..posts.len()));
        }
        days.poster(1, &posts, draw.usize(1..5));
        days.stage.change(1, |person| {
            person.pinned = posts.iter().rev().take(draw.usize(0..3)).copied().collect();
        });
        days.stage.behave(MEDIAS);
        let disturbed = draw.usize(0..6);
        if disturbed < 4 {
            // A first page that is refused would be for a person to look at.
            let pages = draw.usize(usize::from(disturbed == 1 || disturbed == 2)..6);
            days.stage.let_pass(MEDIAS, pages);
            days.stage.next(
                MEDIAS,
                match disturbed {
                    0 => Reply::status(404).times(2),
                    1 => Reply::status(400).times(2),
                    2 => Reply::status(400).times(1),
                    _ => Reply::hung_up().times(2),
                },
            );
        }
        harvest.limits.lists.clear();
        if disturbed == 4 {
            let pages = draw.u64(1..4);
            harvest
                .limits
                .lists
                .insert(Kind::Medias, gleaner::config::Limit::Pages(pages));
        }
        days.after(DAY, &harvest).await;
        if days
            .run
            .lines("select verdict from lists where kind = 'medias' and open_sweep is null")
            .await
            == ["complete"]
        {
            complete += 1;
            let known = days.posts_known(1).await;
            let missing: Vec<_> = posts.iter().filter(|post| !known.contains(post)).collect();
            assert!(
                missing.is_empty(),
                "seed {seed}, round {round}: {missing:?} are missing"
            );
        }
    }
    complete
}

#[tokio::test(flavor = "multi_thread")]
async fn no_interruption_leaves_a_hole() {
    let mut complete = 0;
    for seed in 0..24 {
        complete += story(seed).await;
    }
    assert!(complete > 60, "{complete} of 192 walks were complete");
}
