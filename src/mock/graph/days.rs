//! Who follows whom on a later day. What changes from a day to the next is drawn, then done to both ends of an edge.

use std::collections::BTreeMap;

use crate::mock::days;
use crate::mock::draw::Draw;
use crate::mock::graph::{Adjacency, Graph, popular};
use crate::mock::people::{self, Nature};

/// The lists of everybody, the newest first, as they change.
struct Lists {
    following: Vec<Vec<u32>>,
    followers: Vec<Vec<u32>>,
    /// The day on which each account is deleted.
    deleted: Vec<Option<u32>>,
    natures: Vec<Nature>,
}

impl Graph {
    /// The graph on a day. New edges stand at the head of both lists, the order of the others stays.
    pub(crate) fn at(seed: u64, size: usize, day: u32) -> Self {
        let first = Self::new(seed, size);
        if day == 0 {
            return first;
        }
        let mut lists = Lists {
            following: (0..size).map(|index| first.following(index).to_vec()).collect(),
            followers: (0..size).map(|index| first.followers(index).to_vec()).collect(),
            deleted: (0..size)
                .map(|index| people::days::deleted_on(seed, index))
                .collect(),
            natures: (0..size).map(|index| people::nature(seed, index)).collect(),
        };
        let mut again: BTreeMap<u32, Vec<(usize, usize)>> = BTreeMap::new();
        for today in 1..=day {
            lists.delete_accounts(today);
            for (from, to) in again.remove(&today).unwrap_or_default() {
                lists.follow(from, to, today);
            }
            for index in 0..size {
                if let Some((other, wait)) = lists.change(seed, index, today) {
                    again.entry(today + wait).or_default().push((index, other));
                }
            }
        }
        Self {
            following: Adjacency::joined(&lists.following),
            followers: Adjacency::joined(&lists.followers),
        }
    }
}

impl Lists {
    fn is_there(&self, index: usize, today: u32) -> bool {
        self.deleted[index].is_none_or(|deleted| deleted > today)
    }

    /// Those who are deleted today leave every list.
    fn delete_accounts(&mut self, today: u32) {
        for index in 0..self.deleted.len() {
            if self.deleted[index] != Some(today) {
                continue;
            }
            for other in std::mem::take(&mut self.following[index]) {
                remove(&mut self.followers[other as usize], index);
            }
            for other in std::mem::take(&mut self.followers[index]) {
                remove(&mut self.following[other as usize], index);
            }
        }
    }

    /// What somebody does today: follow one more, unfollow one. Gives whom they will follow again, and in how many days.
    fn change(&mut self, seed: u64, index: usize, today: u32) -> Option<(usize, u32)> {
        if !self.is_there(index, today) {
            return None;
        }
        let mut draw = Draw::new(seed, "changes of following", &[index as u64, today.into()]);
        if draw.chance(days::FOLLOWS) {
            let other = popular(&mut draw, self.natures.len());
            self.follow(index, other, today);
        }
        if !draw.chance(days::UNFOLLOWS) || self.following[index].is_empty() {
            return None;
        }
        let place = draw.below(self.following[index].len());
        let other = self.following[index].remove(place) as usize;
        remove(&mut self.followers[other], index);
        let (least, most) = days::AGAIN_AFTER_DAYS;
        let wait = u32::try_from(draw.between(least, most)).unwrap_or_default();
        draw.chance(days::FOLLOWED_AGAIN).then_some((other, wait))
    }

    fn follow(&mut self, from: usize, to: usize, today: u32) {
        let follows = self.is_there(from, today) && self.natures[from] != Nature::FollowsNobody;
        let is_followed = self.is_there(to, today) && self.natures[to] != Nature::Unfollowed;
        let number = |index: usize| u32::try_from(index).expect("a world has at most 2^17 people");
        if follows && is_followed && from != to && !self.following[from].contains(&number(to)) {
            self.following[from].insert(0, number(to));
            self.followers[to].insert(0, number(from));
        }
    }
}

/// The order of the rest stays.
fn remove(list: &mut Vec<u32>, index: usize) {
    list.retain(|other| *other as usize != index);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn edges(graph: &Graph, size: usize) -> HashSet<(usize, usize)> {
        let edges = (0..size).flat_map(|index| {
            graph
                .following(index)
                .iter()
                .map(move |other| (index, *other as usize))
        });
        edges.collect()
    }

    #[test]
    fn both_ends_show_the_same_edges_on_every_day() {
        let size = 300;
        for day in [1, 10, 30] {
            let graph = Graph::at(3, size, day);
            let seen: HashSet<(usize, usize)> = (0..size)
                .flat_map(|index| {
                    graph
                        .followers(index)
                        .iter()
                        .map(move |other| (*other as usize, index))
                })
                .collect();
            assert_eq!(seen, edges(&graph, size));
            let shown: usize = (0..size).map(|index| graph.following(index).len()).sum();
            assert_eq!(shown, seen.len(), "an edge is shown twice");
        }
    }

    #[test]
    fn new_edges_stand_at_the_head_and_the_order_of_the_rest_stays() {
        let size = 300;
        let (before, after) = (Graph::at(3, size, 4), Graph::at(3, size, 5));
        let mut new = 0;
        for index in 0..size {
            for (old, now) in [
                (before.followers(index), after.followers(index)),
                (before.following(index), after.following(index)),
            ] {
                let head = now.iter().take_while(|other| !old.contains(other)).count();
                let kept: Vec<&u32> = old.iter().filter(|other| now.contains(other)).collect();
                assert_eq!(now[head..].iter().collect::<Vec<_>>(), kept);
                new += head;
            }
        }
        assert!(new > 20, "{new}");
    }

    #[test]
    fn edges_go_and_some_come_back() {
        let size = 300;
        let days: Vec<HashSet<(usize, usize)>> = (0..=30)
            .map(|day| edges(&Graph::at(3, size, day), size))
            .collect();
        let mut returned = 0;
        for edge in &days[0] {
            let left = days.iter().position(|edges| !edges.contains(edge));
            let came = left.is_some_and(|left| days[left..].iter().any(|edges| edges.contains(edge)));
            returned += usize::from(came);
        }
        assert!(returned > 20, "{returned}");
        for pair in days.windows(2) {
            let kept = pair[0].intersection(&pair[1]).count();
            assert!(kept * 100 > pair[0].len() * 97 && kept < pair[0].len());
        }
    }
}
