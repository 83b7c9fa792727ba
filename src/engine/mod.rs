//! Who runs when: cases side by side, steps in order, guards all along, `finally` always.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::event::{Event, RunHeader};
use crate::plan::Plan;
use crate::probe::Instruments;
use crate::redact::Redactor;

/// How a run is carried out.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many cases run side by side at most.
    pub jobs: usize,
    /// Start nothing more once a case has failed.
    pub fail_fast: bool,
    /// How long all clean-up may take after a stop or a timeout, per case.
    pub cleanup_within: Duration,
}

/// Whether the run was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stop {
    /// Go on.
    #[default]
    No,
    /// Clean up, then end: SIGINT.
    Interrupted,
    /// Clean up, then end: SIGTERM.
    Terminated,
}

/// Runs the whole plan and tells what happens. Returns once every case has ended and `RunEnded` was told.
pub async fn run(
    _plan: Arc<Plan>,
    _header: RunHeader,
    _instruments: Arc<Instruments>,
    _redactor: Arc<Redactor>,
    _options: Options,
    _stop: watch::Receiver<Stop>,
    _events: mpsc::UnboundedSender<Event>,
) {
    todo!()
}
