//! Tags, as media items and `/gql/media/usertags` show them.

use serde_json::{Value, json};

use crate::mock::bodies::signature::Signature;
use crate::mock::bodies::users;
use crate::mock::posts::PostKey;
use crate::mock::tags::Tag;
use crate::mock::world::World;

/// The field `usertags`: null where nobody is tagged.
pub(crate) fn usertags(world: &World, tags: &[Tag], signature: &mut Signature) -> Value {
    if tags.is_empty() {
        return Value::Null;
    }
    let tags = tags.iter().map(|tag| {
        json!({
            "position": tag.position.map(|(x, y)| [x, y]), "show_category_of_user": false,
            "user": users::tagged(&world.person(tag.user), signature),
        })
    });
    json!({ "in": tags.collect::<Vec<Value>>() })
}

/// A post with its tags.
pub(crate) fn node(world: &World, key: PostKey, signature: &mut Signature) -> Value {
    let id = format!("{}_{}", world.post(key).id, world.user_id(key.owner));
    json!({ "node": {
        "__typename": "XDTMediaDict", "strong_id__": id, "id": id,
        "usertags": usertags(world, &world.tags_of_post(key), signature),
    } })
}

/// What stands in the place of a post that cannot be shown.
pub(crate) fn no_node() -> Value {
    json!({ "node": null })
}

/// A post that does not say which one it is.
pub(crate) fn node_without_id() -> Value {
    json!({ "node": { "__typename": "XDTMediaDict", "usertags": null } })
}

/// The whole answer.
pub(crate) fn document(nodes: &[Value]) -> Value {
    json!({
        "data": {
            "__typename": "Query", "strong_id__": null,
            "1$multifetch__XDTMediaDict(ids:$media_ids)": nodes,
        },
        "extensions": {
            "server_metadata": {
                "request_start_time_ms": 1_775_663_944_100_i64, "time_at_flush_ms": 1_775_663_944_480_i64,
            },
            "is_final": true,
        },
    })
}
