//! From where a look is made, and what with.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::Instant;

use super::http;
use super::recent::Recent;
use crate::aws::Window;
use crate::redact::Redactor;

/// What a look can be made with; shared by all cases of a run.
#[derive(Debug)]
pub struct Instruments {
    /// HTTP to the API under test and elsewhere.
    pub http: http::Client,
    /// AWS, where the target has it.
    pub aws: Option<crate::aws::Reader>,
    /// What was seen last.
    pub recent: Recent,
    /// What is shown of an observation is cleaned before it is cut: of half a secret nobody would know that it is one.
    pub redactor: Arc<Redactor>,
}

/// From where one case looks.
#[derive(Debug, Clone)]
pub struct Vantage {
    /// What with.
    pub instruments: Arc<Instruments>,
    /// The window; from the case's own beginning while `ready` is still going on.
    pub window: Window,
    /// When the step began that looks.
    pub step_start: Instant,
    /// The folder that files are relative to.
    pub dir: PathBuf,
    /// Whether what stands in a log is judged or kept: then a look at one waits until it is complete up to that look.
    pub whole_log: bool,
    /// Whether a look at a log speaks of this moment; else it goes on proving what one before claimed that could not be
    /// finished.
    pub anew: bool,
    /// Whether what is looked at must hold all along, so that every connection that breaks counts: then a request goes out
    /// on one of its own. On one that had been used before, nobody could tell a break from a server that tidies up.
    pub all_along: bool,
    /// By when the step must be through; a look must not take longer.
    pub deadline: Instant,
}
