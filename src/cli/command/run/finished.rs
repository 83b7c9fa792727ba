//! What `smoke run` ends with.

use smoke::record::Run;

use crate::cli::reports::RunFolder;
use crate::cli::settings::ReportTo;

/// A run as it was recorded, and what could not be written of it.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) run: Run,
    pub(crate) folder: RunFolder,
    /// What was to be written besides.
    pub(crate) reports: Vec<ReportTo>,
    pub(crate) unwritten: Vec<std::io::Error>,
    /// Why there was no run after all: what it was to look with is set up wrongly. Nothing is recorded then.
    pub(crate) refused: Option<String>,
}
