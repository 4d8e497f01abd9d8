//! `gleaner seeds`: what harvests start from; adding to it, and holding what is wanted no more.

use clap::{Args, Subcommand};
use sqlx::Connection as _;

use super::arguments::Common;
use super::named::{Found, Named};
use super::output::{self, count, line};
use super::{Exit, session};
use crate::engine::seed_reader::log_rejects;
use crate::setup;
use crate::store::seeds::{self, FILE, Reject, SeedView};
use crate::store::{Connection, begin, harvests};

/// The harvest that commands mean where none is named.
const DEFAULT: &str = "default";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Seeds {
    #[command(subcommand)]
    command: Option<Task>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// List seeds; the same as `gleaner seeds`.
    List(Listing),
    /// Add seeds to a harvest, or take held ones up again; sends nothing.
    Add {
        #[command(flatten)]
        named: Named,
        /// The harvest.
        #[arg(long, value_name = "NAME", default_value = DEFAULT)]
        name: String,
    },
    /// Hold seeds: nothing of them is sent any more, and what was bought is kept.
    Remove {
        /// The seeds, as `gleaner seeds` shows them or as they were given.
        #[arg(value_name = "SEED", required = true)]
        seeds: Vec<String>,
        /// The harvest.
        #[arg(long, value_name = "NAME", default_value = DEFAULT)]
        name: String,
    },
}

#[derive(Debug, Args)]
struct Listing {
    /// Only those of this harvest; else of all.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The lines that were no seeds instead, and why.
    #[arg(long)]
    rejected: bool,
}

pub(crate) async fn run(common: &Common, flags: Seeds) -> anyhow::Result<Exit> {
    match flags.command {
        None => list(common, flags.listing).await,
        Some(Task::List(listing)) => list(common, listing).await,
        Some(Task::Add { named, name }) => add(common, &named, &name).await,
        Some(Task::Remove { seeds, name }) => remove(common, &seeds, &name).await,
    }
}

async fn list(common: &Common, listing: Listing) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    if let Some(name) = &listing.name {
        find(&mut database.writer().await?, name).await?;
    }
    let name = listing.name.as_deref();
    if listing.rejected {
        let rejected = seeds::rejects(database.readers(), name).await?;
        if common.json {
            output::json(&rejected)?;
        } else if rejected.is_empty() {
            line("no line was rejected");
        } else {
            line(table_of_rejects(&rejected));
        }
        return Ok(Exit::Done);
    }
    let listed = seeds::list(database.readers(), name).await?;
    if common.json {
        output::json(&listed)?;
    } else if listed.is_empty() {
        line("no seeds: `gleaner harvest SEED...` makes a harvest of some");
    } else {
        line(table_of(&listed));
    }
    Ok(Exit::Done)
}

fn table_of(listed: &[SeedView]) -> String {
    let rows = listed.iter().map(|seed| {
        let state = match &seed.reason {
            Some(reason) => format!("{}: {reason}", seed.state),
            None => seed.state.to_owned(),
        };
        vec![
            seed.harvest.clone(),
            seed.seed.clone(),
            seed.user_id.map_or_else(String::new, |id| id.to_string()),
            seed.username.clone().unwrap_or_default(),
            state,
            seed.sources
                .iter()
                .map(|source| shown(source))
                .collect::<Vec<_>>()
                .join(", "),
            output::time(seed.since),
            seed.verdict.clone().unwrap_or_default(),
        ]
    });
    let header = [
        "harvest", "seed", "user", "username", "state", "source", "since", "profile",
    ];
    output::table(&header, rows)
}

fn table_of_rejects(rejected: &[Reject]) -> String {
    let rows = rejected.iter().map(|line| {
        vec![
            line.harvest.clone().unwrap_or_default(),
            shown(&line.source).to_owned(),
            line.line.to_string(),
            line.text.clone(),
            line.reason.clone(),
            line.rejected_at.map_or_else(String::new, output::time),
        ]
    });
    output::table(&["harvest", "source", "line", "text", "reason", "when"], rows)
}

/// Files are called by their path.
fn shown(source: &str) -> &str {
    source.strip_prefix(FILE).unwrap_or(source)
}

async fn add(common: &Common, named: &Named, name: &str) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let refused = |error: anyhow::Error| session::refuse(format!("{error:#}; nothing was changed"));
    let mut connection = database.writer().await?;
    let harvest_id = find(&mut connection, name).await?;
    let mut found = named.read().map_err(refused)?;
    named.select(&mut found, &database).await?;
    let Found { rejected, .. } = &found;
    log_rejects(name, rejected);
    if found.seeds.is_empty() && rejected.is_empty() {
        return Err(session::refuse(
            "no seeds are named: name users, a file of them, or a statement; nothing was changed",
        ));
    }
    if found.seeds.is_empty() {
        return Err(session::refuse(
            "none of the seeds can be used; nothing was changed",
        ));
    }
    let policy = setup::policy(&loaded.config, false);
    let now = session::clock().now();
    let texts = found.texts();
    let mut transaction = begin(&mut connection).await?;
    let change = seeds::add(&mut transaction, &policy, harvest_id, &texts, rejected, now).await?;
    transaction.commit().await?;
    connection.close().await?;
    let known = texts.len() as u64 - change.added - change.returned;
    let number = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
    let mut said = format!(
        "harvest {name}: {} added, {} taken up again, {known} known already",
        count(number(change.added), "seed is", "seeds are"),
        change.returned,
    );
    if !database.is_in_use()? && change.added + change.returned > 0 {
        said.push_str("; no gleaner works on this file: `gleaner run` goes on with them");
    }
    if common.json {
        let lines: Vec<String> = rejected.iter().map(ToString::to_string).collect();
        output::json(&serde_json::json!({
            "done": said, "harvest": name, "added": change.added, "returned": change.returned, "known": known,
            "rejected_seeds": lines,
        }))?;
    } else {
        line(said);
    }
    Ok(Exit::Done)
}

async fn remove(common: &Common, given: &[String], name: &str) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let mut connection = database.writer().await?;
    let harvest_id = find(&mut connection, name).await?;
    let mut texts = Vec::with_capacity(given.len());
    for seed in given {
        let read = seed.parse::<crate::seeds::Seed>();
        let read =
            read.map_err(|error| session::refuse(format!("{seed:?}: {error}; nothing was changed")))?;
        texts.push(read.to_string());
    }
    let policy = setup::policy(&loaded.config, false);
    let now = session::clock().now();
    let mut transaction = begin(&mut connection).await?;
    let held = seeds::remove(&mut transaction, &policy, harvest_id, &texts, now).await?;
    transaction.commit().await?;
    connection.close().await?;
    let said = if held == 0 {
        format!("harvest {name}: held already; `gleaner seeds add` takes a seed up again")
    } else {
        format!(
            "harvest {name}: {} held: nothing more is sent for it, and what was bought is kept; `gleaner seeds add` goes \
             on where it stopped",
            count(i64::try_from(held).unwrap_or(i64::MAX), "seed is", "seeds are")
        )
    };
    if common.json {
        output::json(&serde_json::json!({ "done": said, "harvest": name, "held": held }))?;
    } else {
        line(said);
    }
    Ok(Exit::Done)
}

async fn find(db: &mut Connection, name: &str) -> anyhow::Result<i64> {
    let id = harvests::find(db, name).await?;
    id.ok_or_else(|| {
        session::refuse(format!(
            "there is no harvest {name:?}: `gleaner harvest SEED... --name {name}` makes one, `gleaner status` lists \
             those that are there; nothing was changed"
        ))
    })
}
