//! The answer for a batch: one page, and a verdict for each list that it was asked for.

use std::collections::BTreeSet;

use crate::clock::Timestamp;
use crate::endpoint::{Next, Page};
use crate::policy::{MAX_ASKS, Policy};
use crate::store::batches::{self, Member};
use crate::store::ending::{self, Ending};
use crate::store::report::Finished;
use crate::store::{Connection, Result, sweeps};
use crate::verdict::Verdict;

/// Gives each list of a batch what the page says of its post, and ends it; an incomplete page is asked for again first. The
/// page and its rows are recorded before.
pub(crate) async fn end_all(
    db: &mut Connection,
    policy: &Policy,
    finished: &Finished,
    page: &Page,
    now: Timestamp,
) -> Result<()> {
    let task = &finished.task;
    let members = batches::members(db, task).await?;
    let asks = sweeps::load(db, task.sweep_id).await?.asks;
    if page.next == Next::Missing && asks < MAX_ASKS {
        count_page(db, task.sweep_id, page).await?;
        return sweeps::ask_again(db, task).await;
    }
    ending::remove(db, task).await?;
    for member in members {
        count_tagged(db, task.sweep_id == member.sweep_id, &member, page, false).await?;
        let (verdict, reason) = judge(member.media_id, page);
        let ending = Ending::of(task, &member);
        ending::end_list(db, policy, &ending, verdict, reason, None, now).await?;
    }
    Ok(())
}

/// A post without an entry in the answer is not shown; unless an element of the answer could not be read, which may have
/// been that one.
pub(crate) fn judge(media_id: i64, page: &Page) -> (Verdict, &'static str) {
    if page.entries.iter().any(|entry| entry.id == media_id) {
        (Verdict::Complete, "the answer has an entry for this post")
    } else if page.rejects.is_empty() {
        (Verdict::Hidden, "the answer has no entry for this post")
    } else {
        (
            Verdict::Failed,
            "the answer has no entry for this post, and one that could not be read",
        )
    }
}

/// The page stands in the sweep of the first list, which also bears its units.
async fn count_page(db: &mut Connection, sweep_id: i64, page: &Page) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set pages = pages + 1, rejected = rejected + $2, duplicates = duplicates + $3
        where id = $1";
    sqlx::query(SQL)
        .bind(sweep_id)
        .bind(i64::try_from(page.rejects.len()).unwrap_or(i64::MAX))
        .bind(i64::try_from(page.duplicates).unwrap_or(i64::MAX))
        .execute(db)
        .await?;
    Ok(())
}

/// Marks the tags of a post as shown by its sweep; returns how many users it tags.
pub(crate) async fn mark_tags(
    db: &mut Connection,
    media_id: i64,
    sweep_id: i64,
    page: &Page,
    only_unmarked: bool,
) -> Result<i64> {
    const TAGS: &str = "
        update usertags
        set sweep_id = $2
        where media_id = $1 and user_id in (select value from json_each($3)) and (sweep_id is null or not $4)";
    let tags = page.rows.usertags.iter();
    let users: BTreeSet<i64> = tags
        .filter(|tag| tag.media_id.0 == media_id)
        .map(|tag| tag.user_id.0)
        .collect();
    let tagged = i64::try_from(users.len()).unwrap_or(i64::MAX);
    sqlx::query(TAGS)
        .bind(media_id)
        .bind(sweep_id)
        .bind(crate::store::json_ids(users))
        .bind(only_unmarked)
        .execute(db)
        .await?;
    Ok(tagged)
}

/// Marks the tags of a post as shown by its sweep, and counts them in.
pub(crate) async fn count_tagged(
    db: &mut Connection,
    pays: bool,
    member: &Member,
    page: &Page,
    only_unmarked: bool,
) -> Result<()> {
    const SWEEP: &str = "
        update sweeps
        set distinct_items = $2, covered = $2
        where id = $1";
    let tagged = mark_tags(db, member.media_id, member.sweep_id, page, only_unmarked).await?;
    sqlx::query(SWEEP)
        .bind(member.sweep_id)
        .bind(tagged)
        .execute(&mut *db)
        .await?;
    if pays {
        count_page(db, member.sweep_id, page).await?;
    }
    Ok(())
}
