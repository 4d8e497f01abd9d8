//! What is said of the endpoints, and of how they have answered.

use gleaner::mock::Settings;
use serde_json::{Value, json};

use super::shell::Shell;

#[track_caller]
fn of<'listed>(listed: &'listed Value, path: &str) -> &'listed Value {
    let all = listed.as_array().unwrap();
    all.iter().find(|endpoint| endpoint["path"] == path).unwrap()
}

#[test]
fn endpoints_are_listed_without_a_file_and_none_is_made() {
    let shell = Shell::start();
    shell
        .run("endpoints")
        .exits(0)
        .shows("/g2/user/followers")
        .shows("followers 1")
        .shows("deprecated: the vendor names")
        .shows("free");
    let listed = shell.run("endpoints --json").exits(0).json();
    let fields: Vec<&String> = listed[0].as_object().unwrap().keys().collect();
    let expected = [
        "cost",
        "cursor",
        "cursor_source",
        "health",
        "holds",
        "kind",
        "page_size",
        "path",
        "replaced_by",
        "units",
        "used_by",
        "variants",
    ];
    assert_eq!(fields, expected);
    let followers = of(&listed, "/g2/user/followers");
    assert_eq!(
        followers["used_by"],
        json!([{ "route": "followers", "place": 1 }])
    );
    assert_eq!(followers["health"], Value::Null);
    assert_eq!(
        of(&listed, "/v1/user/by/username")["used_by"],
        json!([{ "route": "profile_by_name", "place": 1 }])
    );
    let chunk = of(&listed, "/gql/user/followers/chunk");
    assert_eq!(
        chunk["cost"],
        json!({ "rule": "checked", "units": 2, "units_with_force": 1 })
    );
    assert!(!shell.path("gleaner.db").exists());
}

#[test]
fn health_is_measured_from_the_ledger() {
    let settings = Settings {
        // Nothing reads on what the first endpoint cuts: all followers are its own.
        retired: vec!["/g2/user/following".into(), "/gql/user/followers/chunk".into()],
        ..Settings::default()
    };
    let shell = Shell::with(settings, "");
    let said = shell
        .run(&format!(
            "harvest {} --collect profile,followers,following --json",
            shell.seeds(5)
        ))
        .exits(0)
        .json();
    let listed = shell.run("endpoints --json").exits(0).json();
    let health = &of(&listed, "/g2/user/followers")["health"];
    let kinds = said["harvest"]["kinds"].as_array().unwrap();
    let followers = kinds.iter().find(|kind| kind["kind"] == "followers").unwrap();
    assert_eq!(health["requests"], followers["pages"]);
    assert_eq!(health["units"], followers["units"]);
    assert_eq!(health["good_percent"], 100.0);
    assert_eq!(health["new_items"], followers["items"]);
    assert_eq!(health["truncated"], 1, "{health}");
    assert!(health["units_a_new_item"].as_f64().unwrap() > 0.0, "{health}");
    assert!(health["median_ms"].is_i64(), "{health}");
    let items = followers["items"].as_f64().unwrap() / followers["units"].as_f64().unwrap();
    let measured = health["items_a_unit"].as_f64().unwrap();
    assert!((measured - items).abs() < 0.06, "{measured} {items}");
    let retired = of(&listed, "/g2/user/following");
    assert_eq!(retired["holds"], json!(["retired"]));
    assert_eq!(retired["health"]["good_percent"], 0.0);
    assert!(retired["health"]["retired_at"].is_i64(), "{retired}");
    shell
        .run("endpoints")
        .exits(0)
        .shows("retired (410)")
        .shows("100 %");
}
