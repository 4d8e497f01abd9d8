//! A page of `/gql/user/reposts`: one document without a stream, or the flat list.

use serde_json::{Value, json};

use crate::mock::bodies::signature::{Signature, signed};
use crate::mock::people::Person;
use crate::mock::reposts::{Note, Repost};
use crate::mock::world::World;

/// The notes beside a repost; the reposter's own is not always the first.
pub(crate) fn notes(world: &World, reposter: &Person, repost: &Repost, signature: &mut Signature) -> Value {
    let other = repost
        .other_note
        .as_ref()
        .map(|(user, other)| note(&world.person(*user), other, signature));
    let own = repost.note.as_ref().map(|own| note(reposter, own, signature));
    let items: Vec<Value> = other.into_iter().chain(own).collect();
    json!({ "is_fulfilled__(name:\"XDTMediaNotesResponse\")": true, "items": items })
}

fn note(person: &Person, note: &Note, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "audience": 3, "1lcreated_at": note.at, "has_translation": false, "id": note.id.to_string(),
        "note_response_info": null, "note_style": 11, "reactions": [], "text": note.text,
        "user": {
            "__typename": "XDTUserDict", "strong_id__": id, "id": id,
            "profile_pic_url": signed(&person.picture, signature), "username": person.username,
        },
        "user_id": id,
    })
}

/// The document as it is sent.
pub(crate) fn document(reposter: &Person, items: &[Value], cursor: Option<Value>) -> Value {
    let mut timeline = json!({
        "is_fulfilled__(name:\"XDTProfileFeedDict\")": true, "repost_grid_items": items,
    });
    if let Some(cursor) = cursor {
        timeline["repost_more_available"] = json!(!cursor.is_null());
        timeline["repost_next_max_id"] = cursor;
    }
    let id = reposter.id.to_string();
    json!({
        "data": {
            "__typename": "Query", "strong_id__": null,
            "1$fetch__XDTUserDict(id:$id)": {
                "__typename": "XDTUserDict", "strong_id__": id, "id": id, "username": reposter.username,
                "1$user_reposts_timeline(max_id:$max_id)": timeline,
            },
        },
        "extensions": {
            "server_metadata": {
                "request_start_time_ms": 1_775_664_011_002_i64, "time_at_flush_ms": 1_775_664_011_731_i64,
            },
            "is_final": true,
        },
    })
}

/// The list that the upstream makes of it.
pub(crate) fn flat(items: &[Value], cursor: Option<Value>) -> Value {
    let mut page = json!({ "items": items });
    if let Some(cursor) = cursor {
        page["more_available"] = json!(!cursor.is_null());
        page["max_id"] = cursor;
    }
    page
}
