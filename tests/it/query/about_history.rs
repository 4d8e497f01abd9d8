//! Questions about an earlier moment: sweeps 31 to 34 of fay's followers, whom ann, ben, cat, dan and eve follow or have
//! followed.

use super::people::People;

/// Ann stays, ben leaves, cat comes, dan comes and is missed by the last sweep, eve leaves and comes back.
const HISTORY: &str = "
    insert into lists (id, kind, target, generation, last_sweep, verdict, ended_at) values
        (31, 'followers', '6', 4, 34, 'complete', 41000);
    insert into sweeps (
        id, list_id, harvest_id, generation, started_at, ended_at, verdict, counter_after, distinct_items, covered,
        closes, short_by
    ) values
        (31, 31, 1, 1, 10000, 11000, 'complete', 3, 3, 3, 1, 0), (32, 31, 1, 2, 20000, 21000, 'complete', 3, 3, 3, 1, 0),
        (33, 31, 1, 3, 30000, 31000, 'complete', 3, 3, 3, 1, 0), (34, 31, 1, 4, 40000, 41000, 'complete', 3, 3, 3, 1, 0);
    update sweeps set short_at_most = short_by, counted_at = started_at, timely = 1 where closes = 1;
    insert into follow_edges (
        follower_id, followee_id, first_sweep, since_sweep, followers_sweep, missed_sweep, gone_sweep
    ) values
        (1, 6, 31, 31, 34, null, null), (2, 6, 31, 31, 31, 32, 33), (3, 6, 32, 32, 34, null, null),
        (4, 6, 32, 32, 33, null, null), (5, 6, 31, 34, 34, null, null);
    insert into follow_past (follower_id, followee_id, since_sweep, last_sweep, missed_sweep, gone_sweep) values
        (5, 6, 31, 31, 32, 33);
    insert into former_values (thing, id, name, until_stamp, last_stamp, value) values
        ('users', 8, 'username', 20000 << 20, 10000 << 20, 'henry'),
        ('users', 8, 'username', 30000 << 20, 20000 << 20, 'harry'),
        ('users', 9, 'username', 15000 << 20, 12000 << 20, 'hal'),
        ('users', 8, 'biography', 30000 << 20, 20000 << 20, 'I am')";

#[tokio::test]
async fn followers_at_a_moment_say_how_sure_they_are() {
    let people = People::with(HISTORY).await;
    for (at, followers) in [
        (9_000, [""; 0].as_slice()),
        (
            15_000,
            &[
                "ann seen",
                "ben leaving",
                "eve leaving",
                "cat arriving",
                "dan arriving",
            ],
        ),
        (25_000, &["ann seen", "cat seen", "dan seen"]),
        (35_000, &["ann seen", "cat seen", "dan leaving", "eve arriving"]),
        (50_000, &["ann still", "cat still", "eve still", "dan leaving"]),
    ] {
        let answer = people.ask(&format!("followers_at user=fay at={at}")).await;
        assert_eq!(answer.show("username how"), followers, "{at}");
    }
    let answer = people.ask("following-at user=eve at=15000").await;
    assert_eq!(
        answer.show("username how"),
        ["ann still", "ben still", "fay leaving"]
    );
    assert_eq!(answer.lists(), ["following 5 -"]);
    assert_eq!(
        answer.show("since_after_utc since_by_utc until_after_utc until_by_utc")[2..],
        ["- 1970-01-01 00:00:11 1970-01-01 00:00:10 1970-01-01 00:00:21"]
    );
}

#[tokio::test]
async fn who_came_and_who_left_between_two_times() {
    let people = People::with(HISTORY).await;
    let answer = people.ask("new_followers user=fay").await;
    assert_eq!(
        answer.show("username surely follows_still"),
        ["cat 1 1", "dan 1 1", "eve 1 1"]
    );
    let answer = people.ask("new_followers user=fay from=15000 to=25000").await;
    assert_eq!(answer.show("username surely"), ["cat 0", "dan 0"]);
    let answer = people.ask("unfollows user=fay").await;
    assert_eq!(
        answer.show("username surely account_gone"),
        ["ben 1 0", "eve 1 0"]
    );
    let answer = people.ask("unfollows user=fay from=1970-01-01T00:00:21").await;
    assert_eq!(answer.show("username"), [""; 0]);
}

#[tokio::test]
async fn answers_about_another_time_rest_on_what_was_read_then() {
    let people = People::with(&format!(
        "{HISTORY}; update sweeps set verdict = 'truncated', closes = 0 where id = 33"
    ))
    .await;
    for (asked, lists) in [
        (
            "followers_at user=fay at=9000",
            &["followers 6 -", "followers 6 complete"][..],
        ),
        ("followers_at user=fay at=15000", &["followers 6 complete"; 2]),
        (
            "followers_at user=fay at=35000",
            &["followers 6 truncated", "followers 6 complete"],
        ),
        ("followers_at user=fay at=50000", &["followers 6 complete"]),
        (
            "unfollows user=fay from=25000 to=35000",
            &[
                "followers 6 complete",
                "followers 6 truncated",
                "followers 6 complete",
            ],
        ),
        (
            "new_followers user=fay from=1000 to=2000",
            &["followers 6 -", "followers 6 complete"],
        ),
        ("new_followers user=fay to=12000", &["followers 6 complete"; 2]),
        ("new_followers user=gus", &["followers 7 -"]),
    ] {
        assert_eq!(people.ask(asked).await.lists(), lists, "{asked}");
    }
}

#[tokio::test]
async fn names_lead_to_those_who_had_them() {
    let people = People::with(HISTORY).await;
    let answer = people.ask("renames").await;
    assert_eq!(
        answer.show("user_id was became"),
        ["8 harry hal", "8 henry harry", "9 hal ivy"]
    );
    let answer = people.ask("renames user=9").await;
    assert_eq!(answer.show("was became"), ["hal ivy"]);
    assert_eq!(answer.lists(), [""; 0]);
    let answer = people.ask("had_name name=@hal").await;
    assert_eq!(
        answer.show("user_id username_now until_utc"),
        ["8 hal -", "9 ivy 1970-01-01 00:00:15"]
    );
    let answer = people.ask("had_name name=Henry").await;
    assert_eq!(answer.show("user_id username_now"), ["8 hal"]);
}
