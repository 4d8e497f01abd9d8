//! Users in all the shapes in which lists and posts show them.

use serde_json::{Value, json};

use crate::mock::bodies::signature::{Signature, signed};
use crate::mock::bodies::template::{filled, template};
use crate::mock::people::Person;

template!(LISTED, "user_listed.json");
template!(ON_MEDIA, "media_user.json");
template!(OWNER, "media_owner.json");
template!(COAUTHOR, "coauthor.json");
template!(OF_GRID, "grid_user.json");
template!(FOUND, "user_found.json");
template!(COMMENTER, "comment_user.json");

/// As `/g2/user/followers` and `/g2/user/following` list a user.
pub(crate) fn listed(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "pk": id, "fbid_v2": person.fbid.to_string(),
        "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "1llatest_reel_media": person.latest_reel,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&LISTED, values)
}

/// As `/gql/user/following/chunk` lists a user.
pub(crate) fn chunked(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "pk": id, "id": id, "username": person.username, "full_name": person.full_name,
        "profile_pic_url": signed(&person.picture, signature),
        "is_private": person.is_private, "is_verified": person.is_verified,
    })
}

/// As `/gql/user/followers/chunk` lists a user: with the stories, whose ids are numbers.
pub(crate) fn chunked_with_reel(person: &Person, signature: &mut Signature) -> Value {
    let mut user = chunked(person, signature);
    user["reel"] = json!({
        "id": person.id, "expiring_at": 1_775_900_000 + 86_400, "has_pride_media": false,
        "latest_reel_media": person.latest_reel,
        "owner": {
            "id": person.id, "profile_pic_url": signed(&person.picture, signature), "username": person.username,
        },
    });
    user
}

/// As `/gql/comments/chunk` shows an author.
pub(crate) fn commenter(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "is_verified": person.is_verified, "id": id, "pk": id, "username": person.username, "is_unpublished": null,
        "profile_pic_url": signed(&person.picture, signature), "fbid_v2": person.fbid.to_string(),
    })
}

/// As `/v2/media/comments` shows an author: with numbers, and a `pk` that is a text as often as a number.
pub(crate) fn threaded_commenter(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let pk = if person.index.is_multiple_of(2) {
        json!(person.id)
    } else {
        json!(id)
    };
    let values = json!({
        "strong_id__": id, "id": id, "pk": pk, "pk_id": id, "fbid_v2": person.fbid,
        "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&COMMENTER, values)
}

/// As `/gql/media/likers` lists a user: without a word on privacy.
pub(crate) fn liker_of_post(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "pk": id, "__typename": "XDTUserDict", "username": person.username, "full_name": person.full_name,
        "profile_pic_url": signed(&person.picture, signature), "is_verified": person.is_verified,
        "social_context": null, "supervision_info": null, "id": id,
        "friendship_status": {
            "blocking": false, "is_feed_favorite": false, "following": false, "is_muting_reel": false, "muting": false,
            "outgoing_request": false, "followed_by": false, "incoming_request": false, "is_restricted": false,
            "is_bestie": false,
        },
    })
}

/// As `/gql/comment/likers/chunk` lists a user: without a `pk`.
pub(crate) fn liker_of_comment(person: &Person, signature: &mut Signature) -> Value {
    json!({
        "id": person.id.to_string(), "username": person.username, "full_name": person.full_name,
        "profile_pic_url": signed(&person.picture, signature), "is_private": person.is_private,
        "is_verified": person.is_verified, "followed_by_viewer": false, "requested_by_viewer": false,
    })
}

/// The `user` of a tag.
pub(crate) fn tagged(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "__typename": "XDTUserDict", "strong_id__": id, "id": id, "pk": id, "username": person.username,
        "full_name": person.full_name, "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    })
}

/// What a search shows of a user at first.
pub(crate) fn found_light(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    json!({
        "__typename": "XDTUserDict", "strong_id__": id, "id": id, "is_fulfilled__(name:\"XDTUserDict\")": true,
        "fbid_v2": person.fbid.to_string(), "username": person.username, "full_name": person.full_name,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    })
}

/// What a search adds later.
pub(crate) fn found_deferred(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "fbid_v2": person.fbid.to_string(),
        "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "1llatest_reel_media": person.latest_reel,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&FOUND, values)
}

/// A user in the flat list of a search, whose `pk` is null as often as not.
pub(crate) fn found(person: &Person, signature: &mut Signature) -> Value {
    let mut user = found_deferred(person, signature);
    user["pk"] = if person.index.is_multiple_of(2) {
        Value::Null
    } else {
        json!(person.id.to_string())
    };
    user
}

/// The `user` of a media item.
pub(crate) fn on_media(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "pk": id, "fbid_v2": person.fbid.to_string(),
        "full_name": person.full_name, "username": person.username, "account_type": person.account_type,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&ON_MEDIA, values)
}

/// The `owner` of a media item.
pub(crate) fn owner(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "fbid_v2": person.fbid.to_string(),
        "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&OWNER, values)
}

/// One of the `coauthor_producers` of a media item.
pub(crate) fn coauthor(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&COAUTHOR, values)
}

/// The `user` beside the posts of a profile's grid.
pub(crate) fn of_grid(person: &Person, signature: &mut Signature) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "pk": id, "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&OF_GRID, values)
}

fn picture_id(person: &Person) -> String {
    let name = person.picture.rsplit('/').next().unwrap_or_default();
    format!("{}_{}", name.split('_').nth(2).unwrap_or_default(), person.id)
}
