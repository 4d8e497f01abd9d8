//! `gleaner budget`: the limits of units and what is left of each, and new ones for whoever works on the file.

use clap::{Args, Subcommand};
use sqlx::SqlitePool;

use super::arguments::Common;
use super::money::Price;
use super::output::{self, count, line, number};
use super::{Exit, drift, limits, session};
use crate::config::Config;
use crate::setup;
use crate::store::budgets::{self, Change};
use crate::store::limits::{Scope, Standing};
use crate::store::{begin, progress};

/// How many of the newest changes are shown.
const CHANGES: i64 = 5;

#[derive(Debug, Args)]
pub(crate) struct Budget {
    #[command(subcommand)]
    command: Option<BudgetCommand>,
}

#[derive(Debug, Subcommand)]
enum BudgetCommand {
    /// Set limits; whoever works on the file follows them from its next request on.
    Set {
        /// total=N (in all), per_day=N (of UTC), per_run=N (each command, each life of the daemon), harvest:NAME=N. In place
        /// of N: `none` lifts the limit, `config` takes back what was set here.
        #[arg(value_name = "LIMIT=UNITS", required = true)]
        limits: Vec<String>,
    },
}

pub(crate) async fn run(common: &Common, arguments: Budget) -> anyhow::Result<Exit> {
    match arguments.command {
        None => show(common).await,
        Some(BudgetCommand::Set { limits }) => set(common, &limits).await,
    }
}

async fn show(common: &Common) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let (pool, now) = (database.readers(), session::clock().now());
    let working = database.is_in_use()?;
    let limits = limits::standing(&loaded.config, pool, working, now).await?;
    let changes = budgets::changes(pool, CHANGES).await?;
    let balance = progress::balance(pool).await?;
    let drift = drift::recent(pool, now).await?;
    if common.json {
        output::json(&serde_json::json!({
            "limits": limits,
            "changes": changes,
            "balance": balance.map(|(units, rate, at)| {
                serde_json::json!({ "units_left": units, "rate": rate, "answered_at": at })
            }),
            "drift": drift.map(drift::Drift::json),
            "working": working,
        }))?;
        return Ok(Exit::Done);
    }
    let price = Price::of(&loaded.config);
    let names = Names::read(&limits);
    let rows = limits.iter().map(|limit| {
        let units = |units: Option<i64>| units.map_or_else(|| "none".into(), number);
        vec![
            limit.name.clone(),
            units(limit.limit),
            price.text(limit.spent).map_or_else(
                || number(limit.spent),
                |money| format!("{} = {money}", number(limit.spent)),
            ),
            limit.left.map_or_else(|| "-".into(), number),
            limit
                .until
                .filter(|_| limit.limit.is_some())
                .map_or_else(|| "-".into(), output::time),
            said_by(limit),
        ]
    });
    line(output::table(
        &["limit", "units", "spent", "left", "until", "said by"],
        rows,
    ));
    if let Some((units, _, at)) = balance {
        line(format!(
            "account: {} left as of {}",
            price.units(units),
            output::time(at)
        ));
    }
    if let Some(drift) = drift {
        line(drift.sentence());
    }
    if !changes.is_empty() {
        line("the newest changes:");
    }
    for change in &changes {
        line(format!("  {}", in_words(change, &names)));
    }
    Ok(Exit::Done)
}

/// What limits are called, by their keys in the tables.
struct Names<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Names<'a> {
    fn read(limits: &'a [Standing]) -> Self {
        let names = limits.iter();
        Self(
            names
                .map(|limit| (limit.key.as_str(), limit.name.as_str()))
                .collect(),
        )
    }

    fn of<'b>(&'b self, key: &'b str) -> &'b str {
        let found = self.0.iter().find(|(known, _)| *known == key);
        found.map_or(key, |(_, name)| name)
    }
}

/// A change in one line.
fn in_words(change: &Change, names: &Names<'_>) -> String {
    let units = |units: Option<i64>| units.map_or_else(|| "none".into(), number);
    format!(
        "{}: {} from {} to {} by {}; {} spent",
        output::time(change.at),
        names.of(&change.scope),
        units(change.from_units),
        units(change.to_units),
        match change.said_by.as_str() {
            "command" => "`gleaner budget set`",
            _ => "the configuration or an option",
        },
        count(change.spent, "unit was", "units were"),
    )
}

/// Whose word holds, and what the other word is.
fn said_by(limit: &Standing) -> String {
    let in_config = |units: Option<i64>| match units {
        Some(units) => format!("config says {}", number(units)),
        None => "config sets none".into(),
    };
    let Some((command, at)) = limit.command.zip(limit.set_at) else {
        return match limit.configured {
            // What a harvest is given stands in one place, whoever gave it.
            Some(_) if limit.scope == Scope::Harvest => "config, option or plan".into(),
            Some(_) => "config".into(),
            None => "-".into(),
        };
    };
    let set = format!("command of {}", output::time(at));
    if command.over == limit.configured {
        return format!("{set} ({})", in_config(limit.configured));
    }
    let said = command
        .units
        .map_or_else(|| "lifted it".into(), |units| format!("said {}", number(units)));
    format!(
        "the lower of two: {set} {said}, {} since",
        in_config(limit.configured)
    )
}

async fn set(common: &Common, wanted: &[String]) -> anyhow::Result<Exit> {
    let wanted = wanted
        .iter()
        .map(|text| parse(text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let now = session::clock().now();
    let working = database.is_in_use()?;
    let before = limits::standing(&loaded.config, database.readers(), working, now).await?;
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    for (name, said) in &wanted {
        let limit = before
            .iter()
            .find(|limit| limit.name == *name)
            .ok_or_else(|| unknown(name))?;
        match said {
            Said::Units(units) => budgets::set(&mut transaction, limit, *units, now).await?,
            Said::AsConfigured => budgets::unset(&mut transaction, limit, now).await?,
        };
    }
    transaction.commit().await?;
    let after = limits::standing(&loaded.config, database.readers(), working, now).await?;
    let set: Vec<&Standing> = after
        .iter()
        .filter(|limit| wanted.iter().any(|(name, _)| *name == limit.name))
        .collect();
    if common.json {
        output::json(&serde_json::json!({ "set": set, "working": working }))?;
    } else {
        for limit in &set {
            let was = before.iter().find(|before| before.name == limit.name);
            line(told(limit, was.and_then(|was| was.limit)));
        }
        if working {
            line("The gleaner that works on the file follows from its next request on.");
        }
    }
    warn_without_limit(&loaded.config, database.readers(), &after).await?;
    Ok(Exit::Done)
}

/// What is said of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// So many units; none for no limit.
    Units(Option<i64>),
    /// What the configuration says.
    AsConfigured,
}

/// `total=5000` or `harvest:brands=none`.
fn parse(text: &str) -> anyhow::Result<(String, Said)> {
    let refuse = |reason: &str| session::refuse(format!("{text}: {reason}; nothing was changed"));
    let (name, units) = text
        .rsplit_once('=')
        .ok_or_else(|| refuse("write LIMIT=UNITS, as in total=5000"))?;
    let name = name.trim().to_owned();
    let is_known = matches!(name.as_str(), "total" | "per_day" | "per_run") || name.starts_with("harvest:");
    if !is_known {
        return Err(unknown(&name));
    }
    let said = match units.trim() {
        "none" => Said::Units(None),
        "config" => Said::AsConfigured,
        units => Said::Units(Some(
            units
                .parse::<i64>()
                .ok()
                .filter(|units| *units >= 0)
                .ok_or_else(|| {
                    refuse("the units must be a whole number of at least 0, `none` or `config`")
                })?,
        )),
    };
    Ok((name, said))
}

fn unknown(name: &str) -> anyhow::Error {
    session::refuse(match name.strip_prefix("harvest:") {
        Some(harvest) => {
            format!("there is no harvest {harvest:?}: `gleaner status` lists them; nothing was changed")
        }
        None => format!(
            "there is no limit {name:?}: there are total, per_day, per_run and harvest:NAME; nothing was changed"
        ),
    })
}

fn told(limit: &Standing, before: Option<i64>) -> String {
    let units =
        |limit: Option<i64>| limit.map_or_else(|| "no limit".into(), |units| count(units, "unit", "units"));
    let changed = if limit.limit == before {
        format!("{}: {}, as before", limit.name, units(limit.limit))
    } else {
        format!(
            "{}: {} now, {} before",
            limit.name,
            units(limit.limit),
            units(before)
        )
    };
    let left = match (limit.left, limit.spent) {
        (None, _) => String::new(),
        (Some(0), spent) => format!(
            "; {} already spent: nothing more is sent",
            count(spent, "unit is", "units are")
        ),
        (Some(left), spent) => format!(
            "; {} spent, {} left",
            count(spent, "unit is", "units are"),
            number(left)
        ),
    };
    format!("{changed}{left}.")
}

/// Where requests cost money, nothing is bought without any limit.
async fn warn_without_limit(config: &Config, pool: &SqlitePool, limits: &[Standing]) -> anyhow::Result<()> {
    let common = limits
        .iter()
        .any(|limit| limit.scope != Scope::Harvest && limit.limit.is_some());
    if common || setup::is_loopback(config) {
        return Ok(());
    }
    let harvests = progress::harvests(pool).await?;
    let unlimited = harvests.iter().filter(|harvest| harvest.max_units.is_none());
    let names: Vec<&str> = unlimited.map(|harvest| harvest.name.as_str()).collect();
    if !names.is_empty() {
        tracing::warn!(
            "no limit is left for {}: nothing is bought for it",
            names.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::limits::word::Command;

    #[test]
    fn a_limit_is_a_name_and_units_or_none() {
        let read = |text: &str| parse(text).map_err(|error| error.to_string());
        assert_eq!(read("total=5000"), Ok(("total".into(), Said::Units(Some(5_000)))));
        assert_eq!(
            read("harvest:a=b=none"),
            Ok(("harvest:a=b".into(), Said::Units(None)))
        );
        assert_eq!(read("total=config"), Ok(("total".into(), Said::AsConfigured)));
        assert_eq!(
            read(" per_day = 0 "),
            Ok(("per_day".into(), Said::Units(Some(0))))
        );
        for wrong in ["total", "total=", "total=-1", "total=1.5", "daily=3", "brands=5"] {
            let refusal = read(wrong).unwrap_err();
            assert!(refusal.ends_with("nothing was changed"), "{refusal}");
        }
    }

    #[test]
    fn whose_word_holds_is_told_with_the_other_word() {
        let limit = |configured, command: Option<(Option<i64>, Option<i64>)>| Standing {
            name: "total".into(),
            scope: Scope::Total,
            key: "all".into(),
            limit: None,
            spent: 0,
            left: None,
            until: None,
            configured,
            command: command.map(|(units, over)| Command { units, over }),
            set_at: command.map(|_| 1_767_225_600_000),
        };
        let said = |configured, command| said_by(&limit(configured, command));
        assert_eq!(said(None, None), "-");
        assert_eq!(said(Some(5), None), "config");
        let at = "command of 2026-01-01 00:00:00 UTC";
        assert_eq!(
            said(Some(5), Some((Some(9), Some(5)))),
            format!("{at} (config says 5)")
        );
        assert_eq!(
            said(None, Some((Some(9), None))),
            format!("{at} (config sets none)")
        );
        assert_eq!(
            said(Some(7), Some((Some(9), Some(5)))),
            format!("the lower of two: {at} said 9, config says 7 since")
        );
    }
}
