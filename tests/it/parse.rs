//! Bodies in, rows out: every endpoint against its fixtures, whole, cut and damaged.

mod cursors;
mod expected;
mod listing;
mod mutations;
mod refusals;
mod streams;
mod values;
mod vendor_page;

use std::path::{Path, PathBuf};

use gleaner::endpoint::{Endpoint, Page, Parse, ParseError};
use gleaner::endpoints;
use gleaner::kind::Kind;
use gleaner::model::{CommentId, MediaId, UserId};
use gleaner::target::Target;

/// A body of one endpoint, from `tests/fixtures/<path with _ for />/<name>.json`.
struct Fixture {
    endpoint: &'static Endpoint,
    path: PathBuf,
    body: Vec<u8>,
}

fn folder(endpoint: &Endpoint) -> PathBuf {
    let name = endpoint.path.trim_start_matches('/').replace('/', "_");
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for endpoint in endpoints::ALL {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(endpoint))
            .expect("every endpoint has fixtures")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        paths.sort();
        for path in paths {
            let body = std::fs::read(&path).expect("the fixture can be read");
            fixtures.push(Fixture { endpoint, path, body });
        }
    }
    fixtures
}

fn fixture(path: &str, name: &str) -> Vec<u8> {
    let endpoint = endpoints::find(path).expect("the endpoint is known");
    std::fs::read(folder(endpoint).join(name).with_extension("json")).expect("the fixture can be read")
}

/// What the fixtures' lists belong to.
fn target(endpoint: &Endpoint) -> Target {
    let media_id = MediaId(3_800_000_000_000_000_001);
    match (endpoint.kind, endpoint.path) {
        (Some(Kind::Comments | Kind::MediaLikers), _) => Target::Media(media_id),
        (Some(Kind::Replies), "/v2/media/comments/replies") => {
            Target::Comment(media_id, CommentId(18_000_000_000_000_041))
        }
        (Some(Kind::Replies), _) => Target::Comment(media_id, CommentId(18_000_000_000_000_002)),
        (Some(Kind::CommentLikers), _) => Target::Comment(media_id, CommentId(18_000_000_000_000_041)),
        (Some(Kind::Usertags), _) => Target::Posts((0..6).map(|at| MediaId(media_id.0 + at)).collect()),
        (Some(Kind::Medias | Kind::Clips | Kind::Reposts), _) => Target::User(UserId(9_000_000_080)),
        (Some(Kind::Search), _) => Target::Query("lamps".to_owned()),
        _ => Target::Account,
    }
}

/// Reads a body as a page, and checks what holds for every page.
fn parse(endpoint: &Endpoint, body: &[u8]) -> Result<Page, ParseError> {
    let Parse::Page(parse) = endpoint.parse else {
        panic!("{} has no pages", endpoint.path)
    };
    let page = parse(body, &target(endpoint))?;
    assert_eq!(
        page.entries.len() + page.duplicates + page.rejects.len(),
        page.elements,
        "{}: an element is neither an entry nor a duplicate nor a reject",
        endpoint.path
    );
    Ok(page)
}

fn page(path: &str, body: &str) -> Page {
    parse(
        endpoints::find(path).expect("the endpoint is known"),
        body.as_bytes(),
    )
    .expect("the body is a page")
}

fn refusal(path: &str, body: &[u8]) -> ParseError {
    parse(endpoints::find(path).expect("the endpoint is known"), body).expect_err("the body is no page")
}
