//! The window: since when what AWS holds counts, and what was seen in it and before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Since when what AWS holds counts: a moment, not a time of day, so that what is learnt of AWS's clock later is true of it
/// too ([`super::Reader::start_of`]).
///
/// Clocks may lie apart by less than is noticed. So it also remembers which tasks were seen alive in it: one of these that
/// has stopped has stopped in it, whatever time AWS says that was. And what an alarm had done when it was seen before the
/// window opened was before it.
#[derive(Debug, Clone)]
pub struct Window {
    opened: Instant,
    earlier: TimeDelta,
    alive: Arc<Mutex<BTreeSet<String>>>,
    changed: Changed,
    before: Changed,
}

/// When alarms last changed, by AWS's clock, as far as that was seen.
type Changed = Arc<Mutex<BTreeMap<String, DateTime<Utc>>>>;

impl Window {
    /// One that opens now.
    #[must_use]
    pub fn opening() -> Self {
        let (alive, changed, before) = (Arc::default(), Changed::default(), Changed::default());
        Self { opened: Instant::now(), earlier: TimeDelta::zero(), alive, changed, before }
    }

    /// One that opens now: what was seen through this one lies before it.
    #[must_use]
    pub fn reopened(&self) -> Self {
        Self { before: Arc::clone(&self.changed), ..Self::opening() }
    }

    /// The same, from so long before.
    #[must_use]
    pub fn reaching_back(self, earlier: TimeDelta) -> Self {
        Self { earlier: self.earlier + earlier, before: Changed::default(), ..self }
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

    /// Remembers when an alarm had last changed as it was seen just now.
    pub fn saw_change(&self, alarm: &str, at: DateTime<Utc>) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = changed.entry(alarm.to_owned()).or_insert(at);
        *latest = at.max(*latest);
    }

    /// From when on an alarm's changes are in it, where it begins at `start`.
    #[must_use]
    pub fn start_for(&self, alarm: &str, start: DateTime<Utc>) -> DateTime<Utc> {
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.get(alarm).map_or(start, |at| start.max(*at + TimeDelta::milliseconds(1)))
    }

    fn alive(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
