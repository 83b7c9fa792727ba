//! What can end a scenario before its steps are through, and how they hear of it.

use std::time::Duration;

use tokio::sync::watch;

use super::stop::Stop;
use crate::span::{in_words, millis};

/// Why a scenario was ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// A guard failed: its name.
    Guard(String),
    /// The scenario's `timeout`, which was this long, is over.
    TimedOut(Duration),
    /// The run was asked to stop.
    Stopped(Stop),
}

impl Halt {
    /// Why a step that was cut short or never reached did not go on.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Guard(name) => format!("the guard \"{name}\" failed"),
            Self::TimedOut(timeout) => format!("the scenario's timeout of {} was over", in_words(millis(*timeout))),
            Self::Stopped(Stop::Terminated) => "the run was terminated".to_owned(),
            Self::Stopped(Stop::HungUp) => "the run's terminal went away".to_owned(),
            Self::Stopped(_) => "the run was interrupted".to_owned(),
        }
    }

    /// The same, where it came in the midst of a shadow check, and kept others from deciding.
    pub(crate) fn used_by(&self, shadow: &str) -> String {
        match self {
            Self::TimedOut(timeout) => {
                let timeout = in_words(millis(*timeout));
                format!("the shadow check \"{shadow}\" used up the scenario's timeout of {timeout}")
            }
            Self::Guard(_) | Self::Stopped(_) => self.words(),
        }
    }
}

/// Hears whether to go on. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct HaltListener(watch::Receiver<Option<Halt>>);

/// Says it, once.
#[derive(Debug)]
pub(crate) struct HaltSpeaker(watch::Sender<Option<Halt>>);

/// A pair for one scenario.
pub(crate) fn channel() -> (HaltSpeaker, HaltListener) {
    let (speaker, listener) = watch::channel(None);
    (HaltSpeaker(speaker), HaltListener(listener))
}

impl HaltSpeaker {
    /// Ends the scenario. The first reason stands.
    pub(crate) fn halt(&self, halt: Halt) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(halt);
            }
            first
        });
    }
}

impl HaltListener {
    /// The reason, if there is one by now.
    pub(crate) fn reason(&self) -> Option<Halt> {
        self.0.borrow().clone()
    }

    /// Waits until there is a reason; for ever where there never is.
    pub(crate) async fn heard(&mut self) -> Halt {
        loop {
            if let Some(halt) = self.reason() {
                return halt;
            }
            if self.0.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}
