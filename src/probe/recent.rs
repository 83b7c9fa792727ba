//! What was seen last, for all who look: a thousand scenarios that look at one thing at the same time see the same, and
//! keep it once.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many different things may be seen at the same time and still be shared.
const MOST: usize = 32;

/// The last things that were seen, of whatever kind.
#[derive(Debug, Default)]
pub struct Recent {
    seen: Mutex<VecDeque<Arc<dyn Any + Send + Sync>>>,
}

impl Recent {
    /// What was just seen; where somebody else has seen the `same`, that.
    pub(super) fn share<T: Any + Send + Sync>(&self, seen: T, same: impl Fn(&T, &T) -> bool) -> Arc<T> {
        let mut recent = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut others = recent.iter().rev().filter_map(|other| Arc::clone(other).downcast::<T>().ok());
        if let Some(other) = others.find(|other| same(other, &seen)) {
            return other;
        }
        if recent.len() == MOST {
            recent.pop_front();
        }
        let seen = Arc::new(seen);
        recent.push_back(Arc::clone(&seen) as _);
        seen
    }
}
