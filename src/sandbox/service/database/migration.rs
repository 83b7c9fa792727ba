//! Migrations that went wrong: what faults break in the database, as a new release might.

use super::{Database, DatabaseError};
use crate::sandbox::fault::{Fault, FaultSet};

/// The fault `import-fails`: a rule that no row meets.
const NEEDS_CONSENT: &str = "
    CREATE TRIGGER IF NOT EXISTS contacts_need_consent BEFORE INSERT ON contacts BEGIN
        SELECT RAISE(ABORT, 'contacts.consented_at must not be null (migration 0007_contact_consent)');
    END";
/// The fault `rows-missing`: a rule that passes over the last row of every import, and says nothing.
const SKIPS_LAST_ROW: &str = "
    CREATE TRIGGER IF NOT EXISTS contacts_of_a_batch BEFORE INSERT ON contacts
    WHEN new.line = (SELECT max(line) FROM staged_rows WHERE import_id = new.import_id) BEGIN
        SELECT RAISE(IGNORE);
    END";
/// A part of the fault `processed-twice`: the index that keeps a row from arriving twice is gone.
const FORGETS_ONCE: &str = "DROP INDEX IF EXISTS contacts_once";

impl Database {
    /// Migrates it as `faults` have it; again changes nothing.
    pub(crate) fn migrate(&self, faults: &FaultSet) -> Result<(), DatabaseError> {
        let migrations = [
            (Fault::ImportFails, NEEDS_CONSENT),
            (Fault::RowsMissing, SKIPS_LAST_ROW),
            (Fault::ProcessedTwice, FORGETS_ONCE),
        ];
        let due = migrations.into_iter().filter(|(fault, _)| faults.contains(*fault)).map(|(_, migration)| migration);
        let due: Vec<&str> = due.collect();
        if due.is_empty() {
            return Ok(());
        }
        self.write(|transaction| transaction.execute_batch(&due.join(";")))
    }
}
