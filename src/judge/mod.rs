//! Observation × expectations → verdict. Pure: no IO, no clock; time comes in as numbers.
//!
//! [`assess()`] says of one look where the step stands. The engine looks again while it is [`Standing::Open`] and its
//! patience lasts; [`because()`] then says in one sentence why it did not pass, and [`diagnose()`] what was behind that.

mod assess;
mod because;
mod cause;
mod course;
mod expectation;

pub use assess::{Assessment, Patience, Seen, Standing, assess};
pub use because::{Waited, because};
pub use cause::{Diagnosis, Own, Scene, diagnose};
pub use course::Course;
