//! `gleaner budget`, and what other commands say of limits.

use gleaner::mock::Settings;

use super::shell::Shell;

fn limited(budget: &str) -> Shell {
    Shell::with(Settings::default(), &format!("[budget]\n{budget}\n"))
}

#[test]
fn budget_shows_every_limit_with_what_is_spent_and_left_and_whose_word_it_is() {
    let shell = limited("total = 100\nper_day = 50\nunit_price = 0.5");
    shell
        .run(&format!(
            "harvest {} --name brands --max-units 20",
            shell.seeds(3)
        ))
        .exits(0);
    let said = shell.run("budget --json").exits(0);
    assert_eq!(
        said.fields(),
        ["balance", "changes", "drift", "limits", "working"]
    );
    let json = said.json();
    let limits = json["limits"].as_array().unwrap();
    let line = |limit: &serde_json::Value| {
        let text = |key: &str| limit[key].to_string();
        format!(
            "{} {} {} {}",
            limit["name"].as_str().unwrap(),
            text("limit"),
            text("spent"),
            text("left")
        )
    };
    assert_eq!(
        limits.iter().map(line).collect::<Vec<_>>(),
        [
            "total 100 3 97",
            "per_day 50 3 47",
            "per_run null 0 null",
            "harvest:brands 20 3 17"
        ]
    );
    assert_eq!(json["drift"], serde_json::Value::Null);
    shell
        .run("budget set total=80 harvest:brands=none")
        .exits(0)
        .shows("total: 80 units now, 100 units before; 3 units are spent, 77 left.")
        .shows("harvest:brands: no limit now, 20 units before.");
    shell
        .run("budget")
        .exits(0)
        .shows("3 = 1.50")
        .shows("(config says 100)")
        .shows("00:00:00 UTC")
        .shows("total from 100 to 80 by `gleaner budget set`; 3 units were spent");
    shell
        .run("status")
        .exits(0)
        .shows("77 of 80 left in all, 47 of 50 left today");
    shell.run("doctor").exits(0).shows("units: 77 of 80 left in all");
    shell
        .run("budget set total=config harvest:brands=config")
        .exits(0)
        .shows("total: 100 units now, 80 units before")
        .shows("harvest:brands: 20 units now, no limit before");
}

#[test]
fn what_is_no_limit_is_refused_and_nothing_is_changed() {
    let shell = limited("total = 100");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    for (words, told) in [
        ("budget set total", "write LIMIT=UNITS"),
        (
            "budget set total=-5",
            "a whole number of at least 0, `none` or `config`",
        ),
        ("budget set total=50 weekly=9", "there is no limit \"weekly\""),
        (
            "budget set total=50 harvest:nobody=9",
            "there is no harvest \"nobody\"",
        ),
    ] {
        let said = shell.run(&format!("{words} --json")).exits(2).tells(told);
        assert_eq!(said.fields(), ["error", "exit_code"]);
    }
    assert_eq!(shell.run("budget --json").json()["limits"][0]["limit"], 100);
}

#[test]
fn a_command_that_ends_at_a_limit_says_which_and_how_to_go_on() {
    for (budget, more, name, told) in [
        (
            "total = 2",
            "",
            "total",
            "[budget] total allows 2 units, and 2 are spent",
        ),
        ("per_day = 2", "", "per_day", "it begins anew at 00:00 UTC"),
        (
            "",
            "--max-units-this-run 2",
            "per_run",
            "the same command is a new run and goes on",
        ),
        (
            "",
            "--max-units 2",
            "harvest:default",
            "`gleaner budget set harvest:default=UNITS`",
        ),
    ] {
        let shell = limited(budget);
        let harvest = format!("harvest {} --collect followers {more}", shell.seeds(2));
        let said = shell.run(&format!("{harvest} --json")).exits(4);
        assert_eq!(said.json()["limit_reached"]["name"], name);
        assert_eq!(said.json()["stopped"], "budget");
        // A limit of a run is no limit for the next.
        if name != "per_run" {
            shell.run(&harvest).exits(4).shows(told);
        }
    }
}

#[test]
fn a_limit_that_a_command_has_set_is_one() {
    let shell = limited("");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    shell.run("budget set total=2").exits(0);
    let harvest = format!("harvest {} --collect followers", shell.seeds(2));
    shell
        .run(&harvest)
        .exits(4)
        .shows("[budget] total allows 2 units");
    shell.run("budget set total=500").exits(0);
    shell.run(&harvest).exits(0);
}

#[test]
fn a_daemon_follows_a_new_limit_and_tells_what_it_waits_for() {
    let shell = limited("total = 2");
    let harvest = format!("harvest {} --collect followers", shell.seeds(2));
    shell.run(&harvest).exits(4);
    let daemon = shell.start_command("run");
    let status = shell.status_when(|status| status["working"] == true);
    let why = status["why"].as_str().unwrap();
    assert_eq!(
        why,
        "budget spent: [budget] total allows 2 units; raise it to go on"
    );
    shell
        .run("budget set total=none")
        .exits(0)
        .shows("follows from its next request on");
    shell.status_when(|status| status["harvests"][0]["state"] == "finished");
    daemon.stop().exits(0);
}

#[test]
fn units_that_the_file_knows_nothing_of_are_told_by_status_budget_and_doctor() {
    let shell = limited("total = 100");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    shell.upstream.set_balance(shell.upstream.balance() - 12);
    let said = shell.run(&format!("harvest {}", shell.seeds(3))).exits(0);
    said.tells("the account lost 12 units that this file knows nothing of");
    for command in ["status", "budget"] {
        shell
            .run(command)
            .exits(0)
            .shows("account: it lost 12 units that this file knows nothing of, last seen at");
    }
    shell.run("doctor").exits(0).shows("it lost 12 units");
    assert_eq!(shell.run("status --json").json()["units"]["drift"]["units"], 12);
    shell.run("query drifts").exits(0).shows("12");
}

#[test]
fn beside_a_daemon_a_harvest_ends_at_a_limit_that_leaves_too_little_for_its_dearer_calls() {
    let shell = limited("");
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    // Two units for each page of followers, one for each of posts.
    shell.write(
        "gleaner.toml",
        &format!("{config}[routes]\nfollowers = [\"/gql/user/followers/chunk\"]\n"),
    );
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let daemon = shell.start_command("run --max-units 12");
    shell.status_when(|status| status["working"] == true);
    let somebody = shell.world.seeds(24)[20..].join(" ");
    let words = format!("harvest {somebody} --name small --collect followers,medias --json");
    let mut harvest = shell.start_command(&words);
    let spent = |budget: &serde_json::Value| budget["limits"][0]["spent"].clone();
    shell.json_when("budget --json", |budget| spent(budget) == 12);
    let said = harvest.wait().exits(4).json();
    assert_eq!(said["limit_reached"]["name"], "total");
    daemon.stop().exits(0);
}

#[test]
fn beside_a_daemon_a_limit_that_nobody_would_keep_is_refused() {
    let shell = limited("");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    shell.write("tight.toml", &format!("{config}per_day = 3\n"));
    let daemon = shell.start_command("run --max-units 5000");
    shell.json_when("budget --json", |budget| budget["limits"][0]["limit"] == 5_000);
    let harvest = format!("harvest {} --name more --collect followers", shell.seeds(3));
    shell
        .run(&format!("{harvest} --max-units-this-run 3"))
        .exits(2)
        .tells("--max-units-this-run limits only what this command sends itself; nothing was sent");
    let tight = format!("--config tight.toml {harvest}");
    shell
        .run(&tight)
        .exits(2)
        .tells("without this command's [budget] per_day = 3; nothing was sent")
        .tells("`gleaner budget set per_day=3` makes it hold there");
    assert_eq!(shell.upstream.meter(), 1);
    // A limit that holds there is one, and so is a person's word.
    shell.run(&format!("{harvest} --max-units 2")).exits(4);
    shell.run("budget set per_day=5").exits(0);
    shell.run(&tight).exits(4);
    assert_eq!(shell.upstream.meter(), 3);
    daemon.stop().exits(0);
}
