//! `smoke` proves that a deploy really works: it drives a user's journey through the system and watches the
//! system's logs, services and alarms while that happens.
//!
//! The map, in reading order. Data flows one way:
//!
//! ```text
//! YAML ─▶ scenario ─▶ plan ─▶ engine ──probe──▶ observation ─▶ judge ─▶ event ─▶ record ─▶ report
//! ```
//!
//! * [`diagnostic`]: what is wrong with a file, and where.
//! * [`expr`]: CEL expressions and `${{ … }}` templates.
//! * [`scenario`]: what the user wrote: `smoke.yaml` and scenario files, parsed with positions and checked.
//! * [`plan`]: what will run: scenarios × matrix rows on one target, with all variables known.
//! * [`target`]: where the API under test is, and where AWS is looked at.
//! * [`probe`]: how a step observes, and what each kind brings back.
//! * [`look`]: why a look brought nothing.
//! * [`aws`]: the only place that names the AWS SDK; one shared reader for the whole run.
//! * [`need`]: what the scenarios of a target need of AWS, and the least policy with it.
//! * [`judge`]: observation × expectations → verdict.
//! * [`event`]: what happened, in the past tense.
//! * [`journal`]: what a run may leave behind, on disk, so that its clean-up can be finished.
//! * [`engine`]: who runs when: waiting, guards, clean-up, signals.
//! * [`record`]: events folded into one run; shards of one put together.
//! * [`report`]: a run drawn as JSON, JUnit, HTML, Markdown, workflow commands and lines.
//! * [`doctor`]: the preflight: whether a run could see what it looks at.
//! * [`span`]: how long something took, in words.
//! * [`abreast`]: work on many things at once.
//! * `family`: a process and all that it starts, killed as one.
//! * [`redact`]: keeps secrets out of everything that is written.
//! * [`sandbox`]: the embedded `local` target.

pub mod abreast;
pub mod aws;
pub mod diagnostic;
pub mod doctor;
#[cfg(any(test, fuzzing))]
pub mod door;
pub mod engine;
pub mod event;
pub mod expr;
mod family;
pub mod journal;
pub mod judge;
pub mod look;
pub mod need;
pub mod plan;
pub mod probe;
pub mod record;
pub mod redact;
pub mod report;
pub mod sandbox;
pub mod scenario;
pub mod span;
pub mod target;
pub mod verdict;
