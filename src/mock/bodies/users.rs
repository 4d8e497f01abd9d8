//! Users in all the shapes in which the upstream shows them.

use serde_json::{Value, json};

use crate::mock::bodies::signed;
use crate::mock::bodies::template::{filled, template};
use crate::mock::draw::Draw;
use crate::mock::people::Person;
use crate::mock::world::Counters;

template!(LISTED, "user_listed.json");
template!(PROFILE, "user_profile.json");
template!(FLAT_PROFILE, "user_flat.json");
template!(ON_MEDIA, "media_user.json");
template!(OWNER, "media_owner.json");
template!(COAUTHOR, "coauthor.json");
template!(OF_GRID, "grid_user.json");
template!(COMMENTER, "comment_user.json");

/// As `/g2/user/followers` and `/g2/user/following` list a user.
pub(crate) fn listed(person: &Person, signature: &mut Draw) -> Value {
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
pub(crate) fn chunked(person: &Person, signature: &mut Draw) -> Value {
    let id = person.id.to_string();
    json!({
        "pk": id, "id": id, "username": person.username, "full_name": person.full_name,
        "profile_pic_url": signed(&person.picture, signature),
        "is_private": person.is_private, "is_verified": person.is_verified,
    })
}

/// As `/gql/user/followers/chunk` lists a user: with the stories, whose ids are numbers.
pub(crate) fn chunked_with_reel(person: &Person, signature: &mut Draw) -> Value {
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
pub(crate) fn commenter(person: &Person, signature: &mut Draw) -> Value {
    let id = person.id.to_string();
    json!({
        "is_verified": person.is_verified, "id": id, "pk": id, "username": person.username, "is_unpublished": null,
        "profile_pic_url": signed(&person.picture, signature), "fbid_v2": person.fbid.to_string(),
    })
}

/// As `/v2/media/comments` shows an author: with numbers, and a `pk` that is a text as often as a number.
pub(crate) fn threaded_commenter(person: &Person, signature: &mut Draw) -> Value {
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

/// The `user` of a media item.
pub(crate) fn on_media(person: &Person, signature: &mut Draw) -> Value {
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
pub(crate) fn owner(person: &Person, signature: &mut Draw) -> Value {
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
pub(crate) fn coauthor(person: &Person, signature: &mut Draw) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&COAUTHOR, values)
}

/// The `user` beside the posts of a profile's grid.
pub(crate) fn of_grid(person: &Person, signature: &mut Draw) -> Value {
    let id = person.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "pk": id, "full_name": person.full_name, "username": person.username,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_id": picture_id(person), "profile_pic_url": signed(&person.picture, signature),
    });
    filled(&OF_GRID, values)
}

/// The whole profile, as `/gql/user/web_profile_info` shows it.
pub(crate) fn profile(person: &Person, counters: Counters, signature: &mut Draw) -> Value {
    let id = person.id.to_string();
    let links: Vec<Value> = person
        .links
        .iter()
        .map(|link| {
            json!({
                "image_url": "", "is_pinned": false, "link_type": link.kind,
                "lynx_url": format!("https://l.instagram.com/?u={}&e={:016x}", link.url, signature.bits()),
                "media_accent_color_hex": "", "media_type": "none", "title": link.title, "url": link.url,
                "creation_source": "NONE",
            })
        })
        .collect();
    let values = json!({
        "fbid_v2": person.fbid.to_string(), "is_memorialized": person.is_memorialized,
        "is_private": person.is_private, "is_coppa_enforced": person.is_coppa_enforced,
        "is_regulated_c18": person.is_regulated, "bio_links": links,
        "text_post_app_badge_label": person.username, "username": person.username, "pk": id, "id": id,
        "profile_pic_url": signed(&person.picture, signature),
        "hd_profile_pic_url_info": { "url": signed(&person.picture, signature) },
        "latest_reel_media": person.latest_reel, "biography": person.biography, "full_name": person.full_name,
        "is_verified": person.is_verified, "account_type": person.account_type,
        "follower_count": counters.followers, "following_count": counters.following,
        "media_count": counters.posts, "total_clips_count": counters.clips,
        "city_name": person.city, "is_business": person.account_type == 2, "category": person.category,
        "external_url": person.website, "external_lynx_url": person.website, "pronouns": person.pronouns,
    });
    filled(&PROFILE, values)
}

/// The flattened profile, as `/v1/user/by/id` and `/v1/user/by/username` show it: ids are numbers.
pub(crate) fn flat_profile(person: &Person, counters: Counters, signature: &mut Draw) -> Value {
    // The vendor's mapper fills one of two keys.
    let (category, category_name) = if person.index.is_multiple_of(2) {
        (json!(person.category), Value::Null)
    } else {
        (Value::Null, json!(person.category))
    };
    let values = json!({
        "pk": person.id, "username": person.username, "full_name": person.full_name,
        "is_private": person.is_private, "is_verified": person.is_verified,
        "profile_pic_url": signed(&person.picture, signature), "biography": person.biography,
        "external_url": person.website, "account_type": person.account_type,
        "is_business": person.account_type == 2, "category": category, "category_name": category_name,
        "city_name": person.city, "media_count": counters.posts,
        "follower_count": counters.followers, "following_count": counters.following,
    });
    filled(&FLAT_PROFILE, values)
}

fn picture_id(person: &Person) -> String {
    let name = person.picture.rsplit('/').next().unwrap_or_default();
    format!("{}_{}", name.split('_').nth(2).unwrap_or_default(), person.id)
}
