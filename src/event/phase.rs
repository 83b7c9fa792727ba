//! Where in a scenario a step stands.

use serde::{Deserialize, Serialize};

/// The list of a scenario that a step stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// `ready`: before the window opens.
    Ready,
    /// `guards`: looked at all along.
    Guard,
    /// `steps`: the journey.
    Step,
    /// `finally`: the clean-up.
    Finally,
}

impl Phase {
    /// In the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Guard, Self::Step, Self::Finally];
}
