//! From what a person wrote (`user=@natgeo`) to the values of a question; whatever is wrong is refused with what to write.

use sqlx::Row as _;

use crate::store::questions::fill::Values;
use crate::store::questions::parameter::{Given, Otherwise, Parameter, Takes};
use crate::store::questions::{self, Question};
use crate::store::{Connection, Result, StoreError};

/// The question of that name; hyphens do for underscores.
pub fn question(name: &str) -> Result<&'static Question> {
    let name = &name.replace('-', "_");
    questions::ALL
        .iter()
        .copied()
        .find(|question| question.name == name)
        .ok_or_else(|| {
            let names = questions::ALL.iter().map(|question| question.name);
            refused(format!(
                "there is no question `{name}`: there are {}; `gleaner query` says what each answers{}",
                names.clone().collect::<Vec<_>>().join(", "),
                hint(name, names)
            ))
        })
}

/// The values of the question's parameters, in their order.
pub(crate) async fn values(db: &mut Connection, question: &Question, written: &[String]) -> Result<Values> {
    let written = pairs(question, written)?;
    let mut values = Values::new();
    for parameter in question.parameters {
        let mut texts = written
            .iter()
            .filter(|(name, _)| *name == parameter.name)
            .map(|(_, text)| *text);
        let value = match (texts.next(), parameter.otherwise) {
            (Some(text), _) if texts.next().is_none() => read(db, parameter, text).await?,
            (Some(_), _) => {
                return Err(refused(format!(
                    "{} is given twice: give it once; nothing was asked",
                    parameter.name
                )));
            }
            (None, Otherwise::Everything) => Given::Nothing,
            (None, Otherwise::Is(text)) => read(db, parameter, text).await?,
            (None, Otherwise::Refused) => return Err(missing(db, question, parameter).await?),
        };
        values.push((parameter.name, value));
    }
    Ok(values)
}

/// `NAME=VALUE`, each with a name that the question takes.
fn pairs<'text>(question: &Question, written: &'text [String]) -> Result<Vec<(&'text str, &'text str)>> {
    let known = || question.parameters.iter().map(|parameter| parameter.name);
    let takes = || {
        let usages = question.parameters.iter().map(Parameter::usage);
        usages.collect::<Vec<_>>().join(" ")
    };
    let pair = |text: &'text String| {
        let Some((name, value)) = text.split_once('=') else {
            return Err(refused(format!(
                "{text:?} is no PARAMETER=VALUE: write `gleaner query {} {}`; nothing was asked",
                question.name,
                takes()
            )));
        };
        if known().any(|known| known == name) {
            return Ok((name, value));
        }
        Err(refused(format!(
            "{} takes no parameter `{name}`: it takes {}; nothing was asked{}",
            question.name,
            takes(),
            hint(name, known())
        )))
    };
    written.iter().map(pair).collect()
}

async fn read(db: &mut Connection, parameter: &Parameter, text: &str) -> Result<Given> {
    if text.trim().is_empty() {
        return Err(refused(format!(
            "{}= has no value: write {}; nothing was asked",
            parameter.name,
            parameter.example()
        )));
    }
    let text = text.trim();
    match parameter.read(text)? {
        Some(value) => Ok(value),
        None if parameter.takes == Takes::Harvest => harvest(db, parameter.name, text).await,
        None => user(db, parameter.name, text).await,
    }
}

async fn missing(db: &mut Connection, question: &Question, parameter: &Parameter) -> Result<StoreError> {
    let there_are = if parameter.takes == Takes::Harvest {
        format!(" ({})", there_are(&harvest_names(db).await?))
    } else {
        String::new()
    };
    Ok(refused(format!(
        "{} needs {}, {}: write {}{there_are}; nothing was asked",
        question.name,
        parameter.name,
        parameter.about,
        parameter.example()
    )))
}

/// The id of the one account that is meant. A name is looked up among the accounts and among the seeds, because a seed
/// keeps the name under which it was given when the account takes another.
async fn user(db: &mut Connection, parameter: &str, text: &str) -> Result<Given> {
    const BY_ID: &str = "
        select id
        from users
        where id = $1";
    const BY_NAME: &str = "
        select u.id, coalesce('@' || u.username, 'no name') || ', last seen ' || date(u.last_seen_at / 1000, 'unixepoch')
        from users as u
        where u.username = $1 or u.id in (select user_id from seeds where value = '@' || $1)
        order by u.id";
    let name = text.trim_start_matches('@').to_lowercase();
    let is_id = !text.starts_with('@') && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_id {
        let id: Option<i64> = match text.parse::<i64>() {
            Ok(id) => sqlx::query_scalar(BY_ID).bind(id).fetch_optional(db).await?,
            Err(_) => None,
        };
        return id.map(Given::Number).ok_or_else(|| unknown(parameter, text));
    }
    let rows = sqlx::query(BY_NAME).bind(&name).fetch_all(db).await?;
    match rows.as_slice() {
        [] => Err(unknown(parameter, text)),
        [row] => Ok(Given::Number(row.get(0))),
        several => {
            let each = several
                .iter()
                .map(|row| format!("{} ({})", row.get::<i64, _>(0), row.get::<&str, _>(1)))
                .collect::<Vec<_>>()
                .join(", ");
            Err(refused(format!(
                "{parameter}={text}: {} accounts have had this name: {each}; write the id; nothing was asked",
                several.len()
            )))
        }
    }
}

fn unknown(parameter: &str, text: &str) -> StoreError {
    refused(format!(
        "{parameter}={text}: no such account has been met; nothing was asked; harvest it first, as in \
         `gleaner harvest {text} --name more --max-units 10`"
    ))
}

async fn harvest(db: &mut Connection, parameter: &str, text: &str) -> Result<Given> {
    const SQL: &str = "
        select id
        from harvests
        where name = $1";
    let id: Option<i64> = sqlx::query_scalar(SQL)
        .bind(text)
        .fetch_optional(&mut *db)
        .await?;
    if let Some(id) = id {
        return Ok(Given::Number(id));
    }
    let names = harvest_names(db).await?;
    Err(refused(format!(
        "{parameter}={text}: there is no such harvest: {}; nothing was asked{}",
        there_are(&names),
        hint(text, names.iter().map(String::as_str))
    )))
}

async fn harvest_names(db: &mut Connection) -> Result<Vec<String>> {
    const SQL: &str = "
        select name
        from harvests
        order by name";
    Ok(sqlx::query_scalar(SQL).fetch_all(db).await?)
}

fn there_are(harvests: &[String]) -> String {
    match harvests {
        [] => "the file has none yet".into(),
        names => format!("there are {}", names.join(", ")),
    }
}

/// `; did you mean ...?` with the nearest name, or nothing where none is near.
fn hint<'name>(unknown: &str, known: impl Iterator<Item = &'name str>) -> String {
    let longest_distance = 1 + unknown.chars().count() / 3;
    known
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .filter(|(distance, _)| *distance <= longest_distance)
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

fn refused(text: String) -> StoreError {
    StoreError::Refused(text)
}
