//! What stands in a journal: one fact a line.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Version of the format; a journal of another version is left alone.
pub const VERSION: u32 = 1;

/// The run, as far as it is needed to make its plan again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`VERSION`] of whoever wrote it.
    pub version: u32,
    /// Id of the run: `run.id`.
    pub run: String,
    /// `run.started`.
    pub started: DateTime<Utc>,
    /// Name of the target.
    pub target: String,
    /// Base URL of its API, cleaned of secrets.
    pub api_url: Option<String>,
    /// What `--var` gave; a value that holds a secret is not among them.
    pub vars: BTreeMap<String, String>,
}

/// Only what has clean-up was noted once.
const fn yes() -> bool {
    true
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// The first line.
    Run(Header),
    /// An attempt at a case is about to do something.
    Attempt {
        /// Index of the case in the run's plan.
        case: usize,
        /// From 1.
        attempt: u32,
        /// The case's id, with the row of a matrix.
        id: String,
        /// Where the scenario stands.
        file: String,
        /// Tells whether what was written has changed since: a hash over the files its steps stand in.
        fingerprint: String,
        /// Fields of `vars` and `row` that its clean-up reads, those left out whose values hold secrets.
        scope: Map<String, Json>,
        /// Whether it has any clean-up.
        #[serde(default = "yes")]
        cleans: bool,
    },
    /// A request that may make something is about to be sent, or a program about to be started.
    Sending {
        /// Index of the case.
        case: usize,
        /// From 1.
        attempt: u32,
        /// When.
        at: DateTime<Utc>,
        /// The step's name.
        step: String,
        /// What it does: `POST /api/v1/bulk-imports`.
        what: String,
        /// Names that it would bring and that clean-up reads.
        brings: Vec<String>,
        /// Whether it stays unknown what it made where no answer comes.
        #[serde(default)]
        open: bool,
    },
    /// A step has come to its end.
    Ended {
        /// Index of the case.
        case: usize,
        /// From 1.
        attempt: u32,
        /// The step's name.
        step: String,
        /// Whether there was an answer, so that whatever it brings is known.
        answered: bool,
        /// Names that clean-up reads, and what of their values it reads.
        kept: Map<String, Json>,
        /// Names that clean-up reads, whose values are secrets and stand nowhere.
        withheld: Vec<String>,
    },
    /// A step of `finally` is done, or had nothing to do.
    Cleaned {
        /// Index of the case.
        case: usize,
        /// From 1.
        attempt: u32,
        /// The step's name.
        step: String,
    },
    /// A step of `finally` did not come off, and that was told: something is left, though nothing may have been sent before.
    Left {
        /// Index of the case.
        case: usize,
        /// From 1.
        attempt: u32,
        /// What it did: `DELETE /api/v1/bulk-imports/7`.
        what: String,
    },
    /// Nothing of this attempt is left.
    Closed {
        /// Index of the case.
        case: usize,
        /// From 1.
        attempt: u32,
    },
    /// A person has seen to what was left.
    Settled,
}
