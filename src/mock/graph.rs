//! Who follows whom: one set of edges, seen from both ends.

mod days;

use std::collections::HashSet;

use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature};

/// The edges of the world, in the order in which the lists show them.
#[derive(Debug)]
pub(crate) struct Graph {
    following: Adjacency,
    followers: Adjacency,
}

/// For each person a run of other persons' indexes.
#[derive(Debug)]
struct Adjacency {
    starts: Vec<usize>,
    ends: Vec<u32>,
}

impl Adjacency {
    fn of(&self, index: usize) -> &[u32] {
        &self.ends[self.starts[index]..self.starts[index + 1]]
    }

    fn joined(lists: &[Vec<u32>]) -> Self {
        let mut starts = vec![0];
        starts.extend(lists.iter().scan(0, |end, list| {
            *end += list.len();
            Some(*end)
        }));
        Self {
            starts,
            ends: lists.concat(),
        }
    }
}

impl Graph {
    /// Draws the edges of a world.
    pub(crate) fn new(seed: u64, size: usize) -> Self {
        let natures: Vec<Nature> = (0..size).map(|index| people::nature(seed, index)).collect();
        let mut starts = vec![0];
        let mut ends = Vec::new();
        for index in 0..size {
            draw_following(seed, index, &natures, &mut ends);
            starts.push(ends.len());
        }
        let following = Adjacency { starts, ends };
        let followers = turn_round(seed, size, &following);
        Self { following, followers }
    }

    /// Whom somebody follows.
    pub(crate) fn following(&self, index: usize) -> &[u32] {
        self.following.of(index)
    }

    /// Who follows somebody.
    pub(crate) fn followers(&self, index: usize) -> &[u32] {
        self.followers.of(index)
    }
}

/// Both ends of the graph follow a power law: few people follow many, and low indexes are followed by most.
fn draw_following(seed: u64, index: usize, natures: &[Nature], ends: &mut Vec<u32>) {
    if matches!(natures[index], Nature::FollowsNobody | Nature::Deleted) {
        return;
    }
    let mut draw = Draw::new(seed, "following", &[index as u64]);
    let wanted = draw.power(4.0, 0.75, (natures.len() / 2).min(1_500));
    let mut met = HashSet::with_capacity(wanted);
    // Popular people are drawn again and again; giving up after some tries leaves the list a little shorter.
    for _ in 0..wanted * 3 {
        if met.len() == wanted {
            break;
        }
        let other = popular(&mut draw, natures.len());
        let followed = !matches!(natures[other], Nature::Unfollowed | Nature::Deleted);
        if other != index && followed && met.insert(other) {
            ends.push(u32::try_from(other).expect("a world has at most 2^17 people"));
        }
    }
}

/// An index below `size`, low ones much more often.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a world is small enough, and the fraction is to go"
)]
fn popular(draw: &mut Draw, size: usize) -> usize {
    let share = draw.share();
    ((size as f64 * share * share) as usize).min(size - 1)
}

fn turn_round(seed: u64, size: usize, following: &Adjacency) -> Adjacency {
    let mut starts = vec![0; size + 1];
    for end in &following.ends {
        starts[*end as usize + 1] += 1;
    }
    for index in 0..size {
        starts[index + 1] += starts[index];
    }
    let mut free = starts.clone();
    let mut ends = vec![0; following.ends.len()];
    for index in 0..size {
        for end in following.of(index) {
            let place = &mut free[*end as usize];
            ends[*place] = u32::try_from(index).expect("a world has at most 2^17 people");
            *place += 1;
        }
    }
    // Without this every list would begin with the most popular followers.
    for index in 0..size {
        let run = &mut ends[starts[index]..starts[index + 1]];
        let mut draw = Draw::new(seed, "followers", &[index as u64]);
        for place in (1..run.len()).rev() {
            run.swap(place, draw.below(place + 1));
        }
    }
    Adjacency { starts, ends }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_show_the_same_edges() {
        let size = 400;
        let graph = Graph::new(3, size);
        let mut edges = HashSet::new();
        for index in 0..size {
            for other in graph.following(index) {
                assert!(edges.insert((index, *other as usize)), "an edge is shown twice");
            }
        }
        let mut seen = 0;
        for index in 0..size {
            for other in graph.followers(index) {
                assert!(edges.contains(&(*other as usize, index)));
                seen += 1;
            }
        }
        assert_eq!(seen, edges.len());
    }

    #[test]
    fn few_people_have_most_followers() {
        let size = 2_000;
        let graph = Graph::new(3, size);
        let first: usize = (0..20).map(|index| graph.followers(index).len()).sum();
        let last: usize = (size - 20..size).map(|index| graph.followers(index).len()).sum();
        assert!(first > 10 * last, "{first} against {last}");
        assert!(graph.followers(12).is_empty() && graph.followers(14).is_empty());
        assert!(graph.following(15).is_empty());
    }
}
