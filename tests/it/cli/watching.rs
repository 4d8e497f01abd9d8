//! Commands that look and hold: status, tasks, pause, resume, sql, parse, endpoints.

use super::shell::Shell;

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn status_has_a_shape_for_scripts_and_a_sentence_for_people() {
    let shell = Shell::start();
    shell
        .run(&format!("harvest {} --max-units 50", shell.seeds(3)))
        .exits(0);
    let status = shell.run("status --json").exits(0);
    let fields = [
        "balance",
        "harvests",
        "holds",
        "last_request_at",
        "tasks",
        "units",
        "waiting",
        "why",
        "working",
    ];
    assert_eq!(status.fields(), fields);
    let status = status.json();
    assert_eq!(status["harvests"][0]["state"], "finished");
    assert_eq!(status["harvests"][0]["kinds"][0]["verdicts"]["complete"], 4);
    assert_eq!(status["working"], false);
    shell
        .run("status")
        .exits(0)
        .shows("of its 50")
        .shows("units: 3 settled, 0 reserved, 0 lost; 3 today")
        .shows("nothing to do: every list has a verdict");
    shell.run("tasks").exits(0).shows("no tasks");
    assert_eq!(shell.run("tasks --json").exits(0).out, "[]\n");
}

#[test]
fn a_paused_harvest_waits_and_status_names_it() {
    let shell = Shell::start();
    let harvest = format!("harvest {} --name brands --collect followers", shell.seeds(2));
    shell.run(&format!("{harvest} --max-units 1")).exits(4);
    let said = shell.run("pause brands --json").exits(0);
    assert_eq!(said.fields(), ["changed", "done", "harvest", "paused"]);
    let going = shell.start_command(&format!("{harvest} --max-units 100"));
    let status =
        shell.status_when(|status| status["working"] == true && status["harvests"][0]["max_units"] == 100);
    assert_eq!(status["harvests"][0]["state"], "paused");
    let why = status["why"].as_str().unwrap();
    assert!(why.starts_with("harvest brands is paused since"), "{why}");
    assert!(why.ends_with("`gleaner resume brands` goes on"), "{why}");
    shell
        .run("resume brands")
        .exits(0)
        .shows("harvest brands goes on");
    shell.run("resume brands").exits(0).shows("was not paused");
    shell
        .run("pause nobody")
        .exits(2)
        .tells("there is no harvest \"nobody\"");
    let mut going = going;
    going.wait().exits(0);
}

#[test]
fn sql_answers_in_the_order_of_the_columns_and_changes_nothing() {
    let shell = Shell::start();
    shell.run(&format!("harvest {}", shell.seeds(3))).exits(0);
    let said = shell
        .run("sql --json 'select 2 as b, 1 as a, null as c, 1.5 as d, x.t from (select char(39) as t) as x'");
    assert_eq!(
        said.exits(0).out,
        "[{\"b\":2,\"a\":1,\"c\":null,\"d\":1.5,\"t\":\"'\"}]\n"
    );
    for (statement, told) in [
        ("delete from users", "only reads; the file is as it was"),
        (
            "pragma query_only = off; delete from users",
            "more than one statement",
        ),
        ("select 1; select 2", "more than one statement"),
        ("selec 1", "syntax error"),
        ("select * from nowhere", "lists the tables"),
        ("", "is empty"),
    ] {
        let said = shell
            .run(&format!("sql \"{statement}\" --json"))
            .exits(2)
            .tells(told);
        assert_eq!(said.fields(), ["error", "exit_code"]);
    }
    shell
        .run("sql 'select count(*) as users from users;'")
        .exits(0)
        .shows("3");
}

#[test]
fn parse_tells_what_a_body_becomes_and_refuses_what_is_no_page() {
    let shell = Shell::start();
    let parse = "parse /gql/user/followers/chunk";
    let first = fixture("gql_user_followers_chunk/first.json");
    shell
        .run(&format!("{parse} {first} --target 42"))
        .exits(0)
        .shows("users");
    let said = shell.run(&format!("{parse} {first} --json")).exits(0);
    assert!(said.json().is_object());

    let body = std::fs::read_to_string(&first).unwrap();
    shell.write("cut.json", &body[..body.len() / 2]);
    shell.write("abridged.json", "{\"users\": [...]}");
    shell.write("foreign.json", "{\"temperature\": 21}");
    shell.write("page.html", "<html><body>502</body></html>");
    shell.write(
        "error.json",
        "{\"detail\": \"no\", \"exc_type\": \"UserNotFound\"}",
    );
    for name in [
        "cut.json",
        "abridged.json",
        "foreign.json",
        "page.html",
        "error.json",
    ] {
        let said = shell.run(&format!("{parse} {name} --json")).exits(2).tells(name);
        assert_eq!(said.json()["exit_code"], 2);
    }
    shell
        .run(&format!("{parse} {first} --target x/y"))
        .exits(2)
        .tells("--target x/y");
}
