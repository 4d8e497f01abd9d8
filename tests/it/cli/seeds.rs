//! Seeds through the program: where they come from, listing, adding, holding.

use serde_json::Value;

use super::shell::Shell;

/// The seeds of the answer of `gleaner seeds --json` with their states.
fn states(listed: &Value) -> Vec<(String, String)> {
    let text = |seed: &Value, key: &str| seed[key].as_str().unwrap_or_default().to_owned();
    listed
        .as_array()
        .unwrap()
        .iter()
        .map(|seed| (text(seed, "seed"), text(seed, "state")))
        .collect()
}

#[test]
fn seeds_are_listed_added_and_held() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(3);
    shell.run("seeds").exits(2).tells("does not exist");
    shell.run(&format!("harvest {}", seeds[0])).exits(0);
    let bought = shell.upstream.meter();
    let said = shell.run_with_key(None, &format!("seeds add {} {} --json", seeds[0], seeds[1]));
    let said = said.exits(0);
    assert_eq!(
        said.fields(),
        ["added", "done", "harvest", "known", "rejected_seeds", "returned"]
    );
    assert_eq!(
        (&said.json()["added"], &said.json()["known"]),
        (&1.into(), &1.into())
    );
    assert_eq!(shell.upstream.meter(), bought, "nothing is sent");

    let listed = shell.run("seeds list --json").exits(0).json();
    assert_eq!(listed, shell.run("seeds --json --name default").exits(0).json());
    let fields: Vec<_> = listed[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        fields,
        [
            "harvest", "held_at", "reason", "seed", "since", "sources", "state", "user_id", "username",
            "verdict"
        ]
    );
    assert_eq!(listed[0]["sources"][0], "argument");
    assert_eq!(
        (&listed[0]["verdict"], &listed[1]["verdict"]),
        (&"complete".into(), &"open".into())
    );

    let said = shell.run(&format!("seeds remove {} --json", seeds[1])).exits(0);
    assert_eq!(said.fields(), ["done", "harvest", "held"]);
    shell
        .run("seeds")
        .exits(0)
        .shows("held: removed by a person")
        .shows("argument");
    shell
        .run(&format!("seeds remove {}", seeds[1]))
        .exits(0)
        .shows("held already");
    shell
        .run(&format!("harvest {} {}", seeds[0], seeds[1]))
        .exits(0)
        .tells("`gleaner seeds add` takes it up again");
    assert_eq!(shell.upstream.meter(), bought, "it is held");
    shell
        .run(&format!("seeds add {}", seeds[1]))
        .exits(0)
        .shows("1 taken up again")
        .shows("`gleaner run` goes on");
    shell.run(&format!("harvest {}", seeds[0])).exits(0);
    assert_eq!(shell.upstream.meter(), bought + 1);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let shell = Shell::start();
    let seed = shell.world.seeds(1).remove(0);
    shell.run(&format!("harvest {seed}")).exits(0);
    for (words, told) in [
        (
            "seeds add 1 --name other",
            "`gleaner harvest SEED... --name other` makes one",
        ),
        ("seeds --name other", "there is no harvest \"other\""),
        ("seeds add", "no seeds are named"),
        ("seeds add 'no name'", "none of the seeds can be used"),
        ("seeds add --seed-file none.txt", "none.txt"),
        (
            "seeds add --seed-select 'select missing from users'",
            "no such column",
        ),
        ("seeds add --seed-select 'delete from users'", "readonly"),
        (
            "seeds remove @stranger",
            "has no seed @stranger: `gleaner seeds` lists",
        ),
        ("seeds remove 'no name'", "a username has no ' '"),
        ("seeds remove", "<SEED>"),
        (
            "harvest --seed-select 'select 1; select 2'",
            "more than one statement",
        ),
    ] {
        shell.run(words).exits(2).tells(told);
        let said = shell.run(&format!("{words} --json")).exits(2);
        assert_eq!(said.fields(), ["error", "exit_code"]);
    }
    let listed = shell.run("seeds --json").exits(0).json();
    assert_eq!(states(&listed), [(seed, "active".to_owned())]);
}

#[test]
fn rejected_lines_are_kept_with_their_place_and_reason() {
    let shell = Shell::start();
    let seed = shell.world.seeds(1).remove(0);
    shell.write("brands.txt", &format!("{seed}\n\nno such name!\n"));
    shell
        .run("harvest --seed-file brands.txt 'what ever'")
        .exits(0)
        .tells("brands.txt, line 3");
    let rejected = shell.run("seeds --rejected --json").exits(0).json();
    let fields: Vec<_> = rejected[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        fields,
        ["harvest", "line", "reason", "rejected_at", "source", "text"]
    );
    assert_eq!(rejected[0]["text"], "what ever");
    assert_eq!(
        (&rejected[1]["source"], &rejected[1]["line"]),
        (&"file:brands.txt".into(), &3.into())
    );
    shell
        .run("seeds list --rejected --name default")
        .exits(0)
        .shows("no such name!")
        .shows("a username has no");
}

#[test]
fn standard_input_and_statements_name_seeds() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(5);
    let input = format!("{}\n# not this\n{}\n", seeds[0], seeds[1]);
    shell
        .run_with_input("harvest - --collect profile", &input)
        .exits(0);
    let said = shell.run_with_input("seeds add --seed-file - --json", &format!("{}\n?\n", seeds[2]));
    let said = said.exits(0).json();
    assert_eq!(said["added"], 1);
    assert!(
        said["rejected_seeds"][0]
            .as_str()
            .unwrap()
            .starts_with("standard input, line 2"),
        "{said}"
    );
    let select = "select id from users where profiled_at is not null order by id";
    let said = shell
        .run(&format!("harvest --name again --seed-select '{select}' --json"))
        .exits(0)
        .json();
    assert_eq!(said["harvest"]["targets"], 2);
    let names = "select username from users where profiled_at is not null";
    shell
        .run(&format!("harvest --name none --seed-select '{names} and id < 0'"))
        .exits(2)
        .tells("has no seeds");
    shell
        .run(&format!("seeds add --name again --seed-select '{names}'"))
        .exits(0)
        .shows("2 seeds are added");
}

#[test]
fn a_harvest_of_the_config_reads_its_sources_at_its_start() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(4);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = |select: &str| {
        let harvest = format!("[[harvest]]\nname = \"two\"\nseed_files = [\"two.txt\"]\n{select}");
        shell.write("gleaner.toml", &format!("{config}{harvest}"));
    };
    harvest("");
    shell.write("two.txt", &format!("{}\n{}\n", seeds[0], seeds[1]));
    shell.run(&format!("harvest --name two {}", seeds[2])).exits(0);
    shell.write("two.txt", &seeds[1]);
    shell.run("harvest --name two").exits(0);
    let active = |seed: &str| (seed.to_owned(), "active".to_owned());
    let held = |seed: &str| (seed.to_owned(), "held".to_owned());
    let listed = || states(&shell.run("seeds --json").exits(0).json());
    assert_eq!(listed(), [held(&seeds[0]), active(&seeds[1]), active(&seeds[2])]);
    shell.run("seeds").exits(0).shows("held: no longer in two.txt");
    harvest("seed_select = \"select value from seed_sources where source = 'argument'\"\n");
    shell.write("two.txt", "");
    shell.run("harvest --name two").exits(0);
    assert_eq!(
        listed(),
        [held(&seeds[0]), held(&seeds[1]), active(&seeds[2])],
        "the statement answers what was named by hand"
    );
    harvest("seed_select = \"select missing\"\n");
    shell
        .run("harvest --name two")
        .exits(2)
        .tells("seed_select: no such column");
    shell.run("run").exits(2).tells("seed_select: no such column");
    harvest("seed_select = \"\"\n");
    shell.run("run").exits(2).tells("must be a statement");
}

#[test]
fn a_daemon_takes_seeds_from_beside_and_reads_its_files_at_sighup() {
    let shell = Shell::start();
    let seeds = shell.world.seeds(4);
    let config = std::fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let harvest = "[[harvest]]\nname = \"two\"\nseed_files = [\"two.txt\"]\n";
    shell.write("gleaner.toml", &format!("{config}{harvest}"));
    shell.write("two.txt", &format!("{}\n{}\n", seeds[0], seeds[1]));
    // So that there is a file to look at.
    shell.run("harvest --name two").exits(0);
    let daemon = shell.start_command("run");
    shell.status_when(|status| status["working"] == true);
    let ended = |count: usize| {
        move |listed: &Value| {
            let is_ended = |seed: &&Value| !seed["verdict"].is_null() && seed["verdict"] != "open";
            let all = listed.as_array();
            all.is_some_and(|all| all.iter().filter(is_ended).count() == count)
        }
    };
    shell.json_when("seeds --json", ended(2));
    let said = shell
        .run_with_key(None, &format!("seeds add {} --name two", seeds[2]))
        .exits(0);
    assert!(!said.out.contains("no gleaner works"), "{}", said.out);
    shell.json_when("seeds --json", ended(3));
    shell.write("two.txt", &format!("{}\n{}\nno name\n", seeds[1], seeds[3]));
    daemon.hang_up();
    let listed = shell.json_when("seeds --json", ended(4));
    let held: Vec<_> = states(&listed)
        .into_iter()
        .filter(|(_, state)| state == "held")
        .map(|(seed, _)| seed)
        .collect();
    assert_eq!(held, [seeds[0].clone()]);
    shell
        .run(&format!("seeds remove {} --name two", seeds[1]))
        .exits(0);
    let said = daemon.stop().exits(0);
    assert!(
        said.log.contains("1 are new, 0 are back, 1 are held"),
        "{}",
        said.log
    );
    assert_eq!(said.log.matches("seed rejected").count(), 1, "{}", said.log);
}
