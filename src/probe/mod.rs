//! How a step observes: one file a kind, each with what it takes (templates), how it looks, and what it brings.
//!
//! A [`Probe`] is what was written. Filled in against a scope it becomes a [`Request`]; looking through that brings an
//! [`Observation`], or a [`LookError`] that says why nothing could be seen.

pub mod alarm;
pub mod ecs;
pub mod exec;
pub mod http;
pub mod logs;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::expr::{EvaluationError, Reference, Scope, Value};

/// The probes there are, as written in a step.
#[derive(Debug)]
pub enum Probe {
    /// An HTTP request.
    Http(http::Http),
    /// CloudWatch Logs over the window.
    Logs(logs::Logs),
    /// ECS services.
    Ecs(ecs::Ecs),
    /// CloudWatch alarms.
    Alarm(alarm::Alarm),
    /// A program.
    Exec(exec::Exec),
}

/// A probe with everything filled in, ready to be looked through, more than once where need be.
#[derive(Debug)]
pub enum Request {
    /// An HTTP request.
    Http(http::Request),
    /// CloudWatch Logs over the window.
    Logs(logs::Query),
    /// ECS services.
    Ecs(ecs::Query),
    /// CloudWatch alarms.
    Alarm(alarm::Query),
    /// A program.
    Exec(exec::Command),
}

/// What a look brought: plain data, in our words.
#[derive(Debug)]
pub enum Observation {
    /// `response`.
    Http(http::Response),
    /// `logs`.
    Logs(logs::LogsSeen),
    /// `service` or `services`.
    Ecs(ecs::ServicesSeen),
    /// `alarm` or `alarms`.
    Alarm(alarm::AlarmsSeen),
    /// `output`.
    Exec(exec::Output),
}

/// What a look can be made with; shared by all cases of a run.
#[derive(Debug)]
pub struct Instruments {
    /// HTTP to the API under test and elsewhere.
    pub http: http::Client,
    /// AWS, where the target has it.
    pub aws: Option<crate::aws::Reader>,
}

/// From where one case looks.
#[derive(Debug, Clone)]
pub struct Vantage {
    /// What with.
    pub instruments: Arc<Instruments>,
    /// When the window opened; the case's own beginning while `ready` is still going on.
    pub window_start: DateTime<Utc>,
    /// The folder that files are relative to.
    pub dir: PathBuf,
    /// By when the step must be through; a look must not take longer.
    pub deadline: tokio::time::Instant,
}

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
    /// The system under test does not answer as a system should: refused, reset, timed out. That is *failed*.
    System,
    /// We may not look: credentials, permissions. *Inconclusive*, and waiting does not help.
    Denied,
    /// We could not look just now: throttled, AWS itself in trouble. *Inconclusive* once the deadline is past.
    Obscured,
    /// What we were asked to look with is wrong on this machine: a program or a file is not there. *Failed*, at once.
    Unusable,
}

/// A part of an observation that could not be known, for instance `alarm.silent` where the history may not be read.
/// The observation leaves the field out; an expression that reads it is neither true nor false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Dotted: `alarm.silent`.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Something that the probe itself was asked for (`sequence`, `none`), and what came of it in this look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The key it stands under: `sequence` or `none`.
    pub kind: &'static str,
    /// As written, with values filled in: `{event: bulk_import_start, import_id: 7f3a}`.
    pub text: String,
    /// What came of it.
    pub state: DemandState,
}

/// What came of a demand in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemandState {
    /// It is met, and nothing can undo that.
    Met,
    /// Not (yet): look again until the deadline; then it has failed.
    Open(String),
    /// It is broken for good: fail at once.
    Broken(String),
    /// It is not known (yet): look again until the deadline; then it is inconclusive.
    Unknown(String),
}

impl Probe {
    /// The key it stands under in a step: `http`, `logs`, `ecs`, `alarm`, `exec`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Logs(_) => "logs",
            Self::Ecs(_) => "ecs",
            Self::Alarm(_) => "alarm",
            Self::Exec(_) => "exec",
        }
    }

    /// Whether it waits by itself, without `until`: a `logs` step with a `sequence` or `none`.
    #[must_use]
    pub fn waits(&self) -> bool {
        match self {
            Self::Logs(probe) => !probe.sequence.is_empty() || !probe.none.is_empty(),
            Self::Http(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Exec(_) => false,
        }
    }

    /// Whether looking twice does nothing twice. Programs are taken to do something.
    #[must_use]
    pub fn idempotent(&self) -> bool {
        match self {
            Self::Http(probe) => probe.method.idempotent(),
            Self::Logs(_) | Self::Ecs(_) | Self::Alarm(_) => true,
            Self::Exec(_) => false,
        }
    }

    /// Everything that its templates read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        match self {
            Self::Http(probe) => probe.references(),
            Self::Logs(probe) => probe.references(),
            Self::Ecs(probe) => probe.references(),
            Self::Alarm(probe) => probe.references(),
            Self::Exec(probe) => probe.references(),
        }
    }

    /// The name under which its expressions see the observation, and that observation's fields: what `check` holds
    /// expressions against. For `ecs` and `alarm` the name depends on whether one or several were asked for.
    #[must_use]
    pub fn brings(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Http(_) => ("response", http::FIELDS),
            Self::Logs(_) => ("logs", logs::FIELDS),
            Self::Ecs(probe) => probe.brings(),
            Self::Alarm(probe) => probe.brings(),
            Self::Exec(_) => ("output", exec::FIELDS),
        }
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing, or is not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Request, EvaluationError> {
        Ok(match self {
            Self::Http(probe) => Request::Http(probe.resolve(scope, dir)?),
            Self::Logs(probe) => Request::Logs(probe.resolve(scope)?),
            Self::Ecs(probe) => Request::Ecs(probe.resolve(scope)?),
            Self::Alarm(probe) => Request::Alarm(probe.resolve(scope)?),
            Self::Exec(probe) => Request::Exec(probe.resolve(scope, dir)?),
        })
    }
}

impl Request {
    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen. What was seen and is not as it must be is no error.
    pub async fn look(&self, vantage: &Vantage) -> Result<Observation, LookError> {
        Ok(match self {
            Self::Http(request) => Observation::Http(request.look(vantage).await?),
            Self::Logs(query) => Observation::Logs(query.look(vantage).await?),
            Self::Ecs(query) => Observation::Ecs(query.look(vantage).await?),
            Self::Alarm(query) => Observation::Alarm(query.look(vantage).await?),
            Self::Exec(command) => Observation::Exec(command.look(vantage).await?),
        })
    }

    /// What it does, in a few words, for leftovers and headlines: `DELETE https://…/42`, `ecs prod/bulk-import-worker`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Http(request) => request.describe(),
            Self::Logs(query) => query.describe(),
            Self::Ecs(query) => query.describe(),
            Self::Alarm(query) => query.describe(),
            Self::Exec(command) => command.describe(),
        }
    }
}

impl Observation {
    /// The name and the value that expressions see: `("response", {…})`.
    #[must_use]
    pub fn binding(&self) -> (&'static str, Value) {
        match self {
            Self::Http(seen) => ("response", crate::expr::from_observation(seen)),
            Self::Logs(seen) => ("logs", crate::expr::from_observation(seen)),
            Self::Ecs(seen) => seen.binding(),
            Self::Alarm(seen) => seen.binding(),
            Self::Exec(seen) => ("output", crate::expr::from_observation(seen)),
        }
    }

    /// What could not be known of it.
    #[must_use]
    pub fn unknowns(&self) -> &[Unknown] {
        match self {
            Self::Http(_) | Self::Logs(_) | Self::Exec(_) => &[],
            Self::Ecs(seen) => &seen.unknowns,
            Self::Alarm(seen) => &seen.unknowns,
        }
    }

    /// What the probe itself was asked for, and what came of it.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        match self {
            Self::Logs(seen) => &seen.demands,
            Self::Http(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Exec(_) => &[],
        }
    }

    /// Whether a gateway answered that it could not reach the system just now (502, 503, 504), as happens for a moment
    /// while tasks are replaced.
    #[must_use]
    pub fn gateway_trouble(&self) -> bool {
        match self {
            Self::Http(seen) => seen.gateway_trouble(),
            Self::Logs(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Exec(_) => false,
        }
    }

    /// In one line: `200 {"status":"queued"}`, `1 of 1 running, 0 healthy, rollout IN_PROGRESS`.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Http(seen) => seen.summary(),
            Self::Logs(seen) => seen.summary(),
            Self::Ecs(seen) => seen.summary(),
            Self::Alarm(seen) => seen.summary(),
            Self::Exec(seen) => seen.summary(),
        }
    }

    /// What is wrong with the system in the system's own words, where the observation alone shows it:
    /// `no worker is running: bulk-import-worker wants 1, has 0; last task stopped 40 s ago: … exit 137`.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Http(seen) => seen.cause(),
            Self::Logs(seen) => seen.cause(),
            Self::Ecs(seen) => seen.cause(),
            Self::Alarm(seen) => seen.cause(),
            Self::Exec(seen) => seen.cause(),
        }
    }

    /// What to keep when the step did not pass: a title and its text, each capped.
    #[must_use]
    pub fn evidence(&self) -> Vec<crate::event::Evidence> {
        match self {
            Self::Http(seen) => seen.evidence(),
            Self::Logs(seen) => seen.evidence(),
            Self::Ecs(seen) => seen.evidence(),
            Self::Alarm(seen) => seen.evidence(),
            Self::Exec(seen) => seen.evidence(),
        }
    }

    /// How long the other side asked to be left alone (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http(seen) => seen.retry_after(),
            Self::Logs(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Exec(_) => None,
        }
    }
}
