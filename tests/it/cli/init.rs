//! A first config: written once, loads, and what the key allows.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::shell::Shell;
use crate::harness::CANARY;

#[test]
fn without_a_terminal_it_writes_what_the_flags_say_and_checks_the_key_for_nothing() {
    let shell = Shell::start();
    fs::remove_file(shell.path("gleaner.toml")).unwrap();
    let (url, seeds) = (shell.upstream.url(), shell.world.seeds(2).join(","));
    let said = shell
        .run(&format!(
            "init --seeds {seeds} --collect profile,followers --max-units 30 --base-url {url} --json"
        ))
        .exits(0);
    let fields = [
        "exit_code",
        "key",
        "max_units",
        "next",
        "rate",
        "said",
        "units_left",
        "written",
    ];
    assert_eq!(said.fields(), fields);
    assert_eq!(said.json()["key"], "works");
    assert_eq!(said.json()["next"], "gleaner harvest");
    assert_eq!(shell.upstream.meter(), 0);
    let text = fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    assert!(
        text.contains("\ntotal = 30\n") && !text.contains(CANARY),
        "{text}"
    );
    // What it says to type next works.
    let said = shell.run("harvest --json").json();
    assert_eq!(said["harvest"]["targets"], 2);
    assert!(shell.upstream.meter() <= 30);
}

#[test]
fn a_file_that_is_there_is_left_as_it_was() {
    let shell = Shell::start();
    let before = fs::read(shell.path("gleaner.toml")).unwrap();
    for flags in ["", " --yes", " --json"] {
        shell
            .run(&format!("init{flags}"))
            .exits(2)
            .tells("gleaner.toml is there already and was left as it is");
    }
    assert_eq!(fs::read(shell.path("gleaner.toml")).unwrap(), before);
    let url = shell.upstream.url();
    shell
        .run(&format!("init --config other.toml --base-url {url}"))
        .exits(0)
        .shows("other.toml is written")
        .shows("The key works: ")
        .shows("Next: gleaner harvest natgeo --config other.toml");
}

#[test]
fn a_wrong_key_is_told_and_none_is_how_to_set_one() {
    let shell = Shell::start();
    let url = shell.upstream.url();
    shell
        .run_with_key(
            Some("another-key"),
            &format!("init --config a.toml --base-url {url}"),
        )
        .exits(5)
        .shows("a.toml is written")
        .shows("The key does not work: the upstream refuses the key (401)")
        .shows("To fix: ");
    shell
        .run_with_key(None, "init --config b.toml")
        .exits(0)
        .shows("There is no key yet")
        .shows("export HIKERAPI_TOKEN=");
    shell
        .run_with_key(None, "init --config c.toml --token-file hikerapi.token")
        .exits(0)
        .shows("Put it into hikerapi.token, alone, and shut others out: chmod 600 hikerapi.token");
    shell.write("mine.token", CANARY);
    fs::set_permissions(shell.path("mine.token"), fs::Permissions::from_mode(0o600)).unwrap();
    let said = shell
        .run_with_key(
            None,
            &format!("init --config d.toml --token-file mine.token --base-url {url}"),
        )
        .exits(0)
        .shows("The key works");
    let text = fs::read_to_string(shell.path("d.toml")).unwrap();
    assert!(text.contains("\ntoken_file = \"mine.token\"\n"), "{text}");
    assert!(!(text + &said.out + &said.log).contains(CANARY));
    shell
        .run("init --config e.toml --base-url http://127.0.0.1:1")
        .exits(0)
        .shows("The key could not be checked");
}

#[test]
fn answers_that_cannot_be_are_refused_and_nothing_is_written() {
    let shell = Shell::start();
    for (flags, told) in [
        ("--seeds 'no name'", "no name"),
        ("--collect likes", "there is no such kind"),
        ("--max-units=-1", "must not be negative"),
        ("--base-url http://example.org", "https://"),
    ] {
        shell
            .run(&format!("init --config new.toml {flags}"))
            .exits(2)
            .tells(told);
        assert!(!shell.path("new.toml").exists(), "{flags}");
    }
    shell
        .run("init --config no/such/folder/new.toml")
        .exits(2)
        .tells("cannot write no/such/folder/new.toml");
}
