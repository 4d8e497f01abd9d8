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
    /// Half of the pages came within it, from the reservation to the answer.
    pub median_ms: Option<i64>,
    /// Items on a page, on average.
    pub items_a_page: Option<f64>,
    /// What was billed or may have been.
    pub units: i64,
    /// Items for a unit, on average.
    pub items_a_unit: Option<f64>,
    /// When it last answered.
    pub last_answer_at: Option<Timestamp>,
    /// Items that their sweep had not shown before.
    pub new_items: i64,
    /// Units for each of these, on average.
    pub units_a_new_item: Option<f64>,
    /// Lists that it showed to a clean end near their counter.
    pub clean: i64,
    /// Lists of which it showed only part.
    pub truncated: i64,
    /// The share of these among both.
    pub truncated_percent: Option<f64>,
    /// Since when it is known to be retired.
    pub retired_at: Option<Timestamp>,
}

/// Every endpoint that was asked.
pub async fn all(pool: &SqlitePool) -> Result<Vec<Health>> {
    const SQL: &str = "
        select
            endpoint, requests, good_percent, median_ms, items_a_page, units, items_a_unit, last_answer_at, new_items,
            units_a_new_item, clean, truncated, truncated_percent, retired_at
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
            new_items: row.get(8),
            units_a_new_item: row.get(9),
            clean: row.get(10),
            truncated: row.get(11),
            truncated_percent: row.get(12),
            retired_at: row.get(13),
        })
        .collect())
}
