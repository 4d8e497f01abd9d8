//! Posts on the stage.

use serde_json::{Value, json};

use super::{Person, short};

/// A page of posts: pinned ones first. A cursor is the id of the last post, as that of the upstream.
pub(super) fn page(id: i64, person: &Person, cursor: Option<&str>) -> Value {
    let post = |(media, comments): &(i64, Option<i64>)| {
        let pinned_by: Vec<String> = person
            .pinned
            .iter()
            .filter(|pin| *pin == media)
            .map(|_| id.to_string())
            .collect();
        json!({
            "timeline_pinned_user_ids": pinned_by,
            "id": format!("{media}_{id}"), "pk": media.to_string(), "code": format!("P{media}"), "media_type": 1,
            "taken_at": 1_700_000_000 + media, "comment_count": comments, "like_count": 1,
            "owner": short(id, &person.name), "user": short(id, &person.name),
        })
    };
    let (mut shown, rest): (Vec<_>, Vec<_>) = person
        .posts
        .iter()
        .copied()
        .partition(|(media, _)| person.pinned.contains(media));
    shown.extend(rest);
    let after = cursor.map(|cursor| cursor.parse::<i64>().unwrap());
    let from = after.map_or(0, |after| {
        if let Some(place) = shown.iter().position(|(media, _)| *media == after) {
            return 1 + place;
        }
        let is_below = |(media, _): &(i64, Option<i64>)| *media < after && !person.pinned.contains(media);
        shown.iter().position(is_below).unwrap_or(shown.len())
    });
    let size = if person.posts_a_page == 0 {
        shown.len()
    } else {
        person.posts_a_page
    };
    let page = &shown[from..shown.len().min(from + size)];
    let next = (from + page.len() < shown.len()).then(|| page[page.len() - 1].0.to_string());
    let items: Vec<Value> = page.iter().map(post).collect();
    json!({ "items": items, "more_available": next.is_some(), "profile_grid_items_cursor": next })
}
