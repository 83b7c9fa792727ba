//! `exec`: a program, without a shell unless it is one.

use std::path::Path;

use serde::Serialize;

use super::{LookError, Vantage};
use crate::event::Evidence;
use crate::expr::{EvaluationError, Reference, Scope, Template};

/// The fields of `output`.
pub const FIELDS: &[&str] = &["code", "stdout", "stderr", "elapsed"];

/// What is written under `exec`.
#[derive(Debug)]
pub struct Exec {
    /// `run`: the program and its arguments.
    pub run: Vec<Template>,
    /// `env`: added to smoke's own environment.
    pub env: Vec<(String, Template)>,
    /// `dir`: where it runs; relative to the scenario, the scenario's own folder where it is not set.
    pub dir: Option<Template>,
    /// `stdin`.
    pub stdin: Option<Template>,
}

/// A command, filled in.
#[derive(Debug)]
pub struct Command {}

/// `output`.
#[derive(Debug, Serialize)]
pub struct Output {}

impl Exec {
    /// Everything that its templates read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, _scope: &Scope, _dir: &Path) -> Result<Command, EvaluationError> {
        todo!()
    }
}

impl Command {
    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen.
    pub async fn look(&self, _vantage: &Vantage) -> Result<Output, LookError> {
        todo!()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        todo!()
    }
}

impl Output {
    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        todo!()
    }

    /// What is wrong, where this alone shows it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        todo!()
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        todo!()
    }
}
