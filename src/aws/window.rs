//! The window: since when what AWS holds counts, and what was seen alive in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use tokio::time::Instant;

/// Since when what AWS holds counts: a moment, not a time of day, so that what is learnt of AWS's clock later is true of it
/// too ([`super::Reader::start_of`]).
///
/// Clocks may lie apart by less than is noticed. So it also remembers which tasks were seen alive in it: one of these that
/// has stopped has stopped in it, whatever time AWS says that was.
#[derive(Debug, Clone)]
pub struct Window {
    opened: Instant,
    earlier: TimeDelta,
    alive: Arc<Mutex<BTreeSet<String>>>,
}

impl Window {
    /// One that opens now.
    #[must_use]
    pub fn opening() -> Self {
        Self { opened: Instant::now(), earlier: TimeDelta::zero(), alive: Arc::default() }
    }

    /// The same, from so long before.
    #[must_use]
    pub fn reaching_back(self, earlier: TimeDelta) -> Self {
        Self { earlier: self.earlier + earlier, ..self }
    }

    /// When it opened, and how long before that it begins.
    pub(super) const fn start(&self) -> (Instant, TimeDelta) {
        (self.opened, self.earlier)
    }

    /// Remembers tasks, by their ids, that were seen alive just now.
    pub fn saw_alive<'id>(&self, ids: impl IntoIterator<Item = &'id str>) {
        let mut alive = self.alive();
        for id in ids {
            if !alive.contains(id) {
                alive.insert(id.to_owned());
            }
        }
    }

    /// Whether a task was seen alive in it at some time.
    #[must_use]
    pub fn has_seen_alive(&self, id: &str) -> bool {
        self.alive().contains(id)
    }

    fn alive(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
