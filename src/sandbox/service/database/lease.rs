//! Leases: who works on which import, and until when nobody else may.
//!
//! A worker that dies leaves its lease to run out, and another takes the import over. A lease has a number that grows
//! each time; whoever comes back late with an old one finds that it may write nothing any more (see `outcome.rs`).

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension as _, Row};

use super::imports::read_status;
use super::{Database, DatabaseError};
use crate::sandbox::service::import::Status;

/// How long a lease lasts unless it is renewed.
const LEASE: TimeDelta = TimeDelta::seconds(5);
/// How often an import is begun on before it is given up: a file over which workers die must not take down all of them.
const ATTEMPTS: u32 = 3;

/// The right to work on an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Of which import.
    pub(crate) import_id: String,
    /// Which lease of that import it is.
    pub(crate) number: i64,
    /// False only with the fault `processed-twice`: whoever holds it imports rows, whosever the import is by then.
    pub(crate) fenced: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Parse the file.
    Parse,
    /// Import its rows.
    Import,
}

/// An import that was leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The right to work on it.
    pub(crate) lease: Lease,
    /// What is to be done.
    pub(crate) work: Work,
    /// As the client named it.
    pub(crate) file_name: String,
    /// 1 the first time that somebody begins on this work.
    pub(crate) attempt: u32,
}

impl Database {
    /// Leases the oldest import that has something to be done and that nobody holds.
    pub(crate) fn claim(&self, task_id: &str, now: DateTime<Utc>) -> Result<Option<Claim>, DatabaseError> {
        // One statement, so that of two workers who see the same import only one gets it.
        let claim = "UPDATE imports SET
                 status = CASE status WHEN 'queued' THEN 'processing' ELSE status END,
                 attempts = attempts + 1,
                 lease_owner = ?1, lease_until = ?2, lease_number = lease_number + 1,
                 updated_at = ?3
             WHERE number = (SELECT number FROM imports
                             WHERE status IN ('queued', 'processing', 'finalizing')
                               AND (lease_until IS NULL OR lease_until <= ?3) AND attempts < ?4
                             ORDER BY number LIMIT 1)
             RETURNING id, lease_number, status, file_name, attempts";
        let until = (now + LEASE).timestamp_millis();
        self.write(|transaction| {
            let mut query = transaction.prepare_cached(claim)?;
            query.query_row((task_id, until, now.timestamp_millis(), ATTEMPTS), read_claim).optional()
        })
    }

    /// Lets a lease last longer. False: somebody else has it by now, or the import is gone.
    pub(crate) fn renew(&self, lease: &Lease, now: DateTime<Utc>) -> Result<bool, DatabaseError> {
        let renew = "UPDATE imports SET lease_until = ?3
                     WHERE id = ?1 AND lease_number = ?2 AND lease_until IS NOT NULL";
        self.write(|transaction| {
            let until = (now + LEASE).timestamp_millis();
            let renewed = transaction.prepare_cached(renew)?.execute((&lease.import_id, lease.number, until))?;
            Ok(renewed == 1)
        })
    }

    /// Gives up what was begun on too often and never came to an end; gives the imports' ids and the reason.
    pub(crate) fn give_up(&self, now: DateTime<Utc>) -> Result<Vec<(String, String)>, DatabaseError> {
        let update = "UPDATE imports SET status = 'failed', lease_owner = NULL, lease_until = NULL, updated_at = ?1,
                 reason = 'given up after ' || attempts || ' attempts: no worker came to an end with it, the last was '
                          || lease_owner
             WHERE status IN ('processing', 'finalizing') AND lease_until <= ?1 AND attempts >= ?2
             RETURNING id, reason";
        self.write(|transaction| {
            let mut query = transaction.prepare_cached(update)?;
            let given_up = query.query_map((now.timestamp_millis(), ATTEMPTS), |row| Ok((row.get(0)?, row.get(1)?)))?;
            given_up.collect()
        })
    }
}

fn read_claim(row: &Row<'_>) -> rusqlite::Result<Claim> {
    let work = if read_status(row, 2)? == Status::Finalizing { Work::Import } else { Work::Parse };
    let lease = Lease { import_id: row.get(0)?, number: row.get(1)?, fenced: true };
    Ok(Claim { lease, work, file_name: row.get(3)?, attempt: row.get(4)? })
}
