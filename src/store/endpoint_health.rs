//! How each endpoint has answered so far: the view `endpoint_health`.

use serde::Serialize;
use sqlx::{Row as _, SqlitePool};

use crate::clock::Timestamp;
use crate::store::Result;

/// The answers of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Its path.
    #[serde(skip)]
    pub endpoint: String,
    /// Requests that were answered or lost.
    pub requests: i64,
    /// The share of them that brought a page.
    pub good_percent: f64,
    /// From the reservation to the answer, in the middle of those that brought a page.
    pub median_ms: Option<i64>,
    /// Items on a page, on average.
    pub items_a_page: Option<f64>,
    /// What was billed or may have been.
    pub units: i64,
    /// Items for a unit, on average.
    pub items_a_unit: Option<f64>,
    /// When it last answered.
    pub last_answer_at: Option<Timestamp>,
}

/// Every endpoint that was asked.
pub async fn all(pool: &SqlitePool) -> Result<Vec<Health>> {
    const SQL: &str = "
        select
            endpoint, requests, good_percent, median_ms, items_a_page, units, items_a_unit, last_answer_at
        from endpoint_health
        order by endpoint";
    let rows = sqlx::query(SQL).fetch_all(pool).await?;
    Ok(rows
        .iter()
        .map(|row| Health {
            endpoint: row.get(0),
            requests: row.get(1),
            good_percent: row.get(2),
            median_ms: row.get(3),
            items_a_page: row.get(4),
            units: row.get(5),
            items_a_unit: row.get(6),
            last_answer_at: row.get(7),
        })
        .collect())
}
