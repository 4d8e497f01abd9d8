//! Clips and reposts.

use serde_json::Value;

use super::{assert_keys, keys, upstream};
use crate::mock::tests::client::ask;
use crate::mock::{Settings, World};

const ROOT: &str = "1$xdt_user_clips_graphql(data:$data)";

/// Somebody whose list has more than one page.
fn owner(world: &World, length: impl Fn(usize) -> usize) -> String {
    let index = (2..200)
        .find(|index| world.nature(*index) == crate::mock::people::Nature::Ordinary && length(*index) > 12);
    world.user_id(index.unwrap()).to_string()
}

#[tokio::test]
async fn a_stream_of_clips_has_light_items_then_the_paging_then_a_patch_without_pk_for_each() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = owner(&world, |index| world.clips_of(index, false).len());
    let page = ask(&upstream, "/gql/user/clips", &[("user_id", &id)])
        .await
        .json();
    let rows = page["stream_rows"].as_array().unwrap();
    assert_keys(&rows[0], "data extensions status");
    let items = rows[0]["data"][ROOT]["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    for item in items {
        assert_keys(item, "media");
        for absent in ["code", "caption", "1ltaken_at", "user", "owner"] {
            assert!(!keys(&item["media"]).contains(absent), "{absent}");
        }
        assert!(item["media"]["pk"].is_string() && item["media"]["play_count"].is_u64());
        assert!(item["media"]["clips_tab_pinned_user_ids"].is_array());
    }
    assert_eq!(rows[1]["label"], "ClipsProfilePagingInfo__force_flush");
    assert_keys(&rows[1]["data"]["paging_info"], "max_id more_available");
    assert_eq!(rows[1]["data"]["paging_info"]["more_available"], true);
    assert!(rows[2..].iter().any(Value::is_array), "no row holds two patches");
    let patches: Vec<&Value> = rows[2..]
        .iter()
        .flat_map(|row| {
            row.as_array()
                .map_or_else(|| vec![row], |row| row.iter().collect())
        })
        .collect();
    assert_eq!(patches.len(), 12);
    let places: Vec<u64> = patches
        .iter()
        .map(|patch| patch["path"][2].as_u64().unwrap())
        .collect();
    assert!(!places.is_sorted());
    for patch in patches {
        let place = usize::try_from(patch["path"][2].as_u64().unwrap()).unwrap();
        assert_eq!(patch["label"], "ClipsViewerGraphQLFragment");
        assert_eq!(patch["data"]["id"], items[place]["media"]["id"]);
        assert!(!keys(&patch["data"]).contains("pk"));
        assert!(keys(&patch["data"]).len() > 140);
        assert!(patch["data"]["code"].is_string() && patch["data"]["1ltaken_at"].is_u64());
    }
}

#[tokio::test]
async fn flat_clips_say_the_same_and_stand_in_a_frame_in_one_family() {
    let (world, upstream) = upstream(Settings::default()).await;
    let mut frames = std::collections::BTreeSet::new();
    for index in 2..60 {
        if world.nature(index) != crate::mock::people::Nature::Ordinary
            || world.clips_of(index, false).is_empty()
        {
            continue;
        }
        let id = world.user_id(index).to_string();
        let target = [("user_id", id.as_str()), ("flat", "true")];
        let page = ask(&upstream, "/gql/user/clips", &target).await.json();
        assert_keys(&page, "items max_id more_available");
        let item = &page["items"][0];
        frames.insert(item["media"].is_object());
        let media = if item["media"].is_object() {
            &item["media"]
        } else {
            item
        };
        assert!(media["pk"].is_string() && media["code"].is_string() && media["owner"]["id"].is_string());
    }
    assert_eq!(frames.len(), 2);
}

#[tokio::test]
async fn clips_begin_with_pins_unless_they_are_sorted_by_views() {
    let (world, upstream) = upstream(Settings::default()).await;
    let pins = |index: usize| {
        let clips = world.clips_of(index, false).into_iter();
        clips
            .filter(|key| key.owner == index && world.is_pinned_clip(*key))
            .count()
    };
    let index = (2..200)
        .find(|index| pins(*index) > 0 && world.nature(*index) == crate::mock::people::Nature::Ordinary)
        .unwrap();
    let id = world.user_id(index).to_string();
    let mut lists = Vec::new();
    for order in ["", "true"] {
        let target = [("user_id", id.as_str()), ("sort_by_views", order)];
        let page = ask(&upstream, "/gql/user/clips", &target).await.json();
        let items = page["stream_rows"][0]["data"][ROOT]["items"].as_array().unwrap();
        lists.push(
            items
                .iter()
                .map(|item| {
                    let pinned_by = item["media"]["clips_tab_pinned_user_ids"].as_array().unwrap();
                    (pinned_by.len(), item["media"]["play_count"].as_i64().unwrap())
                })
                .collect::<Vec<_>>(),
        );
    }
    assert!(lists[0][..pins(index)].iter().all(|item| item.0 == 1));
    assert!(lists[1].is_sorted_by_key(|item| std::cmp::Reverse(item.1)));
}

#[tokio::test]
async fn reposts_are_one_document_with_the_reposters_note() {
    let (world, upstream) = upstream(Settings::default()).await;
    let id = owner(&world, |index| world.reposts_of(index).len());
    let raw = ask(&upstream, "/gql/user/reposts", &[("user_id", &id)])
        .await
        .json();
    assert_keys(&raw, "data extensions");
    assert_eq!(raw["extensions"]["is_final"], true);
    let user = &raw["data"]["1$fetch__XDTUserDict(id:$id)"];
    assert_eq!(user["id"], id);
    let timeline = &user["1$user_reposts_timeline(max_id:$max_id)"];
    assert_keys(
        timeline,
        "is_fulfilled__(name:\"XDTProfileFeedDict\") repost_grid_items repost_next_max_id repost_more_available",
    );
    let items = timeline["repost_grid_items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    for item in items {
        assert_keys(item, "item_type media");
        let media = &item["media"];
        assert!(media["pk"].is_string() && media["code"].is_string() && media["1ltaken_at"].is_u64());
        assert_ne!(media["owner"]["id"], id.as_str());
    }
    let notes = items.iter().map(|item| &item["media"]["media_notes"]["items"]);
    let own = notes
        .filter(|notes| {
            let mut notes = notes.as_array().unwrap().iter();
            notes.any(|note| note["user_id"] == id.as_str() && note["1lcreated_at"].is_u64())
        })
        .count();
    assert!(own > 8, "{own}");
    let flat = ask(
        &upstream,
        "/gql/user/reposts",
        &[("user_id", &id), ("flat", "true")],
    )
    .await
    .json();
    assert_keys(&flat, "items max_id more_available");
    for (item, raw) in flat["items"].as_array().unwrap().iter().zip(items) {
        assert_eq!(item["id"], raw["media"]["id"]);
    }
}
