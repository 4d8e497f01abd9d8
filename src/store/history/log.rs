//! Keeping the former values of columns.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::Row as _;

use crate::model::{Cell, Record};
use crate::store::history::former::{self, Former};
use crate::store::merge::{Changes, Late};
use crate::store::stamps::Stamp;
use crate::store::{Connection, Result, json_ids};

/// Keeps what an answer changed of rows, or adds to what was known of the time before.
pub(crate) async fn write<R: Record>(db: &mut Connection, changes: Vec<(i64, Changes)>) -> Result<()> {
    let begun = begun::<R>(db, &changes).await?;
    let mut rows = Vec::new();
    let mut late: BTreeMap<i64, Vec<Late>> = BTreeMap::new();
    for (id, changes) in changes {
        for (name, former) in &changes.replaced {
            let since = begun
                .get(&(id, (*name).to_owned()))
                .copied()
                .unwrap_or(changes.row_since);
            if !(former::is_daily(name) && former.is_of_one_day(since)) {
                rows.push(row(id, name, former));
            }
        }
        if !changes.late.is_empty() {
            late.entry(id).or_default().extend(changes.late);
        }
    }
    insert::<R>(db, rows).await?;
    if late.is_empty() {
        return Ok(());
    }
    let mut known = read::<R>(db, late.keys().copied()).await?;
    let mut rows = Vec::new();
    let mut touched = Vec::new();
    for (id, late) in late {
        for late in late {
            let formers = known.entry((id, late.name.to_owned())).or_default();
            let before = formers.clone();
            let daily = former::is_daily(late.name);
            former::place(formers, &late.present, late.value, late.said, daily);
            if *formers != before {
                touched.push((id, late.name));
                rows.extend(formers.iter().map(|former| row(id, late.name, former)));
            }
        }
    }
    if !touched.is_empty() {
        forget::<R>(db, &touched).await?;
        insert::<R>(db, rows).await?;
    }
    Ok(())
}

/// When the counts that may have come and gone within a day began, where the one before them was kept.
async fn begun<R: Record>(
    db: &mut Connection,
    changes: &[(i64, Changes)],
) -> Result<BTreeMap<(i64, String), Stamp>> {
    const SQL: &str = "
        select f.id, f.name, max(f.until_stamp)
        from json_each($1) as row
        join former_values as f on f.thing = $2 and f.id = row.value ->> 0 and f.name = row.value ->> 1
        group by f.id, f.name";
    let asked: Vec<(i64, &str)> = changes
        .iter()
        .flat_map(|(id, changes)| {
            let counts = changes.replaced.iter().filter(|(name, former)| {
                former::is_daily(name)
                    && former
                        .last
                        .is_some_and(|last| former::same_day(last, former.until))
            });
            counts.map(|(name, _)| (*id, *name))
        })
        .collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(SQL)
        .bind(serde_json::to_string(&asked).unwrap_or_else(|_| "[]".into()))
        .bind(R::TABLE)
        .fetch_all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.get(0), row.get(1)), row.get(2)))
        .collect())
}

fn row(id: i64, name: &str, former: &Former) -> Value {
    let value = match &former.value {
        Cell::Unsaid | Cell::Clear => Value::Null,
        Cell::Int(value) => json!(value),
        Cell::Real(value) => json!(value),
        Cell::Text(value) => json!(value),
    };
    json!([id, name, former.until, former.last, value])
}

async fn insert<R: Record>(db: &mut Connection, rows: Vec<Value>) -> Result<()> {
    const SQL: &str = "
        insert into former_values (thing, id, name, until_stamp, last_stamp, value)
        select $2, row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4
        from json_each($1) as row
        where true
        on conflict (thing, id, name, until_stamp) do nothing";
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(SQL)
        .bind(Value::Array(rows).to_string())
        .bind(R::TABLE)
        .execute(db)
        .await?;
    Ok(())
}

async fn forget<R: Record>(db: &mut Connection, columns: &[(i64, &str)]) -> Result<()> {
    const SQL: &str = "
        delete from former_values
        where thing = $2 and (id, name) in (select row.value ->> 0, row.value ->> 1 from json_each($1) as row)";
    sqlx::query(SQL)
        .bind(serde_json::to_string(columns).unwrap_or_else(|_| "[]".into()))
        .bind(R::TABLE)
        .execute(db)
        .await?;
    Ok(())
}

async fn read<R: Record>(
    db: &mut Connection,
    ids: impl IntoIterator<Item = i64>,
) -> Result<BTreeMap<(i64, String), Vec<Former>>> {
    const SQL: &str = "
        select id, name, until_stamp, last_stamp, value
        from former_values
        where thing = $2 and id in (select value from json_each($1))
        order by id, name, until_stamp";
    let mut known: BTreeMap<(i64, String), Vec<Former>> = BTreeMap::new();
    for row in sqlx::query(SQL)
        .bind(json_ids(ids))
        .bind(R::TABLE)
        .fetch_all(db)
        .await?
    {
        let former = Former {
            until: row.get(2),
            last: row.get(3),
            value: crate::store::records::cell(&row, 4)?,
        };
        known.entry((row.get(0), row.get(1))).or_default().push(former);
    }
    Ok(known)
}
