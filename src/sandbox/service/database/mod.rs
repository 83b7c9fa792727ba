//! The service's database: one `SQLite` file in a folder of its own, which goes when the last handle does.
//!
//! Opened by path in WAL mode, with every rule in the schema, so that another process could share it. Each function
//! that writes is given the time, so that tests need not wait for leases to run out.

mod contacts;
mod imports;
mod lease;
mod migration;
mod outcome;
#[cfg(test)]
mod tests;

pub(crate) use contacts::Contacts;
pub(crate) use imports::ImportList;
pub(crate) use lease::{Claim, Lease, Work};
pub(crate) use outcome::Written;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// How long a writer waits for another one before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many threads may work on the database at once. `SQLite` has one writer at a time; more readers than this
/// would only take memory.
const CONNECTIONS: usize = 8;

/// Why the database could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// No folder for it.
    #[error("no folder for the sandbox's database: {0}")]
    Folder(#[source] std::io::Error),
    /// What `SQLite` said.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The work on it panicked, or the runtime is shutting down.
    #[error("the work on the database was cut off")]
    CutOff,
}

impl DatabaseError {
    /// Whether it is a rule of the schema that what was to be written does not meet: trying again would not help.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation))
    }
}

/// The database; cloning shares it.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    // Before the folder, so that they are closed before it is removed.
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
    path: PathBuf,
    folder: TempDir,
}

impl Database {
    /// Makes a new, empty one in a temporary folder.
    ///
    /// # Errors
    /// Where there is no place for it.
    pub(crate) fn create() -> Result<Self, DatabaseError> {
        let folder = tempfile::Builder::new().prefix("smoke-sandbox-").tempdir().map_err(DatabaseError::Folder)?;
        std::fs::create_dir(folder.path().join("uploads")).map_err(DatabaseError::Folder)?;
        let path = folder.path().join("service.sqlite");
        let connection = open(&path)?;
        connection.execute_batch(include_str!("../schema.sql"))?;
        let idle = Mutex::new(vec![connection]);
        Ok(Self { shared: Arc::new(Shared { idle, turns: Semaphore::new(CONNECTIONS), path, folder }) })
    }

    /// The `SQLite` file.
    pub(crate) fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Where the uploaded file of an import lies. Ids are the service's own, never text that a client sent.
    pub(crate) fn upload(&self, import_id: &str) -> PathBuf {
        self.uploads().join(format!("{import_id}.csv"))
    }

    /// The folder of all uploaded files.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.shared.folder.path().join("uploads")
    }

    /// When a task last said that it is alive.
    pub(crate) fn last_heartbeat(&self, task_id: &str) -> Option<DateTime<Utc>> {
        let beat = self.with(|connection| {
            let mut query = connection.prepare_cached("SELECT beat_at FROM heartbeats WHERE task_id = ?1")?;
            query.query_row([task_id], |row| row.get(0)).optional()
        });
        beat.ok().flatten().and_then(DateTime::from_timestamp_millis)
    }

    /// Notes that a task is alive.
    pub(crate) fn beat(&self, task_id: &str, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.with(|connection| {
            let upsert = "INSERT INTO heartbeats (task_id, beat_at) VALUES (?1, ?2)
                          ON CONFLICT (task_id) DO UPDATE SET beat_at = excluded.beat_at";
            connection.prepare_cached(upsert)?.execute((task_id, now.timestamp_millis())).map(drop)
        })
    }

    /// The tenant that is asked for; with the fault `api-500` by a release that knows of tenants, which this database
    /// does not.
    pub(crate) fn tenant(&self) -> Result<(), DatabaseError> {
        self.with(|connection| connection.query_row("SELECT id FROM tenants", [], |_| Ok(())))
    }

    /// Whether it answers.
    pub(crate) fn ping(&self) -> Result<(), DatabaseError> {
        self.with(|connection| connection.query_row("SELECT count(*) FROM imports", [], |_| Ok(())))
    }

    /// Runs `work` on a thread that may block, at most [`CONNECTIONS`] of them at once.
    pub(crate) async fn call<T, F>(&self, work: F) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, DatabaseError> + Send + 'static,
    {
        let _turn = self.shared.turns.acquire().await.map_err(|_| DatabaseError::CutOff)?;
        let database = self.clone();
        tokio::task::spawn_blocking(move || work(&database)).await.map_err(|_| DatabaseError::CutOff)?
    }

    /// Lends an idle connection, or a new one, to `work`.
    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, DatabaseError> {
        let idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open(&self.shared.path)?,
        };
        let result = work(&mut connection);
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(result?)
    }

    /// Runs `work` in one transaction that holds the write lock from its start, so that what it reads stays true
    /// until it has written. An error rolls all of it back.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, DatabaseError> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

/// A column that holds a time.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let millis = row.get(column)?;
    DateTime::from_timestamp_millis(millis).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, millis))
}
