//! Every fault shows as it should, is billed as it should, and passes.

mod every_kind;

use std::sync::Arc;

use serde_json::Value;

use super::client::{Answer, ask, start};
use crate::mock::{FaultKind, Faults, Script, Settings, Upstream, World};

const LIST: &str = "/g2/user/followers";

fn world() -> Arc<World> {
    Arc::new(World::new(31, 150))
}

/// The body without its signatures.
fn unsigned(mut body: Value) -> Value {
    strip(&mut body);
    body
}

fn strip(body: &mut Value) {
    match body {
        Value::Array(elements) => elements.iter_mut().for_each(strip),
        Value::Object(fields) => {
            // Tokens are random from end to end.
            fields.remove("organic_tracking_token");
            fields.remove("client_cache_key");
            fields.remove("lynx_url");
            fields.values_mut().for_each(strip);
        }
        Value::String(text) => {
            if let Some(end) = text.find("?stp=").or_else(|| text.find("?_nc_cat=")) {
                text.truncate(end);
            }
        }
        _ => {}
    }
}

/// Asks under a fault that strikes once, then again; gives both answers and the units of the first.
async fn struck(
    upstream: &Upstream,
    kind: FaultKind,
    path: &str,
    parameters: &[(&str, &str)],
) -> (Answer, Answer, i64) {
    upstream.set_faults(Faults::script(vec![Script {
        path: path.to_owned(),
        nth: 0,
        kind,
    }]));
    let before = upstream.meter();
    let bad = ask(upstream, path, parameters).await;
    let units = upstream.meter() - before;
    let good = ask(upstream, path, parameters).await;
    (bad, good, units)
}

#[tokio::test]
async fn a_fault_of_the_whole_answer_shows_as_its_status_and_price_say() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let id = world.user_id(19).to_string();
    let cases = [
        (FaultKind::RateLimited, 429, 0),
        (FaultKind::RateLimitedSeconds, 429, 0),
        (FaultKind::RateLimitedDate, 429, 0),
        (FaultKind::RateLimitedRubbish, 429, 0),
        (FaultKind::ServerError, 500, 0),
        (FaultKind::BadGateway, 502, 0),
        (FaultKind::Unavailable, 503, 0),
        (FaultKind::GatewayTimeout, 504, 0),
        (FaultKind::FrontRefusal, 403, 0),
        (FaultKind::ClosedEarly, 0, 1),
        (FaultKind::ClosedInBody, 200, 1),
        (FaultKind::HtmlPage, 200, 1),
        (FaultKind::EmptyObject, 200, 1),
        (FaultKind::ErrorObject, 200, 1),
        (FaultKind::NullBody, 200, 1),
        (FaultKind::EmptyBody, 200, 1),
        (FaultKind::TruncatedJson, 200, 1),
        (FaultKind::NotFoundLie, 404, 1),
        (FaultKind::CursorRefused, 400, 1),
        (FaultKind::Slow, 200, 1),
        (FaultKind::PriceMissing, 200, 1),
    ];
    for (kind, status, price) in cases {
        let (bad, good, units) = struck(&upstream, kind, LIST, &[("user_id", &id)]).await;
        assert_eq!((bad.status, units), (status, price), "{kind}");
        assert_eq!(
            bad.is_whole,
            !matches!(kind, FaultKind::ClosedEarly | FaultKind::ClosedInBody),
            "{kind}"
        );
        assert_eq!(good.status, 200, "{kind}");
        let is_page = bad.json()["response"]["users"].is_array();
        assert_eq!(
            is_page,
            matches!(kind, FaultKind::Slow | FaultKind::PriceMissing),
            "{kind}"
        );
    }
    let (bad, _, _) = struck(&upstream, FaultKind::ServerError, LIST, &[("user_id", &id)]).await;
    assert!(
        bad.header("x-hiker-info").is_some(),
        "the price stands on a 500 too"
    );
    let (bad, _, _) = struck(&upstream, FaultKind::PriceMissing, LIST, &[("user_id", &id)]).await;
    assert_eq!(bad.header("x-hiker-info"), None);
    let (bad, _, _) = struck(
        &upstream,
        FaultKind::RateLimitedSeconds,
        LIST,
        &[("user_id", &id)],
    )
    .await;
    assert_eq!(bad.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn a_fault_of_the_page_keeps_every_item() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let id = world.user_id(19).to_string();
    let target = [("user_id", id.as_str())];
    let (bad, good, _) = struck(&upstream, FaultKind::RubbishElement, LIST, &target).await;
    let count = |answer: &Answer| answer.json()["response"]["users"].as_array().unwrap().len();
    assert_eq!(count(&bad), count(&good) + 1);
    let (bad, good, _) = struck(&upstream, FaultKind::DuplicatedElement, LIST, &target).await;
    assert_eq!(count(&bad), count(&good) + 1);
    let (bad, good, _) = struck(&upstream, FaultKind::CursorMissing, LIST, &target).await;
    assert_eq!(count(&bad), count(&good));
    assert!(bad.json().get("next_page_id").is_none() && good.json().get("next_page_id").is_some());
    let (bad, _, _) = struck(
        &upstream,
        FaultKind::CursorMissing,
        "/gql/user/followers/chunk",
        &target,
    )
    .await;
    assert_eq!(bad.json().as_array().map(Vec::len), Some(1));
    let stream = "/gql/user/medias";
    let (bad, good, _) = struck(&upstream, FaultKind::PatchErrors, stream, &target).await;
    assert!(bad.body.contains("execution error") && !good.body.contains("execution error"));
    let (bad, _, _) = struck(&upstream, FaultKind::PatchesFirst, stream, &target).await;
    assert_eq!(
        bad.json()["stream_rows"][1]["label"],
        "ProfileTimelineMediaItemDeferredFields"
    );
    let (bad, _, _) = struck(&upstream, FaultKind::CursorMissing, stream, &target).await;
    assert!(
        bad.json()["stream_rows"][1]["data"]
            .get("profile_grid_items_cursor")
            .is_none()
    );
    for flat in ["", "true"] {
        let target = [("user_id", id.as_str()), ("flat", flat)];
        let (bad, good, _) = struck(&upstream, FaultKind::RubbishElement, stream, &target).await;
        assert!(bad.body.contains("{\"username\":1}") && !good.body.contains("{\"username\":1}"));
    }
}

#[tokio::test]
async fn a_lie_about_a_target_is_told_once_whatever_the_endpoint() {
    let world = world();
    let faults = Faults::of(1.0, [FaultKind::NotFoundLie]);
    let upstream = start(
        &world,
        Settings {
            faults,
            ..Settings::default()
        },
    )
    .await;
    let id = world.user_id(19).to_string();
    let mut statuses = Vec::new();
    for path in [
        "/g2/user/followers",
        "/gql/user/followers/chunk",
        "/g2/user/followers",
    ] {
        statuses.push(ask(&upstream, path, &[("user_id", &id)]).await.status);
    }
    assert_eq!(statuses, [404, 200, 200]);
}

#[tokio::test]
async fn the_same_questions_meet_the_same_faults_in_another_run() {
    let world = world();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let faults = Faults::of(0.5, FaultKind::harmless());
        let upstream = start(
            &world,
            Settings {
                faults,
                ..Settings::default()
            },
        )
        .await;
        for index in 2..40 {
            ask(&upstream, LIST, &[("user_id", &world.user_id(index).to_string())]).await;
        }
        runs.push(
            upstream
                .arrivals()
                .iter()
                .map(|arrival| arrival.fault)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].iter().any(Option::is_some) && runs[0].iter().any(Option::is_none));
}
