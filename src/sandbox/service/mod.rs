//! The bulk-import service that the sandbox runs: small, but real.
//!
//! ```text
//! client ──HTTP──▶ api ──▶ database ◀──polls── worker
//!                          (SQLite)
//! ```
//!
//! * [`api`]: takes a file in, shows how its import stands, finalizes and deletes it.
//! * [`worker`]: leases imports by polling the database, parses their files, imports their rows.
//! * [`database`]: imports, staged rows, contacts, leases and heartbeats; the only thing the two share.
//! * [`import`]: the life of an import, and what may follow on what. Pure.
//! * [`csv_table`]: a file's bytes → rows, or the reasons why it is rejected. Pure.
//! * [`journal`]: log lines as JSON, one event a line.

mod api;
mod csv_table;
mod database;
mod import;
mod journal;
mod worker;

pub(crate) use api::serve_api;
pub(crate) use database::Database;
pub(crate) use worker::run_worker;
