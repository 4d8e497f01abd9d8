//! Seeds as people see them.

use serde::Serialize;
use sqlx::{Row as _, SqlitePool};

use super::Reject;
use crate::clock::Timestamp;
use crate::store::Result;

/// A seed as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeedView {
    /// The harvest that it belongs to.
    pub harvest: String,
    /// An id, `@name`, or `search:words`.
    pub seed: String,
    /// Whom it is, once that is known.
    pub user_id: Option<i64>,
    /// How the user is called now.
    pub username: Option<String>,
    /// `active` or `held`.
    pub state: &'static str,
    /// Why it is held.
    pub reason: Option<String>,
    /// Since when it is held.
    pub held_at: Option<Timestamp>,
    /// Where it comes from; nothing where no source has it any more.
    pub sources: Vec<String>,
    /// Since when the harvest has it.
    pub since: Timestamp,
    /// The verdict of its profile, or of its search; `open` while it is read for the first time.
    pub verdict: Option<String>,
}

/// The seeds of one harvest, or of all, in their order.
pub async fn list(pool: &SqlitePool, harvest: Option<&str>) -> Result<Vec<SeedView>> {
    const SQL: &str = "
        select
            h.name, s.value, s.user_id, u.username, s.held_at, s.held_reason, s.added_at,
            (
                select json_group_array(o.source)
                from seed_sources as o
                where o.harvest_id = s.harvest_id and o.value = s.value
            ),
            coalesce(l.verdict, case when l.open_sweep is not null then 'open' end)
        from seeds as s
        join harvests as h on h.id = s.harvest_id
        left join users as u on u.id = s.user_id
        left join lists as l
            on l.kind = case when s.value like 'search:%' then 'search' else 'profile' end
            and l.target = case
                when s.value like 'search:%' then substr(s.value, length('search:') + 1)
                else coalesce(cast(s.user_id as text), s.value)
            end
            and l.params = ''
        where $1 is null or h.name = $1
        order by h.name, s.position";
    let rows = sqlx::query(SQL).bind(harvest).fetch_all(pool).await?;
    let view = |row: &sqlx::sqlite::SqliteRow| {
        let held_at: Option<Timestamp> = row.get(4);
        SeedView {
            harvest: row.get(0),
            seed: row.get(1),
            user_id: row.get(2),
            username: row.get(3),
            state: if held_at.is_some() { "held" } else { "active" },
            reason: row.get(5),
            held_at,
            sources: serde_json::from_str(row.get(7)).unwrap_or_default(),
            since: row.get(6),
            verdict: row.get(8),
        }
    };
    Ok(rows.iter().map(view).collect())
}

/// The lines that were no seeds, of one harvest or of all.
pub async fn rejects(pool: &SqlitePool, harvest: Option<&str>) -> Result<Vec<Reject>> {
    const SQL: &str = "
        select h.name, r.source, r.line, r.text, r.reason, r.rejected_at
        from seed_rejects as r
        join harvests as h on h.id = r.harvest_id
        where $1 is null or h.name = $1
        order by h.name, r.source, r.line, r.text";
    let rows = sqlx::query(SQL).bind(harvest).fetch_all(pool).await?;
    let view = |row: &sqlx::sqlite::SqliteRow| Reject {
        harvest: row.get(0),
        source: row.get(1),
        line: row.get(2),
        text: row.get(3),
        reason: row.get(4),
        rejected_at: row.get(5),
    };
    Ok(rows.iter().map(view).collect())
}
