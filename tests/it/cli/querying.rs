//! `gleaner query`: the list of questions, answers for people and for scripts, refusals.

use tokio::runtime::Runtime;

use super::shell::Shell;
use crate::query::people;

fn shell(more: &str) -> Shell {
    let shell = Shell::start();
    let path = shell.path("gleaner.db");
    let made = async { people::make(&path, more).await.close().await };
    Runtime::new().unwrap().block_on(made);
    shell
}

#[test]
fn without_a_name_the_questions_are_listed_and_no_file_is_needed() {
    let shell = Shell::start();
    shell
        .run("query")
        .exits(0)
        .shows("audience_overlap")
        .shows("a=USER b=USER [gone=no] [limit=20]")
        .shows("gleaner query mutuals user=@natgeo limit=50");
    let listed = shell.run("query --json").exits(0).json();
    assert_eq!(listed[1]["name"], "mutuals");
    assert_eq!(
        listed[1]["parameters"][2],
        serde_json::json!({ "name": "limit", "about": "at most so many rows", "usage": "[limit=20]" })
    );
    assert!(!shell.path("gleaner.db").exists());
}

#[test]
fn people_get_a_table_and_what_it_rests_on() {
    let shell = shell("");
    let said = shell.run("query audience_overlap a=@ann b=@ben").exits(0);
    let table: Vec<Vec<&str>> = said
        .out
        .lines()
        .take(2)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(table[0][..3], ["followers_of_a", "followers_of_b", "shared"]);
    assert_eq!(table[1], ["5", "3", "2", "40.0", "66.7", "0.3333"]);
    said.shows(
        "\n\nfollowers: 1 complete, 1 truncated (@ben 3 of 1,200)\n\
         The answer may miss shared followers, and its shares are of the followers that are known: of the 2 lists that \
         it rests on, 1 is not complete.\n",
    );
    shell
        .run("query mutuals user=ann limit=1")
        .exits(0)
        .shows("All lists that this rests on are complete.");
    shell
        .run("query mutuals user=ann limit=2")
        .exits(0)
        .shows("The first 2: limit=N shows more.");
    shell
        .run("query mutuals user=fay")
        .exits(0)
        .shows("no rows\n\nfollowers: 1 without a verdict (@fay not collected)\n");
    // Questions about the crawl itself rest on nothing else.
    let said = shell.run("query parked").exits(0);
    assert_eq!(said.out, "no rows\n");
}

#[test]
fn scripts_get_one_object_with_what_it_rests_on() {
    let shell = shell("");
    let said = shell
        .run("query audience_overlap a=ann b=2 gone=yes --json")
        .exits(0);
    assert_eq!(
        said.json(),
        serde_json::json!({
            "question": "audience_overlap",
            "parameters": { "a": 1, "b": 2, "gone": true, "limit": 20 },
            "columns": [
                "followers_of_a", "followers_of_b", "shared", "percent_of_a", "percent_of_b", "jaccard",
            ],
            "rows": [[6, 4, 3, 50.0, 75.0, 0.4286]],
            "rests_on": [
                {
                    "kind": "followers", "target": "1", "username": "ann", "verdict": "complete", "reason": "its end",
                    "coverage_percent": 100.0, "distinct_items": 5, "ended_at": 2000,
                },
                {
                    "kind": "followers", "target": "2", "username": "ben", "verdict": "truncated",
                    "reason": "only 3 of 1200", "coverage_percent": 0.3, "distinct_items": 3, "ended_at": 2000,
                },
            ],
        })
    );
    let said = shell.run("query reposted user=fay --json").exits(0).json();
    assert_eq!(said["rows"], serde_json::json!([]));
    assert_eq!(
        said["rests_on"],
        serde_json::json!([{
            "kind": "reposts", "target": "6", "username": "fay", "verdict": null, "reason": "not collected",
            "coverage_percent": null, "distinct_items": null, "ended_at": null,
        }])
    );
}

#[test]
fn the_statement_that_is_printed_runs_in_sql_and_says_the_same() {
    let shell = shell("");
    for words in [
        "mutuals user=@ann",
        "hits \"words=cat's food\"",
        "seeds_graph harvest=brands limit=2",
        "engagement",
        "spend",
    ] {
        let statement = shell.run(&format!("query {words} --sql")).exits(0).out;
        let asked = shell.run(&format!("query {words} --json")).exits(0).json();
        let answered = shell.run(&format!("sql --json \"{statement}\"")).exits(0).json();
        let columns = asked["columns"].as_array().unwrap();
        let rows: Vec<Vec<_>> = answered
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                columns
                    .iter()
                    .map(|name| row[name.as_str().unwrap()].clone())
                    .collect()
            })
            .collect();
        assert_eq!(asked["rows"], serde_json::json!(rows), "{words}");
    }
    let said = shell.run("query mutuals user=@ann --sql --json").exits(0);
    assert_eq!(said.fields(), ["parameters", "question", "sql"]);
}

#[test]
fn what_cannot_be_asked_is_refused_with_2() {
    let shell = shell("");
    for (words, told) in [
        ("query mutual user=1", "did you mean `mutuals`?"),
        ("query mutuals usr=1", "did you mean `user`?"),
        ("query mutuals", "write user=@natgeo"),
        (
            "query mutuals user=@nobody",
            "`gleaner harvest @nobody --name more --max-units 10`",
        ),
        ("query --sql", "<NAME>"),
        (
            "query mutuals user=1 --database sqlite:none.db",
            "none.db does not exist",
        ),
    ] {
        let said = shell.run(&format!("{words} --json")).exits(2).tells(told);
        assert_eq!(said.fields(), ["error", "exit_code"]);
    }
}

#[test]
fn a_name_from_outside_cannot_rewrite_the_terminal() {
    let shell = shell("update users set username = 'b' || char(27) || '[2Jen' where id = 2");
    let said = shell.run("query audience_overlap a=1 b=2").exits(0);
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
}
