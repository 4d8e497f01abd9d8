//! A page of `/gql/topsearch`: units that arrive one after another, or the flat list.

use serde_json::{Value, json};

use crate::mock::bodies::stream;

/// The field that holds the units: its name spells out how it was asked for.
const ROOT: &str = "1$xdt_fbsearch__top_serp_graphql(after:$after,first:null,request_data:{\
    \"is_discovery_grid_enabled\":$is_discovery_grid_enabled,\
    \"is_pagination_request\":$is_pagination_request,\"journey_session_id\":$journey_session_id,\
    \"post_id\":$post_id,\"query\":$query,\"requested_unit_types\":$requested_unit_types,\
    \"search_session_id\":$search_session_id,\"serp_origination_context\":$serp_origination_context,\
    \"serp_session_id\":$serp_session_id,\"turn_id\":$turn_id})";

/// So many posts stand in one unit.
const POSTS_OF_A_UNIT: usize = 4;

/// The flat list has been seen with its cursor in so many places.
pub(crate) const CURSOR_PLACES: usize = 3;

/// What a page of a search is made of.
#[derive(Debug)]
pub(crate) struct Found {
    /// Light users in the order shown.
    pub(crate) light: Vec<Value>,
    /// The patch of each.
    pub(crate) deferred: Vec<Value>,
    /// Posts in the order shown.
    pub(crate) posts: Vec<Value>,
    /// What was searched for.
    pub(crate) words: String,
    /// The page begins with the assistant, and everything else arrives later.
    pub(crate) has_assistant: bool,
    /// The next cursor: null at the end, absent where the page is damaged.
    pub(crate) cursor: Option<Value>,
    /// The units that arrive later carry an error beside their data; the patches of users always do.
    pub(crate) has_errors: bool,
    /// The patches come before the rows that they patch.
    pub(crate) is_reversed: bool,
}

impl Found {
    /// The rows as they are streamed.
    pub(crate) fn stream(self) -> Value {
        let mut units = Vec::new();
        if self.has_assistant {
            units.push(unit("META_AI_HCM", "XDTTopSerpMetaAIHCMUnit", json!({})));
        }
        units.push(unit(
            "HEADER",
            "XDTTopSerpHeaderUnit",
            json!({ "header": "For you" }),
        ));
        let accounts = units.len();
        let token =
            json!({ "items": self.light, "rank_token": format!("{}|{}", self.words.len(), ROOT.len()) });
        units.push(unit("ACCOUNTS_HCM", "XDTTopSerpAccountsHCMUnit", token));
        for posts in self.posts.chunks(POSTS_OF_A_UNIT) {
            units.push(unit(
                "MEDIA_GRID",
                "XDTTopSerpMediaGridUnit",
                json!({ "items": posts }),
            ));
        }
        let later = units.split_off(if self.has_assistant { 1 } else { accounts + 1 });
        let first_later = units.len();
        let mut connection = json!({ "edges": units });
        if let Some(cursor) = &self.cursor {
            connection["page_info"] = json!({ "has_next_page": !cursor.is_null(), "end_cursor": cursor });
        }
        let first = json!({
            "data": { "__typename": "Query", "strong_id__": null, ROOT: connection },
            "extensions": {
                "is_final": false,
                "server_metadata": {
                    "request_start_time_ms": 1_775_664_150_310_i64, "time_at_flush_ms": 1_775_664_151_432_i64,
                },
            },
            "status": "ok",
        });
        let mut rows = vec![first];
        if self.has_assistant {
            rows.push(assistant());
        }
        let later = later.into_iter().enumerate().map(|(place, data)| {
            let path = json!([ROOT, "edges", first_later + place]);
            stream::patch(path, "units", data, self.has_errors)
        });
        let later: Vec<Value> = later.collect();
        if !later.is_empty() {
            rows.push(json!(later));
        }
        let deferred = self.deferred.into_iter().enumerate().map(|(place, data)| {
            let path = json!([ROOT, "edges", accounts, "node", "items", place]);
            stream::patch(path, "UserSearchEntryDeferredFragment", data, true)
        });
        rows.extend(stream::rows_of(deferred.rev().collect()));
        if self.is_reversed {
            rows[1..].reverse();
        }
        stream::finished(rows)
    }
}

fn unit(kind: &str, name: &str, own: Value) -> Value {
    let mut node = json!({
        "__typename": name, "strong_id__": null, "is_fulfilled__(name:\"XDTTopSerpUnitInterface\")": true,
        "unit_type": kind,
    });
    node[format!("is_fulfilled__(name:\"{name}\")")] = json!(true);
    if let Value::Object(own) = own {
        for (key, value) in own {
            node[key] = value;
        }
    }
    json!({ "__typename": "XDTTopSerpUnitInterfaceEdge", "strong_id__": null, "node": node, "cursor": null })
}

/// What the assistant adds to its unit: nothing that anybody found.
fn assistant() -> Value {
    let words = json!([{
        "is_fulfilled__(name:\"XDTMetaAIHCMCompletion\")": true, "status": "not_eligible", "text": null,
        "text_request_id": null, "is_final_text_chunk": false, "prompts": null, "entities": null,
    }]);
    let data = json!({
        "is_fulfilled__(name:\"XDTTopSerpMetaAIHCMUnit\")": true,
        "1$meta_ai_hcm(hcm_request_data:{\"entrypoint\":$hcm_entrypoint})": words,
    });
    let path = json!([ROOT, "edges", 0, "node"]);
    stream::patch(path, "TopSerpMetaAIHCMFragment__force_flush", data, false)
}

/// The flat list, with its cursor in one of several places.
pub(crate) fn flat(items: &[Value], cursor: Option<Value>, place: usize) -> Value {
    let mut page = json!({ "items": items });
    let Some(cursor) = cursor else { return page };
    match place {
        0 => page["end_cursor"] = cursor,
        1 => {
            page["page_info"] = json!({ "has_next_page": !cursor.is_null(), "end_cursor": cursor });
        }
        _ => page["next_max_id"] = cursor,
    }
    page
}
