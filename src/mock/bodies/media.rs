//! Media items, first of all as `/gql/user/medias` shows them: a light item first, everything else in a later patch.

use serde_json::{Value, json};

use crate::mock::bodies::signature::{Signature, signed};
use crate::mock::bodies::template::{Fields, filled, template};
use crate::mock::bodies::{tags, users};
use crate::mock::people::Person;
use crate::mock::posts::children::Child;
use crate::mock::posts::{Form, Post, names};
use crate::mock::world::World;

template!(LIGHT, "media_light.json");
template!(DEFERRED, "media_deferred.json");
template!(CAPTION, "caption.json");
template!(CAPTION_USER, "caption_user.json");
template!(CLIPS_METADATA, "clips_metadata.json");

/// What the first row shows of a media item.
pub(crate) fn light(world: &World, post: &Post, signature: &mut Signature) -> Value {
    let owner = world.person(post.key.owner);
    let id = format!("{}_{}", post.id, owner.id);
    let children = post.children(world.seed());
    let tags_of_children = world.tags_of_children(post.key);
    let carousel: Vec<Value> = children
        .iter()
        .zip(&tags_of_children)
        .map(|(each, tags)| {
            let mut child = child(each, &id, owner.id, signature);
            if !each.is_video {
                child["usertags"] = tags::usertags(world, tags, signature);
            }
            child
        })
        .collect();
    let is_carousel = !carousel.is_empty();
    let pinned_by = if world.is_pinned(post.key) {
        vec![owner.id.to_string()]
    } else {
        Vec::new()
    };
    let values = json!({
        "strong_id__": id, "id": id, "pk": post.id.to_string(),
        "media_type": post.media_type(), "product_type": post.product_type(),
        "original_width": post.width, "original_height": post.height,
        "carousel_media": if is_carousel { json!(carousel) } else { Value::Null },
        "carousel_media_count": if is_carousel { json!(carousel.len()) } else { Value::Null },
        "image_versions2": pictures(&post.picture, post.width, post.height, post.form == Form::Video, signature),
        "timeline_pinned_user_ids": pinned_by,
        "1ltaken_at": post.taken_at,
    });
    let mut item = filled(&LIGHT, values);
    item["user"] = users::on_media(&owner, signature);
    item
}

/// What the item's own patch adds. Its `carousel_media` is null even where the light item has one.
pub(crate) fn deferred(world: &World, post: &Post, signature: &mut Signature) -> Value {
    let owner = world.person(post.key.owner);
    let id = format!("{}_{}", post.id, owner.id);
    let coauthors: Vec<Value> = world
        .coauthors(post.key)
        .into_iter()
        .map(|coauthor| users::coauthor(&world.person(coauthor), signature))
        .collect();
    let is_video = post.form == Form::Video;
    let values = json!({
        "strong_id__": id, "id": id, "code": names::code(post.id),
        "like_count": post.likes_shown, "comment_count": post.comments, "play_count": post.plays,
        "ig_play_count": post.plays, "view_count": post.views, "reshare_count": post.reshares,
        "media_repost_count": post.reposts, "save_count": post.saves,
        "like_and_view_counts_disabled": post.counts_hidden, "comments_disabled": post.comments_disabled,
        "is_paid_partnership": post.is_paid, "accessibility_caption": post.description,
        "has_audio": post.has_audio, "has_more_comments": post.comments > 0,
        "location": location(post), "1fvideo_duration": post.duration,
        "video_versions": if is_video { videos(post, signature) } else { Value::Null },
        "organic_tracking_token": format!("eyJ2ZXJzaW9uIjo1{:016x}{:016x}", signature.bits(), signature.bits()),
        "client_cache_key": format!("{:016x}.3", signature.bits()),
    });
    let mut item = filled(&DEFERRED, values);
    item["caption"] = caption(world, post, signature);
    item["coauthor_producers"] = json!(coauthors);
    // The tags of a video are shown by an endpoint of their own only.
    if !is_video {
        item["usertags"] = tags::usertags(world, &world.tags_of_post(post.key), signature);
    }
    if world.is_pinned_clip(post.key) {
        item["clips_tab_pinned_user_ids"] = json!([owner.id.to_string()]);
    }
    item["clips_metadata"] = if is_video {
        json!(*CLIPS_METADATA)
    } else {
        Value::Null
    };
    item["owner"] = users::owner(&owner, signature);
    item
}

/// Everything about an item in one piece.
pub(crate) fn whole(world: &World, post: &Post, signature: &mut Signature) -> Value {
    let light = light(world, post, signature);
    merged(light, deferred(world, post, signature))
}

/// The item as the upstream merges it itself (`flat=true`): the keys keep their prefixes, and null never overwrites.
pub(crate) fn merged(light: Value, deferred: Value) -> Value {
    let (Value::Object(mut item), Value::Object(later)) = (light, deferred) else {
        return Value::Null;
    };
    for (key, value) in later {
        if !value.is_null() || !item.contains_key(&key) {
            item.insert(key, value);
        }
    }
    Value::Object(item)
}

fn child(child: &Child, parent: &str, owner_id: i64, signature: &mut Signature) -> Value {
    let id = format!("{}_{owner_id}", child.id);
    json!({
        "__typename": "XDTMediaDict", "strong_id__": id, "id": id, "pk": child.id.to_string(),
        "carousel_parent_id": parent, "is_dash_eligible": null, "media_type": if child.is_video { 2 } else { 1 },
        "original_width": child.width, "original_height": child.height,
        "image_versions2": {
            "candidates": candidates(&child.picture, child.width, child.height, signature),
            "smart_thumbnail_enabled": null,
        },
    })
}

fn pictures(picture: &str, width: i64, height: i64, is_video: bool, signature: &mut Signature) -> Value {
    let frame = |signature: &mut Signature| json!({ "height": 1136, "scans_profile": "e15", "url": signed(picture, signature), "width": 640 });
    let frames = is_video.then(|| {
        json!({ "first_frame": frame(signature), "igtv_first_frame": frame(signature), "smart_frame": null })
    });
    json!({
        "additional_candidates": frames, "scrubber_spritesheet_info_candidates": null,
        "smart_thumbnail_enabled": null, "candidates": candidates(picture, width, height, signature),
    })
}

/// The same picture in two sizes, the best one first.
fn candidates(picture: &str, width: i64, height: i64, signature: &mut Signature) -> Value {
    let small = picture.replace("_n.jpg", "_s.jpg");
    json!([
        {
            "estimated_scans_sizes": [24_827, 49_654, 74_481], "height": height, "scans_profile": "e35",
            "url": signed(picture, signature), "width": width,
        },
        {
            "estimated_scans_sizes": [4_827, 9_654, 14_481], "height": height / 2, "scans_profile": "e35",
            "url": signed(&small, signature), "width": width / 2,
        },
    ])
}

fn videos(post: &Post, signature: &mut Signature) -> Value {
    let address = post.picture.replace(".jpg", ".mp4");
    let versions = [101, 102, 103].map(
        |kind| json!({ "url": signed(&address, signature), "type": kind, "width": 720, "height": 1280 }),
    );
    json!(versions)
}

/// The id of a place is a text as often as a number, and stands under one of two keys.
fn location(post: &Post) -> Value {
    let Some(place) = &post.place else {
        return Value::Null;
    };
    let (lat, lng) = place.point.unzip();
    let mut location = json!({
        "__typename": "XDTLocationDict", "strong_id__": place.id.to_string(), "name": place.name,
        "short_name": place.name, "address": "", "city": "", "has_viewer_saved": null, "1flat": lat, "1flng": lng,
        "external_source": "facebook_places", "facebook_places_id": place.id.to_string(),
    });
    match post.key.number % 3 {
        0 => location["pk"] = json!(place.id),
        1 => location["pk"] = json!(place.id.to_string()),
        _ => location["id"] = json!(place.id.to_string()),
    }
    location
}

fn caption(world: &World, post: &Post, signature: &mut Signature) -> Value {
    let Some(text) = &post.caption else {
        return Value::Null;
    };
    let owner = world.person(post.key.owner);
    let id = post.caption_id().to_string();
    let values = json!({
        "strong_id__": id, "pk": id, "1lcreated_at": post.taken_at, "1lcreated_at_utc": post.taken_at,
        "media_id": post.id.to_string(), "text": text,
    });
    let mut caption = filled(&CAPTION, values);
    caption["user"] = caption_user(&CAPTION_USER, &owner, signature);
    caption
}

/// The author of a caption carries figures of their own, which belong to no profile.
fn caption_user(template: &Fields, owner: &Person, signature: &mut Signature) -> Value {
    let id = owner.id.to_string();
    let values = json!({
        "strong_id__": id, "id": id, "username": owner.username, "full_name": owner.full_name,
        "is_private": owner.is_private, "is_verified": owner.is_verified, "follower_count": 7,
        "profile_pic_url": signed(&owner.picture, signature), "fbid_v2": owner.fbid.to_string(),
    });
    filled(template, values)
}
