//! `gleaner status`: what is done, what is left, what it cost, and why nothing moves if nothing does.

use super::arguments::Common;
use super::money::Price;
use super::output::{self, count, line, number};
use super::{Exit, drift, limits, progress, session};
use crate::config::Config;
use crate::setup;
use crate::store::approvals::{self, Approval};
use crate::store::holds::{Reason, Scope};
use crate::store::limits::{self as limited, Standing};
use crate::store::progress::{self as read, HarvestView, Overview};
use crate::why::{self, Situation};

pub(crate) async fn run(common: &Common) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let now = session::clock().now();
    let overview = read::overview(database.readers(), now).await?;
    let approvals = approvals::newest(database.readers()).await?;
    let working = database.is_in_use()?;
    let limits = limits::standing(&loaded.config, database.readers(), working, now).await?;
    let drift = drift::recent(database.readers(), now).await?;
    let situation = Situation {
        holds: &overview.holds,
        harvests: &overview.harvests,
        tasks: overview.tasks,
        waiting: overview.waiting,
        without_limit: without_limit(&loaded.config, &overview, &limits),
        limit_reached: limit_reached(&loaded.config, &overview, &limits),
        gate_closed_until: None,
        working,
        now,
    };
    let why = why::sentence(&situation);
    if common.json {
        let beside = Beside {
            limits: &limits,
            approvals: &approvals,
            drift,
            working,
            why: why.as_deref(),
        };
        print_json(&loaded.config, &overview, &beside)?;
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
        match limits::in_words(&limits) {
            words if words.is_empty() => words,
            words => format!("; {words}"),
        },
    ));
    if let Some((units, rate, at)) = overview.balance {
        line(format!(
            "account: {} left, {rate} requests a second, as of {}",
            price.units(units),
            output::time(at)
        ));
    }
    if let Some(drift) = drift {
        line(drift.sentence());
    }
    let tasks = overview.tasks;
    line(format!(
        "tasks: {} ready, {} waiting, {} in flight, {} parked",
        number(tasks.ready),
        number(tasks.waiting),
        number(tasks.leased),
        number(tasks.parked),
    ));
    let is_paused = overview
        .holds
        .iter()
        .any(|hold| hold.reason == Reason::Paused && hold.scope == Scope::All);
    if is_paused && !why.as_deref().is_some_and(|why| why.contains("paused")) {
        line("everything is paused: nothing is sent before `gleaner resume`");
    }
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

/// The unfinished harvests, where a limit is needed and none of them has any.
fn without_limit(config: &Config, overview: &Overview, limits: &[Standing]) -> Option<String> {
    let is_common = |limit: &Standing| limit.scope != limited::Scope::Harvest && limit.limit.is_some();
    if limits.iter().any(is_common) || setup::is_loopback(config) {
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

/// The limit that nothing more fits into.
fn limit_reached<'a>(config: &Config, overview: &Overview, limits: &'a [Standing]) -> Option<&'a Standing> {
    let unfinished = overview
        .harvests
        .iter()
        .filter(|harvest| harvest.finished_at.is_none());
    let names: Vec<&str> = unfinished.map(|harvest| harvest.name.as_str()).collect();
    limits::reached(
        limits,
        &setup::policy(config, false),
        &overview.ready_endpoints,
        &names,
    )
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

/// What is told beside the overview.
struct Beside<'a> {
    limits: &'a [Standing],
    approvals: &'a [Approval],
    drift: Option<drift::Drift>,
    working: bool,
    why: Option<&'a str>,
}

fn print_json(config: &Config, overview: &Overview, beside: &Beside<'_>) -> anyhow::Result<()> {
    let limit = |scope| {
        let found = beside.limits.iter().find(|limit| limit.scope == scope);
        found.and_then(|limit| limit.limit)
    };
    let harvests = overview.harvests.iter().map(|harvest| {
        let mut value = serde_json::to_value(harvest)?;
        value["state"] = state_of(harvest, overview, beside.working).into();
        let approval = beside
            .approvals
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
            "limit": limit(limited::Scope::Total), "limit_per_day": limit(limited::Scope::Day),
            "limits": beside.limits, "drift": beside.drift.map(drift::Drift::json),
        },
        "balance": balance,
        "last_request_at": overview.last_request_at,
        "working": beside.working,
        "why": beside.why,
    }))
}
