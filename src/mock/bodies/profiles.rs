//! Whole profiles, in the two shapes in which the upstream shows them.

use serde_json::{Value, json};

use crate::mock::bodies::signature::{Signature, signed};
use crate::mock::bodies::template::{filled, template};
use crate::mock::people::Person;
use crate::mock::world::Counters;

template!(PROFILE, "user_profile.json");
template!(FLAT_PROFILE, "user_flat.json");

/// The whole profile, as `/gql/user/web_profile_info` shows it.
pub(crate) fn profile(person: &Person, counters: Counters, signature: &mut Signature) -> Value {
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
pub(crate) fn flat_profile(person: &Person, counters: Counters, signature: &mut Signature) -> Value {
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
