//! Ids, texts, times and keys are read exactly, and what is odd about them is said.

use gleaner::model::Field;

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
