//! How far an answer can be relied on, in sentences: the lists that it rests on, by kind and verdict.

use std::collections::BTreeMap;

use crate::cli::output::{count, number};
use crate::store::questions::answer::RestsOn;
use crate::verdict::Verdict;

/// How many lists of a kind and a verdict are named.
const NAMED: usize = 3;

/// A line a kind, then what the answer may miss.
pub(super) fn sentences(lists: &[RestsOn], may_miss: &str) -> Vec<String> {
    let incomplete = lists.iter().filter(|list| !is_complete(list)).count();
    let lists_count = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
    let total = lists_count(lists.len());
    let conclusion = match (total, incomplete) {
        (0, _) => format!("It rests on no list: none was collected. The answer may miss {may_miss}."),
        (1, 0) => "The list that this rests on is complete.".into(),
        (_, 0) => "All lists that this rests on are complete.".into(),
        (1, _) => format!("The answer may miss {may_miss}: the list that it rests on is not complete."),
        (_, some) => format!(
            "The answer may miss {may_miss}: of the {} that it rests on, {} not complete.",
            count(total, "list", "lists"),
            count(lists_count(some), "is", "are"),
        ),
    };
    let mut kinds: BTreeMap<&str, Vec<&RestsOn>> = BTreeMap::new();
    for list in lists {
        kinds.entry(&list.kind).or_default().push(list);
    }
    kinds
        .into_iter()
        .map(|(kind, lists)| format!("{kind}: {}", by_verdict(&lists)))
        .chain([conclusion])
        .collect()
}

/// `12 complete, 3 truncated (@a 50 of 1,200, @b 10 of 40, @c)`, the complete ones first.
fn by_verdict(lists: &[&RestsOn]) -> String {
    let mut verdicts: BTreeMap<(bool, &str), Vec<&RestsOn>> = BTreeMap::new();
    for list in lists {
        let verdict = list.verdict.as_deref().unwrap_or("without a verdict");
        verdicts
            .entry((!is_complete(list), verdict))
            .or_default()
            .push(list);
    }
    let part = |((is_incomplete, verdict), lists): ((bool, &str), Vec<&RestsOn>)| {
        let how_many = number(i64::try_from(lists.len()).unwrap_or(i64::MAX));
        if !is_incomplete {
            return format!("{how_many} {verdict}");
        }
        let mut named: Vec<String> = lists.iter().take(NAMED).map(|list| name(list)).collect();
        if lists.len() > NAMED {
            let more = i64::try_from(lists.len() - NAMED).unwrap_or(i64::MAX);
            named.push(format!("{} more", number(more)));
        }
        format!("{how_many} {verdict} ({})", named.join(", "))
    };
    verdicts.into_iter().map(part).collect::<Vec<_>>().join(", ")
}

/// `@a 50 of 1,200`; without a counter what there is; without a verdict why.
fn name(list: &RestsOn) -> String {
    let owner = match &list.username {
        Some(username) => format!("@{username}"),
        None => list.target.clone(),
    };
    match (&list.verdict, list.covered, list.counter) {
        (None, ..) => format!("{owner} {}", list.reason.as_deref().unwrap_or_default()),
        (_, Some(covered), Some(counter)) => format!("{owner} {} of {}", number(covered), number(counter)),
        _ => owner,
    }
}

fn is_complete(list: &RestsOn) -> bool {
    list.verdict.as_deref() == Some(Verdict::Complete.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: &str, target: &str, verdict: Option<&str>) -> RestsOn {
        RestsOn {
            kind: kind.into(),
            target: target.into(),
            username: None,
            verdict: verdict.map(str::to_owned),
            reason: None,
            coverage_percent: None,
            distinct_items: None,
            ended_at: None,
            covered: None,
            counter: None,
        }
    }

    #[test]
    fn many_lists_are_counted_and_the_first_that_are_not_complete_named() {
        let truncated = |target: &str, covered: i64, counter: i64| RestsOn {
            covered: Some(covered),
            counter: Some(counter),
            ..list("followers", target, Some("truncated"))
        };
        let lists = [
            RestsOn {
                username: Some("ann".into()),
                ..truncated("1", 50, 1_200)
            },
            list("followers", "2", Some("complete")),
            truncated("3", 1, 9),
            truncated("4", 2, 9),
            truncated("5", 3, 9),
            RestsOn {
                reason: Some("not collected".into()),
                ..list("following", "6", None)
            },
        ];
        assert_eq!(
            sentences(&lists, "edges"),
            [
                "followers: 1 complete, 4 truncated (@ann 50 of 1,200, 3 1 of 9, 4 2 of 9, 1 more)",
                "following: 1 without a verdict (6 not collected)",
                "The answer may miss edges: of the 6 lists that it rests on, 5 are not complete.",
            ]
        );
    }

    #[test]
    fn complete_lists_leave_nothing_to_say_and_none_at_all_does() {
        let one = list("reposts", "1", Some("complete"));
        assert_eq!(
            sentences(std::slice::from_ref(&one), "reposts"),
            ["reposts: 1 complete", "The list that this rests on is complete."]
        );
        assert_eq!(
            sentences(&[one.clone(), one], "reposts")[1],
            "All lists that this rests on are complete."
        );
        assert_eq!(
            sentences(&[], "posts"),
            ["It rests on no list: none was collected. The answer may miss posts."]
        );
        assert_eq!(
            sentences(&[list("reposts", "1", Some("private"))], "reposts"),
            [
                "reposts: 1 private (1)",
                "The answer may miss reposts: the list that it rests on is not complete."
            ]
        );
    }
}
