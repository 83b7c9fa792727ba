//! The bulk-import service that the sandbox runs: small, but real.
//!
//! ```text
//! client ──HTTP──▶ api ──▶ database ◀──polls── worker
//!                          (SQLite)
//! ```
//!
//! * [`api`]: takes a file in, shows how its import stands, finalizes and deletes it.
//! * [`worker`]: leases imports by polling the database, parses their files, imports their rows.
//! * [`intake`]: an older worker beside it, which only lives.
//! * [`python`]: the reference deployment's worker, a process that can take the worker's place.
//! * [`database`]: imports, staged rows, contacts, leases and heartbeats; the only thing the two share.
//! * [`import`]: the life of an import, and what may follow on what. Pure.
//! * [`csv_table`]: a file's bytes → rows, or the reasons why it is rejected. Pure.
//! * [`journal`]: log lines as JSON, one event a line.
//! * [`noise`]: other people's imports.

mod api;
mod csv_table;
mod database;
mod import;
mod intake;
mod journal;
mod noise;
mod python;
mod worker;

pub(crate) use api::serve_api;
#[cfg(any(test, fuzzing))]
pub(crate) use csv_table::CsvTable;
pub(crate) use database::Database;
pub(crate) use intake::run_intake_worker;
pub(crate) use noise::make_noise;
pub(crate) use python::PythonWorker;
pub(crate) use python::find_python;
pub(crate) use worker::run_worker;

/// What the container's own health check calls itself. It asks the process, not the load balancer.
pub(crate) const HEALTH_CHECK: &str = "container-health-check";
