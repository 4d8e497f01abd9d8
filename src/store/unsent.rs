//! What needs no request to be known: lists of accounts that are gone or private, and lists whose counter is 0.

use std::collections::{HashMap, HashSet};

use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::history::closing::{self, Ended};
use crate::store::owner::Owner;
use crate::store::want::Listed;
use crate::store::{Connection, Result};
use crate::verdict::Verdict;

/// A list whose counter is 0 is known whole without a request: whatever was on it has left.
pub(crate) async fn close_empty(
    db: &mut Connection,
    policy: &Policy,
    lists: &[Listed],
    empty: &HashSet<i64>,
    sweeps: &HashMap<i64, i64>,
) -> Result<()> {
    for list in lists.iter().filter(|list| empty.contains(&list.list_id)) {
        let Some(sweep) = sweeps.get(&list.list_id) else {
            continue;
        };
        if matches!(list.kind, Kind::Followers | Kind::Following | Kind::Medias) {
            let ended = Ended {
                kind: list.kind,
                target: &list.target,
                list_id: list.list_id,
                sweep_id: *sweep,
            };
            closing::close(db, ended, policy.ends.close_after).await?;
        }
    }
    Ok(())
}

/// What needs no request to be known.
pub(crate) fn verdict(owner: Owner) -> Option<(Verdict, &'static str)> {
    if owner.gone {
        Some((Verdict::Gone, "the account is gone"))
    } else if owner.private {
        Some((Verdict::Private, "the account is private; nothing was asked"))
    } else if owner.counter == Some(0) {
        Some((Verdict::Complete, "the counter is 0; nothing was asked"))
    } else {
        None
    }
}
