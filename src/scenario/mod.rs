//! What the user wrote: `smoke.yaml` and scenario files, parsed with positions, every error of every file at once.
//!
//! A file goes through three stages: text with positions ([`source`], [`yaml`]), the model ([`reader`], which holds
//! every mapping against the keys of [`schema`]), and what can be known without a target ([`check`]).

mod check;
pub mod config;
pub(crate) mod duration;
mod load;
pub mod model;
mod reader;
pub(crate) mod scalar;
pub mod schema;
mod source;
mod yaml;

pub use config::Config;
pub use model::Scenario;

pub(crate) use check::{changes, files, judges, no_file};
pub(crate) use load::tidy;
pub(crate) use source::shown;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;

/// Everything the user wrote: `smoke.yaml` and the scenarios beside it.
#[derive(Debug)]
pub struct Project {
    /// `smoke.yaml`, or the built-in one.
    pub config: Config,
    /// Every scenario that was found or named, sorted by path; step files that are only `use`d are not among them.
    pub scenarios: Vec<Arc<Scenario>>,
}

impl Project {
    /// Reads `smoke.yaml` in `dir` (where there is none: the built-in configuration, whose one target is `local`) and
    /// every scenario below `dir/scenarios`, and those `paths` that lie elsewhere.
    ///
    /// # Errors
    /// Every error of every file at once, in order of file and line.
    pub fn load(dir: &Path, paths: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        let (project, problems) = Self::survey(dir, paths);
        if problems.is_empty() { Ok(project) } else { Err(problems) }
    }

    /// The same, but gives what could be read beside what is wrong with the rest, so that more can be looked for in
    /// it: `smoke check` goes on to [`crate::plan::check_all`]. Such a project must not be run.
    #[must_use]
    pub fn survey(dir: &Path, paths: &[PathBuf]) -> (Self, Vec<Diagnostic>) {
        load::survey(dir, paths)
    }
}
