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

/// Each of a body's ends with the next page that it stands for.
fn assert_next(path: &str, body: impl Fn(&str) -> String, cases: &[(&str, Next)]) {
    for (end, expected) in cases {
        assert_eq!(page(path, &body(end)).next, *expected, "{path} {end}");
    }
}

fn cursor(text: &str) -> Next {
    Next::Cursor(text.to_owned())
}

#[test]
fn clips_end_where_their_paging_says_so_wherever_it_stands() {
    let flat = |end: &str| format!(r#"{{"items": [{{"media": {{"pk": "5", "media_type": 2}}}}] {end}}}"#);
    let raw = |end: &str| format!(r#"{{"data": {{"clips": {}}}}}"#, flat(end));
    let nested = [
        (
            r#", "paging_info": {"max_id": "c", "more_available": true}"#,
            cursor("c"),
        ),
        (
            r#", "paging_info": {"max_id": "c", "more_available": false}"#,
            Next::End,
        ),
        (
            r#", "paging_info": {"max_id": "", "more_available": false}"#,
            Next::End,
        ),
        (r#", "paging_info": {"max_id": null}"#, Next::End),
        (
            r#", "paging_info": {"max_id": "", "more_available": true}"#,
            Next::Missing,
        ),
        (r#", "paging_info": {}"#, Next::Missing),
        (r#", "paging_info": null"#, Next::Missing),
        ("", Next::Missing),
    ];
    assert_next("/gql/user/clips", raw, &nested);
    assert_next("/gql/user/clips", flat, &nested);
    let top = [
        (r#", "max_id": "c", "more_available": true"#, cursor("c")),
        (r#", "max_id": 7"#, cursor("7")),
        (r#", "more_available": false"#, Next::End),
        (r#", "more_available": true"#, Next::Missing),
        (r#", "next_max_id": "c""#, Next::Missing),
    ];
    assert_next("/gql/user/clips", flat, &top);
}

#[test]
fn reposts_end_where_their_flag_says_so() {
    let raw = |end: &str| {
        format!(
            r#"{{"data": {{"account": {{"id": "9000000080", "timeline": {{"repost_grid_items":
            [{{"media": {{"pk": "5", "media_type": 2}}}}] {end}}}}}}}}}"#
        )
    };
    let flat = |end: &str| format!(r#"{{"items": [{{"pk": "5", "media_type": 2}}] {end}}}"#);
    let cases = [
        (
            r#", "repost_next_max_id": "c", "repost_more_available": true"#,
            cursor("c"),
        ),
        (r#", "repost_next_max_id": "c""#, cursor("c")),
        (
            r#", "repost_next_max_id": "c", "repost_more_available": false"#,
            Next::End,
        ),
        (r#", "repost_next_max_id": null"#, Next::End),
        (
            r#", "repost_next_max_id": null, "repost_more_available": true"#,
            Next::Missing,
        ),
        ("", Next::Missing),
    ];
    assert_next("/gql/user/reposts", raw, &cases);
    assert_next("/gql/user/reposts", flat, &cases);
    let pair = [
        (r#", "max_id": "c", "more_available": true"#, cursor("c")),
        (r#", "max_id": null, "more_available": false"#, Next::End),
    ];
    assert_next("/gql/user/reposts", flat, &pair);
}

#[test]
fn likers_of_a_comment_go_on_in_each_of_their_shapes() {
    let pair = |end: &str| format!(r#"[[{{"id": "5"}}]{end}]"#);
    let pairs = [
        (r#", "c""#, cursor("c")),
        (", null", Next::End),
        (r#", """#, Next::End),
        (", {}", Next::Missing),
        ("", Next::Missing),
    ];
    assert_next("/gql/comment/likers/chunk", pair, &pairs);
    let object = |end: &str| format!(r#"{{"items": [{{"id": "5"}}] {end}}}"#);
    let objects = [
        (r#", "end_cursor": "c", "more_available": true"#, cursor("c")),
        (r#", "end_cursor": "c", "more_available": false"#, Next::End),
        (r#", "end_cursor": null, "more_available": true"#, Next::Missing),
        (r#", "end_cursor": null"#, Next::End),
        ("", Next::Missing),
    ];
    assert_next("/gql/comment/likers/chunk", object, &objects);
    assert_eq!(
        page("/gql/comment/likers/chunk", r#"[{"id": "5"}]"#).next,
        Next::Missing
    );
    assert_eq!(page("/gql/comment/likers/chunk", "[]").next, Next::End);
}

#[test]
fn a_searchs_cursor_is_taken_wherever_it_stands() {
    let user = r#"{"__typename": "XDTUserDict", "id": "5"}"#;
    let flat = |end: &str| format!(r#"{{"items": [{user}] {end}}}"#);
    let connection = |end: &str| {
        format!(r#"{{"data": {{"found": {{"edges": [{{"node": {{"items": [{user}]}}}}] {end}}}}}}}"#)
    };
    let unit = |end: &str| {
        format!(r#"{{"data": {{"found": {{"edges": [{{"node": {{"items": [{user}] {end}}}}}]}}}}}}"#)
    };
    let outer = |end: &str| {
        format!(r#"{{"data": {{"found": {{"edges": [{{"node": {{"items": [{user}]}}}}]}}}} {end}}}"#)
    };
    let cases = [
        (
            r#", "page_info": {"end_cursor": "c", "has_next_page": true}"#,
            cursor("c"),
        ),
        (r#", "page_info": {"end_cursor": "c"}"#, cursor("c")),
        (
            r#", "page_info": {"end_cursor": "c", "has_next_page": false}"#,
            Next::End,
        ),
        (r#", "page_info": {"end_cursor": null}"#, Next::End),
        (
            r#", "page_info": {"end_cursor": null, "has_next_page": true}"#,
            Next::Missing,
        ),
        (r#", "page_info": {}, "end_cursor": "c""#, cursor("c")),
        (r#", "end_cursor": "c""#, cursor("c")),
        (r#", "next_page_id": "c", "has_more": true"#, cursor("c")),
        (r#", "next_max_id": "c", "more_available": true"#, cursor("c")),
        (r#", "end_cursor": null, "next_max_id": "c""#, cursor("c")),
        (r#", "more_available": false"#, Next::End),
        ("", Next::Missing),
    ];
    for (path, body) in [
        ("flat", &flat as &dyn Fn(&str) -> String),
        ("connection", &connection),
        ("unit", &unit),
        ("outer", &outer),
    ] {
        for (end, expected) in &cases {
            let read = page("/gql/topsearch", &body(end));
            assert_eq!(read.next, *expected, "{path} {end}");
            assert_eq!(read.entries.len(), 1, "{path} {end}");
        }
    }
    let both = connection(r#", "page_info": {"end_cursor": "outer", "has_next_page": true}"#)
        .replace(r#""items":"#, r#""page_info": {"end_cursor": "inner"}, "items":"#);
    assert_eq!(page("/gql/topsearch", &both).next, cursor("outer"));
}

#[test]
fn what_has_one_page_ends_and_says_where_a_list_goes_on() {
    for (path, item) in [
        ("/gql/comment/likers", r#"{"id": "5"}"#),
        ("/gql/comments", r#"{"pk": "5", "text": ""}"#),
        ("/gql/comments/threaded", r#"{"pk": "5", "text": ""}"#),
        ("/gql/user/followers", r#"{"pk": "5"}"#),
        ("/gql/user/following", r#"{"pk": "5"}"#),
        ("/gql/user/related/profiles", r#"{"pk": "5"}"#),
    ] {
        for (body, limited) in [
            (format!("[{item}]"), false),
            (format!("[[{item}]]"), false),
            (format!("[[{item}], null]"), false),
            (format!(r#"[[{item}], ""]"#), false),
            (format!(r#"[[{item}], "c"]"#), true),
            (format!("[[{item}], [1]]"), true),
            (format!(r#"[[{item}], null, "c"]"#), true),
        ] {
            let read = page(path, &body);
            assert_eq!((read.next, read.limited), (Next::End, limited), "{path} {body}");
            assert_eq!(read.entries.len(), 1, "{path} {body}");
        }
    }
    for path in ["/gql/media/likers", "/gql/media/usertags"] {
        let read = super::fixture(path, "first");
        let read = page(path, &String::from_utf8(read).expect("it is text"));
        assert_eq!((read.next, read.limited), (Next::End, false), "{path}");
    }
}
