//! `gleaner init`: writes a commented gleaner.toml with a few answers filled in, and checks the key for nothing.
//!
//! It never overwrites a file, and the key is never written into the config.

mod key_file;
mod questions;
mod text;

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Common;
use super::output::{self, count, line};
use super::{Exit, account, harvest, session};
use crate::config::token::{self, TokenError};
use crate::config::{Config, Environment};
use crate::seeds::SeedList;
use crate::setup;
use questions::{Questions, WhereTheKeyIs};
pub(crate) use text::Answers;

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Users to begin with: ids, names, addresses of profiles.
    #[arg(long, value_name = "SEED,...", value_delimiter = ',')]
    seeds: Vec<String>,
    /// What to collect of them. [default: profile]
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    collect: Vec<String>,
    /// The most units that may be spent in all, ever; becomes [budget] total. [default: 100]
    #[arg(long, value_name = "N")]
    max_units: Option<i64>,
    /// The file that holds the key, or will; else the key is in `HIKERAPI_TOKEN`.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Where the upstream is.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Ask nothing: take the flags, and the defaults for the rest.
    #[arg(long)]
    yes: bool,
}

/// What the check of the key came to.
enum KeyCheck {
    /// There is none yet.
    Missing,
    /// It works: what the plan allows.
    Works(crate::endpoint::Balance),
    /// It does not, or nobody could say; whether it is the key, what is wrong, what to do.
    Trouble(account::Trouble),
}

pub(crate) async fn run(common: &Common, flags: Init) -> anyhow::Result<Exit> {
    let path = common
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from("gleaner.toml"));
    if path.exists() {
        return Err(session::refuse(format!(
            "{} is there already and was left as it is: edit it, or write another with --config FILE; \
             `gleaner doctor` checks it",
            path.display()
        )));
    }
    let environment = Environment::of_process();
    let asks = !flags.yes && !common.json && io::stdin().is_terminal() && io::stderr().is_terminal();
    let mut answers = answers_of(&flags)?;
    if asks {
        let key_is_set = token::find(&environment, None).is_ok();
        ask(&flags, &mut answers, key_is_set)?;
    }
    let written =
        text::config(&answers).map_err(|error| session::refuse(format!("{error}; nothing was written")))?;
    write_new(&path, &written)?;
    let config = text::parse(&written).map_err(session::refuse)?;
    let check = check(&config, &environment).await?;
    report(common, &path, &answers, &check)
}

/// The answers that the flags give.
fn answers_of(flags: &Init) -> anyhow::Result<Answers> {
    let kinds = harvest::kinds("--collect", &flags.collect)?;
    let seeds = seeds(&flags.seeds)
        .map_err(|reason| session::refuse(format!("--seeds {reason}; nothing was written")))?;
    if flags.max_units.is_some_and(|units| units < 0) {
        return Err(session::refuse(
            "--max-units: must not be negative; 0 sends nothing; nothing was written",
        ));
    }
    Ok(Answers {
        seeds,
        collect: if kinds.is_empty() {
            vec![crate::kind::Kind::Profile]
        } else {
            kinds
        },
        max_units: flags.max_units.unwrap_or(text::DEFAULT_UNITS),
        token_file: flags.token_file.clone(),
        base_url: flags.base_url.clone(),
    })
}

/// Seeds that can be used, or what is wrong with the first that cannot.
fn seeds(words: &[String]) -> Result<Vec<String>, String> {
    let words: Vec<&str> = words
        .iter()
        .map(|word| word.trim())
        .filter(|word| !word.is_empty())
        .collect();
    let list = SeedList::collect(words.iter().copied());
    match list.rejected.first() {
        Some(rejected) => Err(format!("{:?}: {}", rejected.text, rejected.reason)),
        None => Ok(words.into_iter().map(str::to_owned).collect()),
    }
}

/// Asks for what no flag gave.
fn ask(flags: &Init, answers: &mut Answers, key_is_set: bool) -> anyhow::Result<()> {
    let mut questions = Questions::new(io::stdin().lock(), io::stderr());
    if flags.seeds.is_empty() {
        answers.seeds = questions.until_right(
            "Which users? Ids, names or addresses of profiles, with commas between; empty for none yet",
            "",
            |text| seeds(&text.split(',').map(str::to_owned).collect::<Vec<_>>()),
        )?;
    }
    if flags.collect.is_empty() {
        answers.collect = questions.until_right(
            "What is to be collected? profile, followers, following, medias, clips, reposts, comments, replies, media_likers, \
             comment_likers, usertags",
            "profile",
            |text| {
                let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
                harvest::kinds("", &names).map_err(|error| error.to_string())
            },
        )?;
    }
    if flags.max_units.is_none() {
        answers.max_units = questions.until_right(
            "How many units may be spent in all? Most pages cost 1",
            &text::DEFAULT_UNITS.to_string(),
            |text| match text.parse() {
                Ok(units) if units >= 0 => Ok(units),
                _ => Err("a whole number of at least 0".into()),
            },
        )?;
    }
    if flags.token_file.is_none() && !key_is_set {
        answers.token_file = match questions.where_the_key_is()? {
            WhereTheKeyIs::Environment => None,
            WhereTheKeyIs::File(path) => Some(path),
        };
    }
    if let Some(path) = answers.token_file.as_deref().filter(|path| !path.exists()) {
        key_file::offer(&mut questions, path)?;
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        session::refuse(format!(
            "cannot write {}: {error}; check the folder and its rights, or name another file with --config FILE",
            path.display()
        ))
    })
}

/// Asks for the balance, which is free.
async fn check(config: &Config, environment: &Environment) -> anyhow::Result<KeyCheck> {
    let key = match token::find(environment, config.upstream.token_file.as_deref()) {
        Ok(found) => found.key,
        Err(TokenError::None) if setup::is_loopback(config) => setup::key(config, environment)?,
        Err(TokenError::None) => return Ok(KeyCheck::Missing),
        Err(TokenError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(KeyCheck::Missing);
        }
        Err(error) => {
            return Ok(KeyCheck::Trouble(account::Trouble {
                what: output::causes(&error),
                fix: "put the key into it, alone on its line".into(),
                is_the_key: true,
            }));
        }
    };
    output::hide(&key);
    let clock = session::clock();
    Ok(match account::ask(config, key, clock.as_ref()).await?.balance {
        Ok(balance) => KeyCheck::Works(balance),
        Err(trouble) => KeyCheck::Trouble(trouble),
    })
}

/// What was written, what the account allows, and what to type next.
fn report(common: &Common, path: &Path, answers: &Answers, check: &KeyCheck) -> anyhow::Result<Exit> {
    let file = path.display();
    let (key, said) = match check {
        KeyCheck::Missing => ("missing", how_to_set(answers)),
        KeyCheck::Works(balance) => (
            "works",
            format!("The key works: {}.", account::in_words(*balance)),
        ),
        KeyCheck::Trouble(trouble) if trouble.is_the_key => (
            "refused",
            format!("The key does not work: {}. To fix: {}", trouble.what, trouble.fix),
        ),
        KeyCheck::Trouble(trouble) => (
            "not_checked",
            format!(
                "The key could not be checked: {}. To fix: {}",
                trouble.what, trouble.fix
            ),
        ),
    };
    let exit = if key == "refused" {
        Exit::Unauthorized
    } else {
        Exit::Done
    };
    let config = match &common.config {
        Some(path) => format!(" --config {}", path.display()),
        None => String::new(),
    };
    let next = if answers.seeds.is_empty() {
        format!("gleaner harvest natgeo{config}")
    } else {
        format!("gleaner harvest{config}")
    };
    let units = count(answers.max_units, "unit", "units");
    if common.json {
        let balance = match check {
            KeyCheck::Works(balance) => Some(balance),
            _ => None,
        };
        output::json(&serde_json::json!({
            "written": path, "key": key, "said": output::safe(&said),
            "units_left": balance.map(|balance| balance.units_left), "rate": balance.map(|balance| balance.rate),
            "max_units": answers.max_units, "next": next, "exit_code": exit.code(),
        }))?;
        return Ok(exit);
    }
    line(format!(
        "{file} is written; it holds every key with what it means."
    ));
    line(output::safe(&said));
    line(format!(
        "Next: {next}\nIt buys at most {units} in all; the same command again buys nothing twice. `gleaner doctor` checks \
         everything, for nothing."
    ));
    Ok(exit)
}

fn how_to_set(answers: &Answers) -> String {
    match &answers.token_file {
        Some(path) => {
            let path = path.display();
            format!("There is no key yet. Put it into {path}, alone, and shut others out: chmod 600 {path}")
        }
        None => "There is no key yet. Get one at hikerapi.com and set it: export HIKERAPI_TOKEN=...".into(),
    }
}
