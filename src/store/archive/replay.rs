//! Replaying the archive: every kept page is read again and applied by the functions that applied it when it came, in the
//! order in which it came; what ends of sweeps changed is made again at its place between the pages.
//!
//! A table that pages fill belongs into `TABLES`, what the end of a sweep changes in harvested tables into `Event`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::Timestamp;
use crate::endpoint::{Endpoint, Page, Parse};
use crate::kind::Kind;
use crate::store::archive::bodies;
use crate::store::claim::Task;
use crate::store::history::closing::{self, Ended};
use crate::store::records::History;
use crate::store::shown::New;
use crate::store::sweeps::Sweep;
use crate::store::want::{kind_of, variant_of};
use crate::store::{Connection, Result, batch_page, ending, pages, records, shown};
use crate::target::Target;

/// Which endpoint has a path: the registry, or another one in tests.
pub type Find<'a> = &'a (dyn Fn(&str) -> Option<&'static Endpoint> + Sync);

/// The tables that pages fill, `pages` and `rejects` apart.
pub(crate) const TABLES: [&str; 17] = [
    "users",
    "media",
    "media_children",
    "user_media",
    "user_media_changes",
    "comments",
    "follow_edges",
    "follow_changes",
    "follow_past",
    "coauthors",
    "media_likes",
    "comment_likes",
    "usertags",
    "reposts",
    "search_hits",
    "list_items",
    "former_values",
];

/// How the pages came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Pages read.
    pub pages: i64,
    /// Of these, those that are no page any more.
    pub lost: i64,
    /// Of these, those that were no page before.
    pub won: i64,
}

/// A page as it was recorded.
struct Recorded {
    id: i64,
    endpoint: String,
    answered_at: Timestamp,
    was_page: bool,
    /// Whether it was a page when it came, whatever was read of it since.
    came_as_page: bool,
    task: Task,
    /// 1 for an import, 2 for one that only adds.
    imported: i64,
}

/// What the end of a sweep changed in harvested tables.
enum Event {
    /// A complete sweep: follow edges and posts that it misses may close, if all its pages are read.
    Closed {
        kind: Kind,
        target: String,
        list_id: i64,
    },
    /// The account is gone.
    Gone { user_id: i64, at: Timestamp },
}

/// What a sweep has shown so far in the replay.
#[derive(Clone, Copy, Default)]
struct Shown {
    items: i64,
    covered: i64,
    rejected: i64,
    /// Pages that came as such and are none any more: what they showed is missing from it.
    lost: i64,
}

/// Pages that cannot be read again: their body was dropped, or this version does not know their endpoint.
pub(crate) async fn unreadable(db: &mut Connection, find: Find<'_>) -> Result<i64> {
    const DROPPED: &str = "
        select count(*)
        from pages as p
        where not exists (select 1 from page_bodies as b where b.page_id = p.id)";
    const ENDPOINTS: &str = "
        select p.endpoint, count(*)
        from pages as p
        join page_bodies as b on b.page_id = p.id
        group by p.endpoint";
    let mut unreadable: i64 = sqlx::query_scalar(DROPPED).fetch_one(&mut *db).await?;
    for row in sqlx::query(ENDPOINTS).fetch_all(&mut *db).await? {
        if find(row.get(0)).is_none() {
            unreadable += row.get::<i64, _>(1);
        }
    }
    Ok(unreadable)
}

/// Empties the tables and fills them from the pages.
pub(crate) async fn whole(db: &mut Connection, find: Find<'_>, close_after: i64) -> Result<Read> {
    for table in TABLES {
        // The text is made of the crate's own table names only.
        sqlx::query(AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut *db)
            .await?;
    }
    let mut events = events(db).await?;
    let mut sweeps: HashMap<i64, Shown> = HashMap::new();
    let mut read = Read::default();
    let mut last = 0;
    while let Some(recorded) = next_page(db, last).await? {
        last = recorded.id;
        while let Some(entry) = events.first_entry()
            && entry.key().0 < recorded.id
        {
            let ((_, sweep_id), event) = entry.remove_entry();
            perform(db, &event, sweep_id, sweeps.get(&sweep_id), close_after).await?;
        }
        match read_again(db, find, &recorded, History::All, &mut read).await? {
            Some(page) => {
                let shown = sweeps.entry(recorded.task.sweep_id).or_default();
                show(db, &recorded, &page, shown).await?;
            }
            None if recorded.came_as_page => sweeps.entry(recorded.task.sweep_id).or_default().lost += 1,
            None => {}
        }
    }
    for ((_, sweep_id), event) in &events {
        perform(db, event, *sweep_id, sweeps.get(sweep_id), close_after).await?;
    }
    for (sweep_id, shown) in sweeps {
        count(db, sweep_id, shown).await?;
    }
    Ok(read)
}

/// Reads what is kept over what is there: stamps keep the newest answer in each column; lists, edges and former values stay.
/// Those of answers that are not kept any more could not be told from those of the others.
pub(crate) async fn merged_only(db: &mut Connection, find: Find<'_>) -> Result<Read> {
    let mut read = Read::default();
    let mut last = 0;
    while let Some(recorded) = next_page(db, last).await? {
        last = recorded.id;
        if find(&recorded.endpoint).is_some() {
            read_again(db, find, &recorded, History::Replaced, &mut read).await?;
        }
    }
    Ok(read)
}

/// The next page with a body.
async fn next_page(db: &mut Connection, after: i64) -> Result<Option<Recorded>> {
    const SQL: &str = "
        select
            p.id, p.endpoint, p.answered_at, p.error is null, p.sweep_id, p.walk, p.page_no, p.cursor,
            s.list_id, s.harvest_id, l.kind, l.params, a.target, s.imported,
            p.error is null or p.error is not a.reason
        from pages as p
        join page_bodies as b on b.page_id = p.id
        join sweeps as s on s.id = p.sweep_id
        join lists as l on l.id = s.list_id
        join ledger as a on a.id = p.ledger_id
        where p.id > $1
        order by p.id
        limit 1";
    let row = sqlx::query(SQL).bind(after).fetch_optional(db).await?;
    row.map(|row| {
        let endpoint: String = row.get(1);
        Ok(Recorded {
            id: row.get(0),
            answered_at: row.get(2),
            was_page: row.get(3),
            came_as_page: row.get(14),
            task: Task {
                id: 0,
                sweep_id: row.get(4),
                list_id: row.get(8),
                harvest_id: row.get(9),
                kind: kind_of(row.get(10))?,
                target: row.get(12),
                endpoint: endpoint.clone(),
                page_no: row.get(6),
                cursor: row.get(7),
                walk: row.get(5),
                epoch: 0,
                attempts: 0,
                retry: false,
                resets: 0,
                variant: variant_of(row.get(11))?,
                force: false,
                units: 0,
            },
            endpoint,
            imported: row.get(13),
        })
    })
    .transpose()
}

/// Parses the body of a page and writes its rows; none if it is no page.
async fn read_again(
    db: &mut Connection,
    find: Find<'_>,
    recorded: &Recorded,
    history: History,
    read: &mut Read,
) -> Result<Option<Page>> {
    let task = &recorded.task;
    let Some(body) = bodies::read(db, recorded.id).await? else {
        return Ok(None);
    };
    let parsed = match (
        find(&recorded.endpoint).map(|endpoint| endpoint.parse),
        Target::parse(task.kind, &task.target),
    ) {
        (Some(Parse::Page(parse)), Some(target)) => {
            match catch_unwind(AssertUnwindSafe(|| parse(&body, &target))) {
                Ok(Ok(page)) => Ok(page),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("the parser panicked on this body; please report it".to_owned()),
            }
        }
        _ => Err(format!(
            "this version does not know {} for {}",
            recorded.endpoint, task.target
        )),
    };
    read.pages += 1;
    read.lost += i64::from(recorded.was_page && parsed.is_err());
    read.won += i64::from(!recorded.was_page && parsed.is_ok());
    if !recorded.was_page && parsed.is_err() {
        // What was said of it when it came may be more than a parser can say.
        return Ok(None);
    }
    let new_entries = pages::new_entries(db, recorded.id).await?;
    pages::rewrite(db, recorded.id, parsed.as_ref().map_err(String::as_str)).await?;
    let Ok(page) = parsed else {
        return Ok(None);
    };
    if let Some(new_entries) = new_entries {
        pages::set_new_entries(db, recorded.id, new_entries).await?;
    }
    records::write_all(db, &page.rows, recorded.id, recorded.answered_at, history).await?;
    Ok(Some(page))
}

/// Marks what the page shows as its sweep's.
async fn show(db: &mut Connection, recorded: &Recorded, page: &Page, shown: &mut Shown) -> Result<()> {
    let task = &recorded.task;
    if task.kind == Kind::Usertags {
        let entries = i64::try_from(page.entries.len()).unwrap_or(i64::MAX);
        pages::set_new_entries(db, recorded.id, entries).await?;
        return show_tags(db, recorded, page).await;
    }
    let sweep = Sweep {
        distinct_items: shown.items,
        ..Sweep::default()
    };
    let New { entries, covered, .. } = mark(db, task, &sweep, page, recorded.imported).await?;
    pages::set_new_entries(db, recorded.id, entries).await?;
    shown.items += entries;
    shown.covered += covered;
    shown.rejected += i64::try_from(page.rejects.len()).unwrap_or(i64::MAX);
    Ok(())
}

/// Marks the items of a page as shown by its sweep; an import of what is older than the list's newest sweep only adds.
pub(crate) async fn mark(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    page: &Page,
    imported: i64,
) -> Result<New> {
    if imported == super::import::ADDS {
        shown::add_missing(db, task, sweep, page).await
    } else {
        shown::show(db, task, sweep, page).await
    }
}

/// Marks the tags of each post of a batch as shown by the sweep that ended with this page.
async fn show_tags(db: &mut Connection, recorded: &Recorded, page: &Page) -> Result<()> {
    const ENDED: &str = "
        select cast(l.target as integer), s.id
        from sweeps as s
        join lists as l on l.id = s.list_id
        where s.ended_page = $1 and l.kind = 'usertags'
        order by s.id";
    let asked: HashSet<i64> = recorded
        .task
        .target
        .split(',')
        .filter_map(|id| id.parse().ok())
        .collect();
    for row in sqlx::query(ENDED).bind(recorded.id).fetch_all(&mut *db).await? {
        let (media_id, sweep_id): (i64, i64) = (row.get(0), row.get(1));
        if asked.contains(&media_id) {
            let adds = recorded.imported == super::import::ADDS;
            batch_page::mark_tags(db, media_id, sweep_id, page, adds).await?;
        }
    }
    Ok(())
}

/// What ends of sweeps changed, in their order: after which page, then which sweep.
async fn events(db: &mut Connection) -> Result<BTreeMap<(i64, i64), Event>> {
    // Whether a sweep closes is asked again: what could not be read when it ended may be read now.
    const SQL: &str = "
        select s.ended_page, s.id, l.id, l.kind, l.target, s.ended_at
        from sweeps as s
        join lists as l on l.id = s.list_id
        where s.ended_page is not null
            and (
                (
                    l.kind in ('followers', 'following', 'medias', 'clips') and l.params = '' and s.verdict = 'complete'
                    and (s.closes = 1 or coalesce(s.counter_before_at, s.counter_after_at) is not null)
                    and coalesce(s.base_sweep, s.id) = s.id and s.imported = 0
                )
                or (l.kind = 'profile' and s.verdict = 'gone')
            )";
    let mut events = BTreeMap::new();
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let (kind, target) = (kind_of(row.get(3))?, row.get::<String, _>(4));
        let event = if kind == Kind::Profile {
            // Nobody is known to be gone by a name alone.
            let Ok(user_id) = target.parse() else { continue };
            Event::Gone {
                user_id,
                at: row.get(5),
            }
        } else {
            Event::Closed {
                kind,
                target,
                list_id: row.get(2),
            }
        };
        events.insert((row.get(0), row.get(1)), event);
    }
    Ok(events)
}

/// Makes again what the end of a sweep changed; `shown` is what its pages show now, none if it had none.
async fn perform(
    db: &mut Connection,
    event: &Event,
    sweep_id: i64,
    shown: Option<&Shown>,
    close_after: i64,
) -> Result<()> {
    // Who stood on a page that is lost, or in an element that is refused, is not missing.
    const CLOSES_NOTHING: &str = "
        update sweeps
        set closes = 0
        where id = $1 and closes = 1";
    match event {
        Event::Closed {
            kind,
            target,
            list_id,
        } => {
            if let Some(shown) = shown {
                // How short it is of its counter comes of what it shows now.
                count(db, sweep_id, *shown).await?;
                if shown.lost > 0 || shown.rejected > 0 {
                    sqlx::query(CLOSES_NOTHING).bind(sweep_id).execute(db).await?;
                    return Ok(());
                }
            }
            let ended = Ended {
                kind: *kind,
                target,
                list_id: *list_id,
                sweep_id,
            };
            closing::close(db, ended, close_after).await
        }
        Event::Gone { user_id, at } => ending::mark_gone(db, *user_id, *at).await,
    }
}

/// A sweep counts what its pages show now, unless it rests on others as well; its verdict stays.
async fn count(db: &mut Connection, sweep_id: i64, shown: Shown) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set distinct_items = $2, covered = $3, rejected = $4
        where id = $1
            and (distinct_items, covered, rejected) is not ($2, $3, $4)
            and coalesce(base_sweep, id) = id
            and list_id not in (select id from lists where kind = 'usertags')";
    sqlx::query(SQL)
        .bind(sweep_id)
        .bind(shown.items)
        .bind(shown.covered)
        .bind(shown.rejected)
        .execute(db)
        .await?;
    Ok(())
}
