//! `gleaner pause` and `gleaner resume`: nothing more is sent, by a person's word: of all, of a harvest, to an endpoint.

use super::arguments::{Common, Which};
use super::output::{self, line};
use super::{Exit, session};
use crate::endpoints;
use crate::store::harvests;
use crate::store::holds::{self, Hold, Reason, Scope};
use crate::store::{Connection, begin};

pub(crate) async fn pause(common: &Common, which: Which) -> anyhow::Result<Exit> {
    change(common, which, true).await
}

pub(crate) async fn resume(common: &Common, which: Which) -> anyhow::Result<Exit> {
    change(common, which, false).await
}

async fn change(common: &Common, which: Which, pause: bool) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    let scope = scope_of(&mut transaction, which.harvest.as_deref()).await?;
    let what = which.harvest.as_deref().map_or_else(
        || "everything".into(),
        |name| {
            let what = if name.starts_with('/') {
                "endpoint"
            } else {
                "harvest"
            };
            format!("{what} {name}")
        },
    );
    let named = which.harvest.as_deref();
    let goes_on = named.map_or_else(String::new, |name| format!(" {name}"));
    let mut changed = true;
    let said = if pause {
        let hold = Hold {
            scope,
            reason: Reason::Paused,
            detail: "paused by a person".into(),
            since: session::clock().now(),
            until: None,
        };
        holds::put(&mut transaction, &hold).await?;
        format!(
            "{what} is paused: nothing more is sent, and answers that are under way are still kept; \
             `gleaner resume{goes_on}` goes on"
        )
    } else if lift(&mut transaction, &scope).await? {
        format!("{what} goes on")
    } else {
        changed = false;
        format!("{what} was not paused: nothing was changed")
    };
    transaction.commit().await?;
    if common.json {
        output::json(&serde_json::json!({
            "done": said, "harvest": which.harvest, "paused": pause, "changed": changed,
        }))?;
    } else {
        line(said);
    }
    Ok(Exit::Done)
}

/// Lifts what a person may lift: a pause, and for an endpoint also what only a person can judge.
async fn lift(db: &mut Connection, scope: &Scope) -> anyhow::Result<bool> {
    let mut lifted = holds::lift(db, scope, Reason::Paused).await?;
    if matches!(scope, Scope::Endpoint(_)) {
        for reason in [Reason::Retired, Reason::Overcharge] {
            lifted |= holds::lift(db, scope, reason).await?;
        }
    }
    Ok(lifted)
}

async fn scope_of(db: &mut Connection, which: Option<&str>) -> anyhow::Result<Scope> {
    let Some(name) = which else {
        return Ok(Scope::All);
    };
    if name.starts_with('/') {
        let endpoint = endpoints::find(name);
        return endpoint
            .map(|endpoint| Scope::Endpoint(endpoint.path.to_owned()))
            .ok_or_else(|| {
                session::refuse(format!(
                    "there is no endpoint {name}: `gleaner endpoints` lists them"
                ))
            });
    }
    let id = harvests::find(db, name).await?;
    id.map(Scope::Harvest).ok_or_else(|| {
        session::refuse(format!(
            "there is no harvest {name:?}: `gleaner status` lists them"
        ))
    })
}
