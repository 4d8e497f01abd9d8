//! Questions about posts, comments, reposts, tags and searches.

use super::people::People;

#[tokio::test]
async fn most_liked_is_of_one_user_or_of_everybody() {
    let people = People::start().await;
    let answer = people.ask("most_liked user=ann").await;
    assert_eq!(
        answer.show("code owner like_count play_count taken_utc"),
        [
            "A ann 50 - 2026-01-01 00:00:00",
            "B ann 30 70 2026-01-01 00:00:00"
        ]
    );
    assert_eq!(answer.lists(), ["medias 1 complete"]);
    let answer = people.ask("most_liked limit=3").await;
    assert_eq!(answer.show("media_id like_count"), ["21 80", "31 80", "11 50"]);
    assert_eq!(answer.lists(), ["medias 1 complete"]);
    let answer = people.ask("most_liked user=fay").await;
    assert_eq!(
        (answer.show("code"), answer.lists()),
        (vec![], vec!["medias 6 -".into()])
    );
}

#[tokio::test]
async fn engagement_counts_a_post_once_and_leaves_hidden_counts_out() {
    // Likes (50 + 30) / 2, comments (5 + 1 + 3) / 3, and 43 of 500 followers.
    let people = People::start().await;
    let columns = "username followers posts average_likes average_comments engagement_percent";
    let answer = people.ask("engagement user=ann").await;
    assert_eq!(answer.show(columns), ["ann 500 3 40.0 3.0 8.6"]);
    assert_eq!(answer.lists(), ["medias 1 complete"]);
    assert_eq!(
        people.ask("engagement").await.show(columns),
        ["ann 500 3 40.0 3.0 8.6"]
    );
    // Ben's post was only reposted: none of his own lists shows it.
    let answer = people.ask("engagement user=ben").await;
    assert_eq!(
        (answer.show(columns), answer.lists()),
        (vec![], vec!["medias 2 -".into()])
    );
}

#[tokio::test]
async fn without_a_follower_count_there_is_no_rate() {
    let more = "insert into user_media (list, user_id, media_id, position, pinned, sweep_id, first_sweep)
                values ('medias', 5, 21, 0, 0, 5, 5)";
    let people = People::with(more).await;
    let answer = people.ask("engagement").await;
    assert_eq!(
        answer.show("username posts average_likes engagement_percent"),
        ["ann 3 40.0 8.6", "eve 1 80.0 -"]
    );
}

#[tokio::test]
async fn top_commenters_leaves_the_owner_out_and_counts_replies() {
    let people = People::start().await;
    let answer = people.ask("top_commenters user=ann").await;
    assert_eq!(
        answer.show("username comments posts replies likes"),
        ["dan 3 2 0 5", "eve 2 1 1 1"]
    );
    assert_eq!(
        answer.lists(),
        [
            "comments 11 complete",
            "comments 12 -",
            "comments 13 -",
            "medias 1 complete",
            "replies 11/101 complete"
        ]
    );
}

#[tokio::test]
async fn the_variants_of_a_list_are_told_each() {
    let more = "insert into lists (id, kind, target, params, generation, open_sweep)
                values (20, 'comments', '11', 'sort_order=popular', 1, 20)";
    let people = People::with(more).await;
    let lists = people.ask("top_commenters user=ann").await.lists();
    assert_eq!(lists[..2], ["comments 11 complete", "comments 11 -"]);
}

#[tokio::test]
async fn reposted_counts_whose_posts_they_are() {
    let people = People::start().await;
    let answer = people.ask("reposted user=ann").await;
    assert_eq!(
        answer.show("username reposts last_utc"),
        ["cat 2 2026-01-02 00:00:00", "ben 1 -"]
    );
    assert_eq!(answer.lists(), ["reposts 1 capped"]);
}

#[tokio::test]
async fn tagged_with_counts_each_post_once() {
    let people = People::start().await;
    let answer = people.ask("tagged_with user=dan").await;
    assert_eq!(answer.show("username posts"), ["eve 2", "fay 2"]);
    assert_eq!(answer.lists(), ["medias 1 complete", "usertags 11 hidden"]);
}

#[tokio::test]
async fn hits_take_words_with_quotes_and_blanks() {
    let people = People::start().await;
    let rows = ["0 user cat Cat", "0 media E food", "1 user hal Hal"];
    let answer = people.ask("hits").await;
    assert_eq!(answer.show("place kind name text"), rows);
    assert_eq!(answer.lists(), ["search cat's food complete"]);
    let answer = people.ask_all("hits", &["words=cat's food"]).await;
    assert_eq!(answer.show("place kind name text"), rows);
    let answer = people.ask_all("hits", &["words=x' or '1'='1"]).await;
    assert_eq!(answer.show("name"), [""; 0]);
    assert_eq!(answer.lists(), ["search x' or '1'='1 -"]);
}
