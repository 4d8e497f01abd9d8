//! The ledger beside the upstream's own record: every arrival has its row, and every row is one arrival at most.

use std::collections::HashMap;

use gleaner::mock::{Arrival, Upstream};
use sqlx::Row as _;

use crate::program::{Program, unix_ms};

/// Where the upstream's clock stands in the ledger's time.
pub(super) struct Books {
    opened_at: i64,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// Billed requests that arrived.
    pub(super) arrivals: usize,
    /// Of these, those whose answer never reached the tables.
    pub(super) lost_arrivals: usize,
    /// Units of the requests that were answered.
    pub(super) settled_units: i64,
    /// Deaths with at least one request in flight that had arrived.
    pub(super) deaths_in_flight: usize,
    /// Requests, arrived or not, that were written off at one death.
    pub(super) most_lost_at_once: usize,
}

/// A row of the ledger.
struct Entry {
    state: String,
    units: i64,
    reason: Option<String>,
    reserved_at: i64,
    answered_at: i64,
    arrivals: usize,
}

/// What a request asks: endpoint, target, and the hash of its cursor.
type Question = (String, String, Option<i64>);

impl Books {
    /// To be called right after the upstream's start.
    pub(super) fn open() -> Self {
        Self { opened_at: unix_ms() }
    }

    /// Finds the ledger's row of every arrival, and compares the sums.
    pub(super) async fn compare(&self, program: &Program, upstream: &Upstream) -> Matched {
        let mut entries = entries(program).await;
        let mut matched = Matched::default();
        let mut lost_at: HashMap<i64, (usize, usize)> = HashMap::new();
        for arrival in upstream.arrivals() {
            if arrival.path == "/sys/balance" {
                continue;
            }
            matched.arrivals += 1;
            // The last claim of this question before the request came: the next one is a restart later.
            // Both clocks were cut to the millisecond, and a restart takes many.
            let at = self.opened_at + i64::try_from(arrival.at_us / 1_000).unwrap() + 5;
            let question = question(&arrival);
            let claims = entries
                .get_mut(&question)
                .unwrap_or_else(|| panic!("no row for {arrival:?}"));
            let times: Vec<i64> = claims.iter().map(|entry| entry.reserved_at - at).collect();
            let entry = claims.iter_mut().rev().find(|entry| entry.reserved_at <= at);
            entry
                .unwrap_or_else(|| panic!("no row yet for {arrival:?}: {times:?} ms away"))
                .arrivals += 1;
        }
        let mut lost_units = 0;
        for entry in entries.values().flatten() {
            match entry.state.as_str() {
                "settled" => {
                    assert_eq!(entry.arrivals, 1, "an answer has a question");
                    matched.settled_units += entry.units;
                }
                "lost" => {
                    assert!(
                        entry.arrivals <= 1,
                        "each time that a page is bought has its own row"
                    );
                    assert_eq!(entry.reason.as_deref(), Some("in flight when the process died"));
                    matched.lost_arrivals += entry.arrivals;
                    lost_units += entry.units * i64::try_from(entry.arrivals).unwrap();
                    let death = lost_at.entry(entry.answered_at).or_default();
                    death.0 += 1;
                    death.1 += entry.arrivals;
                }
                other => panic!("a row is {other}"),
            }
        }
        assert_eq!(
            matched.settled_units + lost_units,
            upstream.meter(),
            "the ledger is the meter"
        );
        assert_sums(program).await;
        matched.most_lost_at_once = lost_at.values().map(|death| death.0).max().unwrap_or(0);
        matched.deaths_in_flight = lost_at.values().filter(|death| death.1 > 0).count();
        matched
    }
}

async fn entries(program: &Program) -> HashMap<Question, Vec<Entry>> {
    const SQL: &str = "
        select endpoint, target, cursor_hash, state, units, reason, reserved_at, answered_at
        from ledger
        order by id";
    let database = program.database().await;
    let rows = sqlx::query(SQL).fetch_all(database.readers()).await.unwrap();
    let mut entries: HashMap<Question, Vec<Entry>> = HashMap::new();
    for row in rows {
        let entry = Entry {
            state: row.get(3),
            units: row.get(4),
            reason: row.get(5),
            reserved_at: row.get(6),
            answered_at: row.get(7),
            arrivals: 0,
        };
        // A name is a target with its `@`; the upstream is asked without.
        let target = row.get::<&str, _>(1).trim_start_matches('@').to_owned();
        entries
            .entry((row.get(0), target, row.get(2)))
            .or_default()
            .push(entry);
    }
    entries
}

fn question(arrival: &Arrival) -> Question {
    let cursor = arrival.cursor.as_deref().map(hash);
    (arrival.path.clone(), arrival.target.clone(), cursor)
}

/// FNV-1a, as the ledger keeps cursors.
fn hash(cursor: &str) -> i64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    i64::from_ne_bytes(cursor.bytes().fold(0xcbf2_9ce4_8422_2325, step).to_ne_bytes())
}

/// The sums that limits are checked against are those of the rows.
async fn assert_sums(program: &Program) {
    const SUMS: &str = "
        select count(*)
        from spend as s
        join (
            select
                sum(units * (state in ('settled', 'fenced'))) as settled,
                sum(reserved * (state = 'reserved')) as reserved,
                sum(units * (state = 'lost')) as lost
            from ledger
        ) as l on l.settled = s.settled and l.reserved = s.reserved and l.lost = s.lost
        where s.scope = 'all' and l.reserved = 0";
    assert_eq!(program.number(SUMS).await, 1, "the running sums are the ledger's");
}
