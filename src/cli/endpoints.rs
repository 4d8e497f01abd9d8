//! `gleaner endpoints`: what can be asked, what it costs, how it pages.

use super::Exit;
use super::arguments::Common;
use super::output::{self, line};
use crate::endpoint::Options;
use crate::endpoints;

pub(crate) fn run(common: &Common) -> anyhow::Result<Exit> {
    if common.json {
        let all: Vec<_> = endpoints::ALL
            .iter()
            .map(|endpoint| {
                serde_json::json!({
                    "path": endpoint.path, "kind": endpoint.kind, "units": endpoint.cost.units(&Options::default()),
                    "page_size": endpoint.page_size, "cursor": endpoint.cursor,
                    "cursor_source": endpoint.cursor_source, "replaced_by": endpoint.replaced_by,
                })
            })
            .collect();
        output::json(&all)?;
        return Ok(Exit::Done);
    }
    let rows = endpoints::ALL.iter().map(|endpoint| {
        vec![
            endpoint.path.to_owned(),
            endpoint.kind.map_or("", crate::kind::Kind::name).to_owned(),
            endpoint.cost.units(&Options::default()).to_string(),
            endpoint.page_size.to_string(),
            endpoint.cursor.unwrap_or("one page").to_owned(),
            endpoint
                .replaced_by
                .map_or_else(String::new, |path| format!("use {path}")),
        ]
    });
    line(output::table(
        &["endpoint", "collects", "units", "page", "cursor", "deprecated"],
        rows,
    ));
    Ok(Exit::Done)
}
