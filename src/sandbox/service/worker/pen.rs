//! What the worker writes into its log, and the slips that a release may bring: a line that is left out, written too
//! late, with a wrong status or under a wrong name. They touch the log only; the import goes its way.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::log::LogSink;
use crate::sandbox::service::journal::Journal;

const START: &str = "bulk_import_start";
const END: &str = "bulk_import_end";
/// The import that the fault `foreign-events` takes all imports for.
const FOREIGN: &str = "00000000-0000-4000-8000-000000000000";

/// Writes the worker's log.
pub(super) struct Pen {
    journal: Journal,
    faults: FaultSet,
    /// Starts that the fault `end-before-start` has not written yet.
    held: Mutex<Vec<Value>>,
}

impl Pen {
    /// A pen that slips as `faults` have it.
    pub(super) fn new(log: LogSink, faults: FaultSet) -> Self {
        Self { journal: Journal::new("bulk_import.worker", log), faults, held: Mutex::default() }
    }

    /// What goes as it should.
    pub(super) fn info(&self, event: &str, fields: Value) {
        let slips = |fault| self.faults.contains(fault);
        match event {
            START if slips(Fault::NoStartEvent) => {}
            START if slips(Fault::EndBeforeStart) => self.hold(fields),
            END if slips(Fault::NoEndEvent) => {}
            END if slips(Fault::EndFailed) => self.journal.info(event, self.named(with(fields, "status", "failed"))),
            _ => self.journal.info(event, self.named(fields)),
        }
    }

    /// What somebody may want to look at, though nothing is broken.
    pub(super) fn warning(&self, event: &str, fields: Value) {
        self.journal.warning(event, self.named(fields));
    }

    /// What is broken.
    pub(super) fn error(&self, event: &str, fields: Value) {
        self.journal.error(event, self.named(fields));
    }

    /// What the fault `error-line` adds once a file is parsed: something went wrong that nobody else will hear of.
    pub(super) fn complain(&self, import_id: &str) {
        if self.faults.contains(Fault::ErrorLine) {
            let fields =
                json!({ "import_id": import_id, "error": "the search index did not take 5 contacts: HTTP 503" });
            self.error("contact_index_failed", fields);
        }
    }

    /// Writes the starts that were held back.
    pub(super) fn catch_up(&self) {
        for fields in self.held().drain(..) {
            self.journal.info(START, self.named(fields));
        }
    }

    /// Whether starts are held back.
    pub(super) fn is_behind(&self) -> bool {
        !self.held().is_empty()
    }

    fn hold(&self, fields: Value) {
        self.held().push(fields);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn named(&self, fields: Value) -> Value {
        if self.faults.contains(Fault::ForeignEvents) && fields.get("import_id").is_some() {
            return with(fields, "import_id", FOREIGN);
        }
        fields
    }
}

fn with(mut fields: Value, key: &str, value: &str) -> Value {
    fields[key] = value.into();
    fields
}
