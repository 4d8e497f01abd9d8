//! Every status there is, and every error body that was seen, in made-up words.

use std::time::Duration;

use super::classify;
use crate::client::{Head, Location, Outcome};

fn status(status: u16) -> Head {
    Head {
        status,
        ..Head::default()
    }
}

fn of(status_code: u16, body: &str) -> Outcome {
    classify(&status(status_code), body.as_bytes())
}

/// The outcomes' names for each run of statuses that share one.
fn table(body: &str) -> String {
    let mut runs: Vec<(u16, u16, &'static str)> = Vec::new();
    for status in 100..=999 {
        let name = of(status, body).name();
        match runs.last_mut() {
            Some((_, last, same)) if *same == name => *last = status,
            _ => runs.push((status, status, name)),
        }
    }
    let lines = runs.iter().map(|(first, last, name)| {
        if first == last {
            format!("{first} {name}")
        } else {
            format!("{first}-{last} {name}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_status_has_its_outcome_whatever_the_body() {
    insta::assert_snapshot!(table(""), @r#"
    100-199 refused
    200-299 not_a_page
    300 refused
    301-303 redirected
    304-306 refused
    307-308 redirected
    309-399 refused
    400 bad_request
    401 unauthorized
    402 out_of_funds
    403 private
    404 not_found
    405-407 refused
    408 retry
    409 refused
    410 retired
    411-420 refused
    421 retry
    422-424 refused
    425 retry
    426-428 refused
    429 rate_limited
    430-499 refused
    500-599 retry
    600-999 refused
    "#);
}

#[test]
fn html_is_never_the_word_of_the_upstream() {
    insta::assert_snapshot!(table("<html><title>Attention</title></html>"), @r#"
    100-199 refused
    200-299 not_a_page
    300 refused
    301-303 redirected
    304-306 refused
    307-308 redirected
    309-399 refused
    400 bad_request
    401 unauthorized
    402 out_of_funds
    403 blocked
    404-407 refused
    408 retry
    409-420 refused
    421 retry
    422-424 refused
    425 retry
    426-428 refused
    429 rate_limited
    430-499 refused
    500-599 retry
    600-999 refused
    "#);
}

#[test]
fn an_error_object_at_200_means_what_it_would_under_its_own_status() {
    let errors = [
        r#"{"state":false,"error":"Unauthorized request: pass a key"}"#,
        r#"{"state":false,"error":"Top up","exc_type":"InsufficientFunds"}"#,
        r#"{"detail":"User hid data","exc_type":"PrivateAccount"}"#,
        r#"{"detail":"No such user","exc_type":"UserNotFound"}"#,
        r#"{"detail":"Not found ({})","exc_type":"MediaNotFound"}"#,
        r#"{"detail":"Entries not found","exc_type":"NotFoundError"}"#,
        r#"{"detail":"Media is unavailable","exc_type":"MediaUnavailable"}"#,
        r#"{"detail":"gone","exc_type":"EndpointDeprecated"}"#,
        r#"{"detail":"bad cursor","exc_type":"ValidationError"}"#,
        r#"{"detail":"down","exc_type":"InstagramServerError"}"#,
        r#"{"detail":"down","exc_type":"InternalError"}"#,
        r#"{"detail":"?","exc_type":"SomethingNew"}"#,
        r#"{"detail":"?"}"#,
        r#"{"detail":[{"loc":["query","user_id"],"msg":"field required"}]}"#,
        r#"{"status":"fail","message":"wait a bit"}"#,
        r#"{"state":false}"#,
        r#" {"error":"?"} "#,
    ];
    let outcomes = errors
        .map(|body| format!("{}: {}", of(200, body).name(), of(200, body)))
        .join("\n");
    insta::assert_snapshot!(outcomes, @r#"
    unauthorized: the upstream does not accept the key
    out_of_funds: the account has no units left
    private: the target is private
    not_found: the upstream does not find the target
    not_found: the upstream does not find the target
    not_found: the upstream does not find the target
    not_found: the upstream does not find the target
    retired: the endpoint is retired
    bad_request: the parameters are not accepted: ValidationError: bad cursor
    retry: the upstream has trouble: InstagramServerError: down
    retry: the upstream has trouble: InternalError: down
    not_a_page: status 200, but no page: an error: SomethingNew: ?
    not_a_page: status 200, but no page: an error: ?
    not_a_page: status 200, but no page: an error: [{"loc":["query","user_id"],"msg":"field required"}]
    not_a_page: status 200, but no page: an error: wait a bit
    not_a_page: status 200, but no page: an error: without a word
    not_a_page: status 200, but no page: an error: ?
    "#);
}

#[test]
fn what_is_no_object_or_array_is_no_page() {
    for body in [
        "",
        " \n",
        "null",
        "true",
        "0",
        "\"text\"",
        "{}",
        " { } ",
        "<!doctype html>",
        "\u{1f}\u{8b}",
        "ok",
        "\u{feff}",
    ] {
        assert!(matches!(of(200, body), Outcome::NotAPage { .. }), "{body:?}");
    }
}

#[test]
fn objects_and_arrays_are_pages_even_when_a_list_is_empty() {
    let pages = [
        "[]",
        "[[],null]",
        "[[{\"pk\":\"1\"}],\"cursor\"]",
        "{\"response\":{\"users\":[]},\"next_page_id\":null}",
        "{\"requests\":100,\"rate\":1}",
        "\u{feff}{\"users\":[]}",
        " \r\n[1]",
        // Whether it is whole, and whether its texts are sound, is seen by the one who parses it.
        "{\"users\":[",
        "{\"biography\":\"\\ud800\"}",
        "{\"state\":true,\"status\":\"ok\"}",
        "{\"detail\":null,\"users\":[]}",
    ];
    for body in pages {
        assert_eq!(of(200, body), Outcome::Page, "{body:?}");
    }
}

#[test]
fn a_large_body_is_not_read_as_an_error() {
    let body = format!(r#"{{"detail":"{}"}}"#, "x".repeat(5_000));
    assert_eq!(of(200, &body), Outcome::Page);
}

#[test]
fn a_403_ends_a_list_only_if_the_upstream_says_so() {
    assert_eq!(
        of(403, r#"{"detail":"User hid data","exc_type":"PrivateAccount"}"#),
        Outcome::Private
    );
    assert_eq!(of(403, r#"{"detail":"private"}"#), Outcome::Private);
    assert_eq!(of(403, "error code: 1010"), Outcome::Blocked);
    assert_eq!(of(403, "<html>Access denied</html>"), Outcome::Blocked);
    assert_eq!(
        of(403, r#"{"state":false,"error":"Unauthorized request"}"#),
        Outcome::Unauthorized
    );
    assert!(matches!(
        of(403, r#"{"state":false,"error":"suspended"}"#),
        Outcome::Refused { .. }
    ));
}

#[test]
fn a_404_ends_a_list_only_if_the_upstream_says_so() {
    for name in [
        "UserNotFound",
        "MediaNotFound",
        "NotFoundError",
        "MediaUnavailable",
        "ShopNotFound",
    ] {
        assert_eq!(
            of(404, &format!(r#"{{"detail":"none","exc_type":"{name}"}}"#)),
            Outcome::NotFound
        );
    }
    assert_eq!(of(404, r#"{"detail":"User not found"}"#), Outcome::NotFound);
    assert_eq!(
        of(404, r#"{"detail":"Not Found"}"#),
        Outcome::Refused {
            reason: "status 404: Not Found".into()
        },
        "the words of the web framework for a path that it does not have"
    );
    assert!(matches!(of(404, "404 page not found"), Outcome::Refused { .. }));
}

#[test]
fn a_429_waits_as_long_as_it_says() {
    let told = Head {
        retry_after: Some(Duration::from_secs(7)),
        ..status(429)
    };
    assert_eq!(
        classify(&told, b""),
        Outcome::RateLimited {
            wait: Duration::from_secs(7)
        }
    );
    assert_eq!(
        of(429, "error code: 1015"),
        Outcome::RateLimited {
            wait: Duration::from_secs(2)
        }
    );
}

#[test]
fn only_a_temporary_redirect_within_the_origin_may_be_tried_again() {
    for status_code in [301, 302, 303, 307, 308] {
        let to = |location| {
            classify(
                &Head {
                    location,
                    ..status(status_code)
                },
                b"",
            )
        };
        let elsewhere = Outcome::Redirected { same_origin: false };
        assert_eq!(to(Location::Elsewhere), elsewhere);
        assert_eq!(to(Location::Nowhere), elsewhere);
        if status_code < 307 {
            assert_eq!(
                to(Location::SameOrigin),
                Outcome::Refused {
                    reason: format!("status {status_code}")
                }
            );
        } else {
            assert_eq!(
                to(Location::SameOrigin),
                Outcome::Redirected { same_origin: true }
            );
        }
    }
}

#[test]
fn a_reason_is_one_short_line() {
    let body = format!("<html>\r\n\t<b>{}</b></html>", "word ".repeat(1_000));
    let outcome = of(502, &body);
    let reason = outcome.reason().unwrap();
    assert!(reason.starts_with("status 502: <html> <b>word word"), "{reason}");
    assert!(reason.len() < 350 && !reason.contains('\n'));
}

#[test]
fn a_refusal_that_was_cut_off_is_asked_again() {
    for status in [403, 404, 410] {
        let outcome = of(status, r#"{"detail": "Entries not fo"#);
        assert!(
            matches!(outcome, Outcome::NotAPage { .. }),
            "{status}: {outcome:?}"
        );
    }
}
