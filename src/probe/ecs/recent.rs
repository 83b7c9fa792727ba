//! What was seen last, for all who look: a thousand scenarios that look at one service at the same time see one thing, and
//! keep it once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::ServicesSeen;

/// How many different things may be seen at the same time and still be shared: services × windows in which tasks stopped.
const MOST: usize = 32;

/// The last things that were seen.
#[derive(Debug, Default)]
pub struct Recent {
    seen: Mutex<VecDeque<Arc<ServicesSeen>>>,
}

impl Recent {
    /// What was just seen; itself where nobody else saw the same in the same look.
    pub(super) fn share(&self, seen: ServicesSeen) -> Arc<ServicesSeen> {
        let mut recent = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = recent.iter().rev().find(|other| other.is_the_same(&seen)) {
            return Arc::clone(same);
        }
        if recent.len() == MOST {
            recent.pop_front();
        }
        let seen = Arc::new(seen);
        recent.push_back(Arc::clone(&seen));
        seen
    }
}
