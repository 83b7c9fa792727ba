//! `--report FORMAT[=PATH]`: what is written of a run, and where to.

use std::path::PathBuf;

use smoke::report::Format;

/// Where one more report of a run goes, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportTo {
    /// What is written.
    pub(crate) format: Format,
    /// Where to.
    pub(crate) place: Place,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Into the run's folder, under its usual name.
    Folder,
    /// To a file, in place of what is in it.
    File(PathBuf),
    /// To the end of a file that others write to as well.
    End(PathBuf),
    /// To standard output.
    Stdout,
}
