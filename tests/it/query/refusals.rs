//! What is refused, and what the text tells to write.

use super::people::People;

#[tokio::test]
async fn every_refusal_says_what_to_write() {
    let people = People::start().await;
    for (words, told) in [
        (
            "mutual",
            "there is no question `mutual`: there are most_followed, mutuals, followed_by_both, audience_overlap, \
             seeds_graph, common_followings, most_liked, engagement, top_commenters, reposted, tagged_with, hits, \
             followers_at, following_at, new_followers, unfollows, renames, had_name, sweeps, missing, rejected, parked, spend, \
             spend_by, paid_twice, drifts; `gleaner query` says what each answers; did you mean `mutuals`?",
        ),
        ("zzzzzz", "there is no question `zzzzzz`: there are most_followed"),
        (
            "mutuals usr=1",
            "mutuals takes no parameter `usr`: it takes user=USER [gone=no] [limit=20]; nothing was asked; did you mean \
             `user`?",
        ),
        (
            "mutuals @ann",
            "\"@ann\" is no PARAMETER=VALUE: write `gleaner query mutuals user=USER [gone=no] [limit=20]`; nothing was \
             asked",
        ),
        (
            "mutuals",
            "mutuals needs user, whose mutuals: write user=@natgeo (a name or an id); nothing was asked",
        ),
        (
            "audience_overlap a=1",
            "audience_overlap needs b, the other: write b=@natgeo (a name or an id); nothing was asked",
        ),
        (
            "seeds_graph",
            "seeds_graph needs harvest, the harvest whose seeds are meant: write harvest=HARVEST (there are brands, \
             other); nothing was asked",
        ),
        (
            "seeds_graph harvest=brand",
            "harvest=brand: there is no such harvest: there are brands, other; nothing was asked; did you mean `brands`?",
        ),
        (
            "mutuals user=@nobody",
            "user=@nobody: no such account has been met; nothing was asked; harvest it first, as in `gleaner harvest \
             @nobody --name more --max-units 10`",
        ),
        ("mutuals user=99", "user=99: no such account has been met"),
        (
            "mutuals user=99999999999999999999",
            "user=99999999999999999999: no such account has been met",
        ),
        (
            "followers-at user=1",
            "followers_at needs at, the moment: write at=2026-01-31 (a date or a time, UTC); nothing was asked",
        ),
        (
            "unfollows user=1 from=yesterday",
            "from=yesterday: write a date (2026-01-31, which is its beginning), a time (2026-01-31T12:00), both UTC, or unix \
             milliseconds; nothing was asked",
        ),
        // A name may be all digits.
        ("mutuals user=@1", "user=@1: no such account has been met"),
        (
            "mutuals user=",
            "user= has no value: write user=@natgeo (a name or an id); nothing was asked",
        ),
        (
            "mutuals user=1 user=2",
            "user is given twice: give it once; nothing was asked",
        ),
        (
            "mutuals user=1 limit=0",
            "limit=0: write a whole number from 1 on; nothing was asked",
        ),
        (
            "most_followed limit=all",
            "limit=all: write a whole number from 1 on",
        ),
        (
            "mutuals user=1 gone=maybe",
            "gone=maybe: write yes or no; nothing was asked",
        ),
        (
            "sweeps kind=likers",
            "kind=likers: there is no such kind; there are profile, followers, ",
        ),
        (
            "sweeps verdict=done",
            "verdict=done: there is no such verdict; there are complete, truncated, ",
        ),
        (
            "spend_by by=owner",
            "by=owner: write one of user, harvest, kind, endpoint, day, run; nothing was asked",
        ),
    ] {
        let refusal = people.refusal(words).await;
        assert!(refusal.starts_with(told), "{words}: {refusal}");
    }
}

#[tokio::test]
async fn a_user_is_a_name_or_an_id_and_a_seed_keeps_its_name() {
    let people = People::start().await;
    for user in ["ann", "@ann", "@Ann", "1"] {
        let answer = people.ask(&format!("mutuals user={user}")).await;
        assert_eq!(answer.show("username"), ["cat", "dan"], "{user}");
    }
    let answer = people.ask("common_followings harvest=brands limit=1").await;
    assert_eq!(answer.show("username"), ["hal"]);
    // Cat was given as @catherine.
    let answer = people.ask("followed_by_both a=@catherine b=ann").await;
    assert_eq!(answer.show("username"), ["hal"]);
}

#[tokio::test]
async fn a_name_that_two_accounts_have_had_is_not_guessed() {
    let people = People::with(
        "insert into users (id, username, first_seen_at, last_seen_at, stamps)
         values (77, 'ann', 86400000, 86400000, ''), (78, 'catherine', 86400000, 86400000, '')",
    )
    .await;
    assert_eq!(
        people.refusal("mutuals user=@ann").await,
        "user=@ann: 2 accounts have had this name: 1 (@ann, last seen 1970-01-01), 77 (@ann, last seen 1970-01-02); \
         write the id; nothing was asked"
    );
    assert!(
        people
            .refusal("mutuals user=catherine")
            .await
            .contains("3 (@cat, last seen 1970-01-01), 78 (@catherine,")
    );
    assert_eq!(
        people.ask("mutuals user=1").await.show("username"),
        ["cat", "dan"]
    );
}
