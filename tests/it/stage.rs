//! An upstream written by hand: a few people whose lists a test changes between rounds, and answers laid out in advance
//! where the upstream is to misbehave in a way of the test's own.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

// Another test file takes this one by its path, so the place is written out.
#[path = "stage/grid.rs"]
mod grid;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use gleaner::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Where profiles are asked for by id, by the other route, and by name.
pub(crate) const PROFILE: &str = "/gql/user/web_profile_info";
pub(crate) const BY_ID: &str = "/v1/user/by/id";
pub(crate) const BY_NAME: &str = "/v1/user/by/username";
/// Where followers are asked for, and by the other route.
pub(crate) const FOLLOWERS: &str = "/g2/user/followers";
pub(crate) const FOLLOWERS_CHUNK: &str = "/gql/user/followers/chunk";
pub(crate) const FOLLOWING: &str = "/g2/user/following";
pub(crate) const MEDIAS: &str = "/gql/user/medias";
pub(crate) const COMMENTS: &str = "/gql/comments/chunk";
pub(crate) const V2_COMMENTS: &str = "/v2/media/comments";
pub(crate) const USERTAGS: &str = "/gql/media/usertags";
const BALANCE: &str = "/sys/balance";

/// Somebody on the stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) biography: String,
    pub(crate) private: bool,
    pub(crate) followers: Vec<i64>,
    pub(crate) following: Vec<i64>,
    /// What the profile counts, where it is not what the list holds.
    pub(crate) follower_count: Option<i64>,
    /// The same of posts.
    pub(crate) post_count: Option<i64>,
    /// Posts in the order shown: their ids and what they count of comments. A greater id is a later post.
    pub(crate) posts: Vec<(i64, Option<i64>)>,
    /// Those of them that are pinned to the top.
    pub(crate) pinned: Vec<i64>,
    /// How many posts a page shows; 0 for all.
    pub(crate) posts_a_page: usize,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Whole,
    HungUp,
    Cut,
    /// Whole, but not before [`Stage::release`].
    Held,
}

impl Reply {
    /// This status with a body as the endpoints have it.
    pub(crate) fn status(status: u16) -> Self {
        let body = match status {
            200 => json!({}),
            401 => json!({ "state": false, "error": "Unauthorized: key is wrong" }),
            402 => json!({ "state": false, "error": "Top up", "exc_type": "InsufficientFunds" }),
            404 => json!({ "detail": "not found", "exc_type": "UserNotFound" }),
            _ => json!({ "detail": format!("this is {status}"), "exc_type": "Scripted" }),
        };
        Self::text(status, &body.to_string())
    }

    /// The front's refusal.
    pub(crate) fn front() -> Self {
        Self::text(403, "error code: 1010")
    }

    /// A page.
    pub(crate) fn page(body: &Value) -> Self {
        Self::text(200, &body.to_string())
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
            ending: Ending::Whole,
        }
    }

    /// The connection ends before any byte of an answer.
    pub(crate) fn hung_up() -> Self {
        Self {
            ending: Ending::HungUp,
            ..Self::text(200, "")
        }
    }

    /// The connection ends in the middle of the body.
    pub(crate) fn cut() -> Self {
        Self {
            ending: Ending::Cut,
            ..Self::text(200, "{\"response\": {\"users\": []}}")
        }
    }

    /// The same answer, but it comes only when the stage is released.
    pub(crate) fn held(self) -> Self {
        Self {
            ending: Ending::Held,
            ..self
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// So many of them.
    pub(crate) fn times(self, count: usize) -> Vec<Self> {
        vec![self; count]
    }
}

/// A page of `/g2/user/followers` or `/g2/user/following`.
pub(crate) fn users_page(ids: &[i64], next: Option<&str>) -> Reply {
    let users: Vec<Value> = ids.iter().map(|id| short(*id, &format!("person.{id}"))).collect();
    let more = next.is_some();
    Reply::page(&json!({
        "response": { "users": users, "next_max_id": next, "has_more": more, "should_limit_list_of_followers": false },
        "next_page_id": next,
    }))
}

fn short(id: i64, name: &str) -> Value {
    json!({ "pk": id.to_string(), "username": name, "full_name": "", "is_private": false })
}

/// A running stage. Its people may be changed at any time.
pub(crate) struct Stage {
    url: String,
    house: Arc<House>,
}

struct House {
    state: Mutex<State>,
    gate: Semaphore,
}

#[derive(Default)]
struct State {
    people: BTreeMap<i64, Person>,
    page_size: usize,
    next: HashMap<&'static str, VecDeque<Reply>>,
    passing: HashMap<&'static str, usize>,
    always: HashMap<&'static str, Reply>,
    units_left: i64,
    asked: Vec<Asked>,
    clock: SystemClock,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) target: String,
    pub(crate) cursor: Option<String>,
    /// When, since some fixed moment.
    pub(crate) at: Duration,
}

impl Stage {
    /// Nobody is on it yet; lists are shown two by two.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            page_size: 2,
            units_left: 1_000_000,
            ..State::default()
        };
        let house = Arc::new(House {
            state: Mutex::new(state),
            gate: Semaphore::new(0),
        });
        let shared = Arc::clone(&house);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, house }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.house.state.lock().unwrap()
    }

    /// Puts somebody with these followers on the stage.
    pub(crate) fn person(&self, id: i64, followers: &[i64]) {
        let name = format!("person.{id}");
        let person = Person {
            name,
            followers: followers.to_vec(),
            ..Person::default()
        };
        self.state().people.insert(id, person);
    }

    /// Changes somebody.
    pub(crate) fn change(&self, id: i64, change: impl FnOnce(&mut Person)) {
        change(self.state().people.get_mut(&id).unwrap());
    }

    /// Takes somebody off the stage.
    pub(crate) fn delete(&self, id: i64) {
        self.state().people.remove(&id);
    }

    /// Lists are shown so many at a time.
    pub(crate) fn page_size(&self, size: usize) {
        self.state().page_size = size;
    }

    /// The next requests at a path are answered so, one after the other.
    pub(crate) fn next(&self, path: &'static str, replies: impl IntoIterator<Item = Reply>) {
        self.state().next.entry(path).or_default().extend(replies);
    }

    /// What is laid out for a path begins after so many requests.
    pub(crate) fn let_pass(&self, path: &'static str, requests: usize) {
        self.state().passing.insert(path, requests);
    }

    /// Every request at a path is answered so from now on.
    pub(crate) fn always(&self, path: &'static str, reply: Reply) {
        self.state().always.insert(path, reply);
    }

    /// Whatever was laid out for a path is forgotten.
    pub(crate) fn behave(&self, path: &'static str) {
        let mut state = self.state();
        state.always.remove(path);
        state.next.remove(path);
        state.passing.remove(path);
    }

    /// So many held answers may leave.
    pub(crate) fn release(&self, answers: usize) {
        self.house.gate.add_permits(answers);
    }

    /// Puts units on the account.
    pub(crate) fn fund(&self, units: i64) {
        self.state().units_left = units;
    }

    /// The billed requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let billed = |asked: &&Asked| asked.path != BALANCE;
        self.state().asked.iter().filter(billed).cloned().collect()
    }

    /// How many requests came at a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.state()
            .asked
            .iter()
            .filter(|asked| asked.path == path)
            .count()
    }
}

impl State {
    fn answer(&mut self, address: &str) -> Reply {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let parameters: HashMap<&str, &str> =
            query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let first = |names: &[&str]| {
            let found = names.iter().find_map(|name| parameters.get(name));
            found.map(|value| (*value).to_owned())
        };
        let media_ids = query
            .split('&')
            .filter_map(|pair| pair.strip_prefix("media_ids="));
        let together = media_ids.collect::<Vec<_>>().join(",");
        let target = first(&["user_id", "id", "username", "media_id"]).unwrap_or(together);
        let cursor =
            first(&["page_id", "end_cursor", "profile_grid_items_cursor"]).filter(|text| !text.is_empty());
        self.asked.push(Asked {
            path: path.to_owned(),
            target: target.clone(),
            cursor: cursor.clone(),
            at: self.clock.elapsed(),
        });
        let passing = self.passing.get_mut(path).filter(|left| **left > 0);
        let passes = passing.is_some_and(|left| {
            *left -= 1;
            true
        });
        if !passes && let Some(reply) = self.next.get_mut(path).and_then(VecDeque::pop_front) {
            return reply;
        }
        if let Some(reply) = self.always.get(path) {
            return reply.clone();
        }
        if path == BALANCE {
            return Reply::page(
                &json!({ "requests": self.units_left, "rate": 1_000, "currency": "USD", "amount": 1.0 }),
            );
        }
        self.play(path, &target, cursor.as_deref())
            .unwrap_or_else(|| Reply::status(404))
    }

    fn play(&self, path: &str, target: &str, cursor: Option<&str>) -> Option<Reply> {
        if path == BY_NAME {
            let (id, person) = self.people.iter().find(|(_, person)| person.name == target)?;
            return Some(Reply::page(&profile(*id, person)));
        }
        let id: i64 = target.parse().ok()?;
        let person = self.people.get(&id)?;
        let list = match path {
            PROFILE | BY_ID => return Some(Reply::page(&profile(id, person))),
            _ if person.private => return Some(Reply::status(403)),
            FOLLOWERS | FOLLOWERS_CHUNK => &person.followers,
            FOLLOWING => &person.following,
            MEDIAS => return Some(Reply::page(&grid::page(id, person, cursor))),
            _ => return None,
        };
        let from: usize = cursor.map_or(0, |cursor| cursor.trim_start_matches('c').parse().unwrap());
        let to = list.len().min(from + self.page_size);
        let next = (to < list.len()).then(|| format!("c{to}"));
        let users: Vec<Value> = list[from..to].iter().map(|id| self.listed(*id)).collect();
        if path == FOLLOWERS_CHUNK {
            return Some(Reply::page(&json!([users, next])));
        }
        let mut body: Value = serde_json::from_str(&users_page(&[], next.as_deref()).body).unwrap();
        body["response"]["users"] = users.into();
        Some(Reply::page(&body))
    }

    fn listed(&self, id: i64) -> Value {
        let mut listed = short(id, &format!("person.{id}"));
        if let Some(person) = self.people.get(&id) {
            listed["username"] = person.name.clone().into();
            listed["is_private"] = person.private.into();
        }
        listed
    }
}

fn profile(id: i64, person: &Person) -> Value {
    let count = |list: &[i64]| i64::try_from(list.len()).unwrap();
    json!({
        "pk": id.to_string(), "username": person.name, "full_name": format!("Person {id}"),
        "biography": person.biography, "is_private": person.private, "is_verified": false,
        "follower_count": person.follower_count.unwrap_or_else(|| count(&person.followers)),
        "following_count": count(&person.following), "media_count": person.post_count.unwrap_or_else(|| i64::try_from(person.posts.len()).unwrap()),
    })
}

async fn serve(mut stream: TcpStream, house: Arc<House>) {
    // Without it every answer on a kept connection would wait for the other side's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let head: Vec<u8> = buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let address = head.split(' ').nth(1).unwrap();
        let reply = house.state.lock().unwrap().answer(address);
        if reply.ending == Ending::Held {
            house.gate.acquire().await.unwrap().forget();
        }
        if reply.ending == Ending::HungUp {
            return;
        }
        let mut text = format!(
            "HTTP/1.1 {} X\r\ncontent-length: {}\r\n",
            reply.status,
            reply.body.len()
        );
        for (name, value) in &reply.headers {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let keep = if reply.ending == Ending::Cut {
            reply.body.len() / 2
        } else {
            reply.body.len()
        };
        text.push_str("\r\n");
        text.push_str(&reply.body[..keep]);
        if stream.write_all(text.as_bytes()).await.is_err() || reply.ending == Ending::Cut {
            return;
        }
    }
}
