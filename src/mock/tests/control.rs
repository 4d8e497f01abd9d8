//! Keys, money, the rate limit, and every way to ask wrongly.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{ask, ask_with, start};
use crate::mock::{Arrival, PriceStyle, Settings, World};

/// A path and its parameters; the status, the price and a word of the answer.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, i64, &'a str);

fn world() -> Arc<World> {
    Arc::new(World::new(11, 120))
}

/// An id of that place among the seeds: 0 is ordinary, 2 private, 3 deleted, 5 hides its followers.
fn seed(world: &World, place: usize) -> String {
    world.seeds(12)[place].clone()
}

#[tokio::test]
async fn every_wrong_question_has_its_own_answer_and_price() {
    let world = world();
    let settings = Settings {
        key: Some("key".to_owned()),
        retired: vec!["/gql/comments/chunk".to_owned()],
        ..Settings::default()
    };
    let upstream = start(&world, settings).await;
    let ordinary = seed(&world, 0);
    let private = seed(&world, 2);
    let deleted = seed(&world, 3);
    let hidden = seed(&world, 5);
    let list = "/g2/user/followers";
    let cases: [Case; 10] = [
        (list, &[("user_id", &ordinary)], 200, 1, "users"),
        (list, &[], 422, 0, "field required"),
        (
            list,
            &[("user_id", &ordinary), ("page_id", "rubbish")],
            400,
            1,
            "ValidationError",
        ),
        (list, &[("user_id", &private)], 403, 1, "PrivateAccount"),
        (list, &[("user_id", &deleted)], 404, 1, "UserNotFound"),
        (list, &[("user_id", &hidden)], 404, 1, "NotFoundError"),
        (
            "/gql/user/followers/chunk",
            &[("user_id", &hidden)],
            404,
            2,
            "NotFoundError",
        ),
        (
            "/gql/comments/chunk",
            &[("media_id", "1")],
            410,
            0,
            "EndpointDeprecated",
        ),
        ("/v2/media/comments", &[("id", "1")], 404, 1, "MediaNotFound"),
        ("/no/such/path", &[], 404, 0, "Not Found"),
    ];
    let mut units = 0;
    for (path, parameters, status, price, word) in cases {
        let answer = ask(&upstream, path, parameters).await;
        assert_eq!(answer.status, status, "{path} {parameters:?}");
        assert!(
            answer.body.contains(word),
            "{path} {parameters:?}: {}",
            answer.body
        );
        units += price;
        assert_eq!(upstream.meter(), units, "{path} {parameters:?}");
    }
    let no_agent = ask_with(
        &upstream,
        list,
        &[("user_id", &ordinary)],
        "x-access-key: key\r\n",
    )
    .await;
    assert_eq!(
        (no_agent.status, no_agent.body.as_str()),
        (403, "error code: 1010")
    );
    for headers in ["user-agent: t\r\n", "user-agent: t\r\nx-access-key: other\r\n"] {
        assert_eq!(
            ask_with(&upstream, list, &[("user_id", &ordinary)], headers)
                .await
                .status,
            401
        );
    }
    assert_eq!(upstream.meter(), units);
    assert_eq!(upstream.arrivals().len(), 13);
}

#[tokio::test]
async fn an_arrival_is_written_down_with_what_became_of_it() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let ordinary = seed(&world, 0);
    ask(
        &upstream,
        "/gql/user/following/chunk",
        &[("user_id", &ordinary), ("end_cursor", "x")],
    )
    .await;
    let mut arrivals = upstream.arrivals();
    arrivals[0].at_us = 0;
    let expected = Arrival {
        at_us: 0,
        path: "/gql/user/following/chunk".to_owned(),
        target: ordinary,
        cursor: Some("x".to_owned()),
        status: 400,
        units: 2,
        fault: None,
    };
    assert_eq!(arrivals, [expected]);
}

#[tokio::test]
async fn the_balance_moves_with_charged_calls_only_and_ends_at_402() {
    let world = world();
    let upstream = start(
        &world,
        Settings {
            balance: 2,
            rate: Some(40.0),
            ..Settings::default()
        },
    )
    .await;
    let ordinary = seed(&world, 0);
    let balance = async || ask(&upstream, "/sys/balance", &[]).await.json();
    assert_eq!(
        balance().await,
        json!({ "requests": 2, "rate": 40.0, "currency": "USD", "amount": 100.0 })
    );
    ask(&upstream, "/g2/user/followers", &[]).await;
    assert_eq!(balance().await["requests"], 2);
    for left in [1, 0] {
        ask(&upstream, "/v1/user/by/id", &[("id", &ordinary)]).await;
        assert_eq!(balance().await["requests"], left);
    }
    let answer = ask(&upstream, "/v1/user/by/id", &[("id", &ordinary)]).await;
    assert_eq!(
        (answer.status, answer.json()["exc_type"].as_str()),
        (402, Some("InsufficientFunds"))
    );
    assert_eq!(upstream.meter(), 2);
    upstream.set_balance(10);
    assert_eq!(
        ask(&upstream, "/v1/user/by/id", &[("id", &ordinary)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn more_than_the_rate_and_one_in_a_second_is_too_fast() {
    let world = world();
    let upstream = start(
        &world,
        Settings {
            rate: Some(2.0),
            ..Settings::default()
        },
    )
    .await;
    let ordinary = seed(&world, 0);
    let mut statuses = Vec::new();
    for _ in 0..8 {
        ask(&upstream, "/sys/balance", &[]).await;
        statuses.push(
            ask(&upstream, "/v1/user/by/id", &[("id", &ordinary)])
                .await
                .status,
        );
    }
    assert_eq!(statuses[..3], [200; 3]);
    let arrivals = upstream.arrivals();
    let paid: Vec<&Arrival> = arrivals
        .iter()
        .filter(|arrival| arrival.path != "/sys/balance")
        .collect();
    for (place, arrival) in paid.iter().enumerate() {
        // Judged by the times written down, so that a slow machine cannot change the outcome.
        let in_second = paid[..=place]
            .iter()
            .filter(|other| other.at_us + 1_000_000 > arrival.at_us)
            .count();
        assert_eq!(
            arrival.status == 429,
            in_second > 3,
            "arrival {place} of {paid:?}"
        );
    }
    assert_eq!(
        upstream.meter(),
        paid.iter().map(|arrival| arrival.units).sum::<i64>()
    );
}

#[tokio::test]
async fn the_price_stands_in_both_spellings() {
    let world = world();
    let ordinary = seed(&world, 0);
    let upstream = start(&world, Settings::default()).await;
    let mut prices = Vec::new();
    for _ in 0..2 {
        let answer = ask(&upstream, "/gql/user/followers/chunk", &[("user_id", &ordinary)]).await;
        prices.push(answer.header("x-hiker-info").unwrap().to_owned());
    }
    prices.sort();
    assert_eq!(prices, ["reqs=2", "{\"reqs\": 2}"]);
    let plain = start(
        &world,
        Settings {
            price_style: PriceStyle::Plain,
            ..Settings::default()
        },
    )
    .await;
    for _ in 0..2 {
        let answer = ask(&plain, "/v1/user/by/id", &[("id", &ordinary)]).await;
        assert_eq!(answer.header("x-hiker-info"), Some("reqs=1"));
    }
}

#[tokio::test]
async fn a_path_can_be_retired_and_brought_back_while_it_runs() {
    let world = world();
    let ordinary = seed(&world, 0);
    let upstream = start(&world, Settings::default()).await;
    let path = "/v1/user/by/id";
    upstream.set_retired(vec![path.to_owned()]);
    assert_eq!(ask(&upstream, path, &[("id", &ordinary)]).await.status, 410);
    upstream.set_retired(Vec::new());
    assert_eq!(ask(&upstream, path, &[("id", &ordinary)]).await.status, 200);
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let mut stream = TcpStream::connect(upstream.url().trim_start_matches("http://"))
        .await
        .unwrap();
    let request = "GET /sys/balance HTTP/1.1\r\nhost: test\r\nuser-agent: test\r\nx-access-key: key\r\n";
    // Both at once: the second one waits in the buffer while the first is answered.
    let requests = format!("{request}\r\n{request}connection: close\r\n\r\n");
    stream.write_all(requests.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
}

#[tokio::test]
async fn an_answer_takes_as_long_as_it_is_set_to() {
    let world = world();
    let ordinary = seed(&world, 0);
    let latency = (Duration::from_millis(30), Duration::from_millis(40));
    let upstream = start(
        &world,
        Settings {
            latency,
            ..Settings::default()
        },
    )
    .await;
    let before = tokio::time::Instant::now();
    assert_eq!(
        ask(&upstream, "/v1/user/by/id", &[("id", &ordinary)])
            .await
            .status,
        200
    );
    assert!(before.elapsed() >= latency.0);
}

#[tokio::test]
async fn a_stopped_upstream_takes_no_connection() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    upstream.stop();
    let address = upstream.url();
    for _ in 0..1_000 {
        if TcpStream::connect(address.trim_start_matches("http://"))
            .await
            .is_err()
        {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it still listens");
}
