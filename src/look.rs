//! Why a look through a probe brought nothing.

use std::time::Duration;

/// Why nothing could be seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LookError {
    /// Of what kind.
    pub kind: LookErrorKind,
    /// In words, with the system's own: `connection refused by 127.0.0.1:8080`.
    pub message: String,
    /// How long the other side asked to be left alone.
    pub retry_after: Option<Duration>,
}

/// The kinds of not seeing, which decide between failed and inconclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookErrorKind {
    /// Nobody is there: refused, no such host. Nothing was sent. *Failed*.
    Unreachable,
    /// The system under test does not answer as a system should: refused, reset, timed out. That is *failed*.
    System,
    /// The system does not answer in the time that this request has (`timeout`). *Failed* as well.
    Late,
    /// The system answered, and that led to nothing: the answer stopped half way, or was a redirect to where nobody is.
    /// *Failed* as well.
    Broken,
    /// We may not look: credentials, permissions. *Inconclusive*, and waiting does not help.
    Denied,
    /// We could not look just now: throttled, AWS itself in trouble. *Inconclusive* once the deadline is past.
    Obscured,
    /// What we were to look with is not on this machine: a program, a file to be sent. Nothing was seen of the system, so
    /// that is *inconclusive*, and waiting does not help.
    Unequipped,
    /// What was asked cannot be asked, or what it was asked of cannot be read: no URL, a name that AWS does not take,
    /// Terraform files with an error. *Failed*, at once.
    Unusable,
}

impl LookErrorKind {
    /// Whether what was asked may have arrived, and done something that nobody was told of.
    #[must_use]
    pub const fn leaves_open(self) -> bool {
        matches!(self, Self::System | Self::Late | Self::Broken)
    }
}
