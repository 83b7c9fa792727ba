//! What happened, as one picture: events folded into a [`Run`] ⊃ [`Scenario`] ⊃ [`Step`] ⊃ look.
//!
//! The fold is pure: it reads no clock and never fails, whatever it is given, so that a record can be made of a run that
//! broke off at any point. Every report is drawn from it, and the terminal shows it while it grows.

mod close;
mod counts;
mod fold;
mod merge;
pub mod options;
mod part;
mod run;
mod scenario;
mod span;
mod step;

pub use counts::Counts;
pub use part::{MergeError, Part};
pub use run::Run;
pub use scenario::{Attempt, AttemptStep, Scenario};
pub use step::{Looks, Step};

#[cfg(test)]
mod tests;
