//! Which sweeps say what is missing from their list.
//!
//! A complete sweep may be a few short of its counter. So an item is closed only when several such sweeps have missed it
//! since it was last shown, and only those count that are no more short than the one before: what is short beyond that may
//! be the item itself. But a list may come to keep more back for ever, and then none of those that left just before would
//! ever be missed; so once several sweeps in which an item was missing were about as short, the ones after them count, too.
//! How short a sweep is, by which counter, is in `counted`.

use crate::kind::Kind;
use crate::store::history::{counted, posts};
use crate::store::{Connection, Result, edges};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// What a sweep came to, as far as it decides whether what it did not show is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub kind: Kind,
    pub variant: Variant,
    pub verdict: Verdict,
    /// Whether a counter was read in its round, before or after.
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

/// Notes that a sweep closes, if its counter says how short it is, and closes what `close_after` such sweeps of its list have
/// missed since it was last shown.
pub(crate) async fn close(db: &mut Connection, ended: Ended<'_>, close_after: i64) -> Result<()> {
    if !counted::note(db, ended).await? {
        return Ok(());
    }
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

/// The items of a list whose sweeps close, as their rows stand in a table.
pub(crate) struct Items {
    pub table: &'static str,
    /// Which rows are of the list: by its owner ($1) and, where one table has several, its kind ($5).
    pub of_list: &'static str,
    /// The sweep of this list that last showed the item.
    pub shown_by: &'static str,
    /// The sweep of another list that last showed it, if there is such a list.
    pub other: Option<&'static str>,
    /// What else must be so for a sweep `s` to miss an item of `shown`.
    pub missed_if: &'static str,
    /// What names the item.
    pub key: &'static [&'static str],
}

impl Items {
    /// The statement that closes what is missing. Parameters: the owner, the sweep that has ended, its list, how many sweeps
    /// must have missed an item, the list's kind.
    pub(crate) fn close(&self) -> String {
        let Self {
            table,
            of_list,
            shown_by,
            other,
            missed_if,
            key,
        } = self;
        let last = other.map_or_else(
            || placed(shown_by),
            |other| format!("max({}, {})", placed(shown_by), placed(other)),
        );
        let other = other.unwrap_or("null");
        let named = |of: &str| joined(key, ", ", &|column| format!("{of}.{column}"));
        let (of_shown, same) = (
            named("shown"),
            joined(key, " and ", &|column| {
                format!("{table}.{column} = gone.{column}")
            }),
        );
        let key = key.join(", ");
        // What another endpoint keeps back has nothing to do with what this one does, and a counter that was read at another
        // time says nothing exact.
        format!(
            "
        with shown as (
            select {key}, {shown_by} as shown_by, {other} as other_sweep, {last} as last_sweep
            from {table}
            where {of_list} and gone_sweep is null and {shown_by} is not $2
        ), gone as (
            select {of_shown}, min(s.id) as missed_sweep
            from shown
            join sweeps as s on s.list_id = $3 and s.closes = 1 and s.id > shown.last_sweep and s.id <= $2
            where (
                    s.short_at_most = 0
                    or s.short_at_most <= coalesce((
                        select iif(p.timely and p.endpoint = s.endpoint, p.short_by, 0)
                        from sweeps as p
                        where p.list_id = $3 and p.closes = 1 and p.id <= shown.last_sweep
                        order by p.id desc
                        limit 1
                    ), 0)
                    or s.timely
                        and s.endpoint = (select o.endpoint from sweeps as o where o.id = shown.shown_by)
                        and (
                            select count(*)
                            from sweeps as e
                            where e.list_id = $3 and e.closes = 1 and e.id < s.id and e.id > shown.last_sweep
                                and e.timely and e.endpoint = s.endpoint
                                and e.short_at_most between s.short_at_most and s.short_at_most + s.short_at_most / 8
                        ) >= $4
                        and not exists (
                            select 1 from pages as g where g.sweep_id = shown.shown_by and g.endpoint <> s.endpoint
                        )
                )
                and {missed_if}
            group by {of_shown}
            having count(*) >= $4
        )
        update {table}
        set gone_sweep = $2, missed_sweep = gone.missed_sweep
        from gone
        where {of_list} and {same}
        returning {key}"
        )
    }
}

/// Where a sweep stands among those of the list ($3): what an import showed was shown when its answers came, whatever its
/// number.
fn placed(sweep: &str) -> String {
    format!(
        "coalesce((
                select iif(x.imported = 0, x.id, (
                    select max(t.id)
                    from sweeps as t
                    where t.list_id = $3 and t.started_at <= x.ended_at and t.imported = 0
                ))
                from sweeps as x
                where x.id = {sweep}
            ), 0)"
    )
}

fn joined(columns: &[&str], between: &str, text: &dyn Fn(&str) -> String) -> String {
    let texts: Vec<String> = columns.iter().map(|column| text(column)).collect();
    texts.join(between)
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
