//! What will run: scenarios × matrix rows on one target, with variables filled in, durations known and secrets had.

mod case;
mod circles;
mod comparisons;
mod definition;
mod fetch;
mod filling;
mod make;
mod order;
mod programs;
mod reads;
mod rows;
mod secrets;
mod select;
mod site;
mod target;
mod unread;
mod variables;

pub use case::{Case, Step};
pub use make::{Plan, check_all, meant_targets};
pub use order::Order;
pub use programs::missing_programs;

pub use crate::target::{AwsSettings, TargetSettings};

#[cfg(test)]
mod tests;
