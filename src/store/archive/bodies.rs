//! Bodies in their table: kept with their page, and read back byte for byte.

use sqlx::Row as _;

use crate::store::archive::{dictionaries, encoding};
use crate::store::{Connection, Result, StoreError};

/// Keeps the body of a page, with the newest dictionary of its endpoint.
pub(crate) async fn keep(db: &mut Connection, page_id: i64, endpoint: &str, body: &[u8]) -> Result<()> {
    const SQL: &str = "
        insert into page_bodies (page_id, body, dictionary_id, level)
        values ($1, $2, $3, $4)";
    let dictionary = dictionaries::newest(db, endpoint).await?;
    let bytes = dictionary.as_ref().map(|dictionary| dictionary.bytes.as_slice());
    sqlx::query(SQL)
        .bind(page_id)
        .bind(encoding::compress(body, bytes, encoding::LEVEL))
        .bind(dictionary.as_ref().map(|dictionary| dictionary.id))
        .bind(encoding::LEVEL)
        .execute(db)
        .await?;
    Ok(())
}

/// The body of a page; none if it was dropped.
pub(crate) async fn read(db: &mut Connection, page_id: i64) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "
        select b.body, d.dictionary, p.bytes
        from page_bodies as b
        join pages as p on p.id = b.page_id
        left join dictionaries as d on d.id = b.dictionary_id
        where b.page_id = $1";
    let Some(row) = sqlx::query(SQL).bind(page_id).fetch_optional(db).await? else {
        return Ok(None);
    };
    let dictionary: Option<Vec<u8>> = row.get(1);
    let body = encoding::expand(row.get(0), dictionary.as_deref())
        .ok()
        .filter(|body| i64::try_from(body.len()).is_ok_and(|length| length == row.get::<i64, _>(2)));
    body.map(Some).ok_or_else(|| {
        StoreError::Unusable(format!(
            "the body of page {page_id} is damaged: nothing was changed; restore the file from a copy, or drop that body with \
             `gleaner archive prune --page {page_id}`"
        ))
    })
}

/// The body of a page, for what can do without: none if it was dropped, or with a warning if it is damaged.
pub(crate) async fn read_if_sound(db: &mut Connection, page_id: i64) -> Result<Option<Vec<u8>>> {
    match read(db, page_id).await {
        Err(StoreError::Unusable(reason)) => {
            tracing::warn!(page = page_id, "{reason}; the other bodies go on");
            Ok(None)
        }
        read => read,
    }
}
