//! The sentence that says why nothing moves: a pure function of holds, limits, gate and queue.

use crate::clock::Timestamp;
use crate::store::holds::{Hold, Reason, Scope};
use crate::store::limits::Standing;
use crate::store::progress::{HarvestView, TaskCounts, Waiting};

/// Everything that can keep requests from being sent.
#[derive(Clone, Debug, Default)]
pub struct Situation<'a> {
    /// The holds.
    pub holds: &'a [Hold],
    /// The harvests, so that a hold can be named.
    pub harvests: &'a [HarvestView],
    /// The queue.
    pub tasks: TaskCounts,
    /// What waits outside the queue.
    pub waiting: Waiting,
    /// The harvests that have work and no limit at all, where every harvest with work is such and a limit is needed.
    pub without_limit: Option<String>,
    /// The limit that is reached.
    pub limit_reached: Option<&'a Standing>,
    /// Until when the rate gate is closed, where that is known: only the process that sends knows it.
    pub gate_closed_until: Option<Timestamp>,
    /// Whether a daemon or a one-shot works on the file.
    pub working: bool,
    /// Now.
    pub now: Timestamp,
}

/// Why nothing is sent, or none if something can be.
pub fn sentence(situation: &Situation<'_>) -> Option<String> {
    let tasks = situation.tasks;
    let unfinished = tasks.ready + tasks.waiting + tasks.leased;
    if unfinished == 0 {
        return Some(nothing_in_the_queue(situation));
    }
    // What a person must do comes first: starting a gleaner would not help.
    if let Some(held) = situation
        .holds
        .iter()
        .filter(|hold| hold.scope == Scope::All)
        .find_map(|hold| held(hold, situation))
    {
        return Some(held);
    }
    if let Some(names) = &situation.without_limit {
        return Some(format!(
            "no limit of units is set for {names}, so nothing is bought: `gleaner harvest --name NAME --max-units 100`, or \
             [budget] total in the config, sets one"
        ));
    }
    if let Some(limit) = situation.limit_reached {
        let (title, units) = (limit.title(), count(limit.limit.unwrap_or(0), "unit", "units"));
        return Some(match limit.until {
            Some(until) => format!(
                "budget spent: {title} allows {units}; it goes on at {}, or when it is raised",
                clock_time(until)
            ),
            None => format!("budget spent: {title} allows {units}; raise it to go on"),
        });
    }
    if !situation.working {
        return Some(format!(
            "{} left, and no gleaner works on this file: `gleaner run` or the same `gleaner harvest` goes on",
            count(unfinished, "task is", "tasks are")
        ));
    }
    if let Some(until) = situation.gate_closed_until.filter(|until| *until > situation.now) {
        return Some(format!("waiting for the 429 window until {}", clock_time(until)));
    }
    if tasks.leased > 0 {
        return None;
    }
    if tasks.ready == 0 {
        let until = tasks.next_due.map_or_else(|| "later".into(), clock_time);
        return Some(format!(
            "{} waiting until {until} to be asked again",
            count(tasks.waiting, "task is", "tasks are")
        ));
    }
    situation.holds.iter().find_map(|hold| held(hold, situation))
}

/// Why there is no task that could go on.
fn nothing_in_the_queue(situation: &Situation<'_>) -> String {
    let Waiting {
        candidates,
        batch_media,
        held_seeds,
        next_list_due,
        due_lists,
    } = situation.waiting;
    let mut reasons = Vec::new();
    let parked = situation.tasks.parked;
    if parked > 0 {
        reasons.push(format!(
            "{} parked and {} for a person: `gleaner tasks --state parked` shows why",
            count(parked, "task is", "tasks are"),
            if parked == 1 { "waits" } else { "wait" }
        ));
    }
    let who_goes_on = if situation.working {
        "asked for as soon as nothing else is open"
    } else {
        "asked for by the next `gleaner run` or the same `gleaner harvest`"
    };
    if batch_media > 0 {
        reasons.push(format!(
            "{} for a request of ten to see who is tagged in them: {who_goes_on}",
            count(batch_media, "post waits", "posts wait")
        ));
    }
    if candidates > 0 {
        reasons.push(format!(
            "{} not judged by the filter yet: what judges them is parked, or goes on with the next start",
            count(candidates, "found user is", "found users are")
        ));
    }
    if held_seeds > 0 {
        reasons.push(format!(
            "{} held, and nothing is sent for {}: `gleaner seeds` shows why",
            count(held_seeds, "seed is", "seeds are"),
            if held_seeds == 1 { "it" } else { "them" }
        ));
    }
    if let Some(at) = next_list_due {
        reasons.push(if due_lists == 0 {
            format!(
                "nothing to do before {}: then lists are due to be read again",
                clock_time(at)
            )
        } else if situation.working {
            format!(
                "{} due to be read again: read as far as the limits of units reach",
                count(due_lists, "list is", "lists are")
            )
        } else {
            format!(
                "{} due to be read again: `gleaner run` or the same `gleaner harvest` reads them",
                count(due_lists, "list is", "lists are")
            )
        });
    }
    if reasons.is_empty() {
        return "nothing to do: every list has a verdict".into();
    }
    reasons.join("; ")
}

fn held(hold: &Hold, situation: &Situation<'_>) -> Option<String> {
    // Probes are made by whoever works on the file; without, nothing is known of an outage.
    if !situation.working && matches!(hold.reason, Reason::Outage | Reason::Blocked) {
        return None;
    }
    let (what, whom) = match &hold.scope {
        Scope::All => ("everything".to_owned(), String::new()),
        Scope::Harvest(id) => {
            let named = situation.harvests.iter().find(|harvest| harvest.id == *id);
            let name = named.map_or_else(|| id.to_string(), |harvest| harvest.name.clone());
            (format!("harvest {name}"), format!(" {name}"))
        }
        Scope::Endpoint(path) => (path.clone(), format!(" {path}")),
    };
    let next = hold
        .until
        .filter(|until| *until > situation.now)
        .map_or_else(|| "now".into(), clock_time);
    Some(match hold.reason {
        Reason::Paused => format!(
            "{what} is paused since {}: `gleaner resume{whom}` goes on",
            clock_time(hold.since)
        ),
        Reason::Unauthorized => "the upstream refuses the key: set a valid one and start again".into(),
        Reason::NoFunds if situation.working => {
            "the account is out of units: top it up; the daemon goes on by itself".into()
        }
        Reason::NoFunds => "the account is out of units: top it up and start again".into(),
        Reason::Blocked if hold.until.is_none() => {
            "the upstream's front refuses this client again and again: stopped, start again later".into()
        }
        Reason::Blocked => format!("the upstream's front refuses this client: next probe at {next}"),
        Reason::Outage => format!(
            "nobody answers since {}: next probe at {next}",
            clock_time(hold.since)
        ),
        Reason::Overcharge => format!("{what} is held, {}: look at the table overcharges", hold.detail),
        // A retired endpoint holds nothing back: its tasks move on to the next of their route.
        Reason::Retired => return None,
    })
}

fn count(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A time of day, with the date only where it is another day's: people read it, in UTC as everything else.
fn clock_time(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| "?".into(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::limits;

    const NOW: Timestamp = 1_767_225_600_000;

    fn hold(scope: Scope, reason: Reason, until: Option<Timestamp>) -> Hold {
        Hold {
            scope,
            reason,
            detail: "billed 3 units where 1 were reserved".into(),
            since: NOW,
            until,
        }
    }

    fn limit(scope: limits::Scope, name: &str, until: Option<Timestamp>) -> Standing {
        Standing {
            name: name.into(),
            scope,
            key: String::new(),
            limit: Some(100),
            spent: 100,
            left: Some(0),
            until,
            configured: Some(100),
            command: None,
            set_at: None,
        }
    }

    fn said<'a>(holds: &'a [Hold], change: impl FnOnce(&mut Situation<'a>)) -> String {
        let mut situation = Situation {
            holds,
            tasks: TaskCounts {
                ready: 2,
                ..TaskCounts::default()
            },
            working: true,
            now: NOW,
            ..Situation::default()
        };
        change(&mut situation);
        sentence(&situation).unwrap_or_else(|| "-".into())
    }

    #[test]
    fn each_reason_has_its_sentence() {
        let all = |reason, until| [hold(Scope::All, reason, until)];
        let later = Some(NOW + 60_000);
        let named = [HarvestView {
            id: 1,
            name: "brands".into(),
            ..HarvestView::default()
        }];
        let per_day = limit(limits::Scope::Day, "per_day", later);
        let own = limit(limits::Scope::Harvest, "harvest:brands", None);
        let lines = [
            said(&[], |_| {}),
            said(&[], |situation| situation.tasks.ready = 0),
            said(&[], |situation| {
                situation.tasks = TaskCounts {
                    parked: 1,
                    ..TaskCounts::default()
                }
            }),
            said(&[], |situation| situation.working = false),
            said(&all(Reason::Paused, None), |_| {}),
            said(&all(Reason::Unauthorized, None), |_| {}),
            said(&all(Reason::NoFunds, None), |_| {}),
            said(&all(Reason::Blocked, later), |_| {}),
            said(&all(Reason::Blocked, None), |_| {}),
            said(&all(Reason::Outage, later), |_| {}),
            said(&[], |situation| situation.limit_reached = Some(&per_day)),
            said(&[], |situation| situation.limit_reached = Some(&own)),
            said(&[], |situation| situation.gate_closed_until = later),
            said(&[], |situation| {
                situation.tasks = TaskCounts {
                    waiting: 3,
                    next_due: later,
                    ..TaskCounts::default()
                };
            }),
            said(&[], |situation| situation.tasks.leased = 1),
            said(&[], |situation| {
                situation.tasks = TaskCounts::default();
                situation.waiting.batch_media = 3;
            }),
            said(&[], |situation| {
                situation.tasks = TaskCounts {
                    parked: 2,
                    ..TaskCounts::default()
                };
                situation.waiting = Waiting {
                    candidates: 1,
                    held_seeds: 4,
                    ..Waiting::default()
                };
            }),
            said(&[], |situation| situation.without_limit = Some("brands".into())),
            said(&[hold(Scope::Harvest(1), Reason::Paused, None)], |situation| {
                situation.harvests = &named;
            }),
            said(&all(Reason::Paused, None), |situation| situation.working = false),
            said(&all(Reason::NoFunds, None), |situation| situation.working = false),
            said(&all(Reason::Outage, later), |situation| situation.working = false),
            said(
                &[hold(Scope::Endpoint("/x".into()), Reason::Overcharge, None)],
                |_| {},
            ),
            said(
                &[hold(Scope::Endpoint("/x".into()), Reason::Retired, None)],
                |_| {},
            ),
        ];
        assert_eq!(
            lines,
            [
                "-",
                "nothing to do: every list has a verdict",
                "1 task is parked and waits for a person: `gleaner tasks --state parked` shows why",
                "2 tasks are left, and no gleaner works on this file: `gleaner run` or the same `gleaner harvest` goes on",
                "everything is paused since 2026-01-01 00:00:00 UTC: `gleaner resume` goes on",
                "the upstream refuses the key: set a valid one and start again",
                "the account is out of units: top it up; the daemon goes on by itself",
                "the upstream's front refuses this client: next probe at 2026-01-01 00:01:00 UTC",
                "the upstream's front refuses this client again and again: stopped, start again later",
                "nobody answers since 2026-01-01 00:00:00 UTC: next probe at 2026-01-01 00:01:00 UTC",
                "budget spent: [budget] per_day allows 100 units; it goes on at 2026-01-01 00:01:00 UTC, or when it is raised",
                "budget spent: harvest brands allows 100 units; raise it to go on",
                "waiting for the 429 window until 2026-01-01 00:01:00 UTC",
                "3 tasks are waiting until 2026-01-01 00:01:00 UTC to be asked again",
                "-",
                "3 posts wait for a request of ten to see who is tagged in them: asked for as soon as nothing else is open",
                "2 tasks are parked and wait for a person: `gleaner tasks --state parked` shows why; 1 found user is not judged by the filter yet: what judges them is parked, or goes on with the next start; 4 seeds are held, and nothing is sent for them: `gleaner seeds` shows why",
                "no limit of units is set for brands, so nothing is bought: `gleaner harvest --name NAME --max-units 100`, or [budget] total in the config, sets one",
                "harvest brands is paused since 2026-01-01 00:00:00 UTC: `gleaner resume brands` goes on",
                "everything is paused since 2026-01-01 00:00:00 UTC: `gleaner resume` goes on",
                "the account is out of units: top it up and start again",
                "2 tasks are left, and no gleaner works on this file: `gleaner run` or the same `gleaner harvest` goes on",
                "/x is held, billed 3 units where 1 were reserved: look at the table overcharges",
                "-",
            ]
        );
    }

    #[test]
    fn what_is_read_again_has_its_time() {
        let due = |due_lists, working| {
            said(&[], |situation| {
                situation.tasks = TaskCounts::default();
                situation.working = working;
                situation.waiting.next_list_due = Some(NOW + 60_000);
                situation.waiting.due_lists = due_lists;
            })
        };
        assert_eq!(
            [due(0, true), due(2, true), due(1, false)],
            [
                "nothing to do before 2026-01-01 00:01:00 UTC: then lists are due to be read again",
                "2 lists are due to be read again: read as far as the limits of units reach",
                "1 list is due to be read again: `gleaner run` or the same `gleaner harvest` reads them",
            ]
        );
    }
}
