//! A plan as people and scripts read it.

use serde_json::{Value, json};

use super::{Planned, time};
use crate::cli::arguments::Common;
use crate::cli::money::Price;
use crate::cli::output::{self, count, line, number, wait};
use crate::config::Config;
use crate::plan::{Forecast, Line, SeedLine, Total, Whole};

/// So many of a kind are named one by one.
const NAMED: usize = 10;

/// Prints all plans.
pub(super) fn all(
    common: &Common,
    config: &Config,
    planned: &[Planned],
    rate: f64,
    by_seed: bool,
) -> anyhow::Result<()> {
    let price = Price::of(config);
    if common.json {
        let plans: Vec<Value> = planned.iter().map(|one| json_of(one, price, rate)).collect();
        let total = sum(planned);
        return output::json(&json!({
            "plans": plans,
            "total": total_of(total, price, rate),
            "requests_a_second": rate,
            "unit_price": price.0,
        }));
    }
    for one in planned {
        text_of(one, price, rate, by_seed);
    }
    if planned.len() > 1 {
        let total = sum(planned);
        line(format!(
            "All {}: {}, about {}.",
            count(
                i64::try_from(planned.len()).unwrap_or(i64::MAX),
                "harvest",
                "harvests"
            ),
            band(total.units, price),
            wait(time(total.requests.expected, rate)),
        ));
    }
    Ok(())
}

fn sum(planned: &[Planned]) -> Total {
    let totals = || planned.iter().map(|one| one.forecast.total);
    Total {
        requests: totals().map(|total| total.requests).sum(),
        units: totals().map(|total| total.units).sum(),
    }
}

/// `about 27 units = 0.03, from 24 to 31`.
pub(super) fn band(units: Whole, price: Price) -> String {
    if units.low == units.high {
        return price.units(units.expected);
    }
    format!(
        "about {}, from {} to {}",
        price.units(units.expected),
        number(units.low),
        number(units.high)
    )
}

fn money(units: Whole, price: Price) -> Option<Value> {
    price.0.map(|_| {
        json!({
            "low": price.amount(units.low), "expected": price.amount(units.expected), "high": price.amount(units.high),
        })
    })
}

fn total_of(total: Total, price: Price, rate: f64) -> Value {
    json!({
        "requests": total.requests,
        "units": total.units,
        "money": money(total.units, price),
        "seconds": time(total.requests.expected, rate).as_secs(),
    })
}

fn json_of(planned: &Planned, price: Price, rate: f64) -> Value {
    let Forecast {
        lines,
        total,
        basis,
        seeds,
        truncated,
        again,
        unknown,
        notes,
        unreached,
    } = &planned.forecast;
    let kinds: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "kind": line.kind, "depth": line.depth, "lists": line.lists, "requests": line.requests,
                "units": line.units, "money": money(line.units, price),
                "seconds": time(line.requests.expected, rate).as_secs(),
            })
        })
        .collect();
    let rejected: Vec<String> = planned.rejected.iter().map(ToString::to_string).collect();
    json!({
        "harvest": planned.spec.name,
        "configured": planned.is_configured,
        "seeds": seeds.len(),
        "kinds": kinds,
        "total": total_of(*total, price, rate),
        "basis": basis,
        "by_seed": seeds,
        "truncated": truncated,
        "again": again,
        "unknown": unknown,
        "notes": notes,
        "unreached": unreached,
        "limits": planned.limits,
        "bought": {
            "profiles": planned.bought.profiles, "units": planned.bought.units, "left": planned.bought.left,
            "ended": planned.bought.ending.name(),
        },
        "rejected_seeds": rejected,
    })
}

fn text_of(planned: &Planned, price: Price, rate: f64, by_seed: bool) {
    let forecast = &planned.forecast;
    line(format!(
        "Harvest {}: {}.",
        planned.spec.name,
        standing(&forecast.seeds)
    ));
    if forecast.lines.is_empty() {
        line("Nothing is left to buy: all of it is there and fresh.");
    } else {
        line(table_of(planned, price, rate));
        line(format!(
            "In all {}; {} at {rate} requests a second.",
            band(forecast.total.units, price),
            wait(time(forecast.total.requests.expected, rate))
        ));
    }
    if by_seed && !forecast.seeds.is_empty() {
        line(by_seed_of(&forecast.seeds, price));
    }
    let bought = planned.bought;
    if bought.profiles > 0 {
        line(format!(
            "The plan itself bought {} for {}; the harvest does not buy them again.",
            count(bought.profiles, "profile", "profiles"),
            price.units(bought.units)
        ));
    }
    for text in remarks(planned, price) {
        line(text);
    }
    line("");
}

/// How many seeds there are, and how they stand.
fn standing(seeds: &[SeedLine]) -> String {
    let many = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let mut text = count(many(seeds.len()), "seed", "seeds");
    for (state, word) in [
        ("private", "private"),
        ("gone", "gone"),
        ("not_found", "not found"),
        ("repeated", "named twice"),
        ("unknown", "of unknown size"),
    ] {
        let with = seeds.iter().filter(|seed| seed.state == state).count();
        if with > 0 {
            text = format!("{text}, {} {word}", number(many(with)));
        }
    }
    text
}

fn table_of(planned: &Planned, price: Price, rate: f64) -> String {
    let basis = &planned.forecast.basis;
    let row = |line: &Line| {
        let endpoint = basis.iter().find(|basis| basis.kind == line.kind);
        let name = if line.depth == 1 {
            line.kind.name().to_owned()
        } else {
            format!("{} (found users)", line.kind)
        };
        let mut row = vec![
            name,
            endpoint.map_or_else(String::new, |basis| basis.endpoint.clone()),
            number(line.lists.expected),
            number(line.requests.expected),
            number(line.units.expected),
            number(line.units.low),
            number(line.units.high),
        ];
        row.extend(price.text(line.units.expected));
        row.push(wait(time(line.requests.expected, rate)));
        row
    };
    let mut header = vec![
        "kind", "endpoint", "lists", "requests", "units", "at least", "at most",
    ];
    header.extend(price.0.map(|_| "money"));
    header.push("time");
    output::table(&header, planned.forecast.lines.iter().map(row))
}

fn by_seed_of(seeds: &[SeedLine], price: Price) -> String {
    let row = |seed: &SeedLine| {
        let kinds: Vec<String> = seed
            .kinds
            .iter()
            .map(|(kind, units)| format!("{} {kind}", number(units.expected)))
            .collect();
        let mut row = vec![
            seed.seed.clone(),
            seed.username.clone().unwrap_or_default(),
            seed.state.replace('_', " "),
            number(seed.units.expected),
            number(seed.units.low),
            number(seed.units.high),
        ];
        row.extend(price.text(seed.units.expected));
        row.push(kinds.join(", "));
        row
    };
    let mut header = vec!["seed", "username", "state", "units", "at least", "at most"];
    header.extend(price.0.map(|_| "money"));
    header.push("of which");
    output::table(&header, seeds.iter().map(row))
}

/// What the figures rest on, and what they leave out.
fn remarks(planned: &Planned, price: Price) -> Vec<String> {
    let forecast = &planned.forecast;
    let mut texts: Vec<String> = basis(forecast).into_iter().collect();
    if !forecast.again.is_empty() {
        let lists = count(
            forecast.again.iter().map(|again| again.lists).sum(),
            "list is",
            "lists are",
        );
        let kinds = forecast.again.iter();
        texts.push(format!(
            "{lists} read again, because they are due: {}.",
            some(kinds.map(|again| format!("{} {}", number(again.lists), again.kind)))
        ));
    }
    if !forecast.unknown.is_empty() {
        texts.push(format!(
            "Of unknown size, and foretold by what is usual, from nothing to five times that: {}.",
            some(forecast.unknown.iter().cloned())
        ));
    }
    if !forecast.truncated.is_empty() {
        let lists = forecast.truncated.iter();
        texts.push(format!(
            "Likely shown only in part: {}. The rule: {}.",
            some(lists.map(|list| {
                let (of, shows) = (number(list.counter), number(list.shows));
                format!("{} of {} ({shows} of {of})", list.kind, list.seed)
            })),
            forecast.truncated[0].because
        ));
    }
    texts.extend(forecast.notes.iter().map(|note| format!("Not foreseen: {note}.")));
    let limits = planned.limits;
    if let Some(room) = limits.room {
        let mut text = format!("The limits leave {}", price.units(room));
        if forecast.unreached.is_empty() {
            text.push_str(if room < forecast.total.units.high {
                "; that is enough for what is expected, not for the most that it can be."
            } else {
                "; that is enough."
            });
        } else {
            let unreached = forecast.unreached.iter().map(|missed| {
                let (lists, of) = (number(missed.lists), number(missed.of));
                let seeds = missed.seeds.map_or_else(String::new, |seeds| {
                    format!(" ({})", count(seeds, "seed", "seeds"))
                });
                let found = if missed.depth > 1 { " of found users" } else { "" };
                format!("{lists} of {of} {}{found}{seeds}", missed.kind)
            });
            text = format!("{text}. Not reached: {}.", some(unreached));
        }
        texts.push(text);
    } else {
        texts.push("No limit is set: `gleaner plan --approve UNITS` with the same words sets one.".into());
    }
    if let Some(per_day) = limits
        .per_day
        .filter(|per_day| *per_day > 0 && *per_day < forecast.total.units.expected)
    {
        let days = (forecast.total.units.expected + per_day - 1) / per_day;
        let days = count(days, "day", "days");
        texts.push(format!(
            "With {} a day it takes about {days}.",
            price.units(per_day)
        ));
    }
    if let Some(account) = limits
        .account
        .filter(|units| *units < forecast.total.units.expected)
    {
        texts.push(format!("The account has only {} left.", price.units(account)));
    }
    if planned.bought.left > 0 {
        texts.push(planned.bought.ending.sentence(planned.bought.left));
    }
    texts
}

/// Where page sizes and ratios come from.
fn basis(forecast: &Forecast) -> Option<String> {
    let shown = |kind| forecast.lines.iter().any(|line| line.kind == kind);
    let (mut measured, mut assumed) = (Vec::new(), Vec::new());
    for basis in forecast.basis.iter().filter(|basis| shown(basis.kind)) {
        let is_paged = basis.page_size > 1.0 && basis.measured_pages > 0;
        match (basis.measured_groups, is_paged) {
            (Some(0), _) | (None, false) => assumed.push(basis.kind.name()),
            _ => measured.push(basis.kind.name()),
        }
    }
    let mut parts = Vec::new();
    if !measured.is_empty() {
        parts.push(format!("{} on what this file measured", measured.join(", ")));
    }
    if !assumed.is_empty() {
        parts.push(format!(
            "{} on the registry's page sizes and usual ratios",
            assumed.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| format!("The figures rest for {}.", parts.join(", for ")))
}

/// The first of them, and how many more.
fn some(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    let mut text = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > NAMED {
        text = format!("{text}, and {} more", all.len() - NAMED);
    }
    text
}
