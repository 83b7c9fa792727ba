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
mod kinds;
mod local_file;
pub mod logs;
mod moment;
mod observation;
pub mod python_deps;
mod recent;
mod request;
pub mod terraform;
mod vantage;

use std::path::Path;

pub use self::demand::{Demand, DemandState, Gap, Unknown};
pub use self::kinds::kind;
pub use self::observation::Observation;
pub use self::recent::Recent;
pub use self::request::Request;
pub use self::vantage::{Instruments, Vantage};
use crate::expr::{EvaluationError, Expression, Reference, Scope, Template};
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
    pub fn references(&self) -> Vec<&Reference> {
        self.templates().into_iter().flat_map(Template::references).collect()
    }

    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Http(probe) => probe.templates(),
            Self::Logs(probe) => probe.templates(),
            Self::Ecs(probe) => probe.templates(),
            Self::Alarm(probe) => probe.templates(),
            Self::Terraform(probe) => probe.templates(),
            Self::PythonDeps(probe) => probe.templates(),
            Self::Exec(probe) => probe.templates(),
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

    /// The expression in the address of a request that comes to null: no such address names anything.
    #[must_use]
    pub fn nameless(&self, scope: &Scope) -> Option<&Expression> {
        match self {
            Self::Http(probe) => probe.url.null(scope),
            Self::Logs(_)
            | Self::Ecs(_)
            | Self::Alarm(_)
            | Self::Terraform(_)
            | Self::PythonDeps(_)
            | Self::Exec(_) => None,
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
