//! `gleaner import ENDPOINT FILE...`: bodies that were saved elsewhere become pages, at no cost.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use super::arguments::Common;
use super::output::{self, count, line, printable};
use super::parse::target_of;
use super::{Exit, session};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::endpoint::{Cost, Endpoint, Page, Parse, ParseError};
use crate::endpoints;
use crate::kind::Kind;
use crate::setup;
use crate::store::archive::import::{self, File, Imported};
use crate::store::{Database, begin};
use crate::target::Target;

/// Lists in one transaction: each alone would wait for the disk, all together would make a running gleaner wait.
const LISTS_AT_ONCE: usize = 50;

/// Standard input among the files.
const INPUT: &str = "-";

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The endpoint whose answers they are, with or without its leading slash.
    endpoint: String,
    /// Files with one body each, in the order of their pages; a folder for all files in it, by name; - for standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What was asked for: a user id, a media id, media/comment, the words of a search. Profiles and tags say it themselves.
    #[arg(long)]
    target: Option<String>,
    /// When the answers came: 2026-01-31, 2026-01-31T12:00:00Z or unix milliseconds. [default: when each file was written]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// A file that became no page.
struct Refused {
    file: String,
    reason: String,
}

/// What became of the files.
struct Outcome {
    lists: Vec<Imported>,
    refused: Vec<Refused>,
    /// Pages that were not stored because others of their list were refused.
    held_back: Vec<String>,
}

pub(crate) async fn run(common: &Common, flags: Import) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let endpoint = find(&flags.endpoint)?;
    let kind = endpoint.kind.ok_or_else(|| {
        session::refuse(format!(
            "{} fills no list, so there is nothing to import; nothing was changed",
            endpoint.path
        ))
    })?;
    let target = flags
        .target
        .as_deref()
        .map(|text| target_of(endpoint, text))
        .transpose()?;
    if target.is_none() && !matches!(kind, Kind::Profile | Kind::Usertags) {
        return Err(session::refuse(format!(
            "{} answers for one target, and its bodies do not say for which: add --target; nothing was changed",
            endpoint.path
        )));
    }
    let now = session::clock().now();
    let at = flags.at.as_deref().map(|text| time(text, now)).transpose()?;
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for path in expand(&flags.files)? {
        let name = if path == Path::new(INPUT) {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        match read(&path, at, now).and_then(|(body, at)| {
            let page = parse(endpoint, target.as_ref(), &body)?;
            Ok((body, at, page))
        }) {
            Ok((body, at, page)) => files.push(File { name, body, page, at }),
            Err(reason) => refused.push(Refused { file: name, reason }),
        }
    }
    // A list without one of its pages would pass for what it is not, and the missing page could not be added later.
    let mut held_back = Vec::new();
    if endpoint.cursor.is_some() && !refused.is_empty() {
        held_back = files.drain(..).map(|file| file.name).collect();
    }
    let wanted = by_list(endpoint, kind, target.as_ref(), files, &mut refused);
    let mut lists = Vec::new();
    if !wanted.is_empty() {
        let database = session::database(&loaded.config, true).await?;
        let wanted = wanted.into_iter().map(|(target, files)| import::Import {
            endpoint: endpoint.path.to_owned(),
            kind,
            target,
            partial: endpoint.cursor.is_some() || matches!(endpoint.cost, Cost::Amount { .. }),
            files,
        });
        lists = take_in(&database, &loaded.config, wanted, now).await?;
    }
    let outcome = Outcome {
        lists,
        refused,
        held_back,
    };
    print(common, &outcome)?;
    Ok(if outcome.refused.is_empty() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn find(name: &str) -> anyhow::Result<&'static Endpoint> {
    endpoints::find(name).ok_or_else(|| {
        let distance = |endpoint: &&&Endpoint| strsim::damerau_levenshtein(endpoint.path, name);
        let nearest = endpoints::ALL.iter().min_by_key(distance);
        session::refuse(format!(
            "there is no endpoint {name}; the nearest is {}, and `gleaner endpoints` lists all; nothing was changed",
            nearest.map_or("none", |endpoint| endpoint.path)
        ))
    })
}

/// The time that a person wrote.
fn time(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let at = text
        .parse::<i64>()
        .ok()
        .or_else(|| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .map(jiff::Timestamp::as_millisecond)
        })
        .or_else(|| {
            let midnight = format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().ok()?;
            Some(midnight.as_millisecond())
        });
    at.filter(|at| (0..=now).contains(at)).ok_or_else(|| {
        session::refuse(format!(
            "--at {text}: write a time that has passed, such as 2026-01-31, 2026-01-31T12:00:00Z or unix milliseconds; \
             nothing was changed"
        ))
    })
}

/// The files, and those of the folders.
fn expand(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_hidden = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b".")
        };
        let mut inside: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_file() && !is_hidden(path))
            .collect();
        if inside.is_empty() {
            return Err(session::refuse(format!(
                "{} holds no files; folders in it are not read: name the one that holds them; nothing was changed",
                path.display()
            )));
        }
        inside.sort();
        inside.sort_by_cached_key(|path| natural(&path.to_string_lossy()));
        files.extend(inside);
    }
    Ok(files)
}

/// The order in which people count: page2 before page10. Numbers are compared by how long they are first.
fn natural(name: &str) -> Vec<(usize, String)> {
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let mut parts: Vec<String> = Vec::new();
    for letter in name.chars() {
        match parts.last_mut() {
            Some(number) if letter.is_ascii_digit() && is_number(number) => number.push(letter),
            _ => parts.push(letter.into()),
        }
    }
    let key = |part: String| match part.trim_start_matches('0') {
        digits if is_number(&part) => (digits.len(), digits.to_owned()),
        _ => (usize::MAX, part),
    };
    parts.into_iter().map(key).collect()
}

/// The bytes of a file, and when its answer came.
fn read(path: &Path, at: Option<Timestamp>, now: Timestamp) -> Result<(Vec<u8>, Timestamp), String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read: {error}");
    if path == Path::new(INPUT) {
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body).map_err(unreadable)?;
        return Ok((body, at.unwrap_or(now)));
    }
    let body = std::fs::read(path).map_err(unreadable)?;
    let written = || -> Option<Timestamp> {
        let modified = std::fs::metadata(path).ok()?.modified().ok()?;
        Some(jiff::Timestamp::try_from(modified).ok()?.as_millisecond())
    };
    Ok((body, at.or_else(written).unwrap_or(now).clamp(0, now)))
}

fn parse(endpoint: &Endpoint, target: Option<&Target>, body: &[u8]) -> Result<Page, String> {
    if body.trim_ascii().is_empty() {
        return Err("it is empty: save the answer again".into());
    }
    let page = |endpoint: &Endpoint| match endpoint.parse {
        Parse::Page(parse) => Some(parse(body, target.unwrap_or(&Target::Account))),
        Parse::Balance(_) => None,
    };
    let error = match page(endpoint) {
        Some(Ok(page)) => return Ok(page),
        Some(Err(error)) => error,
        None => return Err("this endpoint has no pages".into()),
    };
    let advice = match error {
        ParseError::NotJson { .. } => "save the answer again, its body alone".to_owned(),
        ParseError::ErrorObject { .. } => "it says nothing of a list: leave it out".to_owned(),
        ParseError::Abridged { .. } => "only whole answers can be imported".to_owned(),
        ParseError::WrongShape { .. } => {
            let is_page = |other: &&&Endpoint| {
                page(other).is_some_and(|page| page.is_ok_and(|page| !page.entries.is_empty()))
            };
            let is_of_kind = |other: &&&Endpoint| other.kind.is_some() && other.kind == endpoint.kind;
            let mut others: Vec<_> = endpoints::ALL.iter().filter(is_page).collect();
            if others.iter().any(is_of_kind) {
                others.retain(is_of_kind);
            }
            let others: Vec<&str> = others.iter().map(|other| other.path).collect();
            match &others[..] {
                [] => "no endpoint answers like this".to_owned(),
                others => format!("it reads as an answer of {}", others.join(" or ")),
            }
        }
    };
    Err(format!("{error}; {advice}"))
}

/// The files by the list that they belong to. A profile is a list of its own, and so is each answer of an endpoint that has
/// one page.
fn by_list(
    endpoint: &Endpoint,
    kind: Kind,
    target: Option<&Target>,
    files: Vec<File>,
    refused: &mut Vec<Refused>,
) -> Vec<(String, Vec<File>)> {
    let asked = target.map(Target::to_string);
    let mut lists: Vec<(String, Vec<File>)> = Vec::new();
    for file in files {
        let shown = file.page.entries.first().map(|entry| entry.id.to_string());
        let is_id = asked.as_deref().is_some_and(|asked| !asked.starts_with('@'));
        let target = match (kind, shown, &asked) {
            (Kind::Profile, Some(shown), Some(asked)) if is_id && shown != *asked => {
                refused.push(Refused {
                    file: file.name,
                    reason: format!("it is the profile of {shown}, not of {asked}"),
                });
                continue;
            }
            (Kind::Profile, Some(shown), _) => shown,
            (_, _, Some(asked)) if kind != Kind::Profile => asked.clone(),
            (Kind::Usertags, Some(_), None) => {
                let ids = file.page.entries.iter().map(|entry| entry.id.to_string());
                ids.collect::<Vec<_>>().join(",")
            }
            _ => {
                let lacks = if kind == Kind::Profile { "user" } else { "post" };
                refused.push(Refused {
                    file: file.name,
                    reason: format!("it shows no {lacks}, so nobody can say for whom it is"),
                });
                continue;
            }
        };
        match lists.last_mut() {
            Some((same, files)) if *same == target && endpoint.cursor.is_some() => files.push(file),
            _ => lists.push((target, vec![file])),
        }
    }
    lists
}

async fn take_in(
    database: &Database,
    config: &Config,
    wanted: impl Iterator<Item = import::Import>,
    now: Timestamp,
) -> anyhow::Result<Vec<Imported>> {
    let policy = setup::policy(config, true);
    let mut writer = database.writer().await?;
    let mut imported = Vec::new();
    let mut wanted = wanted.peekable();
    while wanted.peek().is_some() {
        let mut transaction = begin(&mut writer).await?;
        for wanted in wanted.by_ref().take(LISTS_AT_ONCE) {
            imported.extend(import::import(&mut transaction, &policy, &wanted, now).await?);
        }
        transaction.commit().await?;
    }
    Ok(imported)
}

fn print(common: &Common, outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome {
        lists,
        refused,
        held_back,
    } = outcome;
    if common.json {
        let refused: Vec<Value> = refused
            .iter()
            .map(|refused| json!({ "file": refused.file, "reason": refused.reason }))
            .collect();
        return output::json(&json!({ "lists": lists, "refused": refused, "held_back": held_back }));
    }
    for list in lists {
        for file in &list.already {
            line(printable(&format!(
                "{file}: already imported; nothing was changed"
            )));
        }
        if let (Some(verdict), Some(reason)) = (&list.verdict, &list.reason) {
            let new = if list.kind == Kind::Profile.name() {
                String::new()
            } else {
                format!(", {} new to the list", count(list.items, "item", "items"))
            };
            line(printable(&format!(
                "{} of {}: {}{new}, at no cost; {verdict} ({reason})",
                list.kind,
                list.target,
                count(list.pages, "page", "pages"),
            )));
        }
        if list.only_adds {
            line("The list has been read later, or is being read: only what was missing was added to it.");
        }
    }
    for Refused { file, reason } in refused {
        line(printable(&format!(
            "{file}: refused: {reason}; nothing of it was stored"
        )));
    }
    match held_back.len() {
        0 => {}
        1 => line(
            "The other file was not stored either: the list would lack a page. Mend what is refused or leave it out, and import again.",
        ),
        others => line(format!(
            "The other {others} files were not stored either: the list would lack a page. Mend what is refused or leave it out, \
             and import again."
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_in_the_order_in_which_people_count() {
        let mut names = [
            "page10.json",
            "page2.json",
            "b",
            "page002b",
            "page1.json",
            "page",
            "a20",
            "a3",
        ];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(
            names,
            [
                "a3",
                "a20",
                "b",
                "page",
                "page1.json",
                "page2.json",
                "page002b",
                "page10.json"
            ]
        );
    }
}
