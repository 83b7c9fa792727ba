//! What all handlers share.

use crate::sandbox::fault::FaultSet;
use crate::sandbox::service::database::Database;
use crate::sandbox::service::journal::Journal;

/// What every handler needs.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) database: Database,
    pub(super) faults: FaultSet,
    pub(super) journal: Journal,
}
