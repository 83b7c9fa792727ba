//! Where facts leave the engine: cleaned of secrets, stamped with the time, sent on.

use std::borrow::Cow;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::clock::Clock;
use crate::event::{Event, Fact};
use crate::redact::{Redactor, Secret};

/// The engine's mouth. Cloning it is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    events: mpsc::UnboundedSender<Event>,
    redactor: Arc<Redactor>,
    clock: Clock,
}

impl Sink {
    pub(crate) fn new(events: mpsc::UnboundedSender<Event>, redactor: Arc<Redactor>, clock: Clock) -> Self {
        Self { events, redactor, clock }
    }

    /// Tells a fact. A listener that has gone away is no reason to stop: clean-up still has to be done.
    pub(crate) fn tell(&self, mut fact: Fact) {
        if !self.redactor.is_empty() {
            fact.each_text(&mut |text| {
                if let Cow::Owned(cleaned) = self.redactor.clean(text) {
                    *text = cleaned;
                }
            });
        }
        let _ = self.events.send(Event { at: self.clock.now(), fact });
    }

    /// Cleans a text of every secret known by then; for explanations, which cut long values before they are told.
    pub(crate) fn cleaner(&self) -> impl Fn(&str) -> String + Send + Sync + 'static {
        let redactor = Arc::clone(&self.redactor);
        move |text| redactor.clean(text).into_owned()
    }

    /// Learns a value that was captured as a secret while the run goes on.
    pub(crate) fn learn(&self, secret: &Secret) {
        self.redactor.learn(secret);
    }
}
