//! The client against servers that misbehave, each on a loopback port of its own.
//!
//! The balance is asked for, since it needs no permit; what is billed goes the same way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod key;
pub(crate) mod server;

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use gleaner::client::{Answer, Client, ClientSettings, Outcome, Timeouts};
use gleaner::clock::ManualClock;
use gleaner::secret::Key;

use server::{Server, Then};

const CANARY: &str = "canary-5f1c/+";
const BALANCE: &str = "{\"requests\":100,\"rate\":1}";

fn settings(base_url: &str) -> ClientSettings {
    ClientSettings {
        base_url: base_url.to_owned(),
        max_body_bytes: 1024 * 1024,
        ..ClientSettings::new(Key::from_text(CANARY).unwrap())
    }
}

async fn ask(client: &Client) -> Answer {
    client.balance(&ManualClock::default()).await
}

/// What a client makes of these bytes.
async fn answer_to(bytes: impl Into<Vec<u8>>, then: Then) -> Answer {
    let server = Server::start(bytes, then);
    let answer = ask(&Client::new(settings(&server.url())).unwrap()).await;
    assert_eq!(server.requests().len(), 1, "one request, whatever happens");
    answer
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_whole_page_is_read() {
    let head = "200 OK\r\nx-hiker-info: reqs=1\r\ndate: Thu, 01 Jan 2026 00:00:05 GMT\r\nretry-after: 3";
    let answer = answer_to(with_body(head, BALANCE.as_bytes()), Then::Close).await;
    assert_eq!((answer.outcome, answer.status), (Outcome::Page, Some(200)));
    assert_eq!(answer.body, BALANCE.as_bytes());
    assert_eq!(answer.units_header, Some(1));
    assert_eq!(answer.date, Some(ManualClock::START + 5_000));
    assert_eq!(answer.retry_after, Some(Duration::from_secs(3)));
    assert_eq!(
        (answer.answered_at, answer.took),
        (ManualClock::START, Duration::ZERO)
    );
}

#[tokio::test]
async fn a_connection_that_closes_before_a_byte_is_a_reset_and_nothing_is_resent() {
    let answer = answer_to("", Then::Close).await;
    assert!(
        matches!(answer.outcome, Outcome::Reset { .. }),
        "{}",
        answer.outcome
    );
    assert_eq!(answer.status, None);
}

#[tokio::test]
async fn a_kept_connection_that_closes_at_the_next_request_is_a_reset() {
    let server = Server::start(with_body("200 OK", BALANCE.as_bytes()), Then::ReadAndClose);
    let client = Client::new(settings(&server.url())).unwrap();
    assert_eq!(ask(&client).await.outcome, Outcome::Page);
    let second = ask(&client).await;
    assert!(
        matches!(second.outcome, Outcome::Reset { .. }),
        "{}",
        second.outcome
    );
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_lost() {
    let cut = [
        "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"requests\":100",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"req",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{\"req",
        "HTTP/1.1 404 Not Found\r\ncontent-length: 50\r\n\r\n{\"detail\":",
        "HTTP/1.1 410 Gone\r\ncontent-length: 50\r\n\r\n{\"detail\":",
    ];
    for bytes in cut {
        let answer = answer_to(bytes, Then::Close).await;
        assert!(
            matches!(answer.outcome, Outcome::Lost { .. }),
            "{bytes:?} gave {}",
            answer.outcome
        );
        assert_eq!(answer.body, b"", "what came is of no use");
    }
}

#[tokio::test]
async fn a_status_that_says_enough_needs_no_whole_body() {
    let answer = answer_to(
        "HTTP/1.1 402 Payment Required\r\ncontent-length: 50\r\n\r\n{\"st",
        Then::Close,
    )
    .await;
    assert_eq!(answer.outcome, Outcome::OutOfFunds);
    let answer = answer_to("HTTP/1.1 503 Busy\r\ncontent-length: 50\r\n\r\nbusy", Then::Close).await;
    assert_eq!(
        answer.outcome,
        Outcome::Retry {
            reason: "status 503: busy".into()
        }
    );
}

#[tokio::test]
async fn what_is_no_http_is_lost() {
    let headers = "x-again: 1\r\n".repeat(10_000);
    let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "x".repeat(1_000_000));
    let many = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        &many,
        &long,
    ] {
        let answer = answer_to(bytes, Then::Stay).await;
        assert!(
            matches!(answer.outcome, Outcome::Lost { .. }),
            "{}",
            answer.outcome
        );
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let answer = ask(&Client::new(settings(&format!("http://127.0.0.1:{port}"))).unwrap()).await;
    assert!(
        matches!(answer.outcome, Outcome::NeverSent { .. }),
        "{}",
        answer.outcome
    );
}

#[tokio::test]
async fn a_connection_without_tls_sent_nothing() {
    let server = Server::start("HTTP/1.1 400 Bad Request\r\n\r\n", Then::Close);
    let url = server.url().replace("http://", "https://");
    let answer = ask(&Client::new(settings(&url)).unwrap()).await;
    assert!(
        matches!(answer.outcome, Outcome::NeverSent { .. }),
        "{}",
        answer.outcome
    );
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_lost() {
    let short = Duration::from_millis(200);
    let no_byte = Timeouts {
        no_byte: short,
        ..Timeouts::default()
    };
    let total = Timeouts {
        total: short,
        ..Timeouts::default()
    };
    for timeouts in [no_byte, total] {
        for bytes in [
            "",
            "HTTP/1.1 200",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[[",
        ] {
            let server = Server::start(bytes, Then::Stay);
            let client = Client::new(ClientSettings {
                timeouts,
                ..settings(&server.url())
            })
            .unwrap();
            let answer = ask(&client).await;
            assert!(
                matches!(answer.outcome, Outcome::Lost { .. }),
                "{bytes:?} gave {}",
                answer.outcome
            );
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_packed_page_is_unpacked() {
    let head = "200 OK\r\ncontent-encoding: gzip";
    let answer = answer_to(with_body(head, &gzip(BALANCE.as_bytes())), Then::Close).await;
    assert_eq!(
        (answer.outcome, answer.body),
        (Outcome::Page, BALANCE.as_bytes().to_vec())
    );
}

#[tokio::test]
async fn a_packed_page_that_cannot_be_unpacked_is_lost() {
    let packed = gzip(BALANCE.as_bytes());
    for broken in [&packed[..packed.len() / 2], b"not gzip at all"] {
        let answer = answer_to(with_body("200 OK\r\ncontent-encoding: gzip", broken), Then::Close).await;
        assert!(
            matches!(answer.outcome, Outcome::Lost { .. }),
            "{}",
            answer.outcome
        );
    }
}

#[tokio::test]
async fn a_body_that_unpacks_to_too_much_is_not_unpacked_to_its_end() {
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let answer = answer_to(with_body("200 OK\r\ncontent-encoding: gzip", &bomb), Then::Close).await;
    assert_eq!((answer.outcome, answer.body.len()), (Outcome::TooLarge, 4 * 1024));
}

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_one_above_it_is_not() {
    let mut body = vec![b' '; 1024 * 1024];
    body[0] = b'[';
    assert_eq!(
        answer_to(with_body("200 OK", &body), Then::Close).await.outcome,
        Outcome::Page
    );
    body.push(b']');
    assert_eq!(
        answer_to(with_body("200 OK", &body), Then::Close).await.outcome,
        Outcome::TooLarge
    );
}

#[tokio::test]
async fn the_start_of_a_refusal_is_kept() {
    let body = "x".repeat(100_000);
    let answer = answer_to(with_body("500 Oops", body.as_bytes()), Then::Close).await;
    assert_eq!((answer.status, answer.body.len()), (Some(500), 4 * 1024));
    assert!(
        matches!(answer.outcome, Outcome::Retry { .. }),
        "{}",
        answer.outcome
    );
}

#[tokio::test]
async fn early_hints_are_passed_over() {
    let mut bytes = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(3);
    bytes.extend(with_body("200 OK", BALANCE.as_bytes()));
    assert_eq!(answer_to(bytes, Then::Close).await.outcome, Outcome::Page);
}
