//! How a plan was shared out.

use serde::{Deserialize, Serialize};

/// One part of a plan that was shared out: every `of`-th case, from the `index`-th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Shard {
    /// From 1.
    pub index: usize,
    /// How many parts there are.
    pub of: usize,
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// A case of the whole plan, whichever part it fell to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Planned {
    /// The scenario's id, with the row where there is a matrix.
    pub id: String,
    /// The scenario's file as shown.
    pub file: String,
}

impl Shard {
    /// What of the whole falls to this part.
    pub fn share<T>(self, whole: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        whole.into_iter().skip(self.index.saturating_sub(1)).step_by(self.of.max(1))
    }
}
