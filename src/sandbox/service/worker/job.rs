//! One lease's work: parse a file, or import its rows.

use std::time::Instant;

use chrono::Utc;
use serde_json::{Value, json};

use super::pen::Pen;
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::service::csv_table::CsvTable;
use crate::sandbox::service::database::{Claim, Database, DatabaseError, Work, Written};

/// What a worker has at hand.
pub(super) struct Job<'worker> {
    claim: Claim,
    database: &'worker Database,
    faults: &'worker FaultSet,
    pen: &'worker Pen,
    started: Instant,
}

/// What parsing came to.
enum Parsed {
    Kept(CsvTable),
    Unreadable(std::io::Error),
    LeaseLost,
}

impl<'worker> Job<'worker> {
    pub(super) fn new(claim: Claim, database: &'worker Database, faults: &'worker FaultSet, pen: &'worker Pen) -> Self {
        Self { claim, database, faults, pen, started: Instant::now() }
    }

    /// Does it. An error is one of the database; whatever lies with the import itself ends the import.
    pub(super) async fn run(&self) -> Result<(), DatabaseError> {
        self.log_start();
        match self.claim.work {
            Work::Parse => self.parse().await,
            Work::Import => self.import_rows().await,
        }
    }

    async fn parse(&self) -> Result<(), DatabaseError> {
        if self.faults.contains(Fault::StuckProcessing) {
            // The lease is renewed all the same: whoever looks from outside sees a worker at work.
            std::future::pending::<()>().await;
        }
        // The fault `import-rejected`: a release for a country where tables are saved with semicolons.
        let read: fn(&[u8]) -> CsvTable = if self.faults.contains(Fault::ImportRejected) {
            |bytes| CsvTable::read_delimited(bytes, b';')
        } else {
            CsvTable::read
        };
        let lease = self.claim.lease.clone();
        let parsed = self.database.call(move |database| {
            let table = match std::fs::read(database.upload(&lease.import_id)) {
                Ok(bytes) => read(&bytes),
                Err(error) => return Ok(Parsed::Unreadable(error)),
            };
            let written = database.keep_parsed(&lease, &table, Utc::now())?;
            Ok(if written == Written::LeaseLost { Parsed::LeaseLost } else { Parsed::Kept(table) })
        });
        match parsed.await? {
            Parsed::Kept(table) => self.log_parsed(&table),
            Parsed::Unreadable(error) => self.fail(format!("the uploaded file cannot be read: {error}")).await?,
            Parsed::LeaseLost => self.log_lease_lost(),
        }
        Ok(())
    }

    async fn import_rows(&self) -> Result<(), DatabaseError> {
        let lease = self.claim.lease.clone();
        match self.database.call(move |database| database.import_rows(&lease, Utc::now())).await {
            Ok(Written::Done(rows)) => self.log_completed(rows),
            Ok(Written::LeaseLost) => self.log_lease_lost(),
            Err(error) if error.is_refusal() => self.fail(format!("importing the rows failed: {error}")).await?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn fail(&self, reason: String) -> Result<(), DatabaseError> {
        let (lease, why) = (self.claim.lease.clone(), reason.clone());
        match self.database.call(move |database| database.fail(&lease, &why, Utc::now())).await? {
            Written::Done(()) => log_failure(self.pen, &self.claim.lease.import_id, &reason),
            Written::LeaseLost => self.log_lease_lost(),
        }
        Ok(())
    }

    fn log_start(&self) {
        let fields = json!({
            "import_id": self.claim.lease.import_id,
            "file_name": self.claim.file_name,
            "attempt": self.claim.attempt,
        });
        match (self.claim.attempt, self.claim.work) {
            (1, Work::Parse) => self.pen.info("bulk_import_start", fields),
            (1, Work::Import) => self.pen.info("bulk_import_finalize_start", fields),
            _ => self.pen.warning("bulk_import_resumed", fields),
        }
    }

    fn log_parsed(&self, table: &CsvTable) {
        let (import_id, duration_ms) = self.marks();
        let mut fields = json!({
            "import_id": import_id,
            "rows": table.rows_total,
            "rows_valid": table.rows_valid(),
            "errors": table.errors_total,
            "duration_ms": duration_ms,
        });
        self.pen.info("bulk_import_parsed", fields.clone());
        self.pen.complain(import_id);
        if table.is_accepted() {
            self.pen.info("bulk_import_review_ready", json!({ "import_id": import_id }));
        } else {
            fields["status"] = "rejected".into();
            fields["first_error"] = table.errors.first().map_or(Value::Null, |error| json!(error));
            self.pen.warning("bulk_import_end", fields);
        }
    }

    fn log_completed(&self, rows: u32) {
        let (import_id, duration_ms) = self.marks();
        let fields = json!({ "import_id": import_id, "status": "completed", "rows": rows, "duration_ms": duration_ms });
        self.pen.info("bulk_import_end", fields);
    }

    fn log_lease_lost(&self) {
        let (import_id, duration_ms) = self.marks();
        self.pen.warning("bulk_import_lease_lost", json!({ "import_id": import_id, "duration_ms": duration_ms }));
    }

    fn marks(&self) -> (&str, u64) {
        let elapsed = crate::span::millis(self.started.elapsed());
        (&self.claim.lease.import_id, elapsed)
    }
}

/// Says that the service failed an import, and why.
pub(super) fn log_failure(pen: &Pen, import_id: &str, reason: &str) {
    pen.error("bulk_import_error", json!({ "import_id": import_id, "error": reason }));
    pen.error("bulk_import_end", json!({ "import_id": import_id, "status": "failed", "reason": reason }));
}
