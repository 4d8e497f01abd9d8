//! How it stands with the limits of units, for every command that tells of them.

use sqlx::SqlitePool;

use super::output::{count, number};
use super::session;
use crate::config::Config;
use crate::policy::Policy;
use crate::setup;
use crate::store::budgets;
use crate::store::connect::path_of;
use crate::store::limits::{self, Configured, Scope, Standing};

/// The limits of a file, as they hold for whoever works on it, or else would for a command with this configuration.
pub(super) async fn standing(
    config: &Config,
    pool: &SqlitePool,
    working: bool,
    now: i64,
) -> anyhow::Result<Vec<Standing>> {
    let configured = if working {
        budgets::configured(pool).await?
    } else {
        Configured::from(&setup::policy(config, false))
    };
    let mut limits = limits::standing(pool, configured, None, now).await?;
    if !working {
        // The next run begins anew.
        for limit in limits.iter_mut().filter(|limit| limit.scope == Scope::Run) {
            limit.spent = 0;
            limit.left = limit.limit;
        }
    }
    Ok(limits)
}

/// Whether a command has set a limit for all that is bought into the file that the configuration names.
pub(super) async fn are_set_by_command(config: &Config) -> anyhow::Result<bool> {
    if !path_of(&config.database.url)?.exists() {
        return Ok(false);
    }
    let database = session::database(config, false).await?;
    let limits = standing(config, database.readers(), false, 0).await?;
    database.close().await;
    Ok(limits
        .iter()
        .any(|limit| limit.scope != Scope::Harvest && limit.command.is_some() && limit.limit.is_some()))
}

/// Refuses a command whose [budget] would not hold because another gleaner sends for it, by the limits that it was started
/// with: nobody should believe in a limit that nobody keeps.
pub(super) async fn must_hold_beside_another(
    config: &Config,
    pool: &SqlitePool,
    now: i64,
) -> anyhow::Result<()> {
    if config.budget.is_for_this_run {
        return Err(session::refuse(
            "another gleaner works on this file and sends for it, and --max-units-this-run limits only what this command \
             sends itself; nothing was sent. Give --max-units, which limits this harvest whoever sends, or `gleaner budget \
             set per_run=UNITS` for the run of the other one",
        ));
    }
    let wanted = |scope: Scope| match scope {
        Scope::Harvest => None,
        Scope::Total => config.budget.total,
        Scope::Day => config.budget.per_day,
        Scope::Run => config.budget.per_run,
    };
    for limit in standing(config, pool, true, now).await? {
        // What a command has set there is a person's word on this file.
        let (Some(units), None) = (wanted(limit.scope), limit.command) else {
            continue;
        };
        let (name, title) = (&limit.name, limit.title());
        match limit.limit {
            None => {
                return Err(session::refuse(format!(
                    "another gleaner works on this file and sends for it, without this command's {title} = {units}; nothing \
                     was sent. `gleaner budget set {name}={units}` makes it hold there, or start the other one with it"
                )));
            }
            Some(holds) if holds > units => tracing::warn!(
                "another gleaner works on this file, and its {title} = {holds} holds, not {units}: `gleaner budget set \
                 {name}={units}` lowers it"
            ),
            Some(_) => {}
        }
    }
    Ok(())
}

/// The limit that leaves no room for the cheapest of these endpoints: one that is not of a harvest, else the one of that
/// harvest, else one of a harvest where all of these have reached theirs.
pub(super) fn reached<'a>(
    limits: &'a [Standing],
    policy: &Policy,
    endpoints: &[String],
    harvests: &[&str],
) -> Option<&'a Standing> {
    let steps = endpoints.iter().filter_map(|path| policy.step(path));
    let cheapest = steps.map(|step| step.units).min().unwrap_or(1);
    let passed = |limit: &&Standing| limit.is_passed_by(cheapest);
    let mut common: Vec<&Standing> = limits
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest)
        .filter(passed)
        .collect();
    common.sort_by_key(|limit| limit.scope);
    if let Some(limit) = common.first() {
        return Some(limit);
    }
    let of = |name: &&str| limits.iter().find(|limit| limit.is_of(name));
    let own: Vec<&Standing> = harvests.iter().filter_map(of).collect();
    own.first()
        .copied()
        .filter(|_| own.len() == harvests.len() && own.iter().all(passed))
}

/// The limit of a harvest, or of all, that leaves least: the one that has ended it, whatever is left to ask.
pub(super) fn tightest<'a>(limits: &'a [Standing], harvest: &str) -> Option<&'a Standing> {
    limits
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest || limit.is_of(harvest))
        .filter(|limit| limit.left.is_some())
        .min_by_key(|limit| (limit.left, limit.scope))
}

/// Whether nothing more is bought for a harvest, however long a person waits: a limit that does not begin anew by itself
/// leaves no room for the cheapest of these endpoints, or none applies where one must.
pub(super) fn end(limits: &[Standing], policy: &Policy, endpoints: &[String], harvest: &str) -> bool {
    let own: Vec<Standing> = limits
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest || limit.is_of(harvest))
        .cloned()
        .collect();
    if policy.needs_limit && own.iter().all(|limit| limit.limit.is_none()) {
        return true;
    }
    let lasting: Vec<Standing> = own
        .into_iter()
        .filter(|limit| limit.scope != Scope::Day)
        .collect();
    reached(&lasting, policy, endpoints, &[harvest]).is_some()
}

/// The limits that are not of a harvest, in words; empty where there are none.
pub(super) fn in_words(limits: &[Standing]) -> String {
    let words = limits.iter().filter_map(|limit| {
        let of = match limit.scope {
            Scope::Harvest => return None,
            Scope::Total => "in all",
            Scope::Day => "today",
            Scope::Run => "in a run",
        };
        let (all, left) = (limit.limit?, limit.left?);
        Some(format!("{} of {} left {of}", number(left), number(all)))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The limit that ends a harvest first, and what is left of it.
pub(super) fn nearest(limits: &[Standing], harvest: &str) -> Option<String> {
    let nearest = tightest(limits, harvest)?;
    let left = number(nearest.left?);
    Some(match nearest.scope {
        Scope::Harvest => format!("{left} left of its {}", number(nearest.limit?)),
        Scope::Total | Scope::Day | Scope::Run => format!("{left} left of {}", nearest.name),
    })
}

/// Why a command ended at a limit, and how to go on.
pub(super) fn ended_by(limit: &Standing) -> String {
    format!(
        "The limit of units is reached: {} allows {}, and {} spent; everything bought is kept. To go on: {}.",
        limit.title(),
        count(limit.limit.unwrap_or(0), "unit", "units"),
        count(limit.spent, "is", "are"),
        limit.how_to_go_on()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(scope: Scope, name: &str, limit: Option<i64>, spent: i64) -> Standing {
        Standing {
            name: name.into(),
            scope,
            key: String::new(),
            limit,
            spent,
            left: limit.map(|limit| limit - spent),
            until: None,
            configured: limit,
            command: None,
            set_at: None,
        }
    }

    fn policy() -> Policy {
        setup::policy(&Config::default(), false)
    }

    #[test]
    fn the_limit_that_a_person_must_raise_is_told_before_the_one_that_passes() {
        let limits = [
            limit(Scope::Day, "per_day", Some(10), 10),
            limit(Scope::Total, "total", Some(10), 10),
            limit(Scope::Harvest, "harvest:a", Some(5), 5),
        ];
        let name = |limits: &[Standing], harvests: &[&str]| {
            reached(limits, &policy(), &[], harvests).map(|limit| limit.name.clone())
        };
        assert_eq!(name(&limits, &["a"]), Some("total".into()));
        assert_eq!(name(&limits[..1], &["a"]), Some("per_day".into()));
        assert_eq!(name(&limits[2..], &["a"]), Some("harvest:a".into()));
        assert_eq!(name(&limits[2..], &["a", "b"]), None, "b goes on");
        assert_eq!(name(&[], &[]), None);
    }

    #[test]
    fn a_call_of_two_units_needs_room_for_two() {
        let limits = [limit(Scope::Total, "total", Some(10), 9)];
        let found = |path: &str| reached(&limits, &policy(), &[path.to_owned()], &[]).is_some();
        assert!(found("/gql/user/followers/chunk"));
        assert!(!found("/g2/user/followers"));
    }

    #[test]
    fn a_harvest_ends_where_nothing_is_bought_for_it_any_more() {
        let calls_of_two = ["/gql/user/followers/chunk".to_owned()];
        let ends = |limits: &[Standing]| end(limits, &policy(), &calls_of_two, "a");
        let other = limit(Scope::Harvest, "harvest:b", Some(5), 5);
        assert!(ends(&[
            limit(Scope::Harvest, "harvest:a", Some(5), 4),
            other.clone()
        ]));
        assert!(!ends(&[
            limit(Scope::Harvest, "harvest:a", Some(5), 3),
            other.clone()
        ]));
        let own = limit(Scope::Harvest, "harvest:a", None, 4);
        assert!(
            !ends(&[own.clone(), limit(Scope::Day, "per_day", Some(5), 5)]),
            "it begins anew"
        );
        assert!(ends(&[own.clone(), limit(Scope::Run, "per_run", Some(5), 5)]));
        // Where requests cost money, one must apply; that of another harvest is none.
        assert!(policy().needs_limit);
        assert!(ends(&[own.clone(), other.clone()]));
        let free = Policy {
            needs_limit: false,
            ..policy()
        };
        assert!(!end(&[own, other], &free, &calls_of_two, "a"));
    }

    #[test]
    fn the_nearest_limit_is_told() {
        let limits = [
            limit(Scope::Total, "total", Some(1_500), 10),
            limit(Scope::Harvest, "harvest:a", Some(50), 20),
            limit(Scope::Harvest, "harvest:b", Some(5), 5),
        ];
        assert_eq!(nearest(&limits, "a").unwrap(), "30 left of its 50");
        assert_eq!(nearest(&limits[..1], "a").unwrap(), "1,490 left of total");
        assert_eq!(nearest(&[], "a"), None);
        assert_eq!(in_words(&limits), "1,490 of 1,500 left in all");
    }
}
