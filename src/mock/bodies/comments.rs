//! Comments and replies in the shapes of the two families of endpoints.

use serde_json::{Value, json};

use crate::mock::bodies::signature::Signature;
use crate::mock::bodies::template::{filled, template};
use crate::mock::bodies::users;
use crate::mock::people::Person;
use crate::mock::posts::{PostKey, names};
use crate::mock::threads::Remark;
use crate::mock::world::World;

template!(PLAIN, "comment.json");
template!(THREADED, "comment_threaded.json");
template!(REPLY, "reply.json");
template!(PAGE, "comments_page.json");
template!(REPLIES_PAGE, "replies_page.json");

/// As `/gql/comments/chunk` and `/gql/comments/threaded/chunk` show a comment.
pub(crate) fn plain(world: &World, remark: &Remark, signature: &mut Signature) -> Value {
    // A reply does not always name what it answers: who asks knows.
    let parent = remark.parent.filter(|_| remark.id % 2 == 0);
    let values = json!({
        "pk": remark.id.to_string(), "user": users::commenter(&world.person(remark.author), signature),
        "is_covered": remark.is_covered, "child_comment_count": remark.replies,
        "parent_comment_id": parent.map(|id| id.to_string()), "text": remark.text,
        "created_at": remark.created_at, "comment_like_count": remark.likes,
        "giphy_media_info": gif(remark),
    });
    filled(&PLAIN, values)
}

/// As `/v2/media/comments` shows a comment, with at most one reply as a taste.
pub(crate) fn threaded(
    world: &World,
    media_id: i64,
    remark: &Remark,
    taste: Option<&Remark>,
    signature: &mut Signature,
) -> Value {
    let author = world.person(remark.author);
    let id = remark.id.to_string();
    let values = json!({
        "pk": id, "strong_id__": id, "media_id": media_id, "user_id": author.id, "text": remark.text,
        "created_at": remark.created_at, "created_at_utc": remark.created_at,
        "created_at_for_fb_app": remark.created_at, "comment_like_count": remark.likes,
        "like_count": remark.likes, "is_covered": remark.is_covered,
    });
    let mut comment = filled(&THREADED, values);
    comment["user"] = users::threaded_commenter(&author, signature);
    comment["child_comment_count"] = json!(remark.replies);
    comment["giphy_media_info"] = gif(remark);
    let tastes: Vec<Value> = taste
        .map(|reply| self::reply(world, media_id, reply, signature))
        .into_iter()
        .collect();
    comment["preview_child_comments"] = json!(tastes);
    comment
}

/// As `/v2/media/comments/replies` shows a reply.
pub(crate) fn reply(world: &World, media_id: i64, remark: &Remark, signature: &mut Signature) -> Value {
    let author = world.person(remark.author);
    let id = remark.id.to_string();
    let parent = remark.parent.map(|id| id.to_string());
    let values = json!({
        "pk": id, "strong_id__": id, "media_id": media_id, "user_id": author.id, "text": remark.text,
        "created_at": remark.created_at, "created_at_utc": remark.created_at,
        "created_at_for_fb_app": remark.created_at, "comment_like_count": remark.likes,
        "is_covered": remark.is_covered, "parent_comment_id": parent, "replied_to_comment_id": parent,
    });
    let mut reply = filled(&REPLY, values);
    reply["user"] = users::threaded_commenter(&author, signature);
    if remark.gif.is_some() {
        reply["giphy_media_info"] = gif(remark);
    }
    if remark.id % 7 == 0 {
        reply["media_info"] = answering_clip(&author, remark, signature);
    }
    reply
}

/// The clip with which somebody answers a comment. It is no post of any list.
fn answering_clip(author: &Person, remark: &Remark, signature: &mut Signature) -> Value {
    let pk = remark.id * 211;
    let id = format!("{pk}_{}", author.id);
    json!({
        "media": {
            "__typename": "XDTMediaDict", "strong_id__": id, "id": id, "code": names::code(pk),
            "media_type": 2, "product_type": "clips", "taken_at": remark.created_at, "like_count": 0,
            "comment_count": 0, "play_count": 83, "has_audio": true, "original_width": 720, "original_height": 1280,
            "timeline_pinned_user_ids": [], "coauthor_producers": [], "caption": null,
            "owner": users::owner(author, signature), "user": users::on_media(author, signature),
        },
    })
}

/// The frame of a page of `/v2/media/comments`. Only the outer cursor says whether the list goes on.
pub(crate) fn page(
    world: &World,
    key: PostKey,
    comments: Vec<Value>,
    cursor: Option<(Value, Value)>,
    signature: &mut Signature,
) -> Value {
    let values = json!({ "comment_count": world.post(key).comments, "has_more_comments": false });
    let mut response = filled(&PAGE, values);
    response["comments"] = Value::Array(comments);
    response["caption"] = caption(world, key, signature);
    let Some((outer, inner)) = cursor else {
        if let Some(fields) = response.as_object_mut() {
            fields.remove("next_min_id");
        }
        return json!({ "response": response });
    };
    response["has_more_headload_comments"] = json!(!outer.is_null());
    response["next_min_id"] = inner;
    json!({ "response": response, "next_page_id": outer })
}

/// The frame of a page of `/v2/media/comments/replies`, which has no envelope.
pub(crate) fn replies_page(parent: Value, count: usize, replies: Vec<Value>, cursor: Option<Value>) -> Value {
    let mut page = filled(&REPLIES_PAGE, json!({ "child_comment_count": count }));
    page["child_comments"] = Value::Array(replies);
    page["parent_comment"] = parent;
    match cursor {
        Some(Value::Null) => page["has_more_tail_child_comments"] = json!(false),
        Some(cursor) => {
            page["has_more_tail_child_comments"] = json!(true);
            page["next_min_child_cursor"] = cursor;
        }
        None => {
            if let Some(fields) = page.as_object_mut() {
                fields.remove("has_more_tail_child_comments");
            }
        }
    }
    page
}

/// The caption looks like a comment, but is none.
fn caption(world: &World, key: PostKey, signature: &mut Signature) -> Value {
    let post = world.post(key);
    let Some(text) = &post.caption else {
        return Value::Null;
    };
    let owner = world.person(key.owner);
    let id = post.caption_id().to_string();
    json!({
        "bit_flags": 0, "content_type": "comment", "created_at": post.taken_at, "created_at_for_fb_app": post.taken_at,
        "created_at_utc": post.taken_at, "did_report_as_spam": false, "is_covered": false,
        "is_created_by_media_owner": true, "is_ranked_comment": true, "media_id": post.id, "pk": id,
        "private_reply_status": 0, "share_enabled": true, "status": "Active", "strong_id__": id, "text": text,
        "type": 1, "user": users::threaded_commenter(&owner, signature), "user_id": owner.id,
    })
}

fn gif(remark: &Remark) -> Value {
    let Some(id) = &remark.gif else { return Value::Null };
    json!({
        "first_party_cdn_proxied_images": { "fixed_height": { "height": "200", "width": "200", "url": "" } },
        "id": id, "is_sticker": false, "title": "", "username": null,
    })
}
