//! The project that a run is started in: this repository's own, or a copy with something else in it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::server::Server;
use crate::table::ROOT;

/// Where the scenario says how long it waits for the roll-out.
const WITHIN: &str = "\n    within: 5m\n";
/// The other targets that the scenario names; nothing runs there.
const ELSEWHERE: &str =
    "  staging: { api: { url: \"http://127.0.0.1:9\" } }\n  prod: { api: { url: \"http://127.0.0.1:9\" } }\n";

/// A project.
pub(crate) struct Project {
    root: PathBuf,
    _own: Option<TempDir>,
}

impl Project {
    /// This repository's own; a copy of it where less is waited for the roll-out, or where `local` is a server.
    pub(crate) fn new(ready_within: &str, server: Option<&Server>) -> Result<Self, String> {
        if ready_within.is_empty() && server.is_none() {
            return Ok(Self { root: PathBuf::from(ROOT), _own: None });
        }
        Self::copy(ready_within, server).map_err(|error| format!("no copy of the project: {error}"))
    }

    fn copy(ready_within: &str, server: Option<&Server>) -> std::io::Result<Self> {
        let (from, own) = (Path::new(ROOT), tempfile::tempdir()?);
        let into = |name: &str| own.path().join(name);
        let mut scenario = std::fs::read_to_string(from.join("scenarios/bulk-import.yaml"))?;
        if !ready_within.is_empty() {
            scenario = replaced(&scenario, WITHIN, &format!("\n    within: {ready_within}\n"))?;
        }
        let config = match server {
            Some(server) => format!("targets:\n{ELSEWHERE}  local:\n{}", server.target()),
            None => std::fs::read_to_string(from.join("smoke.yaml"))?,
        };
        std::fs::create_dir_all(into("scenarios"))?;
        std::fs::create_dir_all(into("fixtures"))?;
        std::fs::write(into("scenarios/bulk-import.yaml"), scenario)?;
        std::fs::write(into("smoke.yaml"), config)?;
        std::fs::copy(from.join("fixtures/contacts.csv"), into("fixtures/contacts.csv"))?;
        Ok(Self { root: own.path().to_owned(), _own: Some(own) })
    }

    /// Where it lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

fn replaced(text: &str, old: &str, new: &str) -> std::io::Result<String> {
    if text.contains(old) {
        Ok(text.replace(old, new))
    } else {
        Err(std::io::Error::other(format!("no {old:?} in it")))
    }
}
