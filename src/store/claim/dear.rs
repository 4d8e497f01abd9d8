//! What is too dear for a harvest just now: where its limits leave less than one request costs, a cheaper one may fit yet.

use crate::policy::{Policy, Step};
use crate::store::{Connection, Result};

/// The endpoints that cost more than is left, as JSON arrays of paths.
#[derive(Debug)]
pub(super) struct Dear {
    /// Whatever is asked of them.
    pub(super) always: String,
    /// Unless `force` makes the request cheaper.
    pub(super) unless_forced: String,
}

impl Dear {
    /// Nothing is too dear.
    pub(super) fn nothing() -> Self {
        Self::of(&[], &[])
    }

    /// With so many units left; none where nothing at all fits into them. A task whose endpoint is retired moves on before
    /// it is priced, so that one is never too dear.
    pub(super) fn with_left(policy: &Policy, left: i64, retired: &[String]) -> Option<Self> {
        let known = || {
            policy
                .known
                .iter()
                .filter(|step| !retired.contains(&step.endpoint))
        };
        let least = |units: i64, forced: Option<i64>| forced.unwrap_or(units).min(units);
        if left < 1 || known().all(|step| least(step.units, step.forced_units) > left) {
            return None;
        }
        let (always, unless_forced): (Vec<_>, Vec<_>) = known()
            .filter(|step| step.units > left)
            .partition(|step| least(step.units, step.forced_units) > left);
        let paths = |steps: Vec<&Step>| -> Vec<String> {
            steps.into_iter().map(|step| step.endpoint.clone()).collect()
        };
        Some(Self::of(&paths(always), &paths(unless_forced)))
    }

    fn of(always: &[String], unless_forced: &[String]) -> Self {
        let json = |paths: &[String]| serde_json::to_string(paths).unwrap_or_else(|_| "[]".into());
        Self {
            always: json(always),
            unless_forced: json(unless_forced),
        }
    }
}

/// Whether something of a harvest waits for its time that is not too dear.
pub(super) async fn fits_later(db: &mut Connection, harvest_id: i64, dear: &Dear) -> Result<bool> {
    const SQL: &str = "
        select exists (
            select 1
            from tasks
            where harvest_id = $1
                and state = 'waiting'
                and endpoint not in (select value from json_each($2))
                and endpoint not in (select value from json_each($3))
        )";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest_id)
        .bind(&dear.always)
        .bind(&dear.unless_forced)
        .fetch_one(db)
        .await?)
}
