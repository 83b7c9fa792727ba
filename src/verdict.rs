//! The verdict: what is finally said of a step, a guard, a scenario or a run.

use serde::{Deserialize, Serialize};

/// What is said in the end, in the contract's words.
///
/// Ordered from the best to the worst, so that the worst of many is their `max`: failed > inconclusive > passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Never reached, or `when` said no.
    Skipped,
    /// Everything that was judged held.
    Passed,
    /// It could not be seen, and nothing that was seen failed.
    Inconclusive,
    /// Stopped by a signal or by smoke's own fault before it could end.
    Aborted,
    /// Something that was looked at is not as it must be.
    Failed,
}

impl Verdict {
    /// The contract's word for it, in lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Passed => "passed",
            Self::Inconclusive => "inconclusive",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
