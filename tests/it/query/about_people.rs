//! Questions about who follows whom.

use super::people::People;

#[tokio::test]
async fn most_followed_are_the_met_accounts_with_a_known_count() {
    let people = People::start().await;
    let answer = people.ask("most_followed").await;
    assert_eq!(
        answer.show("user_id username follower_count"),
        [
            "8 hal 9000",
            "2 ben 1200",
            "1 ann 500",
            "3 cat 300",
            "4 dan 300",
            "6 fay 10"
        ]
    );
    assert_eq!(answer.lists(), ["profile 1 complete"]);
    let answer = people.ask("most_followed gone=yes limit=2").await;
    assert_eq!(answer.show("username"), ["hal", "gus"]);
}

#[tokio::test]
async fn mutuals_follow_and_are_followed_back() {
    let people = People::start().await;
    let answer = people.ask("mutuals user=@ann").await;
    // Equal counts stand in the order of the ids.
    assert_eq!(answer.show("user_id username"), ["3 cat", "4 dan"]);
    assert_eq!(answer.lists(), ["followers 1 complete", "following 1 complete"]);
    let answer = people.ask("mutuals user=1 gone=yes").await;
    assert_eq!(answer.show("username"), ["gus", "cat", "dan"]);
    let answer = people.ask("mutuals user=fay").await;
    assert_eq!(answer.show("username"), [""; 0]);
    assert_eq!(
        answer.columns,
        ["user_id", "username", "full_name", "follower_count"]
    );
    assert_eq!(answer.lists(), ["followers 6 -", "following 6 -"]);
}

#[tokio::test]
async fn followed_by_both_says_who_follows_back() {
    let people = People::start().await;
    let answer = people.ask("followed_by_both a=ann b=ben").await;
    assert_eq!(
        answer.show("username follows_a follows_b"),
        ["cat 1 0", "hal 0 0"]
    );
    assert_eq!(
        answer.lists(),
        [
            "followers 1 complete",
            "followers 2 truncated",
            "following 1 complete",
            "following 2 complete"
        ]
    );
}

#[tokio::test]
async fn audience_overlap_counts_shares_and_leaves_out_who_left() {
    let people = People::start().await;
    let columns = "followers_of_a followers_of_b shared percent_of_a percent_of_b jaccard";
    // Ann: cat, dan, eve, fay, gus. Ben: ann, dan, eve.
    let answer = people.ask("audience_overlap a=@ann b=@ben").await;
    assert_eq!(answer.show(columns), ["5 3 2 40.0 66.7 0.3333"]);
    assert_eq!(answer.lists(), ["followers 1 complete", "followers 2 truncated"]);
    let answer = people.ask("audience_overlap a=@ann b=@ben gone=yes").await;
    assert_eq!(answer.show(columns), ["6 4 3 50.0 75.0 0.4286"]);
    // Of nobody there is no share.
    let answer = people.ask("audience_overlap a=fay b=ivy").await;
    assert_eq!(answer.show(columns), ["0 0 0 - - -"]);
}

#[tokio::test]
async fn seeds_graph_has_the_edges_between_seeds() {
    let people = People::start().await;
    let answer = people.ask("seeds_graph harvest=brands").await;
    assert_eq!(
        answer.show("follower followee mutual"),
        ["ann ben 0", "ann cat 1", "ben cat 0", "cat ann 1"]
    );
    assert_eq!(
        answer.lists(),
        [
            "followers 1 complete",
            "followers 2 truncated",
            "following 1 complete",
            "following 2 complete",
            "following 3 -"
        ]
    );
    let answer = people.ask("seeds_graph harvest=other").await;
    assert_eq!((answer.show("follower"), answer.lists()), (vec![], vec![]));
}

#[tokio::test]
async fn common_followings_are_counted_over_the_seeds() {
    let people = People::start().await;
    let answer = people.ask("common_followings harvest=brands").await;
    assert_eq!(
        answer.show("username followed_by percent_of_seeds"),
        [
            "hal 3 100.0",
            "cat 2 66.7",
            "ann 1 33.3",
            "ben 1 33.3",
            "dan 1 33.3"
        ]
    );
    assert_eq!(
        answer.lists(),
        ["following 1 complete", "following 2 complete", "following 3 -"]
    );
    let answer = people.ask("common_followings harvest=brands gone=yes").await;
    assert_eq!(answer.show("username").len(), 6);
}
