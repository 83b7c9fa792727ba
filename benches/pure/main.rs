//! What the pure parts cost, each for itself: `cargo bench --bench pure`, `-- WORD` for those with that word in their
//! names. Nothing here starts a process or opens a connection; only the readers of files touch the disk.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

mod expr;
mod logs;
mod record;
mod redact;
mod scenario;

fn main() {
    divan::main();
}
