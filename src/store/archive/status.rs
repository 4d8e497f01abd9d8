//! What the archive holds: bodies and the room that they take, endpoint by endpoint.

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::Result;

/// The bodies of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// Its path.
    pub endpoint: String,
    /// Pages with a body.
    pub bodies: i64,
    /// Pages whose body was dropped or never kept.
    pub dropped: i64,
    /// The kept bodies as they came.
    pub raw_bytes: i64,
    /// The kept bodies as they are stored, without dictionaries.
    pub stored_bytes: i64,
    /// Dictionaries of the endpoint.
    pub dictionaries: i64,
    /// The room that these take.
    pub dictionary_bytes: i64,
    /// When the oldest kept body came.
    pub oldest_at: Option<Timestamp>,
}

impl Kept {
    /// How many raw bytes stand in a stored one, dictionaries counted; none if nothing is stored.
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub fn ratio(&self) -> Option<f64> {
        let stored = self.stored_bytes + self.dictionary_bytes;
        (self.raw_bytes > 0 && stored > 0).then(|| self.raw_bytes as f64 / stored as f64)
    }

    /// All of them together, under this name.
    pub fn sum(all: &[Self], name: &str) -> Self {
        let sum = |count: fn(&Self) -> i64| all.iter().map(count).sum();
        Self {
            endpoint: name.to_owned(),
            bodies: sum(|kept| kept.bodies),
            dropped: sum(|kept| kept.dropped),
            raw_bytes: sum(|kept| kept.raw_bytes),
            stored_bytes: sum(|kept| kept.stored_bytes),
            dictionaries: sum(|kept| kept.dictionaries),
            dictionary_bytes: sum(|kept| kept.dictionary_bytes),
            oldest_at: all.iter().filter_map(|kept| kept.oldest_at).min(),
        }
    }
}

/// What is kept of each endpoint that was ever asked.
pub async fn kept<'c>(db: impl sqlx::SqliteExecutor<'c>) -> Result<Vec<Kept>> {
    const SQL: &str = "
        select
            p.endpoint,
            count(b.page_id),
            count(*) - count(b.page_id),
            coalesce(sum(p.bytes) filter (where b.page_id is not null), 0),
            coalesce(sum(length(b.body)), 0),
            (select count(*) from dictionaries as d where d.endpoint = p.endpoint),
            (select coalesce(sum(length(d.dictionary)), 0) from dictionaries as d where d.endpoint = p.endpoint),
            min(p.answered_at) filter (where b.page_id is not null)
        from pages as p
        left join page_bodies as b on b.page_id = p.id
        group by p.endpoint
        order by p.endpoint";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    Ok(rows
        .iter()
        .map(|row| Kept {
            endpoint: row.get(0),
            bodies: row.get(1),
            dropped: row.get(2),
            raw_bytes: row.get(3),
            stored_bytes: row.get(4),
            dictionaries: row.get(5),
            dictionary_bytes: row.get(6),
            oldest_at: row.get(7),
        })
        .collect())
}
