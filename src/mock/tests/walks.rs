//! Lists that change while somebody walks them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::client::{ask, start};
use crate::mock::{Settings, Upstream, World};

const SEED: u64 = 21;
const SIZE: usize = 400;

/// A walk of a list, page by page.
struct Walk<'a> {
    upstream: &'a Upstream,
    path: &'static str,
    cursor_name: &'static str,
    user_id: String,
    cursor: Option<String>,
    /// The ids shown, in order.
    shown: Vec<String>,
    pages: usize,
}

impl<'a> Walk<'a> {
    fn new(upstream: &'a Upstream, path: &'static str, cursor_name: &'static str, user_id: i64) -> Self {
        Self {
            upstream,
            path,
            cursor_name,
            user_id: user_id.to_string(),
            cursor: Some(String::new()),
            shown: Vec::new(),
            pages: 0,
        }
    }

    /// Reads the next page; false at the end.
    async fn step(&mut self) -> bool {
        let Some(cursor) = self.cursor.take() else {
            return false;
        };
        let parameters = [
            ("user_id", self.user_id.as_str()),
            (self.cursor_name, &cursor),
            ("flat", "true"),
        ];
        let answer = ask(self.upstream, self.path, &parameters).await;
        assert_eq!(answer.status, 200, "{} at {cursor}", self.path);
        let body = answer.json();
        let (items, next) = match self.path {
            "/gql/user/followers/chunk" => (&body[0], &body[1]),
            "/gql/user/medias" => (&body["items"], &body["profile_grid_items_cursor"]),
            _ => (&body["response"]["users"], &body["next_page_id"]),
        };
        let id = |item: &Value| item["pk"].as_str().unwrap().to_owned();
        self.shown.extend(items.as_array().unwrap().iter().map(id));
        self.cursor = next.as_str().map(str::to_owned);
        self.pages += 1;
        assert!(self.pages < 200, "the walk has no end");
        self.cursor.is_some()
    }
}

fn followers(world: &World, index: usize) -> BTreeSet<String> {
    let ids = world.followers(index).iter();
    ids.map(|other| world.user_id(*other as usize).to_string())
        .collect()
}

fn posts(world: &World, index: usize) -> Vec<String> {
    let keys = world.posts_of(index).into_iter();
    keys.map(|key| world.post(key).id.to_string()).collect()
}

/// Somebody with a list of at least three pages.
fn somebody(world: &World, list: fn(&World, usize) -> usize) -> usize {
    (2..SIZE)
        .filter(|index| super::days::is_open(world, *index))
        .max_by_key(|index| list(world, *index))
        .unwrap()
}

#[tokio::test]
async fn a_walk_goes_on_after_the_last_item_shown_whatever_came_before_it() {
    let first = Arc::new(World::new(SEED, SIZE));
    let index = somebody(&first, |world, index| world.followers(index).len());
    let upstream = start(&first, Settings::default()).await;
    let mut walk = Walk::new(
        &upstream,
        "/gql/user/followers/chunk",
        "end_cursor",
        first.user_id(index),
    );
    assert!(walk.step().await, "there is a second page");
    let shown = walk.shown.clone();
    let later = Arc::new(World::at(SEED, SIZE, 5));
    upstream.set_world(Arc::clone(&later));
    assert_eq!(upstream.world().day(), 5);
    while walk.step().await {}
    let last = shown
        .iter()
        .rev()
        .find(|id| followers(&later, index).contains(*id))
        .unwrap();
    let now: Vec<String> = later
        .followers(index)
        .iter()
        .map(|other| later.user_id(*other as usize).to_string())
        .collect();
    let from = now.iter().position(|id| id == last).unwrap() + 1;
    let mut rest = walk.shown[shown.len()..].to_vec();
    rest.retain(|id| id != last);
    rest.dedup();
    assert_eq!(rest, now[from..]);
}

#[tokio::test]
async fn a_walk_misses_nobody_who_was_there_all_the_time() {
    let worlds: Vec<Arc<World>> = (0..=12).map(|day| Arc::new(World::at(SEED, SIZE, day))).collect();
    let index = somebody(&worlds[0], |world, index| world.followers(index).len());
    let upstream = start(&worlds[0], Settings::default()).await;
    for (path, cursor_name) in [
        ("/gql/user/followers/chunk", "end_cursor"),
        ("/g2/user/followers", "page_id"),
    ] {
        upstream.set_world(Arc::clone(&worlds[0]));
        let mut walk = Walk::new(&upstream, path, cursor_name, worlds[0].user_id(index));
        let mut day = 0;
        while walk.step().await {
            day += 3;
            upstream.set_world(Arc::clone(&worlds[day]));
        }
        assert!(day > 0, "the list has several pages");
        let always = worlds[..=day].iter().map(|world| followers(world, index));
        let always = always.reduce(|some, others| &some & &others).unwrap();
        let shown: BTreeSet<String> = walk.shown.iter().cloned().collect();
        assert!(always.is_subset(&shown), "{path}");
        assert!(followers(&worlds[0], index) != followers(&worlds[day], index));
    }
}

#[tokio::test]
async fn a_cursor_of_a_post_that_was_deleted_goes_on_after_the_one_before_it() {
    let (first, later) = (
        Arc::new(World::new(SEED, 1_000)),
        Arc::new(World::at(SEED, 1_000, 30)),
    );
    // Somebody whose last post of the first page is gone within the month.
    let found = (2..1_000).find(|index| {
        let (before, after) = (posts(&first, *index), posts(&later, *index));
        let is_open = [&first, &later]
            .into_iter()
            .all(|world| super::days::is_open(world, *index));
        is_open && before.len() > 13 && !after.contains(&before[11])
    });
    let index = found.expect("such a post");
    let upstream = start(&first, Settings::default()).await;
    let mut walk = Walk::new(
        &upstream,
        "/gql/user/medias",
        "profile_grid_items_cursor",
        first.user_id(index),
    );
    walk.step().await;
    upstream.set_world(Arc::clone(&later));
    while walk.step().await {}
    let (before, after) = (posts(&first, index), posts(&later, index));
    for id in &before[12..] {
        assert_eq!(walk.shown.contains(id), after.contains(id), "{id}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_day_outlives_the_upstream() {
    let world = Arc::new(World::at(SEED, SIZE, 3));
    let index = somebody(&world, |world, index| world.followers(index).len());
    let first = start(&world, Settings::default()).await;
    let mut walk = Walk::new(&first, "/g2/user/followers", "page_id", world.user_id(index));
    walk.step().await;
    let second = start(&Arc::new(World::at(SEED, SIZE, 4)), Settings::default()).await;
    walk.upstream = &second;
    while walk.step().await {}
    let shown: BTreeSet<String> = walk.shown.into_iter().collect();
    assert!(
        shown.len() > 25
            && shown.is_superset(&(&followers(&world, index) & &followers(&second.world(), index)))
    );
}

#[tokio::test]
async fn an_offset_counts_the_items_of_the_list_as_it_is() {
    let world = Arc::new(World::new(SEED, SIZE));
    let index = somebody(&world, |world, index| world.following(index).len());
    let upstream = start(&world, Settings::default()).await;
    let mut walk = Walk::new(&upstream, "/g2/user/following", "page_id", world.user_id(index));
    walk.step().await;
    let later = Arc::new(World::at(SEED, SIZE, 30));
    upstream.set_world(Arc::clone(&later));
    walk.shown.clear();
    while walk.step().await {}
    let now = later
        .following(index)
        .iter()
        .map(|other| later.user_id(*other as usize).to_string());
    let mut rest = walk.shown;
    rest.dedup();
    let now: Vec<String> = now.collect();
    assert!(now.ends_with(&rest) && rest.len().abs_diff(now.len() - 25) <= 1);
    // Where the list has become shorter than that, the walk is over.
    let far = ask(
        &upstream,
        "/g2/user/following",
        &[("user_id", &walk.user_id), ("page_id", "5000")],
    )
    .await;
    assert_eq!(far.json()["response"]["users"], Value::Array(Vec::new()));
    assert!(far.json()["next_page_id"].is_null());
}
