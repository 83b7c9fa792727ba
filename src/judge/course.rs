//! What a step's looks said of the work, one after the other.

use std::collections::BTreeSet;

use super::assess::Seen;
use crate::expr::{Expression, Scope, Truth};
use crate::probe::Observation;

/// How that of which a step looks at went on while the step waited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// The states that good answers told, each once.
    states: BTreeSet<String>,
    /// Whether something that was waited for could not be told at all from what was seen last: a field that is not there,
    /// a text where a number should be. Then it is not the system that stands still.
    untold: bool,
}

impl Course {
    /// Takes note of what one look brought.
    pub fn note(&mut self, seen: &Seen) {
        if let Ok(Observation::Http(response)) = seen {
            self.states.extend(response.state().filter(|_| (200..300).contains(&response.status)));
        }
    }

    /// At the end of the waiting: whether what was waited for can be told in `scope`, true or not.
    #[must_use]
    pub fn ended(self, until: &[Expression], scope: &Scope) -> Self {
        let told = |one: &Expression| matches!(one.truth(scope), Truth::Held | Truth::Broken { .. });
        Self { untold: !until.iter().all(told), ..self }
    }

    /// Whether the end of the waiting says something of the system, rather than of how it was asked.
    pub(super) fn tells(&self) -> bool {
        !self.untold
    }

    /// Whether no other state was seen all the while.
    pub(super) fn stands_still(&self) -> bool {
        self.states.len() <= 1
    }

    /// Every state that was seen.
    pub(super) fn states(&self) -> impl Iterator<Item = &str> {
        self.states.iter().map(String::as_str)
    }
}
