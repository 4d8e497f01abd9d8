//! Dictionaries: trained from the bodies of an endpoint when there are enough of them, and again when there are many more.
//! Training takes a second or more, so it is a step of its own between reading the bodies and keeping what came of them.

use std::collections::BTreeMap;

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

/// How many bodies of each endpoint are kept, followed from page to page: an archive that grows is not counted anew each
/// time.
#[derive(Debug, Default)]
pub struct Counted {
    upto: i64,
    endpoints: BTreeMap<String, (i64, i64)>,
}

impl Counted {
    /// Counts the bodies of pages that came since the last time.
    async fn follow(&mut self, db: &mut Connection) -> Result<()> {
        const SQL: &str = "
            select p.endpoint, count(*), sum(p.bytes), max(b.page_id)
            from page_bodies as b
            cross join pages as p on p.id = b.page_id
            where b.page_id > $1
            group by p.endpoint";
        let mut upto = self.upto;
        for row in sqlx::query(SQL).bind(self.upto).fetch_all(db).await? {
            let counted = self.endpoints.entry(row.get(0)).or_default();
            counted.0 += row.get::<i64, _>(1);
            counted.1 += row.get::<i64, _>(2);
            upto = upto.max(row.get(3));
        }
        self.upto = upto;
        Ok(())
    }
}

/// Bodies of an endpoint that has enough of them, and no dictionary or one from far fewer; none if there is none. Where
/// bodies were dropped since, `counted` begins anew.
pub async fn due(db: &mut Connection, counted: &mut Counted) -> Result<Option<Samples>> {
    const TRAINED: &str = "
        select endpoint, max(bodies)
        from dictionaries
        group by endpoint";
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
    counted.follow(db).await?;
    let trained: BTreeMap<String, i64> = sqlx::query_as(TRAINED)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .collect();
    let is_due = |endpoint: &str, bodies: i64, bytes: i64| {
        let is_enough = bodies >= ENOUGH_BODIES || (bytes >= ENOUGH_BYTES && bodies >= LEAST_BODIES);
        is_enough && bodies >= trained.get(endpoint).map_or(0, |trained| trained * GROWTH)
    };
    let due = counted
        .endpoints
        .iter()
        .find(|(endpoint, (bodies, bytes))| is_due(endpoint, *bodies, *bytes));
    let Some((endpoint, (stored, _))) = due else {
        return Ok(None);
    };
    let (endpoint, stored) = (endpoint.clone(), *stored);
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
