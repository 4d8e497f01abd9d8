//! What the README tells people to type works.

use super::shell::{Shell, split};

/// The blocks of the README in this language, their lines joined where they end with a backslash.
fn blocks(language: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split("```").skip(1).step_by(2);
    parts
        .filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'))
        .map(|block| block.replace("\\\n", " "))
        .collect()
}

/// The commands of the README, without the program's name.
fn commands() -> Vec<String> {
    let blocks = blocks("sh");
    let lines = blocks.iter().flat_map(|block| block.lines());
    let command = |line: &str| {
        let words = line
            .strip_prefix("cargo run --release -- ")
            .or_else(|| line.strip_prefix("gleaner "))?;
        let words = words.split(" #").next().unwrap().trim_end_matches('&');
        Some(words.trim().to_owned())
    };
    lines.filter_map(command).collect()
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let shell = Shell::start();
    let id = shell.world.seeds(1).remove(0);
    shell.write("accounts.txt", &id);
    let (commands, seeds) = (commands(), shell.seeds(3));
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let first = split(&command).remove(0);
        let goes_on = first == "run" || (first == "mock" && !command.contains("--seeds"));
        if goes_on || first == "demo" {
            // Flags are refused before the help is printed.
            shell.run(&format!("{command} --help")).exits(0);
            continue;
        }
        let here = command
            .replace("natgeo", &id)
            .replace("http://127.0.0.1:8080", &shell.upstream.url())
            .replace("$(gleaner mock --seeds)", &seeds);
        shell.run(&here).exits(0);
    }
}

#[test]
fn every_query_of_the_readme_has_an_answer() {
    let shell = Shell::start();
    let every = "profile,followers,following,medias,comments,replies";
    shell
        .run(&format!(
            "harvest {} --collect {every} --depth 2 --expand followers --limit users=40",
            shell.seeds(8)
        ))
        .exits(0);
    let queries = blocks("sql");
    assert!(queries.len() >= 5, "{} queries", queries.len());
    for query in queries {
        let words = query.replace('"', "\\\"");
        assert!(
            !words.contains("\\\""),
            "single quotes only, so that it can be pasted: {query}"
        );
        let said = shell.run(&format!("sql --json \"{query}\"")).exits(0);
        assert!(!said.json().as_array().unwrap().is_empty(), "no rows: {query}");
    }
}

#[test]
fn the_readme_names_every_table_exit_code_and_verdict() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let shell = Shell::start();
    shell.run(&format!("harvest {}", shell.seeds(1))).exits(0);
    let tables = "select name from sqlite_schema where type in ('table', 'view') and name not like '\\_%' escape '\\' \
                  and name not like 'sqlite%'";
    let tables = shell.run(&format!("sql --json \"{tables}\"")).exits(0).json();
    let names = tables
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap().to_owned());
    let verdicts = gleaner::verdict::Verdict::ALL.iter().map(ToString::to_string);
    let missing: Vec<String> = names
        .chain(verdicts)
        .filter(|name| !text.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(missing, [""; 0]);
    for code in 0..=7 {
        assert!(text.contains(&format!("| {code} |")), "exit code {code}");
    }
}
