//! Asking a question: its rows, and the lists that they rest on with their verdicts.

use serde::Serialize;
use serde_json::Value;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments as _, AssertSqlSafe, Column as _, Executor as _, Row as _, SqlSafeStr as _, SqlitePool,
    Statement as _,
};

use crate::clock::Timestamp;
use crate::store::questions::Question;
use crate::store::questions::fill::{self, Values};
use crate::store::questions::parameter::Given;
use crate::store::questions::{readings, understand};
use crate::store::sql::{self, Answer};
use crate::store::{Connection, Result};

/// A question whose parameters are understood.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub question: &'static Question,
    /// Its values, in the order of its parameters.
    pub values: Vec<(&'static str, Given)>,
}

/// A list that an answer rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestsOn {
    /// What the list holds.
    pub kind: String,
    /// Whose list it is.
    pub target: String,
    /// The owner's username, where the owner is a user and the name is known.
    pub username: Option<String>,
    /// The verdict of the newest sweep that ended; none if there is none.
    pub verdict: Option<String>,
    /// Why this verdict, or why there is none.
    pub reason: Option<String>,
    /// How much of what the counter says is there; none without a counter.
    pub coverage_percent: Option<f64>,
    /// Items that the sweep showed.
    pub distinct_items: Option<i64>,
    /// When the sweep ended.
    pub ended_at: Option<Timestamp>,
    /// What the items stand for in the counter.
    #[serde(skip)]
    pub covered: Option<i64>,
    /// The counter.
    #[serde(skip)]
    pub counter: Option<i64>,
}

/// Understands what a person wrote.
pub async fn understand(pool: &SqlitePool, question: &'static Question, written: &[String]) -> Result<Asked> {
    let mut connection = pool.acquire().await?;
    let values = understand::values(&mut connection, question, written).await?;
    Ok(Asked { question, values })
}

impl Asked {
    /// The statement with its values filled in, for people to go on from.
    pub fn sql(&self) -> String {
        fill::literal(self.question.statement, &self.values)
    }

    /// The rows, and the lists that they rest on, both as of the same moment.
    pub async fn answer(&self, pool: &SqlitePool) -> Result<(Answer, Vec<RestsOn>)> {
        let mut transaction = pool.begin().await?;
        let rows = rows(&mut transaction, self.question.statement, &self.values).await?;
        let rests_on = match self.question.rests_on {
            Some(needed) => rests_on(&mut transaction, needed, self.question, &self.values).await?,
            None => Vec::new(),
        };
        Ok((rows, rests_on))
    }
}

async fn rows(db: &mut Connection, statement: &str, values: &Values) -> Result<Answer> {
    // The text is one of this module's constants; values are bound.
    let sql = AssertSqlSafe(fill::numbered(statement, values)).into_sql_str();
    let prepared = (&mut *db).prepare(sql).await?;
    let columns = prepared
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let rows = prepared.query_with(arguments(values)?).fetch_all(db).await?;
    let rows = rows
        .iter()
        .map(sql::values)
        .collect::<Result<Vec<Vec<Value>>>>()?;
    Ok(Answer { columns, rows })
}

/// The lists among those that are needed; one that nobody has asked for is there without a verdict.
async fn rests_on(
    db: &mut Connection,
    needed: &str,
    question: &Question,
    values: &Values,
) -> Result<Vec<RestsOn>> {
    const LISTS: &str = "
        select
            n.kind, n.target, u.username, l.verdict,
            case
                when l.verdict is not null then s.reason
                when l.id is null then 'not collected'
                else coalesce('parked: ' || t.reason, 'not read to an end yet')
            end as reason,
            -- The lower of the two counters, as for the verdict.
            round(
                100.0 * s.covered / nullif(
                    min(coalesce(s.counter_before, s.counter_after), coalesce(s.counter_after, s.counter_before)), 0
                ),
                1
            ) as coverage_percent,
            s.distinct_items, l.ended_at, s.covered,
            min(coalesce(s.counter_before, s.counter_after), coalesce(s.counter_after, s.counter_before)) as expected
        from (select distinct kind, cast(target as text) as target from needed) as n
        left join lists as l on l.kind = n.kind and l.target = n.target
        left join sweeps as s on s.id = l.last_sweep
        left join tasks as t on t.sweep_id = l.open_sweep and t.state = 'parked'
        left join users as u
            on u.id = cast(n.target as integer)
            and n.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
        order by n.kind, length(n.target), n.target, l.params";
    let lists = readings::around(question).unwrap_or_else(|| LISTS.to_owned());
    let sql = fill::numbered(
        &format!("with needed (kind, target) as ({needed}) {lists}"),
        values,
    );
    let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?)
        .fetch_all(db)
        .await?;
    let list = |row: &SqliteRow| RestsOn {
        kind: row.get(0),
        target: row.get(1),
        username: row.get(2),
        verdict: row.get(3),
        reason: row.get(4),
        coverage_percent: row.get(5),
        distinct_items: row.get(6),
        ended_at: row.get(7),
        covered: row.get(8),
        counter: row.get(9),
    };
    Ok(rows.iter().map(list).collect())
}

fn arguments(values: &Values) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for (_, value) in values {
        let added = match value {
            Given::Nothing => arguments.add(None::<i64>),
            Given::Number(number) => arguments.add(*number),
            Given::Flag(flag) => arguments.add(*flag),
            Given::Text(text) => arguments.add(text.clone()),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
