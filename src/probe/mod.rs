//! How a step observes: one file a kind, each with what it takes (templates), how it looks, and what it brings.
//!
//! A [`Probe`] is what was written. Filled in against a scope it becomes a [`Request`]; looking through that brings an
//! [`Observation`], or a [`LookError`] that says why nothing could be seen.

pub mod alarm;
mod demand;
#[cfg(any(test, fuzzing))]
pub(crate) mod door;
pub mod ecs;
pub mod exec;
pub mod finding;
pub mod http;
mod local_file;
pub mod logs;
mod moment;
pub mod python_deps;
pub mod terraform;
mod vantage;

use std::path::Path;
use std::time::Duration;

pub use self::demand::{Demand, DemandState, Unknown};
use self::finding::Finding;
pub use self::vantage::{Instruments, Vantage};
use crate::expr::{EvaluationError, Reference, Scope, Template, Value};
pub use crate::look::{LookError, LookErrorKind};

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
    /// A Terraform plan, or the files it is made from.
    Terraform(terraform::Terraform),
    /// Python dependencies: `requirements.txt` against `pyproject.toml`.
    PythonDeps(Box<python_deps::PythonDeps>),
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
    /// A Terraform plan, or the files it is made from.
    Terraform(terraform::Query),
    /// Python dependencies.
    PythonDeps(python_deps::Query),
    /// A program.
    Exec(exec::Command),
}

/// What a look brought: plain data, in our words.
#[derive(Debug)]
pub enum Observation {
    /// `response`.
    Http(Box<http::Response>),
    /// `logs`.
    Logs(logs::LogsSeen),
    /// `service` or `services`.
    Ecs(ecs::ServicesSeen),
    /// `alarm` or `alarms`.
    Alarm(alarm::AlarmsSeen),
    /// `plan`, `config` or both.
    Terraform(terraform::TerraformSeen),
    /// `deps`.
    PythonDeps(Box<python_deps::DepsSeen>),
    /// `output`.
    Exec(exec::Output),
}

impl Probe {
    /// The key it stands under in a step: `http`, `logs`, `ecs`, `alarm`, `terraform`, `python_deps`, `exec`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Logs(_) => "logs",
            Self::Ecs(_) => "ecs",
            Self::Alarm(_) => "alarm",
            Self::Terraform(_) => "terraform",
            Self::PythonDeps(_) => "python_deps",
            Self::Exec(_) => "exec",
        }
    }

    /// Whether it waits by itself, without `until`: a `logs` step with a `sequence` or `none`, an `ecs` step that says
    /// what must run.
    #[must_use]
    pub fn waits(&self) -> bool {
        match self {
            Self::Logs(probe) => !probe.sequence.is_empty() || !probe.none.is_empty(),
            Self::Ecs(probe) => probe.expects(),
            Self::Http(_) | Self::Alarm(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => false,
        }
    }

    /// Whether looking twice does nothing twice. Programs are taken to do something.
    #[must_use]
    pub fn idempotent(&self) -> bool {
        match self {
            Self::Http(probe) => probe.method.idempotent(),
            Self::Logs(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Terraform(_) | Self::PythonDeps(_) => true,
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
            Self::Terraform(probe) => probe.references(),
            Self::PythonDeps(probe) => probe.references(),
            Self::Exec(probe) => probe.references(),
        }
    }

    /// The names under which its expressions see the observation, and what fields each has: what `check` holds
    /// expressions against. For `ecs` and `alarm` the name depends on whether one or several were asked for, and
    /// `terraform` brings two where it reads a plan and files.
    #[must_use]
    pub fn brings(&self) -> Vec<(&'static str, &'static [&'static str])> {
        match self {
            Self::Http(_) => vec![("response", http::FIELDS)],
            Self::Logs(_) => vec![("logs", logs::FIELDS)],
            Self::Ecs(probe) => vec![probe.brings()],
            Self::Alarm(probe) => vec![probe.brings()],
            Self::Terraform(probe) => probe.brings(),
            Self::PythonDeps(_) => vec![("deps", python_deps::FIELDS)],
            Self::Exec(_) => vec![("output", exec::FIELDS)],
        }
    }

    /// The fields of what `as` keeps: those of the observation, or one for each where there are two.
    #[must_use]
    pub fn keeps(&self) -> Vec<&'static str> {
        match self.brings().as_slice() {
            [(_, fields)] => fields.to_vec(),
            several => several.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// The templates that name files which must be there before the run begins.
    #[must_use]
    pub fn files(&self) -> Vec<&Template> {
        match self {
            Self::Http(probe) => probe.files(),
            Self::Terraform(probe) => probe.files(),
            Self::PythonDeps(probe) => probe.files(),
            Self::Logs(_) | Self::Ecs(_) | Self::Alarm(_) | Self::Exec(_) => Vec::new(),
        }
    }

    /// The template that names a folder which must be there.
    #[must_use]
    pub fn folder(&self) -> Option<&Template> {
        match self {
            Self::Terraform(probe) => probe.dir.as_ref(),
            _ => None,
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
            Self::Terraform(probe) => Request::Terraform(probe.resolve(scope, dir)?),
            Self::PythonDeps(probe) => Request::PythonDeps(probe.resolve(scope, dir)?),
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
            Self::Http(request) => Observation::Http(Box::new(request.look(vantage).await?)),
            Self::Logs(query) => Observation::Logs(query.look(vantage).await?),
            Self::Ecs(query) => Observation::Ecs(query.look(vantage).await?),
            Self::Alarm(query) => Observation::Alarm(query.look(vantage).await?),
            Self::Terraform(query) => Observation::Terraform(query.look(vantage).await?),
            Self::PythonDeps(query) => Observation::PythonDeps(Box::new(query.look().await?)),
            Self::Exec(command) => Observation::Exec(command.look(vantage).await?),
        })
    }

    /// What it looks at in AWS.
    #[must_use]
    pub fn things(&self) -> Vec<crate::aws::Thing> {
        match self {
            Self::Logs(query) => query.things(),
            Self::Ecs(query) => query.things(),
            Self::Alarm(query) => query.things(),
            Self::Http(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => Vec::new(),
        }
    }

    /// What it does, in a few words, for leftovers and headlines: `DELETE https://…/42`, `ecs prod/bulk-import-worker`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Http(request) => request.describe(),
            Self::Logs(query) => query.describe(),
            Self::Ecs(query) => query.describe(),
            Self::Alarm(query) => query.describe(),
            Self::Terraform(query) => query.describe(),
            Self::PythonDeps(query) => query.describe(),
            Self::Exec(command) => command.describe(),
        }
    }
}

impl Observation {
    /// The names and the values that expressions see: `("response", {…})`. What could not be known is among them as a
    /// value that is neither this nor that.
    #[must_use]
    pub fn bindings(&self) -> Vec<(&'static str, Value)> {
        let mut bindings = self.known();
        for Unknown { path, reason } in self.unknowns() {
            for (root, value) in &mut bindings {
                let Some(below) = path.strip_prefix(*root).and_then(|below| below.strip_prefix('.')) else { continue };
                // Of several, the name may hold dots; a field's does not.
                let path = below.rsplit_once('.').map_or_else(|| vec![below], |(name, field)| vec![name, field]);
                crate::expr::withhold(value, &path, reason);
            }
        }
        bindings
    }

    fn known(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Http(seen) => vec![("response", crate::expr::from_observation(seen))],
            Self::Logs(seen) => vec![("logs", crate::expr::from_observation(seen))],
            Self::Ecs(seen) => vec![seen.binding()],
            Self::Alarm(seen) => vec![seen.binding()],
            Self::Terraform(seen) => seen.bindings(),
            Self::PythonDeps(seen) => vec![("deps", seen.binding())],
            Self::Exec(seen) => vec![("output", crate::expr::from_observation(seen))],
        }
    }

    /// The whole observation, as `as` keeps it.
    #[must_use]
    pub fn whole(&self) -> Value {
        let mut bindings = self.bindings();
        match (bindings.pop(), bindings.is_empty()) {
            (Some((_, only)), true) => only,
            (last, _) => {
                crate::expr::object(bindings.into_iter().chain(last).map(|(name, value)| (name.to_owned(), value)))
            }
        }
    }

    /// Where what an expression reads is written: `ecs.tf:12`.
    #[must_use]
    pub fn place(&self, path: &[String]) -> Option<&str> {
        match self {
            Self::Terraform(seen) => seen.place(path),
            _ => None,
        }
    }

    /// What could not be known of it.
    #[must_use]
    pub fn unknowns(&self) -> &[Unknown] {
        match self {
            Self::Http(_) | Self::Logs(_) | Self::Terraform(_) | Self::PythonDeps(_) | Self::Exec(_) => &[],
            Self::Ecs(seen) => &seen.unknowns,
            Self::Alarm(seen) => &seen.unknowns,
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

    /// What was tested, a line each: `bulk-import-worker: bulk-import-worker:42, image …@sha256:…`.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        match self {
            Self::Ecs(seen) => seen.services().iter().flat_map(ecs::Service::subjects).collect(),
            Self::Http(_)
            | Self::Logs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => Vec::new(),
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
}
