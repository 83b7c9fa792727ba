//! The clean-up journal of a run: what was sent that may have made something, what came of it, and which clean-up is
//! done. It survives whatever ends the process, so that `smoke cleanup` can finish what the run could not.
//!
//! It lies in the run's folder as `journal.ndjson`, one [`Entry`] a line, and only ever grows. What comes before a
//! request is written before the request is sent ([`Pen`]). As long as the run lives it holds a lock on the file; the
//! system takes that away when the process ends, in whatever way.
//!
//! * [`entry`](Entry): what is written.
//! * [`pen`](Pen): writes, and syncs behind the backs of those who write.
//! * [`story`](Journal): entries folded into what is left to be done. Pure.
//! * [`shelf`](unfinished): the journals below `reports/`.

mod entry;
mod pen;
mod shelf;
mod story;

pub use entry::{Entry, Header, VERSION};
pub use pen::{Pen, Unwritten};
pub use shelf::{NAME, Shelved, State, unfinished};
pub use story::{Attempt, Journal, Sent, Unreadable};
