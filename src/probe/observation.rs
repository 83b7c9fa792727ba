//! What a look brought: plain data, in our words.

use std::sync::Arc;
use std::time::Duration;

use super::finding::Finding;
use super::{Demand, Gap, Unknown, alarm, ecs, exec, http, logs, python_deps, terraform};
use crate::event::{Evidence, Judged};
use crate::expr::{self, Bound, Expression, Scope};

/// What a look brought, one kind a probe.
#[derive(Debug)]
pub enum Observation {
    /// `response`.
    Http(Box<http::Response>),
    /// `logs`.
    Logs(logs::LogsSeen),
    /// `service` or `services`.
    Ecs(Arc<ecs::ServicesSeen>),
    /// `alarm` or `alarms`.
    Alarm(alarm::AlarmsSeen),
    /// `plan`, `config` or both.
    Terraform(terraform::TerraformSeen),
    /// `deps`.
    PythonDeps(Box<python_deps::DepsSeen>),
    /// `output`.
    Exec(exec::Output),
}

impl Observation {
    /// The names and the values that expressions see: `("response", {…})`. What could not be known is among them as a
    /// value that is neither this nor that.
    #[must_use]
    pub fn bindings(&self) -> Vec<(&'static str, Bound)> {
        let known = match self {
            Self::Http(seen) => vec![("response", expr::from_observation(seen))],
            Self::Logs(seen) => vec![("logs", expr::from_observation(seen))],
            // Shared with everybody who sees the same.
            Self::Ecs(seen) => return vec![seen.binding()],
            Self::Alarm(seen) => vec![seen.binding()],
            Self::Terraform(seen) => seen.bindings(),
            Self::PythonDeps(seen) => vec![("deps", seen.binding())],
            Self::Exec(seen) => vec![("output", expr::from_observation(seen))],
        };
        let bound = |(name, mut value)| {
            self.unknowns().iter().for_each(|unknown| unknown.withhold(name, &mut value));
            let Some(why) = self.silent() else { return (name, value.into()) };
            let mut doubted = value.clone();
            expr::withhold(&mut doubted, &["events"], &why.reason);
            (name, Bound::in_doubt(value, doubted))
        };
        known.into_iter().map(bound).collect()
    }

    /// Lets expressions see it.
    pub fn bind_in(&self, scope: &mut Scope) {
        for (name, value) in self.bindings() {
            scope.bind(name, value);
        }
    }

    /// The whole observation, as `as` keeps it.
    #[must_use]
    pub fn whole(&self) -> Bound {
        let mut bindings = self.bindings();
        match (bindings.pop(), bindings.is_empty()) {
            (Some((_, only)), true) => only,
            (last, _) => {
                let all = bindings.into_iter().chain(last);
                expr::object(all.map(|(name, value)| (name.to_owned(), (*value).clone()))).into()
            }
        }
    }

    /// What is wrong with what an expression reads, with what explains it: the place in the user's files where it is
    /// written (`ecs.tf:12`), or why an answer's body is no more than text (`the answer is empty`).
    #[must_use]
    pub fn remarked(&self, expression: &Expression, detail: String) -> String {
        let references = expression.references();
        let mut remarks: Vec<String> = references.iter().filter_map(|reference| self.remark(&reference.path)).collect();
        remarks.dedup();
        if remarks.is_empty() { detail } else { format!("{detail} ({})", remarks.join(", ")) }
    }

    fn remark(&self, path: &[String]) -> Option<String> {
        match self {
            Self::Terraform(seen) => seen.place(path).map(str::to_owned),
            Self::Http(seen) => seen.remark(path),
            _ => None,
        }
    }

    /// What could not be known of it.
    #[must_use]
    pub fn unknowns(&self) -> &[Unknown] {
        match self {
            Self::Terraform(_) | Self::PythonDeps(_) => &[],
            Self::Logs(seen) => &seen.unknowns,
            Self::Exec(seen) => &seen.unknowns,
            Self::Http(seen) => &seen.unknowns,
            Self::Ecs(seen) => &seen.unknowns,
            Self::Alarm(seen) => &seen.unknowns,
        }
    }

    /// Whether what is not known of it comes with time alone, since a log may not show all lines yet.
    #[must_use]
    pub fn is_ripening(&self) -> bool {
        match self {
            Self::Logs(seen) => seen.is_ripening(),
            Self::Http(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => false,
        }
    }

    /// Why nothing follows from an empty `logs.events`, where it is empty since nobody is heard at all.
    #[must_use]
    pub const fn silent(&self) -> Option<&Gap> {
        match self {
            Self::Logs(seen) => seen.silent(),
            Self::Http(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => None,
        }
    }

    /// What the probe itself was asked for, and what came of it.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        match self {
            Self::Logs(seen) => &seen.demands,
            Self::Ecs(seen) => &seen.demands,
            Self::Http(_) | Self::Alarm(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => &[],
        }
    }

    /// Whether a gateway answered that it could not reach the system just now (502, 503, 504), as happens for a moment
    /// while tasks are replaced.
    #[must_use]
    pub fn gateway_trouble(&self) -> bool {
        match self {
            Self::Http(seen) => seen.gateway_trouble(),
            Self::Logs(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => false,
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
            Self::Terraform(seen) => seen.summary(),
            Self::PythonDeps(seen) => seen.summary(),
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
            Self::Terraform(seen) => seen.cause(),
            Self::PythonDeps(seen) => seen.cause(),
            Self::Exec(seen) => seen.cause(),
        }
    }

    /// What it shows of the system, for a diagnosis.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Http(seen) => vec![Finding::Answer(seen.finding())],
            Self::Logs(seen) => vec![Finding::Log(seen.finding())],
            Self::Ecs(seen) => seen.services().iter().map(|service| Finding::Service(service.finding())).collect(),
            Self::Alarm(seen) => seen.findings().map(Finding::Alarm).collect(),
            Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => Vec::new(),
        }
    }

    /// What was tested, a line each: `bulk-import-worker: bulk-import-worker:42, image …@sha256:…`; and what that does not
    /// prove of what was `judged`: `alarm worker-down: could not have fired in this window (period 60 s × 5)`.
    #[must_use]
    pub fn subjects(&self, judged: &[Judged]) -> Vec<String> {
        match self {
            Self::Ecs(seen) => seen.services().iter().flat_map(ecs::Service::subjects).collect(),
            Self::Alarm(seen) => seen.doubts(judged),
            Self::Http(_) | Self::Logs(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => Vec::new(),
        }
    }

    /// What to keep when the step did not pass: a title and its text, each capped.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        match self {
            Self::Http(seen) => seen.evidence(),
            Self::Logs(seen) => seen.evidence(),
            Self::Ecs(seen) => seen.evidence(),
            Self::Alarm(seen) => seen.evidence(),
            Self::Terraform(seen) => seen.evidence(),
            Self::PythonDeps(seen) => seen.evidence(),
            Self::Exec(seen) => seen.evidence(),
        }
    }

    /// How long the other side asked to be left alone (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http(seen) => seen.retry_after(),
            Self::Logs(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => None,
        }
    }

    /// The same as it was asked: `Retry-After: 120`.
    #[must_use]
    pub fn asks(&self) -> Option<String> {
        match self {
            Self::Http(seen) => seen.asks(),
            Self::Logs(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => None,
        }
    }
}
