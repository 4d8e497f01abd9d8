//! Sending with a permit: what goes over the wire, and what must not.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::{Client, ClientError, ClientSettings, Outcome};
use crate::clock::ManualClock;
use crate::endpoint::{Cost, Endpoint, Options, Parse, ParseError};
use crate::kind::Kind;
use crate::model::UserId;
use crate::permit::Permit;
use crate::secret::Key;
use crate::target::Target;

static PAGED: Endpoint = Endpoint {
    path: "/gql/user/followers/chunk",
    kind: Some(Kind::Followers),
    query: |target, _| vec![("user_id", target.to_string()), ("end_cursor", String::new())],
    cursor: Some("end_cursor"),
    cursor_source: "element [1]",
    page_size: 50,
    cost: Cost::Call(2),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(|_, _| {
        Err(ParseError::WrongShape {
            reason: "not used here".into(),
        })
    }),
};

static ONE_PAGE: Endpoint = Endpoint {
    path: "/gql/media/likers",
    cursor: None,
    ..PAGED
};

fn client(base_url: String) -> Client {
    let key = Key::from_text("canary-5f1c").unwrap();
    Client::new(ClientSettings {
        base_url,
        ..ClientSettings::new(key)
    })
    .unwrap()
}

/// A server that answers one request with an empty list; gives back the request's first line.
fn one_request() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap())
            .lines()
            .map(Result::unwrap);
        let first = lines.next().unwrap();
        lines.find(String::is_empty).unwrap();
        (&stream)
            .write_all(
                b"HTTP/1.1 200 OK\r\nx-hiker-info: {\"reqs\": 2}\r\ncontent-length: 9\r\n\r\n[[],null]",
            )
            .unwrap();
        first
    });
    (url, served)
}

async fn request_line(cursor: Option<&str>) -> String {
    let (url, served) = one_request();
    let target = Target::User(UserId(787));
    let permit = Permit::granted(1);
    let answer = client(url)
        .send(
            permit,
            &PAGED,
            &target,
            &Options::default(),
            cursor,
            &ManualClock::default(),
        )
        .await;
    assert_eq!(
        (answer.outcome, answer.units_header, answer.body),
        (Outcome::Page, Some(2), b"[[],null]".to_vec())
    );
    served.join().unwrap()
}

#[tokio::test]
async fn a_first_page_is_asked_for_as_its_endpoint_says() {
    let line = request_line(None).await;
    assert_eq!(
        line,
        "GET /gql/user/followers/chunk?user_id=787&end_cursor= HTTP/1.1"
    );
}

#[tokio::test]
async fn a_cursor_takes_the_place_of_the_empty_one() {
    let line = request_line(Some("QVF+/w==|{\"a\": 1}")).await;
    assert_eq!(
        line,
        "GET /gql/user/followers/chunk?user_id=787&end_cursor=QVF%2B%2Fw%3D%3D%7C%7B%22a%22%3A+1%7D HTTP/1.1"
    );
}

#[tokio::test]
async fn a_cursor_that_would_be_dropped_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let client = client(format!("http://{}", listener.local_addr().unwrap()));
    let target = Target::User(UserId(787));
    let permit = Permit::granted(1);
    let answer = client
        .send(
            permit,
            &ONE_PAGE,
            &target,
            &Options::default(),
            Some("next"),
            &ManualClock::default(),
        )
        .await;
    let reason = "/gql/media/likers has one page only and takes no cursor".to_owned();
    assert_eq!(answer.outcome, Outcome::NeverSent { reason });
    assert!(listener.accept().is_err(), "nobody connected");
}

#[test]
fn a_client_that_would_send_the_key_in_the_clear_is_not_made() {
    let settings = ClientSettings {
        base_url: "http://api.hikerapi.com".into(),
        ..ClientSettings::new(Key::from_text("canary-5f1c").unwrap())
    };
    let host = "api.hikerapi.com".to_owned();
    assert_eq!(Client::new(settings).err(), Some(ClientError::Plain { host }));
}

#[test]
fn a_proxy_that_is_none_is_refused_without_repeating_it() {
    let settings = ClientSettings {
        proxy: Some("http://me:canary@".into()),
        ..ClientSettings::new(Key::from_text("canary-5f1c").unwrap())
    };
    assert!(!format!("{settings:?}").contains("canary"));
    let error = Client::new(settings).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the proxy's address is not a URL that can be used as a proxy"
    );
}
