//! `gleaner endpoints`: what can be asked, what it costs, how it pages, who uses it, and how it has answered so far.

use serde_json::{Value, json};

use super::arguments::Common;
use super::output::{self, line};
use super::{Exit, session};
use crate::config::Config;
use crate::endpoint::{Cost, Endpoint, Options};
use crate::endpoints;
use crate::kind::Kind;
use crate::store::endpoint_health::{self, Health};
use crate::store::holds::{self, Hold, Reason, Scope};
use crate::store::{connect, inspect};

/// What the file knows of the endpoints.
#[derive(Default)]
struct Known {
    health: Vec<Health>,
    holds: Vec<Hold>,
}

pub(crate) async fn run(common: &Common) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let config = &loaded.config;
    let known = known(config).await?;
    if common.json {
        let all: Vec<Value> = endpoints::ALL
            .iter()
            .map(|endpoint| as_json(endpoint, config, &known))
            .collect();
        output::json(&all)?;
        return Ok(Exit::Done);
    }
    let rows = endpoints::ALL.iter().map(|endpoint| {
        let health = known
            .health
            .iter()
            .find(|health| health.endpoint == endpoint.path);
        vec![
            endpoint.path.to_owned(),
            endpoint.kind.map_or("", Kind::name).to_owned(),
            units(endpoint.cost, config),
            match endpoint.cursor {
                Some(_) => endpoint.page_size.to_string(),
                None => format!("{}, one page", endpoint.page_size),
            },
            used_by(endpoint, config)
                .iter()
                .map(|(route, place)| format!("{route} {place}"))
                .collect::<Vec<_>>()
                .join(", "),
            health.map_or_else(|| "-".to_owned(), in_words),
            notes(endpoint, &known).join("; "),
        ]
    });
    line(output::table(
        &["endpoint", "collects", "units", "page", "route", "so far", "note"],
        rows,
    ));
    if !common.quiet {
        line("");
        line(
            "units: what a call is billed. page: items on a full page. route: [routes] in the config, and the place in it. \
             so far: requests, the share that brought a page, half of the pages came within, items on a page, items for a \
             unit, units for an item that its list had not shown before, lists that it showed only in part.",
        );
    }
    Ok(Exit::Done)
}

/// What the file holds; nothing where there is none yet.
async fn known(config: &Config) -> anyhow::Result<Known> {
    let path = connect::path_of(&config.database.url)?;
    if !path.exists() || inspect::is_empty(&path) {
        return Ok(Known::default());
    }
    let database = session::database(config, false).await?;
    Ok(Known {
        health: endpoint_health::all(database.readers()).await?,
        holds: holds::all(database.readers()).await?,
    })
}

/// The routes that name an endpoint, and its place in each, from 1.
fn used_by(endpoint: &Endpoint, config: &Config) -> Vec<(&'static str, usize)> {
    let routes = Kind::ALL.map(|kind| (kind.name(), config.routes.of(kind)));
    let by_name = ("profile_by_name", config.routes.profile_by_name.as_slice());
    let place = |paths: &[String]| {
        paths
            .iter()
            .position(|path| endpoints::find(path).is_some_and(|found| found.path == endpoint.path))
    };
    routes
        .into_iter()
        .chain([by_name])
        .filter_map(|(route, paths)| Some((route, place(paths)? + 1)))
        .collect()
}

/// What a call is billed, in words.
fn units(cost: Cost, config: &Config) -> String {
    let options = Options {
        amount: config.deprecated.amount,
        ..Options::default()
    };
    let units = cost.units(&options);
    match cost {
        Cost::Call(0) => "free".into(),
        Cost::Call(_) => units.to_string(),
        Cost::Checked { forced, .. } => format!("{units}, with force {forced}"),
        Cost::Amount { items_a_unit } => format!("{units}: 1 for each {items_a_unit} of amount"),
    }
}

fn in_words(health: &Health) -> String {
    let mut words = vec![
        output::number(health.requests),
        format!("{} %", health.good_percent),
    ];
    words.extend(health.median_ms.map(|ms| format!("{} ms", output::number(ms))));
    words.extend(health.items_a_page.map(|items| format!("{items} a page")));
    words.extend(health.items_a_unit.map(|items| format!("{items} a unit")));
    words.extend(
        health
            .units_a_new_item
            .map(|units| format!("{units} units a new item")),
    );
    if health.truncated > 0 {
        let (truncated, lists) = (health.truncated, health.truncated + health.clean);
        words.push(format!(
            "{} of {} lists cut",
            output::number(truncated),
            output::number(lists)
        ));
    }
    words.join(", ")
}

/// What a person should know before using it.
fn notes(endpoint: &Endpoint, known: &Known) -> Vec<String> {
    let mut notes: Vec<String> = held(endpoint, known)
        .map(|hold| match hold.reason {
            Reason::Retired => format!("retired (410) since {}", output::time(hold.since)),
            Reason::Overcharge => format!("held, {}", hold.detail),
            Reason::Paused => "paused".to_owned(),
            other => other.name().to_owned(),
        })
        .collect();
    notes.extend(
        endpoint
            .replaced_by
            .map(|path| format!("deprecated: the vendor names {path}")),
    );
    notes
}

fn held<'known>(endpoint: &Endpoint, known: &'known Known) -> impl Iterator<Item = &'known Hold> {
    let scope = Scope::Endpoint(endpoint.path.to_owned());
    known.holds.iter().filter(move |hold| hold.scope == scope)
}

fn as_json(endpoint: &Endpoint, config: &Config, known: &Known) -> Value {
    let options = Options {
        amount: config.deprecated.amount,
        ..Options::default()
    };
    let units = endpoint.cost.units(&options);
    let cost = match endpoint.cost {
        Cost::Call(units) => json!({ "rule": "call", "units": units }),
        Cost::Checked { forced, .. } => {
            json!({ "rule": "checked", "units": units, "units_with_force": forced })
        }
        Cost::Amount { items_a_unit } => json!({
            "rule": "amount", "units": units, "items_a_unit": items_a_unit, "amount": options.amount,
        }),
    };
    let used_by: Vec<Value> = used_by(endpoint, config)
        .iter()
        .map(|(route, place)| json!({ "route": route, "place": place }))
        .collect();
    let health = known
        .health
        .iter()
        .find(|health| health.endpoint == endpoint.path);
    let holds: Vec<&str> = held(endpoint, known).map(|hold| hold.reason.name()).collect();
    let variants: Vec<String> = endpoint.variants.iter().map(ToString::to_string).collect();
    json!({
        "path": endpoint.path, "kind": endpoint.kind, "units": units, "cost": cost,
        "page_size": endpoint.page_size, "cursor": endpoint.cursor, "cursor_source": endpoint.cursor_source,
        "variants": variants, "replaced_by": endpoint.replaced_by, "used_by": used_by, "holds": holds,
        "health": health,
    })
}
