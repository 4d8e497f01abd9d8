//! Cursors, ends and incomplete pages are told apart.

use gleaner::endpoint::Next;

use super::page;

const G2: &str = "/g2/user/followers";
const PAIR: &str = "/gql/user/followers/chunk";
const GRID: &str = "/gql/user/medias";

fn grid(cursor: &str) -> String {
    format!(r#"{{"items": [{{"pk": "5", "1ltaken_at": 1700000000, "code": "F"}}] {cursor}}}"#)
}

fn g2(response: &str, next: &str) -> String {
    format!(r#"{{"response": {{"users": [{{"pk": "5"}}] {response}}} {next}}}"#)
}

#[test]
fn the_end_of_a_follow_list_is_told_from_a_missing_cursor() {
    let cursor = |text: &str| Next::Cursor(text.to_owned());
    let cases = [
        ("", r#", "next_page_id": "25""#, cursor("25")),
        (
            "",
            r#", "next_page_id": 18446744073709551615"#,
            cursor("18446744073709551615"),
        ),
        (
            r#", "has_more": false"#,
            r#", "next_page_id": "25""#,
            cursor("25"),
        ),
        ("", r#", "next_page_id": null"#, Next::End),
        ("", r#", "next_page_id": """#, Next::End),
        ("", r#", "next_page_id": false"#, Next::End),
        (r#", "next_max_id": null"#, "", Next::End),
        (r#", "has_more": false"#, "", Next::End),
        ("", "", Next::Missing),
        (
            r#", "has_more": true"#,
            r#", "next_page_id": null"#,
            Next::Missing,
        ),
        (
            r#", "next_max_id": "50""#,
            r#", "next_page_id": null"#,
            Next::Missing,
        ),
        ("", r#", "next_page_id": ["25"]"#, Next::Missing),
        ("", r#", "next_page_id": 1.5"#, Next::Missing),
    ];
    for (response, next, expected) in cases {
        assert_eq!(page(G2, &g2(response, next)).next, expected, "{response} {next}");
    }
}

#[test]
fn a_limited_list_is_limited_only_where_it_ends() {
    let limit = r#", "should_limit_list_of_followers": true"#;
    assert!(page(G2, &g2(limit, r#", "next_page_id": null"#)).limited);
    assert!(!page(G2, &g2(limit, r#", "next_page_id": "25""#)).limited);
}

#[test]
fn a_cursor_is_kept_byte_for_byte() {
    for cursor in [
        r#"{"server_cursor": "a\/b+=", "is": true}"#,
        "QVFE+/==",
        " 25 ",
        "ü\u{0}",
    ] {
        let text = serde_json::to_string(cursor).expect("a text is JSON");
        let read = page(PAIR, &format!("[[], {text}]"));
        assert_eq!(read.next, Next::Cursor(cursor.to_owned()));
    }
}

#[test]
fn a_pair_may_have_a_third_element_or_lack_the_second() {
    assert_eq!(
        page(PAIR, r#"[[], "a", null]"#).next,
        Next::Cursor("a".to_owned())
    );
    assert_eq!(page(PAIR, r#"[[], null, "b"]"#).next, Next::Missing);
    assert_eq!(page(PAIR, r#"[[{"pk": 1}]]"#).next, Next::Missing);
}

#[test]
fn a_grid_ends_only_where_it_says_so() {
    let cases = [
        (
            r#", "profile_grid_items_cursor": "c", "more_available": true"#,
            Next::Cursor("c".to_owned()),
        ),
        (
            r#", "profile_grid_items_cursor": "c""#,
            Next::Cursor("c".to_owned()),
        ),
        (
            r#", "profile_grid_items_cursor": "c", "more_available": false"#,
            Next::End,
        ),
        (r#", "profile_grid_items_cursor": null"#, Next::End),
        (r#", "more_available": false"#, Next::End),
        (r#", "more_available": true"#, Next::Missing),
        (
            r#", "profile_grid_items_cursor": "", "more_available": true"#,
            Next::Missing,
        ),
        ("", Next::Missing),
    ];
    for (cursor, expected) in cases {
        assert_eq!(page(GRID, &grid(cursor)).next, expected, "{cursor}");
    }
}

#[test]
fn comments_of_the_second_family_trust_the_envelope_over_the_flags() {
    let next = |flags: &str, next: &str| {
        let body = format!(r#"{{"response": {{"comments": [{{"pk": "5", "text": ""}}] {flags}}} {next}}}"#);
        page("/v2/media/comments", &body).next
    };
    let more = r#", "has_more_comments": false, "has_more_headload_comments": true"#;
    assert_eq!(next(more, r#", "next_page_id": null"#), Next::End);
    assert_eq!(next(more, ""), Next::Missing);
    assert_eq!(next(r#", "has_more_comments": false"#, ""), Next::End);
    assert_eq!(next("", r#", "next_page_id": "x""#), Next::Cursor("x".to_owned()));
}
