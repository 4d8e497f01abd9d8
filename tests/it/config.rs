//! Reading a configuration from its sources: which one wins, and how each kind of mistake is told.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

use std::path::Path;
use std::time::Duration;

use gleaner::config::{
    Config, ConfigError, EXAMPLE, Environment, Limit, Loaded, Overrides, Places, Refresh, load,
};
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

/// A working directory with `gleaner.toml`.
fn directory_with(text: impl AsRef<[u8]>) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("gleaner.toml"), text).unwrap();
    directory
}

fn places(directory: &Path) -> Places {
    Places {
        named: None,
        local: directory.join("gleaner.toml"),
        personal: Some(directory.join("personal.toml")),
    }
}

fn load_file(text: impl AsRef<[u8]>) -> Result<Loaded, ConfigError> {
    let directory = directory_with(text);
    load(
        &places(directory.path()),
        &Environment::default(),
        &Overrides::default(),
    )
}

fn refusal(text: impl AsRef<[u8]>) -> String {
    let error = load_file(text)
        .map(|loaded| loaded.config)
        .unwrap_err()
        .to_string();
    let (_, rest) = error.split_once("gleaner.toml, ").unwrap_or(("", &error));
    rest.to_owned()
}

#[test]
fn without_a_file_the_defaults_hold() {
    let directory = tempfile::tempdir().unwrap();
    let loaded = load(
        &places(directory.path()),
        &Environment::default(),
        &Overrides::default(),
    )
    .unwrap();
    assert_eq!(loaded.config, Config::default());
    assert_eq!(loaded.file(), None);
}

#[test]
fn the_example_loads_as_the_defaults_whatever_its_line_ends() {
    assert_eq!(load_file(EXAMPLE).unwrap().config, Config::default());
    assert_eq!(
        load_file(EXAMPLE.replace('\n', "\r\n")).unwrap().config,
        Config::default()
    );
    assert_eq!(
        load_file(format!("\u{feff}{EXAMPLE}")).unwrap().config,
        Config::default()
    );
}

#[test]
fn a_harvest_is_read_with_what_it_leaves_out() {
    let text = r#"
        [[harvest]]
        name = "brands"
        seeds = ["@someone", "123"]
        collect = ["followers", "comments"]
        limits = { users = 500, followers = "10p", comments = 100 }
        refresh = "1d"
        [[harvest]]
        name = "friends"
        depth = 2
        expand = ["following"]
    "#;
    let harvests = load_file(text).unwrap().config.harvest;
    assert_eq!(harvests[0].seeds, ["@someone", "123"]);
    assert_eq!(harvests[0].limits.users, Some(500));
    assert_eq!(harvests[0].limits.lists[&Kind::Followers], Limit::Pages(10));
    assert_eq!(harvests[0].limits.lists[&Kind::Comments], Limit::Items(100));
    let day = Interval::Every(Duration::from_hours(24));
    assert_eq!(harvests[0].refresh, Some(Refresh::all(day)));
    assert_eq!((harvests[0].depth, harvests[1].depth), (1, 2));
    assert_eq!(harvests[1].collect, [Kind::Profile]);
}

#[test]
fn the_command_line_goes_before_the_environment_and_the_environment_before_the_file() {
    let directory = directory_with("[upstream]\nrate = 1\nworkers = 1\nbase_url = \"https://file.example\"");
    let environment = Environment::of([("GLEANER_UPSTREAM_RATE", "2"), ("GLEANER_UPSTREAM_WORKERS", "2")]);
    let options = Overrides {
        workers: Some(3),
        ..Overrides::default()
    };
    let upstream = load(&places(directory.path()), &environment, &options)
        .unwrap()
        .config
        .upstream;
    assert_eq!(upstream.base_url, "https://file.example");
    assert_eq!(upstream.rate, Some(2.0));
    assert_eq!(upstream.workers, 3);
}

#[test]
fn the_local_file_goes_before_the_personal_one_and_a_named_one_before_both() {
    let directory = tempfile::tempdir().unwrap();
    let mut places = places(directory.path());
    let load_url = |places: &Places| {
        let loaded = load(places, &Environment::default(), &Overrides::default());
        loaded
            .map(|loaded| loaded.config.database.url)
            .map_err(|error| error.to_string())
    };
    for name in ["personal", "gleaner", "named"] {
        let text = format!("database.url = \"sqlite:{name}.db\"");
        std::fs::write(directory.path().join(format!("{name}.toml")), text).unwrap();
        if name == "named" {
            places.named = Some(directory.path().join("named.toml"));
        }
        assert_eq!(load_url(&places), Ok(format!("sqlite:{name}.db")));
    }
    let missing = directory.path().join("missing.toml");
    places.named = Some(missing.clone());
    assert_eq!(
        load_url(&places),
        Err(format!("cannot read the config file {}", missing.display()))
    );
}

#[test]
fn mistakes_of_form_are_told_with_their_place_and_what_to_write() {
    for (text, expected) in [
        ("x", "line 1, column 2: key with no value, expected `=`"),
        (
            "[upstream]\nbase_ur = ''",
            "line 2, column 1: unknown key `base_ur` in [upstream]; did you mean `base_url`?",
        ),
        (
            "\n[upsteam]\n",
            "line 2, column 2: unknown key `upsteam`; did you mean `upstream`?",
        ),
        (
            "base_url = ''",
            "line 1, column 1: unknown key `base_url`; it belongs below [upstream]",
        ),
        (
            "[upstream]\nrate = 1\nrate = 2",
            "line 3, column 1: duplicate key",
        ),
        (
            "[upstream]\n  rate = 'fast'",
            "line 2, column 10: [upstream] rate: invalid type: string \"fast\", expected a number",
        ),
        (
            "[upstream]\n  rate = 0",
            "line 2, column 10: [upstream] rate: must be a number above 0, not 0",
        ),
        (
            "[upstream]\n  rate = nan",
            "line 2, column 10: [upstream] rate: must be a number above 0, not NaN",
        ),
        (
            "[upstream]\nworkers = -1",
            "line 2, column 11: [upstream] workers: invalid value: integer `-1`, expected a whole number of at least 0",
        ),
        (
            "[upstream]\nconnect_timeout = '10'",
            "line 2, column 19: [upstream] connect_timeout: \"10\" is no duration; \
             write it like \"10s\", \"5m\", \"1h 30m\" or \"7d\"",
        ),
        (
            "[upstream]\nmax_body = '32 megs'",
            "line 2, column 12: [upstream] max_body: \"32 megs\" is no size; \
             write it like \"32MiB\" (B, KiB, MiB, GiB)",
        ),
        (
            "[upstream]\ntoken = 'canary'",
            "line 2, column 1: unknown key `token` in [upstream]; did you mean `token_file`?",
        ),
        (
            "upstream = 5",
            "line 1, column 12: [upstream]: invalid type: integer `5`, expected a table",
        ),
        (
            "[budget]\ntotal = -1",
            "line 2, column 9: [budget] total: must not be negative; 0 sends nothing",
        ),
        (
            "[budget]\ntotal = 1.5",
            "line 2, column 9: [budget] total: invalid type: floating point `1.5`, expected a whole number",
        ),
        (
            "[harvest]\nname = 'a'",
            "line 1, column 2: [harvest] must be [[harvest]]: there may be many",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text:?}");
    }
}

#[test]
fn mistakes_of_meaning_are_told_with_their_place_and_what_to_write() {
    for (text, expected) in [
        (
            "upstream.rate = 0",
            "line 1, column 17: [upstream] rate: must be a number above 0, not 0",
        ),
        (
            "# ü\nupstream = { proxy = 'ü', rate = 0 }",
            "line 2, column 34: [upstream] rate: must be a number above 0, not 0",
        ),
        (
            "[database]\nurl = 'postgres://me:canary@example.org/x'",
            "line 2, column 7: [database] url: PostgreSQL is not supported yet; use sqlite:PATH",
        ),
        (
            "[[harvest]]\nname = 'a'\n[[harvest]]\nname = 'a'",
            "line 4, column 8: [[harvest]] name: another harvest is called `a` too",
        ),
        (
            "[[harvest]]\n[[harvest]]\n",
            "line 2, column 1: [[harvest]] name: another harvest is called `default` too",
        ),
        (
            "[[harvest]]\nseeds = ['a',\n  'ü']",
            "line 3, column 3: [[harvest]] seeds.1: \"ü\": a username has no 'ü', \
             only letters from a to z, digits, `.` and `_`",
        ),
        (
            "[[harvest]]\ncolect = []",
            "line 2, column 1: unknown key `colect` in [harvest]; did you mean `collect`?",
        ),
        (
            "[[harvest]]\ncollect = ['clips']\n[routes]\nclips = []",
            "line 2, column 11: [[harvest]] collect: nothing collects `clips`: it has no route",
        ),
        (
            "[[harvest]]\nlimits = { folowers = 5 }",
            "line 2, column 12: unknown key `folowers` in [harvest.limits]; did you mean `followers`?",
        ),
        (
            "[[harvest]]\nlimits = { followers = '5x' }",
            "line 2, column 24: [[harvest]] limits.followers: \"5x\" is no limit; \
             write \"500\" for items, \"10p\" for pages, at least 1",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text:?}");
    }
}

#[test]
fn an_unknown_kind_is_refused_with_the_known_ones() {
    let refusal = refusal("[routes]\non_truncated = ['folowers']");
    assert!(
        refusal.starts_with("line 2, column 17: [routes] on_truncated: unknown variant `folowers`"),
        "{refusal}"
    );
    assert!(refusal.contains("`followers`"), "{refusal}");
}

#[test]
fn a_file_that_is_no_text_is_refused_by_its_name() {
    let refusal = refusal(b"a = 1\n\xff");
    assert!(
        refusal.starts_with("cannot read the config file ") && refusal.ends_with("gleaner.toml"),
        "{refusal}"
    );
}

#[test]
fn a_wrong_override_is_told_by_its_own_name_not_by_the_files_place() {
    let directory = directory_with("[upstream]\nrate = 1\n");
    let refusal = |environment: &Environment, options: &Overrides| {
        load(&places(directory.path()), environment, options)
            .map(|loaded| loaded.config)
            .unwrap_err()
            .to_string()
    };
    let options = Overrides {
        rate: Some(-1.0),
        ..Overrides::default()
    };
    assert_eq!(
        refusal(
            &Environment::of([("GLEANER_UPSTREAM_RATE", "0")]),
            &Overrides::default()
        ),
        "GLEANER_UPSTREAM_RATE in the environment: [upstream] rate: must be a number above 0, not 0"
    );
    assert_eq!(
        refusal(&Environment::of([("GLEANER_UPSTREAM_RATE", "0")]), &options),
        "--rate: [upstream] rate: must be a number above 0, not -1"
    );
}

#[test]
fn a_route_to_an_endpoint_that_does_not_exist_is_told_with_its_place() {
    let only_medias =
        "profile = []\nprofile_by_name = []\nfollowers = []\nfollowing = []\ncomments = []\nreplies = []";
    let text = format!("[routes]\nmedias = [\n  '/medias',\n  '/unheard'\n]\n{only_medias}");
    let loaded = load_file(text).unwrap();
    let known = |path: &str| (path == "/medias").then_some(Kind::Medias);
    let error = loaded.validate_routes(&known).unwrap_err().to_string();
    let expected =
        "gleaner.toml, line 4, column 3: [routes] medias.1: no endpoint `/unheard` collects medias";
    assert!(error.ends_with(expected), "{error}");
}
