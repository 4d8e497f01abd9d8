//! What a perfect harvester says of the history of a world that it reads again and again.
//!
//! It reads everything in rounds, and knows nothing of what happens between two of them. What a list no longer shows is
//! gone once so many complete readings of that list in a row have missed it, and is there again as soon as any list shows
//! it. Lists that are truncated, hidden, private or gone close nothing, and what they show is there all the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mock::oracle::harvest::{self, Round};
use crate::mock::oracle::plan::Plan;
use crate::mock::world::World;

/// The history that a perfect harvester tells of these worlds, one for each round, if it reads in each of them what the
/// plan says and takes for gone what `close_after` complete readings in a row miss.
///
/// The seeds of the plan should be ids, so that they are the same people in every round. The lines are sorted:
///
/// - `follow FOLLOWER FOLLOWEE first=R last=R gone=R` for each edge: the rounds (from 0) in which a list first and last
///   showed it, and the one that closed it, `-` if it stands;
/// - `event departed FOLLOWER FOLLOWEE round=R` and `event returned FOLLOWER FOLLOWEE round=R` for each time that an edge
///   was closed, or shown again after that;
/// - `name USER round=R from=OLD to=NEW` for each time that somebody was shown under another username than before;
/// - `post USER MEDIA first=R last=R gone=R` for each post on the `medias` list of a user, like an edge.
pub fn history(worlds: &[Arc<World>], plan: &Plan, close_after: usize) -> Vec<String> {
    let mut history = History {
        close_after: close_after.max(1),
        ..History::default()
    };
    for (number, world) in worlds.iter().enumerate() {
        history.read(number, &harvest::round(world, plan));
    }
    history.lines()
}

/// When something was seen.
#[derive(Clone, Copy, Debug)]
struct Life {
    first: usize,
    last: usize,
    gone: Option<usize>,
}

#[derive(Debug, Default)]
struct History {
    close_after: usize,
    /// By follower and followee.
    follows: BTreeMap<(i64, i64), Life>,
    /// By the user whose list shows it, and post.
    posts: BTreeMap<(i64, i64), Life>,
    names: BTreeMap<i64, String>,
    /// The rounds in which a list, by kind and user, was read whole.
    whole: BTreeMap<(&'static str, i64), Vec<usize>>,
    lines: Vec<String>,
}

impl History {
    fn read(&mut self, number: usize, round: &Round) {
        for edge in &round.follows {
            if see(&mut self.follows, *edge, number) {
                self.event("returned", *edge, number);
            }
        }
        for post in &round.posts {
            see(&mut self.posts, *post, number);
        }
        for (user, name) in &round.names {
            let old = self.names.insert(*user, name.clone());
            if let Some(old) = old.filter(|old| old != name) {
                self.lines
                    .push(format!("name {user} round={number} from={old} to={name}"));
            }
        }
        for list in &round.whole {
            let rounds = self.whole.entry(*list).or_default();
            rounds.push(number);
            let first = rounds.len().checked_sub(self.close_after);
            if let Some(since) = first.map(|first| rounds[first]) {
                self.close(*list, since, number);
            }
        }
    }

    /// Whatever a list has not shown since a round is gone, unless another list has.
    fn close(&mut self, (kind, user): (&'static str, i64), since: usize, number: usize) {
        let (lives, is_second) = match kind {
            "followers" => (&mut self.follows, true),
            "following" => (&mut self.follows, false),
            _ => (&mut self.posts, false),
        };
        let is_on_list = |key: &(i64, i64)| user == if is_second { key.1 } else { key.0 };
        let missing = lives
            .iter_mut()
            .filter(|(key, life)| is_on_list(key) && life.gone.is_none() && life.last < since);
        let mut closed = Vec::new();
        for (key, life) in missing {
            life.gone = Some(number);
            closed.push(*key);
        }
        if kind != "medias" {
            for edge in closed {
                self.event("departed", edge, number);
            }
        }
    }

    fn event(&mut self, event: &str, (from, to): (i64, i64), number: usize) {
        self.lines
            .push(format!("event {event} {from} {to} round={number}"));
    }

    fn lines(mut self) -> Vec<String> {
        for (what, lives) in [("follow", &self.follows), ("post", &self.posts)] {
            for ((one, other), life) in lives {
                let gone = life.gone.map_or("-".to_owned(), |gone| gone.to_string());
                let (first, last) = (life.first, life.last);
                self.lines.push(format!(
                    "{what} {one} {other} first={first} last={last} gone={gone}"
                ));
            }
        }
        self.lines.sort();
        self.lines
    }
}

/// Something is seen; true if it was gone.
fn see(lives: &mut BTreeMap<(i64, i64), Life>, key: (i64, i64), number: usize) -> bool {
    let life = lives.entry(key).or_insert(Life {
        first: number,
        last: number,
        gone: None,
    });
    life.last = number;
    life.gone.take().is_some()
}
