//! What `smoke run` was asked for.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

/// What `smoke run` was asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Name of the target.
    pub target: String,
    /// SCENARIO …: paths, ids or tags; empty: all that admit the target.
    pub select: Vec<String>,
    /// `--tag`: at least one of them, where any is given.
    pub tags: Vec<String>,
    /// `--skip-tag`.
    pub skip_tags: Vec<String>,
    /// `--var K=V`, strongest of all.
    pub vars: Vec<(String, String)>,
    /// Whether each of `vars` must be read by a scenario that is selected.
    pub vars_must_be_read: bool,
    /// `--timeout`, over the scenarios' own.
    pub timeout: Option<Duration>,
    /// `--retries`, over the scenarios' own.
    pub retries: Option<u32>,
    /// `--shard I/N`: index from 1, and number.
    pub shard: Option<(usize, usize)>,
    /// Whether that part may be empty, since nobody chose it (`--shard auto`). Then the plan has no cases.
    pub shard_may_be_empty: bool,
    /// `run.id`.
    pub run_id: String,
    /// `run.started`, and what `now()` gives while planning.
    pub started: DateTime<Utc>,
    /// `vars` that the sandbox brings; weaker than those of the target.
    pub sandbox_vars: Vec<(String, String)>,
    /// Cancelled once nobody waits for the plan any more: programs that fetch its secrets are killed then.
    pub given_up: CancellationToken,
}

impl Order {
    /// An order for everything on a target that admits it, with nothing said on the command line.
    #[must_use]
    pub fn new(target: &str, run_id: &str, started: DateTime<Utc>) -> Self {
        Self {
            target: target.to_owned(),
            select: Vec::new(),
            tags: Vec::new(),
            skip_tags: Vec::new(),
            vars: Vec::new(),
            vars_must_be_read: false,
            timeout: None,
            retries: None,
            shard: None,
            shard_may_be_empty: false,
            run_id: run_id.to_owned(),
            started,
            sandbox_vars: Vec::new(),
            given_up: CancellationToken::new(),
        }
    }
}
