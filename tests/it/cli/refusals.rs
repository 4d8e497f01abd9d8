//! What is refused, with which exit code, and what the text tells to do.

use gleaner::mock::Settings;

use super::shell::Shell;
use crate::client::server::{Server, Then};

#[test]
fn every_command_has_help() {
    let shell = Shell::start();
    let help = shell.run("--help").exits(0).shows("Exit codes:");
    let commands = help.out.split("Commands:").nth(1).unwrap();
    let commands = commands.split("Options").next().unwrap();
    let names = commands.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        (!name.starts_with(' ')).then(|| name.split(' ').next().unwrap())
    });
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        shell
            .run(&format!("{name} --help"))
            .exits(0)
            .shows("Usage: gleaner");
    }
    shell.run("--version").exits(0).shows("gleaner ");
}

#[test]
fn wrong_arguments_are_refused_once() {
    let shell = Shell::start();
    for (words, told) in [
        ("", "Usage:"),
        ("harvset", "harvest"),
        ("harvest --depht 2 a", "--depth"),
        ("harvest --collect likes a", "there are profile, followers"),
        (
            "harvest --collect followers --limit followers=x a",
            "--limit followers=x",
        ),
        ("harvest --limit followers a", "KIND=N"),
        ("harvest --depth 0 a", "depth"),
        ("harvest --max-units -3 a", "-3"),
        ("harvest", "has no seeds"),
        ("harvest search:", "none of the seeds can be used"),
        ("harvest --seed-file none.txt", "none.txt"),
        ("harvest ---", "---"),
        (
            "harvest 'no name'",
            "none of the seeds can be used; nothing was sent",
        ),
        ("tasks --state gone", "ready, waiting, leased, parked"),
        ("tasks retry", "<ID|--all>"),
        ("status", "gleaner.db does not exist"),
        ("status --config none.toml", "none.toml: there is no such file"),
        ("status --database mysql:x", "sqlite:PATH"),
        ("parse /g2/nothing body.json", "`gleaner endpoints` lists them"),
        ("parse /g2/user/followers none.json", "none.json"),
        ("dump", "--canonical"),
    ] {
        let said = shell.run(words).exits(2).tells(told);
        assert_eq!(
            said.log.matches("error:").count(),
            usize::from(!words.is_empty()),
            "{}",
            said.log
        );
        let json = shell.run(&format!("{words} --json")).exits(2);
        if !words.is_empty() {
            assert_eq!(json.fields(), ["error", "exit_code"]);
            assert_eq!(json.json()["exit_code"], 2);
        }
    }
    assert_eq!(shell.upstream.arrivals().len(), 0);
    assert!(!shell.path("gleaner.db").exists());
}

#[test]
fn a_wrong_config_is_refused_with_its_place() {
    let shell = Shell::start();
    shell.write("wrong.toml", "[upstream]\nrat = 1\n");
    shell
        .run("status --config wrong.toml")
        .exits(2)
        .tells("wrong.toml, line 2, column 1: unknown key `rat` in [upstream]; did you mean `rate`?");
}

#[test]
fn without_a_limit_nothing_is_sent_to_a_real_upstream() {
    let shell = Shell::start();
    shell
        .run("harvest natgeo --base-url https://upstream.invalid")
        .exits(2)
        .tells("nothing was sent")
        .tells("--max-units 100")
        .tells("[budget]\ntotal = 100");
    shell
        .run("run --base-url https://upstream.invalid")
        .exits(2)
        .tells("nothing was sent");
}

#[test]
fn a_limit_from_before_is_limit_enough() {
    let shell = Shell::start();
    shell
        .run(&format!("harvest {} --max-units 50", shell.seeds(1)))
        .exits(0);
    // It gets as far as the missing key.
    shell
        .run_with_key(None, "harvest natgeo --base-url https://upstream.invalid")
        .exits(5);
    shell
        .run_with_key(
            None,
            "harvest natgeo --name other --base-url https://upstream.invalid",
        )
        .exits(2)
        .tells("no limit of units is set");
}

#[test]
fn who_reads_only_the_beginning_of_a_dump_is_no_error() {
    let shell = Shell::start();
    let said = shell.run("demo --size 300 --json").exits(0);
    assert_eq!(said.json()["rows_as_expected"], true);
    let script = "gleaner() { \"$PROGRAM\" \"$@\"; }; set -o pipefail; \
                  gleaner dump --canonical --database sqlite:gleaner-demo.db | head -n 1";
    let told = std::process::Command::new("bash")
        .args(["-c", script])
        .env("PROGRAM", env!("CARGO_BIN_EXE_gleaner"))
        .current_dir(shell.path(""))
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    assert_eq!(String::from_utf8(told.stderr).unwrap(), "");
}

#[test]
fn without_a_key_nothing_is_sent_to_a_real_upstream() {
    let shell = Shell::start();
    let said = shell
        .run_with_key(
            None,
            "harvest natgeo --base-url https://upstream.invalid --max-units 5 --json",
        )
        .exits(5)
        .tells("HIKERAPI_TOKEN");
    assert_eq!(said.json()["exit_code"], 5);
}

#[test]
fn a_refused_key_ends_with_5_and_an_empty_account_with_6() {
    let shell = Shell::start();
    shell
        .run_with_key(Some("another-key"), "harvest @one_of_them --quiet")
        .exits(5)
        .shows("refuses the key (401); nothing was billed");
    let settings = Settings {
        balance: 0,
        ..Settings::default()
    };
    let shell = Shell::with(settings, "");
    let seeds = shell.seeds(2);
    let said = shell.run(&format!("harvest {seeds} --json")).exits(6);
    assert_eq!(said.json()["stopped"], "no_funds");
    shell.run("status").exits(0).shows("out of units");
}

#[test]
fn a_reached_limit_ends_with_4_and_a_raised_one_goes_on() {
    let shell = Shell::start();
    let harvest = format!("harvest {} --collect followers --max-units", shell.seeds(2));
    let said = shell.run(&format!("{harvest} 2 --json")).exits(4);
    assert_eq!(said.json()["harvest"]["units"], 2);
    shell
        .run("status")
        .exits(0)
        .shows("out of budget")
        .shows("budget spent: harvest default allows 2 units");
    shell.run(&format!("{harvest} 100")).exits(0);
    assert_eq!(
        shell.run("status --json").json()["harvests"][0]["state"],
        "finished"
    );
}

#[test]
fn what_cannot_be_read_ends_with_3_and_can_be_looked_at_retried_and_cancelled() {
    let body = "{\"temperature\": 21}";
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let foreign = Server::start(answer, Then::Close);
    let shell = Shell::start();
    let harvest = format!("harvest 42 --base-url {}", foreign.url());
    shell
        .run(&harvest)
        .exits(3)
        .shows("1 list is parked or failed: `gleaner tasks --state parked`");
    let parked = shell.run("tasks list --state parked --json").exits(0).json();
    let id = parked[0]["id"].as_i64().unwrap();
    assert_eq!(parked[0]["state"], "parked");
    let shown = shell.run(&format!("tasks show {id} --json")).exits(0);
    assert_eq!(shown.fields(), ["body", "task"]);
    shell
        .run(&format!("tasks show {id}"))
        .exits(0)
        .shows("the answer that parked it begins:")
        .shows(&format!("`gleaner tasks retry {id}` asks again"));
    shell
        .run("status")
        .exits(0)
        .shows("1 task is parked and waits for a person");
    let said = shell.run("tasks retry --all --json").exits(0);
    assert_eq!(said.json()["retried"], parked.as_array().unwrap().len());
    shell
        .run("tasks retry --all")
        .exits(0)
        .shows("nothing is parked: nothing was changed");
    let said = shell.run(&format!("tasks cancel {id} --json")).exits(0);
    assert_eq!(said.json()["cancelled"], id);
    shell
        .run(&format!("tasks cancel {id}"))
        .exits(2)
        .tells("there is no task");
    shell
        .run(&format!("tasks show {id}"))
        .exits(2)
        .tells("there is no task");
}
