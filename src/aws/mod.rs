//! AWS: the only place that names the SDK. One [`Reader`] serves all looks of a run: equal looks at the same time are
//! one call, names are asked for in batches, one scan of a log group serves everybody, throttling slows all together.

use crate::event::AwsUse;

/// The shared reader.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// What was sent so far, and what was saved.
    #[must_use]
    pub fn used(&self) -> AwsUse {
        todo!()
    }
}
