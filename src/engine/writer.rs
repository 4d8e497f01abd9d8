//! The one writer: it owns the only write connection, and everything that waits shares its next commit.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use sqlx::Connection as _;

use crate::clock::Timestamp;
use crate::endpoint::Balance;
use crate::policy::Policy;
use crate::store::archive::dictionaries::{self, Trained};
use crate::store::archive::packing::{self, Packed};
use crate::store::archive::retention::{self, Dropped, Excess, Retention};
use crate::store::balance::{self, Reconciled};
use crate::store::claim::{self, Claimed, For};
use crate::store::holds::{self, Hold, Reason, Scope};
use crate::store::ledger::{self, Spent};
use crate::store::report::{self, Applied, Finished};
use crate::store::seeds::{self, Change, Reading};
use crate::store::{Connection, Result, StoreError, begin, harvests, recover, renew};

/// Jobs that may wait for the writer; more would only wait in memory.
const QUEUE: usize = 256;
/// Jobs that share a commit; each holds its page in memory until then.
const BATCH: usize = 64;
/// How long to wait when another process holds the file's write lock.
const BUSY_WAIT: std::time::Duration = std::time::Duration::from_millis(200);

/// The way to the writer.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    work: Work,
    done: oneshot::Sender<Result<Done>>,
}

#[derive(Debug)]
enum Work {
    Claim {
        for_whom: For,
        at_most: usize,
        now: Timestamp,
    },
    Report {
        finished: Box<Finished>,
        now: Timestamp,
    },
    Spent,
    Balance {
        said: Balance,
        before: Spent,
        now: Timestamp,
    },
    IsBehind,
    Hold(Hold),
    Due(Timestamp),
    Seeds {
        harvest: String,
        readings: Vec<Reading>,
        now: Timestamp,
    },
    Prune(Retention, Excess, Timestamp),
    Dictionary(Trained, Timestamp),
    Packed(Packed),
    EndRun(i64, Timestamp),
}

#[derive(Debug)]
enum Done {
    Claimed(Claimed),
    Applied(Applied),
    Seeds(Change),
    Spent(Spent),
    Reconciled(Reconciled),
    IsBehind(bool),
    Dropped(Dropped),
    Nothing,
}

/// Starts the writer; it ends when the last handle is dropped.
pub(crate) fn start(
    connection: Connection,
    policy: Policy,
    tracker: &TaskTracker,
) -> (Writer, JoinHandle<Result<()>>) {
    let (jobs, queue) = mpsc::channel(QUEUE);
    let writing = tracker.spawn(run(connection, policy, queue));
    (Writer { jobs }, writing)
}

impl Writer {
    pub(crate) async fn claim(&self, for_whom: For, at_most: usize, now: Timestamp) -> Result<Claimed> {
        let work = Work::Claim {
            for_whom,
            at_most,
            now,
        };
        match self.ask(work).await? {
            Done::Claimed(claimed) => Ok(claimed),
            _ => Ok(Claimed::default()),
        }
    }

    pub(crate) async fn report(&self, finished: Box<Finished>, now: Timestamp) -> Result<Applied> {
        match self.ask(Work::Report { finished, now }).await? {
            Done::Applied(applied) => Ok(applied),
            _ => Ok(Applied::Fenced),
        }
    }

    /// What was spent so far, as it is committed.
    pub(crate) async fn spent(&self) -> Result<Spent> {
        match self.ask(Work::Spent).await? {
            Done::Spent(spent) => Ok(spent),
            _ => Ok(Spent::default()),
        }
    }

    /// Keeps the account's balance, and says whether the ledger agrees; `before` was spent when it was asked for.
    pub(crate) async fn balance(
        &self,
        said: Balance,
        before: Spent,
        now: Timestamp,
    ) -> Result<Option<Reconciled>> {
        match self.ask(Work::Balance { said, before, now }).await? {
            Done::Reconciled(reconciled) => Ok(Some(reconciled)),
            _ => Ok(None),
        }
    }

    pub(crate) async fn hold(&self, hold: Hold) -> Result<()> {
        self.ask(Work::Hold(hold)).await.map(drop)
    }

    /// Whether anything was bought since the balance was last kept.
    pub(crate) async fn balance_is_behind(&self) -> Result<bool> {
        Ok(matches!(self.ask(Work::IsBehind).await?, Done::IsBehind(true)))
    }

    pub(crate) async fn start_due(&self, now: Timestamp) -> Result<()> {
        self.ask(Work::Due(now)).await.map(drop)
    }

    /// Takes over what sources of a harvest's seeds hold now.
    pub(crate) async fn seeds(
        &self,
        harvest: String,
        readings: Vec<Reading>,
        now: Timestamp,
    ) -> Result<Change> {
        let work = Work::Seeds {
            harvest,
            readings,
            now,
        };
        match self.ask(work).await? {
            Done::Seeds(change) => Ok(change),
            _ => Ok(Change::default()),
        }
    }

    /// Drops some bodies that are not kept any longer.
    pub(crate) async fn prune(
        &self,
        retention: Retention,
        excess: Excess,
        now: Timestamp,
    ) -> Result<Dropped> {
        match self.ask(Work::Prune(retention, excess, now)).await? {
            Done::Dropped(dropped) => Ok(dropped),
            _ => Ok(Dropped::default()),
        }
    }

    pub(crate) async fn keep_dictionary(&self, trained: Trained, now: Timestamp) -> Result<()> {
        self.ask(Work::Dictionary(trained, now)).await.map(drop)
    }

    pub(crate) async fn keep_packed(&self, packed: Packed) -> Result<()> {
        self.ask(Work::Packed(packed)).await.map(drop)
    }

    /// Notes a clean end. After an error the run stays open, so that the next one looks at what it left.
    pub(crate) async fn end_run(&self, run_id: i64, now: Timestamp, clean: bool) {
        if clean && let Err(error) = self.ask(Work::EndRun(run_id, now)).await {
            tracing::warn!(%error, "the end of this run could not be noted; the next start looks at what it left");
        }
    }

    async fn ask(&self, work: Work) -> Result<Done> {
        let gone = || StoreError::WriterStopped;
        let (done, answer) = oneshot::channel();
        self.jobs.send(Job { work, done }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn run(mut connection: Connection, policy: Policy, mut queue: mpsc::Receiver<Job>) -> Result<()> {
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let works: Vec<&Work> = batch.iter().map(|job| &job.work).collect();
        match commit(&mut connection, &policy, &works).await {
            Ok(done) => answer(batch, done.into_iter().map(Ok)),
            // Nothing more can be written: whoever waits is told that the writer has stopped, and sending ends.
            Err(error) if error.is_of_the_disk() => return Err(error),
            // One of them cannot be committed; the others must not suffer for it.
            Err(error) if batch.len() > 1 => {
                tracing::debug!(%error, "a shared commit failed; its jobs are committed one by one");
                for job in batch {
                    let done = commit(&mut connection, &policy, &[&job.work]).await;
                    answer(vec![job], [done.map(one)]);
                }
            }
            Err(error) => answer(batch, [Err(error)]),
        }
    }
    connection.close().await?;
    Ok(())
}

fn one(done: Vec<Done>) -> Done {
    done.into_iter().next().unwrap_or(Done::Nothing)
}

fn answer(batch: Vec<Job>, done: impl IntoIterator<Item = Result<Done>>) {
    for (job, done) in batch.into_iter().zip(done) {
        // Whoever asked may be gone; what was committed stays.
        let _ = job.done.send(done);
    }
}

/// Commits works in one transaction. While another process writes, it waits: a page that was paid for is not dropped.
async fn commit(connection: &mut Connection, policy: &Policy, works: &[&Work]) -> Result<Vec<Done>> {
    loop {
        match try_commit(connection, policy, works).await {
            Err(error) if error.is_busy() => {
                tracing::warn!("another process holds the file's write lock; waiting for it");
                tokio::time::sleep(BUSY_WAIT).await;
            }
            result => return result,
        }
    }
}

async fn try_commit(connection: &mut Connection, policy: &Policy, works: &[&Work]) -> Result<Vec<Done>> {
    let mut transaction = begin(connection).await?;
    let mut done = Vec::with_capacity(works.len());
    for work in works {
        done.push(perform(&mut transaction, policy, work).await?);
    }
    transaction.commit().await?;
    Ok(done)
}

async fn perform(db: &mut Connection, policy: &Policy, work: &Work) -> Result<Done> {
    match work {
        Work::Claim {
            for_whom,
            at_most,
            now,
        } => Ok(Done::Claimed(
            claim::claim(db, policy, *for_whom, *at_most, *now).await?,
        )),
        Work::Report { finished, now } => Ok(Done::Applied(report::apply(db, policy, finished, *now).await?)),
        Work::Spent => ledger::spent_in_all(db).await.map(Done::Spent),
        Work::Balance { said, before, now } => {
            let reconciled = balance::put(db, said.units_left, said.rate, *before, *now).await?;
            if said.units_left > 0 {
                holds::lift(db, &Scope::All, Reason::NoFunds).await?;
            }
            Ok(Done::Reconciled(reconciled))
        }
        Work::Hold(hold) => holds::put(db, hold).await.map(|()| Done::Nothing),
        Work::IsBehind => balance::is_behind(db).await.map(Done::IsBehind),
        Work::Due(now) => renew::start_due(db, policy, *now).await.map(|_| Done::Nothing),
        Work::Seeds {
            harvest,
            readings,
            now,
        } => match harvests::find(db, harvest).await? {
            Some(id) => seeds::apply(db, policy, id, readings, *now)
                .await
                .map(Done::Seeds),
            None => Ok(Done::Nothing),
        },
        Work::Prune(retention, excess, now) => retention::prune(db, *retention, *excess, *now)
            .await
            .map(Done::Dropped),
        Work::Dictionary(trained, now) => dictionaries::keep(db, trained, *now)
            .await
            .map(|()| Done::Nothing),
        Work::Packed(packed) => packing::keep(db, packed).await.map(|_| Done::Nothing),
        Work::EndRun(id, now) => recover::end(db, *id, *now).await.map(|()| Done::Nothing),
    }
}
