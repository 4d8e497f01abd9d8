//! Commands that send: harvest, run, demo, mock.

use super::shell::Shell;

#[test]
fn a_harvest_is_the_oracles_and_the_same_command_buys_nothing() {
    let shell = Shell::start();
    let (seeds, flags) = (shell.seeds(6), "--collect profile,followers,medias,replies");
    let said = shell.run(&format!("harvest {seeds} {flags} --json")).exits(0);
    let fields = [
        "exit_code",
        "harvest",
        "limit_reached",
        "limits",
        "rejected_seeds",
        "rows",
        "stopped",
        "troubled_lists",
    ];
    assert_eq!(said.fields(), fields);
    assert_eq!(
        (&said.json()["stopped"], &said.json()["exit_code"]),
        (&"finished".into(), &0.into())
    );
    let oracle = shell.run(&format!("mock --oracle {seeds} {flags}")).exits(0).out;
    assert_eq!(shell.run("dump --canonical").exits(0).out, oracle);
    let expected = shell.run(&format!("mock --oracle {seeds} {flags} --json")).json();
    assert_eq!(said.json()["harvest"]["units"], expected["units"]);
    let bought = shell.upstream.meter();
    shell
        .run(&format!("harvest {seeds} {flags}"))
        .exits(0)
        .shows("holds");
    assert_eq!(shell.upstream.meter(), bought);
    shell
        .run(&format!("harvest {seeds} {flags} --refresh --quiet"))
        .exits(0);
    assert_eq!(shell.upstream.meter(), 2 * bought);
}

#[test]
fn bad_seeds_are_reported_where_they_stand_and_the_others_are_harvested() {
    let shell = Shell::start();
    let good = shell.seeds(2).replace(' ', "\n");
    shell.write("brands.txt", &format!("# brands\n{good}\nno such name!\n"));
    let said = shell
        .run("harvest --seed-file brands.txt 'what ever' --json")
        .exits(0)
        .tells("brands.txt, line 4: \"no such name!\"");
    let rejected = &said.json()["rejected_seeds"];
    assert_eq!(rejected.as_array().unwrap().len(), 2, "{rejected}");
    assert!(rejected[0].as_str().unwrap().starts_with("\"what ever\": "));
    assert_eq!(said.json()["harvest"]["targets"], 2);
}

#[test]
fn a_harvest_of_the_config_needs_only_its_name() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(2);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    shell.write(
        "gleaner.toml",
        &format!("{config}[[harvest]]\nname = \"two\"\nseeds = {seeds:?}\ncollect = [\"followers\"]\n"),
    );
    let said = shell
        .run("harvest --name two --limit followers=1p --json")
        .exits(0)
        .json();
    let kinds: Vec<_> = said["harvest"]["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| &kind["kind"])
        .collect();
    assert_eq!(kinds, ["profile", "followers"]);
}

#[test]
fn a_daemon_works_through_its_harvests_and_takes_seeds_from_beside() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(8);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = |name, seeds: &[String]| format!("[[harvest]]\nname = \"{name}\"\nseeds = {seeds:?}\n");
    let (one, two) = (harvest("one", &seeds[..2]), harvest("two", &seeds[2..4]));
    shell.write("gleaner.toml", &format!("{config}{one}{two}"));
    let daemon = shell.start_command("run --json");
    let is_done = |status: &serde_json::Value| {
        let harvests = status["harvests"].as_array();
        harvests.is_some_and(|all| all.len() == 2 && all.iter().all(|one| one["state"] == "finished"))
    };
    let status = shell.status_when(is_done);
    assert_eq!(status["working"], true);
    shell.run("run").exits(7).tells("is in use by another gleaner");
    let said = shell
        .run(&format!("harvest {} --name beside", seeds[6..].join(" ")))
        .exits(0)
        .tells("another gleaner works on this file");
    assert!(
        said.out.contains("Harvest beside has cost 2 units"),
        "{}",
        said.out
    );
    let said = daemon.stop().exits(0);
    assert_eq!(said.fields(), ["exit_code", "stopped"]);
    assert_eq!(said.json()["stopped"], "asked");
}

#[test]
fn a_stopped_harvest_says_so_and_whoever_follows_goes_on_in_its_place() {
    let shell = Shell::start();
    let seeds = shell.seeds(2);
    // A harvest so that there is a file to pause.
    shell.run(&format!("harvest {seeds}")).exits(0);
    shell.run("pause").exits(0);
    let harvest = format!("harvest {seeds} --collect followers");
    let first = shell.start_command(&harvest);
    shell.status_when(|status| status["working"] == true);
    let mut second = shell.start_command(&format!("{harvest} --name second"));
    // It has added its seeds, and so has seen that the file is taken.
    shell.status_when(|status| status["harvests"].as_array().is_some_and(|all| all.len() == 2));
    let said = first
        .stop()
        .exits(0)
        .shows("Stopped as asked; everything bought is kept");
    assert!(said.log.contains("stopping"), "{}", said.log);
    shell.run("resume").exits(0);
    second
        .wait()
        .exits(0)
        .tells("the other gleaner has stopped: going on in its place");
}

#[test]
fn the_demo_is_as_expected_and_replaces_only_an_earlier_demo() {
    let shell = Shell::start();
    let said = shell.run("demo --json").exits(0).json();
    assert_eq!(said["rows_as_expected"], true);
    assert_eq!(said["units"], said["units_expected"]);
    assert_eq!(said["harvest"]["name"], "demo");
    shell
        .run("demo --size 300")
        .exits(0)
        .shows("every row is there and right, and no page was bought twice")
        .shows("Which lists are not complete, and why?")
        .shows("sql --database sqlite:gleaner-demo.db");

    shell.write("notes.txt", "not a database");
    shell
        .run("demo --file notes.txt")
        .exits(2)
        .tells("nothing was changed");
    assert_eq!(
        std::fs::read_to_string(shell.path("notes.txt")).unwrap(),
        "not a database"
    );

    shell.run(&format!("harvest {}", shell.seeds(2))).exits(0);
    shell
        .run("demo --file gleaner.db")
        .exits(2)
        .tells("is no earlier demo's: it holds the harvest \"default\"");
    shell
        .run("sql 'select count(*) as users from users'")
        .exits(0)
        .shows("users");
}

#[test]
fn the_simulated_upstream_serves_until_it_is_stopped() {
    let shell = Shell::start();
    let seeds = shell.run("mock --seeds").exits(0).out;
    assert_eq!(
        shell.run("mock --seeds --json").json().as_array().unwrap().len(),
        seeds.lines().count()
    );
    let mut mock = shell.start_command("mock --port 0 --json");
    let line: serde_json::Value = serde_json::from_str(&mock.first_line()).unwrap();
    let base_url = line["base_url"].as_str().unwrap();
    let seed = seeds.lines().next().unwrap();
    shell
        .run(&format!("harvest {seed} --base-url {base_url}"))
        .exits(0);
    let said = mock.stop().exits(0);
    assert_eq!(said.fields(), ["requests", "units"]);
    assert_eq!(said.json()["units"], 1);
}
