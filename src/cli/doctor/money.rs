//! The limits of units and the account beside the ledger, as the file has them.

use std::path::Path;

use super::finding::Finding;
use crate::cli::{drift, limits, session};
use crate::config::Config;
use crate::store::inspect;
use crate::store::limits::Scope;

const AREA: &str = "tables";

/// How it stands with the limits, and whether the account lost what the ledger does not know.
pub(super) async fn examine(path: &Path, config: &Config, working: bool) -> anyhow::Result<Vec<Finding>> {
    let pool = inspect::readers(path).await?;
    let now = session::clock().now();
    let standing = limits::standing(config, &pool, working, now).await?;
    let mut findings = Vec::new();
    let words = limits::in_words(&standing);
    if !words.is_empty() {
        findings.push(Finding::ok(AREA, format!("units: {words}")));
    }
    let spent_up = standing
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest && limit.left == Some(0));
    findings.extend(spent_up.map(|limit| {
        Finding::warning(
            AREA,
            format!("{} is spent: nothing more is sent", limit.title()),
            limit.how_to_go_on(),
        )
    }));
    if let Some(drift) = drift::recent(&pool, now).await? {
        findings.push(Finding::warning(
            AREA,
            drift.sentence(),
            "see whether somebody else uses the key; compare with the vendor's bill: gleaner query drifts",
        ));
    }
    pool.close().await;
    Ok(findings)
}
