//! What a person approves, beside what the configuration and `gleaner budget set` say.

use std::time::Duration;

use gleaner::mock::Settings;
use serde_json::Value;

use super::shell::Shell;

fn number(shell: &Shell, statement: &str) -> i64 {
    let rows = shell.run(&format!("sql --json \"{statement}\"")).exits(0).json();
    rows[0]["n"].as_i64().unwrap()
}

fn approvals(shell: &Shell) -> i64 {
    number(shell, "select count(*) as n from approvals")
}

fn spent(shell: &Shell, harvest: &str) -> i64 {
    let of = format!(
        "select coalesce(sum(l.units), 0) as n from ledger as l join harvests as h on h.id = l.harvest_id where h.name = \
         '{harvest}'"
    );
    number(shell, &of)
}

#[test]
fn a_start_does_not_raise_an_approval_unless_the_configuration_has_changed_since() {
    let shell = Shell::start();
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let seeds = shell.world.seeds(40)[12..].to_vec();
    let configure = |units: i64| {
        let harvest = format!(
            "[[harvest]]\nname = \"brands\"\nseeds = {seeds:?}\ncollect = [\"followers\"]\nmax_units = {units}\n"
        );
        shell.write("gleaner.toml", &format!("{config}{harvest}"));
    };
    let harvest_spends = |units: i64, more: &str| {
        let said = shell.run(&format!("harvest --name brands {more}")).exits(4);
        assert_eq!(spent(&shell, "brands"), units);
        said
    };
    configure(9);
    shell.run("plan --name brands --offline --approve 3").exits(0);
    for _ in 0..2 {
        harvest_spends(3, "").tells("max_units = 9, but 3 were approved since, and the lower holds");
    }
    // The plan says so, too.
    let plan = shell.run("plan --name brands --offline --json").exits(0).json();
    assert_eq!(plan["plans"][0]["limits"]["harvest"], 3);
    configure(5);
    harvest_spends(5, "");
    shell
        .run("plan --name brands --offline --approve 20")
        .exits(0)
        .tells("max_units = 5, and the lower holds from the next");
    harvest_spends(5, "");
    harvest_spends(6, "--max-units 6");
    harvest_spends(6, "");
    configure(8);
    harvest_spends(8, "");
    // A person changes it before the first start that sees the change: the approval is newer.
    configure(50);
    shell.run("plan --name brands --offline --approve 10").exits(0);
    harvest_spends(10, "");
}

#[test]
fn a_persons_newest_word_holds_and_is_what_the_command_says() {
    let shell = Shell::with(Settings::default(), "[budget]\ntotal = 100\n");
    let words = format!("{} --name brands --collect followers", shell.seeds(9));
    shell.run(&format!("harvest {words} --max-units 2")).exits(4);
    shell.run("budget set harvest:brands=50").exits(0);
    shell
        .run(&format!("harvest {words} --max-units 4"))
        .exits(4)
        .tells("takes the place of what `gleaner budget set` said of harvest brands: its limit is 4 units");
    assert_eq!(spent(&shell, "brands"), 4);
    shell.run("budget set harvest:brands=4").exits(0);
    shell
        .run("plan --name brands --offline --approve 6")
        .exits(0)
        .shows("Approved: 6 units for harvest brands");
    shell.run(&format!("harvest {words}")).exits(4);
    assert_eq!(spent(&shell, "brands"), 6);
    shell
        .run("plan --name brands --offline --approve 500")
        .exits(0)
        .shows("Approved: 500 units")
        .shows("But [budget] total leaves 94 units.");
}

#[test]
fn a_plan_stays_within_limits_that_were_set_by_a_command() {
    for (set, left_for_another) in [
        ("total=5", 0),
        ("per_day=5", 0),
        ("per_run=4", 4),
        ("harvest:default=5", 0),
    ] {
        let shell = Shell::with(Settings::default(), "[budget]\ntotal = 500\n");
        let seeds = shell.world.seeds(40)[12..].to_vec();
        shell.run(&format!("harvest {}", seeds[0])).exits(0);
        shell.run(&format!("budget set {set}")).exits(0);
        let words = format!("plan {} --json", seeds.join(" "));
        let room = |more: &str| {
            let said = shell.run(&format!("{words}{more}")).exits(0).json();
            said["plans"][0]["limits"]["room"].clone()
        };
        assert_eq!(room(" --offline"), 4, "{set}");
        let _: Value = room("");
        assert_eq!(shell.upstream.meter(), 5, "{set}");
        // The plans of a harvest buy no more together than the harvest may.
        room("");
        assert_eq!(shell.upstream.meter(), 5 + left_for_another, "{set}");
        if set.starts_with("harvest") {
            shell.run(&format!("{words} --max-units 7")).exits(0);
            assert_eq!(shell.upstream.meter(), 7, "a person's word is newer");
        }
    }
}

#[test]
fn nothing_is_approved_where_the_key_or_the_funds_failed() {
    let poor = Settings {
        balance: 3,
        ..Settings::default()
    };
    let shell = Shell::with(poor, "");
    let words = format!("plan {} --approve 50", shell.seeds(9));
    shell.run(&words).exits(6).tells("nothing was approved");
    assert_eq!(approvals(&shell), 0);
    let shell = Shell::start();
    shell
        .run_with_key(Some("wrong"), &words)
        .exits(5)
        .tells("nothing was approved");
    assert_eq!(approvals(&shell), 0);
}

#[test]
fn nothing_is_approved_by_a_plan_that_a_person_stopped() {
    let latency = Duration::from_secs(1);
    let slow = Settings {
        latency: (latency, latency),
        ..Settings::default()
    };
    let shell = Shell::with(slow, "");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let plan = shell.start_command(&format!("plan {} --name brands --approve 50", shell.seeds(9)));
    shell.status_when(|status| status["working"] == true);
    plan.stop().exits(1).tells("nothing was approved");
    assert_eq!(approvals(&shell), 0);
}

#[test]
fn beside_a_daemon_a_harvest_ends_at_its_limit_whatever_others_do() {
    let latency = Duration::from_millis(100);
    let slow = Settings {
        latency: (latency, latency),
        ..Settings::default()
    };
    let shell = Shell::with(slow, "");
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let seeds = shell.world.seeds(300);
    // Two units for each page of followers.
    shell.write(
        "gleaner.toml",
        &format!(
            "{config}[routes]\nfollowers = [\"/gql/user/followers/chunk\"]\n[[harvest]]\nname = \"busy\"\nseeds = {:?}\n\
             collect = [\"followers\", \"following\"]\n",
            &seeds[40..]
        ),
    );
    let daemon = shell.start_command("run --rate 20");
    shell.status_when(|status| status["working"] == true);
    let somebody = &seeds[20..24].join(" ");
    let said = shell
        .run(&format!(
            "harvest {somebody} --name small --collect followers --max-units 5 --json"
        ))
        .exits(4)
        .json();
    assert_eq!(said["limit_reached"]["name"], "harvest:small");
    let status = shell.run("status --json").exits(0).json();
    let harvests = status["harvests"].as_array().unwrap();
    let busy = harvests.iter().find(|harvest| harvest["name"] == "busy").unwrap();
    assert_ne!(busy["state"], "finished");
    daemon.stop().exits(0);
}
