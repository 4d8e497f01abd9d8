//! What the upstream said of the account, and whether it agrees with the ledger.

pub mod reckoning;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::ledger::Spent;
use crate::store::{Connection, Result, ledger};
use reckoning::{Look, Reckoning};

/// The account may show a bill a little later. An account that lost too little is believed only when nothing was sent for
/// so long, and a request that was given up may be billed for so long.
const SETTLES_WITHIN_MS: i64 = 2 * 60 * 1_000;

/// What one look at the account came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// There is nothing to compare it with.
    First,
    /// Account and ledger agree.
    Agrees,
    /// The account has more than before.
    ToppedUp,
    /// The account lost less than was billed.
    Less,
    /// The account lost units that the ledger knows nothing of.
    Drift,
}

impl Finding {
    /// The word for it in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Agrees => "agrees",
            Self::ToppedUp => "topped_up",
            Self::Less => "less",
            Self::Drift => "drift",
        }
    }
}

/// A look at the account beside the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// What it came to.
    pub finding: Finding,
    /// Units by which the account is off, not counting what was said before.
    pub difference: i64,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A look that was kept.
struct Kept {
    id: i64,
    at: Timestamp,
    look: Look,
    /// Whether later ones are compared with it.
    fixed: bool,
}

/// Which of those that were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Newest,
    NewestFixed,
}

/// Keeps the account's balance, and compares it with what the ledger says since the last time that nothing was in
/// flight. `before` is what was spent when the question was asked.
pub async fn put(
    db: &mut Connection,
    units_left: i64,
    rate: f64,
    before: Spent,
    answered_at: Timestamp,
) -> Result<Reconciled> {
    const SQL: &str = "
        insert into balance (id, units_left, rate, answered_at)
        values (1, $1, $2, $3)
        on conflict (id) do update set
            units_left = excluded.units_left,
            rate = excluded.rate,
            answered_at = excluded.answered_at";
    sqlx::query(SQL)
        .bind(units_left)
        .bind(rate)
        .bind(answered_at)
        .execute(&mut *db)
        .await?;
    let after = ledger::spent_in_all(&mut *db).await?;
    let look = Look {
        units_left,
        settled_before: before.settled,
        lost_before: before.lost,
        settled: after.settled,
        reserved: after.reserved,
        lost: after.lost,
    };
    let last = kept(db, Which::Newest).await?;
    // The balance is read again and again; what says the same as before is no row of its own.
    if let Some(last) = last.as_ref().filter(|last| last.fixed && last.look == look) {
        return Ok(Reconciled {
            finding: Finding::Agrees,
            difference: 0,
            since: Some(last.at),
        });
    }
    let rises = last.is_some_and(|last| units_left > last.look.units_left);
    let fixed = kept(db, Which::NewestFixed).await?;
    let reckoning = fixed.as_ref().map(|fixed| reckoning::between(&fixed.look, &look));
    let said = match &fixed {
        Some(fixed) => said_since(db, fixed.id).await?,
        None => 0,
    };
    let (finding, difference) = match &reckoning {
        None => (Finding::First, 0),
        Some(_) if rises => (Finding::ToppedUp, 0),
        Some(reckoning) if reckoning.outside > said => (Finding::Drift, reckoning.outside - said),
        Some(reckoning) if reckoning.outside < 0 => (Finding::Less, reckoning.outside),
        Some(_) => (Finding::Agrees, 0),
    };
    let has_one_number = reckoning.is_some_and(|reckoning| reckoning.least == reckoning.most);
    let is_fixed = match finding {
        Finding::First | Finding::ToppedUp => true,
        // What may have been billed in between may be shown yet.
        Finding::Agrees if !has_one_number => look.is_at_rest() && has_been_quiet(db, answered_at).await?,
        Finding::Agrees | Finding::Drift => look.is_at_rest() && !has_lost_of_late(db, answered_at).await?,
        Finding::Less => look.is_at_rest() && has_been_quiet(db, answered_at).await?,
    };
    let row = Row {
        since: fixed.as_ref().map(|fixed| fixed.id),
        reckoning,
        finding,
        difference,
        is_fixed,
    };
    // Nothing says that such an answer shows the newest bills.
    let kept = match finding {
        Finding::First | Finding::ToppedUp => {
            let of_late = of_late(db, answered_at).await?;
            Look {
                settled_before: (look.settled_before - of_late.settled).max(0),
                lost_before: (look.lost_before - of_late.lost).max(0),
                ..look
            }
        }
        Finding::Agrees | Finding::Less | Finding::Drift => look,
    };
    keep(db, &kept, &row, answered_at).await?;
    Ok(Reconciled {
        finding,
        difference,
        since: fixed.map(|fixed| fixed.at),
    })
}

/// What a look came to, as it is kept.
struct Row {
    since: Option<i64>,
    reckoning: Option<Reckoning>,
    finding: Finding,
    difference: i64,
    is_fixed: bool,
}

async fn keep(db: &mut Connection, look: &Look, row: &Row, answered_at: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into balances (
            run_id, answered_at, units_left, settled_before, lost_before, settled, reserved, lost, since, seen, least,
            most, difference, finding, fixed
        )
        values ((select max(id) from runs), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    sqlx::query(SQL)
        .bind(answered_at)
        .bind(look.units_left)
        .bind(look.settled_before)
        .bind(look.lost_before)
        .bind(look.settled)
        .bind(look.reserved)
        .bind(look.lost)
        .bind(row.since)
        .bind(row.reckoning.map(|reckoning| reckoning.seen))
        .bind(row.reckoning.map(|reckoning| reckoning.least))
        .bind(row.reckoning.map(|reckoning| reckoning.most))
        .bind(row.difference)
        .bind(row.finding.name())
        .bind(row.is_fixed)
        .execute(db)
        .await?;
    Ok(())
}

async fn kept(db: &mut Connection, which: Which) -> Result<Option<Kept>> {
    const NEWEST: &str = "
        select id, answered_at, units_left, settled_before, lost_before, settled, reserved, lost, fixed
        from balances
        order by id desc
        limit 1";
    const FIXED: &str = "
        select id, answered_at, units_left, settled_before, lost_before, settled, reserved, lost, fixed
        from balances
        where fixed = 1
        order by id desc
        limit 1";
    let sql = match which {
        Which::Newest => NEWEST,
        Which::NewestFixed => FIXED,
    };
    let row = sqlx::query(sql).fetch_optional(db).await?;
    Ok(row.map(|row| Kept {
        id: row.get(0),
        at: row.get(1),
        look: Look {
            units_left: row.get(2),
            settled_before: row.get(3),
            lost_before: row.get(4),
            settled: row.get(5),
            reserved: row.get(6),
            lost: row.get(7),
        },
        fixed: row.get(8),
    }))
}

/// What was said since that look of units that the ledger knows nothing of.
async fn said_since(db: &mut Connection, id: i64) -> Result<i64> {
    const SQL: &str = "
        select coalesce(sum(difference), 0)
        from balances
        where since = $1 and id > $1 and finding = 'drift'";
    Ok(sqlx::query_scalar(SQL).bind(id).fetch_one(db).await?)
}

/// Whether the last request left so long ago that the account shows it.
async fn has_been_quiet(db: &mut Connection, now: Timestamp) -> Result<bool> {
    let last = ledger::last_reserved_at(db).await?;
    Ok(last.is_none_or(|last| now - last >= SETTLES_WITHIN_MS))
}

/// Whether a request was given up so lately that it may be billed yet.
async fn has_lost_of_late(db: &mut Connection, now: Timestamp) -> Result<bool> {
    // More than that are not sent in the time.
    const SQL: &str = "
        select exists (
            select 1
            from (select state, answered_at from ledger order by id desc limit 5000)
            where state = 'lost' and answered_at > $1
        )";
    Ok(sqlx::query_scalar(SQL)
        .bind(now - SETTLES_WITHIN_MS)
        .fetch_one(db)
        .await?)
}

/// What was settled and lost so lately that the account may not show it yet.
async fn of_late(db: &mut Connection, now: Timestamp) -> Result<Spent> {
    // More than that are not sent in the time.
    const SQL: &str = "
        select
            coalesce(sum(units) filter (where state in ('settled', 'fenced')), 0),
            coalesce(sum(units) filter (where state = 'lost'), 0)
        from (select state, answered_at, units, reason from ledger order by id desc limit 5000)
        where answered_at > $1 and reason is not 'imported'";
    let row = sqlx::query(SQL)
        .bind(now - SETTLES_WITHIN_MS)
        .fetch_one(db)
        .await?;
    Ok(Spent {
        settled: row.get(0),
        reserved: 0,
        lost: row.get(1),
    })
}

/// The drifts since a moment: how many units in all, and when the last of them was seen.
pub async fn drifted<'c>(
    db: impl sqlx::SqliteExecutor<'c>,
    since: Timestamp,
) -> Result<Option<(i64, Timestamp)>> {
    const SQL: &str = "
        select coalesce(sum(difference), 0), max(answered_at)
        from balances
        where finding = 'drift' and answered_at >= $1";
    let row = sqlx::query(SQL).bind(since).fetch_one(db).await?;
    Ok(row.get::<Option<Timestamp>, _>(1).map(|at| (row.get(0), at)))
}

/// Whether anything was in flight when the account was last asked, or was sent since then.
pub(crate) async fn is_behind(db: &mut Connection) -> Result<bool> {
    let spent = ledger::spent_in_all(&mut *db).await?;
    let last = kept(db, Which::Newest).await?;
    Ok(last.is_none_or(|last| {
        let sums = (last.look.settled, last.look.reserved, last.look.lost);
        !last.look.is_at_rest() || sums != (spent.settled, spent.reserved, spent.lost)
    }))
}
