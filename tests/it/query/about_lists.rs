//! Questions about the crawl: lists, what was set aside, what waits, what was spent.

use super::people::People;

#[tokio::test]
async fn sweeps_shows_what_is_not_complete_first() {
    let people =
        People::with("insert into lists (kind, target, generation) values ('following', '3', 0)").await;
    let answer = people.ask("sweeps").await;
    assert_eq!(
        answer.show("kind target verdict")[..5],
        [
            "followers 2 truncated",
            "following 3 open",
            "reposts 1 capped",
            "usertags 11 hidden",
            "comments 11 complete"
        ]
    );
    assert_eq!(answer.lists(), [""; 0]);
    let answer = people.ask("sweeps kind=followers verdict=truncated").await;
    assert_eq!(
        answer.show("username reason distinct_items counter coverage_percent ended_utc"),
        ["ben only 3 of 1200 3 1200 0.3 1970-01-01 00:00:02"]
    );
    assert_eq!(people.ask("sweeps verdict=open").await.show("target"), ["3"]);
    assert_eq!(people.ask("sweeps verdict=looped").await.show("target"), [""; 0]);
}

#[tokio::test]
async fn rejected_shows_page_place_and_reason() {
    let more = "
        insert into pages (id, sweep_id, ledger_id, endpoint, walk, page_no, answered_at, bytes)
        values (1, 1, 1, '/g2/user/followers', 0, 2, 1000, 1), (2, 6, 2, '/gql/comments/chunk', 0, 0, 1000, 1);
        insert into rejects (page_id, position, reason, element)
        values (1, 4, 'no id', '{\"pk\": null}'), (1, 3, 'no id', '{}'), (2, 0, 'no text', '{}')";
    let people = People::with(more).await;
    let answer = people.ask("rejected").await;
    assert_eq!(
        answer.show("kind target page position reason element"),
        [
            "comments 11 0 0 no text {}",
            "followers 1 2 3 no id {}",
            "followers 1 2 4 no id {\"pk\": null}"
        ]
    );
    let answer = people.ask("rejected kind=comments").await;
    assert_eq!(answer.show("endpoint page_id"), ["/gql/comments/chunk 2"]);
}

#[tokio::test]
async fn parked_shows_only_what_waits_for_a_person() {
    let more = "
        insert into tasks (
            id, sweep_id, list_id, harvest_id, kind, kind_rank, target, depth, endpoint, page_no, state, reason, created_at
        )
        values
            (5, 1, 1, 1, 'followers', 1, '1', 1, '/g2/user/followers', 7, 'parked', 'no page, 3 times', 1000),
            (6, 3, 3, 1, 'followers', 1, '2', 1, '/g2/user/followers', 1, 'ready', null, 1000);
        update lists set open_sweep = 1, verdict = null, last_sweep = null where id = 1";
    let people = People::with(more).await;
    let answer = people.ask("parked").await;
    assert_eq!(
        answer.show("task kind username page harvest reason look"),
        ["5 followers ann 7 brands no page, 3 times gleaner tasks show 5"]
    );
    assert_eq!(people.ask("parked harvest=other").await.show("task"), [""; 0]);
    // A list that is parked says so to the questions that rest on it.
    let asked = people.asked("mutuals user=ann").await;
    let (_, lists) = asked.answer(people.pool()).await.unwrap();
    assert_eq!(lists[0].reason.as_deref(), Some("parked: no page, 3 times"));
    assert_eq!(lists[0].verdict, None);
}

/// Page 1 of ann's followers was in flight at a crash, then answered with an error, then bought; the first answer to
/// page 0 of ben's came too late to be used, and one request was never sent.
const LEDGER: &str = "
    insert into ledger (
        id, harvest_id, task_id, sweep_id, endpoint, target, page_no, walk, epoch, retry, day, state, reserved, units,
        reason, reserved_at
    )
    values
        (1, 1, 1, 1, '/g2/user/followers', '1', 0, 0, 1, 0, '2026-01-01', 'settled', 1, 1, null, 1000),
        (2, 1, 1, 1, '/g2/user/followers', '1', 1, 0, 1, 0, '2026-01-01', 'lost', 1, 1, 'in flight at a crash', 1000),
        (3, 1, 1, 1, '/g2/user/followers', '1', 1, 0, 1, 1, '2026-01-01', 'settled', 1, 0, 'status 500', 1000),
        (4, 1, 1, 1, '/g2/user/followers', '1', 1, 0, 1, 1, '2026-01-01', 'settled', 1, 1, null, 1000),
        (5, 2, 2, 3, '/gql/user/followers/chunk', '2', 0, 0, 1, 0, '2026-01-01', 'fenced', 2, 2, null, 1000),
        (6, 2, 2, 3, '/gql/user/followers/chunk', '2', 0, 0, 1, 1, '2026-01-01', 'settled', 2, 2, null, 1000),
        (7, 2, 2, 3, '/gql/user/followers/chunk', '2', 1, 0, 1, 0, '2026-01-01', 'released', 2, 0, null, 1000),
        (20, 2, 2, 3, '/gql/user/followers/chunk', '2', 1, 0, 1, 0, '2026-01-01', 'settled', 0, 0, 'imported', 1000);
    update sweeps set harvest_id = 2 where id = 3;
    insert into pages (id, sweep_id, ledger_id, endpoint, walk, page_no, answered_at, elements, new_entries, bytes)
    values
        (1, 1, 1, '/g2/user/followers', 0, 0, 1000, 25, 25, 1),
        (2, 1, 4, '/g2/user/followers', 0, 1, 1000, 25, 20, 1),
        (3, 3, 6, '/gql/user/followers/chunk', 0, 0, 1000, 3, 3, 1)";

#[tokio::test]
async fn spend_counts_rows_a_unit_and_what_was_paid_again() {
    let people = People::with(LEDGER).await;
    let answer = people.ask("spend").await;
    assert_eq!(
        answer.show("endpoint requests units pages new_rows rows_per_unit units_lost units_paid_again"),
        [
            "/gql/user/followers/chunk 2 4 1 3 0.8 0 2",
            "/g2/user/followers 4 3 2 45 15.0 1 1"
        ]
    );
    let answer = people.ask("spend harvest=brands").await;
    assert_eq!(answer.show("endpoint units pages"), ["/g2/user/followers 3 2"]);
    assert_eq!(People::start().await.ask("spend").await.show("units"), [""; 0]);
}

#[tokio::test]
async fn spend_by_counts_for_whom_and_when_it_was_paid() {
    let more = format!(
        "{LEDGER};
        insert into lists (id, kind, target, generation) values (91, 'search', 'lakes', 0);
        insert into sweeps (id, list_id, harvest_id, generation, started_at)
        select 90, id, 2, 0, 1000 from lists where kind = 'comments' and target = '11'
        union all select 91, 91, 2, 0, 1000;
        insert into runs (id, pid, version, started_at) values (4, 1, '0', 1000);
        insert into ledger (
            id, harvest_id, task_id, sweep_id, endpoint, target, page_no, walk, epoch, retry, day, state, reserved, units,
            reserved_at, run_id
        )
        values
            (8, 2, 3, 90, '/gql/comments/chunk', '11', 0, 0, 1, 0, '2026-01-02', 'settled', 1, 5, 1000, 4),
            (9, 2, 4, 91, '/gql/topsearch', 'lakes', 0, 0, 1, 0, '2026-01-02', 'settled', 1, 1, 1000, 4),
            (10, 2, 4, 91, '/gql/topsearch', 'lakes', 1, 0, 1, 0, '2026-01-02', 'reserved', 1, 0, 1000, 4)"
    );
    let people = People::with(&more).await;
    let shown = async |words: &str, columns: &str| people.ask(words).await.show(columns);
    // Post 11 is ann's.
    assert_eq!(
        shown(
            "spend_by",
            "what requests units percent units_lost units_paid_again"
        )
        .await,
        ["@ann 5 8 61.5 1 1", "@ben 2 4 30.8 0 2", "nobody 1 1 7.7 0 0"]
    );
    assert_eq!(
        shown("spend_by harvest=brands", "what units new_rows").await,
        ["@ann 3 45"]
    );
    assert_eq!(
        shown("spend_by by=day", "what units").await,
        ["2026-01-02 6", "2026-01-01 7"]
    );
    assert_eq!(
        shown("spend_by by=harvest", "what units").await,
        ["other 10", "brands 3"]
    );
    assert_eq!(
        shown("spend_by by=kind", "what units").await,
        ["followers 7", "comments 5", "search 1"]
    );
    assert_eq!(shown("spend_by by=run", "what units").await, ["older 7", "4 6"]);
    assert_eq!(
        shown("spend_by by=endpoint limit=1", "what units").await,
        ["/gql/comments/chunk 5"]
    );
}

#[tokio::test]
async fn paid_twice_says_what_became_of_each_payment() {
    let people = People::with(LEDGER).await;
    let answer = people.ask("paid_twice").await;
    assert_eq!(
        answer.show("kind target page times_paid units units_paid_again what_came"),
        [
            "followers 2 0 2 4 2 /gql/user/followers/chunk: answered too late to be used, then \
             /gql/user/followers/chunk",
            "followers 1 1 2 2 1 /g2/user/followers: in flight at a crash, then /g2/user/followers",
        ]
    );
    assert_eq!(
        people.ask("paid_twice harvest=brands").await.show("target"),
        ["1"]
    );
}
