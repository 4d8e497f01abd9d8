//! The archivist: beside the sending it drops bodies that are too old, trains dictionaries and packs bodies. The slow steps
//! run on threads of their own; the writer only gets what came of them, in small commits.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::SqlitePool;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::engine::Context;
use crate::store::archive::dictionaries::{self, Counted};
use crate::store::archive::packing;
use crate::store::archive::retention::{self, Dropped, Excess, Retention};

/// How often the archive is looked at.
const EVERY: Duration = Duration::from_mins(5);
/// How often bodies are dropped.
const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// How many bodies are packed in one commit: between two of them the writer does what else waits.
const PACK_BODIES: i64 = 16;

/// Looks after the archive until the engine stops.
pub(crate) fn start(context: Arc<Context>, readers: SqlitePool, tracker: &TaskTracker) -> JoinHandle<()> {
    tracker.spawn(async move {
        let mut prune_at = context.clock.elapsed();
        let mut counted = Counted::default();
        while !context.shutdown.is_asked() {
            let prunes = context.clock.elapsed() >= prune_at;
            if prunes {
                prune_at = context.clock.elapsed() + PRUNE_EVERY;
            }
            if let Err(error) = step(&context, &readers, prunes, &mut counted).await {
                tracing::warn!("the archive could not be looked after; nothing of it is lost: {error:#}");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = context.shutdown.asked() => {}
            }
        }
    })
}

/// Drops, trains and packs what is due.
async fn step(
    context: &Context,
    readers: &SqlitePool,
    prunes: bool,
    counted: &mut Counted,
) -> anyhow::Result<()> {
    let keeps = context.settings.retention;
    // Adding up all bodies takes long where there are many: the writer gets the sum.
    let mut excess = if prunes {
        Some(measured(readers, keeps).await?)
    } else {
        None
    };
    while let Some(known) = excess {
        let dropped = context.writer.prune(keeps, known, context.clock.now()).await?;
        excess = match dropped {
            Dropped { is_stale: true, .. } => Some(measured(readers, keeps).await?),
            Dropped { bodies: 0, .. } => None,
            Dropped { excess, .. } => Some(excess),
        };
        if dropped.bodies > 0 {
            *counted = Counted::default();
            tracing::info!(
                bodies = dropped.bodies,
                bytes = dropped.bytes,
                "dropped bodies that [archive] does not keep any longer"
            );
        }
    }
    loop {
        let samples = dictionaries::due(&mut *readers.acquire().await?, counted).await?;
        let Some(samples) = samples else { break };
        let trained = tokio::task::spawn_blocking(move || samples.train())
            .await
            .context("training a dictionary")?;
        context
            .writer
            .keep_dictionary(trained, context.clock.now())
            .await?;
    }
    // It goes on while anything is loose: an archive that grows faster than it is packed would never be small.
    loop {
        let loose = packing::due(&mut *readers.acquire().await?, PACK_BODIES).await?;
        let Some(loose) = loose.filter(|_| !context.shutdown.is_asked()) else {
            break;
        };
        let packed = tokio::task::spawn_blocking(move || loose.pack())
            .await
            .context("packing bodies")?;
        context.writer.keep_packed(packed).await?;
    }
    Ok(())
}

async fn measured(readers: &SqlitePool, retention: Retention) -> anyhow::Result<Excess> {
    Ok(retention::excess(&mut *readers.acquire().await?, retention).await?)
}
