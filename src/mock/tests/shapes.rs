//! The bodies have the keys of real answers, odd ones included.

mod grids;
mod hits;
mod likes;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::client::{ask, start};
use crate::mock::{Settings, Upstream, World};

fn keys(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .map(|fields| fields.keys().map(String::as_str).collect())
        .unwrap_or_default()
}

fn assert_keys(object: &Value, expected: &str) {
    assert_eq!(keys(object), expected.split_whitespace().collect(), "{object}");
}

async fn upstream(settings: Settings) -> (Arc<World>, Upstream) {
    let world = Arc::new(World::new(21, 200));
    let upstream = start(&world, settings).await;
    (world, upstream)
}

/// The first page of posts that has all forms, with the id of its owner.
async fn posts(world: &World, upstream: &Upstream, flat: &str) -> (String, Value) {
    for index in 2..200 {
        let id = world.user_id(index).to_string();
        let page = ask(upstream, "/gql/user/medias", &[("user_id", &id), ("flat", flat)])
            .await
            .json();
        let text = page.to_string();
        let has_all = [
            "\"clips\"",
            "\"feed\"",
            "\"carousel_container\"",
            "XDTLocationDict",
        ];
        if has_all.iter().all(|word| text.contains(word)) {
            return (id, page);
        }
    }
    panic!("no page has posts of all forms");
}

#[tokio::test]
async fn follow_lists_have_the_keys_of_real_ones() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = world.user_id(19).to_string();
    let user = "__typename strong_id__ id is_fulfilled__(name:\"XDTUserDict\") allowed_commenter_type fbid_v2 full_name \
                has_anonymous_profile_picture interop_messaging_user_fbid is_private is_verified 1llatest_reel_media \
                liked_clips_count account_badges social_context friendship_status pk profile_pic_id profile_pic_url \
                reel_auto_archive username all_media_count";
    let followers = ask(&upstream, "/g2/user/followers", &[("user_id", &id)])
        .await
        .json();
    assert_keys(&followers, "response next_page_id");
    assert_keys(
        &followers["response"],
        "users next_max_id should_limit_list_of_followers",
    );
    assert_keys(&followers["response"]["users"][0], user);
    assert!(followers["response"]["users"][0]["fbid_v2"].is_string());
    let following = ask(&upstream, "/g2/user/following", &[("user_id", &id)])
        .await
        .json();
    assert_keys(&following["response"], "users next_max_id has_more");
    assert_keys(&following["response"]["users"][0], user);
    let short = "pk id username full_name profile_pic_url is_private is_verified";
    let chunk = ask(&upstream, "/gql/user/following/chunk", &[("user_id", &id)])
        .await
        .json();
    assert_eq!(chunk.as_array().unwrap().len(), 2);
    assert_keys(&chunk[0][0], short);
    let chunk = ask(&upstream, "/gql/user/followers/chunk", &[("user_id", &id)])
        .await
        .json();
    assert_keys(&chunk[0][0], &format!("{short} reel"));
    assert!(chunk[0][0]["reel"]["owner"]["id"].is_u64());
}

#[tokio::test]
async fn a_big_accounts_followers_are_limited_on_one_endpoint_only() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = world.user_id(0).to_string();
    let mut cursor = String::new();
    let mut shown = 0;
    loop {
        let page = ask(
            &upstream,
            "/g2/user/followers",
            &[("user_id", &id), ("page_id", &cursor)],
        )
        .await
        .json();
        assert_eq!(page["response"]["should_limit_list_of_followers"], true);
        shown += page["response"]["users"].as_array().unwrap().len();
        match page["next_page_id"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert!(shown <= 52, "{shown}");
    assert!(world.followers(0).len() > 60, "{}", world.followers(0).len());
}

#[tokio::test]
async fn profiles_have_the_keys_of_real_ones_and_count_what_the_lists_hold() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = world.user_id(19).to_string();
    let profile = ask(&upstream, "/gql/user/web_profile_info", &[("user_id", &id)])
        .await
        .json();
    assert_eq!(keys(&profile).len(), 62);
    for key in
        "fbid_v2 bio_links pronouns category latest_reel_media is_regulated_c18 total_clips_count".split(' ')
    {
        assert!(keys(&profile).contains(key), "{key}");
    }
    assert_eq!(profile["follower_count"], world.followers(19).len());
    assert_eq!(profile["following_count"], world.following(19).len());
    assert_eq!(profile["media_count"], world.posts_of(19).len());
    let flat = ask(&upstream, "/v1/user/by/id", &[("id", &id)]).await.json();
    assert!(flat["pk"].is_u64());
    assert_keys(
        &flat,
        "pk username full_name is_private profile_pic_url profile_pic_url_hd is_verified media_count follower_count \
         following_count biography external_url account_type is_business public_email contact_phone_number \
         public_phone_country_code public_phone_number business_contact_method business_category_name category_name \
         category address_street city_id city_name latitude longitude zip instagram_location_id \
         interop_messaging_user_fbid",
    );
    let name = profile["username"].as_str().unwrap();
    let by_name = ask(&upstream, "/v1/user/by/username", &[("username", name)])
        .await
        .json();
    assert_eq!(by_name["pk"], flat["pk"]);
}

#[tokio::test]
async fn a_stream_has_hints_then_the_grid_then_one_patch_for_each_item_in_another_order() {
    let (world, upstream) = upstream(Settings::default()).await;
    let (_, page) = posts(&world, &upstream, "").await;
    let rows = page["stream_rows"].as_array().unwrap();
    assert_keys(&rows[0], "data extensions status");
    assert!(rows[0]["data"].to_string().contains("client_hints"));
    assert_eq!(rows[1]["label"], "ProfileTimelineFragment__force_flush");
    let items = rows[1]["data"]["profile_grid_items"].as_array().unwrap();
    assert!(items[0]["media"]["code"].is_null() && items[0]["media"]["pk"].is_string());
    let patches: Vec<&Value> = rows[2..]
        .iter()
        .flat_map(|row| {
            row.as_array()
                .map_or_else(|| vec![row], |row| row.iter().collect())
        })
        .collect();
    let places: Vec<u64> = patches
        .iter()
        .map(|patch| patch["path"][2].as_u64().unwrap())
        .collect();
    assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), items.len());
    assert!(!places.is_sorted());
    for patch in &patches {
        let place = usize::try_from(patch["path"][2].as_u64().unwrap()).unwrap();
        assert_eq!(patch["path"].as_array().unwrap().len(), 4);
        assert_eq!(patch["path"][3], "media");
        assert_eq!(patch["data"]["id"], items[place]["media"]["id"]);
        assert!(patch["data"]["carousel_media"].is_null());
        assert!(keys(&patch["data"]).len() > 140, "{}", keys(&patch["data"]).len());
        assert!(patch.to_string().len() > 1_800);
    }
    assert!(rows.iter().any(Value::is_array), "no row holds two patches");
    assert_eq!(
        rows.last()
            .map(|row| row.to_string().contains("\"is_final\":true")),
        Some(true)
    );
}

#[tokio::test]
async fn a_flat_page_says_the_same_as_the_stream() {
    let (world, upstream) = upstream(Settings::default()).await;
    let (id, flat) = posts(&world, &upstream, "true").await;
    let raw = ask(&upstream, "/gql/user/medias", &[("user_id", &id)])
        .await
        .json();
    let grid = &raw["stream_rows"][1]["data"];
    assert_eq!(
        flat["profile_grid_items_cursor"],
        grid["profile_grid_items_cursor"]
    );
    let items = flat["items"].as_array().unwrap();
    assert_eq!(flat["num_results"], items.len());
    for (item, light) in items.iter().zip(grid["profile_grid_items"].as_array().unwrap()) {
        assert_eq!(item["id"], light["media"]["id"]);
        assert_eq!(item["1ltaken_at"], light["media"]["1ltaken_at"]);
        assert!(item["code"].is_string() && item["owner"]["id"].is_string());
        assert_eq!(
            item["carousel_media"].is_null(),
            light["media"]["carousel_media"].is_null()
        );
    }
}

#[tokio::test]
async fn comments_have_the_keys_of_real_ones_in_both_families() {
    let (world, upstream) = upstream(Settings::default()).await;
    let mut posts = (2..200).filter(|index| world.nature(*index) != crate::mock::people::Nature::Private);
    let key = posts
        .find_map(|index| {
            let posts = world.posts_of(index).into_iter();
            posts.filter(|key| key.owner == index).find(|key| {
                (0..world.comments_shown(*key).min(15)).any(|place| world.remark(*key, place, 0).replies > 0)
            })
        })
        .unwrap();
    let media_id = world.post(key).id.to_string();
    let plain = "pk user is_covered child_comment_count restricted_status parent_comment_id has_translation \
                 has_liked_comment text created_at comment_like_count giphy_media_info __typename";
    let page = ask(&upstream, "/gql/comments/chunk", &[("media_id", &media_id)])
        .await
        .json();
    assert_keys(&page[0][0], plain);
    assert_keys(
        &page[0][0]["user"],
        "is_verified id pk username is_unpublished profile_pic_url fbid_v2",
    );
    let page = ask(&upstream, "/v2/media/comments", &[("id", &media_id)])
        .await
        .json();
    assert_keys(&page, "response next_page_id");
    let comments = page["response"]["comments"].as_array().unwrap();
    assert!(comments[0]["media_id"].is_u64() && comments[0]["user_id"].is_u64());
    let with_replies = comments
        .iter()
        .find(|comment| comment["child_comment_count"] != 0)
        .unwrap();
    assert_eq!(
        with_replies["preview_child_comments"].as_array().unwrap().len(),
        1
    );
    let comment_id = with_replies["pk"].as_str().unwrap();
    let target = [("media_id", media_id.as_str()), ("comment_id", comment_id)];
    let page = ask(&upstream, "/gql/comments/threaded/chunk", &target)
        .await
        .json();
    assert_keys(&page[0][0], plain);
    let page = ask(&upstream, "/v2/media/comments/replies", &target).await.json();
    let frame = "child_comments child_comment_count has_more_tail_child_comments has_more_head_child_comments \
                 parent_comment status is_ranked_replies liked_by_media_owner_badge_enabled";
    if page["has_more_tail_child_comments"] == true {
        assert_keys(&page, &format!("{frame} next_min_child_cursor"));
    } else {
        assert_keys(&page, frame);
    }
    assert_eq!(page["child_comments"][0]["parent_comment_id"], comment_id);
}

#[tokio::test]
async fn only_the_signatures_differ_between_two_answers() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = world.user_id(19).to_string();
    let mut bodies = Vec::new();
    for _ in 0..2 {
        bodies.push(
            ask(&upstream, "/g2/user/followers", &[("user_id", &id)])
                .await
                .json(),
        );
    }
    assert_ne!(bodies[0], bodies[1]);
    for body in &mut bodies {
        for user in body["response"]["users"].as_array_mut().unwrap() {
            let address = user["profile_pic_url"].as_str().unwrap();
            assert!(address.len() > 350, "{}", address.len());
            user["profile_pic_url"] = json!(address.split('?').next());
        }
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_cut_upstream_damages_bodies_as_the_vendors_examples_are() {
    let (world, upstream) = upstream(Settings {
        cut: true,
        ..Settings::default()
    })
    .await;
    let id = world.user_id(19).to_string();
    let users = ask(&upstream, "/g2/user/followers", &[("user_id", &id)])
        .await
        .json();
    assert_eq!(users["response"]["users"].as_array().unwrap().len(), 3);
    let page = ask(&upstream, "/gql/user/medias", &[("user_id", &id)])
        .await
        .json();
    let rows = page["stream_rows"].as_array().unwrap();
    assert!(rows.len() <= 3);
    assert_eq!(rows[2]["path"].as_array().map(Vec::len), Some(3));
}
