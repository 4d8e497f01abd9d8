//! The list of endpoints, their files and their fixtures agree.

use std::collections::BTreeSet;
use std::path::Path;

use gleaner::endpoint::Options;
use gleaner::endpoints;
use gleaner::target::Target;

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
fn a_successor_collects_the_same_and_only_what_fills_no_list_has_one_that_is_not_here() {
    let mut elsewhere = Vec::new();
    for endpoint in endpoints::ALL {
        let Some(successor) = endpoint.replaced_by else {
            continue;
        };
        match endpoints::find(successor) {
            Some(found) => assert_eq!(found.kind, endpoint.kind, "{}", endpoint.path),
            None => elsewhere.push((endpoint.path, endpoint.kind, successor)),
        }
    }
    assert_eq!(
        elsewhere,
        [("/gql/user/related/profiles", None, "/v2/user/suggested/profiles")]
    );
}

#[test]
fn the_path_says_whether_a_profile_is_asked_for_by_name() {
    let target = Target::Name("somebody".to_owned());
    for endpoint in endpoints::ALL {
        let query = (endpoint.query)(&target, &Options::default());
        assert_eq!(
            query.iter().any(|(key, _)| *key == "username"),
            endpoint.path.ends_with("/by/username"),
            "{}",
            endpoint.path
        );
    }
}
