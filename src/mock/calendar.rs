//! The days of a world that an upstream answers from: today's, and those of which cursors are still about.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mock::world::World;

/// Today, and the days that were met.
#[derive(Debug)]
pub(crate) struct Calendar {
    today: Arc<World>,
    met: BTreeMap<u32, Arc<World>>,
}

impl Calendar {
    pub(crate) fn new(today: Arc<World>) -> Self {
        Self {
            met: BTreeMap::from([(today.day(), Arc::clone(&today))]),
            today,
        }
    }

    /// The world of today.
    pub(crate) fn today(&self) -> Arc<World> {
        Arc::clone(&self.today)
    }

    /// It is another day, or another world altogether.
    pub(crate) fn turn_to(&mut self, today: Arc<World>) {
        if (today.seed(), today.size()) != (self.today.seed(), self.today.size()) {
            self.met.clear();
        }
        self.met.insert(today.day(), Arc::clone(&today));
        self.today = today;
    }

    /// Today's world on another day; it is made if nobody has met it, for a cursor can be older than an upstream.
    pub(crate) fn on(&mut self, day: u32) -> Arc<World> {
        let (seed, size) = (self.today.seed(), self.today.size());
        let world = self
            .met
            .entry(day)
            .or_insert_with(|| Arc::new(World::at(seed, size, day)));
        Arc::clone(world)
    }
}
