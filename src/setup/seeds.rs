//! The seeds of a configured harvest, from all its sources.

use anyhow::{Context as _, bail};
use sqlx::SqlitePool;

use crate::config;
use crate::engine::SeedReader;
use crate::engine::seed_reader::{Source, reading};
use crate::seeds::SeedList;
use crate::store::seeds::{CONFIG, Reading};

/// What the config's own list and files hold now: what can be known before the tables are opened.
pub fn listed(harvest: &config::Harvest) -> anyhow::Result<Vec<Reading>> {
    let own = SeedList::collect(harvest.seeds.iter().map(String::as_str));
    let mut readings = vec![reading(CONFIG, &own)];
    for path in &harvest.seed_files {
        let list = SeedList::read(path)?;
        readings.push(reading(&Source::File(path.clone()).name(), &list));
    }
    Ok(readings)
}

/// What its statement answers now, if it has one.
pub async fn selected(harvest: &config::Harvest, readers: &SqlitePool) -> anyhow::Result<Option<Reading>> {
    let Some(statement) = &harvest.seed_select else {
        return Ok(None);
    };
    let source = Source::Select(statement.clone());
    let list = source
        .read(readers)
        .await
        .with_context(|| format!("harvest {}", harvest.name))?;
    Ok(Some(reading(&source.name(), &list)))
}

/// What reads the seeds of these harvests again.
pub fn seed_reader(harvests: &[config::Harvest]) -> SeedReader {
    let sources = |harvest: &config::Harvest| {
        let files = harvest.seed_files.iter().cloned().map(Source::File);
        let select = harvest.seed_select.iter().cloned().map(Source::Select);
        (harvest.name.clone(), files.chain(select).collect())
    };
    SeedReader::new(harvests.iter().map(sources).collect())
}

/// A harvest that names no seeds, nor where they are, is a slip of the pen.
pub fn require_seeds(harvest: &config::Harvest) -> anyhow::Result<()> {
    if harvest.seeds.is_empty() && harvest.seed_files.is_empty() && harvest.seed_select.is_none() {
        bail!(
            "harvest {:?} has no seeds in this command or the configuration: name users, searches, or a file of them, \
             or, to go on with a harvest that is not in the configuration, its seeds and options again",
            harvest.name
        );
    }
    Ok(())
}
