//! Every fixture becomes exactly the rows that stand beside it in `expected/`.

use gleaner::read::report::report;
use serde_json::{Value, json};

#[test]
fn every_fixture_becomes_its_expected_rows() {
    for fixture in super::fixtures() {
        let name = fixture.path.file_name().expect("a fixture is a file");
        let beside = super::folder(fixture.endpoint).join("expected").join(name);
        let expected = std::fs::read_to_string(&beside)
            .unwrap_or_else(|error| panic!("{} has no expectation: {error}", fixture.path.display()));
        let expected: Value = serde_json::from_str(&expected).expect("the expectation is JSON");
        let target = super::target(fixture.endpoint);
        let found = match report(fixture.endpoint, &fixture.body, Some(&target)) {
            Ok(report) => serde_json::to_value(report).expect("a report is JSON"),
            Err(error) => json!({ "error": error.to_string() }),
        };
        assert_eq!(found, expected, "{}", fixture.path.display());
    }
}

#[test]
fn no_target_costs_only_what_the_target_alone_knows() {
    let endpoint = gleaner::endpoints::find("gql/comments/chunk").expect("it is known");
    let body = super::fixture("gql/comments/chunk", "first");
    let report = report(endpoint, &body, None).expect("it is a page");
    assert_eq!(report.entries.len(), 3);
    assert!(report.rows["comments"][0].get("media_id").is_none());
    assert!(
        report
            .to_string()
            .contains("list: 3 elements = 3 entries + 0 duplicates + 0 rejects")
    );
}
