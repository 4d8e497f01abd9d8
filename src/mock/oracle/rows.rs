//! The columns of each row, as far as a perfect harvest knows them.

use serde_json::json;

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::dump::Row;
use crate::mock::people::Person;
use crate::mock::posts::children::Child;
use crate::mock::posts::{Post, PostKey, names};
use crate::mock::reposts::Note;
use crate::mock::threads::Remark;
use crate::mock::world::World;

/// A row of `users`; nobody of this world has the id where there is no index.
pub(crate) fn user(world: &World, id: i64, index: Option<usize>, known: Columns, is_gone: bool) -> Row {
    let mut row = Row::default();
    row.int("id", id);
    if let Some(index) = index {
        person_columns(world, &world.person(index), known, &mut row);
    }
    if is_gone {
        row.int("gone", 1);
    }
    row
}

fn person_columns(world: &World, person: &Person, known: Columns, row: &mut Row) {
    let has = |columns| known.have(columns);
    if has(Columns::USERNAME) {
        row.text("username", &person.username);
    }
    if has(Columns::FULL_NAME) {
        row.text_unless_empty("full_name", &person.full_name);
    }
    if has(Columns::BIOGRAPHY) {
        row.text_unless_empty("biography", &person.biography);
    }
    if has(Columns::BIO_LINKS) && !person.links.is_empty() {
        let links = person.links.iter().map(|link| {
            let (title, url, kind) = (json!(link.title), json!(link.url), json!(link.kind));
            format!("{{\"title\":{title},\"url\":{url},\"link_type\":{kind}}}")
        });
        row.text("bio_links", &format!("[{}]", links.collect::<Vec<_>>().join(",")));
    }
    if has(Columns::IS_PRIVATE) {
        row.flag("is_private", person.is_private);
    }
    if has(Columns::IS_VERIFIED) {
        row.flag("is_verified", person.is_verified);
    }
    if has(Columns::BUSINESS) {
        row.flag("is_business", person.account_type == 2);
    }
    if has(Columns::ACCOUNT_TYPE) {
        row.int("account_type", person.account_type);
    }
    if has(Columns::BUSINESS) {
        row.text_unless_empty("category", person.category);
    }
    if has(Columns::PRONOUNS) && !person.pronouns.is_empty() {
        row.text("pronouns", &json!(person.pronouns).to_string());
    }
    if has(Columns::CITY) {
        row.text_unless_empty("city_name", person.city);
    }
    if has(Columns::BIOGRAPHY) {
        row.text_unless_empty("external_url", person.website.as_deref().unwrap_or_default());
    }
    if has(Columns::COUNTERS) {
        let counters = world.counters(person.index);
        row.int("follower_count", (counters.followers as u64).cast_signed());
        row.int("following_count", (counters.following as u64).cast_signed());
        row.int("media_count", (counters.posts as u64).cast_signed());
        if has(Columns::CLIPS) {
            row.int("total_clips_count", (counters.clips as u64).cast_signed());
        }
    }
    if has(Columns::FBID) {
        row.int("fbid_v2", person.fbid);
    }
    if has(Columns::LATEST_REEL) && person.latest_reel != 0 {
        row.int("latest_reel_media_at", person.latest_reel * 1_000);
    }
    if has(Columns::LEGAL_FLAGS) {
        row.flag("is_memorialized", person.is_memorialized);
        row.flag("is_coppa_enforced", person.is_coppa_enforced);
        row.flag("is_regulated_c18", person.is_regulated);
    }
    if has(Columns::PICTURE) {
        row.text("profile_pic_url", &person.picture);
    }
    if has(Columns::PROFILED) {
        row.int("profiled", 1);
    }
}

/// A row of `media`.
pub(crate) fn media(world: &World, post: &Post) -> Row {
    let mut row = Row::default();
    row.int("id", post.id)
        .text("code", &names::code(post.id))
        .int("owner_id", world.user_id(post.key.owner));
    row.int("media_type", post.media_type())
        .text("product_type", post.product_type());
    row.text_unless_empty("caption", post.caption.as_deref().unwrap_or_default());
    row.int("taken_at", post.taken_at * 1_000)
        .int_if("like_count", post.likes_shown);
    row.int("comment_count", (post.comments as u64).cast_signed());
    let counters = [
        ("play_count", post.plays),
        ("view_count", post.views),
        ("reshare_count", post.reshares),
        ("repost_count", post.reposts),
        ("save_count", post.saves),
    ];
    for (column, value) in counters {
        row.int_if(column, value);
    }
    row.flag("like_and_view_counts_disabled", post.counts_hidden);
    if let Some(disabled) = post.comments_disabled {
        row.flag("comments_disabled", disabled);
    }
    row.flag("is_paid_partnership", post.is_paid);
    row.text_unless_empty("accessibility_caption", post.description.unwrap_or_default());
    if let Some(has_audio) = post.has_audio {
        row.flag("has_audio", has_audio);
    }
    let children = post.children(world.seed()).len();
    row.int_if(
        "carousel_count",
        (children > 0).then_some((children as u64).cast_signed()),
    );
    if let Some(place) = &post.place {
        row.int("location_id", place.id).text("location_name", place.name);
        if let Some((lat, lng)) = place.point {
            row.real("lat", lat).real("lng", lng);
        }
    }
    row.int("width", post.width).int("height", post.height);
    if let Some(duration) = post.duration {
        row.real("duration_s", duration);
    }
    row.text("url", &post.picture);
    row
}

/// A row of `media_children`.
pub(crate) fn child(media_id: i64, position: usize, child: &Child) -> Row {
    let mut row = Row::default();
    row.int("media_id", media_id)
        .int("position", (position as u64).cast_signed())
        .int("id", child.id);
    row.int("media_type", if child.is_video { 2 } else { 1 });
    row.int("width", child.width)
        .int("height", child.height)
        .text("url", &child.picture);
    row
}

/// A row of `user_media`.
pub(crate) fn user_media(list: &str, user_id: i64, media_id: i64, is_pinned: bool) -> Row {
    let mut row = Row::default();
    row.text("list", list)
        .int("user_id", user_id)
        .int("media_id", media_id)
        .flag("pinned", is_pinned);
    row
}

/// A row of two ids.
pub(crate) fn pair(first: (&str, i64), second: (&str, i64)) -> Row {
    let mut row = Row::default();
    row.int(first.0, first.1).int(second.0, second.1);
    row
}

/// A row of `comments`.
pub(crate) fn comment(world: &World, key: PostKey, remark: &Remark, knows_replies: bool) -> Row {
    let mut row = Row::default();
    row.int("id", remark.id).int("media_id", world.post(key).id);
    row.int("user_id", world.user_id(remark.author))
        .int_if("parent_id", remark.parent);
    row.text("text", &remark.text)
        .int("created_at", remark.created_at * 1_000)
        .int("like_count", remark.likes);
    let replies = (remark.replies as u64).cast_signed();
    row.int_if("reply_count", knows_replies.then_some(replies));
    row.flag("is_covered", remark.is_covered)
        .text_unless_empty("gif", remark.gif.as_deref().unwrap_or_default());
    row
}

/// A row of `usertags`; the place in a carousel is -1 for the post itself.
pub(crate) fn usertag(media_id: i64, user_id: i64, child_position: i64, point: Option<(f64, f64)>) -> Row {
    let (x, y) = point.unzip();
    let mut row = Row::default();
    row.int("media_id", media_id)
        .int("user_id", user_id)
        .int("child_position", child_position);
    row.real_if("x", x).real_if("y", y);
    row
}

/// A row of `reposts`.
pub(crate) fn repost(user_id: i64, media_id: i64, note: Option<&Note>) -> Row {
    let mut row = Row::default();
    row.int("user_id", user_id).int("media_id", media_id);
    if let Some(note) = note {
        row.int("reposted_at", note.at * 1_000)
            .text_unless_empty("note", &note.text);
    }
    row
}

/// A row of `search_hits`.
pub(crate) fn hit(query: &str, kind: &str, target_id: i64) -> Row {
    let mut row = Row::default();
    row.text("query", query)
        .text("kind", kind)
        .int("target_id", target_id);
    row
}
