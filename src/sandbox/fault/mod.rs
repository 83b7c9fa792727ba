//! Faults: the ways to break the sandbox on purpose; and weather: what happens on a good day too, and must change no
//! verdict.
//!
//! The names and what they mean stand in [`catalogue`]. Where each is felt is decided where it would
//! really break: in the service, in the fleet, in the metric, at the endpoint. None is a canned answer.

mod catalogue;

use std::sync::Arc;

pub use catalogue::{Entry, Fault, Kind};

/// The faults that a sandbox was started with; cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct FaultSet(Arc<[Fault]>);

impl FaultSet {
    /// Whether `fault` is among them.
    #[must_use]
    pub fn contains(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// These and one more.
    #[must_use]
    pub(crate) fn with(&self, fault: Fault) -> Self {
        self.0.iter().copied().chain([fault]).collect()
    }
}

impl Fault {
    /// Whether it is the worker's own code that is broken, which another worker would not be.
    #[must_use]
    pub const fn is_in_worker(self) -> bool {
        matches!(
            self,
            Self::TaskUnhealthy
                | Self::OldTaskEvents
                | Self::StuckQueued
                | Self::StuckProcessing
                | Self::ImportRejected
                | Self::ProcessedTwice
                | Self::NoStartEvent
                | Self::NoEndEvent
                | Self::EndBeforeStart
                | Self::EndFailed
                | Self::ErrorLine
                | Self::ForeignEvents
        )
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
