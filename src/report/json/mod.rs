//! `run.json`: the record, written and read back. Its schema is versioned and published (`smoke schema run`).

mod from_record;
mod layout;
mod to_record;
mod wire;

use std::io::{self, BufWriter, Write};

use serde::Serialize as _;
use serde_json::Serializer;

use self::layout::Layout;
pub use self::wire::SCHEMA_VERSION;
use crate::record::Run;

/// Why a file is not a run that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or cut short.
    #[error("not JSON: {0}")]
    NotJson(serde_json::Error),
    /// JSON, but not of ours.
    #[error("not a run.json of smoke: it has no schema_version")]
    Foreign,
    /// Written by a version of smoke that this one does not know.
    #[error(
        "written with schema_version {found}, and this smoke reads only {SCHEMA_VERSION}; use the smoke that wrote it, or a newer one"
    )]
    Version {
        /// What stands in the file.
        found: u64,
    },
    /// It says that it is ours, and is not as the schema says.
    #[error("not as schema_version {SCHEMA_VERSION} says: {0}")]
    Malformed(serde_json::Error),
}

/// Writes the run as `run.json`, ending in a line feed; scenario by scenario, since of many it is long. A run that still
/// goes on is written as aborted.
///
/// # Errors
/// Those of `out`: the wire types are plain data with text keys and have no shape that JSON cannot hold.
pub fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    // JSON is written a few bytes at a time, whatever `out` makes of that.
    let mut out = BufWriter::new(out);
    wire::File::from(run).serialize(&mut Serializer::with_formatter(&mut out, Layout::default()))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Reads a `run.json`.
///
/// # Errors
/// Where it is not JSON, not ours, of another version, or not as the schema says.
pub fn read(text: &str) -> Result<Run, ReadError> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(ReadError::NotJson)?;
    let version = json.get("schema_version").and_then(serde_json::Value::as_u64).ok_or(ReadError::Foreign)?;
    if version != u64::from(SCHEMA_VERSION) {
        return Err(ReadError::Version { found: version });
    }
    // Read from the text again, so that an error knows its line.
    let file: wire::File = serde_json::from_str(text).map_err(ReadError::Malformed)?;
    Ok(file.into())
}

/// The JSON Schema of `run.json`.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(wire::File).to_value()
}

#[cfg(test)]
mod tests;
