//! What keeps the steps back until the guards were looked at.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::halt::HaltListener;
use crate::plan::Step;

/// How long a shadow check may keep others waiting.
pub(crate) const MOMENT: Duration = Duration::from_secs(2);

/// Opened by the guards, each of which passes through it once it was looked at and is in no passing trouble.
#[derive(Debug)]
pub(crate) struct Gate {
    enforced: Passage,
    shadows: Passage,
}

#[derive(Debug)]
struct Passage {
    guards: u32,
    /// A permit for each that passed through.
    passed: Semaphore,
}

impl Gate {
    /// For these guards, none of which passed through yet.
    pub(crate) fn of(guards: &[Step]) -> Self {
        let passage = |enforced: bool| {
            let guards = guards.iter().filter(|guard| guard.spec.enforce == enforced).count();
            Passage { guards: u32::try_from(guards).unwrap_or(u32::MAX), passed: Semaphore::new(0) }
        };
        Self { enforced: passage(true), shadows: passage(false) }
    }

    /// A guard passes through.
    pub(crate) fn pass(&self, enforced: bool) {
        let passage = if enforced { &self.enforced } else { &self.shadows };
        passage.passed.add_permits(1);
    }

    /// Waits until all guards passed through, for shadow checks a moment at most; or until something ends the scenario.
    pub(crate) async fn opened(&self, mut halt: HaltListener) {
        let all = async { tokio::join!(self.enforced.all(), timeout(MOMENT, self.shadows.all())) };
        tokio::select! {
            biased;
            _ = halt.heard() => {}
            _ = all => self.enforced.passed.close(),
        }
    }

    /// Whether the steps have begun.
    pub(crate) fn is_open(&self) -> bool {
        self.enforced.passed.is_closed()
    }
}

impl Passage {
    async fn all(&self) {
        let _ = self.passed.acquire_many(self.guards).await;
    }
}
