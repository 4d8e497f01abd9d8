//! Bodies that were saved elsewhere give the tables that a harvest of them gives, at no cost.

use gleaner::clock::Timestamp;
use gleaner::endpoint::{Next, Parse};
use gleaner::endpoints;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::store::archive::import::File;
use gleaner::target::Target;
use serde_json::{Value, json};

use super::assert_same;
use crate::harness::{Run, assert_rows_equal, harvest};
use crate::stage::Stage;

const LISTS: [(&str, Kind); 5] = [
    ("/gql/user/web_profile_info", Kind::Profile),
    ("/g2/user/followers", Kind::Followers),
    ("/g2/user/following", Kind::Following),
    ("/gql/user/medias", Kind::Medias),
    ("/gql/user/clips", Kind::Clips),
];

/// A user of the world whose lists are all complete and have something on them, by id.
async fn somebody(run: &Run) -> Target {
    let looked = Run::start(1, 500).await;
    let seeds = run.world.seeds(16);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    looked.go(&harvest(&seeds, &LISTS.map(|(_, kind)| kind))).await;
    let id = looked
        .number(
            "select cast(l.target as integer)
            from lists as l
            join sweeps as s on s.id = l.last_sweep
            where l.verdict = 'complete' and s.distinct_items > 0 and l.kind <> 'profile'
            group by l.target
            having count(*) = 4
            order by sum(s.pages) desc
            limit 1",
        )
        .await;
    Target::parse(Kind::Profile, &id.to_string()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_files_give_the_tables_that_harvesting_them_gives() {
    let (run, harvested) = (Run::start(1, 500).await, Run::start(1, 500).await);
    let who = somebody(&run).await;
    let id = who.to_string();
    let kinds = LISTS.map(|(_, kind)| kind);
    for (path, kind) in LISTS {
        let files = run.save(path, &who).await;
        let pages = i64::try_from(files.len()).unwrap();
        let imported = run.import(path, kind, &who, files.clone()).await;
        assert_eq!(imported.pages, pages);
        let again = run.import(path, kind, &who, files).await;
        assert_eq!(
            (again.pages, again.already.len()),
            (0, usize::try_from(pages).unwrap())
        );
    }
    assert_eq!(harvested.go(&harvest(&[&id], &kinds)).await, Stop::Finished);
    assert_rows_equal(&run.dump().await, &harvested.dump().await);
    // Of clips no counter is known, so nothing says that the imported pages are all.
    let mut expected = harvested.verdicts().await;
    for (kind, _, verdict) in &mut expected {
        if kind == "clips" {
            "capped".clone_into(verdict);
        }
    }
    assert_eq!(run.verdicts().await, expected);
    assert_eq!(run.number("select coalesce(sum(units), 0) from ledger").await, 0);
    assert_eq!(
        run.number("select count(*) from payments").await,
        0,
        "no request left"
    );
    // A harvest finds all that is whole fresh.
    let arrived = run.billed_arrivals();
    assert_eq!(run.go(&harvest(&[&id], &kinds[..4])).await, Stop::Finished);
    assert_eq!(run.billed_arrivals(), arrived, "nothing is bought again");
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_older_than_the_list_only_adds_and_closes_nothing() {
    let run = Run::start(1, 500).await;
    let who = somebody(&run).await;
    let path = "/g2/user/followers";
    let mut files = run.save(path, &who).await;
    run.go(&harvest(&[&who.to_string()], &[Kind::Followers])).await;
    let edges =
        "select follower_id, followers_sweep, followers_position, gone_sweep from follow_edges order by 1";
    let before = run.lines(edges).await;
    for file in &mut files {
        file.at -= 1_000_000;
    }
    let sweep = run
        .number("select last_sweep from lists where kind = 'followers'")
        .await;
    let imported = run.import(path, Kind::Followers, &who, files).await;
    assert!(imported.only_adds);
    assert_eq!(imported.items, 0, "everything was known");
    assert_eq!(run.lines(edges).await, before);
    assert_eq!(
        run.number("select last_sweep from lists where kind = 'followers'")
            .await,
        sweep
    );
    assert_eq!(
        run.number("select count(*) from sweeps where imported > 0 and closes = 1")
            .await,
        0
    );
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_do_not_reach_the_end_are_capped_and_bought_where_more_is_wanted() {
    let run = Run::start(1, 500).await;
    let who = somebody(&run).await;
    let path = "/g2/user/followers";
    let mut files = run.save(path, &who).await;
    if let Some(file) = files.first_mut() {
        file.page.next = Next::Cursor("more".into());
    }
    files.truncate(1);
    let imported = run.import(path, Kind::Followers, &who, files).await;
    assert_eq!(imported.verdict.as_deref(), Some("capped"));
    let arrived = run.billed_arrivals();
    run.go(&harvest(&[&who.to_string()], &[Kind::Followers])).await;
    assert!(run.billed_arrivals() > arrived + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_pages_alone_are_no_whole_list() {
    let run = Run::start(1, 500).await;
    let who = somebody(&run).await;
    let mut files = run.save("/g2/user/followers", &who).await;
    assert!(files.len() > 1);
    let last = files.split_off(files.len() - 1);
    let imported = run
        .import("/g2/user/followers", Kind::Followers, &who, last)
        .await;
    assert_eq!(imported.verdict.as_deref(), Some("capped"), "no counter is known");
    let profile = run.save("/gql/user/web_profile_info", &who).await;
    run.import("/gql/user/web_profile_info", Kind::Profile, &who, profile)
        .await;
    // With a counter it is known to be short, but not that the upstream kept the rest back: a harvest would not buy it.
    let mut files = run.save("/g2/user/followers", &who).await;
    let last = files.split_off(1);
    let imported = run
        .import("/g2/user/followers", Kind::Followers, &who, last)
        .await;
    assert_eq!(imported.verdict.as_deref(), Some("capped"), "{imported:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_imported_again_with_more_of_its_pages_is_whole() {
    let run = Run::start(1, 500).await;
    let who = somebody(&run).await;
    let profile = run.save("/gql/user/web_profile_info", &who).await;
    run.import("/gql/user/web_profile_info", Kind::Profile, &who, profile)
        .await;
    let path = "/g2/user/followers";
    let files = run.save(path, &who).await;
    let (all, first) = (files.len(), files[..1].to_vec());
    assert!(all > 1);
    let part = run.import(path, Kind::Followers, &who, first).await;
    assert_eq!(part.verdict.as_deref(), Some("capped"));
    let whole = run.import(path, Kind::Followers, &who, files.clone()).await;
    assert_eq!(
        (whole.verdict.as_deref(), whole.pages, whole.already.len()),
        (Some("complete"), i64::try_from(all).unwrap(), 0)
    );
    assert_eq!(
        part.items + whole.items,
        run.number("select count(*) from follow_edges where followers_sweep = (select max(id) from sweeps)")
            .await
    );
    let again = run.import(path, Kind::Followers, &who, files).await;
    assert_eq!((again.pages, again.already.len()), (0, all));
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_files_of_one_command_are_one_page() {
    let run = Run::start(1, 500).await;
    let who = somebody(&run).await;
    let mut files = run.save("/g2/user/followers", &who).await;
    files.truncate(1);
    files.push(File {
        name: "again.json".into(),
        ..files[0].clone()
    });
    let imported = run
        .import("/g2/user/followers", Kind::Followers, &who, files)
        .await;
    assert_eq!(
        (imported.pages, imported.already),
        (1, vec!["again.json".to_owned()])
    );
}

/// A file as the vendor's client saves the only page of somebody's followers.
fn followers_file(ids: &[i64], at: Timestamp) -> File {
    let user =
        |id: &i64| json!({ "pk": id.to_string(), "username": format!("person.{id}"), "full_name": "" });
    let users: Vec<Value> = ids.iter().map(user).collect();
    let body = json!({
        "response": { "users": users, "next_max_id": null, "has_more": false, "should_limit_list_of_followers": false },
        "next_page_id": null,
    });
    let body = body.to_string().into_bytes();
    let Parse::Page(parse) = endpoints::g2_followers::ENDPOINT.parse else {
        unreachable!("a list has pages")
    };
    let page = parse(&body, &Target::parse(Kind::Followers, "1").unwrap()).unwrap();
    File {
        name: "old.json".into(),
        body,
        page,
        at,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_open_what_the_other_list_closed_later() {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    stage.person(10, &[]);
    stage.change(10, |person| person.following = vec![1, 2]);
    let run = Run::on(&stage).await;
    let old = run.clock.now() - 1_000;
    let following = harvest(&["10"], &[Kind::Following]);
    run.go(&following).await;
    stage.change(10, |person| person.following = vec![2]);
    run.refresh(&following).await;
    run.refresh(&following).await;
    let gone = "select gone_sweep, missed_sweep, since_sweep from follow_edges where followee_id = 1";
    let before = run.lines(gone).await;
    let events = "select event, sweep_id from follow_changes";
    let said = run.lines(events).await;
    assert_eq!(said.len(), 1, "it has left");
    let who = Target::parse(Kind::Followers, "1").unwrap();
    let imported = run
        .import(
            "/g2/user/followers",
            Kind::Followers,
            &who,
            vec![followers_file(&[10], old)],
        )
        .await;
    assert!(!imported.only_adds);
    assert_eq!(run.lines(gone).await, before);
    assert_eq!(run.lines(events).await, said);
    assert_same(&run.reparse().await.tables);
    // One that is newer opens it.
    let newer = followers_file(&[10, 11], run.clock.now());
    run.import("/g2/user/followers", Kind::Followers, &who, vec![newer])
        .await;
    assert_eq!(run.lines(events).await.len(), 2, "it has returned");
    assert_same(&run.reparse().await.tables);
}
