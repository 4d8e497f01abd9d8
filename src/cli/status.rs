//! `gleaner status`: what is done, what is left, what it cost, and why nothing moves if nothing does.

use super::arguments::Common;
use super::money::Price;
use super::output::{self, count, line, number};
use super::{Exit, progress, session};
use crate::config::Config;
use crate::setup;
use crate::store::approvals::{self, Approval};
use crate::store::holds::{Reason, Scope};
use crate::store::progress::{self as read, HarvestView, Overview};
use crate::why::{self, Situation};

pub(crate) async fn run(common: &Common) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let now = session::clock().now();
    let overview = read::overview(database.readers(), now).await?;
    let approvals = approvals::newest(database.readers()).await?;
    let working = database.is_in_use()?;
    let situation = Situation {
        holds: &overview.holds,
        harvests: &overview.harvests,
        tasks: overview.tasks,
        waiting: overview.waiting,
        without_limit: without_limit(&loaded.config, &overview),
        limit_reached: limit_reached(&loaded.config, &overview),
        gate_closed_until: None,
        working,
        now,
    };
    let why = why::sentence(&situation);
    if common.json {
        print_json(&loaded.config, &overview, &approvals, working, why.as_deref())?;
        return Ok(Exit::Done);
    }
    let price = Price::of(&loaded.config);
    for harvest in &overview.harvests {
        let state = match (state_of(harvest, &overview, working), harvest.finished_at) {
            ("finished", Some(at)) => format!("finished at {}", output::time(at)),
            (state, _) => state.replace('_', " "),
        };
        let limit = harvest
            .max_units
            .map_or_else(String::new, |units| format!(" of its {}", number(units)));
        line(format!(
            "harvest {}: {state}; {}, {}{limit}",
            harvest.name,
            count(harvest.targets, "target", "targets"),
            price.units(harvest.units),
        ));
        if let Some(approval) = approvals
            .iter()
            .find(|approval| approval.harvest_id == harvest.id)
        {
            line(approval_of(approval));
        }
        line(progress::table_of(harvest, price));
        line("");
    }
    let spent = overview.spent;
    line(format!(
        "units: {} settled, {} reserved, {} lost{}; {} today{}",
        number(spent.settled),
        number(spent.reserved),
        number(spent.lost),
        price
            .text(spent.total())
            .map_or_else(String::new, |money| format!(" = {money}")),
        number(overview.spent_today.total()),
        limits_of(&loaded.config),
    ));
    if let Some((units, rate, at)) = overview.balance {
        line(format!(
            "account: {} left, {rate} requests a second, as of {}",
            price.units(units),
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

/// One word for what a harvest does.
fn state_of(harvest: &HarvestView, overview: &Overview, working: bool) -> &'static str {
    let is_paused = overview.holds.iter().any(|hold| {
        hold.reason == Reason::Paused
            && (hold.scope == Scope::All || hold.scope == Scope::Harvest(harvest.id))
    });
    match harvest.max_units {
        _ if harvest.finished_at.is_some() => "finished",
        _ if is_paused => "paused",
        Some(limit) if harvest.units >= limit => "out_of_budget",
        _ if working => "under_way",
        _ => "stopped",
    }
}

/// The limits of the configuration, where there are any.
fn limits_of(config: &Config) -> String {
    let limit = |units: Option<i64>, of: &str| units.map(|units| format!("{} {of}", number(units)));
    let limits = [
        limit(config.budget.total, "in all"),
        limit(config.budget.per_day, "a day"),
    ];
    match limits.into_iter().flatten().collect::<Vec<_>>().join(", ") {
        limits if limits.is_empty() => limits,
        limits => format!("; limits: {limits}"),
    }
}

/// The unfinished harvests, where a limit is needed and none of them has any.
fn without_limit(config: &Config, overview: &Overview) -> Option<String> {
    if config.budget.total.is_some() || config.budget.per_day.is_some() || setup::is_loopback(config) {
        return None;
    }
    let unfinished: Vec<&HarvestView> = overview
        .harvests
        .iter()
        .filter(|harvest| harvest.finished_at.is_none())
        .collect();
    let names: Vec<&str> = unfinished.iter().map(|harvest| harvest.name.as_str()).collect();
    let none_has = unfinished.iter().all(|harvest| harvest.max_units.is_none());
    (none_has && !names.is_empty()).then(|| names.join(", "))
}

/// The limit that leaves no room for the cheapest request.
fn limit_reached(config: &Config, overview: &Overview) -> Option<(String, i64)> {
    let policy = setup::policy(config, false);
    let ready = overview.ready_endpoints.iter();
    let cheapest = ready
        .filter_map(|path| policy.step(path))
        .map(|step| step.units)
        .min();
    let cheapest = cheapest.unwrap_or(1);
    let reached = |limit: Option<i64>, spent: i64| limit.filter(|limit| spent + cheapest > *limit);
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

/// How the limit of a harvest came about, in a line.
fn approval_of(approval: &Approval) -> String {
    let foreseen = match (approval.expected, approval.high) {
        (Some(expected), Some(high)) => format!(
            "; the plan expected {} from there, at most {}",
            count(expected, "unit", "units"),
            number(high)
        ),
        _ => String::new(),
    };
    format!(
        "approved: {} at {} by {}, when {} were spent{foreseen}",
        count(approval.units, "unit", "units"),
        output::time(approval.at),
        approval.reason,
        number(approval.spent),
    )
}

fn print_json(
    config: &Config,
    overview: &Overview,
    approvals: &[Approval],
    working: bool,
    why: Option<&str>,
) -> anyhow::Result<()> {
    let harvests = overview.harvests.iter().map(|harvest| {
        let mut value = serde_json::to_value(harvest)?;
        value["state"] = state_of(harvest, overview, working).into();
        let approval = approvals
            .iter()
            .find(|approval| approval.harvest_id == harvest.id);
        value["approval"] = serde_json::to_value(approval)?;
        Ok(value)
    });
    let harvests = harvests.collect::<serde_json::Result<Vec<_>>>()?;
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
        "harvests": harvests,
        "tasks": overview.tasks,
        "waiting": overview.waiting,
        "holds": holds,
        "units": {
            "settled": overview.spent.settled, "reserved": overview.spent.reserved, "lost": overview.spent.lost,
            "today": overview.spent_today.total(),
            "money": Price::of(config).amount(overview.spent.total()),
            "limit": config.budget.total, "limit_per_day": config.budget.per_day,
        },
        "balance": balance,
        "last_request_at": overview.last_request_at,
        "working": working,
        "why": why,
    }))
}
