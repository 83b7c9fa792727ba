//! What `smoke run` ends with.

use smoke::record::Run;

use crate::cli::reports::RunFolder;

/// A run as it was recorded, and what could not be written of it.
pub(crate) struct Finished {
    pub(crate) run: Run,
    pub(crate) folder: RunFolder,
    pub(crate) unwritten: Vec<std::io::Error>,
}
