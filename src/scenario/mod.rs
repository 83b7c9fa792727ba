//! What the user wrote: `smoke.yaml` and scenario files, parsed with positions, every error of every file at once.

pub mod config;
pub mod model;

pub use config::Config;
pub use model::Scenario;

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
    pub fn load(_dir: &Path, _paths: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }
}
