//! One file a command.

pub(crate) mod check;
pub(crate) mod cleanup;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod policy;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod schema;
mod whole;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use smoke::diagnostic::{self, Diagnostic};
use smoke::report::inert;
use smoke::scenario::Project;

use super::exit::Exit;
use super::terminal::Paint;

/// Reads everything the user wrote, from where smoke was started.
fn project(paths: &[PathBuf]) -> Result<Project, Vec<Diagnostic>> {
    Project::load(Path::new("."), paths)
}

/// Shows everything that is wrong, on standard error.
fn refuse(diagnostics: &[Diagnostic]) -> Exit {
    let stderr = std::io::stderr();
    let paint = Paint::wanted(stderr.is_terminal(), &environment);
    let shown = diagnostic::render(diagnostics, paint.color());
    let _ = stderr.lock().write_all(inert::text(&shown).as_bytes());
    Exit::INVALID
}

/// An environment variable, where it is set and is text.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
