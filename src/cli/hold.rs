//! `gleaner pause` and `gleaner resume`: nothing more is sent, by a person's word.

use super::arguments::{Common, Which};
use super::output::{self, line};
use super::{Exit, session};
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
    let what = which
        .harvest
        .as_deref()
        .map_or_else(|| "everything".into(), |name| format!("harvest {name}"));
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
    } else if holds::lift(&mut transaction, &scope, Reason::Paused).await? {
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

async fn scope_of(db: &mut Connection, harvest: Option<&str>) -> anyhow::Result<Scope> {
    let Some(name) = harvest else {
        return Ok(Scope::All);
    };
    let id = harvests::find(db, name).await?;
    id.map(Scope::Harvest).ok_or_else(|| {
        session::refuse(format!(
            "there is no harvest {name:?}: `gleaner status` lists them"
        ))
    })
}
