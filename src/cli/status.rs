//! `gleaner status`: what is done, what is left, what it cost, and why nothing moves if nothing does.

use super::arguments::Common;
use super::output::{self, line, number};
use super::{Exit, progress, session};
use crate::config::Config;
use crate::store::progress::{self as read, Overview};
use crate::why::{self, Situation};

pub(crate) async fn run(common: &Common) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let now = session::clock().now();
    let overview = read::overview(database.readers(), now).await?;
    let working = database.is_in_use()?;
    let situation = Situation {
        holds: &overview.holds,
        tasks: overview.tasks,
        limit_reached: limit_reached(&loaded.config, &overview),
        gate_closed_until: None,
        working,
        now,
    };
    let why = why::sentence(&situation);
    if common.json {
        print_json(&overview, working, why.as_deref())?;
        return Ok(Exit::Done);
    }
    for harvest in &overview.harvests {
        let state = match harvest.finished_at {
            Some(at) => format!("finished at {}", output::time(at)),
            None => "under way".into(),
        };
        let limit = harvest
            .max_units
            .map_or_else(String::new, |units| format!(" of {}", number(units)));
        line(format!(
            "harvest {}: {state}; {} targets, {}{limit} units",
            harvest.name,
            number(harvest.targets),
            number(harvest.units),
        ));
        line(progress::table_of(harvest));
        line("");
    }
    let spent = overview.spent;
    line(format!(
        "units: {} settled, {} reserved, {} lost; {} today",
        number(spent.settled),
        number(spent.reserved),
        number(spent.lost),
        number(overview.spent_today.total()),
    ));
    if let Some((units, rate, at)) = overview.balance {
        line(format!(
            "account: {} units left, {rate} requests a second, as of {}",
            number(units),
            output::time(at)
        ));
    }
    let tasks = overview.tasks;
    line(format!(
        "tasks: {} ready, {} waiting, {} in flight, {} parked",
        number(tasks.ready),
        number(tasks.waiting),
        number(tasks.leased),
        number(tasks.parked),
    ));
    line(why.unwrap_or_else(|| "working".into()));
    Ok(Exit::Done)
}

/// The limit that leaves no room for the cheapest request.
fn limit_reached(config: &Config, overview: &Overview) -> Option<(String, i64)> {
    let reached = |limit: Option<i64>, spent: i64| limit.filter(|limit| spent >= *limit);
    if let Some(units) = reached(config.budget.total, overview.spent.total()) {
        return Some(("[budget] total".into(), units));
    }
    if let Some(units) = reached(config.budget.per_day, overview.spent_today.total()) {
        return Some(("[budget] per_day".into(), units));
    }
    let unfinished: Vec<_> = overview
        .harvests
        .iter()
        .filter(|harvest| harvest.finished_at.is_none())
        .collect();
    let spent_up = unfinished
        .iter()
        .find(|harvest| reached(harvest.max_units, harvest.units).is_some())?;
    let all = unfinished
        .iter()
        .all(|harvest| reached(harvest.max_units, harvest.units).is_some());
    all.then(|| {
        (
            format!("harvest {}", spent_up.name),
            spent_up.max_units.unwrap_or(0),
        )
    })
}

fn print_json(overview: &Overview, working: bool, why: Option<&str>) -> anyhow::Result<()> {
    let holds: Vec<_> = overview
        .holds
        .iter()
        .map(|hold| {
            serde_json::json!({
                "scope": hold.scope.to_string(), "reason": hold.reason.name(), "detail": hold.detail,
                "since": hold.since, "until": hold.until,
            })
        })
        .collect();
    let balance = overview
        .balance
        .map(|(units, rate, at)| serde_json::json!({ "units_left": units, "rate": rate, "answered_at": at }));
    output::json(&serde_json::json!({
        "harvests": overview.harvests,
        "tasks": overview.tasks,
        "holds": holds,
        "units": {
            "settled": overview.spent.settled, "reserved": overview.spent.reserved, "lost": overview.spent.lost,
            "today": overview.spent_today.total(),
        },
        "balance": balance,
        "last_request_at": overview.last_request_at,
        "working": working,
        "why": why,
    }))
}
