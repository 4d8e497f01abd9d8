//! Packing: bodies that came before their endpoint had its dictionary, or while pages waited, are compressed again, some at
//! a time. As training, the slow step stands between reading and keeping.

use sqlx::Row as _;

use crate::store::archive::{bodies, encoding};
use crate::store::{Connection, Result};

/// Bodies that can be stored in less room.
#[derive(Debug)]
pub struct Loose {
    dictionary_id: Option<i64>,
    dictionary: Option<Vec<u8>>,
    bodies: Vec<(i64, Vec<u8>)>,
}

/// Bodies as they are to be stored.
#[derive(Debug)]
pub struct Packed {
    dictionary_id: Option<i64>,
    bodies: Vec<(i64, Vec<u8>)>,
}

/// Some bodies of one endpoint that are not packed with its newest dictionary; none if all are. An endpoint without a
/// dictionary waits for one.
pub async fn due(db: &mut Connection, at_most: i64) -> Result<Option<Loose>> {
    const ENDPOINTS: &str = "
        select endpoint, max(id)
        from dictionaries
        group by endpoint
        order by endpoint";
    const DICTIONARY: &str = "
        select dictionary
        from dictionaries
        where id = $1";
    const LOOSE: &str = "
        select b.page_id
        from page_bodies as b
        join pages as p on p.id = b.page_id
        where p.endpoint = $1 and (b.level < $2 or b.dictionary_id is not $3)
        order by b.page_id
        limit $4";
    for row in sqlx::query(ENDPOINTS).fetch_all(&mut *db).await? {
        let (endpoint, dictionary_id): (&str, i64) = (row.get(0), row.get(1));
        let pages: Vec<i64> = sqlx::query_scalar(LOOSE)
            .bind(endpoint)
            .bind(encoding::PACKED_LEVEL)
            .bind(dictionary_id)
            .bind(at_most)
            .fetch_all(&mut *db)
            .await?;
        if pages.is_empty() {
            continue;
        }
        let mut loose = Loose {
            dictionary_id: Some(dictionary_id),
            dictionary: Some(
                sqlx::query_scalar(DICTIONARY)
                    .bind(dictionary_id)
                    .fetch_one(&mut *db)
                    .await?,
            ),
            bodies: Vec::with_capacity(pages.len()),
        };
        for page in pages {
            if let Some(body) = bodies::read(db, page).await? {
                loose.bodies.push((page, body));
            }
        }
        return Ok(Some(loose));
    }
    Ok(None)
}

impl Loose {
    /// Compresses them as well as can be. It takes up to a second.
    pub fn pack(self) -> Packed {
        let dictionary = self.dictionary.as_deref();
        let pack = |(page, body): (i64, Vec<u8>)| {
            let packed = encoding::compress(&body, dictionary, encoding::PACKED_LEVEL);
            (page, packed)
        };
        Packed {
            dictionary_id: self.dictionary_id,
            bodies: self.bodies.into_iter().map(pack).collect(),
        }
    }
}

/// Stores them; one that was dropped meanwhile stays away. Returns how many there were.
pub async fn keep(db: &mut Connection, packed: &Packed) -> Result<u64> {
    const SQL: &str = "
        update page_bodies
        set body = $2, dictionary_id = $3, level = $4
        where page_id = $1";
    let mut kept = 0;
    for (page, body) in &packed.bodies {
        let done = sqlx::query(SQL)
            .bind(page)
            .bind(body)
            .bind(packed.dictionary_id)
            .bind(encoding::PACKED_LEVEL)
            .execute(&mut *db)
            .await?;
        kept += done.rows_affected();
    }
    Ok(kept)
}
