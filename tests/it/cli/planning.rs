//! `gleaner plan`: what it buys, what it says, what it approves.

use std::collections::BTreeMap;

use gleaner::mock::{FaultKind, Faults};
use serde_json::Value;

use super::shell::Shell;

/// The billed requests that arrived at paths of profiles, by path.
fn profiles_asked(shell: &Shell) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for arrival in shell.upstream.arrivals() {
        if arrival.path.contains("profile") || arrival.path.contains("/by/") {
            *asked.entry(arrival.path).or_default() += 1;
        }
    }
    asked
}

fn billed(shell: &Shell) -> usize {
    let arrivals = shell.upstream.arrivals();
    arrivals
        .iter()
        .filter(|arrival| arrival.path != "/sys/balance")
        .count()
}

/// The only plan of the answer.
fn plan(said: &Value) -> &Value {
    assert_eq!(said["plans"].as_array().unwrap().len(), 1);
    &said["plans"][0]
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn an_offline_plan_sends_nothing_and_says_what_is_unknown() {
    let shell = Shell::start();
    let said = shell
        .run_with_key(
            None,
            &format!("plan {} --collect followers --offline --json", shell.seeds(6)),
        )
        .exits(0)
        .json();
    assert!(shell.upstream.arrivals().is_empty());
    let plan = plan(&said);
    assert_eq!(plan["unknown"].as_array().unwrap().len(), 6);
    assert_eq!(number(&plan["bought"]["profiles"]), 0);
    let units = &plan["total"]["units"];
    assert!(
        number(&units["low"]) == 6 && number(&units["high"]) > number(&units["expected"]),
        "{units}"
    );
}

#[test]
fn a_plan_buys_a_profile_a_seed_and_the_harvest_none_of_them_again() {
    let shell = Shell::start();
    let words = format!("{} --collect profile,followers,medias", shell.seeds(12));
    let first = shell.run(&format!("plan {words} --json")).exits(0).json();
    assert_eq!(billed(&shell), 12, "{:?}", profiles_asked(&shell));
    assert_eq!(
        (
            number(&plan(&first)["bought"]["profiles"]),
            number(&plan(&first)["bought"]["units"])
        ),
        (12, 12)
    );
    assert_eq!(plan(&first)["unknown"], Value::Array(Vec::new()));
    // Nothing of the harvest is there, and a second plan buys nothing.
    let tasks = "select count(*) as n from harvest_lists as w join harvests as h on h.id = w.harvest_id where h.name = 'default'";
    let tasks = shell.run(&format!("sql --json \"{tasks}\"")).exits(0).json();
    assert_eq!(number(&tasks[0]["n"]), 0);
    let second = shell.run(&format!("plan {words} --json")).exits(0).json();
    assert_eq!(billed(&shell), 12);
    assert_eq!(number(&plan(&second)["bought"]["profiles"]), 0);
    // Only the second questions of the two that were not found are left.
    let profile = &plan(&second)["kinds"][0];
    assert_eq!(
        (&profile["kind"], number(&profile["units"]["expected"])),
        (&"profile".into(), 2)
    );
    let harvest = shell.run(&format!("harvest {words} --json")).exits(0).json();
    let asked: usize = profiles_asked(&shell).values().sum();
    assert_eq!(asked, 14);
    // The second question about an id goes to the other endpoint, as ever.
    assert_eq!(profiles_asked(&shell)["/v1/user/by/id"], 1);
    let oracle = shell.run(&format!("mock --oracle {words}")).exits(0).out;
    assert_eq!(shell.run("dump --canonical").exits(0).out, oracle, "all is there");
    let perfect = shell
        .run(&format!("mock --oracle {words} --json"))
        .exits(0)
        .json();
    assert_eq!(
        number(&harvest["harvest"]["units"]) + 12,
        number(&perfect["units"])
    );
}

#[test]
fn a_plan_asks_nobody_twice_while_others_fail() {
    let settings = gleaner::mock::Settings {
        faults: Faults::of(0.6, [FaultKind::ServerError]),
        ..gleaner::mock::Settings::default()
    };
    let shell = Shell::with(settings, "");
    // Two of them are not found; a second question about these would take a unit from another.
    let said = shell
        .run(&format!("plan {} --json", shell.seeds(12)))
        .exits(0)
        .json();
    assert_eq!(shell.upstream.meter(), 12);
    assert_eq!(plan(&said)["unknown"], Value::Array(Vec::new()));
}

#[test]
fn a_plan_moves_on_where_an_endpoint_is_retired() {
    let retired = "/gql/user/web_profile_info";
    let settings = gleaner::mock::Settings {
        retired: vec![retired.to_owned()],
        ..gleaner::mock::Settings::default()
    };
    let shell = Shell::with(settings, "");
    let seeds = shell.world.seeds(40)[12..].join(" ");
    let said = shell.run(&format!("plan {seeds} --json")).exits(0).json();
    assert_eq!(plan(&said)["unknown"], Value::Array(Vec::new()));
    let basis = plan(&said)["basis"].as_array().unwrap();
    assert_eq!(basis[0]["endpoint"], "/v1/user/by/id");
    let meter = shell.upstream.meter();
    assert_eq!(meter, 28);
    shell.run(&format!("harvest {seeds}")).exits(0);
    assert_eq!(shell.upstream.meter(), meter);
}

#[test]
fn a_seed_that_a_person_removed_is_not_planned() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(20)[12..16].to_vec();
    shell.run(&format!("harvest {}", seeds.join(" "))).exits(0);
    shell.run(&format!("seeds remove {}", seeds[0])).exits(0);
    // Those from before are planned, whatever is named; but for the one that was removed.
    let said = shell
        .run(&format!("plan {} --collect followers --json", seeds[0]))
        .exits(0)
        .json();
    assert_eq!(number(&plan(&said)["seeds"]), 3);
}

#[test]
fn a_plan_stays_within_the_limits_that_there_are() {
    for (config, flags) in [
        ("", "--max-units 4"),
        ("[budget]\ntotal = 4", ""),
        ("[budget]\nper_day = 4", ""),
    ] {
        let shell = Shell::with(gleaner::mock::Settings::default(), config);
        let said = shell
            .run(&format!("plan {} {flags} --json", shell.seeds(9)))
            .exits(0)
            .json();
        assert_eq!(shell.upstream.meter(), 4, "{config} {flags}");
        assert_eq!(number(&plan(&said)["bought"]["left"]), 5, "{config} {flags}");
    }
}

#[test]
fn an_approval_is_the_limit_of_the_harvest_until_another_is_given() {
    let shell = Shell::start();
    let words = format!(
        "{} --name brands --collect profile,followers,following",
        shell.seeds(9)
    );
    let spent = || {
        let status = shell.run("status --json").exits(0).json();
        let harvests = status["harvests"].as_array().unwrap().clone();
        let brands = harvests.into_iter().find(|harvest| harvest["name"] == "brands");
        brands.unwrap_or_default()
    };
    shell
        .run(&format!("plan {words} --approve 5"))
        .exits(0)
        .shows("Approved: 5 units for harvest brands");
    assert_eq!(
        (number(&spent()["units"]), number(&spent()["targets"])),
        (0, 0),
        "nothing is made yet"
    );
    shell
        .run(&format!("harvest {words}"))
        .exits(4)
        .shows("The limit of units is reached");
    assert_eq!(number(&spent()["units"]), 5);
    assert_eq!(number(&spent()["approval"]["units"]), 5);
    assert!(number(&spent()["approval"]["expected"]) > 5);
    shell.run(&format!("harvest {words}")).exits(4);
    assert_eq!(number(&spent()["units"]), 5);
    // Less, then more, each in a process of its own.
    shell.run("plan --name brands --offline --approve 3").exits(0);
    shell.run(&format!("harvest {words}")).exits(4);
    shell.run(&format!("harvest {words} --max-units 8")).exits(4);
    assert_eq!(number(&spent()["units"]), 8);
    shell
        .run("status")
        .exits(0)
        .shows("approved: 8 units at")
        .shows("by --max-units, when 5 were spent");
    shell.run(&format!("plan {words} --approve 2000")).exits(0);
    shell.run(&format!("harvest {words}")).exits(0);
    let rows = shell
        .run("sql --json \"select reason, units, spent from approvals order by id\"")
        .exits(0)
        .json();
    let rows: Vec<(String, i64, i64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let reason = row["reason"].as_str().unwrap().to_owned();
            (reason, number(&row["units"]), number(&row["spent"]))
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("plan".to_owned(), 5, 0),
            ("plan".to_owned(), 3, 5),
            ("--max-units".to_owned(), 8, 5),
            ("plan".to_owned(), 2_000, 8)
        ]
    );
}

#[test]
fn what_the_limit_does_not_reach_is_what_the_harvest_leaves() {
    let shell = Shell::start();
    // Those before are accounts whose lists behave in their own ways.
    let seeds = shell.world.seeds(32)[12..].join(" ");
    let words = format!("{seeds} --collect profile,followers,following,medias");
    let foreseen = shell
        .run(&format!("plan {words} --max-units 75 --json"))
        .exits(0)
        .json();
    let unreached = plan(&foreseen)["unreached"].as_array().unwrap();
    shell.run(&format!("harvest {words} --max-units 75")).exits(4);
    for kind in ["followers", "following", "medias"] {
        let open = format!(
            "select count(*) as n from tasks as t join harvests as h on h.id = t.harvest_id where h.name = 'default' \
             and t.kind = '{kind}'"
        );
        let open = number(&shell.run(&format!("sql --json \"{open}\"")).exits(0).json()[0]["n"]);
        let missed = unreached.iter().find(|missed| missed["kind"] == kind);
        let missed = missed.map_or(0, |missed| number(&missed["lists"]));
        assert!(
            (open - missed).abs() <= 1,
            "{kind}: {open} left, {missed} foreseen"
        );
    }
    assert!(!unreached.is_empty());
    shell
        .run(&format!("plan {words} --max-units 80"))
        .exits(0)
        .shows("Not reached: ");
    // With enough nothing is left out.
    let enough = shell
        .run(&format!("plan {words} --max-units 9000 --json"))
        .exits(0)
        .json();
    assert_eq!(plan(&enough)["unreached"], Value::Array(Vec::new()));
}

#[test]
fn without_a_name_all_harvests_of_the_config_are_planned() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(8);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = |name, seeds: &[String], more: &str| {
        format!("[[harvest]]\nname = \"{name}\"\nseeds = {seeds:?}\ncollect = [\"followers\"]\n{more}\n")
    };
    let (one, two) = (
        harvest("one", &seeds[..2], "max_units = 70"),
        harvest("two", &seeds[2..8], ""),
    );
    shell.write(
        "gleaner.toml",
        &format!("{config}[budget]\nunit_price = 0.5\n{one}{two}"),
    );
    let said = shell.run("plan --json").exits(0).json();
    let names: Vec<&Value> = said["plans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| &plan["harvest"])
        .collect();
    assert_eq!(names, ["one", "two"]);
    let expected: i64 = said["plans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| number(&plan["total"]["units"]["expected"]))
        .sum();
    assert_eq!(number(&said["total"]["units"]["expected"]), expected);
    let money = said["total"]["money"]["expected"].as_f64().unwrap();
    assert_eq!(format!("{:.0}", money * 2.0), expected.to_string());
    shell
        .run("plan --approve 9")
        .exits(2)
        .tells("--approve is for one harvest");
    shell
        .run("plan --name one --approve 90")
        .exits(0)
        .tells("the configuration gives harvest one max_units = 70");
    // An approval is limit enough for a daemon.
    shell.run("plan --name two --approve 50").exits(0);
    shell.run("plan --name nobody").exits(2).tells("has no seeds");
}

#[test]
fn a_plan_tells_what_it_rests_on_and_which_lists_will_be_cut() {
    let shell = Shell::start();
    let seeds = shell.seeds(12);
    let said = shell
        .run(&format!(
            "plan {seeds} --collect profile,followers,comments --by-seed"
        ))
        .exits(0)
        .shows("12 seeds, 1 private, 2 not found")
        .shows("The plan itself bought 12 profiles for 12 units")
        .shows("on the registry's page sizes and usual ratios")
        .shows("Likely shown only in part: followers of @emre_hollow_0")
        .shows("No limit is set: `gleaner plan --approve UNITS`");
    assert!(said.out.contains("not found"), "{}", said.out);
    shell
        .run(&format!(
            "harvest {seeds} --collect profile,followers,medias,comments"
        ))
        .exits(0);
    let said = shell
        .run(&format!(
            "plan {seeds} --collect profile,followers,comments --json --refresh"
        ))
        .exits(0)
        .json();
    let basis = plan(&said)["basis"].as_array().unwrap();
    let followers = basis.iter().find(|basis| basis["kind"] == "followers").unwrap();
    assert!(number(&followers["measured_pages"]) > 5, "{followers}");
    let because = plan(&said)["truncated"][0]["because"].as_str().unwrap();
    assert!(
        because.contains("lists of /g2/user/followers were cut short"),
        "{because}"
    );
    shell
        .run(&format!("plan {seeds} --collect profile,followers,comments"))
        .exits(0)
        .shows("Nothing is left to buy");
}

#[test]
fn lists_that_are_due_are_planned_and_named() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(20)[12..].to_vec();
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let kinds = "collect = [\"profile\", \"medias\"]";
    shell.write(
        "gleaner.toml",
        &format!("{config}[[harvest]]\nname = \"daily\"\nseeds = {seeds:?}\n{kinds}\nrefresh = {{ profile = \"1ms\" }}\n"),
    );
    shell.run("harvest --name daily").exits(0);
    let meter = shell.upstream.meter();
    let said = shell.run("plan --name daily --json").exits(0).json();
    assert_eq!(shell.upstream.meter(), meter, "a plan buys none that is there");
    let again = &plan(&said)["again"];
    assert_eq!(again, &serde_json::json!([{ "kind": "profile", "lists": 8 }]));
    let expected = number(&plan(&said)["total"]["units"]["expected"]);
    shell
        .run("plan --name daily --offline")
        .exits(0)
        .shows("8 lists are read again, because they are due: 8 profile.");
    shell.run("harvest --name daily").exits(0);
    assert_eq!(shell.upstream.meter() - meter, expected);
}
