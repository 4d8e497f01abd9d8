//! What the doctor finds, how bad it is, and that it changes nothing.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use sqlx::Connection as _;

use super::shell::{Said, Shell};

/// A file with a small harvest in it.
fn harvested() -> Shell {
    let shell = Shell::start();
    shell
        .run(&format!("harvest {} --collect profile,followers", shell.seeds(3)))
        .exits(0);
    shell
}

/// The findings of this level: what they say, and what puts them right.
fn findings(said: &Said, level: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let json = said.json();
    let all = json["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["level"] == level)
        .map(|finding| (text(&finding["what"]), text(&finding["fix"])))
        .collect()
}

/// Asserts that the doctor finds exactly this problem, and how it is put right.
#[track_caller]
fn finds_problem(shell: &Shell, flags: &str, what: &str, fix: &str) {
    let said = shell.run(&format!("doctor --json {flags}")).exits(3);
    let problems = findings(&said, "problem");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(
        problems[0].0.contains(what) && problems[0].1.contains(fix),
        "{problems:#?}"
    );
    shell
        .run(&format!("doctor {flags}"))
        .exits(3)
        .shows("To fix: ")
        .shows("Something must be put right first");
}

/// Changes the file by hand.
fn by_hand(shell: &Shell, statements: &'static str) {
    let url = format!("sqlite:{}", shell.path("gleaner.db").display());
    let changed = async {
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(changed);
}

#[test]
fn a_healthy_file_is_well_and_is_left_as_it_was() {
    let shell = harvested();
    let bytes = fs::read(shell.path("gleaner.db")).unwrap();
    let bought = shell.upstream.meter();
    let said = shell.run("doctor --thorough --json").exits(0);
    assert_eq!(said.fields(), ["exit_code", "findings", "worst"]);
    assert_eq!(said.json()["worst"], "ok", "{}", said.out);
    for finding in said.json()["findings"].as_array().unwrap() {
        let fields: Vec<_> = finding.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["area", "fix", "level", "what"]);
    }
    shell
        .run("doctor")
        .exits(0)
        .shows("SQLite 3.")
        .shows("units left")
        .shows("All is well.");
    assert_eq!(shell.run("doctor --quiet").exits(0).out, "All is well.\n");
    assert_eq!(fs::read(shell.path("gleaner.db")).unwrap(), bytes);
    assert_eq!(shell.upstream.meter(), bought);
}

#[test]
fn offline_nothing_is_asked_and_without_a_file_none_is_made() {
    let shell = Shell::start();
    shell
        .run("doctor --offline")
        .exits(0)
        .shows("not asked (--offline)")
        .shows("does not exist yet");
    assert_eq!(shell.upstream.arrivals().len(), 0);
    assert!(!shell.path("gleaner.db").exists());
}

#[test]
fn rights_that_let_others_in_are_found() {
    let shell = harvested();
    let rights = |mode| fs::set_permissions(shell.path("gleaner.db"), Permissions::from_mode(mode)).unwrap();
    rights(0o644);
    let said = shell.run("doctor --json").exits(0);
    let warnings = findings(&said, "warning");
    assert!(
        warnings[0].0.contains("may read") && warnings[0].1.starts_with("chmod 600 "),
        "{warnings:?}"
    );
    rights(0o622);
    finds_problem(&shell, "", "may write gleaner.db", "chmod 600 gleaner.db");
    rights(0o600);
    let config = shell.path("gleaner.toml");
    fs::set_permissions(&config, Permissions::from_mode(0o666)).unwrap();
    finds_problem(&shell, "", "may write gleaner.toml", "chmod go-w gleaner.toml");
}

#[test]
fn a_damaged_file_is_found_and_how_to_save_what_can_be_read() {
    let shell = harvested();
    by_hand(&shell, "pragma wal_checkpoint(truncate)");
    let path = shell.path("gleaner.db");
    let length = fs::metadata(&path).unwrap().len();
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    // Every second page from the middle on, so that some tree is broken wherever the rows stand.
    for page in (length / 4096 / 2..length / 4096).step_by(2) {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0x5a; 4096]).unwrap();
    }
    drop(file);
    finds_problem(&shell, "", "damaged", "put back the newest copy");
    fs::write(
        &path,
        "this is no database, and long enough to be looked at".repeat(100),
    )
    .unwrap();
    finds_problem(&shell, "", "or no database", "put back the newest copy");
}

#[test]
fn a_newer_schema_and_a_foreign_database_are_found_and_left_alone() {
    let shell = harvested();
    by_hand(
        &shell,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (999, 'later', 1, x'', 0)",
    );
    finds_problem(&shell, "", "schema 999", "use the newer gleaner");
    by_hand(&shell, "pragma application_id = 7");
    finds_problem(&shell, "", "database of another program", "--database");
}

#[test]
fn a_broken_invariant_is_found_with_what_speaks_against_it() {
    let shell = harvested();
    by_hand(
        &shell,
        "update spend set settled = settled + 1 where scope = 'all'",
    );
    finds_problem(
        &shell,
        "",
        "not true: the running sums are the ledger's; 1 row speaks against it: all",
        "copy the file",
    );
}

#[test]
fn what_reads_every_row_is_asked_only_thoroughly() {
    let shell = harvested();
    by_hand(
        &shell,
        "delete from users where id = (select follower_id from follow_edges limit 1)",
    );
    shell.run("doctor").exits(0).shows("--thorough");
    finds_problem(
        &shell,
        "--thorough",
        "every user that was met has a row",
        "copy the file",
    );
}

#[test]
fn what_holds_only_at_rest_is_not_asked_while_a_gleaner_works() {
    let shell = harvested();
    shell.run("pause").exits(0);
    let daemon = shell.start_command("run");
    shell.status_when(|status| status["working"] == true);
    shell
        .run("doctor")
        .exits(0)
        .shows("a gleaner works on it (pid ")
        .shows("not asked while a gleaner works");
    daemon.stop().exits(0);
}

#[test]
fn what_is_wrong_with_config_key_and_account_is_found() {
    let shell = harvested();
    shell.write("wrong.toml", "[upstream]\nrat = 1\n");
    finds_problem(&shell, "--config wrong.toml", "did you mean `rate`", "put right");
    finds_problem(
        &shell,
        "--base-url ftp://example.org --offline",
        "base_url",
        "put right",
    );
    finds_problem(
        &shell,
        "--base-url http://127.0.0.1:1",
        "did not come",
        "check the network",
    );
    let said = shell.run_with_key(Some("another-key"), "doctor --json").exits(3);
    let problems = findings(&said, "problem");
    assert!(problems[0].0.contains("refuses the key (401)"), "{problems:?}");
    let said = shell
        .run_with_key(
            None,
            "doctor --base-url https://upstream.invalid --offline --json",
        )
        .exits(3);
    let problems = findings(&said, "problem");
    assert!(
        problems[0].0.contains("HIKERAPI_TOKEN") && problems[0].1.contains("gleaner init"),
        "{problems:?}"
    );
    shell.write("key", crate::harness::CANARY);
    fs::set_permissions(shell.path("key"), Permissions::from_mode(0o644)).unwrap();
    let url = shell.upstream.url();
    shell.write(
        "file.toml",
        &format!("[upstream]\nbase_url = \"{url}\"\ntoken_file = \"key\"\n"),
    );
    let said = shell.run_with_key(None, "doctor --config file.toml").exits(0);
    said.shows("To fix: chmod 600 key")
        .shows("It works; the warnings");
}
