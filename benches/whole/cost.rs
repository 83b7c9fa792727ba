//! What one run of a process cost.

use serde::{Deserialize, Serialize};

/// Measured from outside the process, except for what its `run.json` counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// From before it was started until it had ended, seconds.
    pub(crate) wall: f64,
    /// User and system time, seconds.
    pub(crate) cpu: f64,
    /// The most memory that was resident at once, bytes.
    pub(crate) memory: f64,
    /// Requests that `http` steps sent.
    pub(crate) requests: Option<u64>,
    /// Calls to AWS.
    pub(crate) aws_calls: Option<u64>,
}
