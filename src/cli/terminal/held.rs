//! Lines of steps that were not reached or were broken off, held back until what ended them has been told.
//!
//! Guards end last, so that their failure is told of behind everything that it made end; a reader wants it first.

use smoke::event::{Event, Fact, StepRef};
use smoke::record::Run;
use smoke::verdict::Verdict;

/// What is held back, and of which case it tells.
#[derive(Debug, Default)]
pub(crate) struct Held {
    lines: Vec<(usize, String)>,
}

impl Held {
    /// Takes in the line for an event that `run` has taken in already, if it has one, and gives what is to be said now.
    pub(super) fn turn(&mut self, run: &Run, event: &Event, line: Option<String>) -> Vec<String> {
        match &event.fact {
            Fact::StepEnded { step, outcome: _ } if follows(run, *step) => {
                self.lines.extend(line.map(|line| (step.case, line)));
                Vec::new()
            }
            Fact::ScenarioEnded { case, .. } => self.of(*case).into_iter().chain(line).collect(),
            _ => line.into_iter().collect(),
        }
    }

    /// What is still held back when nothing more comes.
    pub(super) fn rest(&mut self) -> Vec<String> {
        self.lines.drain(..).map(|(_, line)| line).collect()
    }

    fn of(&mut self, case: usize) -> Vec<String> {
        self.lines.extract_if(.., |(of, _)| *of == case).map(|(_, line)| line).collect()
    }
}

/// Whether a step ended only because something else did.
fn follows(run: &Run, place: StepRef) -> bool {
    let scenario = run.scenarios.get(place.case);
    let step = scenario.and_then(|scenario| scenario.list(place.phase).get(place.index));
    let cause = step.and_then(|step| step.cause.as_deref()).unwrap_or_default();
    let not_reached =
        cause.starts_with("not reached") && step.is_some_and(|step| step.verdict == Some(Verdict::Skipped));
    not_reached || step.is_some_and(|step| step.verdict == Some(Verdict::Aborted))
}
