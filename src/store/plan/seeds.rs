//! The seeds: who they are, what their profiles count, and which of their lists are there already.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::Row as _;

use super::Wanted;
use super::below::Left;
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::refresh::Interval;
use crate::store::due::Until;
use crate::store::further::{self, Bought};
use crate::store::{Connection, Result, due, json_ids, want};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// What is known of a profile list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Nothing fresh is there.
    #[default]
    Missing,
    /// It answered 404 once; the second question is still to come.
    AskedOnce,
    /// It has a verdict.
    Fresh,
}

/// The sizes that a profile tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Who follows the user.
    pub followers: Option<i64>,
    /// Whom the user follows.
    pub following: Option<i64>,
    /// Posts.
    pub medias: Option<i64>,
    /// Clips.
    pub clips: Option<i64>,
}

/// What is known of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListState {
    /// Nothing of it is there, or it is to be read anew.
    #[default]
    ToRead,
    /// It is being read, or read on from where a limit ended it: so many pages are there.
    Open(i64),
    /// Nothing more is bought: it has a verdict, or waits for a person.
    Done,
}

/// One seed.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// As the tables write it: `787132`, `@natgeo`, `search:words`.
    pub text: String,
    /// The user, if it is known.
    pub user: Option<i64>,
    /// The user whom its harvest has found its name to be: from then on it is that one, whoever has the name.
    pub found: Option<i64>,
    /// The user's name, if it is known.
    pub username: Option<String>,
    /// Its profile.
    pub profile: Profile,
    /// What some profile said, however old; none if none was ever read.
    pub counters: Option<Counters>,
    /// Whether the account is private.
    pub private: Option<bool>,
    /// Whether it carries the badge.
    pub verified: bool,
    /// Whether it is gone.
    pub gone: bool,
    /// Whether another seed before it is the same user: nothing but its profile is read then.
    pub repeated: bool,
    /// Its own lists, or the search. One that is not here is to be read.
    pub lists: HashMap<Kind, ListState>,
    /// Posts that its lists have shown.
    pub posts: i64,
    /// What hangs from these posts and is not there yet.
    pub left: Vec<Left>,
}

impl Seed {
    /// Whether it is a search.
    pub fn words(&self) -> Option<&str> {
        self.text.strip_prefix("search:")
    }

    /// What its profile is asked by.
    pub fn read_as(&self) -> String {
        self.found
            .map_or_else(|| self.text.clone(), |user| user.to_string())
    }

    /// How long one of its lists is, as its profile says.
    pub fn counter(&self, kind: Kind) -> Option<i64> {
        let counters = self.counters?;
        match kind {
            Kind::Followers => counters.followers,
            Kind::Following => counters.following,
            Kind::Medias => counters.medias,
            Kind::Clips => counters.clips,
            _ => None,
        }
    }

    /// What is known of one of its lists.
    pub fn list(&self, kind: Kind) -> ListState {
        self.lists.get(&kind).copied().unwrap_or_default()
    }
}

/// Reads what is known of seeds, in their order.
pub(super) async fn read(db: &mut Connection, wanted: &Wanted<'_>, texts: &[String]) -> Result<Vec<Seed>> {
    const USERS: &str = "
        with named as (
            select
                e.key as place,
                case
                    when e.value not glob '*[^0-9]*' then cast(e.value as integer)
                    when e.value like '@%' then coalesce(
                        (select s.user_id from seeds as s where s.harvest_id = $2 and s.value = e.value),
                        (select s.user_id from seeds as s where s.value = e.value and s.user_id is not null limit 1),
                        (
                            select u.id
                            from users as u
                            where u.username = substr(e.value, 2)
                            order by u.last_seen_at desc
                            limit 1
                        )
                    )
                end as user_id,
                (select s.user_id from seeds as s where s.harvest_id = $2 and s.value = e.value) as found_id
            from json_each($1) as e
        )
        select
            n.place, n.user_id, u.username, u.profiled_at is not null, u.follower_count, u.following_count, u.media_count,
            u.total_clips_count, u.is_private, coalesce(u.is_verified, 0), u.gone_at is not null,
            n.found_id
        from named as n
        left join users as u on u.id = n.user_id
        order by n.place";
    let json = serde_json::to_string(texts).unwrap_or_else(|_| "[]".into());
    let mut seeds: Vec<Seed> = Vec::with_capacity(texts.len());
    let mut first = HashMap::new();
    for (row, text) in sqlx::query(USERS)
        .bind(&json)
        .bind(wanted.harvest_id)
        .fetch_all(&mut *db)
        .await?
        .iter()
        .zip(texts)
    {
        let user: Option<i64> = row.get(1);
        let counters = Counters {
            followers: row.get(4),
            following: row.get(5),
            medias: row.get(6),
            clips: row.get(7),
        };
        let place = seeds.len();
        seeds.push(Seed {
            text: text.clone(),
            user,
            found: row.get(11),
            username: row.get(2),
            counters: row.get::<bool, _>(3).then_some(counters),
            private: row.get(8),
            verified: row.get(9),
            gone: row.get(10),
            repeated: user.is_some_and(|user| *first.entry(user).or_insert(place) != place),
            ..Seed::default()
        });
    }
    profiles(db, wanted, &mut seeds).await?;
    for (place, kind, state) in lists(db, wanted, &seeds).await? {
        if let Some(seed) = seeds.get_mut(place) {
            seed.lists.insert(kind, state);
        }
    }
    Ok(seeds)
}

/// A seed whose name its harvest has looked up is read by the user's id, and the list of the name never again.
async fn profiles(db: &mut Connection, wanted: &Wanted<'_>, seeds: &mut [Seed]) -> Result<()> {
    const SQL: &str = "
        select
            e.value ->> 0,
            l.open_sweep is null and l.ended_at >= $2 and coalesce(l.verdict, 'failed') not in ('failed', 'cancelled'),
            coalesce(s.not_found, 0),
            l.open_sweep is null and coalesce(l.verdict = 'gone', 0)
        from json_each($1) as e
        cross join lists as l on l.kind = 'profile' and l.target = e.value ->> 1 and l.params = ''
        left join sweeps as s on s.id = l.open_sweep";
    let targets: Vec<(usize, String)> = seeds.iter().map(Seed::read_as).enumerate().collect();
    for row in sqlx::query(SQL)
        .bind(serde_json::to_string(&targets).unwrap_or_else(|_| "[]".into()))
        .bind(wanted.profiled_after)
        .fetch_all(db)
        .await?
    {
        let place = usize::try_from(row.get::<i64, _>(0)).unwrap_or(usize::MAX);
        if let Some(seed) = seeds.get_mut(place) {
            seed.profile = if row.get::<Option<bool>, _>(1) == Some(true) {
                Profile::Fresh
            } else if row.get(2) {
                Profile::AskedOnce
            } else {
                Profile::Missing
            };
            seed.gone |= row.get::<bool, _>(3);
        }
    }
    Ok(())
}

/// The lists of the seeds' users, and the searches: the seed's place, the kind, the state.
async fn lists(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    seeds: &[Seed],
) -> Result<Vec<(usize, Kind, ListState)>> {
    const SQL: &str = "
        select
            e.key, l.kind, l.params, l.open_sweep is not null, coalesce(coalesce(s.first_ended_at, l.ended_at) >= $2, 0), l.verdict,
            coalesce(t.page_no, 0), coalesce(t.state = 'parked', 0), l.id, l.target,
            max(l.ended_at, coalesce(l.checked_at, 0)), l.auto_ms
        from json_each($1) as e
        cross join lists as l
            on l.kind in ('followers', 'following', 'medias', 'clips', 'reposts', 'search') and l.target = e.value
        left join sweeps as s on s.id = l.last_sweep
        left join tasks as t on t.sweep_id = l.open_sweep";
    let targets: Vec<String> = seeds
        .iter()
        .map(|seed| match (seed.words(), seed.user) {
            (Some(words), _) => words.to_owned(),
            (None, Some(user)) => user.to_string(),
            // No list has this target.
            (None, None) => String::new(),
        })
        .collect();
    let json = serde_json::to_string(&targets).unwrap_or_else(|_| "[]".into());
    let mut found = Vec::new();
    let rows = sqlx::query(SQL)
        .bind(json)
        .bind(wanted.fresh_after)
        .fetch_all(&mut *db)
        .await?;
    let bought = further::bought(db, rows.iter().map(|row| row.get(8))).await?;
    for row in rows {
        let kind = want::kind_of(row.get(1))?;
        let place = usize::try_from(row.get::<i64, _>(0)).unwrap_or(usize::MAX);
        let is_search = seeds.get(place).is_some_and(|seed| seed.words().is_some());
        if want::variant_of(row.get(2))? != variant(wanted, kind) || is_search != (kind == Kind::Search) {
            continue;
        }
        let verdict = row.get::<Option<&str>, _>(5).and_then(Verdict::find);
        let state = if row.get(3) {
            if row.get(7) {
                ListState::Done
            } else {
                ListState::Open(row.get(6))
            }
        } else if !row.get::<bool, _>(4) {
            ListState::ToRead
        } else {
            let named = (kind, row.get(9), variant(wanted, kind));
            let is_due = is_due(wanted, kind, row.get(10), row.get(11));
            state_of(wanted, named, verdict, bought.get(&row.get(8)), is_due)
        };
        found.push((place, kind, state));
    }
    Ok(found)
}

pub(super) fn variant(wanted: &Wanted<'_>, kind: Kind) -> Variant {
    match kind {
        Kind::Clips => wanted.spec.clips,
        Kind::Comments => wanted.spec.comments,
        _ => Variant::Plain,
    }
}

/// Whether a list that was last read at a time is due to a command that is called now.
fn is_due(wanted: &Wanted<'_>, kind: Kind, read_at: Option<Timestamp>, auto_ms: Option<i64>) -> bool {
    let until = Until::command(wanted.now);
    let Some(interval) = wanted.spec.refresh.get(&kind) else {
        return false;
    };
    let wait = match interval {
        Interval::Every(every) => every.mul_f64(1.0 - until.early),
        Interval::Auto => {
            let most = u64::try_from(auto_ms.unwrap_or(due::longest(wanted.policy))).unwrap_or_default();
            Duration::from_millis(most)
        }
    };
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    read_at.is_some_and(|read_at| read_at.saturating_add(wait) <= until.at)
}

/// What becomes of a list that has a verdict of this generation.
fn state_of(
    wanted: &Wanted<'_>,
    named: (Kind, &str, Variant),
    verdict: Option<Verdict>,
    bought: Option<&Bought>,
    is_due: bool,
) -> ListState {
    let (policy, retired) = (wanted.policy, &wanted.retired);
    if !is_asked_again(wanted, named, verdict, bought) {
        return ListState::Done;
    }
    // A list of posts goes on where the known ends, which a plan does not look for; what is due is read anew.
    bought
        .filter(|_| !due::ends_at_the_known(named.0, named.2) && !is_due)
        .and_then(|bought| bought.next_page(policy, named, retired, wanted.now))
        .map_or(ListState::ToRead, ListState::Open)
}

/// Whether a list with a verdict of this generation is read further or again all the same: it failed, or a limit cut it that
/// is wider now.
pub(super) fn is_asked_again(
    wanted: &Wanted<'_>,
    named: (Kind, &str, Variant),
    verdict: Option<Verdict>,
    bought: Option<&Bought>,
) -> bool {
    match verdict {
        None | Some(Verdict::Failed | Verdict::Cancelled) => true,
        Some(Verdict::Capped) => bought.is_some_and(|bought| {
            let limit = wanted.spec.limits.get(&named.0);
            bought.is_less_than(wanted.policy, named, limit, &wanted.retired)
        }),
        _ => false,
    }
}

/// The users of the seeds, as a JSON array; 0 where nobody is known or another seed before is the same user.
pub(super) fn users(seeds: &[Seed]) -> String {
    json_ids(
        seeds
            .iter()
            .map(|seed| seed.user.filter(|_| !seed.repeated).unwrap_or_default()),
    )
}
