//! What is no page of an endpoint is refused by name, never read as an empty page.

use gleaner::endpoint::ParseError;
use gleaner::model::UserId;
use gleaner::target::Target;

use super::{fixture, parse, refusal};

const PAIR: &str = "/gql/user/followers/chunk";
const GRID: &str = "/gql/user/medias";

#[test]
fn what_is_no_answer_gets_its_name() {
    let not_json: [&[u8]; 6] = [
        b"",
        b"<html>502</html>",
        b"error code: 1010",
        b"{} {}",
        b"\xff\xfe{}",
        b"[[], null] x",
    ];
    for body in not_json {
        assert!(matches!(refusal(PAIR, body), ParseError::NotJson { .. }));
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(
        refusal(PAIR, deep.as_bytes()),
        ParseError::NotJson { .. }
    ));
    let errors = [
        r#"{"state": false, "error": "Top up", "exc_type": "InsufficientFunds"}"#,
        r#"{"detail": "User not found", "exc_type": "UserNotFound"}"#,
        r#"{"detail": [{"loc": ["query", "user_id"], "msg": "field required"}]}"#,
        r#"{"message": "challenge_required", "status": "fail"}"#,
        r#"{"items": [], "more_available": false, "message": "wait", "status": "fail"}"#,
        r#"{"response": {"users": [], "comments": [], "status": "fail"}, "next_page_id": null}"#,
    ];
    for body in errors {
        for (path, _, _) in SHAPES {
            assert!(
                matches!(refusal(path, body.as_bytes()), ParseError::ErrorObject { .. }),
                "{path} {body}"
            );
        }
    }
    let abridged = [
        r#"[[{"pk": "1"}, "... (49 more items)"], "QVFE..."]"#,
        r#"{"response": {"users": [{"...": "..."}]}, "next_page_id": null}"#,
        r#"{"stream_rows": [{"data": {"...": "..."}}, "... (13 more items)"]}"#,
    ];
    for body in abridged {
        assert!(
            matches!(refusal(PAIR, body.as_bytes()), ParseError::Abridged { .. }),
            "{body}"
        );
    }
    for body in [
        "{}",
        "null",
        "[]",
        "[null, null]",
        "7",
        "\"text\"",
        r#"{"response": {"users": null}}"#,
        r#"{"items": []}"#,
        r#"{"items": [{"user": {"pk": "1"}}], "status": "ok"}"#,
        r#"{"data": {"found": {"edges": null, "items": null, "repost_grid_items": null}}}"#,
    ] {
        for (path, shape, further) in SHAPES {
            // An empty list is how those who answer with a list say that there is nothing, and a search may find
            // anything that holds a user.
            let is_list = |shape: &str| ["users", "comments"].contains(&shape);
            let is_its_own = match body {
                "[]" => is_list(shape) || further.iter().any(|shape| is_list(shape)),
                _ => path == "/gql/topsearch" && body.contains("user\": {\"pk"),
            };
            if is_its_own {
                continue;
            }
            assert!(
                matches!(refusal(path, body.as_bytes()), ParseError::WrongShape { .. }),
                "{path} {body}"
            );
        }
    }
}

/// Each endpoint with the shape of its first fixture, and the other shapes that it reads as well.
const SHAPES: [(&str, &str, &[&str]); 26] = [
    ("/gql/user/web_profile_info", "profile", &[]),
    ("/v1/user/by/id", "profile", &[]),
    ("/v1/user/by/username", "profile", &[]),
    ("/gql/user/by/id", "profile", &["wrapped profile"]),
    ("/gql/user/by/username", "wrapped profile", &["profile"]),
    ("/g2/user/followers", "envelope of users", &[]),
    ("/g2/user/following", "envelope of users", &[]),
    ("/gql/user/followers/chunk", "pair of users", &[]),
    ("/gql/user/following/chunk", "pair of users", &[]),
    ("/gql/comment/likers/chunk", "pair of users", &["users"]),
    ("/gql/media/likers", "users", &[]),
    ("/gql/comment/likers", "users", &["pair of users"]),
    ("/gql/user/followers", "users", &["pair of users"]),
    ("/gql/user/following", "users", &["pair of users"]),
    ("/gql/user/related/profiles", "users", &["pair of users"]),
    ("/gql/comments/chunk", "pair of comments", &[]),
    ("/gql/comments/threaded/chunk", "pair of comments", &[]),
    ("/gql/comments", "comments", &["pair of comments"]),
    ("/gql/comments/threaded", "comments", &["pair of comments"]),
    ("/v2/media/comments", "envelope of comments", &[]),
    ("/v2/media/comments/replies", "replies", &[]),
    ("/gql/user/medias", "grid", &[]),
    ("/gql/user/clips", "clips", &[]),
    ("/gql/user/reposts", "reposts", &[]),
    ("/gql/media/usertags", "tags", &[]),
    ("/gql/topsearch", "search", &[]),
];

#[test]
fn the_body_of_another_endpoint_is_refused_wherever_its_shape_is_another() {
    assert_eq!(
        SHAPES.len(),
        gleaner::endpoints::ALL.len() - 1,
        "all but the balance"
    );
    for (path, own, further) in SHAPES {
        assert!(matches!(
            refusal(path, &fixture("/sys/balance", "first")),
            ParseError::WrongShape { .. }
        ));
        for (other, shape, _) in SHAPES {
            let body = fixture(other, "first");
            if shape == own || further.contains(&shape) {
                let endpoint = gleaner::endpoints::find(path).expect("it is known");
                assert!(parse(endpoint, &body).is_ok(), "{other} as {path}");
                continue;
            }
            let error = refusal(path, &body);
            assert!(
                matches!(error, ParseError::WrongShape { .. }),
                "{other} as {path}: {error}"
            );
        }
    }
}

#[test]
fn flat_lists_are_told_apart_by_their_cursors() {
    let flats = [
        (
            GRID,
            r#""profile_grid_items_cursor": "c", "more_available": true"#,
        ),
        (
            "/gql/user/clips",
            r#""paging_info": {"max_id": "c", "more_available": true}"#,
        ),
        (
            "/gql/user/reposts",
            r#""repost_next_max_id": "c", "repost_more_available": true"#,
        ),
        (
            "/gql/topsearch",
            r#""page_info": {"end_cursor": "c", "has_next_page": true}"#,
        ),
    ];
    for (path, _) in flats {
        for (other, end) in flats {
            for items in ["", r#"{"pk": "5", "media_type": 2}"#] {
                let body = format!(r#"{{"items": [{items}], {end}}}"#);
                let endpoint = gleaner::endpoints::find(path).expect("it is known");
                assert_eq!(
                    parse(endpoint, body.as_bytes()).is_ok(),
                    path == other,
                    "{path} {body}"
                );
            }
        }
    }
}

#[test]
fn reposts_of_another_user_are_refused() {
    let body = String::from_utf8(fixture("/gql/user/reposts", "first")).expect("it is text");
    let body = body.replace("9000000080", "9000000079");
    let error = refusal("/gql/user/reposts", body.as_bytes());
    assert_eq!(
        error.to_string(),
        "the body is no page of this endpoint: these are reposts of user 9000000079, not of 9000000080"
    );
}

#[test]
fn the_profile_of_another_user_is_refused() {
    let endpoint = gleaner::endpoints::find("/v1/user/by/id").expect("it is known");
    let gleaner::endpoint::Parse::Page(read) = endpoint.parse else {
        panic!("it has pages")
    };
    let body = fixture("/v1/user/by/id", "first");
    assert!(read(&body, &Target::User(UserId(9_000_000_031))).is_ok());
    assert!(matches!(
        read(&body, &Target::User(UserId(5))),
        Err(ParseError::WrongShape { .. })
    ));
    let renamed = read(&body, &Target::Name("@old.name".to_owned())).expect("a new name is no error");
    assert_eq!(renamed.notes, ["user: the username is not the one asked for"]);
}

#[test]
fn units_and_rate_are_read_and_errors_are_not() {
    let gleaner::endpoint::Parse::Balance(read) = gleaner::endpoints::balance::ENDPOINT.parse else {
        panic!("it is the balance")
    };
    let balance = read(br#"{"requests": 53999, "rate": 15, "amount": 37.3}"#).expect("it is a balance");
    assert_eq!(
        (balance.units_left, balance.rate.to_string()),
        (53_999, "15".to_owned())
    );
    for body in [
        r#"{"requests": "5", "rate": 15}"#,
        r#"{"requests": 5}"#,
        r#"{"requests": 5, "rate": 0}"#,
    ] {
        assert!(
            matches!(read(body.as_bytes()), Err(ParseError::WrongShape { .. })),
            "{body}"
        );
    }
}

#[test]
fn a_list_of_hashtags_or_places_is_no_list_of_users() {
    for thing in [
        r#"{"id": "17841562498105353", "name": "lamps", "media_count": 5}"#,
        r#"{"pk": 213385402, "name": "Lamptown", "lat": 51.5, "lng": -0.12}"#,
        r#"{"pk": "17900000000000001", "title": "Lamps", "user": {"pk": "5"}}"#,
    ] {
        for path in [
            "/gql/media/likers",
            "/gql/user/followers",
            "/gql/comment/likers/chunk",
        ] {
            let error = refusal(path, format!("[{thing}]").as_bytes());
            assert!(matches!(error, ParseError::WrongShape { .. }), "{path} {error}");
        }
    }
}
