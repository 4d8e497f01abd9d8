//! When lists are due: at the interval of a harvest that refreshes them, or when the changes seen so far promise enough.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::{self, Seen};
use crate::store::ending::Ending;
use crate::store::{Connection, Result, json_ids};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// That the limit of another harvest ended a list, and that a harvest wants more than was bought: in SQL, of a harvest `h`, a
/// list `l` and its last sweep `s`. Where the cap of pages ended it, or one answer of as many items as were asked for, asking
/// shows no more. What a list of posts joined is no page.
macro_rules! wants_more {
    () => {
        "l.verdict = 'capped' and s.harvest_id <> h.id and s.at_page_cap = 0
                    and (s.resume is not null or l.kind in ('medias', 'clips'))
                    and case
                        when h.limits ->> l.kind is null then true
                        when h.limits ->> l.kind like '%p' then cast(h.limits ->> l.kind as integer) > coalesce(
                            (select max(p.page_no) + 1 from pages as p where p.sweep_id = s.id and p.walk = s.walk), 0
                        )
                        when s.base_sweep < s.id
                        then cast(h.limits ->> l.kind as integer) > max(s.covered, s.distinct_items)
                        else cast(h.limits ->> l.kind as integer) > s.distinct_items
                    end"
    };
}
pub(crate) use wants_more;

/// Until when lists must be due to be read again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    pub at: Timestamp,
    /// So much of a fixed interval is no matter.
    pub early: f64,
}

impl Until {
    /// What is due now, to the moment: for a daemon, which looks all the time.
    pub(crate) const fn now(now: Timestamp) -> Self {
        Self { at: now, early: 0.0 }
    }

    /// What was due when a command was called: one that is called each night is not early because the night before took
    /// a while.
    pub(crate) const fn command(called_at: Timestamp) -> Self {
        Self {
            at: called_at,
            early: 0.1,
        }
    }
}

/// Sets when lists that have ended are due, by the harvests that want them: the shortest interval counts.
pub(crate) async fn set(db: &mut Connection, policy: &Policy, lists: &[i64]) -> Result<()> {
    if lists.is_empty() || !is_any_refreshed(db).await? {
        return Ok(());
    }
    put(db, policy, lists).await
}

/// Sets when all lists of a harvest are due, after its intervals have changed.
pub(crate) async fn set_all(db: &mut Connection, policy: &Policy, harvest_id: i64) -> Result<()> {
    const LISTS: &str = "
        select list_id
        from harvest_lists
        where harvest_id = $1";
    let lists: Vec<i64> = sqlx::query_scalar(LISTS)
        .bind(harvest_id)
        .fetch_all(&mut *db)
        .await?;
    put(db, policy, &lists).await
}

async fn put(db: &mut Connection, policy: &Policy, lists: &[i64]) -> Result<()> {
    const SQL: &str = concat!(
        "
        update lists as l
        set due_at = (
            select min(
                -- Where the limit of another harvest ended it and this one wants more, at once.
                case when ",
        wants_more!(),
        "
                    then l.ended_at
                    else max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms, l.auto_ms, $2)
                end
            )
            from harvest_lists as w
            join harvests as h on h.id = w.harvest_id and h.round = w.round
            join harvest_refresh as r on r.harvest_id = h.id and r.kind = l.kind
            left join sweeps as s on s.id = l.last_sweep
            where w.list_id = l.id and l.verdict <> 'cancelled'
                -- A name is looked up once.
                and not (
                    l.target like '@%'
                    and exists (select 1 from seeds as n where n.value = l.target and n.user_id is not null)
                )
        )
        where id in (select value from json_each($1)) and ended_at is not null"
    );
    sqlx::query(SQL)
        .bind(json_ids(lists.iter().copied()))
        .bind(longest(policy))
        .execute(db)
        .await?;
    Ok(())
}

/// Lists that no harvest reads again any more are not due.
pub(crate) async fn forget_unwanted(db: &mut Connection) -> Result<()> {
    const SQL: &str = "
        update lists
        set due_at = null
        where due_at is not null
            and not exists (
                select 1
                from harvest_lists as w
                join harvests as h on h.id = w.harvest_id and h.round = w.round
                join harvest_refresh as r on r.harvest_id = h.id and r.kind = lists.kind
                where w.list_id = lists.id
            )";
    sqlx::query(SQL).execute(db).await?;
    Ok(())
}

/// The longest interval of `auto`, which also holds for lists of which nothing is known.
pub(crate) fn longest(policy: &Policy) -> i64 {
    i64::try_from(policy.refresh.most.as_millis()).unwrap_or(i64::MAX)
}

async fn is_any_refreshed(db: &mut Connection) -> Result<bool> {
    const SQL: &str = "
        select exists (select 1 from harvest_refresh)";
    Ok(sqlx::query_scalar(SQL).fetch_one(db).await?)
}

/// Learns from a sweep that has ended how often its list changes, and sets when the list is due.
pub(crate) async fn learn(
    db: &mut Connection,
    policy: &Policy,
    ending: &Ending,
    verdict: Verdict,
    now: Timestamp,
) -> Result<()> {
    // The reading before this one, and whether our own limit ended it.
    const BEFORE: &str = "
        select ended_at, verdict = 'capped'
        from sweeps
        where list_id = $1 and id < $2 and verdict in ('complete', 'truncated', 'capped', 'looped')
        order by id desc
        limit 1";
    const LIST: &str = "
        select l.seen, s.units, s.changes
        from lists as l
        join sweeps as s on s.id = $2
        where l.id = $1";
    const LEARNT: &str = "
        update lists
        set seen = $2, change_rate = $3, auto_ms = $4
        where id = $1";
    const CHANGES: &str = "
        update sweeps
        set changes = $2
        where id = $1";
    if !is_any_refreshed(db).await? {
        return Ok(());
    }
    let shows = matches!(
        verdict,
        Verdict::Complete | Verdict::Truncated | Verdict::Capped | Verdict::Looped
    );
    if shows {
        let before: Option<(Timestamp, bool)> = sqlx::query_as(BEFORE)
            .bind(ending.list_id)
            .bind(ending.sweep_id)
            .fetch_optional(&mut *db)
            .await?;
        let row = sqlx::query(LIST)
            .bind(ending.list_id)
            .bind(ending.sweep_id)
            .fetch_one(&mut *db)
            .await?;
        let known = row
            .get::<Option<&str>, _>(0)
            .and_then(|text| serde_json::from_str::<Seen>(text).ok());
        let mut seen = known.unwrap_or_default();
        // What a limit had left out is no change; of posts those are new that are younger than all that were known.
        let by_time = ends_at_the_known(ending.kind, ending.variant);
        if let Some((before, was_capped)) = before
            && (by_time || !was_capped)
        {
            let changes = changes(db, ending).await?;
            // A sweep that was read on after its end was counted then.
            seen = match row.get::<Option<i64>, _>(2) {
                None => seen.with(changes, before, now),
                Some(counted) => seen.and(changes - counted),
            };
            sqlx::query(CHANGES)
                .bind(ending.sweep_id)
                .bind(changes)
                .execute(&mut *db)
                .await?;
        }
        let rate = seen.rate(ending.kind);
        let interval = refresh::interval(&policy.refresh, rate, units_of(ending, row.get(1)));
        sqlx::query(LEARNT)
            .bind(ending.list_id)
            .bind(serde_json::to_string(&seen).unwrap_or_default())
            .bind(rate)
            .bind(i64::try_from(interval.as_millis()).unwrap_or(i64::MAX))
            .execute(&mut *db)
            .await?;
    }
    if !shows {
        rarer(db, policy, &[ending.list_id]).await?;
    }
    set(db, policy, &[ending.list_id]).await
}

/// What shows nothing is asked for less and less often.
pub(crate) async fn rarer(db: &mut Connection, policy: &Policy, lists: &[i64]) -> Result<()> {
    const SQL: &str = "
        update lists
        set auto_ms = min(2 * auto_ms, $2)
        where id in (select value from json_each($1)) and auto_ms is not null";
    sqlx::query(SQL)
        .bind(json_ids(lists.iter().copied()))
        .bind(longest(policy))
        .execute(db)
        .await?;
    Ok(())
}

/// What reading a list again is likely to cost: what the last time did; a list of posts only as far as it is not known.
fn units_of(ending: &Ending, units: i64) -> f64 {
    if ends_at_the_known(ending.kind, ending.variant) {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "units of a sweep are far below 2^52")]
    let units = units as f64;
    units.max(1.0)
}

/// Whether a list shows the newest first, so that reading it again can end where it meets what is known.
pub(crate) fn ends_at_the_known(kind: Kind, variant: Variant) -> bool {
    matches!(kind, Kind::Medias | Kind::Clips) && variant == Variant::Plain
}

/// What a sweep changed of what was known before it: items that had never been shown, and those that it found gone.
async fn changes(db: &mut Connection, ending: &Ending) -> Result<i64> {
    const PROFILE: &str = "
        select exists (
            select 1
            from user_history as h
            where h.id = $1 and h.observed_at >= (select started_at from sweeps where id = $2)
        )";
    const FOLLOWERS: &str = "
        select count(*)
        from follow_edges
        where followee_id = $1 and (first_sweep = $2 or gone_sweep = $2)";
    const FOLLOWING: &str = "
        select count(*)
        from follow_edges
        where follower_id = $1 and (first_sweep = $2 or gone_sweep = $2)";
    const POSTS: &str = "
        with known as (
            select k.list, max(o.taken_at) as newest
            from user_media as k
            join media as o on o.id = k.media_id
            where k.list in ('medias', 'clips') and k.user_id = $1 and k.first_sweep < $2
            group by k.list
        )
        select count(*)
        from user_media as m
        left join media as p on p.id = m.media_id
        left join known on known.list = m.list
        where m.list in ('medias', 'clips') and m.user_id = $1
            and (
                m.gone_sweep = $2
                or m.first_sweep = $2 and coalesce(p.taken_at, 0) > coalesce(known.newest, -1)
            )";
    const REPOSTS: &str = "
        select count(*)
        from reposts
        where user_id = $1 and first_seen_at >= (select started_at from sweeps where id = $2)";
    const COMMENTS: &str = "
        select count(*)
        from comments
        where media_id = $1 and first_seen_at >= (select started_at from sweeps where id = $2)";
    const REPLIES: &str = "
        select count(*)
        from comments
        where parent_id = $1 and first_seen_at >= (select started_at from sweeps where id = $2)";
    const MEDIA_LIKERS: &str = "
        select count(*)
        from media_likes
        where media_id = $1 and first_sweep = $2";
    const COMMENT_LIKERS: &str = "
        select count(*)
        from comment_likes
        where comment_id = $1 and first_sweep = $2";
    const USERTAGS: &str = "
        select count(*)
        from usertags
        where media_id = $1 and first_seen_at >= (select started_at from sweeps where id = $2)";
    const SEARCH: &str = "
        select count(*)
        from search_hits
        where query = $3 and first_sweep = $2";
    let sql = match ending.kind {
        Kind::Profile => PROFILE,
        Kind::Followers => FOLLOWERS,
        Kind::Following => FOLLOWING,
        Kind::Medias | Kind::Clips => POSTS,
        Kind::Reposts => REPOSTS,
        Kind::Comments => COMMENTS,
        Kind::Replies => REPLIES,
        Kind::MediaLikers => MEDIA_LIKERS,
        Kind::CommentLikers => COMMENT_LIKERS,
        Kind::Usertags => USERTAGS,
        Kind::Search => SEARCH,
    };
    // What the rows are kept under: the comment of `media/comment`, else the id.
    let owner = ending
        .target
        .rsplit('/')
        .next()
        .and_then(|id| id.parse::<i64>().ok());
    Ok(sqlx::query_scalar(sql)
        .bind(owner.unwrap_or_default())
        .bind(ending.sweep_id)
        .bind(&ending.target)
        .fetch_one(db)
        .await?)
}
