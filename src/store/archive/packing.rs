//! Packing: bodies that came before their endpoint had its dictionary, or while pages waited, are compressed again, some at
//! a time. As training, the slow step stands between reading and keeping.

use crate::store::archive::{bodies, encoding};
use crate::store::{Connection, Result, json_ids};

/// `page_bodies.level` of a body that cannot be read, or cannot be read back once it is packed: it is left as it is.
const LEFT: i64 = 99;

/// Bodies that can be stored in less room.
#[derive(Debug)]
pub struct Loose {
    dictionary_id: i64,
    dictionary: Vec<u8>,
    bodies: Vec<(i64, Vec<u8>)>,
    left: Vec<i64>,
}

/// Bodies as they are to be stored.
#[derive(Debug)]
pub struct Packed {
    dictionary_id: i64,
    bodies: Vec<(i64, Vec<u8>)>,
    left: Vec<i64>,
}

/// Some bodies of one endpoint that are not packed with its newest dictionary; none if all are. An endpoint without a
/// dictionary waits for one.
pub async fn due(db: &mut Connection, at_most: i64) -> Result<Option<Loose>> {
    // Only what is loose is read, whatever the size of the archive: the index is named so that it cannot be otherwise.
    const LOOSE: &str = "
        with newest as materialized (
            select endpoint, max(id) as id
            from dictionaries
            group by endpoint
        )
        select page_id, dictionary_id
        from (
            select b.page_id, n.id as dictionary_id
            from newest as n
            cross join page_bodies as b indexed by page_bodies_by_packing
            where b.dictionary_id = n.id and b.level < $1
            union all
            select b.page_id, n.id
            from newest as n
            cross join dictionaries as d on d.endpoint = n.endpoint and d.id < n.id
            cross join page_bodies as b indexed by page_bodies_by_packing
            where b.dictionary_id = d.id and b.level < $2
            union all
            select b.page_id, n.id
            from page_bodies as b indexed by page_bodies_by_packing
            cross join pages as p on p.id = b.page_id
            cross join newest as n on n.endpoint = p.endpoint
            where b.dictionary_id is null and b.level < $2
        )
        limit $3";
    const DICTIONARY: &str = "
        select dictionary
        from dictionaries
        where id = $1";
    let rows: Vec<(i64, i64)> = sqlx::query_as(LOOSE)
        .bind(encoding::PACKED_LEVEL)
        .bind(LEFT)
        .bind(at_most)
        .fetch_all(&mut *db)
        .await?;
    let Some((_, dictionary_id)) = rows.first().copied() else {
        return Ok(None);
    };
    let dictionary = sqlx::query_scalar(DICTIONARY)
        .bind(dictionary_id)
        .fetch_one(&mut *db)
        .await?;
    let (mut bodies, mut left) = (Vec::with_capacity(rows.len()), Vec::new());
    for (page, _) in rows.into_iter().filter(|(_, other)| *other == dictionary_id) {
        match bodies::read_if_sound(db, page).await? {
            Some(body) => bodies.push((page, body)),
            None => left.push(page),
        }
    }
    Ok(Some(Loose {
        dictionary_id,
        dictionary,
        bodies,
        left,
    }))
}

impl Loose {
    /// Compresses them as well as can be, and reads them back: what would not come back byte for byte stays as it is. It
    /// takes up to a second.
    pub fn pack(self) -> Packed {
        let (mut bodies, mut left) = (Vec::with_capacity(self.bodies.len()), self.left);
        for (page, body) in self.bodies {
            let packed = encoding::compress(&body, Some(&self.dictionary), encoding::PACKED_LEVEL);
            if encoding::expand(&packed, Some(&self.dictionary)).is_ok_and(|back| back == body) {
                bodies.push((page, packed));
            } else {
                tracing::warn!(
                    page,
                    "the body of a page would not come back from being packed; it stays as it is"
                );
                left.push(page);
            }
        }
        Packed {
            dictionary_id: self.dictionary_id,
            bodies,
            left,
        }
    }
}

/// Stores them; one that was dropped meanwhile stays away. Returns how many there were.
pub async fn keep(db: &mut Connection, packed: &Packed) -> Result<u64> {
    const SQL: &str = "
        update page_bodies
        set body = $2, dictionary_id = $3, level = $4
        where page_id = $1";
    const LEAVE: &str = "
        update page_bodies
        set level = $2
        where page_id in (select value from json_each($1))";
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
    if !packed.left.is_empty() {
        sqlx::query(LEAVE)
            .bind(json_ids(packed.left.iter().copied()))
            .bind(LEFT)
            .execute(db)
            .await?;
    }
    Ok(kept)
}
