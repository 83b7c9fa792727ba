//! A step, guard or clean-up, and what was seen through it.

use chrono::{DateTime, Utc};

use super::span::between;
use crate::event::{Change, Evidence, Judged, Look, Outcome, StepOutline};
use crate::verdict::Verdict;

/// How many looks are kept from the beginning of a step, and as many from its end.
const KEPT_AT_EITHER_END: usize = 5;

/// One step of a scenario, of whatever list.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// As written.
    pub name: String,
    /// The probe's key: `http`, `logs`, …
    pub probe: String,
    /// Where it stands.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// False for a shadow check, whose verdict decides nothing.
    pub enforced: bool,
    /// When it began; none where it was never reached.
    pub started: Option<DateTime<Utc>>,
    /// What it waited for, as written.
    pub until: Option<String>,
    /// How long it might take, ms.
    pub within_ms: Option<u64>,
    /// What is said of it; none while it goes on or has not begun.
    pub verdict: Option<Verdict>,
    /// From its beginning to its end, ms.
    pub duration_ms: u64,
    /// What was seen, in short.
    pub looks: Looks,
    /// What was seen, and from when to when; the whole story.
    pub changes: Vec<Change>,
    /// What was judged.
    pub expectations: Vec<Judged>,
    /// Why it did not pass, or why it was skipped.
    pub cause: Option<String>,
    /// Things worth keeping.
    pub evidence: Vec<Evidence>,
    /// Values kept for later steps, as text, cleaned.
    pub captured: Vec<(String, String)>,
}

/// The looks of a step: the first few and the last few of them, and how many there were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looks {
    /// How many there were.
    pub total: u64,
    /// Those that are kept, in order.
    pub kept: Vec<Look>,
}

impl Step {
    /// A step that has not begun.
    #[must_use]
    pub fn planned(outline: &StepOutline) -> Self {
        let StepOutline { phase: _, name, probe, file, line, enforced } = outline;
        Self::fresh([name, probe, file].map(Clone::clone), *line, *enforced)
    }

    /// The same step, before another attempt.
    pub(super) fn reset(&mut self) {
        let text = [&mut self.name, &mut self.probe, &mut self.file].map(std::mem::take);
        *self = Self::fresh(text, self.line, self.enforced);
    }

    fn fresh([name, probe, file]: [String; 3], line: usize, enforced: bool) -> Self {
        Self {
            name,
            probe,
            file,
            line,
            enforced,
            started: None,
            until: None,
            within_ms: None,
            verdict: None,
            duration_ms: 0,
            looks: Looks::default(),
            changes: Vec::new(),
            expectations: Vec::new(),
            cause: None,
            evidence: Vec::new(),
            captured: Vec::new(),
        }
    }

    pub(super) fn looked(&mut self, look: &Look) {
        self.looks.take(look);
        match self.changes.last_mut() {
            Some(change) if change.state == look.state => change.to_ms = look.at_ms,
            _ => {
                self.changes.push(Change { state: look.state.clone(), from_ms: look.at_ms, to_ms: look.at_ms });
            }
        }
    }

    pub(super) fn ended(&mut self, outcome: &Outcome) {
        let Outcome { verdict, enforced, duration_ms, looks, changes, expectations, cause, evidence, captured } =
            outcome;
        self.verdict = Some(*verdict);
        self.enforced = *enforced;
        self.duration_ms = *duration_ms;
        self.looks.total = self.looks.total.max(*looks);
        self.changes.clone_from(changes);
        self.expectations.clone_from(expectations);
        self.cause.clone_from(cause);
        self.evidence.clone_from(evidence);
        self.captured.clone_from(captured);
    }

    /// Says of a step that never came to its end what can be said: broken off, or never reached.
    pub(super) fn give_up(&mut self, why: &str, at: DateTime<Utc>) {
        if self.verdict.is_some() {
            return;
        }
        if let Some(started) = self.started {
            self.verdict = Some(Verdict::Aborted);
            self.duration_ms = between(Some(started), Some(at));
            self.cause = Some(format!("broken off: {why}"));
        } else {
            self.verdict = Some(Verdict::Skipped);
            self.cause = Some(format!("not reached: {why}"));
        }
    }

    /// Whether it has begun and not ended.
    #[must_use]
    pub fn running(&self) -> bool {
        self.started.is_some() && self.verdict.is_none()
    }
}

impl Looks {
    fn take(&mut self, look: &Look) {
        self.total += 1;
        if self.kept.len() == 2 * KEPT_AT_EITHER_END {
            self.kept.remove(KEPT_AT_EITHER_END);
        }
        self.kept.push(look.clone());
    }
}
