//! Where the key goes: to the configured origin, in one header, and nowhere else.

use std::io::{self, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use gleaner::client::{Client, ClientSettings, Outcome};

use super::server::{Server, Then};
use super::{BALANCE, CANARY, answer_to, ask, settings, with_body};

/// A place for log lines that the test can read.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_carries_a_name_and_the_key_in_its_header_only() {
    let server = Server::start(with_body("200 OK", BALANCE.as_bytes()), Then::Close);
    ask(&Client::new(settings(&format!("{}//", server.url()))).unwrap()).await;
    let requests = server.requests();
    let mut lines: Vec<_> = requests[0].trim_end().lines().collect();
    lines[1..].sort_unstable();
    let host = format!("host: {}", server.url().trim_start_matches("http://"));
    let expected = [
        "GET /sys/balance HTTP/1.1",
        "accept-encoding: gzip",
        "accept: application/json",
        &host,
        concat!("user-agent: gleaner/", env!("CARGO_PKG_VERSION")),
        "x-access-key: canary-5f1c/+",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", trap.local_addr().unwrap());
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "client::a_whole_page_is_read"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        test.env(name, &proxy);
    }
    let output = test.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
    assert!(trap.accept().is_err(), "nobody connected to the proxy");
}

#[tokio::test]
async fn a_configured_proxy_is_used() {
    let proxy = Server::start(with_body("200 OK", BALANCE.as_bytes()), Then::Close);
    let settings = ClientSettings {
        proxy: Some(proxy.url().into()),
        ..settings("http://127.0.0.1:9")
    };
    assert_eq!(ask(&Client::new(settings).unwrap()).await.outcome, Outcome::Page);
    assert!(proxy.requests()[0].starts_with("GET http://127.0.0.1:9/sys/balance HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_goes_nowhere_else() {
    let elsewhere = Server::start(with_body("200 OK", BALANCE.as_bytes()), Then::Close);
    for status in [301, 302, 303, 307, 308] {
        let head = format!("{status} Moved\r\nlocation: {}/sys/balance", elsewhere.url());
        let answer = answer_to(with_body(&head, b""), Then::Close).await;
        assert_eq!(answer.outcome, Outcome::Redirected { same_origin: false });
    }
    assert_eq!(elsewhere.connections(), 0);
    let answer = answer_to(with_body("307 Moved\r\nlocation: /sys/other", b""), Then::Close).await;
    assert_eq!(answer.outcome, Outcome::Redirected { same_origin: true });
    let answer = answer_to(
        with_body("307 Moved\r\nlocation: //api.example/sys/balance", b""),
        Then::Close,
    )
    .await;
    assert_eq!(answer.outcome, Outcome::Redirected { same_origin: false });
}

#[tokio::test]
async fn the_key_shows_nowhere_even_if_the_upstream_repeats_it() {
    let lines = Lines::default();
    let output = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || output.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let encoded = "canary-5f1c%2F%2B";
    for head in ["200 OK", "400 Bad", "403 No", "404 None", "422 No", "500 Oops"] {
        for echo in [CANARY, encoded, "Y2FuYXJ5LTVmMWMvKw=="] {
            for body in [
                format!("you sent {echo}"),
                format!("{{\"detail\":\"you sent {echo}\"}}"),
            ] {
                let server = Server::start(with_body(head, body.as_bytes()), Then::Close);
                let settings = settings(&server.url());
                let mut shown = format!("{settings:?}");
                let client = Client::new(settings).unwrap();
                let answer = ask(&client).await;
                let text = String::from_utf8_lossy(&answer.body);
                shown = [
                    shown,
                    format!("{client:?} {answer:?} {text}"),
                    answer.outcome.to_string(),
                ]
                .concat();
                tracing::trace!(?client, ?answer, "asked");
                assert!(server.requests()[0].contains(CANARY), "the key was sent");
                assert!(!shown.contains(echo), "{shown}");
            }
        }
    }
    let log = lines.text();
    assert!(
        log.contains("asked") && !log.contains("canary") && !log.contains("Y2FuYXJ5"),
        "{log}"
    );
}
