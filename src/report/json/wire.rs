//! What stands in `run.json`. These types change only together with the schema's version, whatever the record does.
//! Their descriptions are the schema's.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Change, Evidence, Judged, Leftover, Phase, Planned, Shard};
use crate::verdict::Verdict;

/// The version of the schema that is written, and the only one that is read.
pub const SCHEMA_VERSION: u32 = 1;

/// A recorded run of smoke.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "run.json of smoke")]
pub(super) struct File<Scenarios = Vec<Scenario>> {
    /// Version of this schema.
    pub(super) schema_version: u32,
    /// The run as a whole.
    pub(super) run: Head,
    /// How much there was of everything.
    pub(super) counts: Counts,
    /// Every scenario of the plan, in its order.
    pub(super) scenarios: Scenarios,
}

/// The run as a whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Head {
    /// Name of its folder under `reports/`; sorts by time.
    pub(super) id: String,
    /// Name of the target.
    pub(super) target: String,
    /// What is said of it.
    pub(super) verdict: Verdict,
    /// When it began, UTC.
    pub(super) started: DateTime<Utc>,
    /// When it ended, UTC; null where nobody saw its end.
    pub(super) ended: Option<DateTime<Utc>>,
    /// From beginning to end, milliseconds.
    pub(super) duration_ms: u64,
    /// The process's exit code.
    pub(super) exit_code: u8,
    /// What was tested, as version control knows it.
    pub(super) revision: Option<String>,
    /// Which part of the plan it is, where that was shared out (`--shard`).
    #[serde(default)]
    pub(super) shard: Option<Shard>,
    /// Every scenario of the plan that was shared out, in its order, whichever part it fell to; not there where nothing was
    /// shared out, or nobody kept it. `smoke merge` holds the parts against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) whole: Option<Vec<Planned>>,
    /// The options that it was called with, as far as they change what it means, a word each, with `…` in place of a
    /// secret; null where nobody kept them.
    #[serde(default)]
    pub(super) options: Option<Vec<String>>,
    /// Whether the target was a sandbox that ended with the run, and with it whatever was made there.
    #[serde(default)]
    pub(super) embedded: bool,
    /// Where the folder lies that files are named from, seen from the root of the repository or from where smoke was
    /// started; not there where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) folder: Option<String>,
    /// Version of smoke that ran it.
    pub(super) smoke: String,
    /// Which AWS account, region and endpoints were looked at.
    pub(super) identity: Vec<String>,
    /// The signal that asked it to stop.
    pub(super) stopped_by: Option<String>,
    /// Why it broke off, where it did not come to its own end.
    pub(super) broken_off: Option<String>,
    /// What was asked of AWS.
    pub(super) aws: Aws,
    /// Requests that `http` steps sent.
    pub(super) http_requests: u64,
}

/// What was asked of AWS by all scenarios together.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Aws {
    /// Calls sent, by operation.
    pub(super) calls: Vec<Calls>,
    /// How many looks were asked for; equal ones share a call.
    pub(super) looks: u64,
    /// How many calls were throttled.
    pub(super) throttled: u64,
}

/// Calls of one operation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Calls {
    /// For instance `ecs:DescribeServices`.
    pub(super) operation: String,
    /// How many were sent.
    pub(super) count: u64,
}

/// Numbers over the whole run. `passed` to `aborted` count scenarios and add up to `scenarios`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Counts {
    /// Scenarios, each row of a matrix for itself.
    pub(super) scenarios: usize,
    /// Steps of all lists: ready, guards, steps, clean-up.
    pub(super) steps: usize,
    /// Expectations that came out true or false.
    pub(super) expectations: usize,
    /// Scenarios that passed, flaky ones among them.
    pub(super) passed: usize,
    /// Scenarios that failed.
    pub(super) failed: usize,
    /// Scenarios that could not be seen.
    pub(super) inconclusive: usize,
    /// Scenarios that were not reached.
    pub(super) skipped: usize,
    /// Scenarios that were broken off.
    pub(super) aborted: usize,
    /// Scenarios that passed only after they had failed.
    pub(super) flaky: usize,
    /// Things that scenarios made and could not take away.
    pub(super) leftovers: usize,
}

/// A scenario, or one row of its matrix.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Scenario {
    /// The file's name without its ending, and the row of a matrix.
    pub(super) id: String,
    /// As written.
    pub(super) name: String,
    /// Where it stands.
    pub(super) file: String,
    /// Which of the variables given with `--var` it reads; not there where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reads: Option<Vec<String>>,
    /// What is said of it.
    pub(super) verdict: Verdict,
    /// Whether it passed only after it had failed.
    pub(super) flaky: bool,
    /// When the last attempt began; null where it was never reached.
    pub(super) started: Option<DateTime<Utc>>,
    /// When the last attempt ended.
    pub(super) ended: Option<DateTime<Utc>>,
    /// How long the last attempt took, milliseconds.
    pub(super) duration_ms: u64,
    /// From when logs, stopped tasks and alarm history were read.
    pub(super) window_opened: Option<DateTime<Utc>>,
    /// Number of the last attempt, from 1; 0 where it was never reached.
    pub(super) attempt: u32,
    /// Attempts before the last one.
    pub(super) earlier: Vec<Attempt>,
    /// One sentence that says why it did not pass.
    pub(super) cause: Option<String>,
    /// What supports the cause, and what was tested.
    pub(super) notes: Vec<String>,
    /// What had to come about before the window opened.
    pub(super) ready: Vec<Step>,
    /// What had to stay true all along.
    pub(super) guards: Vec<Step>,
    /// The journey.
    pub(super) steps: Vec<Step>,
    /// The clean-up (`finally`).
    pub(super) cleanup: Vec<Step>,
    /// What it made and could not take away.
    pub(super) leftovers: Vec<Leftover>,
}

/// An attempt that was followed by another one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Attempt {
    /// From 1.
    pub(super) number: u32,
    /// What was said of it.
    pub(super) verdict: Verdict,
    /// How long it took, milliseconds.
    pub(super) duration_ms: u64,
    /// One sentence that says why it did not pass.
    pub(super) cause: Option<String>,
    /// Its steps that did not pass.
    pub(super) steps: Vec<AttemptStep>,
}

/// A step of an earlier attempt that did not pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct AttemptStep {
    /// The list it stands in.
    pub(super) phase: Phase,
    /// Index in that list, from 0.
    pub(super) index: usize,
    /// What was said of it.
    pub(super) verdict: Verdict,
    /// How long it took, milliseconds.
    pub(super) duration_ms: u64,
    /// One sentence that says why.
    pub(super) cause: Option<String>,
    /// What was judged.
    #[serde(default)]
    pub(super) expectations: Vec<Judged>,
    /// Things worth keeping.
    #[serde(default)]
    pub(super) evidence: Vec<Evidence>,
}

/// A step, guard or clean-up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Step {
    /// As written.
    pub(super) name: String,
    /// Where it stands.
    pub(super) file: String,
    /// From 1.
    pub(super) line: usize,
    /// How it observed: `http`, `logs`, `ecs`, `alarm`, …
    pub(super) probe: String,
    /// What is said of it.
    pub(super) verdict: Verdict,
    /// False for a shadow check, whose verdict decides nothing.
    pub(super) enforced: bool,
    /// When it began; null where it was never reached.
    pub(super) started: Option<DateTime<Utc>>,
    /// From beginning to end, milliseconds.
    pub(super) duration_ms: u64,
    /// What it waited for, as written.
    pub(super) until: Option<String>,
    /// How long it might take, milliseconds.
    pub(super) within_ms: Option<u64>,
    /// How often was looked.
    pub(super) looks_total: u64,
    /// The first few looks and the last few.
    pub(super) looks: Vec<Look>,
    /// What was seen, and from when to when; the whole story.
    pub(super) changes: Vec<Change>,
    /// What was judged.
    pub(super) expectations: Vec<Judged>,
    /// Why it did not pass, or why it was skipped.
    pub(super) cause: Option<String>,
    /// Things worth keeping.
    pub(super) evidence: Vec<Evidence>,
    /// Values kept for later steps, cleaned of secrets.
    pub(super) captured: Vec<Captured>,
}

/// What one look brought.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Look {
    /// Since the step began, milliseconds.
    pub(super) at_ms: u64,
    /// How long the look took, milliseconds.
    pub(super) took_ms: u64,
    /// In a few words.
    pub(super) state: String,
    /// In a line.
    pub(super) summary: String,
}

/// A value kept for later steps.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Captured {
    /// The name that later steps see.
    pub(super) name: String,
    /// As text.
    pub(super) value: String,
}
