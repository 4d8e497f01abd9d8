//! Dictionaries: trained from the bodies of an endpoint when there are enough of them, and again when there are many more.
//! Training takes a second or more, so it is a step of its own between reading the bodies and keeping what came of them.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::archive::{bodies, encoding};
use crate::store::{Connection, Result};

/// So many bodies of an endpoint are enough...
const ENOUGH_BODIES: i64 = 64;
/// ...or fewer of together so many bytes.
const ENOUGH_BYTES: i64 = 1 << 20;
/// But never fewer than these.
const LEAST_BODIES: i64 = 8;
/// When there are so many times as many bodies as the last time, a dictionary is trained again.
const GROWTH: i64 = 8;
/// How many bodies it is trained from at most, spread over all, and of how many bytes together.
const SAMPLES: i64 = 400;
const SAMPLE_BYTES: usize = 12 << 20;

/// A dictionary as it is used.
pub(crate) struct Dictionary {
    pub id: i64,
    pub bytes: Vec<u8>,
}

/// The dictionary that new bodies of an endpoint are compressed with.
pub(crate) async fn newest(db: &mut Connection, endpoint: &str) -> Result<Option<Dictionary>> {
    const SQL: &str = "
        select id, dictionary
        from dictionaries
        where endpoint = $1
        order by id desc
        limit 1";
    let row = sqlx::query(SQL).bind(endpoint).fetch_optional(db).await?;
    Ok(row.map(|row| Dictionary {
        id: row.get(0),
        bytes: row.get(1),
    }))
}

/// What a dictionary is to be trained from.
#[derive(Debug)]
pub struct Samples {
    endpoint: String,
    stored: i64,
    bodies: Vec<Vec<u8>>,
}

/// A dictionary that is not kept yet.
#[derive(Debug)]
pub struct Trained {
    endpoint: String,
    stored: i64,
    dictionary: Vec<u8>,
}

/// Bodies of an endpoint that has enough of them, and no dictionary or one from far fewer; none if there is none.
pub async fn due(db: &mut Connection) -> Result<Option<Samples>> {
    const DUE: &str = "
        with kept as (
            select p.endpoint, count(*) as bodies, sum(p.bytes) as bytes
            from page_bodies as b
            join pages as p on p.id = b.page_id
            group by p.endpoint
        )
        select k.endpoint, k.bodies
        from kept as k
        left join (select endpoint, max(bodies) as bodies from dictionaries group by endpoint) as d using (endpoint)
        where (k.bodies >= $1 or (k.bytes >= $2 and k.bodies >= $3)) and k.bodies >= coalesce(d.bodies * $4, 0)
        order by k.endpoint
        limit 1";
    const SAMPLE: &str = "
        select page_id
        from (
            select b.page_id, row_number() over (order by b.page_id) as place
            from page_bodies as b
            join pages as p on p.id = b.page_id
            where p.endpoint = $1 and p.error is null
        )
        where place % max(1, $2 / $3) = 0
        order by page_id desc
        limit $3";
    let row = sqlx::query(DUE)
        .bind(ENOUGH_BODIES)
        .bind(ENOUGH_BYTES)
        .bind(LEAST_BODIES)
        .bind(GROWTH)
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let (endpoint, stored): (String, i64) = (row.get(0), row.get(1));
    let pages: Vec<i64> = sqlx::query_scalar(SAMPLE)
        .bind(&endpoint)
        .bind(stored)
        .bind(SAMPLES)
        .fetch_all(&mut *db)
        .await?;
    let (mut samples, mut bytes) = (Vec::with_capacity(pages.len()), 0);
    for page in pages {
        if bytes >= SAMPLE_BYTES {
            break;
        }
        if let Some(body) = bodies::read_if_sound(db, page).await? {
            bytes += body.len();
            samples.push(body);
        }
    }
    Ok(Some(Samples {
        endpoint,
        stored,
        bodies: samples,
    }))
}

impl Samples {
    /// Trains the dictionary. It takes a second or more.
    pub fn train(self) -> Trained {
        Trained {
            dictionary: encoding::train(&self.bodies),
            endpoint: self.endpoint,
            stored: self.stored,
        }
    }
}

/// Keeps a dictionary: new bodies of its endpoint use it from now on.
pub async fn keep(db: &mut Connection, trained: &Trained, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into dictionaries (endpoint, trained_at, bodies, dictionary)
        values ($1, $2, $3, $4)";
    sqlx::query(SQL)
        .bind(&trained.endpoint)
        .bind(now)
        .bind(trained.stored)
        .bind(&trained.dictionary)
        .execute(db)
        .await?;
    Ok(())
}
