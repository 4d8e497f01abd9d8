//! A seed that is removed is held: nothing of it is sent any more, and it goes on where it stopped.

use std::path::PathBuf;

use gleaner::config::Harvest;
use gleaner::engine::seed_reader::Source;
use gleaner::engine::{Mode, SeedReader, Stop};
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::seeds;
use gleaner::way::Way;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{COMMENTS, FOLLOWERS, PROFILE, Reply, Stage, users_page};

/// Ten followers: five pages.
const TEN: [i64; 10] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

impl Run {
    async fn remove(&self, harvest_id: i64, values: &[&str]) -> u64 {
        let (policy, now) = (setup::policy(&self.config, true), self.clock.now());
        self.beside(async |db| seeds::remove(db, &policy, harvest_id, &texts(values), now).await)
            .await
    }

    async fn add(&self, harvest_id: i64, values: &[&str]) -> seeds::Change {
        let (policy, now) = (setup::policy(&self.config, true), self.clock.now());
        self.beside(async |db| seeds::add(db, &policy, harvest_id, &texts(values), &[], now).await)
            .await
    }

    /// What the daemon does with its sources each minute; returns what changed.
    async fn read_again(&self, harvest_id: i64, reader: &mut SeedReader) -> Option<seeds::Change> {
        let database = self.database().await;
        let (_, readings) = reader.step(database.readers()).await.pop()?;
        let (policy, now) = (setup::policy(&self.config, true), self.clock.now());
        let change = self
            .beside(async |db| seeds::apply(db, &policy, harvest_id, &readings, now).await)
            .await;
        Some(change)
    }

    /// What the first harvest waits for: kind and target.
    async fn awaited(&self) -> Vec<String> {
        self.lines(
            "select l.kind, l.target from harvest_lists as w join lists as l on l.id = w.list_id
            where w.open = 1 and w.harvest_id = 1 order by l.kind, l.target",
        )
        .await
    }

    async fn states(&self) -> Vec<String> {
        self.lines("select value, coalesce(held_reason, 'active') from seeds order by harvest_id, position")
            .await
    }
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn with_units(harvest: Harvest, units: i64) -> Harvest {
    Harvest {
        max_units: Some(units),
        ..harvest
    }
}

fn file(path: PathBuf) -> SeedReader {
    SeedReader::new(vec![("test".to_owned(), vec![Source::File(path)])])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_seed_sends_nothing_and_goes_on_in_the_middle_of_its_list() {
    let (stage, run) = followed_by(&TEN).await;
    assert_eq!(run.go(&with_units(followers(), 3)).await, Stop::Budget);
    assert_eq!(run.remove(1, &["1"]).await, 1);
    run.check_invariants().await;
    assert_eq!(run.awaited().await, [""; 0]);
    let wanted = with_units(followers(), 100);
    assert_eq!(
        run.go(&wanted).await,
        Stop::Finished,
        "named, but held all the same"
    );
    assert_eq!(stage.count(FOLLOWERS), 2);
    assert_eq!(run.add(1, &["1"]).await.returned, 1);
    assert_eq!(run.run(Mode::Harvest(1)).await, Stop::Finished);
    run.check_invariants().await;
    assert_eq!((stage.count(PROFILE), stage.count(FOLLOWERS)), (1, 5));
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
    assert_eq!(run.states().await, ["1 active"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_held_while_its_page_is_under_way_ends_with_that_page() {
    let (stage, mut run) = followed_by(&TEN).await;
    run.config.upstream.workers = 1;
    let page = crate::stage::users_page(&[10, 11], Some("c2"));
    stage.next(FOLLOWERS, [page.held()]);
    run.put(&followers(), false).await;
    let hold = async {
        run.until("select count(*) from tasks where kind = 'followers' and state = 'leased'")
            .await;
        run.remove(1, &["1"]).await;
        stage.release(1);
        run.until("select count(*) = 2 from follow_edges").await;
    };
    assert_eq!(run.run_while(Mode::Daemon, hold).await, Stop::Asked);
    run.check_invariants().await;
    assert_eq!(stage.count(FOLLOWERS), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_another_seed_too_is_read_on() {
    for removed in ["1", "@person.1"] {
        let (stage, run) = followed_by(&TEN).await;
        let wanted = harvest(&["@person.1", "1"], &[Kind::Followers]);
        assert_eq!(run.go(&with_units(wanted, 4)).await, Stop::Budget);
        run.remove(1, &[removed]).await;
        run.check_invariants().await;
        assert_eq!(run.awaited().await, ["followers 1"], "without {removed}");
        assert_eq!(stage.count(FOLLOWERS), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_from_posts_that_another_target_shows_too_stays_wanted() {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    stage.person(2, &[]);
    stage.change(1, |person| person.posts = vec![(500, Some(3)), (501, Some(3))]);
    stage.change(2, |person| person.posts = vec![(500, Some(3)), (502, Some(3))]);
    let mut run = Run::on(&stage).await;
    // Profiles, then posts, then comments.
    run.config.upstream.workers = 1;
    let wanted = harvest(&["1", "2"], &[Kind::Medias, Kind::Comments]);
    assert_eq!(run.go(&with_units(wanted, 4)).await, Stop::Budget);
    let every = ["comments 500", "comments 501", "comments 502"];
    assert_eq!(run.awaited().await, every);
    run.remove(1, &["1"]).await;
    run.check_invariants().await;
    assert_eq!(run.awaited().await, ["comments 500", "comments 502"]);
    run.add(1, &["1"]).await;
    run.check_invariants().await;
    assert_eq!(run.awaited().await, every);
    assert_eq!(stage.count(COMMENTS), 0);
    run.remove(1, &["1", "2"]).await;
    run.check_invariants().await;
    assert_eq!(run.awaited().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_harvest_that_wants_the_list_goes_on_and_pays() {
    let (stage, run) = followed_by(&TEN).await;
    assert_eq!(run.go(&with_units(followers(), 2)).await, Stop::Budget);
    let other = Harvest {
        name: "other".into(),
        ..followers()
    };
    let id = run.put(&other, false).await;
    run.put(&with_units(followers(), 100), false).await;
    run.remove(1, &["1"]).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    run.check_invariants().await;
    assert_eq!(stage.count(FOLLOWERS), 5);
    let spent = run
        .lines("select scope, settled from spend where scope like 'harvest:%' order by 1")
        .await;
    assert_eq!(spent, ["harvest:1 2", "harvest:2 4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_seed_stays_held_in_the_next_rounds() {
    let (stage, run) = followed_by(&[10]).await;
    stage.person(2, &[11]);
    let wanted = harvest(&["1", "2"], &[Kind::Profile]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    run.remove(1, &["1"]).await;
    assert_eq!(run.refresh(&wanted).await, Stop::Finished);
    let asked: Vec<String> = stage.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(
        asked.iter().filter(|target| *target == "1").count(),
        1,
        "{asked:?}"
    );
    assert_eq!(
        asked.iter().filter(|target| *target == "2").count(),
        2,
        "{asked:?}"
    );
    run.add(1, &["1"]).await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(PROFILE), 4, "it joins the round");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_found_through_a_held_seed_stay_and_it_does_not_come_back_as_one_found() {
    let stage = Stage::start().await;
    stage.person(1, &[3]);
    stage.person(2, &[1, 4]);
    stage.person(3, &[]);
    stage.person(4, &[]);
    for users in [None, Some(10)] {
        let mut run = Run::on(&stage).await;
        run.config.upstream.workers = 1;
        let mut wanted = Harvest {
            depth: 2,
            expand: vec![Way::Followers],
            ..harvest(&["1"], &[Kind::Profile, Kind::Followers])
        };
        wanted.limits.users = users;
        // The profile and the page of followers.
        assert_eq!(run.go(&with_units(wanted.clone(), 2)).await, Stop::Budget);
        run.remove(1, &["1"]).await;
        wanted.seeds = vec!["2".to_owned()];
        assert_eq!(run.go(&with_units(wanted, 100)).await, Stop::Finished);
        let targets = run.lines("select user_id from targets order by 1").await;
        assert_eq!(targets, ["2", "3", "4"], "users {users:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_waits_for_a_batch_leaves_it_only_if_nobody_else_waits_for_it() {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    stage.change(1, |person| person.posts = vec![(500, Some(3)), (501, Some(3))]);
    let run = Run::on(&stage).await;
    assert_eq!(run.go(&harvest(&["1"], &[Kind::Medias])).await, Stop::Finished);
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["1"], &[Kind::Medias])
    };
    assert_eq!(run.go(&other).await, Stop::Finished);
    run.beside(async |db| {
        for statement in [
            "insert into lists (id, kind, target, generation, open_sweep) values
                (900, 'usertags', '500', 1, 900), (901, 'usertags', '501', 1, 901)",
            "insert into sweeps (id, list_id, harvest_id, generation, started_at) values (900, 900, 1, 1, 0),
                (901, 901, 1, 1, 0)",
            "insert into batch_members (list_id, sweep_id, harvest_id, media_id, depth) values
                (900, 900, 1, 500, 1), (901, 901, 1, 501, 1)",
            "insert into harvest_lists (harvest_id, list_id, depth, round, open) values
                (1, 900, 1, 1, 1), (1, 901, 1, 1, 1), (2, 901, 1, 1, 1)",
        ] {
            sqlx::query(statement).execute(&mut *db).await?;
        }
        Ok(())
    })
    .await;
    run.remove(1, &["1"]).await;
    let members = run.lines("select list_id, harvest_id from batch_members").await;
    assert_eq!(members, ["901 2"]);
    let open = run
        .lines("select id, generation, coalesce(open_sweep, 'none') from lists where kind = 'usertags'")
        .await;
    assert_eq!(open, ["900 0 none", "901 1 901"]);
    assert_eq!(run.lines("select id from sweeps where id >= 900").await, ["901"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_file_come_go_and_return() {
    let (stage, run) = followed_by(&TEN).await;
    stage.person(2, &[]);
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("brands.txt");
    let write = |text: &str| std::fs::write(&path, text).unwrap();
    let mut reader = file(path.clone());
    // By hand, so that it stays whatever the file says.
    assert_eq!(run.go(&harvest(&["2"], &[Kind::Followers])).await, Stop::Finished);
    write("1\n2\n@nobody\n");
    let change = run.read_again(1, &mut reader).await.unwrap();
    assert_eq!((change.added, change.returned, change.held), (2, 0, 0));
    assert_eq!(run.read_again(1, &mut reader).await, None, "nothing changed");

    write("no name\n");
    let change = run.read_again(1, &mut reader).await.unwrap();
    assert_eq!((change.added, change.returned, change.held), (0, 0, 2));
    assert_eq!(change.rejected.len(), 1);
    let gone = format!("no longer in {}", path.display());
    let states = [
        "2 active".to_owned(),
        format!("1 {gone}"),
        format!("@nobody {gone}"),
    ];
    assert_eq!(run.states().await, states);
    run.check_invariants().await;

    run.remove(1, &["@nobody"]).await;
    write("\n1\n@nobody\nno name\n");
    let change = run.read_again(1, &mut reader).await.unwrap();
    assert_eq!((change.added, change.returned, change.held), (0, 1, 0));
    let states = ["2 active", "1 active", "@nobody removed by a person"];
    assert_eq!(run.states().await, states);
    let rejected = run.lines("select line, text from seed_rejects").await;
    assert_eq!(rejected, ["4 no name"]);
    assert_eq!(run.add(1, &["@nobody"]).await.returned, 1);
    assert_eq!(run.states().await[2], "@nobody active");
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_changes_nothing() {
    let (_stage, run) = followed_by(&TEN).await;
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("brands.txt");
    let mut reader = file(path.clone());
    run.put(&harvest(&["2"], &[Kind::Followers]), false).await;
    std::fs::write(&path, "1\n").unwrap();
    assert!(run.read_again(1, &mut reader).await.is_some());
    std::fs::write(&path, b"\xff\xfe1\n").unwrap();
    assert_eq!(run.read_again(1, &mut reader).await, None);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(run.read_again(1, &mut reader).await, None);
    assert_eq!(run.states().await, ["2 active", "1 active"]);
    std::fs::write(&path, "3\n").unwrap();
    let change = run.read_again(1, &mut reader).await.unwrap();
    assert_eq!((change.added, change.held), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_is_held_only_when_its_last_source_has_it_no_more() {
    let (_stage, run) = followed_by(&TEN).await;
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("brands.txt");
    let select = "select id from users where username = 'person.1'";
    let sources = vec![Source::File(path.clone()), Source::Select(select.to_owned())];
    let mut reader = SeedReader::new(vec![("test".to_owned(), sources)]);
    std::fs::write(&path, "1\n").unwrap();
    let wanted = harvest(&["2"], &[Kind::Profile]);
    let id = run.put(&wanted, false).await;
    run.read_again(id, &mut reader).await.unwrap();
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    run.read_again(id, &mut reader).await.unwrap();
    let sources = "select replace(source, rtrim(source, replace(source, '/', '')), '') from seed_sources
        where value = '1' order by 1";
    assert_eq!(run.lines(sources).await, ["brands.txt", "seed_select"]);
    std::fs::write(&path, "").unwrap();
    assert_eq!(run.read_again(id, &mut reader).await.unwrap().held, 0);
    run.beside(async |db| {
        sqlx::query("update users set username = 'else' where id = 1")
            .execute(&mut *db)
            .await?;
        Ok(())
    })
    .await;
    assert_eq!(run.read_again(id, &mut reader).await.unwrap().held, 1);
    assert_eq!(run.states().await[1], "1 no longer in the answer to seed_select");
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_away_for_a_moment_has_nothing_bought_again() {
    let (stage, run) = followed_by(&TEN).await;
    stage.next(FOLLOWERS, [users_page(&[10, 11], Some("second"))]);
    stage.always(FOLLOWERS, Reply::status(404));
    let seeds = harvest(&["1"], &[Kind::Followers]);
    let id = run.put(&seeds, false).await;
    run.run(Mode::Harvest(id)).await;
    assert_eq!(run.verdict(Kind::Followers).await, "failed");
    let asked = stage.asked().len();
    stage.behave(FOLLOWERS);
    for _ in 0..2 {
        assert_eq!(run.remove(id, &["1"]).await, 1);
        assert_eq!(run.add(id, &["1"]).await.returned, 1);
        run.run(Mode::Harvest(id)).await;
    }
    assert_eq!(stage.asked().len(), asked);
    // A new round tries again what failed.
    run.put(&seeds, true).await;
    run.run(Mode::Harvest(id)).await;
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_seeds_come_and_go_in_a_few_statements() {
    let (_stage, run) = followed_by(&[]).await;
    let lines: Vec<String> = (1_000..101_000).map(|id| id.to_string()).collect();
    let reading = |seeds: &[String]| seeds::Reading {
        source: "file:many.txt".to_owned(),
        seeds: seeds.to_vec(),
        rejected: Vec::new(),
    };
    let id = run.put(&harvest(&["1"], &[Kind::Profile]), false).await;
    let (policy, now) = (setup::policy(&run.config, true), run.clock.now());
    let apply = async |readings: seeds::Reading| {
        run.beside(async |db| seeds::apply(db, &policy, id, &[readings], now).await)
            .await
    };
    assert_eq!(apply(reading(&lines)).await.added, 100_000);
    assert_eq!(apply(reading(&lines[1..])).await.held, 1);
    assert_eq!(apply(reading(&lines[..10])).await.held, 99_990);
    assert_eq!(apply(reading(&lines)).await.returned, 99_990);
    run.check_invariants().await;
}
