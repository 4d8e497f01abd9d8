//! Which sweeps say what is missing from their list.
//!
//! A complete sweep may be a few short of its counter. So an item is closed only when several such sweeps have missed it
//! since it was last shown, and only those count that are no more short than the one before: what is short beyond that may
//! be the item itself. But a list may come to keep more back for ever, and then none of those that left just before would
//! ever be missed; so once several sweeps in which an item was missing were about as short, the ones after them count, too.

use crate::kind::Kind;
use crate::store::history::posts;
use crate::store::{Connection, Result, edges};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// What a sweep came to, as far as it decides whether what it did not show is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub kind: Kind,
    pub variant: Variant,
    pub verdict: Verdict,
    /// Whether a counter was read, before or after.
    pub counted: bool,
    /// Elements that could not become rows.
    pub rejected: i64,
    /// Whether it walked the list from its beginning to its end.
    pub whole: bool,
}

impl Outcome {
    /// Whether what the sweep did not show counts as missing.
    pub(crate) fn closes(self) -> bool {
        matches!(
            self.kind,
            Kind::Followers | Kind::Following | Kind::Medias | Kind::Clips
        ) && self.variant == Variant::Plain
            && self.verdict == Verdict::Complete
            && self.counted
            && self.rejected == 0
            && self.whole
    }
}

/// A sweep that closes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    pub kind: Kind,
    pub target: &'a str,
    pub list_id: i64,
    pub sweep_id: i64,
}

/// What a closing sweep may close.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing {
    pub owner: i64,
    pub list_id: i64,
    /// The sweep that has just ended.
    pub sweep_id: i64,
    /// How many closing sweeps must have missed an item.
    pub close_after: i64,
}

/// Notes that a sweep closes, and closes what `close_after` such sweeps of its list have missed since it was last shown.
pub(crate) async fn close(db: &mut Connection, ended: Ended<'_>, close_after: i64) -> Result<()> {
    const CLOSES: &str = "
        update sweeps
        set closes = 1,
            short_by = max(0, min(coalesce(counter_before, counter_after), counter_after) - covered)
        where id = $1";
    sqlx::query(CLOSES).bind(ended.sweep_id).execute(&mut *db).await?;
    let Ok(owner) = ended.target.parse() else {
        return Ok(());
    };
    let missing = Missing {
        owner,
        list_id: ended.list_id,
        sweep_id: ended.sweep_id,
        close_after: close_after.max(1),
    };
    match ended.kind {
        Kind::Followers | Kind::Following => edges::close_missing(db, ended.kind, missing).await,
        _ => posts::close_missing(db, ended.kind, missing).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Outcome = Outcome {
        kind: Kind::Followers,
        variant: Variant::Plain,
        verdict: Verdict::Complete,
        counted: true,
        rejected: 0,
        whole: true,
    };

    #[test]
    fn only_a_whole_complete_counted_sweep_of_a_list_with_members_closes() {
        for kind in [Kind::Followers, Kind::Following, Kind::Medias, Kind::Clips] {
            assert!(Outcome { kind, ..WHOLE }.closes(), "{kind:?}");
        }
        for other in [
            Outcome {
                variant: Variant::ByViews,
                ..WHOLE
            },
            Outcome {
                verdict: Verdict::Truncated,
                ..WHOLE
            },
            Outcome {
                counted: false,
                ..WHOLE
            },
            Outcome { rejected: 1, ..WHOLE },
            Outcome {
                whole: false,
                ..WHOLE
            },
            Outcome {
                kind: Kind::Comments,
                ..WHOLE
            },
            Outcome {
                kind: Kind::MediaLikers,
                ..WHOLE
            },
            Outcome {
                kind: Kind::Reposts,
                ..WHOLE
            },
        ] {
            assert!(!other.closes(), "{other:?}");
        }
    }
}
