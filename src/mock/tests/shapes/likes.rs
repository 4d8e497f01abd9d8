//! Likers, and the lists of the deprecated endpoints.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{assert_keys, upstream};
use crate::mock::people::Nature;
use crate::mock::posts::PostKey;
use crate::mock::tests::client::ask;
use crate::mock::{Settings, World};

/// Posts of people whose lists are open.
fn posts(world: &World) -> Vec<PostKey> {
    let people = (2..200).filter(|index| world.nature(*index) == Nature::Ordinary);
    people.flat_map(|index| world.posts_of(index)).collect()
}

#[tokio::test]
async fn likers_of_a_post_are_a_bare_list_that_says_nothing_of_privacy() {
    let (world, upstream) = upstream(Settings::default()).await;
    let posts = posts(&world);
    let many = posts.iter().find(|key| world.post(**key).likes > 77).unwrap();
    let none = posts.iter().find(|key| world.post(**key).likes == 0).unwrap();
    for (key, count) in [(many, 77), (none, 0)] {
        let media_id = world.post(*key).id.to_string();
        let list = ask(&upstream, "/gql/media/likers", &[("media_id", &media_id)])
            .await
            .json();
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), count);
        for liker in list {
            assert_keys(
                liker,
                "pk __typename username full_name profile_pic_url is_verified social_context friendship_status \
                 supervision_info id",
            );
            assert!(liker["pk"].is_string() && liker["pk"] == liker["id"]);
        }
    }
}

#[tokio::test]
async fn likers_of_a_comment_are_a_pair_or_an_object_and_have_no_pk() {
    let (world, upstream) = upstream(Settings::default()).await;
    let mut frames = BTreeSet::new();
    let mut hidden = 0;
    for key in posts(&world) {
        for place in 0..world.comments_shown(key).min(3) {
            let comment = world.remark(key, place, 0);
            if comment.likes < 20 {
                continue;
            }
            let (media_id, comment_id) = (world.post(key).id.to_string(), comment.id.to_string());
            let target = [
                ("media_id", media_id.as_str()),
                ("comment_id", comment_id.as_str()),
            ];
            let answer = ask(&upstream, "/gql/comment/likers/chunk", &target).await;
            let amount = [("media_id", comment_id.as_str()), ("amount", "10")];
            let old = ask(&upstream, "/gql/comment/likers", &amount).await;
            if answer.status == 404 {
                assert!(answer.body.contains("Entries not found") && old.status == 404);
                hidden += 1;
                continue;
            }
            let page = answer.json();
            frames.insert(page.is_array());
            let items = if page.is_array() {
                assert_eq!(page.as_array().map(Vec::len), Some(2));
                &page[0]
            } else {
                assert_keys(&page, "items end_cursor more_available");
                &page["items"]
            };
            assert_keys(
                &items[0],
                "id username full_name profile_pic_url is_private is_verified followed_by_viewer \
                 requested_by_viewer",
            );
            let old = old.json();
            assert_eq!(old.as_array().map(Vec::len), Some(10));
            assert_eq!(old[0]["id"], items[0]["id"]);
        }
    }
    assert!(frames.len() == 2 && hidden > 0, "{frames:?}, {hidden} hidden");
}

#[tokio::test]
async fn deprecated_lists_are_bare_and_as_long_as_they_are_paid_for() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = world.user_id(0).to_string();
    for (amount, length, units) in [("", 46, 1), ("10", 10, 1), ("60", 60, 2), ("100", 100, 3)] {
        let before = upstream.meter();
        let target = [("user_id", id.as_str()), ("amount", amount)];
        let list = ask(&upstream, "/gql/user/followers", &target).await.json();
        let length = length.min(world.followers(0).len());
        assert_eq!(list.as_array().map(Vec::len), Some(length));
        assert_keys(
            &list[0],
            "pk id username full_name profile_pic_url is_private is_verified",
        );
        assert_eq!(upstream.meter() - before, units);
    }
    let related = ask(&upstream, "/gql/user/related/profiles", &[("id", &id)])
        .await
        .json();
    assert!(related.as_array().is_some_and(|related| related.len() > 1));
    let name = world.person(19).username;
    let profile = ask(&upstream, "/gql/user/by/username", &[("username", &name)])
        .await
        .json();
    let id = world.user_id(19).to_string();
    assert_eq!(profile["id"], id);
    let same = ask(&upstream, "/gql/user/by/id", &[("id", &id)]).await.json();
    assert_eq!(same["follower_count"], profile["follower_count"]);
}

#[tokio::test]
async fn popular_comments_come_with_the_most_liked_first_and_cursors_of_their_own() {
    let (world, upstream) = upstream(Settings::default()).await;
    let key = posts(&world)
        .into_iter()
        .find(|key| world.comments_shown(*key) > 30)
        .unwrap();
    let media_id = world.post(key).id.to_string();
    let path = "/gql/comments/chunk";
    let popular = [("media_id", media_id.as_str()), ("sort_order", "popular")];
    let page = ask(&upstream, path, &popular).await.json();
    let likes = |comment: &Value| comment["comment_like_count"].as_i64().unwrap();
    let shown = page[0].as_array().unwrap();
    assert!(shown.is_sorted_by_key(|comment| std::cmp::Reverse(likes(comment))));
    let recent = ask(&upstream, path, &popular[..1]).await.json();
    assert_ne!(page[0][0]["pk"], recent[0][0]["pk"]);
    let cursor = page[1].as_str().unwrap();
    let mut next = popular.to_vec();
    next.push(("end_cursor", cursor));
    assert_eq!(ask(&upstream, path, &next).await.status, 200);
    let other = [popular[0], ("end_cursor", cursor)];
    assert_eq!(ask(&upstream, path, &other).await.status, 400);
}
