//! A program to run, with all that it is given.

use std::path::PathBuf;

/// A command, filled in.
#[derive(Debug)]
pub struct Command {
    /// As written: a name to be found on `PATH`, or a path relative to the scenario.
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// The scenario's folder.
    pub(super) base: PathBuf,
    /// As written, relative to the base.
    pub(super) dir: String,
    pub(super) stdin: Option<String>,
    /// Whether its environment says where the target's AWS is.
    pub(super) aws: bool,
}

impl Command {
    /// In a few words: `exec python3 check.py`. An argument that would be too long is left out whole: a secret in it could
    /// not be told from other text any more once it was cut.
    #[must_use]
    pub fn describe(&self) -> String {
        const MOST: usize = 80;
        let mut words = format!("exec {}", self.program);
        for argument in &self.arguments {
            if words.chars().count() + argument.chars().count() >= MOST {
                return words + " …";
            }
            words = words + " " + argument;
        }
        words
    }

    /// The command on one line.
    pub(super) fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments).map(String::as_str);
        words.collect::<Vec<_>>().join(" ")
    }
}
