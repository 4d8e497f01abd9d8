//! Who followed whom when: every spell with the bounds that complete sweeps give it, and no departure that is none.

use gleaner::config::{Harvest, Limit};
use gleaner::kind::Kind;

use crate::archive::assert_same;
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, Reply, Stage, users_page};

fn followers() -> Harvest {
    harvest(&["1"], &[Kind::Followers])
}

/// Who follows person 1 in a new round.
async fn shows(stage: &Stage, run: &Run, followers_now: &[i64]) {
    stage.change(1, |person| person.followers = followers_now.to_vec());
    run.round(&followers()).await;
}

async fn followed_by(shown: &[i64]) -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, shown);
    let run = Run::on(&stage).await;
    run.go(&followers()).await;
    (stage, run)
}

/// The spells of person 1's followers: who, and in which of its sweeps, by their order, they are bounded: after, first
/// shown, last shown, missed, closed.
async fn spells(run: &Run) -> Vec<String> {
    run.lines(
        "with numbered as (
            select s.id, s.started_at, row_number() over (order by s.id) as n
            from sweeps as s join lists as l on l.id = s.list_id
            where l.kind = 'followers' and l.target = '1'
        )
        select
            e.follower_id,
            coalesce((select max(n) from numbered where started_at = e.since_after), '-'),
            a.n, b.n, coalesce(c.n, '-'), coalesce(d.n, '-'), e.until_known
        from follow_spells as e
        join numbered as a on a.id = e.since_sweep
        join numbered as b on b.id = e.last_sweep
        left join numbered as c on c.id = e.missed_sweep
        left join numbered as d on d.id = e.gone_sweep
        where e.followee_id = 1
        order by e.follower_id, a.n",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_spell_is_bounded_by_the_sweeps_that_showed_and_missed_it() {
    let (stage, run) = followed_by(&[10, 12]).await;
    for shown in [
        [10, 11].as_slice(),
        &[10, 11],
        &[10, 11, 12],
        &[10],
        &[10],
        &[10, 12],
        &[10, 11],
    ] {
        shows(&stage, &run, shown).await;
    }
    assert_eq!(
        spells(&run).await,
        [
            // Nobody knows since when; it stands on the last.
            "10 - 1 8 - - open",
            "11 1 2 4 5 6 gone",
            "11 7 8 8 - - open",
            "12 - 1 1 2 3 gone",
            "12 3 4 4 5 6 gone",
            "12 6 7 7 - - missed",
        ]
    );
    let events = run
        .lines("select follower_id, event from follow_events where follower_id > 10 order by follower_id, sweep_id")
        .await;
    assert_eq!(
        events,
        [
            "11 appeared",
            "11 departed",
            "11 returned",
            "12 appeared",
            "12 departed",
            "12 returned",
            "12 departed",
            "12 returned"
        ]
    );
    let times = run
        .lines(
            "select f.follower_id, f.first_seen_at = a.started_at, f.last_seen_at = b.ended_at, f.gone_at is null
            from follows as f
            join follow_edges as e on e.follower_id = f.follower_id and e.followee_id = f.followee_id
            join sweeps as a on a.id = e.first_sweep
            join sweeps as b on b.id = e.followers_sweep
            order by 1",
        )
        .await;
    assert_eq!(times, ["10 1 1 1", "11 1 1 1", "12 1 1 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_directions_say_when_it_began_and_either_shows_that_it_lasts() {
    let stage = Stage::start().await;
    stage.person(1, &[10]);
    stage.person(12, &[]);
    let run = Run::on(&stage).await;
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["12"], &[Kind::Following])
    };
    run.go(&followers()).await;
    run.go(&other).await;
    stage.change(12, |person| person.following = vec![1]);
    run.round(&other).await;
    let known =
        "select follower_id, since_known, until_known from follow_spells where followee_id = 1 order by 1";
    // The list of followers did not show it before.
    assert_eq!(run.lines(known).await, ["10 seen open", "12 appeared open"]);
    // The list of followers is kept from showing it, yet it is there: a counter says so.
    for _ in 0..3 {
        run.round(&followers()).await;
        run.round(&other).await;
    }
    assert_eq!(run.lines(known).await[1], "12 appeared open");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_cut_loop_or_fail_say_of_nobody_that_he_left() {
    let all: Vec<i64> = (10..20).collect();
    let (stage, run) = followed_by(&all).await;
    let open = "select count(*) from follows where followee_id = 1 and gone_at is null";
    // Few enough are missing for `complete`, but the counter says that they are there.
    for _ in 0..3 {
        stage.change(1, |person| person.follower_count = Some(10));
        shows(&stage, &run, &all[..6]).await;
        assert_eq!(
            run.lines("select verdict from lists where kind = 'followers'")
                .await,
            ["complete"]
        );
    }
    assert_eq!(run.number(open).await, 10, "cut near the end");
    stage.change(1, |person| person.follower_count = Some(100));
    for _ in 0..3 {
        shows(&stage, &run, &all[..2]).await;
    }
    assert_eq!(run.number(open).await, 10, "cut early");
    stage.change(1, |person| person.follower_count = None);
    for _ in 0..3 {
        stage.next(
            FOLLOWERS,
            [
                users_page(&all[..2], Some("a")),
                users_page(&all[2..4], Some("a")),
            ],
        );
        shows(&stage, &run, &all).await;
        assert_eq!(
            run.lines("select verdict from lists where kind = 'followers'")
                .await,
            ["looped"]
        );
    }
    assert_eq!(run.number(open).await, 10, "looped");
    for _ in 0..3 {
        stage.next(FOLLOWERS, [users_page(&all[..2], Some("a"))]);
        stage.next(FOLLOWERS, Reply::status(404).times(2));
        shows(&stage, &run, &all).await;
        assert_eq!(
            run.lines("select verdict from lists where kind = 'followers'")
                .await,
            ["failed"]
        );
    }
    assert_eq!(run.number(open).await, 10, "failed half-way");
    let capped = Harvest {
        limits: gleaner::config::Limits {
            lists: [(Kind::Followers, Limit::Pages(1))].into(),
            ..gleaner::config::Limits::default()
        },
        ..followers()
    };
    for _ in 0..3 {
        run.round(&capped).await;
    }
    assert_eq!(run.number(open).await, 10, "capped");
    assert_eq!(
        run.number("select count(*) from follow_events where event <> 'appeared'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_has_always_kept_back_does_not_keep_departures_back() {
    let all: Vec<i64> = (10..20).collect();
    let stage = Stage::start().await;
    stage.person(1, &all);
    // Two are counted and never shown.
    stage.change(1, |person| person.follower_count = Some(12));
    let run = Run::on(&stage).await;
    run.go(&followers()).await;
    stage.change(1, |person| person.follower_count = Some(11));
    for _ in 0..2 {
        shows(&stage, &run, &all[1..]).await;
    }
    let left = run
        .lines("select follower_id from follows where gone_at is not null")
        .await;
    assert_eq!(left, ["10"]);
    assert_eq!(run.number("select sum(short_by) from closing_sweeps").await, 6);
}

/// Who has left person 1.
async fn left(run: &Run) -> Vec<String> {
    run.lines("select follower_id from follows where followee_id = 1 and gone_at is not null")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_when_a_list_began_to_keep_more_back_is_missed_once_it_stays_that_short() {
    let all: Vec<i64> = (10..20).collect();
    let (stage, run) = followed_by(&all).await;
    let counts = |count| stage.change(1, |person| person.follower_count = Some(count));
    // Two are counted and never shown, then three.
    for (count, shown) in [(12, &all[..]), (12, &all[1..])] {
        counts(count);
        shows(&stage, &run, shown).await;
    }
    for _ in 0..2 {
        shows(&stage, &run, &all[1..]).await;
    }
    assert_eq!(left(&run).await, [""; 0], "it may be the third");
    shows(&stage, &run, &all[1..]).await;
    assert_eq!(left(&run).await, ["10"]);
    // Who leaves after that is missed as ever.
    counts(11);
    for _ in 0..2 {
        shows(&stage, &run, &all[2..]).await;
    }
    assert_eq!(left(&run).await, ["10", "11"]);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_closing_sweep_came_before_a_list_that_stays_as_short_misses_too() {
    let all: Vec<i64> = (10..20).collect();
    let stage = Stage::start().await;
    stage.person(1, &all);
    stage.person(30, &[]);
    stage.change(30, |person| person.following = vec![1]);
    stage.change(1, |person| person.follower_count = Some(12));
    stage.next(FOLLOWERS, [users_page(&all[..2], Some("a"))]);
    stage.next(FOLLOWERS, Reply::status(404).times(2));
    let run = Run::on(&stage).await;
    run.go(&followers()).await;
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["30"], &[Kind::Following])
    };
    run.go(&other).await;
    stage.behave(FOLLOWERS);
    for _ in 0..3 {
        shows(&stage, &run, &all[1..]).await;
    }
    assert_eq!(left(&run).await, [""; 0]);
    shows(&stage, &run, &all[1..]).await;
    // 30 may be one of those that this list has always kept back.
    assert_eq!(left(&run).await, ["10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_cut_now_here_now_there_takes_nobody_away() {
    let all: Vec<i64> = (10..20).collect();
    let (stage, run) = followed_by(&all).await;
    stage.change(1, |person| person.follower_count = Some(10));
    for shown in [6, 5, 7, 5, 6, 8, 7] {
        shows(&stage, &run, &all[..shown]).await;
    }
    assert_eq!(run.number("select count(*) from closing_sweeps").await, 8);
    assert_eq!(left(&run).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_new_whom_an_earlier_sweep_may_have_kept_back() {
    let all: Vec<i64> = (10..20).collect();
    let stage = Stage::start().await;
    stage.person(1, &all[..6]);
    stage.change(1, |person| person.follower_count = Some(10));
    let run = Run::on(&stage).await;
    run.go(&followers()).await;
    stage.change(1, |person| person.follower_count = None);
    shows(&stage, &run, &all).await;
    let mut more = all.clone();
    more.push(20);
    shows(&stage, &run, &more).await;
    let new = run
        .lines("select follower_id from follow_spells where followee_id = 1 and since_known = 'appeared'")
        .await;
    assert_eq!(new, ["20"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_the_other_side_that_went_on_meanwhile_may_have_shown_it_later() {
    let (stage, run) = followed_by(&[10, 12]).await;
    stage.person(12, &[]);
    stage.change(12, |person| person.following = vec![1]);
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["12"], &[Kind::Following])
    };
    run.go(&other).await;
    let moved = async |by: i64| {
        run.beside(async |db| {
            let sql = "update sweeps set ended_at = ended_at + $1
                where list_id in (select id from lists where kind = 'following')";
            sqlx::query(sql).bind(by).execute(&mut *db).await?;
            Ok(())
        })
        .await;
    };
    let gone = "select follower_id from follows where gone_at is not null";
    moved(3_600_000).await;
    for _ in 0..2 {
        shows(&stage, &run, &[10]).await;
    }
    assert_eq!(run.lines(gone).await, [""; 0]);
    moved(-3_600_000).await;
    shows(&stage, &run, &[10]).await;
    assert_eq!(run.lines(gone).await, ["12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_and_upstream_do_no_bound_of_a_spell_is_wrong() {
    for seed in 0..3 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut drawn = || -> Vec<i64> { (10..18).filter(|_| random.u8(..3) > 0).collect() };
        let mut truth = vec![drawn()];
        let (stage, run) = followed_by(&truth[0]).await;
        for round in 1..16 {
            // Most stay as they were.
            let now = if round % 3 == 0 {
                drawn()
            } else {
                truth[round - 1].clone()
            };
            let half = &now[..now.len() / 2];
            match round % 8 {
                2 => stage.next(FOLLOWERS, [users_page(half, None)]),
                4 => {
                    stage.next(FOLLOWERS, [users_page(half, Some("a"))]);
                    stage.next(FOLLOWERS, Reply::status(404).times(2));
                }
                6 => stage.next(
                    FOLLOWERS,
                    [users_page(half, Some("a")), users_page(half, Some("a"))],
                ),
                _ => {}
            }
            shows(&stage, &run, &now).await;
            stage.behave(FOLLOWERS);
            truth.push(now);
        }
        let spells = spells(&run).await;
        assert!(spells.iter().any(|spell| spell.ends_with("gone")), "{spells:?}");
        for spell in spells {
            let words: Vec<&str> = spell.split(' ').collect();
            let who: i64 = words[0].parse().unwrap();
            let round = |at: usize| words[at].parse::<usize>().ok().map(|sweep| sweep - 1);
            let follows = |round: usize| truth[round].contains(&who);
            let context = format!("seed {seed}: {spell} in {truth:?}");
            let (first, last) = (round(2).unwrap(), round(3).unwrap());
            assert!(follows(first) && follows(last), "{context}");
            if let Some(before) = round(1) {
                assert!((before..first).any(|round| !follows(round)), "{context}");
            }
            if let Some(missed) = round(4) {
                assert!((last + 1..=missed).any(|round| !follows(round)), "{context}");
            }
        }
    }
}
