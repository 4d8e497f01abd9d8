//! Ids, texts, times and keys are read exactly, and what is odd about them is said.

use gleaner::endpoint::Thing;
use gleaner::model::{Field, Usertag};

use super::page;

const PAIR: &str = "/gql/user/followers/chunk";
const GRID: &str = "/gql/user/medias";

fn grid(cursor: &str) -> String {
    format!(r#"{{"items": [{{"pk": "5", "1ltaken_at": 1700000000, "code": "F"}}] {cursor}}}"#)
}

#[test]
fn ids_are_exact_or_refused() {
    let ids = |body: &str| {
        page(PAIR, body)
            .entries
            .iter()
            .map(|entry| entry.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(r#"[[{"pk": 9007199254740993}, {"id": "9223372036854775807"}], null]"#),
        [9_007_199_254_740_993, i64::MAX]
    );
    for id in [
        "0",
        "-1",
        "1.0",
        "1e3",
        "9223372036854775808",
        "18446744073709551616",
        r#""""#,
        r#""007""#,
        r#""+1""#,
        r#"" 1""#,
        r#""1_2""#,
        "true",
        "[1]",
    ] {
        let read = page(PAIR, &format!(r#"[[{{"pk": {id}}}], null]"#));
        assert_eq!((read.entries.len(), read.rejects.len()), (0, 1), "{id}");
        assert!(
            read.rejects[0].reason.starts_with("user: no usable id"),
            "{}",
            read.rejects[0].reason
        );
    }
}

#[test]
fn a_rejected_element_is_kept_as_text_up_to_4000_characters() {
    let read = page(
        PAIR,
        &format!(r#"[[{{"username": "{}"}}], null]"#, "ü".repeat(9_000)),
    );
    assert_eq!(read.rejects[0].element.chars().count(), 4_000);
}

#[test]
fn a_lone_surrogate_costs_one_character() {
    let body =
        r#"[[{"pk": "5", "full_name": "a\ud83db \ud83d\ude00 \\ud83d \ude00", "username": "\ud83d"}], null]"#;
    let read = page(PAIR, body);
    assert_eq!(
        read.rows.users[0].full_name,
        Field::Is("a\u{fffd}b 😀 \\ud83d \u{fffd}".to_owned())
    );
    assert_eq!(read.notes, ["3 lone surrogates were replaced by U+FFFD"]);
}

#[test]
fn equal_notes_are_counted() {
    let read = page(
        PAIR,
        r#"[[{"pk": 1, "is_private": 0}, {"pk": 2, "is_private": 1}], null]"#,
    );
    assert_eq!(
        read.notes,
        ["user.is_private is a whole number, not a truth value (2 times)"]
    );
}

#[test]
fn a_byte_order_mark_is_skipped_and_a_key_twice_is_noted() {
    let read = page(
        PAIR,
        "\u{feff}[[{\"pk\": 1, \"username\": \"a\", \"username\": \"b\"}], null]",
    );
    assert_eq!(read.rows.users[0].username, Field::Is("b".to_owned()));
    assert_eq!(
        read.notes,
        ["\"username\" stands twice in one object with different values"]
    );
}

#[test]
fn prefixes_lose_to_nothing_but_values() {
    let body = grid(r#", "profile_grid_items_cursor": null"#).replace(
        r#""code": "F""#,
        r#""taken_at": null, "1fvideo_duration": 1.5, "location": {"pk": 3, "1flat": 1.25, "1flng": -2}"#,
    );
    let media = &page(GRID, &body).rows.media[0];
    assert_eq!(media.taken_at, Field::Is(1_700_000_000_000));
    assert_eq!(media.duration_s, Field::Is(1.5));
    assert_eq!((&media.lat, &media.lng), (&Field::Is(1.25), &Field::Is(-2.0)));
    assert_eq!(media.code, Field::Is("F".to_owned()));
}

#[test]
fn times_outside_of_the_platforms_life_are_noted() {
    for time in [
        "0",
        "1104537599",
        "4102444800",
        "1775659002000",
        "\"2026-04-07T13:00:04Z\"",
    ] {
        let read = page(
            "/gql/comments/chunk",
            &format!(r#"[[{{"pk": 1, "text": "", "created_at": {time}}}], null]"#),
        );
        assert_eq!(read.rows.comments[0].created_at, Field::Unsaid, "{time}");
        assert_eq!(read.notes.len(), 1, "{time}");
    }
}

#[test]
fn tags_stand_at_the_post_or_at_the_item_of_its_carousel() {
    let body = r#"{"items": [{"pk": "5", "media_type": 8, "usertags": {"in": [{"user": {"id": "1"}, "position": [0, 0.5]}]},
        "carousel_media": [
            {"pk": "6", "usertags": {"in": []}},
            {"pk": "gone", "usertags": {"in": [{"user": {"id": "2"}}, {"user": {"id": "2"}, "position": [1, 1]}]}},
            {"pk": "7", "usertags": {"in": [{"user": {"id": "1"}, "position": [1, 0.25, 3]}, {"user": {}}, {}]}}
        ]}], "profile_grid_items_cursor": null}"#;
    let read = page(GRID, body);
    let tags: Vec<_> = read
        .rows
        .usertags
        .iter()
        .map(|tag| (tag.user_id.0, tag.child_position, tag.x, tag.y))
        .collect();
    assert_eq!(
        tags,
        [
            (1, Usertag::WHOLE, Some(0.0), Some(0.5)),
            (2, 1, None, None),
            (1, 2, None, None)
        ]
    );
    assert!(read.rows.usertags.iter().all(|tag| tag.media_id.0 == 5));
    assert_eq!(read.rows.users.len(), 2);
    assert_eq!(
        read.notes,
        [
            "media.carousel_media: no usable id: \"pk\" is \"gone\"",
            "media.usertags.in.position is a list, not a pair of numbers",
            "media.usertags.in: no usable id: neither pk nor id is there",
            "media.usertags.in: the tag names no user",
        ]
    );
}

#[test]
fn nobody_tagged_is_told_from_nothing_said_of_tags() {
    let node = |usertags: &str| {
        let body = format!(
            r#"{{"data": {{"1$multifetch__XDTMediaDict(ids:$media_ids)": [{{"node":
            {{"id": "3800000000000000001_9"{usertags}}}}}]}}}}"#
        );
        let read = page("/gql/media/usertags", &body);
        (read.entries.len(), read.rejects.len())
    };
    for nobody in [
        r#", "usertags": null"#,
        r#", "usertags": {"in": []}"#,
        r#", "usertags": {"in": null}"#,
    ] {
        assert_eq!(node(nobody), (1, 0), "{nobody}");
    }
    for nothing in [
        "",
        r#", "usertags": {}"#,
        r#", "usertags": []"#,
        r#", "usertags": {"in": {}}"#,
    ] {
        assert_eq!(node(nothing), (0, 1), "{nothing}");
    }
}

#[test]
fn only_the_reposters_own_note_says_when_it_was_reposted() {
    let read = |notes: &str| {
        let body = format!(
            r#"{{"items": [{{"pk": "5", "media_type": 2, "media_notes": {{"items": [{notes}]}}}}], "repost_next_max_id": null}}"#
        );
        let read = page("/gql/user/reposts", &body);
        let repost = &read.rows.reposts[0];
        assert_eq!((repost.user_id.0, repost.media_id.0), (9_000_000_080, 5));
        (repost.reposted_at, repost.note.clone(), read.notes.len())
    };
    let own = r#"{"user": {"id": "9000000080"}, "1lcreated_at": 1775600000, "text": "Lamps"}"#;
    let bare = r#"{"user_id": "9000000080", "created_at": 1775600000, "text": ""}"#;
    let other = r#"{"user": {"id": "9"}, "1lcreated_at": 1700000000, "text": "Mine"}"#;
    let at = Some(1_775_600_000_000);
    assert_eq!(read(own), (at, Some("Lamps".to_owned()), 0));
    assert_eq!(read(bare), (at, None, 0));
    assert_eq!(
        read(&format!("{other}, {own}")),
        (at, Some("Lamps".to_owned()), 0)
    );
    assert_eq!(read(other), (None, None, 1));
    assert_eq!(read(""), (None, None, 0));
}

#[test]
fn headers_and_the_chat_offer_are_nothing_found() {
    let user = r#"{"__typename": "XDTUserDict", "id": "5"}"#;
    let unit = |said: &str| {
        let body = format!(
            r#"{{"data": {{"found": {{"edges": [{{"node": {{{said}, "items": [{user}]}}}}],
            "page_info": {{"has_next_page": false}}}}}}}}"#
        );
        page("/gql/topsearch", &body).elements
    };
    for furniture in [
        r#""unit_type": "HEADER""#,
        r#""unit_type": "META_AI_HCM""#,
        r#""__typename": "XDTTopSerpHeaderUnit""#,
        r#""__typename": "XDTTopSerpMetaAIHCMUnit""#,
    ] {
        assert_eq!(unit(furniture), 0, "{furniture}");
    }
    for results in [r#""unit_type": "ACCOUNTS_HCM""#, r#""__typename": "XDTNew""#] {
        assert_eq!(unit(results), 1, "{results}");
    }
}

#[test]
fn a_search_tells_users_from_posts_by_their_type_or_by_their_keys() {
    let body = r#"{"items": [{"__typename": "XDTUserDict", "pk": null, "id": "5"}, {"pk": "5", "username": "a"},
        {"__typename": "XDTMediaDict", "id": "5_6", "media_type": 1}, {"pk": "7", "code": "H"}, {"media": {"pk": "8", "code": "I"}},
        {"user": {"pk": "9"}}, {"hashtag": {"id": "10"}}, {"pk": "11"}], "end_cursor": null}"#;
    let read = page("/gql/topsearch", body);
    let found: Vec<_> = read.entries.iter().map(|entry| (entry.thing, entry.id)).collect();
    let (user, media) = (Thing::User, Thing::Media);
    assert_eq!(found, [(user, 5), (media, 5), (media, 7), (media, 8), (user, 9)]);
    assert_eq!((read.duplicates, read.rejects.len(), read.elements), (1, 2, 8));
}

#[test]
fn a_clip_is_pinned_where_the_clips_tab_says_so() {
    let pinned = |key: &str| {
        let body = format!(
            r#"{{"items": [{{"pk": "5", "media_type": 2, "{key}": ["9000000080"]}}, {{"pk": "6", "media_type": 2, "{key}": ["9"]}}],
            "max_id": null}}"#
        );
        let read = page("/gql/user/clips", &body);
        read.entries.iter().map(|entry| entry.pinned).collect::<Vec<_>>()
    };
    assert_eq!(pinned("clips_tab_pinned_user_ids"), [true, false]);
    assert_eq!(pinned("timeline_pinned_user_ids"), [false, false]);
}
