//! `exec`: a program, without a shell unless it is one.

mod command;
mod output;
mod process;
mod program;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use command::Command;
pub use output::Output;

use super::{LookError, Vantage};
use crate::expr::{EvaluationError, Scope, Template};

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
    /// `aws`: its environment says where the target's AWS is, so that the aws CLI in it reaches what smoke looks at.
    pub aws: bool,
}

impl Exec {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let env = self.env.iter().map(|(_, value)| value);
        self.run.iter().chain(env).chain(&self.dir).chain(&self.stdin).collect()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Command, EvaluationError> {
        let text = |template: &Template| template.evaluate_text(scope);
        let mut run = self.run.iter().map(text).collect::<Result<Vec<_>, _>>()?.into_iter();
        let program = run.next().filter(|program| !program.is_empty());
        let env = self.env.iter().map(|(name, value)| Ok((name.clone(), text(value)?)));
        Ok(Command {
            program: program.ok_or_else(|| EvaluationError::new("run names no program"))?,
            arguments: run.collect(),
            env: env.collect::<Result<_, EvaluationError>>()?,
            base: dir.to_owned(),
            dir: self.dir.as_ref().map(text).transpose()?.unwrap_or_default(),
            stdin: self.stdin.as_ref().map(text).transpose()?,
            aws: self.aws,
        })
    }
}

impl Command {
    /// Looks once: runs the program to its end. At the deadline, and when nobody waits for it any more, it is killed
    /// with everything that it has started.
    ///
    /// # Errors
    /// Where the program cannot be started or does not end in time. A program that fails is no error.
    pub async fn look(&self, vantage: &Vantage) -> Result<Output, LookError> {
        let instruments = &vantage.instruments;
        let aws = match &instruments.aws {
            Some(reader) if self.aws => reader.environment(),
            None if self.aws => return Err(program::no_aws(self)),
            _ => Vec::new(),
        };
        let output = process::run(self, &aws, vantage.deadline, &instruments.redactor).await?;
        Ok(output.cleaned_by(&instruments.redactor))
    }
}
