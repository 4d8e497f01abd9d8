//! How bodies are stored: small, and byte for byte as they came.

use gleaner::config::Harvest;
use gleaner::kind::Kind;
use gleaner::store::archive::dictionaries::{self, Counted};
use gleaner::store::archive::retention::{self, Excess, Retention};
use gleaner::store::archive::{packing, status};
use gleaner::store::begin;
use gleaner::way::Way;

use super::assert_same;
use crate::harness::{EVERY_KIND, Run, harvest};

impl Run {
    /// Trains and packs until nothing is left to do.
    async fn pack(&self) {
        let database = self.database().await;
        let mut writer = database.writer().await.unwrap();
        let mut counted = Counted::default();
        while let Some(samples) = dictionaries::due(&mut writer, &mut counted).await.unwrap() {
            let trained = samples.train();
            dictionaries::keep(&mut writer, &trained, self.clock.now())
                .await
                .unwrap();
        }
        while let Some(loose) = packing::due(&mut writer, 32).await.unwrap() {
            let packed = loose.pack();
            let mut transaction = begin(&mut writer).await.unwrap();
            packing::keep(&mut transaction, &packed).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
}

async fn crawl() -> Run {
    let run = Run::start(3, 2_000).await;
    let mut seeds = run.world.seeds(12);
    seeds.extend(run.world.queries(6));
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let mut wide = Harvest {
        depth: 2,
        expand: vec![Way::Followers, Way::Search],
        ..harvest(&seeds, &EVERY_KIND)
    };
    wide.limits.users = Some(40);
    run.go(&wide).await;
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_bodies_take_a_sixth_of_their_bytes_and_read_back_the_same() {
    let run = crawl().await;
    run.pack().await;
    assert!(run.number("select count(*) from dictionaries").await > 3);
    let database = run.database().await;
    let kept = status::kept(database.readers()).await.unwrap();
    for kept in &kept {
        println!(
            "{:32} {:5} bodies {:9} raw {:8} stored {:.2}",
            kept.endpoint,
            kept.bodies,
            kept.raw_bytes,
            kept.stored_bytes,
            kept.ratio().unwrap_or_default()
        );
    }
    let all = status::Kept::sum(&kept, "all");
    assert!(
        all.ratio().unwrap() >= 6.0,
        "with the dictionaries: {} and {} of {}",
        all.stored_bytes,
        all.dictionary_bytes,
        all.raw_bytes
    );
    // Every body is read, checked against its checksum and its length, and gives the rows that it gave.
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_bodies_use_the_dictionary_at_once() {
    let run = crawl().await;
    run.pack().await;
    let seeds = run.world.seeds(12);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    run.refresh(&harvest(&seeds, &[Kind::Profile, Kind::Medias, Kind::Comments]))
        .await;
    let newest = "select count(*) from page_bodies as b join pages as p on p.id = b.page_id
        where p.endpoint = '/gql/comments/chunk' and b.level = 3 and b.dictionary_id is not null";
    assert!(run.number(newest).await > 0);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_drops_the_oldest_bodies_and_nothing_else() {
    let run = crawl().await;
    let before = run.dump().await;
    let room = "select sum(length(body)) from page_bodies";
    let most = run.number(room).await / 2;
    let newest = run.number("select max(page_id) from page_bodies").await;
    let retention = Retention {
        max_age_ms: None,
        max_bytes: Some(most),
    };
    let now = run.clock.now();
    // What writes adds nothing up: it drops what it is told.
    let told = run.beside(async |db| retention::prune(db, retention, Excess::default(), now).await);
    assert_eq!(told.await.bodies, 0);
    let mut excess = run
        .beside(async |db| retention::excess(db, retention).await)
        .await;
    loop {
        let dropped = run
            .beside(async |db| retention::prune(db, retention, excess, now).await)
            .await;
        if dropped.bodies == 0 {
            break;
        }
        excess = dropped.excess;
    }
    let left = run.number(room).await;
    assert!(left <= most && left > most / 2, "{left} of {most}");
    assert_eq!(run.number("select max(page_id) from page_bodies").await, newest);
    assert_eq!(
        run.number("select count(*) from pages where (body_dropped_at is null) <> (id in (select page_id from page_bodies))")
            .await,
        0
    );
    assert_eq!(run.dump().await, before);
    run.check_invariants().await;
    let aged = Retention {
        max_age_ms: Some(1_000),
        max_bytes: None,
    };
    let later = now + 1_000_000;
    while run
        .beside(async |db| retention::prune(db, aged, Excess::default(), later).await)
        .await
        .bodies
        > 0
    {}
    assert_eq!(run.number("select count(*) from page_bodies").await, 0);
    assert_eq!(run.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keeping_no_body_is_stored_and_the_tables_are_the_same() {
    let mut run = Run::start(1, 500).await;
    run.config.archive.keep = false;
    let seeds = run.world.seeds(3);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    run.go(&harvest(&seeds, &[Kind::Profile, Kind::Followers])).await;
    assert!(
        run.number("select count(*) from pages where body_dropped_at is not null")
            .await
            > 0
    );
    assert_eq!(run.number("select count(*) from page_bodies").await, 0);
    assert!(run.number("select count(*) from users").await > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_body_is_left_alone_and_the_others_are_packed() {
    let run = crawl().await;
    run.beside(async |db| {
        let first = "update page_bodies set body = x'28b52ffd00' where page_id in (
            select min(b.page_id) from page_bodies as b join pages as p on p.id = b.page_id group by p.endpoint
        )";
        sqlx::query(first).execute(db).await?;
        Ok(())
    })
    .await;
    let damaged = "select count(*) from page_bodies where level = 99";
    run.pack().await;
    let dictionaries = run
        .number("select count(distinct endpoint) from dictionaries")
        .await;
    assert!(dictionaries > 3);
    assert_eq!(run.number(damaged).await, dictionaries);
    let loose = "select count(*) from page_bodies as b join pages as p on p.id = b.page_id
        where b.level < 19 and p.endpoint in (select endpoint from dictionaries)";
    assert_eq!(run.number(loose).await, 0);
    assert!(
        run.number("select count(*) from page_bodies where level = 19")
            .await
            > 100
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_since_is_counted_to_what_was_known() {
    let run = Run::start(1, 500).await;
    let database = run.database().await;
    let mut writer = database.writer().await.unwrap();
    let seeds = run.world.seeds(240);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let mut counted = Counted::default();
    for (seeds, is_due) in [
        (&seeds[..20], false),
        (&seeds[20..40], false),
        (&seeds[40..], true),
    ] {
        run.go(&harvest(seeds, &[Kind::Profile])).await;
        let due = dictionaries::due(&mut writer, &mut counted).await.unwrap();
        assert_eq!(due.is_some(), is_due);
        let mut anew = Counted::default();
        let due = dictionaries::due(&mut writer, &mut anew).await.unwrap();
        assert_eq!(due.is_some(), is_due);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_age_goes_what_was_answered_long_ago_wherever_its_page_stands() {
    let run = crawl().await;
    let now = run.clock.now();
    // An import of old answers: its pages are the newest.
    let old = run.number("select max(page_id) from page_bodies").await;
    run.beside(async |db| {
        let sql = "update pages set answered_at = 1000 where id = $1";
        sqlx::query(sql).bind(old).execute(db).await?;
        Ok(())
    })
    .await;
    let kept = run.number("select count(*) from page_bodies").await;
    assert!(kept > 500, "more than are dropped at a time");
    let aged = Retention {
        max_age_ms: Some(now - 2_000),
        max_bytes: None,
    };
    let dropped = run
        .beside(async |db| retention::prune(db, aged, Excess::default(), now).await)
        .await;
    assert_eq!(dropped.bodies, 1);
    assert_eq!(run.number("select count(*) from page_bodies").await, kept - 1);
    assert_eq!(run.number("select max(page_id) from page_bodies").await, old - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_found_to_be_too_much_is_dropped_once() {
    let run = crawl().await;
    let room = "select sum(length(body)) from page_bodies";
    let most = run.number(room).await * 9 / 10;
    let retention = Retention {
        max_age_ms: None,
        max_bytes: Some(most),
    };
    let now = run.clock.now();
    // A daemon and a command, at the same time.
    let mut excesses = Vec::new();
    for _ in 0..2 {
        let measured = run.beside(async |db| retention::excess(db, retention).await);
        excesses.push(measured.await);
    }
    while !excesses.is_empty() {
        let excess = excesses.remove(0);
        let dropped = run
            .beside(async |db| retention::prune(db, retention, excess, now).await)
            .await;
        if dropped.is_stale {
            let again = run.beside(async |db| retention::excess(db, retention).await);
            excesses.push(again.await);
        } else if dropped.bodies > 0 {
            excesses.push(dropped.excess);
        }
    }
    let left = run.number(room).await;
    assert!(left <= most && left > most * 19 / 20, "{left} of {most}");
}
