//! Streams become the page that they would have been in one piece.

use gleaner::endpoint::Page;
use gleaner::model::Field;
use serde_json::Value;

use super::{fixture, page, parse};

const GRID: &str = "/gql/user/medias";
const CLIPS: &str = "/gql/user/clips";
const SEARCH: &str = "/gql/topsearch";

/// The rows of a streamed fixture, and what a page made of other rows becomes.
fn rows_of(path: &str, name: &str) -> (Vec<Value>, impl Fn(&[Value]) -> Page) {
    let endpoint = gleaner::endpoints::find(path).expect("it is known");
    let whole: Value = serde_json::from_slice(&fixture(path, name)).expect("it is JSON");
    let rows = whole["stream_rows"].as_array().expect("it is a stream").clone();
    let read = move |rows: &[Value]| {
        let body = serde_json::json!({ "stream_rows": rows }).to_string();
        parse(endpoint, body.as_bytes()).expect("it is a page")
    };
    (rows, read)
}

const STREAMS: [(&str, &str); 5] = [
    (GRID, "first"),
    (CLIPS, "first"),
    (CLIPS, "early"),
    ("/gql/user/reposts", "streamed"),
    (SEARCH, "first"),
];

#[test]
fn patches_may_come_in_any_order() {
    for (path, name) in STREAMS {
        let (rows, read) = rows_of(path, name);
        let expected = read(&rows);
        let mut turned = rows.clone();
        for _ in 0..rows.len() {
            turned.rotate_left(1);
            assert_eq!(read(&turned), expected, "{path} {name}");
        }
        turned.reverse();
        assert_eq!(read(&turned), expected, "{path} {name} backwards");
    }
}

#[test]
fn paths_of_patches_for_posts_may_be_cut() {
    for (path, name) in STREAMS.into_iter().filter(|(path, _)| *path != SEARCH) {
        let (rows, read) = rows_of(path, name);
        let expected = read(&rows);
        for steps in [1, 2, 3] {
            let mut cut = rows.clone();
            for patch in cut.iter_mut().flat_map(|row| match row {
                Value::Array(parts) => parts.iter_mut().collect::<Vec<_>>(),
                part => vec![part],
            }) {
                if let Some(path) = patch.get_mut("path").and_then(Value::as_array_mut) {
                    path.truncate(steps);
                }
            }
            assert_eq!(read(&cut).rows, expected.rows, "{path} {name}: {steps} steps");
        }
    }
}

#[test]
fn light_items_and_their_late_fields_are_one_post_each() {
    for name in ["first", "early"] {
        let read = parse(
            gleaner::endpoints::find(CLIPS).expect("it is known"),
            &fixture(CLIPS, name),
        )
        .expect("it is a page");
        assert_eq!(read.rows.media.len(), read.entries.len(), "{name}");
        assert!(read.rows.media.iter().all(|clip| clip.full), "{name}");
    }
}

#[test]
fn units_that_come_late_are_not_put_into_one_another() {
    let unit = |place: usize, id: u32| {
        format!(
            r#"{{"path": ["found", "edges", {place}], "data": {{"node": {{"items":
            [{{"__typename": "XDTUserDict", "id": "{id}"}}]}}}}}}"#
        )
    };
    // The list is cut to one of its four units; the others come backwards.
    let body = format!(
        r#"{{"stream_rows": [{{"data": {{"found": {{"edges": [{{"node": {{"items": []}}}}]}}}}}}, {}, {}, {}]}}"#,
        unit(6, 6),
        unit(5, 5),
        unit(4, 4)
    );
    let ids: Vec<i64> = page(SEARCH, &body).entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [4, 5, 6]);
}

#[test]
fn a_patch_that_would_vanish_in_another_object_is_noted() {
    let read = |patch: &str| {
        let body = format!(
            r#"{{"stream_rows": [{{"data": {{"clips": {{"items": [], "paging_info": {{"more_available": false}}}}}}}},
            {patch}], "x": {{}}}}"#
        );
        page(CLIPS, &body).notes
    };
    let lost = "a patch that says what it is for is put into an object that does not";
    for patch in [
        r#"{"path": ["clips"], "data": {"id": "5_6", "code": "F"}}"#,
        r#"{"path": ["clips"], "data": {"__typename": "XDTMediaDict", "id": "5_6", "code": "F"}}"#,
        r#"{"path": ["clips"], "data": {"__typename": "Edge", "node": {}}}"#,
    ] {
        assert!(read(patch).iter().any(|note| note == lost), "{patch}");
    }
    let notes = read(r#"{"path": ["clips", -1, "media"], "label": "L", "data": {"status": "ok"}}"#);
    assert_eq!(notes[0], "the path of patch L has a step that leads nowhere");
}

#[test]
fn a_huge_step_makes_no_huge_list() {
    let body = r#"{"stream_rows": [{"data": {"feed": {"profile_grid_items": [], "more_available": false}}},
        {"path": ["feed", "profile_grid_items", 18446744073709551615, "media"],
         "data": {"__typename": "XDTMediaDict", "id": "5_6", "code": "F"}}]}"#;
    let read = page(GRID, body);
    assert_eq!((read.entries.len(), read.elements), (1, 1));
    assert_eq!(read.rows.media[0].owner_id, Field::Is(6));
}

#[test]
fn a_null_beside_an_error_clears_nothing() {
    let body = r#"{"stream_rows": [{"data": {"feed": {"profile_grid_items": [{"media":
        {"__typename": "XDTMediaDict", "id": "5_6", "taken_at": 1700000000}}], "more_available": false}}},
        {"path": ["feed", "profile_grid_items", 0, "media"], "errors": [{"message": "execution error"}],
         "data": {"__typename": "XDTMediaDict", "id": "5_6", "caption": null, "like_count": 3}}]}"#;
    let read = page(GRID, body);
    assert_eq!(read.rows.media[0].caption, Field::Unsaid);
    assert_eq!(read.rows.media[0].like_count, Field::Is(3));
    let calm = page(
        GRID,
        &body.replace(r#""errors": [{"message": "execution error"}],"#, ""),
    );
    assert_eq!(calm.rows.media[0].caption, Field::Clear);
}

#[test]
fn a_null_or_a_shorter_list_never_replaces_what_is_known() {
    let body = r#"{"stream_rows": [{"data": {"feed": {"profile_grid_items": [{"media":
        {"__typename": "XDTMediaDict", "id": "5_6", "like_count": 3, "carousel_media": [{"id": "7_6"}, {"id": "8_6"}]}}],
        "more_available": false}}},
        {"path": ["feed", "profile_grid_items", 0, "media"], "data": {"__typename": "XDTMediaDict", "id": "5_6",
         "like_count": null, "carousel_media": [{"id": "7_6", "media_type": 1}]}}]}"#;
    let read = page(GRID, body);
    assert_eq!(read.rows.media[0].like_count, Field::Is(3));
    assert_eq!(read.rows.children.len(), 2);
}
