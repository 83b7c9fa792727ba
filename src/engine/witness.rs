//! What the steps of an attempt saw of the system: what a diagnosis is made from, once something has failed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::event::{Evidence, StepRef};
use crate::judge::{Course, Seen};
use crate::probe::finding::Finding;
use crate::probe::{LookErrorKind, Observation};

/// How many exchanges before the failure are kept, the last ones.
const EXCHANGES: usize = 3;

/// What a step saw.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// What its last look showed.
    pub(crate) saw: Vec<Finding>,
    /// How long it waited in vain; none where something that was seen ended it.
    pub(crate) waited: Option<Duration>,
    /// Whether something else ended it before its own time was over.
    pub(crate) cut_short: bool,
    /// What its looks said of the work, one after the other.
    pub(crate) course: Course,
    /// The last answer, where a request is how it looked.
    answer: Option<Observation>,
}

/// What decided an attempt's verdict.
#[derive(Debug)]
pub(crate) struct Decided {
    /// The step, where it was one.
    pub(crate) at: Option<StepRef>,
    /// What it says of itself.
    pub(crate) said: String,
    /// Its expectations that do not hold.
    pub(crate) broken: Vec<String>,
    /// What it saw.
    pub(crate) witness: Witness,
}

/// What steps saw before anything was decided.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    saw: Vec<Finding>,
    /// The last answers, by the names of the steps that had them: put in words only where somebody asks.
    answers: VecDeque<(String, Observation)>,
}

impl Witness {
    /// Of a last look, of how long was waited in vain, and of how it went on meanwhile.
    pub(crate) fn of(seen: Option<Seen>, waited: Option<Duration>, course: Course) -> Self {
        let saw = match &seen {
            Some(Ok(observation)) => observation.findings(),
            Some(Err(error)) if error.kind == LookErrorKind::Broken => vec![Finding::HalfAnswer(error.message.clone())],
            Some(Err(error)) if error.kind.leaves_open() || error.kind == LookErrorKind::Unreachable => {
                vec![Finding::NoAnswer(error.message.clone())]
            }
            Some(Err(_)) | None => Vec::new(),
        };
        let answer = seen.and_then(Result::ok).filter(|seen| matches!(seen, Observation::Http(_)));
        Self { saw, waited, cut_short: false, course, answer }
    }
}

impl Decided {
    /// By something that is no step.
    pub(crate) fn from_outside(said: String) -> Self {
        Self { at: None, said, broken: Vec::new(), witness: Witness::default() }
    }
}

impl Memory {
    /// Keeps what the step called `name` saw.
    pub(crate) fn keep(&mut self, name: &str, witness: Witness) {
        let Witness { saw, waited: _, cut_short: _, course: _, answer } = witness;
        self.saw.extend(saw.into_iter().filter(|finding| matches!(finding, Finding::Answer(_))));
        self.keep_answer(name, answer);
    }

    /// Keeps what the guard called `name` saw: it was asked beside the journey, and says nothing of the work.
    pub(crate) fn keep_of_guard(&mut self, name: &str, witness: Witness) {
        self.keep_answer(name, witness.answer);
    }

    fn keep_answer(&mut self, name: &str, answer: Option<Observation>) {
        self.answers.extend(answer.map(|answer| (name.to_owned(), answer)));
        self.answers.drain(..self.answers.len().saturating_sub(EXCHANGES));
    }

    /// What was seen, in order.
    pub(crate) fn saw(&self) -> &[Finding] {
        &self.saw
    }

    /// The last requests and responses, in order.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = Evidence> {
        self.answers.iter().map(|(name, answer)| {
            let parts = answer.evidence();
            let texts = parts.iter().map(|part| part.text.trim_end_matches('\n')).collect::<Vec<_>>();
            Evidence { title: format!("before, in \"{name}\""), text: texts.join("\n\n") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::http::Response;

    #[test]
    fn what_a_guard_was_told_is_kept_as_evidence_and_says_nothing_of_the_work() {
        let witness = || {
            let answer = Response::made_up(200, "application/json", br#"{"status":"ok"}"#.to_vec());
            Witness::of(Some(Ok(Observation::Http(Box::new(answer)))), None, Course::default())
        };
        let mut memory = Memory::default();
        memory.keep_of_guard("well", witness());
        assert_eq!((memory.saw().len(), memory.exchanges().count()), (0, 1));
        memory.keep("a step", witness());
        assert_eq!((memory.saw().len(), memory.exchanges().count()), (1, 2));
        let told: Vec<String> = memory.exchanges().map(|evidence| evidence.text).collect();
        // A line is left free between what was asked and what was answered, and none behind a request without a body.
        let text = &told[0];
        assert!(text.contains("application/json\n\n200 OK\n") && !text.contains("\n\n\n"), "{text}");
        let bare = Response::made_up(204, "x", Vec::new()).evidence().pop().unwrap().text;
        assert!(bare.starts_with("204 No Content\n") && !bare.ends_with("\n\n"), "{bare:?}");
    }
}
