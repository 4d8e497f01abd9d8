//! What a plan buys itself, also after new rounds and beside another gleaner.

use std::time::Duration;

use gleaner::mock::{FaultKind, Faults, Settings};
use serde_json::Value;

use super::shell::Shell;

/// Names of ordinary people, as seeds.
fn names(shell: &Shell, count: usize) -> String {
    let seeds = shell.world.seeds(60);
    let named = seeds[12..].iter().filter(|seed| seed.starts_with('@'));
    named.take(count).cloned().collect::<Vec<_>>().join(" ")
}

/// What a plan says that it bought, and what it left: profiles, units, left.
fn bought(said: &Value) -> [i64; 3] {
    let bought = &said["plans"][0]["bought"];
    ["profiles", "units", "left"].map(|key| bought[key].as_i64().unwrap())
}

#[test]
fn a_plan_buys_no_profile_that_a_new_round_has_read() {
    let shell = Shell::start();
    let seeds = names(&shell, 3);
    shell.run(&format!("harvest {seeds} --collect profile")).exits(0);
    shell
        .run(&format!("harvest {seeds} --collect profile --refresh"))
        .exits(0);
    let meter = shell.upstream.meter();
    for _ in 0..3 {
        let said = shell.run(&format!("plan {seeds} --json")).exits(0).json();
        assert_eq!(bought(&said), [0, 0, 0]);
        assert_eq!(
            said["plans"][0]["total"]["units"]["high"], 0,
            "all of it is there"
        );
    }
    assert_eq!(shell.upstream.meter(), meter);
}

#[test]
fn the_first_plan_of_a_harvest_buys_what_is_too_old_and_the_next_one_nothing() {
    let shell = Shell::start();
    let seeds = names(&shell, 3);
    shell.run(&format!("harvest {seeds} --collect profile")).exits(0);
    shell
        .run(&format!("harvest {} --collect profile --refresh", shell.seeds(1)))
        .exits(0);
    // A new round began without these three, so that what is known of them is older than it.
    let held = seeds.split(' ').next().unwrap();
    shell.run(&format!("seeds remove {seeds}")).exits(0);
    shell
        .run(&format!("harvest {} --refresh", shell.seeds(1)))
        .exits(0);
    shell.run(&format!("seeds add {seeds}")).exits(0);
    let meter = shell.upstream.meter();
    let plan = |expected| {
        let said = shell.run(&format!("plan {held} --json")).exits(0).json();
        assert_eq!(bought(&said), expected);
    };
    plan([3, 3, 0]);
    plan([0, 0, 0]);
    assert_eq!(shell.upstream.meter(), meter + 3);
    // Nor does the harvest buy them again.
    shell.run(&format!("harvest {seeds}")).exits(0);
    assert_eq!(shell.upstream.meter(), meter + 3);
}

#[test]
fn a_limit_of_this_run_holds_for_a_plan_too_alone_and_beside_a_daemon() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(40)[12..].to_vec();
    let plan = |from: usize| {
        let words = seeds[from..from + 9].join(" ");
        let said = shell
            .run(&format!("plan {words} --max-units-this-run 2 --json"))
            .exits(0)
            .json();
        assert_eq!(bought(&said), [2, 2, 7]);
    };
    plan(0);
    let daemon = shell.start_command("run --max-units 5000");
    shell.status_when(|status| status["working"] == true);
    plan(10);
    assert_eq!(shell.upstream.meter(), 4);
    daemon.stop().exits(0);
    // All plans of a command are one run.
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = |name: &str, from: usize| {
        format!(
            "[[harvest]]\nname = \"{name}\"\nseeds = {:?}\n",
            &seeds[from..from + 2]
        )
    };
    let (one, two) = (harvest("one", 20), harvest("two", 24));
    shell.write("gleaner.toml", &format!("{config}{one}{two}"));
    shell.run("plan --max-units-this-run 3").exits(0);
    assert_eq!(shell.upstream.meter(), 7);
}

#[test]
fn beside_a_daemon_too_a_plan_asks_nobody_twice() {
    // Where others fail, a second question would come before their first answer.
    let failing = Settings {
        faults: Faults::of(0.6, [FaultKind::ServerError]),
        ..Settings::default()
    };
    let shell = Shell::with(failing, "");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let daemon = shell.start_command("run");
    shell.status_when(|status| status["working"] == true);
    let meter = shell.upstream.meter();
    // Two of them are not found; a second question about these would take a unit from another.
    let said = shell
        .run(&format!("plan {} --max-units 12 --json", shell.seeds(12)))
        .exits(0)
        .json();
    assert_eq!(said["plans"][0]["unknown"], Value::Array(Vec::new()));
    assert_eq!(bought(&said), [11, 11, 0]);
    assert_eq!(shell.upstream.meter(), meter + 11);
    daemon.stop().exits(0);
}

#[test]
fn what_a_killed_plan_asked_for_is_not_bought_by_the_next_daemon() {
    let latency = Duration::from_secs(1);
    let slow = Settings {
        latency: (latency, latency),
        ..Settings::default()
    };
    let shell = Shell::with(slow, "");
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let seeds = shell.world.seeds(40)[12..].join(" ");
    let plan = shell.start_command(&format!("plan {seeds} --name brands --rate 2"));
    shell.status_when(|status| status["working"] == true);
    let lines = |statement: &str| shell.run(&format!("sql --json \"{statement}\"")).exits(0).json();
    let asked = "select count(*) as n from ledger as l join harvests as h on h.id = l.harvest_id where h.name = 'plan:brands'";
    shell.json_when(&format!("sql --json \"{asked}\""), |rows| {
        rows[0]["n"].as_i64() > Some(0)
    });
    // Killed, not asked to stop.
    drop(plan);
    let before = lines(asked);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let other = shell.world.seeds(60)[50].clone();
    shell.write(
        "gleaner.toml",
        &format!("{config}[[harvest]]\nname = \"other\"\nseeds = [{other:?}]\n"),
    );
    let daemon = shell.start_command("run");
    let open = "select count(*) as n, (select count(*) from lists where target = '{}' and verdict is not null) as done \
                from harvest_lists where open = 1";
    let open = open.replace("{}", &other);
    shell.json_when(&format!("sql --json \"{open}\""), |rows| {
        rows[0]["n"] == 0 && rows[0]["done"] == 1
    });
    assert_eq!(lines(asked), before);
    daemon.stop().exits(0);
}

#[test]
fn a_plan_that_another_gleaner_does_not_serve_says_so_and_approves_nothing() {
    let shell = Shell::start();
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let daemon = shell.start_command("run");
    shell.status_when(|status| status["working"] == true);
    shell.run("pause").exits(0);
    let words = format!("plan {} --name brands", shell.seeds(9));
    let said = shell.run(&format!("{words} --json")).exits(0).json();
    assert_eq!(said["plans"][0]["bought"]["ended"], "held");
    shell
        .run(&format!("{words} --approve 50"))
        .exits(1)
        .shows("8 profiles were not bought: another gleaner works on this file, and nothing is sent (paused)")
        .tells("nothing was approved");
    let approvals = shell.run("sql --json \"select count(*) as n from approvals\"");
    assert_eq!(approvals.exits(0).json()[0]["n"], 0);
    daemon.stop().exits(0);
}
