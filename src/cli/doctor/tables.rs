//! The tables: what is true of every file, and what waits for a person.

use std::path::Path;

use super::finding::Finding;
use crate::cli::output::{self, count};
use crate::store::holds::{self, Reason, Scope};
use crate::store::inspect;
use crate::store::invariants::{self, Broken};
use crate::store::progress;

const AREA: &str = "tables";

/// Checks the invariants of a file of the newest schema, and looks at its holds and parked tasks.
pub(super) async fn examine(path: &Path, working: bool, all_rows: bool) -> anyhow::Result<Vec<Finding>> {
    let pool = inspect::readers(path).await?;
    let checked = invariants::check(&pool, invariants::Scope { working, all_rows }).await?;
    let mut findings: Vec<Finding> = checked.broken.iter().map(broken).collect();
    let sound = checked.asked - checked.broken.len();
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let hold = format!(
        "{sound} of {} hold",
        count(number(checked.asked), "invariant", "invariants")
    );
    findings.push(Finding::ok(AREA, hold));
    if checked.not_at_rest > 0 {
        let left_out = count(number(checked.not_at_rest), "other is", "others are");
        let what = format!("{left_out} not asked while a gleaner works on the file");
        findings.push(Finding::ok(AREA, what));
    }
    if checked.too_long > 0 {
        let left_out = count(number(checked.too_long), "other reads", "others read");
        let what = format!("{left_out} every row, and so asked only with --thorough");
        findings.push(Finding::ok(AREA, what));
    }
    findings.extend(holds::all(&pool).await?.iter().filter_map(held));
    let parked = progress::task_counts(&pool).await?.parked;
    if parked > 0 {
        findings.push(Finding::warning(
            AREA,
            format!(
                "{} parked; what was bought is kept",
                count(parked, "task is", "tasks are")
            ),
            "see why: gleaner tasks --state parked; then ask again: gleaner tasks retry --all",
        ));
    }
    pool.close().await;
    Ok(findings)
}

fn broken(broken: &Broken) -> Finding {
    Finding::problem(
        AREA,
        format!(
            "not true: {}; {} against it: {}",
            broken.claim,
            count(broken.rows, "row speaks", "rows speak"),
            output::printable(&broken.examples.join("; "))
        ),
        "copy the file with its -wal before anything else runs on it, and report it with this text: nothing here names a \
         person. Was it changed by another program? Then put back the copy from before",
    )
}

fn held(hold: &holds::Hold) -> Option<Finding> {
    let Scope::Endpoint(path) = &hold.scope else {
        return None;
    };
    match hold.reason {
        Reason::Retired => Some(Finding::warning(
            AREA,
            format!(
                "{path} is retired since {}: the next endpoint of its route is asked instead",
                output::time(hold.since)
            ),
            format!("take it out of [routes]; if it is back: gleaner resume {path}"),
        )),
        Reason::Overcharge => Some(Finding::problem(
            AREA,
            format!("{path} is held: {}", hold.detail),
            format!("see the bill: gleaner sql \"select * from overcharges\"; then: gleaner resume {path}"),
        )),
        _ => None,
    }
}
