//! `gleaner archive`: what the stored bodies take, packing them, dropping old ones.

use clap::{Args, Subcommand};
use serde_json::json;

use super::arguments::Common;
use super::output::{self, count, line, number};
use super::{Exit, session};
use crate::setup;
use crate::store::archive::dictionaries::{self, Counted};
use crate::store::archive::packing;
use crate::store::archive::retention::{self, Dropped, Retention};
use crate::store::archive::status::{self, Kept};
use crate::store::{Connection, begin};

/// How many bodies are packed in one commit, so that a daemon on the same file waits for an instant only.
const PACK_BODIES: i64 = 16;

#[derive(Debug, Args)]
pub(crate) struct Archive {
    #[command(subcommand)]
    command: Option<ArchiveCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveCommand {
    /// Show bodies and room by endpoint; the same as `gleaner archive`.
    Status,
    /// Train dictionaries that are due and pack all bodies with them; the daemon does the same, bit by bit.
    Pack,
    /// Drop the bodies that [archive] max_age and max_size do not keep; the daemon does the same every hour.
    Prune {
        /// Drop the body of this page alone.
        #[arg(long, value_name = "N")]
        page: Option<i64>,
    },
}

pub(crate) async fn run(common: &Common, flags: Archive) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    match flags.command {
        None | Some(ArchiveCommand::Status) => {
            print(common, &status::kept(database.readers()).await?)?;
        }
        Some(ArchiveCommand::Pack) => {
            let mut writer = database.writer().await?;
            let (trained, packed) = pack(&mut writer).await?;
            let kept = status::kept(database.readers()).await?;
            if common.json {
                output::json(
                    &json!({ "dictionaries_trained": trained, "bodies_packed": packed, "endpoints": kept }),
                )?;
            } else {
                line(format!(
                    "{} trained, {} packed.",
                    count(trained, "dictionary", "dictionaries"),
                    count(packed, "body", "bodies")
                ));
                print(common, &kept)?;
            }
        }
        Some(ArchiveCommand::Prune { page }) => {
            let mut writer = database.writer().await?;
            let dropped = match page {
                Some(page) => prune_one(&mut writer, page).await?,
                None => prune(&mut writer, setup::retention(&loaded.config)).await?,
            };
            if common.json {
                output::json(&json!({ "bodies_dropped": dropped.bodies, "bytes_dropped": dropped.bytes }))?;
            } else {
                line(format!(
                    "{} dropped; pages and rows stay.",
                    count(dropped.bodies, "body", "bodies")
                ));
            }
        }
    }
    Ok(Exit::Done)
}

async fn pack(writer: &mut Connection) -> anyhow::Result<(i64, i64)> {
    let (mut trained, mut packed) = (0, 0);
    let mut counted = Counted::default();
    while let Some(samples) = dictionaries::due(writer, &mut counted).await? {
        let dictionary = tokio::task::spawn_blocking(move || samples.train()).await?;
        dictionaries::keep(writer, &dictionary, session::clock().now()).await?;
        trained += 1;
    }
    while let Some(loose) = packing::due(writer, PACK_BODIES).await? {
        let bodies = tokio::task::spawn_blocking(move || loose.pack()).await?;
        let mut transaction = begin(writer).await?;
        packed += i64::try_from(packing::keep(&mut transaction, &bodies).await?)?;
        transaction.commit().await?;
    }
    Ok((trained, packed))
}

async fn prune(writer: &mut Connection, retention: Retention) -> anyhow::Result<Dropped> {
    let mut all = Dropped::default();
    let mut excess = retention::excess(writer, retention).await?;
    loop {
        let mut transaction = begin(writer).await?;
        let dropped = retention::prune(&mut transaction, retention, excess, session::clock().now()).await?;
        transaction.commit().await?;
        if dropped.is_stale {
            excess = retention::excess(writer, retention).await?;
            continue;
        }
        if dropped.bodies == 0 {
            return Ok(all);
        }
        all.bodies += dropped.bodies;
        all.bytes += dropped.bytes;
        excess = dropped.excess;
    }
}

async fn prune_one(writer: &mut Connection, page: i64) -> anyhow::Result<Dropped> {
    let mut transaction = begin(writer).await?;
    let dropped = retention::drop_one(&mut transaction, page, session::clock().now()).await?;
    transaction.commit().await?;
    if dropped.bodies == 0 {
        return Err(session::refuse(format!(
            "page {page} has no body; nothing was changed. `gleaner sql \"select id, endpoint from pages\"` lists the pages"
        )));
    }
    Ok(dropped)
}

fn print(common: &Common, kept: &[Kept]) -> anyhow::Result<()> {
    let all = Kept::sum(kept, "all");
    if common.json {
        return output::json(&json!({ "all": all, "ratio": all.ratio(), "endpoints": kept }));
    }
    let rows = kept.iter().chain([&all]).map(|kept| {
        vec![
            kept.endpoint.clone(),
            number(kept.bodies),
            number(kept.dropped),
            kilobytes(kept.raw_bytes),
            kilobytes(kept.stored_bytes),
            kilobytes(kept.dictionary_bytes),
            kept.ratio()
                .map_or_else(|| "-".into(), |ratio| format!("{ratio:.1}")),
            kept.oldest_at.map_or_else(|| "-".into(), output::time),
        ]
    });
    line(output::table(
        &[
            "endpoint",
            "bodies",
            "dropped",
            "kB as they came",
            "kB stored",
            "kB dictionaries",
            "ratio",
            "oldest",
        ],
        rows,
    ));
    Ok(())
}

fn kilobytes(bytes: i64) -> String {
    number(bytes.saturating_add(999) / 1_000)
}
