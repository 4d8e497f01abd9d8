//! How much of a list of posts is wanted: by whoever pays, and by those who wait for it as well.

use super::rows::Key;
use super::{count, owner_of};
use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::harvests::{self, Harvest};
use crate::store::sweeps::limits_of;
use crate::store::{Connection, Result, sharing};
use crate::stretch::{self, Read, Step, Stretch};

/// How much of a list the limit of a harvest wants, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Posts; of pages, as many as full ones hold.
    pub(super) items: Option<i64>,
    /// The limit itself: items, pages.
    pub(super) limits: (Option<i64>, Option<i64>),
}

impl Wanted {
    fn of(policy: &Policy, task: &Task, harvest: &Harvest) -> Self {
        let (items, pages) = limits_of(harvest, task.kind);
        let size = policy.step(&task.endpoint).map_or(1, |step| step.page_size);
        Self {
            items: items.or(pages.map(|pages| pages.saturating_mul(size))),
            limits: (items, pages),
        }
    }

    /// Whether the walk that read a stretch was ended by the same limit, or a wider one.
    fn is_met_by(self, stretch: &Stretch) -> bool {
        let met =
            |wanted: Option<i64>, within: Option<i64>| wanted.is_some_and(|wanted| within >= Some(wanted));
        met(self.limits.0, stretch.within_items) || met(self.limits.1, stretch.within_pages)
    }
}

/// A page of a walk, with what is known of its list.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) own: Option<&'a Stretch>,
    pub(super) others: &'a [(Key, Stretch)],
    pub(super) read: &'a Read<'a>,
}

/// What the payer wants of a list, and its other stretches, each with whether it reaches as far as that. Where the payer has
/// all it wants with this page, and somebody who waits for the list wants more, that one becomes the payer.
pub(super) async fn wanted(
    db: &mut Connection,
    policy: &Policy,
    task: &mut Task,
    seen: Seen<'_>,
    now: Timestamp,
) -> Result<(Wanted, Vec<(Stretch, bool)>)> {
    let payer = harvests::load(db, task.harvest_id).await?;
    let first = Wanted::of(policy, task, &payer);
    let rest = rest(db, task, seen, first).await?;
    if !has_enough(db, task, seen, first, &rest).await? {
        return Ok((first, rest));
    }
    let (mut served, mut next) = (Vec::new(), None);
    for harvest in sharing::waiting(db, task.list_id).await? {
        let wanted = Wanted::of(policy, task, &harvest);
        let rest = self::rest(db, task, seen, wanted).await?;
        if has_enough(db, task, seen, wanted, &rest).await? {
            served.push(harvest.id);
        } else if next.is_none() {
            next = Some((harvest.id, wanted, rest));
        }
    }
    let Some((id, wanted, more)) = next else {
        return Ok((first, rest));
    };
    sharing::give(db, task, id).await?;
    task.harvest_id = id;
    for id in served {
        sharing::serve(db, policy, task.list_id, id, now).await?;
    }
    Ok((wanted, more))
}

async fn rest(
    db: &mut Connection,
    task: &Task,
    seen: Seen<'_>,
    wanted: Wanted,
) -> Result<Vec<(Stretch, bool)>> {
    let mut rest = Vec::with_capacity(seen.others.len());
    for (_, other) in seen.others {
        let suffices =
            other.reaches_end || wanted.is_met_by(other) || reaches(db, task, other, wanted.items).await?;
        rest.push((other.clone(), suffices));
    }
    Ok(rest)
}

/// Whether a walk that joins what is known is over with this page, by what is wanted.
async fn has_enough(
    db: &mut Connection,
    task: &Task,
    seen: Seen<'_>,
    wanted: Wanted,
    rest: &[(Stretch, bool)],
) -> Result<bool> {
    if !seen.read.joins || seen.read.ended {
        return Ok(false);
    }
    let outcome = stretch::after_page(seen.own.cloned(), rest, seen.read);
    Ok(match (outcome.step, &outcome.own, wanted.items) {
        (Step::Known, ..) => true,
        (Step::GoOn, Some(own), Some(items)) if own.since_sweep < task.sweep_id => {
            count(db, task, own, None).await? >= items
        }
        _ => false,
    })
}

/// Whether a stretch and what lies above it, with what is pinned there, hold as many posts as are wanted.
async fn reaches(db: &mut Connection, task: &Task, stretch: &Stretch, wanted: Option<i64>) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from user_media as m
        join media as p on p.id = m.media_id
        where m.list = $1 and m.user_id = $2 and m.sweep_id >= $3 and (p.taken_at >= $4 or m.pinned = 1)";
    let Some(wanted) = wanted else { return Ok(false) };
    let held: i64 = sqlx::query_scalar(SQL)
        .bind(task.kind.name())
        .bind(owner_of(task))
        .bind(stretch.since_sweep)
        .bind(stretch.oldest.taken_at)
        .fetch_one(db)
        .await?;
    Ok(held >= wanted)
}
