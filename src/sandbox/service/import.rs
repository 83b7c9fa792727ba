//! The life of an import, and what may follow on what.
//!
//! ```text
//! queued ─▶ processing ─▶ review_ready ─▶ finalizing ─▶ completed
//!                │                            │
//!                ├─▶ rejected (the file)      └─▶ failed (the service)
//!                └─▶ failed (the service)
//! ```

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Uploaded; no worker has looked at it yet.
    Queued,
    /// A worker parses the file.
    Processing,
    /// Parsed without an error; waits for somebody to finalize it.
    ReviewReady,
    /// The file has errors; nothing of it will be imported.
    Rejected,
    /// Finalized by somebody; a worker imports the rows.
    Finalizing,
    /// All rows are contacts.
    Completed,
    /// The service could not do its part.
    Failed,
}

/// What asking to finalize an import comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finalize {
    /// It begins now.
    Begin,
    /// It was asked for before, and is not done twice.
    Already,
    /// It cannot be, for this reason.
    Refused(&'static str),
}

impl Status {
    /// Every status.
    pub(crate) const ALL: [Self; 7] = [
        Self::Queued,
        Self::Processing,
        Self::ReviewReady,
        Self::Rejected,
        Self::Finalizing,
        Self::Completed,
        Self::Failed,
    ];

    /// Its name in the database and in the API.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::ReviewReady => "review_ready",
            Self::Rejected => "rejected",
            Self::Finalizing => "finalizing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// What asking to finalize comes to.
    pub(crate) const fn finalize(self) -> Finalize {
        match self {
            Self::ReviewReady => Finalize::Begin,
            Self::Finalizing | Self::Completed => Finalize::Already,
            Self::Queued => Finalize::Refused("the file has not been looked at yet; wait until it is review_ready"),
            Self::Processing => Finalize::Refused("the file is still being parsed; wait until it is review_ready"),
            Self::Rejected => Finalize::Refused("the file was rejected; correct it and upload it again"),
            Self::Failed => Finalize::Refused("the import failed; upload the file again"),
        }
    }
}

/// An import as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Import {
    /// Given by the service.
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) status: Status,
    /// As the client named it.
    pub(crate) file_name: String,
    /// Rows below the header; 0 until the file is parsed.
    pub(crate) rows_total: u32,
    /// Those without an error.
    pub(crate) rows_valid: u32,
    /// Those that are contacts now.
    pub(crate) rows_imported: u32,
    /// What is wrong with the file: the first errors.
    pub(crate) errors: Vec<FileError>,
    /// How many errors there are in all.
    pub(crate) errors_total: u32,
    /// Why it failed.
    pub(crate) reason: Option<String>,
    /// How often a worker has begun on what is being done now, parsing or importing. 1 unless a worker died over it.
    pub(crate) attempts: u32,
    /// When it was uploaded.
    #[serde(serialize_with = "rfc3339")]
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "rfc3339")]
    pub(crate) updated_at: DateTime<Utc>,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileError {
    /// Line of the file, from 1, on which the row begins.
    pub(crate) line: u32,
    /// The header's name of the column, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    /// What is wrong, and what is expected.
    pub(crate) reason: String,
}

impl FileError {
    /// What is wrong on a line, and in which column where it is about one.
    pub(super) fn new(line: u32, column: Option<&str>, reason: impl Into<String>) -> Self {
        Self { line, column: column.map(str::to_owned), reason: reason.into() }
    }
}

/// A time as JSON: `2026-11-23T22:56:01.250Z`.
pub(crate) fn rfc3339<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use super::{Finalize, Status};

    #[test]
    fn a_status_is_found_by_its_name() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
        assert_eq!(Status::named("Completed"), None);
    }

    #[test]
    fn only_a_reviewed_import_begins_to_finalize() {
        let begins: Vec<_> = Status::ALL.into_iter().filter(|status| status.finalize() == Finalize::Begin).collect();
        assert_eq!(begins, [Status::ReviewReady]);
    }

    #[test]
    fn finalizing_again_is_neither_refused_nor_done_twice() {
        let already: Vec<_> = Status::ALL.into_iter().filter(|status| status.finalize() == Finalize::Already).collect();
        assert_eq!(already, [Status::Finalizing, Status::Completed]);
    }
}
