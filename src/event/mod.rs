//! What happened in a run, in the past tense: the one language between engine, record and terminal.
//!
//! Events are facts. They are cleaned of secrets where they are made ([`crate::redact`]), written to `events.ndjson`
//! as they come, shown by the terminal, and folded into the record ([`crate::record`]), from which every report is drawn.

mod phase;
mod shard;
mod text;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use phase::Phase;
pub use shard::{Planned, Shard};

use crate::verdict::Verdict;

/// One fact, and when it came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// Where in the plan something happened: scenario `case` (index in plan order), and there step `index` of `phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepRef {
    /// Index of the case in the plan, from 0.
    pub case: usize,
    /// The list it stands in.
    pub phase: Phase,
    /// Index in that list, from 0.
    pub index: usize,
}

/// The facts there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The run began; the whole plan is laid out, so that whatever is never reached is known too.
    RunStarted {
        /// What and where.
        run: RunHeader,
        /// Every case, in plan order.
        cases: Vec<CaseOutline>,
    },
    /// A case began: attempt 1, or a later one after a failure (`retries`).
    ScenarioStarted {
        /// Index in the plan.
        case: usize,
        /// Counted from 1.
        attempt: u32,
    },
    /// `ready` is through: logs, stopped tasks and alarm history are read from here on.
    WindowOpened {
        /// Index in the plan.
        case: usize,
    },
    /// A step began, and by when it must have come about.
    StepStarted {
        /// Which.
        step: StepRef,
        /// What is waited for, as written; none for a single look.
        until: Option<String>,
        /// How long it may take, ms; none for a single look.
        within_ms: Option<u64>,
    },
    /// A probe was looked through.
    Looked {
        /// For which step.
        step: StepRef,
        /// What was seen.
        look: Look,
    },
    /// A step, guard or clean-up came to its end.
    StepEnded {
        /// Which.
        step: StepRef,
        /// How.
        outcome: Outcome,
    },
    /// A case came to its end (this attempt of it).
    ScenarioEnded {
        /// Index in the plan.
        case: usize,
        /// What is said of it.
        verdict: Verdict,
        /// One sentence that says why it did not pass.
        cause: Option<String>,
        /// What supports the cause, a line each, and what was tested (revision, images).
        notes: Vec<String>,
        /// Whether it will be run afresh.
        retrying: bool,
    },
    /// Something that the scenario made is still there.
    LeftBehind {
        /// Index in the plan.
        case: usize,
        /// The clean-up that did not come through.
        leftover: Leftover,
    },
    /// A signal asked the run to stop.
    StopRequested {
        /// `SIGINT` or `SIGTERM`, or what else asked.
        signal: String,
    },
    /// The run came to its end.
    RunEnded {
        /// What is said of it.
        verdict: Verdict,
        /// The process's exit code, as far as the run itself decides it: what could not be written of it is found out later.
        exit_code: u8,
        /// What the AWS reader sent and saved.
        aws: AwsUse,
        /// HTTP requests sent by `http` steps.
        http_requests: u64,
        /// Lines of the header's `identity` that were only learnt on the way: AWS's clock.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        learnt: Vec<String>,
    },
}

/// What is run, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// Name of the folder under `reports/`; sorts by time.
    pub id: String,
    /// Name of the target.
    pub target: String,
    /// When it began, UTC.
    pub started: DateTime<Utc>,
    /// Version of smoke.
    pub smoke: String,
    /// Which AWS account, region and endpoints were looked at; a line each.
    pub identity: Vec<String>,
    /// What is tested, as version control knows it, where that is known.
    #[serde(default)]
    pub revision: Option<String>,
    /// Which part of the plan this is, where it was shared out.
    #[serde(default)]
    pub shard: Option<Shard>,
    /// All that was to be shared out, in plan order. None where nothing was, or nobody kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Vec<Planned>>,
    /// The options that it was called with, as far as they change what it means: the words that a shell hands on, with
    /// `…` in place of a secret. None where nobody kept them.
    #[serde(default)]
    pub options: Option<Vec<String>>,
    /// Whether the target was a sandbox that ended with the run, and with it whatever was made there.
    #[serde(default)]
    pub embedded: bool,
    /// Where the folder lies that files are named from, seen from the root of the repository or from where smoke was
    /// started; none where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// A case as it stands in the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseOutline {
    /// The scenario's id: its file's name without the ending, and the row of a matrix.
    pub id: String,
    /// The scenario's name.
    pub name: String,
    /// Where it stands.
    pub file: String,
    /// Which of the variables given with `--var` it reads; none where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<String>>,
    /// Its steps, in order: ready, guards, steps, finally.
    pub steps: Vec<StepOutline>,
}

/// A step as it stands in the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepOutline {
    /// The list it stands in.
    pub phase: Phase,
    /// As written.
    pub name: String,
    /// The probe's key: `http`, `logs`, …
    pub probe: String,
    /// Where it stands; differs from the case's for steps taken in with `use`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// False for a shadow check (`enforce: false`).
    pub enforced: bool,
}

/// What one look through a probe brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Since the step began, ms.
    pub at_ms: u64,
    /// How long the look itself took, ms.
    pub took_ms: u64,
    /// In a few words, for the list of changes: `queued`, `0 of 1 healthy`, `connection refused`.
    pub state: String,
    /// In a line: `200 {"status":"queued"}`.
    pub summary: String,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What is said of it.
    pub verdict: Verdict,
    /// Whether the verdict counts (`enforce`).
    pub enforced: bool,
    /// From its beginning to its end, ms.
    pub duration_ms: u64,
    /// How often it was looked.
    pub looks: u64,
    /// What was seen, and from when to when: `queued 0–4 s`.
    pub changes: Vec<Change>,
    /// What was judged.
    pub expectations: Vec<Judged>,
    /// One sentence that says why it did not pass; for a skipped step, why it was skipped.
    pub cause: Option<String>,
    /// Things worth keeping: the last request and response, the last lines of a log; a title and its text each.
    pub evidence: Vec<Evidence>,
    /// Values kept for later steps (`capture`), as text, cleaned.
    pub captured: Vec<(String, String)>,
}

/// One stretch of time in which the same was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    /// What was seen.
    pub state: String,
    /// From when, ms since the step began.
    pub from_ms: u64,
    /// The last time it was seen so, ms since the step began.
    pub to_ms: u64,
}

/// An expectation and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Judged {
    /// The expression as written, or what a probe was asked for in words (`sequence[0] {event: …}`).
    pub text: String,
    /// The word it stands under: `expect`, `until`, `fail_if`, `sequence`, `none`, `image`, `task_definition`.
    pub kind: String,
    /// True and false; none where it could not be known.
    pub held: Option<bool>,
    /// Where it did not hold: `0 == 1`, part by part. Where it could not be known: why. Where it held: what it read.
    pub detail: Option<String>,
}

/// Something kept to show what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evidence {
    /// For instance `last response`, `worker's last log lines`.
    pub title: String,
    /// Plain text, capped and cleaned.
    pub text: String,
}

/// Something left on the target that `finally` should have taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Leftover {
    /// The clean-up step's name.
    pub step: String,
    /// What it would have done: `DELETE https://…/42`.
    pub what: String,
    /// Why it did not come through.
    pub why: String,
    /// Of which attempt it is, from 1; none where there was only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

/// What the shared AWS reader did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AwsUse {
    /// Calls sent, by operation, sorted by name: `ecs:DescribeServices`.
    pub calls: Vec<(String, u64)>,
    /// How many looks were asked for; what was shared is the difference.
    pub looks: u64,
    /// How many calls were throttled.
    pub throttled: u64,
}
