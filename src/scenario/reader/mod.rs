//! From YAML nodes to what the model wants. A reader never stops at the first problem: whatever cannot be read is
//! complained about at its place and left out, and the rest is read on.

pub(crate) mod config;
mod cut;
mod draft;
mod files;
mod foreign;
mod http;
mod identifier;
mod implied;
mod loanwords;
mod logs;
mod mapping;
mod misplaced;
mod probe;
mod scenario;
mod step;
mod uses;
mod value;

pub(crate) use draft::{Draft, DraftStep, List, TakenIn};
pub(crate) use foreign::Foreign;
pub(crate) use mapping::Mapping;
pub(crate) use value::RESERVED;

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::scenario::yaml::Node;

/// Collects what is wrong while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// In the order in which it was found.
    pub(crate) problems: Vec<Diagnostic>,
    /// Files whose steps were taken in with `use`.
    pub(crate) used: Vec<PathBuf>,
    /// What looks like a template and is none, since it was last taken away.
    pub(crate) foreign: Vec<Foreign>,
}

impl Reader {
    /// Notes a problem and goes on.
    pub(crate) fn complain(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn wrong(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        self.complain(Diagnostic::at(&node.head(), message).help(help));
    }

    /// Notes that something else was wanted here: `expected a list, found text`.
    fn unexpected(&mut self, node: &Node, wanted: &str) {
        let message = format!("expected {wanted}, found {}", node.kind());
        self.complain(Diagnostic::at(&node.head(), message));
    }
}
