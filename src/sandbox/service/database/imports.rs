//! Imports as a client sees them: made, shown, listed, finalized, deleted.

use chrono::{DateTime, Utc};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row, Transaction, TransactionBehavior};
use serde::Serialize;

use super::{Database, DatabaseError, time};
use crate::sandbox::service::import::{Finalize, Import, Status};

const COLUMNS: &str = "id, status, file_name, rows_total, rows_valid, rows_imported, errors, errors_total, reason, \
                       attempts, created_at, updated_at";

/// Some imports, and how many there are.
#[derive(Debug, Serialize)]
pub(crate) struct ImportList {
    /// How many there are in all.
    pub(crate) count: u32,
    /// Newest first.
    pub(crate) imports: Vec<Import>,
}

impl Database {
    /// Notes a file that was uploaded, which must lie at [`Database::upload`] by now: a worker may take it at once.
    pub(crate) fn add(&self, id: &str, file_name: &str, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.write(|transaction| {
            let insert = "INSERT INTO imports (id, file_name, status, created_at, updated_at)
                          VALUES (?1, ?2, 'queued', ?3, ?3)";
            transaction.prepare_cached(insert)?.execute((id, file_name, now.timestamp_millis())).map(drop)
        })
    }

    /// One import.
    pub(crate) fn import(&self, id: &str) -> Result<Option<Import>, DatabaseError> {
        self.with(|connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM imports WHERE id = ?1"))?;
            query.query_row([id], read_import).optional()
        })
    }

    /// At most `limit` imports, newest first.
    pub(crate) fn imports(&self, limit: u32) -> Result<ImportList, DatabaseError> {
        self.with(|connection| {
            let count = connection.query_row("SELECT count(*) FROM imports", [], |row| row.get(0))?;
            let newest = format!("SELECT {COLUMNS} FROM imports ORDER BY number DESC LIMIT ?1");
            let mut query = connection.prepare_cached(&newest)?;
            let imports = query.query_map([limit], read_import)?.collect::<Result<_, _>>()?;
            Ok(ImportList { count, imports })
        })
    }

    /// Asks for the rows to be imported: what that comes to, and the status from before. None: no such import.
    pub(crate) fn finalize(&self, id: &str, now: DateTime<Utc>) -> Result<Option<(Finalize, Status)>, DatabaseError> {
        self.write(|transaction| finalize(transaction, id, now))
    }

    /// What the fault `finalize-ignored` makes of [`Database::finalize`]: all of it, in a transaction that nobody
    /// commits.
    pub(crate) fn finalize_uncommitted(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(Finalize, Status)>, DatabaseError> {
        self.with(|connection| {
            finalize(&connection.transaction_with_behavior(TransactionBehavior::Immediate)?, id, now)
        })
    }

    /// Removes an import with its rows and contacts. False: there was none.
    pub(crate) fn delete(&self, id: &str) -> Result<bool, DatabaseError> {
        self.write(|transaction| {
            let gone = transaction.prepare_cached("DELETE FROM imports WHERE id = ?1")?.execute([id])?;
            Ok(gone == 1)
        })
    }
}

fn finalize(
    transaction: &Transaction<'_>,
    id: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<(Finalize, Status)>> {
    let mut query = transaction.prepare_cached("SELECT status FROM imports WHERE id = ?1")?;
    let Some(status) = query.query_row([id], |row| read_status(row, 0)).optional()? else {
        return Ok(None);
    };
    let outcome = status.finalize();
    if outcome == Finalize::Begin {
        let begin = "UPDATE imports SET status = 'finalizing', attempts = 0, updated_at = ?2 WHERE id = ?1";
        transaction.prepare_cached(begin)?.execute((id, now.timestamp_millis()))?;
    }
    Ok(Some((outcome, status)))
}

fn read_import(row: &Row<'_>) -> rusqlite::Result<Import> {
    let errors: String = row.get(6)?;
    Ok(Import {
        id: row.get(0)?,
        status: read_status(row, 1)?,
        file_name: row.get(2)?,
        rows_total: row.get(3)?,
        rows_valid: row.get(4)?,
        rows_imported: row.get(5)?,
        errors: serde_json::from_str(&errors).map_err(|error| unreadable(6, error))?,
        errors_total: row.get(7)?,
        reason: row.get(8)?,
        attempts: row.get(9)?,
        created_at: time(row, 10)?,
        updated_at: time(row, 11)?,
    })
}

/// A column that holds a status.
pub(super) fn read_status(row: &Row<'_>, column: usize) -> rusqlite::Result<Status> {
    let name: String = row.get(column)?;
    Status::named(&name).ok_or_else(|| unreadable(column, format!("no status is called {name}")))
}

fn unreadable(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}
