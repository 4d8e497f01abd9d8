//! `gleaner tasks`: the queue, for people.

use super::arguments::{Common, Listing, Tasks as Flags, TasksCommand};
use super::output::{self, count, line, printable};
use super::{Exit, session};
use crate::setup;
use crate::store::begin;
use crate::store::tasks::{self, TaskView};

/// How much of a parked body is shown.
const SHOWN_BYTES: usize = 2_000;

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let now = session::clock().now();
    let mut connection = database.writer().await?;
    let listing = |listing: Listing| async move {
        tasks::list(database.readers(), listing.state.as_deref(), listing.at_most).await
    };
    match flags.command {
        None => list(common, &listing(flags.listing).await?),
        Some(TasksCommand::List(flags)) => list(common, &listing(flags).await?),
        Some(TasksCommand::Show { id }) => {
            let (task, body) = tasks::show(&mut connection, id).await?;
            show(common, &task, body.as_deref())
        }
        Some(TasksCommand::Retry { id, .. }) => {
            let mut transaction = begin(&mut connection).await?;
            let retried = tasks::retry(&mut transaction, id).await?;
            transaction.commit().await?;
            retried_tasks(common, id, retried)
        }
        Some(TasksCommand::Cancel { id }) => {
            let policy = setup::policy(&loaded.config, false);
            let mut transaction = begin(&mut connection).await?;
            tasks::cancel(&mut transaction, &policy, id, now).await?;
            transaction.commit().await?;
            let said = format!("task {id} is cancelled: its list ends here, and what it bought is kept");
            done(common, said, &serde_json::json!({ "cancelled": id }))
        }
    }
}

fn retried_tasks(common: &Common, id: Option<i64>, retried: usize) -> anyhow::Result<Exit> {
    let said = match (id, retried) {
        (None, 0) => "nothing is parked: nothing was changed".to_owned(),
        (Some(id), 0) => format!("task {id} is neither parked nor waiting: nothing was changed"),
        (_, retried) => format!(
            "{} ready to be asked again, and what was bought before is kept: `gleaner run` or the same \
             `gleaner harvest` sends",
            count(i64::try_from(retried).unwrap_or(i64::MAX), "task is", "tasks are")
        ),
    };
    done(common, said, &serde_json::json!({ "retried": retried }))
}

fn done(common: &Common, said: String, fields: &serde_json::Value) -> anyhow::Result<Exit> {
    if common.json {
        let mut fields = fields.clone();
        fields["done"] = said.into();
        output::json(&fields)?;
    } else {
        line(said);
    }
    Ok(Exit::Done)
}

fn list(common: &Common, listed: &[TaskView]) -> anyhow::Result<Exit> {
    if common.json {
        output::json(&listed)?;
        return Ok(Exit::Done);
    }
    if listed.is_empty() {
        line("no tasks: every list has its verdict, or none is in this state");
        return Ok(Exit::Done);
    }
    let rows = listed.iter().map(|task| {
        vec![
            task.id.to_string(),
            task.state.clone(),
            task.kind.clone(),
            whose(task),
            task.page.to_string(),
            task.items.to_string(),
            task.until.map_or_else(String::new, output::time),
            task.reason.clone().unwrap_or_default(),
        ]
    });
    line(output::table(
        &[
            "task", "state", "kind", "target", "page", "items", "until", "reason",
        ],
        rows,
    ));
    Ok(Exit::Done)
}

fn whose(task: &TaskView) -> String {
    match &task.username {
        Some(name) => format!("{} @{name}", task.target),
        None => task.target.clone(),
    }
}

fn show(common: &Common, task: &TaskView, body: Option<&[u8]>) -> anyhow::Result<Exit> {
    let body = body.map(|body| String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES)]).into_owned());
    if common.json {
        output::json(&serde_json::json!({ "task": task, "body": body }))?;
        return Ok(Exit::Done);
    }
    line(format!(
        "task {}: {} of {}, {}",
        task.id,
        task.kind,
        whose(task),
        task.state
    ));
    line(format!(
        "endpoint {}, page {}, harvest {}",
        task.endpoint, task.page, task.harvest
    ));
    line(format!(
        "{}, {}, {} so far; {}",
        count(task.pages, "page", "pages"),
        count(task.items, "item", "items"),
        count(task.units, "unit", "units"),
        count(task.attempts, "failed attempt", "failed attempts"),
    ));
    if let Some(reason) = &task.reason {
        line(format!("reason: {}", printable(reason)));
    }
    if let Some(until) = task.until {
        line(format!("waits until {}", output::time(until)));
    }
    if let Some(body) = body {
        line(format!("the answer that parked it begins:\n{}", printable(&body)));
    }
    if task.state == "parked" {
        line(format!(
            "next: `gleaner tasks retry {}` asks again, `gleaner tasks cancel {}` ends its list",
            task.id, task.id
        ));
    }
    Ok(Exit::Done)
}
