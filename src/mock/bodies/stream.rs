//! A page of `/gql/user/medias`: the raw stream of rows, or the flat list that the upstream makes of it; and what all
//! streams have in common.

use serde_json::{Value, json};

use crate::mock::bodies::media;
use crate::mock::bodies::template::{filled, template};

template!(GRID, "grid.json");

/// The field that holds the grid: its name spells out how it was asked for.
const ROOT: &str = "1$xdt_api__v1__profile_timeline(_request_data:{\"count\":$count,\
    \"exclude_comment\":$exclude_comment,\"fetch_all_highlights\":$fetch_all_highlights,\
    \"fetch_media_for_highlights\":$include_associated_highlights,\
    \"fetch_profile_grid_items\":$fetch_profile_grid_items,\"is_pull_to_refresh\":$is_pull_to_refresh,\
    \"max_id\":$max_id,\"pinned_profile_grid_items_ids\":$pinned_profile_grid_items_ids,\
    \"profile_grid_items_cursor\":$profile_grid_items_cursor},user_id:$user_id)";

/// What a page of posts is made of.
#[derive(Debug)]
pub(crate) struct Grid {
    /// Light items in the order shown.
    pub(crate) light: Vec<Value>,
    /// The patch of each.
    pub(crate) deferred: Vec<Value>,
    /// The next cursor: null at the end, absent where the page is damaged.
    pub(crate) cursor: Option<Value>,
    /// The user whose grid it is.
    pub(crate) user: Value,
    /// Some patches carry an error beside their data.
    pub(crate) has_errors: bool,
    /// The patches come before the row that they patch.
    pub(crate) is_reversed: bool,
}

impl Grid {
    /// The rows as they are streamed.
    pub(crate) fn stream(self) -> Value {
        // The app draws these while it waits; they name no post.
        let hints: Vec<Value> = self
            .light
            .iter()
            .map(|light| {
                json!({
                    "is_fulfilled__(name:\"XDTMediaHint\")": true,
                    "resources": [{ "image": light["image_versions2"]["candidates"][0] }],
                })
            })
            .collect();
        let hints = json!({
            "data": {
                "__typename": "Query", "strong_id__": null,
                ROOT: {
                    "is_fulfilled__(name:\"XDTProfileFeedDict\")": true, "__typename": "XDTProfileFeedDict",
                    "strong_id__": null, "is_fulfilled__(name:\"XDTHintableResponse\")": true,
                    "client_hints": {
                        "is_fulfilled__(name:\"XDTClientHints\")": true, "version": 4, "media": hints,
                    },
                },
            },
            "extensions": {
                "is_final": false,
                "fulfilled_payloads": [{ "label": "ClientHintsResponse__force_flush", "path": [ROOT] }],
                "server_metadata": { "request_start_time_ms": 1_775_663_933_890_i64 },
            },
            "status": "ok",
        });
        let items: Vec<Value> = self
            .light
            .iter()
            .map(|light| {
                json!({
                    "__typename": "XDTProfileGridItemDict", "strong_id__": null,
                    "is_fulfilled__(name:\"XDTProfileGridItemDict\")": true, "highlight": null,
                    "item_type": "media", "media": light,
                })
            })
            .collect();
        let mut grid = summary(&self);
        grid["profile_grid_items"] = json!(items);
        let first = json!({
            "path": [ROOT], "label": "ProfileTimelineFragment__force_flush", "data": grid,
            "extensions": { "is_final": false },
        });
        let mut rows = vec![hints, first];
        rows.extend(rows_of(patches(self.deferred, self.has_errors)));
        if self.is_reversed {
            rows[1..].reverse();
        }
        finished(rows)
    }

    /// The merged list.
    pub(crate) fn flat(self) -> Value {
        let mut page = summary(&self);
        let items = self.light.into_iter().zip(self.deferred);
        page["items"] = items
            .map(|(light, deferred)| media::merged(light, deferred))
            .collect();
        page
    }
}

/// The page's own fields, without the items.
fn summary(grid: &Grid) -> Value {
    let last = grid.light.iter().rev().find_map(|item| item["pk"].as_str());
    let values = json!({ "num_results": grid.light.len(), "next_max_id": last });
    let mut page = filled(&GRID, values);
    page["user"] = grid.user.clone();
    match &grid.cursor {
        Some(cursor) => {
            page["profile_grid_items_cursor"] = cursor.clone();
            page["more_available"] = json!(!cursor.is_null());
        }
        None => {
            if let Some(fields) = page.as_object_mut() {
                fields.remove("profile_grid_items_cursor");
                fields.remove("more_available");
                fields.remove("next_max_id");
            }
        }
    }
    page
}

/// One patch for each item, the last item first.
fn patches(deferred: Vec<Value>, has_errors: bool) -> Vec<Value> {
    let patches = deferred.into_iter().enumerate().rev().map(|(place, data)| {
        let path = json!([ROOT, "profile_grid_items", place, "media"]);
        patch(
            path,
            "ProfileTimelineMediaItemDeferredFields",
            data,
            has_errors && place % 2 == 0,
        )
    });
    patches.collect()
}

/// One patch, with an error beside its data if it is to have one.
pub(crate) fn patch(path: Value, label: &str, data: Value, has_error: bool) -> Value {
    let mut row = json!({ "label": label, "extensions": { "is_final": false } });
    if has_error {
        row["errors"] = json!([{ "message": "execution error", "path": path, "severity": "ERROR" }]);
    }
    row["path"] = path;
    row["data"] = data;
    row
}

/// The rows that patches arrive in: every fourth holds two of them.
pub(crate) fn rows_of(patches: Vec<Value>) -> Vec<Value> {
    let mut patches = patches.into_iter();
    let mut rows = Vec::with_capacity(patches.len());
    while let Some(patch) = patches.next() {
        match (rows.len() % 4 == 3).then(|| patches.next()).flatten() {
            Some(second) => rows.push(json!([patch, second])),
            None => rows.push(patch),
        }
    }
    rows
}

/// The whole stream. It always says where it ends, also where no patch follows the row with the items.
pub(crate) fn finished(mut rows: Vec<Value>) -> Value {
    if let Some(last) = rows.last_mut() {
        let last = if last.is_array() {
            last.as_array_mut().and_then(|row| row.last_mut())
        } else {
            Some(last)
        };
        if let Some(patch) = last {
            patch["extensions"]["is_final"] = json!(true);
        }
    }
    json!({ "stream_rows": rows })
}
