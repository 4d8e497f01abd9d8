//! The days of a world that an upstream answers from: today's, and those of which cursors are still about.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mock::world::World;

/// So many days are kept; any other is made again when it is asked for.
const MOST_KEPT: usize = 8;

/// Today, and days that were met.
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
        self.keep(Arc::clone(&today));
        self.today = today;
    }

    fn keep(&mut self, world: Arc<World>) {
        if self.met.len() >= MOST_KEPT {
            self.met.pop_first();
        }
        self.met.insert(world.day(), world);
    }

    /// Today's world on another day; it is made if nobody has met it, for a cursor can be older than an upstream.
    pub(crate) fn on(&mut self, day: u32) -> Arc<World> {
        let (seed, size) = (self.today.seed(), self.today.size());
        if let Some(world) = self.met.get(&day) {
            return Arc::clone(world);
        }
        let world = Arc::new(World::at(seed, size, day));
        self.keep(Arc::clone(&world));
        world
    }
}
