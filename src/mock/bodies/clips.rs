//! A page of `/gql/user/clips`: light items, then the paging, then the rest of each item, in any order.

use serde_json::{Value, json};

use crate::mock::bodies::{media, stream};

/// The field that holds the list.
const ROOT: &str = "1$xdt_user_clips_graphql(data:$data)";

/// What the first row shows of an item: neither code nor caption nor time.
const LIGHT: [&str; 15] = [
    "__typename",
    "strong_id__",
    "id",
    "is_fulfilled__(name:\"XDTMediaDict\")",
    "clips_tab_pinned_user_ids",
    "enable_media_notes_production",
    "image_versions2",
    "media_type",
    "original_height",
    "original_width",
    "pk",
    "play_count",
    "product_type",
    "video_versions",
    "1fvideo_duration",
];

/// What a page of clips is made of.
#[derive(Debug)]
pub(crate) struct Clips {
    /// Light items in the order shown.
    pub(crate) light: Vec<Value>,
    /// The patch of each.
    pub(crate) patches: Vec<Value>,
    /// The next cursor: null at the end, absent where the page is damaged.
    pub(crate) cursor: Option<Value>,
    /// Some patches carry an error beside their data.
    pub(crate) has_errors: bool,
    /// The patches come before the row that they patch.
    pub(crate) is_reversed: bool,
}

/// The light form of a whole item.
pub(crate) fn light(item: &Value) -> Value {
    let fields = LIGHT.iter().map(|key| ((*key).to_owned(), item[*key].clone()));
    let mut light: Value = fields.collect();
    light["clips_trial"] = Value::Null;
    light["floating_context_items"] = json!([]);
    light["media_notes"] = json!({ "items": [] });
    light
}

/// The patch for a whole item: everything but its `pk`.
pub(crate) fn patch(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        for key in ["pk", "timeline_pinned_user_ids", "content_views_count"] {
            fields.remove(key);
        }
    }
    item
}

impl Clips {
    /// The rows as they are streamed.
    pub(crate) fn stream(self) -> Value {
        let items: Vec<Value> = self.light.iter().map(|light| json!({ "media": light })).collect();
        let first = json!({
            "data": {
                "__typename": "Query", "strong_id__": null,
                ROOT: {
                    "is_fulfilled__(name:\"XDTGraphqlUserClipsResponse\")": true, "first_seen_media_id": null,
                    "just_watched_context": null, "items": items,
                },
            },
            "extensions": {
                "is_final": false,
                "server_metadata": {
                    "request_start_time_ms": 1_775_663_939_687_i64, "time_at_flush_ms": 1_775_663_939_965_i64,
                },
            },
            "status": "ok",
        });
        let mut rows = vec![first];
        if let Some(cursor) = &self.cursor {
            let paging = json!({ "max_id": cursor, "more_available": !cursor.is_null() });
            rows.push(json!({
                "path": [ROOT], "label": "ClipsProfilePagingInfo__force_flush",
                "data": { "is_fulfilled__(name:\"XDTGraphqlUserClipsResponse\")": true, "paging_info": paging },
                "extensions": { "is_final": false },
            }));
        }
        let patches = self.patches.into_iter().enumerate().map(|(place, data)| {
            let path = json!([ROOT, "items", place, "media"]);
            stream::patch(
                path,
                "ClipsViewerGraphQLFragment",
                data,
                self.has_errors && place % 2 == 0,
            )
        });
        rows.extend(stream::rows_of(patches.rev().collect()));
        if self.is_reversed {
            rows.reverse();
        }
        stream::finished(rows)
    }

    /// The merged list; one family of the upstream wraps each item.
    pub(crate) fn flat(self, is_wrapped: bool) -> Value {
        let items = self.light.into_iter().zip(self.patches).map(|(light, patch)| {
            let item = media::merged(light, patch);
            if is_wrapped {
                json!({ "media": item })
            } else {
                item
            }
        });
        let mut page = json!({ "items": items.collect::<Vec<Value>>() });
        if let Some(cursor) = self.cursor {
            page["more_available"] = json!(!cursor.is_null());
            page["max_id"] = cursor;
        }
        page
    }
}
