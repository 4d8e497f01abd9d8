//! Imports: bodies that were bought elsewhere become pages of their list, by the functions that a harvest uses, at no cost.
//! What is already known to be newer stays: then an import only adds what is missing. It closes nothing.

use std::collections::HashSet;

use serde::Serialize;
use sqlx::Row as _;

use crate::billing::Settlement;
use crate::clock::Timestamp;
use crate::endpoint::Page;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::archive::{import_verdict, replay};
use crate::store::batches::Member;
use crate::store::claim::Task;
use crate::store::records::History;
use crate::store::report::{Finished, Report};
use crate::store::{Connection, Result, StoreError, batch_page, ledger, owner, pages, records, sweeps};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// The name of the harvest that imports stand under; nobody else may take it.
pub const HARVEST: &str = "import";

/// `sweeps.imported` of an import that is the newest of its list.
const NEWEST: i64 = 1;
/// `sweeps.imported` of an import that only adds what is missing.
pub(crate) const ADDS: i64 = 2;

/// Files of one list, in the order of its pages.
#[derive(Clone, Debug)]
pub struct Import {
    /// The endpoint that answered.
    pub endpoint: String,
    /// What it collects.
    pub kind: Kind,
    /// For whom: the text form of the target.
    pub target: String,
    /// Whether an answer may be only a part of its list without saying so: a page among others, or so many as were asked for.
    pub partial: bool,
    /// The files.
    pub files: Vec<File>,
}

/// A saved body.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name, as it was given.
    pub name: String,
    /// Its bytes.
    pub body: Vec<u8>,
    /// What the parser made of them.
    pub page: Page,
    /// When the answer came.
    pub at: Timestamp,
}

/// What an import made of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// What the list holds.
    pub kind: String,
    /// For whom.
    pub target: String,
    /// Files that became pages; one that answers for several posts counts for each.
    pub pages: i64,
    /// Names of files that changed nothing: their bodies are pages of the list already.
    pub already: Vec<String>,
    /// Items that the list had not shown before.
    pub items: i64,
    /// The verdict of the sweep; none if there is no new page.
    pub verdict: Option<String>,
    /// Why this verdict.
    pub reason: Option<String>,
    /// Whether the list had been read later, or is being read, so that only what was missing was added.
    pub only_adds: bool,
}

/// A list that an import belongs to.
struct List {
    id: i64,
    target: String,
    sweep_id: i64,
    imported: i64,
    media_id: i64,
    new_items: i64,
}

/// Takes the files in, in the transaction of `db`: what became of the list, or of each list that the files answer for.
pub async fn import(
    db: &mut Connection,
    policy: &Policy,
    import: &Import,
    now: Timestamp,
) -> Result<Vec<Imported>> {
    let mut imported = Imported {
        kind: import.kind.name().to_owned(),
        target: import.target.clone(),
        ..Imported::default()
    };
    let (mut files, mut hashes, mut is_new) = (Vec::new(), HashSet::new(), false);
    for file in &import.files {
        if hashes.insert(hash(import, file)) {
            is_new = is_new || !is_known(db, import, file).await?;
            files.push(file);
        } else {
            imported.already.push(file.name.clone());
        }
    }
    let Some(newest) = files.last().filter(|_| is_new) else {
        imported.already = import.files.iter().map(|file| file.name.clone()).collect();
        return Ok(vec![imported]);
    };
    // Pages that are there already are shown again where others of their list are new: a sweep of the new ones alone would
    // say that the list has nothing else.
    let times = || files.iter().map(|file| file.at);
    let (from, until) = (
        times().min().unwrap_or(newest.at),
        times().max().unwrap_or(newest.at),
    );
    let harvest_id = harvest(db, now).await?;
    let mut targets: Vec<&str> = match import.kind {
        Kind::Usertags => import.target.split(',').collect(),
        _ => vec![import.target.as_str()],
    };
    let mut distinct = HashSet::new();
    targets.retain(|target| distinct.insert(*target));
    let mut lists = Vec::new();
    for target in targets {
        lists.push(open(db, import, target, harvest_id, from, until).await?);
    }
    let before = owner::owner(db, import.kind, &import.target, 0).await?.counter;
    let mut page_no = 0;
    for file in &files {
        add_page(db, policy, import, file, &mut lists, harvest_id, page_no, now).await?;
        page_no += 1;
    }
    let mut all = Vec::new();
    for list in &lists {
        let (verdict, reason) = if import.kind == Kind::Usertags {
            let (verdict, reason) = batch_page::judge(list.media_id, &newest.page);
            (verdict, format!("imported: {reason}"))
        } else {
            let sweep = sweeps::load(db, list.sweep_id).await?;
            import_verdict::judge(db, policy, import, &sweep, &files, before).await?
        };
        end(db, list, verdict, &reason, until).await?;
        all.push(Imported {
            kind: imported.kind.clone(),
            target: list.target.clone(),
            pages: page_no,
            already: std::mem::take(&mut imported.already),
            items: list.new_items,
            verdict: Some(verdict.name().to_owned()),
            reason: Some(reason),
            only_adds: list.imported == ADDS,
        });
    }
    Ok(all)
}

/// Whether a file of the same body has become a page of this list before.
async fn is_known(db: &mut Connection, import: &Import, file: &File) -> Result<bool> {
    const SQL: &str = "
        select exists (select 1 from imports where body_hash = $1)";
    Ok(sqlx::query_scalar(SQL)
        .bind(hash(import, file))
        .fetch_one(db)
        .await?)
}

fn hash(import: &Import, file: &File) -> i64 {
    // What a parser has read is text.
    let body = String::from_utf8_lossy(&file.body);
    ledger::cursor_hash(&format!("{}\n{}\n{body}", import.endpoint, import.target))
}

/// The harvest that pays nothing.
async fn harvest(db: &mut Connection, now: Timestamp) -> Result<i64> {
    const SQL: &str = "
        insert into harvests (
            name, collect, depth, expand, limits, max_units, weight, one_shot, round, fresh_after, open_depth, users_added,
            created_at, round_started_at, finished_at
        )
        values ($1, '[]', 1, '[]', '{}', 0, 1.0, 1, 1, 0, 1, 0, $2, $2, $2)
        on conflict (name) do update set
            finished_at = coalesce(finished_at, excluded.finished_at)
        where collect = '[]' and max_units = 0
        returning id";
    let id = sqlx::query_scalar(SQL)
        .bind(HARVEST)
        .bind(now)
        .fetch_optional(db)
        .await?;
    id.ok_or_else(|| {
        StoreError::Unusable(format!(
            "this file has a harvest of your own that is called {HARVEST}, the name that imports stand under; nothing was \
             changed; import into another file"
        ))
    })
}

/// Opens the sweep of one list.
async fn open(
    db: &mut Connection,
    import: &Import,
    target: &str,
    harvest_id: i64,
    from: Timestamp,
    until: Timestamp,
) -> Result<List> {
    const LIST: &str = "
        insert into lists (kind, target, generation)
        values ($1, $2, 0)
        on conflict (kind, target, params) do nothing";
    const STATE: &str = "
        select id, open_sweep is not null or coalesce(ended_at > $3, 0)
        from lists
        where kind = $1 and target = $2 and params = ''";
    const SWEEP: &str = "
        insert into sweeps (list_id, harvest_id, generation, endpoint, started_at, imported)
        select id, $2, generation + 1, $3, $4, $5
        from lists
        where id = $1
        returning id";
    sqlx::query(LIST)
        .bind(import.kind.name())
        .bind(target)
        .execute(&mut *db)
        .await?;
    let row = sqlx::query(STATE)
        .bind(import.kind.name())
        .bind(target)
        .bind(until)
        .fetch_one(&mut *db)
        .await?;
    let id: i64 = row.get(0);
    let imported = if row.get(1) { ADDS } else { NEWEST };
    let sweep_id = sqlx::query_scalar(SWEEP)
        .bind(id)
        .bind(harvest_id)
        .bind(&import.endpoint)
        .bind(from)
        .bind(imported)
        .fetch_one(db)
        .await?;
    Ok(List {
        id,
        target: target.to_owned(),
        sweep_id,
        imported,
        media_id: target.parse().unwrap_or_default(),
        new_items: 0,
    })
}

/// Records a file as a page of its list, with its rows, and counts what is new to it.
#[expect(
    clippy::too_many_arguments,
    reason = "each says another thing of the one page"
)]
async fn add_page(
    db: &mut Connection,
    policy: &Policy,
    import: &Import,
    file: &File,
    lists: &mut [List],
    harvest_id: i64,
    page_no: i64,
    now: Timestamp,
) -> Result<()> {
    const IMPORT: &str = "
        insert into imports (page_id, file, body_hash, imported_at)
        values ($1, $2, $3, $4)";
    let Some(list) = lists.first() else { return Ok(()) };
    let task = Task {
        id: 0,
        sweep_id: list.sweep_id,
        list_id: list.id,
        harvest_id,
        kind: import.kind,
        target: import.target.clone(),
        endpoint: import.endpoint.clone(),
        page_no,
        cursor: None,
        walk: 0,
        epoch: 0,
        attempts: 0,
        retry: false,
        resets: 0,
        variant: Variant::Plain,
        force: false,
        units: 0,
    };
    let finished = Finished {
        ledger_id: note(db, &task, file.at).await?,
        settlement: Settlement::Settled(0),
        status: Some(200),
        answered_at: file.at,
        body: file.body.clone(),
        report: Report::Page(Box::new(file.page.clone())),
        task,
    };
    let task = &finished.task;
    let page_id = pages::record(db, &finished, &file.page, policy.keep_bodies).await?;
    sqlx::query(IMPORT)
        .bind(page_id)
        .bind(&file.name)
        .bind(hash(import, file))
        .bind(now)
        .execute(&mut *db)
        .await?;
    records::write_all(db, &file.page.rows, page_id, file.at, History::All).await?;
    if import.kind == Kind::Usertags {
        let entries = i64::try_from(file.page.entries.len()).unwrap_or(i64::MAX);
        pages::set_new_entries(db, page_id, entries).await?;
        for (at, list) in lists.iter_mut().enumerate() {
            let member = Member {
                list_id: list.id,
                sweep_id: list.sweep_id,
                media_id: list.media_id,
            };
            let known = tagged(db, list.media_id).await?;
            batch_page::count_tagged(db, at == 0, &member, &file.page, list.imported == ADDS).await?;
            list.new_items += tagged(db, list.media_id).await? - known;
        }
        return Ok(());
    }
    let sweep = sweeps::load(db, list.sweep_id).await?;
    let new = replay::mark(db, task, &sweep, &file.page, list.imported).await?;
    pages::set_new_entries(db, page_id, new.entries).await?;
    sweeps::count_page(db, task, &file.page, &new).await?;
    let is_known_profile = import.kind == Kind::Profile && sweep.before.is_some();
    for list in lists {
        list.new_items += if is_known_profile {
            0
        } else {
            new.entries - new.known_before
        };
    }
    Ok(())
}

/// How many users a sweep has shown tagged in a post.
async fn tagged(db: &mut Connection, media_id: i64) -> Result<i64> {
    const SQL: &str = "
        select count(distinct user_id)
        from usertags
        where media_id = $1 and sweep_id is not null";
    Ok(sqlx::query_scalar(SQL).bind(media_id).fetch_one(db).await?)
}

/// The ledger's row: every page has one, and this one cost nothing.
async fn note(db: &mut Connection, task: &Task, at: Timestamp) -> Result<i64> {
    let ledger_id = ledger::reserve(db, task, at).await?;
    let nothing = Settlement::Settled(0);
    ledger::settle(
        db,
        ledger_id,
        nothing,
        false,
        Some(200),
        Some(ledger::IMPORTED),
        at,
    )
    .await?;
    Ok(ledger_id)
}

/// Ends the sweep of a list; the list takes its verdict unless it was read later.
async fn end(
    db: &mut Connection,
    list: &List,
    verdict: Verdict,
    reason: &str,
    until: Timestamp,
) -> Result<()> {
    const SWEEP: &str = "
        update sweeps
        set ended_at = $2, verdict = $3, reason = $4, ended_page = (select max(id) from pages)
        where id = $1";
    const LIST: &str = "
        update lists
        set generation = generation + 1, last_sweep = $2, verdict = $3, ended_at = $4
        where id = $1";
    sqlx::query(SWEEP)
        .bind(list.sweep_id)
        .bind(until)
        .bind(verdict.name())
        .bind(reason)
        .execute(&mut *db)
        .await?;
    if list.imported == NEWEST {
        sqlx::query(LIST)
            .bind(list.id)
            .bind(list.sweep_id)
            .bind(verdict.name())
            .bind(until)
            .execute(db)
            .await?;
    }
    Ok(())
}
