//! What a worker writes when it is through, in one transaction each. The first statement of each is the fence: it ends
//! the lease, and where the lease is no longer this worker's, nothing at all is written. So rows arrive exactly once,
//! even if two workers believe that an import is theirs.

use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use super::{Database, DatabaseError, Lease};
use crate::sandbox::service::csv_table::{ContactRow, CsvTable};
use crate::sandbox::service::import::Status;

/// Whether something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written<T = ()> {
    /// All of it.
    Done(T),
    /// Nothing: somebody else has the lease by now, or the import was deleted.
    LeaseLost,
}

impl Database {
    /// Keeps what the file holds: rows for review, or the errors that reject it.
    pub(crate) fn keep_parsed(
        &self,
        lease: &Lease,
        table: &CsvTable,
        now: DateTime<Utc>,
    ) -> Result<Written, DatabaseError> {
        let next = if table.is_accepted() { Status::ReviewReady } else { Status::Rejected };
        let errors = serde_json::to_string(&table.errors).unwrap_or_default();
        self.write(|transaction| {
            if !end_lease(transaction, lease, (Status::Processing, next), now)? {
                return Ok(Written::LeaseLost);
            }
            let parsed = "UPDATE imports SET rows_total = ?2, rows_valid = ?3, errors = ?4, errors_total = ?5
                          WHERE id = ?1";
            let values = (&lease.import_id, table.rows_total, table.rows_valid(), &errors, table.errors_total);
            transaction.prepare_cached(parsed)?.execute(values)?;
            if table.is_accepted() {
                stage(transaction, &lease.import_id, &table.rows)?;
            }
            Ok(Written::Done(()))
        })
    }

    /// Makes contacts of the staged rows, all or none; gives their number.
    pub(crate) fn import_rows(&self, lease: &Lease, now: DateTime<Utc>) -> Result<Written<u32>, DatabaseError> {
        self.write(|transaction| {
            if !end_lease(transaction, lease, (Status::Finalizing, Status::Completed), now)? {
                return Ok(Written::LeaseLost);
            }
            let import = "INSERT INTO contacts (import_id, line, name, email, phone)
                          SELECT import_id, line, name, email, phone FROM staged_rows WHERE import_id = ?1";
            transaction.prepare_cached(import)?.execute([&lease.import_id])?;
            let count = "UPDATE imports SET
                 rows_imported = (SELECT count(*) FROM contacts WHERE import_id = ?1) WHERE id = ?1
                 RETURNING rows_imported";
            let rows = transaction.prepare_cached(count)?.query_row([&lease.import_id], |row| row.get(0))?;
            Ok(Written::Done(rows))
        })
    }

    /// Ends an import for a reason that lies with the service.
    pub(crate) fn fail(&self, lease: &Lease, reason: &str, now: DateTime<Utc>) -> Result<Written, DatabaseError> {
        let fail = "UPDATE imports SET status = 'failed', reason = ?3, lease_owner = NULL, lease_until = NULL,
                        updated_at = ?4
                    WHERE id = ?1 AND lease_number = ?2 AND status IN ('processing', 'finalizing')";
        self.write(|transaction| {
            let values = (&lease.import_id, lease.number, reason, now.timestamp_millis());
            let failed = transaction.prepare_cached(fail)?.execute(values)?;
            Ok(if failed == 1 { Written::Done(()) } else { Written::LeaseLost })
        })
    }
}

/// The fence. False: the lease is somebody else's by now.
fn end_lease(
    transaction: &Transaction<'_>,
    lease: &Lease,
    (from, to): (Status, Status),
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let end = "UPDATE imports SET status = ?4, lease_owner = NULL, lease_until = NULL, updated_at = ?5
               WHERE id = ?1 AND (?6 OR lease_number = ?2 AND status = ?3)";
    let unfenced = !lease.fenced && to == Status::Completed;
    let values = (&lease.import_id, lease.number, from.name(), to.name(), now.timestamp_millis(), unfenced);
    Ok(transaction.prepare_cached(end)?.execute(values)? == 1)
}

fn stage(transaction: &Transaction<'_>, import_id: &str, rows: &[ContactRow]) -> rusqlite::Result<()> {
    let stage = "INSERT INTO staged_rows (import_id, line, name, email, phone) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = transaction.prepare_cached(stage)?;
    for row in rows {
        insert.execute((import_id, row.line, &row.name, &row.email, &row.phone))?;
    }
    Ok(())
}
