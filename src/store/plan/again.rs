//! Lists that are there and fresh, and that the harvest reads again all the same: those that are due by its intervals.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::due_lists::{self, Due};
use super::seeds::{Profile, Seed};
use super::{Wanted, counters};
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::due::Until;
use crate::store::owner::{self, Owner};
use crate::store::{Connection, Result};
use crate::verdict::Verdict;

const DAY: f64 = 86_400_000.0;
/// How many changes are taken to have been seen before the first.
const GUESS: f64 = 0.5;

/// A list that is read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Again {
    /// The place of the seed that it belongs to; none for those of found users.
    pub seed: Option<usize>,
    /// 1 for the seeds.
    pub depth: i64,
    /// The kind.
    pub kind: Kind,
    /// What its owner said last that it holds.
    pub counter: Option<i64>,
    /// Pages and units of the last reading.
    pub last: (i64, i64),
    /// Whether that showed the list as its counter says, so that the counter foretells the next one.
    pub is_clean: bool,
    /// Whether it is read only as far as it is not known.
    pub joins: bool,
    /// Changes that are expected since it was last read.
    pub changes: f64,
    /// What is read again before and tells its counter, which decides.
    pub told: Option<Told>,
    /// How likely that counter is to have the list read.
    pub changed: f64,
}

/// What tells the counter of a list that hangs from something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// The list of posts on which its post stands.
    Posts(Place),
    /// The list of comments that shows its comment.
    Comments {
        /// What tells the counter of that list in turn.
        posts: Option<Place>,
        /// How likely that counter is to have it read.
        changed: f64,
    },
}

/// A place on a list of posts that is read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The kind of that list.
    pub kind: Kind,
    /// So many posts stand above.
    pub above: i64,
    /// Whether the list is read only as far as it is not known.
    pub joins: bool,
    /// New posts that are expected above all.
    pub new: f64,
}

/// Reads what is due of the lists of a harvest, and of those of its seeds.
pub(super) async fn read(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    policy: &Policy,
    seeds: &[Seed],
    now: Timestamp,
) -> Result<Vec<Again>> {
    if wanted.spec.refresh.is_empty() {
        return Ok(Vec::new());
    }
    let until = Until::command(now);
    let due = due_lists::read(db, wanted, policy, seeds, until).await?;
    let rates = rates(&due);
    let expected = |list: &Due| {
        let (prior, quiet) = (
            rates.get(&list.kind).copied().unwrap_or(1.0),
            days(list.ended_at, list.read_at),
        );
        let rate = (list.seen.changes + GUESS) / (list.seen.days + quiet + GUESS / prior);
        rate * days(list.read_at, now)
    };
    let most = i64::try_from(policy.refresh.whole_every.as_millis()).unwrap_or(i64::MAX);
    let joins = |list: &Due| list.known_since.is_some_and(|since| now - since < most);
    let asked: Vec<(i64, Kind, &str, Timestamp)> = due
        .iter()
        .map(|list| (list.id, list.kind, list.target.as_str(), 0))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let posts = places(db, &due, |list| (joins(list), expected(list))).await?;
    let chances = counters::changed(db, &due, now).await?;
    let changed = |list: &Due, owner: &Owner| {
        // One whose counter was not told the last time is read whatever it says, unless that is 0.
        let is_sure = list.last_counter.is_none() && owner.counter != Some(0);
        let chance = chances.get(&list.id).filter(|_| !is_sure);
        chance.copied().unwrap_or(1.0)
    };
    let owner_of = |list: &Due| owners.get(&list.id).copied().unwrap_or_default();
    let post = |list: &Due| {
        list.target
            .parse()
            .ok()
            .and_then(|media: i64| posts.get(&media))
            .copied()
    };
    let comments: HashMap<&str, Told> = due
        .iter()
        .filter(|list| list.kind == Kind::Comments)
        .filter(|list| is_bought(list, &owner_of(list), post(list).is_some(), now))
        .map(|list| {
            let told = Told::Comments {
                posts: post(list),
                changed: changed(list, &owner_of(list)),
            };
            (list.target.as_str(), told)
        })
        .collect();
    let told = |list: &Due| match list.kind {
        Kind::Comments | Kind::MediaLikers => post(list).map(Told::Posts),
        Kind::Replies | Kind::CommentLikers => comments.get(list.target.split_once('/')?.0).copied(),
        _ => None,
    };
    let of_seed = Places::of(seeds);
    let mut profiles: BTreeSet<i64> = due
        .iter()
        .filter(|list| list.kind == Kind::Profile)
        .filter_map(|list| list.user)
        .collect();
    // Those of the seeds that are not there are foreseen with the seeds.
    let missing = |seed: &&Seed| seed.profile != Profile::Fresh;
    profiles.extend(seeds.iter().filter(missing).filter_map(|seed| seed.user));
    let mut again = Vec::new();
    for list in &due {
        let owner = owner_of(list);
        let one = Again {
            seed: of_seed.place(list),
            depth: list.depth,
            kind: list.kind,
            counter: owner.counter,
            last: list.last,
            // What the next endpoint had to read on is likely to be cut again.
            is_clean: matches!(list.verdict, Some(Verdict::Complete | Verdict::Capped)) && !list.read_on,
            joins: joins(list),
            changes: expected(list),
            told: told(list),
            changed: changed(list, &owner),
        };
        if list.profile_first && list.user.is_some_and(|user| profiles.insert(user)) {
            again.push(Again {
                kind: Kind::Profile,
                is_clean: !owner.gone,
                ..one
            });
        }
        if is_bought(list, &owner, one.told.is_some(), now) {
            again.push(one);
        }
    }
    Ok(again)
}

/// The places of the seeds, by what their lists hang from.
struct Places<'a> {
    users: HashMap<i64, usize>,
    texts: HashMap<&'a str, usize>,
}

impl<'a> Places<'a> {
    fn of(seeds: &'a [Seed]) -> Self {
        let all = || seeds.iter().enumerate();
        Self {
            users: all()
                .filter(|(_, seed)| !seed.repeated)
                .filter_map(|(place, seed)| Some((seed.user?, place)))
                .collect(),
            // A name that leads to nobody has no user.
            texts: all()
                .map(|(place, seed)| (seed.words().unwrap_or(&seed.text), place))
                .collect(),
        }
    }

    fn place(&self, list: &Due) -> Option<usize> {
        match list.user {
            Some(user) => self.users.get(&user).copied(),
            None => self.texts.get(list.target.as_str()).copied(),
        }
    }
}

/// Whether anything is asked: not of a list that nobody shows, nor of one whose counter was read since, is what it was, and
/// puts off the next reading.
fn is_bought(list: &Due, owner: &Owner, comes: bool, now: Timestamp) -> bool {
    let is_shut = owner.gone || owner.private || (list.profile_first && owner.counter == Some(0));
    let puts_off =
        |read_at: Timestamp| read_at >= list.ended_at && read_at.saturating_add(list.interval) > now;
    let is_unchanged = list.kind.rank() == 2
        && owner.read_at.is_some_and(puts_off)
        && owner.counter.is_some()
        && owner.counter == list.last_counter;
    !is_shut && (comes || !is_unchanged)
}

/// Changes a day that the lists of each kind have shown on average.
fn rates(due: &[Due]) -> BTreeMap<Kind, f64> {
    let mut sums: BTreeMap<Kind, (f64, f64)> = BTreeMap::new();
    for list in due {
        let (changes, time) = sums.entry(list.kind).or_insert((GUESS, GUESS));
        *changes += list.seen.changes;
        *time += list.seen.days + days(list.ended_at, list.read_at);
    }
    sums.into_iter()
        .map(|(kind, (changes, time))| (kind, changes / time))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52")]
fn days(since: Timestamp, now: Timestamp) -> f64 {
    now.saturating_sub(since).max(0) as f64 / DAY
}

/// Where posts stand on the lists that are due: on the one that shows them highest. `read` says whether such a list is read
/// only as far as it is not known, and how many new posts are expected.
async fn places(
    db: &mut Connection,
    due: &[Due],
    read: impl Fn(&Due) -> (bool, f64),
) -> Result<HashMap<i64, Place>> {
    let mut posts: HashMap<i64, Place> = HashMap::new();
    for list in due
        .iter()
        .filter(|list| matches!(list.kind, Kind::Medias | Kind::Clips))
    {
        let (joins, new) = read(list);
        for (media, above) in on_list(db, list).await? {
            let place = Place {
                kind: list.kind,
                above,
                joins,
                new,
            };
            let known = posts.entry(media).or_insert(place);
            if above < known.above {
                *known = place;
            }
        }
    }
    Ok(posts)
}

/// The posts on a list, with how many stand above.
async fn on_list(db: &mut Connection, list: &Due) -> Result<Vec<(i64, i64)>> {
    const SQL: &str = "
        select media_id, row_number() over (order by media_id desc) - 1
        from user_media
        where list = $1 and user_id = $2";
    Ok(sqlx::query_as(SQL)
        .bind(list.kind.name())
        .bind(list.user)
        .fetch_all(db)
        .await?)
}
