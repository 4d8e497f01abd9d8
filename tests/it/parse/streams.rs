//! Streams become the page that they would have been in one piece.

use gleaner::model::Field;

use super::{fixture, page, parse};

const GRID: &str = "/gql/user/medias";

#[test]
fn patches_may_come_in_any_order_and_cut() {
    let endpoint = gleaner::endpoints::find(GRID).expect("it is known");
    let whole: serde_json::Value = serde_json::from_slice(&fixture(GRID, "first")).expect("it is JSON");
    let rows = whole["stream_rows"].as_array().expect("it is a stream").clone();
    let expected = parse(endpoint, &fixture(GRID, "first")).expect("it is a page");
    let read = |rows: &[serde_json::Value]| {
        let body = serde_json::json!({ "stream_rows": rows }).to_string();
        parse(endpoint, body.as_bytes()).expect("it is a page")
    };
    let mut turned = rows.clone();
    for _ in 0..rows.len() {
        turned.rotate_left(1);
        assert_eq!(read(&turned).rows, expected.rows);
    }
    for steps in [1, 2, 3] {
        let mut cut = rows.clone();
        for patch in cut.iter_mut().flat_map(|row| match row {
            serde_json::Value::Array(parts) => parts.iter_mut().collect::<Vec<_>>(),
            part => vec![part],
        }) {
            if let Some(path) = patch.get_mut("path").and_then(serde_json::Value::as_array_mut) {
                path.truncate(steps);
            }
        }
        assert_eq!(read(&cut).rows, expected.rows, "paths of {steps} steps");
    }
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
