//! Faults: the ways to break the sandbox on purpose.

use std::sync::Arc;

/// Ways to break the sandbox on purpose, each where it would really break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The worker's process dies as it starts, again and again.
    WorkerDown,
    /// The metric that the alarm watches falls below its threshold.
    AlarmFiring,
    /// Importing the rows fails in the worker.
    ImportFails,
}

impl Fault {
    /// Every fault, its name on the command line and what it breaks.
    #[must_use]
    pub fn catalogue() -> &'static [(Fault, &'static str, &'static str)] {
        &[
            (Self::WorkerDown, "worker-down", "the worker's process dies as it starts, again and again"),
            (Self::AlarmFiring, "alarm-firing", "the metric that the alarm watches falls below its threshold"),
            (Self::ImportFails, "import-fails", "importing the rows fails in the worker"),
        ]
    }
}

/// The faults that a sandbox was started with; cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct FaultSet(Arc<[Fault]>);

impl FaultSet {
    /// Whether `fault` is among them.
    #[must_use]
    pub fn contains(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
