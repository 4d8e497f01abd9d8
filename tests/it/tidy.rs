//! The rules of the house that the compiler does not know: who may know whom, and what stands where.
//!
//! A new module needs a row in [`MODULES`]. A row that grows is a decision, not a formality.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

mod source;

use std::collections::BTreeMap;

use source::{Source, files, take_apart};

/// May use every other module.
const ALL: &[&str] = &["*"];

/// Each module and the modules of ours that it may use. Rows stand in the order of the arrows: a module uses only what
/// stands above it.
const MODULES: &[(&str, &[&str])] = &[
    // Nouns: no I/O, no waiting, no SQL.
    ("model", &[]),
    ("kind", &[]),
    ("clock", &[]),
    ("verdict", &[]),
    ("target", &["kind", "model"]),
    ("variant", &["kind"]),
    ("way", &["kind"]),
    ("endpoint", &["kind", "model", "target", "variant"]),
    // From bytes to rows.
    ("read", &["endpoint", "kind", "model", "target"]),
    (
        "endpoints",
        &["endpoint", "kind", "model", "read", "target", "variant"],
    ),
    // Decisions: pure, time and randomness are parameters.
    ("backoff", &[]),
    ("permit", &[]),
    ("rate_gate", &[]),
    ("secret", &[]),
    ("refresh", &["clock", "kind"]),
    ("stretch", &["clock"]),
    ("estimate", &[]),
    ("policy", &["backoff", "kind", "refresh", "variant"]),
    ("route", &["policy"]),
    ("walk", &["endpoint", "policy", "verdict"]),
    // Edges: one kind of input or output each.
    ("seeds", &["model"]),
    ("config", &["kind", "model", "refresh", "secret", "seeds", "way"]),
    ("client", &["clock", "endpoint", "permit", "secret", "target"]),
    ("billing", &["client"]),
    (
        "store",
        &[
            "billing", "clock", "endpoint", "estimate", "kind", "model", "permit", "policy", "refresh",
            "route", "stretch", "target", "variant", "verdict", "walk", "way",
        ],
    ),
    // The simulated upstream shares nothing with what it tests.
    ("mock", &[]),
    // Moving parts and faces.
    ("why", &["clock", "store"]),
    ("plan", &["kind", "policy", "route", "store", "variant", "way"]),
    (
        "engine",
        &[
            "backoff",
            "billing",
            "client",
            "clock",
            "endpoint",
            "endpoints",
            "kind",
            "policy",
            "rate_gate",
            "seeds",
            "store",
            "target",
            "variant",
        ],
    ),
    ("setup", ALL),
    ("cli", ALL),
    ("lib", ALL),
    ("main", ALL),
];

const LONGEST_FILE_LINES: usize = 450;

/// Names under which everything fits.
const DRAWERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "mod"];

/// How statements of SQL begin, and what they have in them further on.
const STATEMENTS: &[(&str, &str)] = &[
    ("select ", " from "),
    ("with ", " select "),
    ("insert into ", ""),
    ("insert or ", ""),
    ("replace into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create temp ", ""),
    ("create index ", ""),
    ("create unique index ", ""),
    ("create view ", ""),
    ("create trigger ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
    ("drop view ", ""),
    ("pragma ", ""),
    ("begin immediate", ""),
];

fn sources() -> Vec<Source> {
    files("src", &["rs"])
}

/// Sources and tests.
fn rust_files() -> Vec<Source> {
    let mut found = sources();
    found.extend(files("tests", &["rs"]));
    found
}

/// Fails with all that was found, so that one run shows everything there is to mend.
#[track_caller]
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// Modules that a source uses without leave, by the table.
fn forbidden_imports(source: &Source) -> Vec<String> {
    let Some((module, may_use)) = MODULES.iter().find(|(module, _)| source.is_in(module)) else {
        return vec![format!("{} has no row in MODULES", source.path)];
    };
    let may = |import: &String| import == module || *may_use == ALL || may_use.contains(&import.as_str());
    // Macros and items of the crate's root have no module.
    let is_module = |import: &String| MODULES.iter().any(|(module, _)| module == import);
    let imports = source.imports();
    let forbidden = imports.iter().filter(|import| is_module(import) && !may(import));
    forbidden
        .map(|import| format!("{} uses {import}", source.path))
        .collect()
}

fn looks_like_sql(literal: &str) -> bool {
    let literal = literal
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    STATEMENTS
        .iter()
        .any(|(start, part)| literal.starts_with(start) && literal.contains(part))
}

/// Whether a text has in it what looks like one of the vendor's keys: 32 small letters and digits, well mixed.
fn holds_key(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            let letters = word.bytes().filter(u8::is_ascii_lowercase).count();
            word.len() == 32 && digits + letters == 32 && digits >= 4 && letters >= 4
        })
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let found: Vec<_> = sources().iter().flat_map(forbidden_imports).collect();
    assert_none("who may know whom", &found);
}

#[test]
fn the_tables_arrows_go_one_way() {
    let place: BTreeMap<_, _> = MODULES
        .iter()
        .enumerate()
        .map(|(at, (module, _))| (*module, at))
        .collect();
    assert_eq!(place.len(), MODULES.len(), "a module has two rows");
    let mut found = Vec::new();
    for (at, (module, may_use)) in MODULES
        .iter()
        .enumerate()
        .filter(|(_, (_, may_use))| *may_use != ALL)
    {
        let below = may_use
            .iter()
            .filter(|used| place.get(*used).is_none_or(|used| *used >= at));
        found.extend(below.map(|used| format!("{module} may use {used}, which does not stand above it")));
    }
    assert_none("a module uses only what stands above it", &found);
}

#[test]
fn only_the_store_grants_permits_and_knows_sql() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.is_in("store")) {
        for word in ["Permit::granted", "sqlx::query"] {
            if source.code.contains(word) {
                found.push(format!("{}: {word}", source.path));
            }
        }
        let statements = source.literals.iter().filter(|literal| looks_like_sql(literal));
        found.extend(statements.map(|literal| format!("{}: {literal:?}", source.path)));
    }
    assert_none("only below src/store", &found);
}

#[test]
fn only_the_config_reads_the_environment() {
    let reads = |source: &&Source| !source.is_in("config") && source.code.contains("env::var");
    let found: Vec<_> = sources()
        .iter()
        .filter(reads)
        .map(|source| source.path.clone())
        .collect();
    assert_none("the environment is read elsewhere", &found);
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let mut found = Vec::new();
    for source in rust_files() {
        for word in ["sleep(", "#[ignore", "should_panic"] {
            if source.test_code.contains(word) {
                found.push(format!("{}: {word}", source.path));
            }
        }
    }
    assert_none(
        "a test waits for a condition, runs, and says what it expects",
        &found,
    );
}

#[test]
fn files_are_short_named_for_what_they_do_and_begin_with_why() {
    let mut found = Vec::new();
    for source in rust_files() {
        let name = source.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        if DRAWERS.contains(&name) {
            found.push(format!("{}: name it by what it does", source.path));
        }
        let lines = source.text.lines().count();
        if source.path.starts_with("src/") && lines > LONGEST_FILE_LINES {
            found.push(format!(
                "{}: {lines} lines, at most {LONGEST_FILE_LINES}",
                source.path
            ));
        }
        if source.path.starts_with("src/") && !source.text.starts_with("//!") {
            found.push(format!("{}: begin with `//!` and what it is for", source.path));
        }
    }
    assert_none("one idea a file", &found);
}

#[test]
fn paths_do_not_climb() {
    let climbs = |source: &&Source| source.code.contains("super::super");
    let found: Vec<_> = sources()
        .iter()
        .filter(climbs)
        .map(|source| source.path.clone())
        .collect();
    assert_none("write crate:: instead of super::super", &found);
}

#[test]
fn no_file_holds_a_key() {
    let kinds = ["rs", "toml", "json", "md", "sql"];
    let mut all = files("src", &kinds);
    all.extend(files("tests", &kinds));
    let found: Vec<_> = all
        .iter()
        .filter(|file| holds_key(&file.text))
        .map(|file| file.path.clone())
        .collect();
    assert_none("this looks like a key", &found);
    assert!(!holds_key(include_str!("../../config.example.toml")));
}

#[test]
fn code_is_told_from_comments_and_texts() {
    let text = "use a; // crate::b \"x\"\nlet c = 'c'; let q = '\"'; let s = \"say \\\"hi\\\"\"; /* \"y\" */ fn f<'a>(r: &'a str) { g(r#\"raw \"q\" \"#, b'\\'') }";
    let (code, literals) = take_apart(text);
    assert_eq!(
        code,
        "use a; \nlet c = ; let q = ; let s = ;  fn f<'a>(r: &'a str) { g(, b) }"
    );
    assert_eq!(literals, ["say \\\"hi\\\"", "raw \"q\" "]);
}

#[test]
fn the_rules_see_what_they_forbid() {
    let source = |path: &str, text: &str| Source::new(path.to_owned(), text.to_owned());
    let imports = "use crate::{client::{A, B}, store::C};\n// crate::mock\nfn f() { crate::engine::g() }\n\
                   #[cfg(test)]\nmod tests { use crate::cli; }";
    let parser = source("src/read/body.rs", imports);
    assert_eq!(
        forbidden_imports(&parser),
        [
            "src/read/body.rs uses client",
            "src/read/body.rs uses engine",
            "src/read/body.rs uses store"
        ]
    );
    assert_eq!(forbidden_imports(&source("src/cli/plan.rs", imports)), [""; 0]);
    assert_eq!(
        forbidden_imports(&source("src/new.rs", "")),
        ["src/new.rs has no row in MODULES"]
    );
    assert!(!source("src/storehouse.rs", "").is_in("store"));

    for statement in [
        "select id\nfrom users",
        "insert into users",
        "PRAGMA user_version",
        "create table users (id)",
    ] {
        assert!(looks_like_sql(statement), "{statement}");
    }
    for sentence in [
        "update the config",
        "select one of these",
        "create the file",
        "with no rows",
    ] {
        assert!(!looks_like_sql(sentence), "{sentence}");
    }

    let key: String = "0123456789abcdef".repeat(2);
    assert!(holds_key(&format!("key = \"{key}\"")));
    assert!(!holds_key(&format!("{key}{key}")));
    assert!(!holds_key(&"a".repeat(32)));
}
