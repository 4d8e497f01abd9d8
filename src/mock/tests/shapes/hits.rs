//! Searches and tags.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::{assert_keys, keys, upstream};
use crate::mock::Settings;
use crate::mock::people::Nature;
use crate::mock::posts::Form;
use crate::mock::tests::client::ask;

const DATA: &str = "1$multifetch__XDTMediaDict(ids:$media_ids)";

#[tokio::test]
async fn a_stream_of_a_search_has_units_of_users_and_of_posts_and_one_patch_for_each_user() {
    let (world, upstream) = upstream(Settings::default()).await;
    let (mut firsts, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    for words in world.queries(8) {
        let words = words.trim_start_matches("search:");
        let page = ask(&upstream, "/gql/topsearch", &[("query", words)]).await.json();
        let rows = page["stream_rows"].as_array().unwrap();
        let data = rows[0]["data"].as_object().unwrap();
        let root = data.keys().find(|key| key.starts_with("1$xdt_fbsearch")).unwrap();
        assert!(root.len() > 400);
        assert_keys(&data[root], "edges page_info");
        assert_keys(&data[root]["page_info"], "has_next_page end_cursor");
        let rows = rows[1..].iter().flat_map(|row| {
            row.as_array()
                .map_or_else(|| vec![row], |row| row.iter().collect())
        });
        let mut edges = data[root]["edges"].as_array().unwrap().clone();
        firsts.insert(edges.len());
        let mut patched = HashSet::new();
        for row in rows {
            if row["label"] == "units" {
                assert_eq!(row["path"][2], edges.len());
                edges.push(row["data"].clone());
            } else if row["label"] == "UserSearchEntryDeferredFragment" {
                assert!(row["errors"][0]["message"] == "execution error");
                assert!(row["data"]["is_private"].is_boolean());
                let place = usize::try_from(row["path"][2].as_u64().unwrap()).unwrap();
                let slot = usize::try_from(row["path"][5].as_u64().unwrap()).unwrap();
                assert_eq!(edges[place]["node"]["items"][slot]["id"], row["data"]["id"]);
                patched.insert(slot);
            }
        }
        let mut users = 0;
        for edge in &edges {
            assert_keys(edge, "__typename strong_id__ node cursor");
            let kind = edge["node"]["unit_type"].as_str().unwrap();
            kinds.insert(kind.to_owned());
            for item in edge["node"]["items"].as_array().into_iter().flatten() {
                if kind == "ACCOUNTS_HCM" {
                    users += 1;
                    assert_eq!(keys(item).len(), 9);
                    assert!(!keys(item).contains("is_private"));
                } else {
                    assert_eq!(item["__typename"], "XDTMediaDict");
                }
            }
        }
        assert!(users > 3 && patched.len() == users);
    }
    assert_eq!(firsts, BTreeSet::from([1, 2]));
    let expected = ["ACCOUNTS_HCM", "HEADER", "MEDIA_GRID", "META_AI_HCM"].map(str::to_owned);
    assert_eq!(kinds, BTreeSet::from(expected));
}

#[tokio::test]
async fn a_flat_search_has_users_between_posts_and_its_cursor_in_one_of_three_places() {
    let (world, upstream) = upstream(Settings::default()).await;
    let (mut places, mut null_keys, mut users, mut slots) = (BTreeSet::new(), 0, HashSet::new(), 0);
    for words in world.queries(20) {
        let words = words.trim_start_matches("search:");
        let target = [("query", words), ("flat", "true")];
        let page = ask(&upstream, "/gql/topsearch", &target).await.json();
        let own: Vec<&str> = keys(&page).into_iter().filter(|key| *key != "items").collect();
        places.insert(own.join(" "));
        for item in page["items"].as_array().unwrap() {
            if item["__typename"] == "XDTUserDict" {
                assert!(item["id"].is_string());
                null_keys += usize::from(item["pk"].is_null());
                users.insert((words.to_owned(), item["id"].to_string()));
                slots += 1;
            } else {
                assert_eq!(item["__typename"], "XDTMediaDict");
            }
        }
    }
    let expected = ["end_cursor", "next_max_id", "page_info"].map(str::to_owned);
    assert_eq!(places, BTreeSet::from(expected));
    assert!(
        null_keys > 20 && users.len() * 3 < slots * 2,
        "{null_keys}, {} of {slots}",
        users.len()
    );
}

#[tokio::test]
async fn tags_stand_in_bodies_and_those_of_videos_only_in_their_own_answer() {
    let (world, upstream) = upstream(Settings::default()).await;
    let people = (2..200).filter(|index| world.nature(*index) == Nature::Ordinary);
    let posts: Vec<_> = people.flat_map(|index| world.posts_of(index)).collect();
    let (mut open, mut tagged, mut absent, mut null) = (0, BTreeSet::new(), 0, 0);
    for batch in posts.chunks(10).take(20) {
        let ids: Vec<String> = batch.iter().map(|key| world.post(*key).id.to_string()).collect();
        let target: Vec<(&str, &str)> = ids.iter().map(|id| ("media_ids", id.as_str())).collect();
        let answer = ask(&upstream, "/gql/media/usertags", &target).await.json();
        assert_keys(&answer, "data extensions");
        let nodes = answer["data"][DATA].as_array().unwrap();
        absent += batch.len() - nodes.len();
        for node in nodes.iter().map(|entry| &entry["node"]) {
            if node.is_null() {
                null += 1;
                continue;
            }
            assert_keys(node, "__typename strong_id__ id usertags");
            let media_id = node["id"].as_str().unwrap().split('_').next().unwrap();
            let key = world.find_post(media_id.parse().unwrap()).unwrap();
            let form = world.post(key).form;
            for tag in node["usertags"]["in"].as_array().into_iter().flatten() {
                assert!(tag["user"]["pk"].is_string() && tag["user"]["is_private"].is_boolean());
                tagged.insert(match form {
                    Form::Photo => "photo",
                    Form::Video => "video",
                    Form::Carousel(_) => "carousel",
                });
                open += usize::from(tag["position"].is_null());
            }
        }
    }
    assert_eq!(tagged, BTreeSet::from(["photo", "video"]));
    assert!(open > 0 && absent > 0 && null > 0, "{open}, {absent}, {null}");
    let owner = world.user_id(posts[0].owner).to_string();
    let mut met: BTreeSet<(u64, bool, bool)> = BTreeSet::new();
    for index in [19, 20, 21, 22, 23, 24, 25] {
        let id = world.user_id(index).to_string();
        let page = ask(&upstream, "/gql/user/medias", &[("user_id", &id), ("flat", "1")])
            .await
            .json();
        for item in page["items"].as_array().into_iter().flatten() {
            let children = item["carousel_media"].as_array().into_iter().flatten();
            let has_tags = |item: &Value| item["usertags"]["in"].is_array();
            met.insert((
                item["media_type"].as_u64().unwrap(),
                has_tags(item),
                children.clone().any(has_tags),
            ));
            assert!(
                children
                    .clone()
                    .all(|child| child["media_type"] == 1 || !has_tags(child))
            );
        }
    }
    assert!(
        met.contains(&(1, true, false)) && met.contains(&(8, false, true)),
        "{owner}: {met:?}"
    );
    assert!(met.iter().all(|each| each.0 == 1 || !each.1));
}
