//! `gleaner query`: ready-made questions, and how far their answers can be relied on.

mod rests_on;

use clap::Args;

use super::arguments::Common;
use super::output::{self, line};
use super::{Exit, session, sql as answers};
use crate::store::questions::answer::{self, Asked, RestsOn};
use crate::store::questions::parameter::{Given, Parameter};
use crate::store::questions::{ALL, understand};
use crate::store::sql::Answer;

#[derive(Debug, Args)]
pub(crate) struct Query {
    /// The question; without one, all are listed.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// What it is asked of: user=@natgeo, limit=50.
    #[arg(value_name = "PARAMETER=VALUE")]
    parameters: Vec<String>,
    /// Print the statement instead, its parameters filled in: gleaner sql "$(gleaner query NAME --sql)" runs it.
    #[arg(long, requires = "name")]
    sql: bool,
}

pub(crate) async fn run(common: &Common, flags: Query) -> anyhow::Result<Exit> {
    let Some(name) = flags.name else {
        list(common)?;
        return Ok(Exit::Done);
    };
    let question = understand::question(&name)?;
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let asked = answer::understand(database.readers(), question, &flags.parameters).await?;
    if flags.sql {
        show_sql(common, &asked)?;
        return Ok(Exit::Done);
    }
    let (rows, lists) = asked.answer(database.readers()).await?;
    if common.json {
        output::json(&serde_json::json!({
            "question": question.name, "parameters": parameters(&asked), "columns": rows.columns, "rows": rows.rows,
            "rests_on": lists,
        }))?;
    } else {
        show(common, &asked, &rows, &lists);
    }
    Ok(Exit::Done)
}

fn list(common: &Common) -> anyhow::Result<()> {
    if common.json {
        let parameter = |parameter: &Parameter| {
            serde_json::json!({
                "name": parameter.name, "about": parameter.about, "usage": parameter.usage(),
            })
        };
        let questions = ALL.iter().map(|question| {
            let parameters: Vec<_> = question.parameters.iter().map(parameter).collect();
            serde_json::json!({ "name": question.name, "about": question.about, "parameters": parameters })
        });
        return output::json(&questions.collect::<Vec<_>>());
    }
    let rows = ALL.iter().map(|question| {
        let usages: Vec<_> = question.parameters.iter().map(Parameter::usage).collect();
        vec![
            question.name.to_owned(),
            question.about.to_owned(),
            usages.join(" "),
        ]
    });
    line(output::table(&["question", "answers", "parameters"], rows));
    line(
        "\nAsk one: gleaner query mutuals user=@natgeo limit=50\n\
         USER is a name or an id. In brackets: what can be left out, with what holds then.",
    );
    Ok(())
}

fn show_sql(common: &Common, asked: &Asked) -> anyhow::Result<()> {
    if common.json {
        return output::json(&serde_json::json!({
            "question": asked.question.name, "parameters": parameters(asked), "sql": asked.sql(),
        }));
    }
    line(asked.sql());
    Ok(())
}

fn show(common: &Common, asked: &Asked, rows: &Answer, lists: &[RestsOn]) {
    if rows.rows.is_empty() {
        line("no rows");
    } else {
        line(answers::table_of(rows));
    }
    let limit = asked.values.iter().find_map(|(name, value)| match value {
        Given::Number(limit) if *name == "limit" => usize::try_from(*limit).ok(),
        _ => None,
    });
    if !common.quiet && rows.rows.len() > 1 && limit == Some(rows.rows.len()) {
        line(format!("The first {}: limit=N shows more.", rows.rows.len()));
    }
    if asked.question.rests_on.is_some() {
        line("");
        for sentence in rests_on::sentences(lists, asked.question.may_miss) {
            line(output::printable(&sentence));
        }
    }
}

/// The values as they were understood: an account is its id, a harvest its number.
fn parameters(asked: &Asked) -> serde_json::Map<String, serde_json::Value> {
    let value = |value: &Given| serde_json::to_value(value).unwrap_or_default();
    asked
        .values
        .iter()
        .map(|(name, given)| ((*name).to_owned(), value(given)))
        .collect()
}
