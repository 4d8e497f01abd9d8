//! Seeds that a person names in a command: as arguments, in files, on standard input, or by a statement.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::engine::seed_reader::{Source, rejects};
use crate::seeds::{Seed, SeedList};
use crate::store::Database;
use crate::store::seeds::{BY_HAND, Reject};

/// Stands for standard input.
const INPUT: &str = "-";

/// Where the lines of standard input are said to stand.
const INPUT_SOURCE: &str = "standard input";

/// How many seeds that stand on several lines are named.
const LOGGED: usize = 10;

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Named {
    /// Users: an id (787132), a name (natgeo, @natgeo), the address of a profile, or a search (search:words); - for standard input, a seed a line.
    #[arg(value_name = "SEED")]
    pub(crate) seeds: Vec<String>,
    /// A file with a seed a line; - for standard input. May be given again.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Vec<PathBuf>,
    /// One statement on the tables; its first column holds seeds: "select id from users where is_verified".
    #[arg(long, value_name = "SQL")]
    pub(crate) seed_select: Option<String>,
}

/// What they came to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Each seed once, in the order of its first place.
    pub(crate) seeds: Vec<Seed>,
    /// What is no seed.
    pub(crate) rejected: Vec<Reject>,
    known: HashSet<Seed>,
}

impl Named {
    /// Reads all but the statement, which needs the tables.
    pub(crate) fn read(&self) -> anyhow::Result<Found> {
        let mut found = Found::default();
        let arguments = self.seeds.iter().map(String::as_str);
        found.add(
            BY_HAND,
            SeedList::collect(arguments.filter(|seed| seed.trim() != INPUT)),
        );
        let files = self.seed_file.iter().filter(|path| *path != Path::new(INPUT));
        let reads_input = self.seeds.iter().any(|seed| seed.trim() == INPUT)
            || files.clone().count() < self.seed_file.len();
        for path in files {
            found.add(&Source::File(path.clone()).name(), SeedList::read(path)?);
        }
        if reads_input {
            let text = io::read_to_string(io::stdin()).context("cannot read standard input")?;
            found.add(INPUT_SOURCE, SeedList::parse(&text));
        }
        Ok(found)
    }

    /// Adds what the statement answers, if there is one.
    pub(crate) async fn select(&self, found: &mut Found, database: &Database) -> anyhow::Result<()> {
        if let Some(statement) = &self.seed_select {
            let source = Source::Select(statement.clone());
            let list = source.read(database.readers()).await?;
            found.add(&source.name(), list);
        }
        Ok(())
    }
}

impl Found {
    fn add(&mut self, source: &str, list: SeedList) {
        self.rejected.extend(rejects(source, &list));
        for repeated in list.repeated.iter().take(LOGGED) {
            tracing::info!("{repeated}");
        }
        if list.repeated.len() > LOGGED {
            let more = list.repeated.len() - LOGGED;
            tracing::info!("{more} more seeds stand on several lines; each is taken once");
        }
        let known = &mut self.known;
        self.seeds
            .extend(list.seeds.into_iter().filter(|seed| known.insert(seed.clone())));
    }

    /// The seeds as the tables hold them.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.seeds.iter().map(Seed::to_string).collect()
    }
}
