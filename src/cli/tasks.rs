//! `gleaner tasks`: the queue, for people.

use super::arguments::{Common, Tasks as Flags, TasksCommand};
use super::output::{self, line, printable};
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
    let Some(command) = flags.command else {
        let state = flags.state.as_deref();
        if let Some(state) = state
            && !["ready", "waiting", "leased", "parked"].contains(&state)
        {
            return Err(session::refuse(format!(
                "--state {state}: write ready, waiting, leased or parked"
            )));
        }
        let listed = tasks::list(database.readers(), state, flags.at_most).await?;
        return list(common, &listed);
    };
    let mut connection = database.writer().await?;
    if let TasksCommand::Show { id } = command {
        let (task, body) = tasks::show(&mut connection, id).await?;
        return show(common, &task, body.as_deref());
    }
    let mut transaction = begin(&mut connection).await?;
    let said = match command {
        TasksCommand::Retry { id, .. } => {
            let retried = tasks::retry(&mut transaction, id).await?;
            format!("{retried} tasks are ready to be asked again; what they bought before is kept")
        }
        TasksCommand::Cancel { id } => {
            let policy = setup::policy(&loaded.config, false);
            tasks::cancel(&mut transaction, &policy, id, now).await?;
            format!("task {id} is cancelled; what it bought is kept")
        }
        TasksCommand::Show { .. } => String::new(),
    };
    transaction.commit().await?;
    if common.json {
        output::json(&serde_json::json!({ "done": said }))?;
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
        line("no such tasks");
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
        "{} pages, {} items, {} units so far; {} failed attempts",
        task.pages, task.items, task.units, task.attempts
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
    Ok(Exit::Done)
}
