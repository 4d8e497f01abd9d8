//! What a page shows and where its next cursor is, for every shape of the upstream.

use std::collections::HashSet;

use serde_json::Value;

use super::Naive;
use super::found::id;
use crate::mock::tests::client::ask;

/// The parameter that carries the cursor of an endpoint.
pub(crate) fn cursor_parameter(path: &str) -> &'static str {
    match path {
        "/g2/user/followers" | "/g2/user/following" | "/v2/media/comments" => "page_id",
        "/v2/media/comments/replies" => "min_id",
        "/gql/user/medias" => "profile_grid_items_cursor",
        "/gql/user/clips" => "max_id",
        "/gql/user/reposts" => "repost_next_max_id",
        _ => "end_cursor",
    }
}

impl Naive<'_> {
    /// All pages of a list, items first seen first, and whether the list is limited; the status if it is not 200.
    pub(super) async fn walk(&self, path: &str, target: &[(&str, &str)]) -> Result<(Vec<Value>, bool), u16> {
        let (mut items, mut seen, mut cursor) = (Vec::new(), HashSet::new(), String::new());
        let mut is_limited = false;
        loop {
            let mut parameters = target.to_vec();
            parameters.push((cursor_parameter(path), &cursor));
            if !self.is_raw {
                parameters.push(("flat", "on"));
            }
            let answer = ask(self.upstream, path, &parameters).await;
            if answer.status != 200 {
                return Err(answer.status);
            }
            let page = answer.json();
            is_limited |= page["response"]["should_limit_list_of_followers"] == true;
            let (shown, next) = read(path, &page);
            for item in shown {
                let is_media = item["image_versions2"].is_object();
                if seen.insert((is_media, id(&item))) {
                    items.push(item);
                }
            }
            match next.as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return Ok((items, is_limited)),
            }
        }
    }
}

/// The items of a page and its next cursor.
fn read(path: &str, page: &Value) -> (Vec<Value>, Value) {
    if page["stream_rows"].is_array() {
        return stream(page);
    }
    let timeline = &page["data"]["1$fetch__XDTUserDict(id:$id)"]["1$user_reposts_timeline(max_id:$max_id)"];
    let response = &page["response"];
    let (shown, next) = match path {
        "/gql/user/medias" => (&page["items"], &page["profile_grid_items_cursor"]),
        "/gql/user/reposts" if timeline.is_object() => {
            (&timeline["repost_grid_items"], &timeline["repost_next_max_id"])
        }
        "/gql/user/clips" | "/gql/user/reposts" => (&page["items"], &page["max_id"]),
        "/gql/topsearch" => {
            let places = [
                &page["end_cursor"],
                &page["page_info"]["end_cursor"],
                &page["next_max_id"],
            ];
            let next = places.into_iter().find(|place| !place.is_null());
            (&page["items"], next.unwrap_or(&Value::Null))
        }
        "/v2/media/comments" => (&response["comments"], &page["next_page_id"]),
        "/v2/media/comments/replies" => (&page["child_comments"], &page["next_min_child_cursor"]),
        _ if path.starts_with("/g2/") => (&response["users"], &page["next_page_id"]),
        _ if page.is_object() => (&page["items"], &page["end_cursor"]),
        _ if page[0].is_array() => (&page[0], &page[1]),
        _ => (page, &Value::Null),
    };
    let shown = shown.as_array().unwrap().iter();
    (shown.map(unwrapped).collect(), next.clone())
}

/// The media item itself, where it stands in a frame.
fn unwrapped(item: &Value) -> Value {
    if item["media"].is_object() {
        item["media"].clone()
    } else {
        item.clone()
    }
}

/// Rows are taken as they come: what has items shows items, and everything else is added to the item of its id.
fn stream(page: &Value) -> (Vec<Value>, Value) {
    let (mut items, mut patches, mut next) = (Vec::new(), Vec::new(), Value::Null);
    let rows = page["stream_rows"].as_array().unwrap().iter();
    let rows = rows.flat_map(|row| {
        row.as_array()
            .map_or_else(|| vec![row], |rows| rows.iter().collect())
    });
    for row in rows {
        let data = &row["data"];
        let root = data
            .as_object()
            .unwrap()
            .iter()
            .find(|(key, _)| key.starts_with("1$"))
            .map_or(data, |(_, root)| root);
        for list in ["profile_grid_items", "items"] {
            items.extend(root[list].as_array().into_iter().flatten().map(unwrapped));
        }
        let edges = root["edges"].as_array().into_iter().flatten();
        for edge in edges.chain([data]) {
            items.extend(edge["node"]["items"].as_array().into_iter().flatten().cloned());
        }
        let cursors = [
            &root["profile_grid_items_cursor"],
            &root["paging_info"]["max_id"],
            &root["page_info"]["end_cursor"],
        ];
        if let Some(found) = cursors.into_iter().find(|cursor| cursor.is_string()) {
            next = found.clone();
        }
        if data["id"].is_string() {
            patches.push(data);
        }
    }
    for item in &mut items {
        let item_id = item["id"].clone();
        for patch in patches.iter().filter(|patch| patch["id"] == item_id) {
            for (key, value) in patch.as_object().unwrap() {
                if !value.is_null() {
                    item[key] = value.clone();
                }
            }
        }
    }
    (items, next)
}
