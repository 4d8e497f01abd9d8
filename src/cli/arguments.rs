//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Harvests Instagram data through HikerAPI into tables: nothing is bought twice, nothing over budget, no row is lost.
#[derive(Debug, Parser)]
#[command(name = "gleaner", version, max_term_width = 110, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes stand apart in its help.
const EVERYWHERE: &str = "Options of every command";

/// So do those of the commands that send.
const UPSTREAM: &str = "Upstream";

const AFTER_HELP: &str = "\
Start with `gleaner demo`: it needs no key. Then `gleaner init`, or set HIKERAPI_TOKEN and try
  gleaner harvest natgeo --collect profile,followers --limit followers=2p --max-units 20
It buys at most 20 units, and the same command again buys nothing twice.

Exit codes: 0 done, 1 error, 2 input refused, 3 something is parked or failed, 4 budget reached,
5 key missing or refused, 6 account out of funds, 7 the file is in use.";

/// What every command takes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Common {
    /// Configuration file; else gleaner.toml here, else ~/.config/gleaner/config.toml.
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub(crate) config: Option<PathBuf>,
    /// Database, sqlite:PATH; else sqlite:gleaner.db. Config: [database] url.
    #[arg(long, global = true, value_name = "URL", help_heading = EVERYWHERE)]
    pub(crate) database: Option<String>,
    /// Print JSON for scripts, errors too.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// Print results and errors only, no progress.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) quiet: bool,
}

/// What every command takes that talks to the upstream.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Sending {
    /// Where the upstream is. Config: [upstream] base_url.
    #[arg(long, value_name = "URL", help_heading = UPSTREAM)]
    pub(crate) base_url: Option<String>,
    /// Requests a second at most; else what the account allows. Config: [upstream] rate.
    #[arg(long, value_name = "N", help_heading = UPSTREAM)]
    pub(crate) rate: Option<f64>,
    /// Requests in flight at most. Config: [upstream] workers.
    #[arg(long, value_name = "N", help_heading = UPSTREAM)]
    pub(crate) workers: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented gleaner.toml and check the key; sends nothing that is billed.
    Init(super::init::Init),
    /// Say what a harvest will cost before it starts, and approve it; buys at most one profile for each seed.
    Plan(super::plan::Plan),
    /// Harvest users and wait until every list has a verdict; the same command again goes on where it stopped.
    Harvest(Harvest),
    /// Work through the configured harvests and wait for more, until stopped.
    Run(Run),
    /// List the seeds of harvests, add some, hold some.
    Seeds(super::seeds::Seeds),
    /// Show what is done, what is left, what it cost, and why nothing moves if nothing does.
    Status,
    /// Show the limits of units and what is left of each; set others while a gleaner works.
    Budget(super::budget::Budget),
    /// List tasks, look at one, try parked ones again, cancel one.
    Tasks(Tasks),
    /// Stop sending: everything, one harvest, or to one endpoint.
    Pause(Which),
    /// Go on after a pause.
    Resume(Which),
    /// Ask the tables; nothing can be changed.
    Sql(Sql),
    /// Ask a ready-made question: who follows whom, who comments most, what was spent; alone, list the questions.
    Query(super::query::Query),
    /// Show what a saved body would become, without sending or storing anything.
    Parse(Parse),
    /// Show which answer a row comes from, when it came, and what it cost.
    Why(super::why::Why),
    /// Take in bodies that were saved elsewhere, at no cost.
    Import(super::import::Import),
    /// Build the tables anew from the stored bodies, without a request, and say what changed.
    Reparse(super::reparse::Reparse),
    /// Show what the stored bodies take; pack them, drop old ones.
    Archive(super::archive::Archive),
    /// Print the harvested rows.
    Dump(Dump),
    /// List the endpoints: what each collects, costs, and how it pages.
    Endpoints,
    /// Check machine, configuration, key, account and file; say what is wrong and what puts it right.
    Doctor(super::doctor::Doctor),
    /// Harvest a small simulated world: no key, no cost, some seconds.
    Demo(Demo),
    /// Serve the simulated upstream on this machine.
    Mock(Mock),
    /// Print what a shell needs to complete commands and flags.
    Completions(super::completions::Completions),
    /// Print the manual page.
    Man(super::man::Man),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Harvest {
    #[command(flatten)]
    pub(crate) named: super::named::Named,
    /// The harvest's name. One of the config is taken as it stands there, with what is given here on top.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) name: String,
    /// What to collect: profile, followers, following, medias, clips, reposts, comments, replies, media_likers,
    /// comment_likers, usertags; what a kind needs comes with it. [default: profile]
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    pub(crate) collect: Vec<String>,
    /// 1 for the seeds alone, 2 also for the users found on their lists, and so on. [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// As what users are found that are harvested at the next depth: followers, following, coauthors, commenters, likers,
    /// tagged, reposted, search.
    #[arg(long, value_name = "WAY,...", value_delimiter = ',')]
    pub(crate) expand: Vec<String>,
    /// Which of the found users: followers=1000..50000 (buys profiles where the count is not known), verified, public,
    /// unprofiled. May be given again.
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Vec<String>,
    /// A limit: users=200 (that expansion may add), followers=500 (items of each list), medias=3p (pages), min_likes=5
    /// (likers of comments with fewer are skipped). May be given again.
    #[arg(long, value_name = "KIND=N")]
    pub(crate) limit: Vec<String>,
    /// The most units that this harvest may spend, in all its runs; can be raised.
    #[arg(long, value_name = "N")]
    pub(crate) max_units: Option<i64>,
    /// The most units that this run of the command may spend. Config: [budget] per_run.
    #[arg(long = "max-units-this-run", value_name = "N")]
    pub(crate) units_this_time: Option<i64>,
    /// In which order comments are asked for: recent or popular. [default: recent]
    #[arg(long, value_name = "ORDER", value_parser = ["recent", "popular"])]
    pub(crate) sort_order: Option<String>,
    /// Ask for clips by views instead of by time.
    #[arg(long)]
    pub(crate) sort_by_views: bool,
    /// Let the upstream skip its check of an account's privacy where that saves a unit; it opens nothing that is closed,
    /// and each use is a row in force_uses.
    #[arg(long)]
    pub(crate) force: bool,
    /// Buy every list again, also those that have a verdict.
    #[arg(long)]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The most units in all, ever. Config: [budget] total.
    #[arg(long, value_name = "N")]
    pub(crate) max_units: Option<i64>,
    /// The most units until this daemon is stopped. Config: [budget] per_run.
    #[arg(long = "max-units-this-run", value_name = "N")]
    pub(crate) units_this_time: Option<i64>,
    #[command(flatten)]
    pub(crate) sending: Sending,
}

#[derive(Debug, Args)]
pub(crate) struct Tasks {
    #[command(subcommand)]
    pub(crate) command: Option<TasksCommand>,
    #[command(flatten)]
    pub(crate) listing: Listing,
}

#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only tasks in this state: ready, waiting, leased, parked.
    #[arg(long, value_name = "STATE", value_parser = ["ready", "waiting", "leased", "parked"])]
    pub(crate) state: Option<String>,
    /// At most so many, those that a person should look at first.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) at_most: i64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TasksCommand {
    /// List tasks; the same as `gleaner tasks`.
    List(Listing),
    /// Show one task, with the beginning of the answer that parked it.
    Show {
        /// The task's number.
        id: i64,
    },
    /// Ask again: one task, or all that are parked.
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Retry {
        /// The task's number.
        #[arg(group = "which")]
        id: Option<i64>,
        /// All parked tasks.
        #[arg(long, group = "which")]
        all: bool,
    },
    /// End one task's list as cancelled; what was bought is kept.
    Cancel {
        /// The task's number.
        id: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// A harvest's name, or an endpoint's path; else everything. `resume PATH` also lifts a hold because the endpoint was
    /// retired or billed too much.
    #[arg(value_name = "HARVEST|PATH")]
    pub(crate) harvest: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Sql {
    /// One statement, in quotes. Times are unix milliseconds; `select name from sqlite_schema` lists the tables.
    pub(crate) statement: String,
}

#[derive(Debug, Args)]
pub(crate) struct Parse {
    /// The endpoint's path, with or without its leading slash.
    pub(crate) endpoint: String,
    /// The file with the body; - for standard input.
    pub(crate) file: PathBuf,
    /// What was asked for: a user id, a media id, or media/comment.
    #[arg(long)]
    pub(crate) target: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Dump {
    /// Without the crawl's own times, ids and positions: equal for equal data.
    #[arg(long, required = true)]
    pub(crate) canonical: bool,
}

#[derive(Debug, Args)]
pub(crate) struct World {
    /// The world's seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many users it has.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) size: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) world: World,
    /// The file to make. One from an earlier demo is replaced; any other is refused.
    #[arg(long, value_name = "FILE", default_value = "gleaner-demo.db")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Mock {
    #[command(flatten)]
    pub(crate) world: World,
    /// The day of the world, from 0 to 400: each is the one before it with a few changes.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) day: u32,
    /// Move on by a day each so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) days_every: Option<std::num::NonZeroU32>,
    /// The port on 127.0.0.1; 0 for any.
    #[arg(long, default_value_t = 8_080)]
    pub(crate) port: u16,
    /// Requests a second that it allows; none for no limit.
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// How long an answer takes at least, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency_min_ms: u64,
    /// How long an answer takes at most, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency_max_ms: u64,
    /// The share of answers that are faulty, from 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) faults: f64,
    /// Units on the account.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) balance: i64,
    /// An endpoint that answers 410. May be given again.
    #[arg(long, value_name = "PATH")]
    pub(crate) retired: Vec<String>,
    /// Print seeds of this world that show every kind of user, and exit.
    #[arg(long)]
    pub(crate) seeds: bool,
    /// Print what a perfect harvest of these seeds finds and costs, and exit; takes the flags below.
    #[arg(long)]
    pub(crate) oracle: bool,
    /// For --oracle: the seeds.
    #[arg(value_name = "SEED")]
    pub(crate) seed_names: Vec<String>,
    /// For --oracle: what is collected.
    #[arg(long, value_delimiter = ',', default_value = "profile")]
    pub(crate) collect: Vec<String>,
    /// For --oracle: how deep.
    #[arg(long, default_value_t = 1)]
    pub(crate) depth: u32,
    /// For --oracle: along which lists.
    #[arg(long, value_delimiter = ',')]
    pub(crate) expand: Vec<String>,
    /// For --oracle: how many users expansion may add.
    #[arg(long)]
    pub(crate) users: Option<usize>,
}
