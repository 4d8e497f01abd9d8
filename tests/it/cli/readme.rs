//! What the README and the pages of `docs` tell people to type works, and what they say of the program is so.

use std::collections::BTreeMap;
use std::fs;

use gleaner::kind::Kind;
use gleaner::verdict::Verdict;
use gleaner::way::Way;

use super::documents::{Document, all, assert_shows, page, quoted, run};
use super::shell::{Shell, split};

/// The kinds that fill every table.
const EVERY_KIND: &str =
    "profile,followers,following,medias,clips,reposts,comments,replies,media_likers,comment_likers,usertags";

/// A file with something in every harvested table, the harvests that pages name, and a name to ask for.
fn filled() -> Shell {
    let shell = Shell::start();
    shell
        .run(&format!(
            "harvest {} search:lakes --collect {EVERY_KIND} --depth 2 --expand followers,commenters --limit users=20 \
             --max-units 20000",
            shell.seeds(8)
        ))
        .exits(0);
    let config = fs::read_to_string(shell.path("gleaner.toml")).unwrap();
    let watched = format!(
        "{config}\n[[harvest]]\nname = \"watched\"\nseeds = [\"{}\"]\ncollect = [\"medias\"]\nrefresh = \"auto\"\n",
        shell.seeds(1)
    );
    shell.write("watched.toml", &watched);
    shell.run("harvest --config watched.toml --name watched").exits(0);
    shell
}

/// A user of the world whose lists can be read, by name.
fn somebody(shell: &Shell) -> String {
    let seeds = shell.world.seeds(12);
    let named = seeds.iter().find_map(|seed| seed.strip_prefix('@'));
    named.unwrap().to_owned()
}

/// Runs every command of a page in its order, and compares what they print with the block that shows it.
fn follow(shell: &Shell, page: &Document) -> usize {
    let url = shell.upstream.url();
    let (mut count, mut printed) = (0, String::new());
    for block in page.blocks() {
        if block.language == "text" {
            assert_shows(&printed, &block.text);
        }
        if block.language != "sh" {
            continue;
        }
        printed.clear();
        for line in block.lines() {
            count += 1;
            let words = line
                .words
                .replace("natgeo", &somebody(shell))
                .replace("http://127.0.0.1:8080", &url);
            printed.push_str(&perform(shell, &words, line.code).replace(&url, "http://127.0.0.1:8080"));
        }
    }
    count
}

/// Runs a line. What goes on until it is stopped is started and stopped.
fn perform(shell: &Shell, line: &str, code: i32) -> String {
    let words = split(line);
    let has = |flag: &str| words.iter().any(|word| word == flag);
    match words[1].as_str() {
        // It takes seconds and has tests of its own; flags are refused before the help is printed.
        "demo" => run(shell, &format!("{line} --help"), 0),
        "mock" if !has("--seeds") && !has("--oracle") => {
            let mut mock = shell.start_command(&format!("{} --port 0", line.trim_start_matches("gleaner ")));
            let first = mock.first_line();
            mock.stop().exits(0);
            // The port is its own.
            let (before, after) = first.split_once("http://").unwrap();
            let after = after.split_once(';').unwrap().1;
            format!("{before}http://127.0.0.1:8080;{after}")
        }
        "run" => {
            let daemon = shell.start_command(line.trim_start_matches("gleaner "));
            shell.status_when(|status| status["working"] == true);
            daemon.stop().exits(0).out
        }
        // The key is checked at the address that is written into the file.
        "init" if !has("--base-url") => run(
            shell,
            &format!("{line} --base-url {}", shell.upstream.url()),
            code,
        ),
        _ => run(shell, line, code),
    }
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let shell = Shell::start();
    fs::remove_file(shell.path("gleaner.toml")).unwrap();
    shell.write("accounts.txt", &somebody(&shell));
    assert!(follow(&shell, &page("README.md")) > 25);
}

#[test]
fn the_first_harvest_prints_what_its_page_shows() {
    let shell = Shell::start();
    fs::remove_file(shell.path("gleaner.toml")).unwrap();
    let page = page("docs/first-harvest.md");
    assert!(page.blocks_in("text").len() > 8);
    assert!(follow(&shell, &page) > 15);
}

#[test]
fn every_command_of_the_other_pages_runs() {
    let shell = filled();
    shell.write("accounts.txt", &somebody(&shell));
    // Recipes have a test of their own, beside the questions.
    let apart = ["README.md", "docs/first-harvest.md", "docs/recipes.md"];
    for page in all().iter().filter(|page| !apart.contains(&page.name().as_str())) {
        follow(&shell, page);
    }
}

#[test]
fn every_statement_of_the_pages_has_an_answer() {
    let shell = filled();
    for page in all().iter().filter(|page| page.name() != "docs/recipes.md") {
        for statement in page.blocks_in("sql") {
            assert!(
                !statement.contains('"'),
                "single quotes only, so that it can be pasted: {statement}"
            );
            let said = shell.run(&format!("sql --json \"{statement}\"")).exits(0);
            assert!(
                !said.json().as_array().unwrap().is_empty(),
                "no rows: {statement}"
            );
        }
    }
}

#[test]
fn the_page_of_tables_has_every_table_and_view_with_its_columns() {
    let shell = Shell::start();
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let names = "select name from sqlite_schema where type in ('table', 'view') and name not like '\\_%' escape '\\' \
                 and name not like 'sqlite%'";
    let names = shell.run(&format!("sql --json \"{names}\"")).exits(0).json();
    let mut schema: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in names.as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        // Without rows the header is all that is printed.
        let said = shell
            .run(&format!("sql \"select * from {name} limit 0\""))
            .exits(0);
        let columns = said.out.split_whitespace().map(str::to_owned);
        schema.insert(name.to_owned(), columns.collect());
    }
    let mut described = BTreeMap::new();
    for (heading, rows) in page("docs/tables.md").sections() {
        if rows.is_empty() {
            continue;
        }
        assert!(
            rows.iter()
                .all(|row| row.len() == 3 && row.iter().all(|cell| !cell.is_empty())),
            "{heading}"
        );
        let names: Vec<String> = rows
            .iter()
            .map(|row| row[0].trim_matches('`').to_owned())
            .collect();
        assert_eq!(schema.get(&heading), Some(&names), "{heading}");
        described.insert(heading, names);
    }
    assert_eq!(described, schema);
}

#[test]
fn verdicts_kinds_ways_and_exit_codes_are_all_explained() {
    let first = |path: &str| -> Vec<String> {
        let rows = page(path).rows();
        rows.iter()
            .map(|row| row[0].trim_matches('`').to_owned())
            .collect()
    };
    assert_eq!(
        first("docs/verdicts.md"),
        Verdict::ALL.map(|verdict| verdict.to_string())
    );
    let words = page("docs/words.md").sections();
    let names = |wanted: &str| -> Vec<String> {
        let (_, rows) = words.iter().find(|(heading, _)| heading == wanted).unwrap();
        rows.iter()
            .map(|row| row[0].trim_matches('`').to_owned())
            .collect()
    };
    assert_eq!(names("Kinds"), Kind::ALL.map(Kind::name));
    assert_eq!(names("Ways"), Way::ALL.map(Way::name));
    let readme = page("README.md").text;
    let verdicts = Verdict::ALL.iter().map(ToString::to_string);
    let kinds = Kind::ALL.iter().map(ToString::to_string);
    let ways = Way::ALL.iter().map(ToString::to_string);
    let unnamed: Vec<String> = verdicts
        .chain(kinds)
        .chain(ways)
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(unnamed, [""; 0]);
    let codes = first("README.md");
    assert_eq!(codes, ["0", "1", "2", "3", "4", "5", "6", "7", "130"]);
}

#[test]
fn sizes_and_costs_of_the_pages_are_those_of_the_endpoints() {
    let shell = Shell::start();
    let endpoints = shell.run("endpoints --json").exits(0).json();
    let of = |kind: &str| {
        let is_first = |endpoint: &&serde_json::Value| {
            let routes = endpoint["used_by"].as_array().unwrap();
            routes
                .iter()
                .any(|route| route["route"] == kind && route["place"] == 1)
        };
        let endpoint = endpoints.as_array().unwrap().iter().find(is_first).unwrap();
        let number = |key: &str| endpoint[key].as_i64().unwrap();
        (number("page_size"), number("units"))
    };
    let words = page("docs/words.md").sections();
    let (_, kinds) = words.iter().find(|(heading, _)| heading == "Kinds").unwrap();
    for row in kinds {
        let (size, units) = of(row[0].trim_matches('`'));
        assert_eq!(row[4..], [size.to_string(), units.to_string()], "{}", row[0]);
    }
    let (followers, medias, comments) = (of("followers"), of("medias"), of("comments"));
    let posts = 2 * medias.0;
    let total = 1 + 5 * followers.1 + 2 * medias.1 + posts * comments.1;
    let text = page("docs/first-harvest.md").text;
    for claim in [
        format!("5 pages of {} users | {} |", followers.0, 5 * followers.1),
        format!("2 pages of {} posts | {} |", medias.0, 2 * medias.1),
        format!("1 page for each of the {posts} posts | {} |", posts * comments.1),
        format!("That is {total} units."),
    ] {
        assert!(text.contains(&claim), "{claim}");
    }
}

#[test]
fn every_message_of_the_troubleshooting_page_is_one_of_the_program() {
    let source = texts_of_the_program();
    let rows = page("docs/troubleshooting.md").rows();
    let messages: Vec<&str> = rows.iter().flat_map(|row| quoted(&row[0])).collect();
    assert!(messages.len() > 50, "{} messages", messages.len());
    let fixed = messages.iter().flat_map(|message| message.split("..."));
    let unknown: Vec<&str> = fixed
        .map(str::trim)
        .filter(|part| part.len() > 3 && !source.contains(part))
        .collect();
    assert_eq!(unknown, [""; 0]);
}

/// The texts of the program: its sources without their tests, literals in one piece.
fn texts_of_the_program() -> String {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let pieces = text.split("\\\n").enumerate();
            all.extend(pieces.map(|(at, piece)| if at == 0 { piece } else { piece.trim_start() }));
        }
    }
    all.replace("\\\"", "\"")
}

#[test]
fn every_link_within_the_project_leads_to_a_file_and_its_heading() {
    let mut count = 0;
    for page in all() {
        for link in page.links() {
            if link.starts_with("https://") {
                continue;
            }
            count += 1;
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() {
                page.path.clone()
            } else {
                page.path.parent().unwrap().join(file)
            };
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {link}: {error}", page.name()));
            let anchors = text.lines().filter(|line| line.starts_with('#'));
            let mut anchors = anchors.map(|line| {
                line.trim_start_matches('#')
                    .trim()
                    .to_lowercase()
                    .replace(' ', "-")
            });
            assert!(
                heading.is_empty() || anchors.any(|anchor| anchor == heading),
                "{}: {link}",
                page.name()
            );
        }
    }
    assert!(count > 15, "{count} links");
}

#[test]
fn what_a_page_shows_is_compared_line_by_line() {
    let printed = "one\n two   three\nfour\n";
    assert_shows(printed, "one\ntwo three\nfour");
    assert_shows(printed, "one\n...\nfour");
    assert_shows(printed, "...\n tw...ree\n...");
    for wrong in ["one\nfour", "one\n...", "...\ntwo\n...", "two three\n..."] {
        let compared = std::panic::catch_unwind(|| assert_shows(printed, wrong));
        assert_eq!(compared.is_ok(), wrong == "one\n...", "{wrong}");
    }
}
