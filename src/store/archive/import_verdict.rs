//! The verdict of an import: that of a walk with these pages, as far as the pages say that they are all of the list.

use std::collections::{HashMap, HashSet};

use crate::endpoint::Next;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::archive::import::{File, Import};
use crate::store::sweeps::Sweep;
use crate::store::{Connection, Result, owner};
use crate::verdict::Verdict;
use crate::walk::{self, Standing, Step};

/// The verdict and why; `sweep` has counted the files in.
pub(crate) async fn judge(
    db: &mut Connection,
    policy: &Policy,
    import: &Import,
    sweep: &Sweep,
    files: &[&File],
    counter_before: Option<i64>,
) -> Result<(Verdict, String)> {
    let Some(newest) = files.last() else {
        return Ok((Verdict::Capped, "imported: no file".to_owned()));
    };
    let more = match newest.page.next {
        Next::End => None,
        Next::Cursor(_) => Some("imported: the last file says that there is more"),
        Next::Missing => Some("imported: the last file says neither that there is more nor that it is all"),
    };
    if let Some(reason) = more {
        return Ok((Verdict::Capped, reason.to_owned()));
    }
    let owner = owner::owner(db, import.kind, &import.target, 0).await?;
    let step = policy.step(&import.endpoint);
    // A sweep that only adds has counted what it added; the files show more.
    let (items, stand_for) = shown(import.kind, files);
    let standing = Standing {
        pages: i64::try_from(files.len()).unwrap_or(i64::MAX),
        page_size: step.map_or(1, |step| step.page_size),
        counter_before,
        counter_after: newest.page.counter.or(owner.counter),
        covered: sweep.covered.max(stand_for),
        distinct_items: sweep.distinct_items.max(items),
        limited: sweep.limited,
        only_page: matches!(import.kind, Kind::MediaLikers | Kind::CommentLikers) && !import.partial,
        ..Standing::default()
    };
    let counter = walk::counter(&standing);
    let covered = standing.covered;
    #[expect(clippy::cast_precision_loss, reason = "counters are far below 2^52")]
    let is_covered = |counter: i64| covered as f64 >= policy.ends.coverage * counter as f64;
    // The end alone does not say that the files before it are all: only the counter does. What is short may be in a file
    // that is not here as well as kept back by the upstream, unless it says so.
    let is_part = import.partial && !standing.limited && !counter.is_some_and(is_covered);
    Ok(match walk::after_page(&policy.ends, &standing, &Next::End) {
        Step::End(Verdict::Complete | Verdict::Truncated, _) if is_part => {
            let reason = match counter {
                None => {
                    "imported: it ends cleanly, but no counter says that this is all of the list".to_owned()
                }
                Some(counter) => format!(
                    "imported: it ends cleanly, but shows {covered} of {counter}: the rest may be in answers that are missing"
                ),
            };
            (Verdict::Capped, reason)
        }
        Step::End(verdict, reason) => (verdict, format!("imported: {reason}")),
        Step::GoOn | Step::Again => (Verdict::Capped, "imported".into()),
    })
}

/// How many items the files show, and what these stand for in the list's counter: a comment counts its replies.
fn shown(kind: Kind, files: &[&File]) -> (i64, i64) {
    let entries = files.iter().flat_map(|file| &file.page.entries);
    let ids: HashSet<i64> = entries.map(|entry| entry.id).collect();
    let items = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    if kind != Kind::Comments {
        return (items, items);
    }
    let comments = files.iter().flat_map(|file| &file.page.rows.comments);
    let replies: HashMap<i64, i64> = comments
        .filter(|comment| ids.contains(&comment.id.0))
        .filter_map(|comment| Some((comment.id.0, *comment.reply_count.value()?)))
        .collect();
    (items, items + replies.values().sum::<i64>())
}
