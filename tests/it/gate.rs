//! The real binary, from the command line to the exit code, on the sandbox. Each test has a folder of its own for
//! reports, and sandboxes take free ports, so that all of them run side by side.

mod aborts;
mod cleanup;
mod clock;
mod deploy;
mod doctor;
mod endings;
mod endless;
mod faults;
mod merging;
mod moments;
mod provenance;
mod python_worker;
mod records;
mod refusals;
mod selection;
mod signals;
mod silence;
mod stand;
mod veils;
mod words;
