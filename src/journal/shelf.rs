//! The journals below `reports/`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::story::{Journal, Unreadable};

/// The journal's name in a run's folder.
pub const NAME: &str = "journal.ndjson";

/// A journal of which something may be left.
#[derive(Debug)]
pub struct Shelved {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub state: State,
}

/// What can be done with it.
#[derive(Debug)]
pub enum State {
    /// Nobody works on it: the file, locked, and what it says.
    Left(File, Box<Journal>),
    /// Its run still goes on, or somebody cleans up after it just now.
    Alive,
    /// It cannot be read, and why.
    Broken(String),
}

/// Every journal below `base` that is not known to be finished, the oldest first.
///
/// # Errors
/// Where `base` cannot be listed. No such folder: no journals.
pub fn unfinished(base: &Path) -> io::Result<Vec<Shelved>> {
    let mut paths = match std::fs::read_dir(base) {
        Ok(entries) => entries.flatten().filter(|entry| entry.path().is_dir()).collect::<Vec<_>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // `latest` leads to a run that is found under its own name.
    paths.retain(|entry| !entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    // Ids of runs sort by time.
    paths.sort_by_key(std::fs::DirEntry::file_name);
    let journals = paths.iter().map(|entry| entry.path().join(NAME)).filter(|path| path.exists());
    let states = journals.map(|path| (state(&path), path));
    Ok(states.filter_map(|(state, path)| Some(Shelved { path, state: state? })).collect())
}

/// None where nothing of it is left.
fn state(path: &Path) -> Option<State> {
    let said = |error: &dyn std::fmt::Display| Some(State::Broken(error.to_string()));
    let mut file = match OpenOptions::new().read(true).append(true).open(path) {
        Ok(file) => file,
        Err(error) => return said(&error),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Some(State::Alive),
        Err(TryLockError::Error(error)) => return said(&error),
    }
    let mut bytes = Vec::new();
    if let Err(error) = file.read_to_end(&mut bytes) {
        return said(&error);
    }
    // A line that was cut off must not run into the next one.
    if bytes.last().is_some_and(|last| *last != b'\n')
        && let Err(error) = file.write_all(b"\n")
    {
        return said(&error);
    }
    match Journal::read(&String::from_utf8_lossy(&bytes)) {
        Ok(journal) if journal.unfinished().next().is_none() => None,
        Ok(journal) => Some(State::Left(file, Box::new(journal))),
        Err(Unreadable::Empty) => None,
        Err(error) => said(&error),
    }
}
