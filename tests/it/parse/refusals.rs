//! What is no page of an endpoint is refused by name, never read as an empty page.

use gleaner::endpoint::ParseError;
use gleaner::model::UserId;
use gleaner::target::Target;

use super::{fixture, refusal};

const G2: &str = "/g2/user/followers";
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
        for path in [G2, PAIR, GRID, "/v1/user/by/id", "/v2/media/comments"] {
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
    ] {
        for path in [
            G2,
            PAIR,
            GRID,
            "/v1/user/by/id",
            "/v2/media/comments",
            "/v2/media/comments/replies",
        ] {
            assert!(
                matches!(refusal(path, body.as_bytes()), ParseError::WrongShape { .. }),
                "{path} {body}"
            );
        }
    }
}

#[test]
fn the_body_of_another_endpoint_is_refused() {
    let pairs = [
        (G2, PAIR),
        (PAIR, G2),
        (G2, "/v2/media/comments"),
        (PAIR, "/gql/comments/chunk"),
        ("/gql/comments/chunk", PAIR),
        ("/gql/comments/chunk", "/v2/media/comments"),
        ("/v2/media/comments", "/v2/media/comments/replies"),
        ("/v2/media/comments/replies", "/v2/media/comments"),
        (GRID, G2),
        (GRID, "/gql/user/web_profile_info"),
        ("/gql/user/web_profile_info", GRID),
        ("/v1/user/by/id", PAIR),
        (G2, "/sys/balance"),
    ];
    for (path, other) in pairs {
        let error = refusal(path, &fixture(other, "first"));
        assert!(
            matches!(error, ParseError::WrongShape { .. }),
            "{other} as {path}: {error}"
        );
    }
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
