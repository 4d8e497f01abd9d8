//! What the help teaches beside the flags: commands by purpose, examples that work, and what each command costs.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _, FromArgMatches as _};

use super::arguments::Arguments;

/// The commands by what a person wants. One that stands nowhere is shown last.
const GROUPS: &[(&str, &[&str])] = &[
    ("Start here", &["demo", "init", "doctor"]),
    (
        "Work",
        &["plan", "harvest", "run", "pause", "resume", "budget", "seeds"],
    ),
    ("Look", &["status", "query", "sql", "why", "endpoints"]),
    ("What was bought once", &["archive", "reparse", "import"]),
    ("Repair", &["tasks", "parse"]),
    ("For scripts and tests", &["dump", "mock", "completions", "man"]),
];

/// What each command costs, and examples.
const TEACHES: &[(&str, &str)] = &[
    (
        "demo",
        "It costs nothing: the upstream is simulated, and nothing leaves this machine.

Examples:
  gleaner demo
  gleaner demo --size 300 --file small.db",
    ),
    (
        "init",
        "It costs nothing: of the upstream it asks the balance only, which is free. On a terminal it asks for what no flag \
         gives; a file that is there is never overwritten, and the key is never written into the config.

Examples:
  gleaner init
  gleaner init --yes --seeds natgeo,nasa --collect profile,followers --max-units 50
  gleaner init --token-file hikerapi.token --config work.toml",
    ),
    (
        "doctor",
        "It costs nothing and changes nothing. Exit code 3: something is a problem; each has its \"To fix:\".

Examples:
  gleaner doctor
  gleaner doctor --offline --json
  gleaner doctor --thorough",
    ),
    (
        "plan",
        "It costs at most a profile for each seed whose profile is not there yet, and the harvest does not buy that again; with \
         --offline it costs nothing. Nothing of the harvest itself is made before you agree.

Examples:
  gleaner plan natgeo --collect profile,followers,medias,comments
  gleaner plan --seed-file accounts.txt --name brands --collect followers --by-seed --offline
  gleaner plan --name brands --approve 500
  gleaner plan --json",
    ),
    (
        "harvest",
        "It costs what it buys, most pages a unit; before it starts it says what is expected, and `gleaner plan` says \
         more. --max-units ends it for \
         certain; what was bought is kept, and the same command again buys nothing twice.

Examples:
  gleaner harvest natgeo --max-units 5
  gleaner harvest natgeo --collect profile,followers --limit followers=2p --max-units 20
  gleaner harvest --seed-file accounts.txt --name brands --collect medias,comments --limit medias=24 --max-units 500
  gleaner harvest natgeo --depth 2 --expand followers --limit users=100 --limit followers=4p --max-units 200
  gleaner harvest --name brands --refresh",
    ),
    (
        "run",
        "It costs what the configured harvests buy, never more than their max_units and [budget]. Ctrl-C or SIGTERM stops it; \
         nothing is lost.

Examples:
  gleaner run
  gleaner run --max-units 1000 --rate 5",
    ),
    (
        "seeds",
        "It costs nothing and works beside a running gleaner. A seed that is removed is held: nothing of it is bought any \
         more, what was bought is kept, and `seeds add` goes on where it stopped.

Examples:
  gleaner seeds
  gleaner seeds --rejected
  gleaner seeds add nasa search:tide --name brands
  gleaner seeds remove nasa --name brands",
    ),
    (
        "status",
        "It costs nothing, and works beside a running gleaner.

Examples:
  gleaner status
  gleaner status --json",
    ),
    (
        "why",
        "It costs nothing: it reads which answer each column came from, when, and for how many units.

Examples:
  gleaner why users 787132
  gleaner why users 787132 biography --body
  gleaner why follows 11830955/787132 --json",
    ),
    (
        "archive",
        "It costs nothing. Bodies are packed by a running gleaner in its own time; a body that is dropped can never be read \
         again, its rows stay.

Examples:
  gleaner archive
  gleaner archive pack
  gleaner archive prune",
    ),
    (
        "reparse",
        "It costs nothing: every kept body is read again with this version's parsers, in one transaction. --dry-run says what \
         would change and changes nothing.

Examples:
  gleaner reparse --dry-run
  gleaner reparse --json",
    ),
    (
        "import",
        "It costs nothing: bodies that were bought elsewhere go through the same parsers. A body that is imported twice changes \
         nothing.

Examples:
  gleaner import /gql/user/web_profile_info natgeo.json
  gleaner import /g2/user/followers page1.json page2.json --target 787132 --at 2026-01-31",
    ),
    (
        "budget",
        "It costs nothing, and works beside a running gleaner, which follows a new limit from its next request on. What is set \
         here goes before the configuration as long as that says what it said then; after that the lower of the two holds.

Examples:
  gleaner budget
  gleaner budget set total=5000 per_day=300
  gleaner budget set harvest:brands=200
  gleaner budget set per_run=none total=config",
    ),
    (
        "tasks",
        "Looking costs nothing; what is asked again is paid again where the upstream bills the failure.

Examples:
  gleaner tasks --state parked
  gleaner tasks show 12
  gleaner tasks retry --all
  gleaner tasks cancel 12",
    ),
    (
        "pause",
        "It costs nothing; requests in flight are still answered and kept.

Examples:
  gleaner pause
  gleaner pause brands
  gleaner pause /g2/user/followers",
    ),
    (
        "resume",
        "It costs nothing by itself; whoever works on the file goes on buying.

Examples:
  gleaner resume
  gleaner resume brands
  gleaner resume /g2/user/followers",
    ),
    (
        "query",
        "It costs nothing, and cannot change the file. Below each answer stand the lists that it rests on, with their verdicts.

Examples:
  gleaner query
  gleaner query most_followed
  gleaner query mutuals user=@natgeo limit=50
  gleaner query spend --json",
    ),
    (
        "sql",
        "It costs nothing, and cannot change the file.

Examples:
  gleaner sql \"select username, follower_count from users order by follower_count desc limit 10\"
  gleaner sql \"select kind, verdict, count(*) from lists group by 1, 2\"
  gleaner sql --json \"select name from sqlite_schema\"",
    ),
    (
        "parse",
        "It costs nothing: nothing is sent or stored. Exit code 2: the body is no page.

Examples:
  gleaner parse /g2/user/followers body.json --target 787132
  gleaner parse /gql/user/medias - --json",
    ),
    (
        "dump",
        "It costs nothing. Equal data give equal dumps, whatever the order in which they were bought.

Examples:
  gleaner dump --canonical
  gleaner dump --canonical --database sqlite:other.db",
    ),
    (
        "endpoints",
        "It costs nothing. Where there is a file, it shows how each endpoint has answered so far.

Examples:
  gleaner endpoints
  gleaner endpoints --json",
    ),
    (
        "mock",
        "It costs nothing: a deterministic world on this machine that answers, bills and misbehaves like the real upstream.

Examples:
  gleaner mock --port 8080 --faults 0.1 --rate 5
  gleaner mock --seeds
  gleaner mock --oracle 42 --collect followers",
    ),
    (
        "completions",
        "It costs nothing.

Examples:
  gleaner completions bash > ~/.local/share/bash-completion/completions/gleaner
  gleaner completions zsh > ~/.zfunc/_gleaner
  gleaner completions fish > ~/.config/fish/completions/gleaner.fish",
    ),
    (
        "man",
        "It costs nothing.

Examples:
  gleaner man > gleaner.1
  gleaner man --out ~/.local/share/man/man1",
    ),
];

/// The command line with everything that the help teaches.
pub(super) fn command() -> Command {
    let mut command = Arguments::command();
    let groups = grouped(&command);
    for (name, text) in TEACHES {
        if command.find_subcommand(name).is_some() {
            command = command.mut_subcommand(*name, |below| below.after_help(*text));
        }
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\nCommands:\n{groups}\nOptions:\n{{options}}{{after-help}}"
    ))
}

/// What this process was told to do.
pub(super) fn arguments() -> Result<Arguments, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The commands below their groups' names.
fn grouped(command: &Command) -> String {
    let known: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
    let others: Vec<&str> = command
        .get_subcommands()
        .map(Command::get_name)
        .filter(|name| !known.contains(name))
        .collect();
    let groups = GROUPS.iter().map(|(title, names)| (*title, names.to_vec()));
    let mut text = String::new();
    for (title, names) in groups.chain([("More", others)]) {
        let mut lines = names
            .into_iter()
            .filter_map(|name| command.find_subcommand(name))
            .peekable();
        if lines.peek().is_some() {
            // Writing into a text cannot fail.
            let _ = writeln!(text, " {title}");
        }
        for line in lines {
            let about = line.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:12} {about}", line.get_name());
        }
    }
    let _ = writeln!(text, "  {:12} A command's help, as with --help", "help");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of an example as a shell splits them, up to where its output goes.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
        for character in line.chars() {
            match character {
                '"' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
                _ => word.push(character),
            }
        }
        words.push(word);
        let end = words.iter().position(|word| word == ">").unwrap_or(words.len());
        words.truncate(end);
        words
    }

    #[test]
    fn every_command_says_what_it_costs_and_has_examples_that_parse() {
        let command = command();
        for below in command.get_subcommands() {
            let name = below.get_name();
            let text = below
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let examples: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with("  gleaner "))
                .collect();
            assert!(
                !examples.is_empty() && text.contains("cost"),
                "{name} teaches nothing"
            );
            for example in examples {
                let matches = command.clone().try_get_matches_from(words(example.trim()));
                let matches = matches.unwrap_or_else(|error| panic!("{example}: {error}"));
                assert_eq!(matches.subcommand_name(), Some(name), "{example}");
            }
        }
    }

    #[test]
    fn every_command_stands_in_the_help_once() {
        let command = command();
        let text = grouped(&command);
        for below in command.get_subcommands() {
            let line = format!("\n  {} ", below.get_name());
            assert_eq!(text.matches(&line).count(), 1, "{}", below.get_name());
        }
    }

    #[test]
    fn the_root_help_has_examples_that_parse() {
        let command = command();
        let text = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let mut examples = text
            .lines()
            .filter(|line| line.starts_with("  gleaner "))
            .peekable();
        assert!(examples.peek().is_some());
        for example in examples {
            assert!(
                command
                    .clone()
                    .try_get_matches_from(words(example.trim()))
                    .is_ok(),
                "{example}"
            );
        }
    }
}
