//! What the moving parts share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::client::Client;
use crate::clock::Clock;
use crate::engine::health::Health;
use crate::engine::{Settings, Shutdown, Stop, Writer};
use crate::rate_gate::RateGate;

/// What the moving parts share.
pub struct Context {
    pub(crate) client: Client,
    pub(crate) writer: Writer,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shutdown: Shutdown,
    pub(crate) health: Mutex<Health>,
    /// Something happened that may have made a task ready.
    pub(crate) stirred: Notify,
    /// The account was asked, whatever came of it.
    pub(crate) account_was_asked: Notify,
    gate: Mutex<RateGate>,
    stop: Mutex<Option<Stop>>,
}

impl Context {
    pub(crate) fn new(
        client: Client,
        writer: Writer,
        gate: RateGate,
        settings: Settings,
        clock: Arc<dyn Clock>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            client,
            writer,
            settings,
            clock,
            shutdown,
            health: Mutex::default(),
            stirred: Notify::new(),
            account_was_asked: Notify::new(),
            gate: Mutex::new(gate),
            stop: Mutex::new(None),
        }
    }

    pub(crate) fn gate(&self) -> MutexGuard<'_, RateGate> {
        // The gate holds numbers that are valid at every step.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the engine to stop for a reason; the first reason stays.
    pub(crate) fn stop(&self, reason: Stop) {
        self.stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(reason);
        self.stirred.notify_one();
    }

    pub(crate) fn stopped(&self) -> Option<Stop> {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
