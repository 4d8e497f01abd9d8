//! What a perfect harvest pays, and which endpoint of a route it asks.

use std::collections::HashSet;

use crate::mock::endpoints::{self, Endpoint};
use crate::mock::oracle::plan::Plan;
use crate::mock::world::World;

/// Requests sent and units billed so far.
#[derive(Debug)]
pub(crate) struct Till<'a> {
    world: &'a World,
    plan: &'a Plan,
    pub(crate) units: i64,
    pub(crate) requests: u64,
    /// Retired paths that have answered so once; after that they are not asked.
    met_retired: HashSet<&'static str>,
}

impl<'a> Till<'a> {
    pub(crate) fn new(world: &'a World, plan: &'a Plan) -> Self {
        Self {
            world,
            plan,
            units: 0,
            requests: 0,
            met_retired: HashSet::new(),
        }
    }

    /// The first endpoint of a route, from a place on, that is not retired. A retired one is asked once in all.
    pub(crate) fn choose(&mut self, route: &[String], from: usize) -> Option<(&'static Endpoint, usize)> {
        for (place, path) in route.iter().enumerate().skip(from) {
            let Some(endpoint) = endpoints::find(path) else {
                continue;
            };
            if !self.plan.retired.contains(path) {
                return Some((endpoint, place));
            }
            if self.met_retired.insert(endpoint.path) {
                self.requests += 1;
            }
        }
        None
    }

    /// Pays for all pages of a list, and says how many of its items these show.
    pub(crate) fn walk(
        &mut self,
        endpoint: &'static Endpoint,
        target: &str,
        length: usize,
        is_forced: bool,
    ) -> usize {
        let size = endpoint.page_size;
        let pages = match endpoint.cursor {
            None => 1,
            Some(_) => self.world.pages(endpoint.kind, target, length, size).count(),
        };
        self.pay(endpoint, pages, is_forced);
        match endpoint.cursor {
            None if endpoint.by_amount => length.min(self.plan.amount),
            _ => length,
        }
    }

    /// Pays for so many calls.
    pub(crate) fn pay(&mut self, endpoint: &'static Endpoint, calls: usize, is_forced: bool) {
        let price = endpoint.price(self.plan.amount, is_forced);
        self.requests += calls as u64;
        self.units += price * (calls as u64).cast_signed();
    }

    /// A 404 is asked once more: by the next endpoint of the route, else by the same one.
    pub(crate) fn ask_again(
        &mut self,
        route: &[String],
        endpoint: &'static Endpoint,
        place: usize,
        is_forced: bool,
    ) {
        let second = self.choose(route, place + 1).map_or(endpoint, |chosen| chosen.0);
        self.pay(second, 1, is_forced);
    }
}

/// Whether what was shown is as good as the counter: 95 of a hundred, or five short, for the upstream's counters are
/// never quite right.
pub(crate) fn verdict(shown: usize, counter: usize) -> &'static str {
    if shown * 100 >= counter * 95 || shown + 5 >= counter {
        "complete"
    } else {
        "truncated"
    }
}
