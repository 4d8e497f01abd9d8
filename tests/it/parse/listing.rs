//! The list of endpoints, their files and their fixtures agree.

use std::collections::BTreeSet;
use std::path::Path;

use gleaner::endpoints;

fn names_in(folder: &str) -> BTreeSet<String> {
    std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| {
            path.file_stem()
                .expect("it has a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

#[test]
fn every_endpoint_file_is_in_the_list() {
    let list = include_str!("../../../src/endpoints.rs");
    let files = names_in("src/endpoints");
    for file in &files {
        assert!(
            list.contains(&format!("pub mod {file};")),
            "{file} has no mod line"
        );
        assert!(
            list.contains(&format!("&{file}::ENDPOINT,")),
            "{file} is not in ALL"
        );
    }
    assert_eq!(files.len(), endpoints::ALL.len());
}

#[test]
fn every_endpoint_has_its_fixtures_and_every_fixture_its_endpoint() {
    let mut known = BTreeSet::new();
    for endpoint in endpoints::ALL {
        let pages: &[&str] = match endpoint.cursor {
            Some(_) => &["first", "middle", "last", "empty", "broken"],
            None => &["first", "empty", "broken"],
        };
        for page in pages {
            let path = super::folder(endpoint).join(page).with_extension("json");
            assert!(path.exists(), "{} is missing", path.display());
        }
        known.insert(endpoint.path.trim_start_matches('/').replace('/', "_"));
    }
    assert_eq!(names_in("tests/fixtures"), known);
}

#[test]
fn an_endpoint_is_found_with_and_without_its_slash() {
    for endpoint in endpoints::ALL {
        for name in [endpoint.path, endpoint.path.trim_start_matches('/')] {
            let found = endpoints::find(name).map(|found| found.path);
            assert_eq!(found, Some(endpoint.path));
        }
    }
    assert!(endpoints::find("gql/user").is_none());
}

#[test]
fn a_successor_is_itself_an_endpoint() {
    for endpoint in endpoints::ALL {
        if let Some(successor) = endpoint.replaced_by {
            let found = endpoints::find(successor).expect("the successor is known");
            assert_eq!(found.kind, endpoint.kind);
        }
    }
}
