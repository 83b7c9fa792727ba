//! What `smoke run` ends with.

use smoke::record::Run;

/// A run as it was recorded, and what could not be written of it.
pub(super) struct Finished {
    pub(super) run: Run,
    pub(super) shown_at: String,
    pub(super) unwritten: Vec<std::io::Error>,
}
