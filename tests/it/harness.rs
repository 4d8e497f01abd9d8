//! What the tests of the whole have in common: a world that answers, a file, and an engine that runs to its end.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gleaner::client::Client;
use gleaner::clock::{Clock, SystemClock};
use gleaner::config::{Config, Filter, Harvest, SortOrder, Span};
use gleaner::engine::{self, Mode, Shutdown, Stop};
use gleaner::kind::Kind;
use gleaner::mock::oracle::{self, Expected, Plan};
use gleaner::mock::{Settings, Upstream, World};
use gleaner::secret::Key;
use gleaner::seeds::SeedList;
use gleaner::setup;
use gleaner::store::{Database, begin, dump, harvests};
use gleaner::way::Way;
use tempfile::TempDir;

use crate::stage::Stage;

/// How long a test waits for what must come.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The kinds that can be collected.
pub(crate) const EVERY_KIND: [Kind; 11] = [
    Kind::Profile,
    Kind::Followers,
    Kind::Following,
    Kind::Medias,
    Kind::Clips,
    Kind::Reposts,
    Kind::Comments,
    Kind::Replies,
    Kind::MediaLikers,
    Kind::CommentLikers,
    Kind::Usertags,
];

/// The key of every test: whatever holds it afterwards has leaked it.
pub(crate) const CANARY: &str = "canary-7f3a9c51e8d24b60";

/// A world, its upstream, a file, and a configuration with waits that suit a test.
pub(crate) struct Run {
    pub(crate) world: Arc<World>,
    pub(crate) upstream: Upstream,
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    _folder: TempDir,
}

impl Run {
    /// A world of so many users that behaves.
    pub(crate) async fn start(seed: u64, size: usize) -> Self {
        Self::with(seed, size, Settings::default()).await
    }

    /// A world whose upstream behaves as the settings say; it takes only the canary as its key.
    pub(crate) async fn with(seed: u64, size: usize, settings: Settings) -> Self {
        let world = Arc::new(World::new(seed, size));
        let upstream = upstream(&world, settings).await;
        let folder = TempDir::new().unwrap();
        let mut config = Config::default();
        config.database.url = format!("sqlite:{}", folder.path().join("gleaner.db").display());
        config.upstream.base_url = upstream.url();
        config.retry.initial_interval = Duration::from_millis(5);
        config.retry.max_interval = Duration::from_millis(50);
        config.retry.not_found_again = Duration::from_millis(5);
        config.retry.not_found_again_daemon = Duration::from_millis(5);
        config.outage.probe_every = Duration::from_millis(20);
        config.blocked.pause = Duration::from_millis(20);
        config.funds.poll_every = Duration::from_millis(20);
        Self {
            world,
            upstream,
            config,
            clock: Arc::new(SystemClock::default()),
            _folder: folder,
        }
    }

    /// A run against a stage; its world is not asked.
    pub(crate) async fn on(stage: &Stage) -> Self {
        let mut run = Self::start(1, 32).await;
        run.config.upstream.base_url = stage.url();
        run
    }

    pub(crate) async fn database(&self) -> Database {
        Database::open(&self.config.database.url, true).await.unwrap()
    }

    /// Adds a harvest or changes the one of that name.
    pub(crate) async fn put(&self, harvest: &Harvest, refresh: bool) -> i64 {
        let list = SeedList::collect(harvest.seeds.iter().map(String::as_str));
        let spec = setup::spec(harvest, &list.seeds, true);
        let policy = setup::policy(&self.config, true);
        let now = self.clock.now();
        self.beside(async |db| harvests::put(db, &policy, &spec, refresh, now).await)
            .await
    }

    pub(crate) fn client(&self) -> Client {
        setup::client(&self.config, Key::from_text(CANARY).unwrap()).unwrap()
    }

    /// Runs the engine until it stops by itself.
    pub(crate) async fn run(&self, mode: Mode) -> Stop {
        self.run_until(mode, &Shutdown::default()).await
    }

    /// Runs the engine until it stops by itself or is asked to.
    pub(crate) async fn run_until(&self, mode: Mode, shutdown: &Shutdown) -> Stop {
        let database = self.database().await;
        let lock = database.lock().await.unwrap();
        let settings = setup::engine(&self.config, true);
        let clock = Arc::clone(&self.clock);
        engine::run(&database, &lock, self.client(), settings, mode, clock, shutdown)
            .await
            .unwrap()
    }

    /// Runs the engine while something else happens, and asks it to stop after that if it has not stopped by itself.
    pub(crate) async fn run_while(&self, mode: Mode, happens: impl Future<Output = ()>) -> Stop {
        let shutdown = Shutdown::default();
        let happening = async {
            happens.await;
            shutdown.ask();
        };
        let (stop, ()) = tokio::join!(self.run_until(mode, &shutdown), happening);
        stop
    }

    /// Harvests to the end, as the same command would again and again.
    pub(crate) async fn go(&self, harvest: &Harvest) -> Stop {
        self.go_on(harvest, false).await
    }

    /// Harvests a new generation to the end.
    pub(crate) async fn refresh(&self, harvest: &Harvest) -> Stop {
        self.go_on(harvest, true).await
    }

    async fn go_on(&self, harvest: &Harvest, refresh: bool) -> Stop {
        let id = self.put(harvest, refresh).await;
        let running = tokio::time::timeout(DEADLINE, self.run(Mode::Harvest(id)));
        let stop = running.await.expect("the harvest ends");
        self.check_invariants().await;
        stop
    }

    /// Waits until a statement counts something.
    pub(crate) async fn until(&self, statement: &'static str) {
        let database = self.database().await;
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        let counted = async {
            loop {
                looks.tick().await;
                let count = sqlx::query_scalar::<_, i64>(statement);
                if count.fetch_one(database.readers()).await.unwrap() > 0 {
                    return;
                }
            }
        };
        let waited = tokio::time::timeout(DEADLINE, counted).await;
        assert!(waited.is_ok(), "waited in vain for: {statement}");
    }

    /// Changes the file as a command beside the engine does.
    pub(crate) async fn beside<T>(
        &self,
        change: impl AsyncFnOnce(&mut gleaner::store::Connection) -> gleaner::store::Result<T>,
    ) -> T {
        let database = self.database().await;
        let mut connection = database.writer().await.unwrap();
        let mut transaction = begin(&mut connection).await.unwrap();
        let done = change(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        done
    }

    /// Harvests what the plan says, to the end.
    pub(crate) async fn harvest(&self, plan: &Plan) -> Stop {
        let id = self.put(&harvest_of(plan), false).await;
        let stop = self.run(Mode::Harvest(id)).await;
        self.check_invariants().await;
        stop
    }

    /// What a perfect harvest finds.
    pub(crate) fn oracle(&self, plan: &Plan) -> Expected {
        oracle::expect(&self.world, plan)
    }

    /// The canonical dump.
    pub(crate) async fn dump(&self) -> String {
        let mut out = Vec::new();
        dump::write(self.database().await.readers(), &mut out)
            .await
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    /// One number from the tables.
    pub(crate) async fn number(&self, statement: &'static str) -> i64 {
        sqlx::query_scalar(statement)
            .fetch_one(self.database().await.readers())
            .await
            .unwrap()
    }

    /// The rows of a statement, their columns joined by blanks.
    pub(crate) async fn lines(&self, statement: &str) -> Vec<String> {
        let answer = gleaner::store::sql::ask(self.database().await.readers(), statement)
            .await
            .unwrap();
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        answer
            .rows
            .iter()
            .map(|row| row.iter().map(text).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// Every list with its verdict: kind, target, verdict, sorted.
    pub(crate) async fn verdicts(&self) -> Vec<Verdict> {
        let lines = self
            .lines("select kind || char(9) || target || char(9) || coalesce(verdict, 'open') from lists")
            .await;
        let mut verdicts: Vec<Verdict> = lines
            .iter()
            .map(|line| {
                let mut words = line.split('\t').map(str::to_owned);
                let mut word = || words.next().unwrap();
                (word(), word(), word())
            })
            .collect();
        verdicts.sort();
        verdicts
    }

    /// The billed requests that arrived, the free balance left out.
    pub(crate) fn billed_arrivals(&self) -> usize {
        self.upstream
            .arrivals()
            .iter()
            .filter(|arrival| arrival.path != "/sys/balance")
            .count()
    }

    /// Asserts that tables, verdicts, ledger and meter are those of a perfect harvest at its cost.
    pub(crate) async fn assert_perfect(&self, plan: &Plan) {
        let expected = self.oracle(plan);
        assert_rows_equal(&self.dump().await, &expected.rows);
        assert_verdicts_equal(&self.verdicts().await, &expected.verdicts);
        let units = self.number("select coalesce(sum(units), 0) from ledger").await;
        assert_eq!(
            (units, self.upstream.meter()),
            (expected.units, expected.units),
            "ledger, meter"
        );
        assert_eq!(self.billed_arrivals() as u64, expected.requests);
    }
}

/// A harvest of these seeds.
pub(crate) fn harvest(seeds: &[&str], collect: &[Kind]) -> Harvest {
    Harvest {
        name: "test".into(),
        seeds: seeds.iter().map(|seed| (*seed).to_owned()).collect(),
        collect: collect.to_vec(),
        ..Harvest::default()
    }
}

/// An upstream on a port of its own that takes only the canary as its key, unless the settings name another.
pub(crate) async fn upstream(world: &Arc<World>, settings: Settings) -> Upstream {
    let settings = Settings {
        key: settings.key.or_else(|| Some(CANARY.into())),
        ..settings
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Upstream::start(Arc::clone(world), settings, address)
        .await
        .unwrap()
}

/// The harvest that a plan of the oracle describes.
pub(crate) fn harvest_of(plan: &Plan) -> Harvest {
    let kinds = |names: &[String]| names.iter().map(|name| Kind::find(name).unwrap()).collect();
    let mut harvest = Harvest {
        name: "test".into(),
        seeds: plan.seeds.clone(),
        collect: kinds(&plan.collect),
        depth: plan.depth,
        expand: plan.expand.iter().map(|way| Way::find(way).unwrap()).collect(),
        ..Harvest::default()
    };
    harvest.limits.users = plan.users.map(|users| users as u64);
    harvest.limits.min_likes = u64::try_from(plan.min_likes).ok();
    harvest.force = plan.force;
    harvest.sort_by_views = plan.by_views;
    if plan.popular {
        harvest.sort_order = SortOrder::Popular;
    }
    harvest.filter = Filter {
        followers: plan.filter.followers.map(|(least, most)| Span {
            least: Some(least),
            most: Some(most),
        }),
        verified: plan.filter.verified,
        public: plan.filter.public,
        unprofiled: plan.filter.unprofiled,
    };
    harvest
}

/// Compares two dumps; a difference shows its first lines, not thousands of them.
#[track_caller]
pub(crate) fn assert_rows_equal(found: &str, expected: &str) {
    if found == expected {
        return;
    }
    differ("rows", found.lines(), expected.lines());
}

/// Compares the verdicts of lists.
#[track_caller]
pub(crate) fn assert_verdicts_equal(found: &[Verdict], expected: &[Verdict]) {
    if found != expected {
        differ("verdicts", found, expected);
    }
}

/// Kind, target and verdict of a list.
pub(crate) type Verdict = (String, String, String);

#[track_caller]
fn differ<T: Ord + std::fmt::Debug>(
    what: &str,
    found: impl IntoIterator<Item = T>,
    expected: impl IntoIterator<Item = T>,
) {
    let found: BTreeSet<T> = found.into_iter().collect();
    let expected: BTreeSet<T> = expected.into_iter().collect();
    let missing: Vec<_> = expected.difference(&found).take(4).collect();
    let extra: Vec<_> = found.difference(&expected).take(4).collect();
    panic!(
        "{what} differ: {} found, {} expected\nmissing: {missing:#?}\nextra: {extra:#?}",
        found.len(),
        expected.len()
    );
}
