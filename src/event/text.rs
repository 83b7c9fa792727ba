//! Every free text of a fact, for the one place that cleans it of secrets.
//!
//! The structs are taken apart without `..`, so that a field that is added later cannot be forgotten here.

use super::{CaseOutline, Change, Evidence, Fact, Judged, Leftover, Look, Outcome, Planned, RunHeader, StepOutline};

impl Fact {
    /// Gives every free text to `edit`. Words of our own (verdicts, phases, kinds of probes) are not among them.
    pub fn each_text(&mut self, edit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::RunStarted { run, cases } => {
                header(run, edit);
                for case in cases {
                    outline(case, edit);
                }
            }
            Self::StepStarted { step: _, until, within_ms: _ } => until.iter_mut().for_each(edit),
            Self::Looked { step: _, look } => {
                let Look { at_ms: _, took_ms: _, state, summary } = look;
                edit(state);
                edit(summary);
            }
            Self::StepEnded { step: _, outcome: ended } => outcome(ended, edit),
            Self::ScenarioEnded { case: _, verdict: _, cause, notes, retrying: _ } => {
                cause.iter_mut().chain(notes).for_each(edit);
            }
            Self::LeftBehind { case: _, leftover } => {
                let Leftover { step, what, why, attempt: _ } = leftover;
                [step, what, why].into_iter().for_each(edit);
            }
            Self::ScenarioStarted { case: _, attempt: _ }
            | Self::WindowOpened { case: _ }
            | Self::StopRequested { signal: _ } => {}
            Self::RunEnded { verdict: _, exit_code: _, aws: _, http_requests: _, learnt } => {
                learnt.iter_mut().for_each(edit);
            }
        }
    }
}

fn header(run: &mut RunHeader, edit: &mut dyn FnMut(&mut String)) {
    let RunHeader {
        id: _,
        target,
        started: _,
        smoke: _,
        identity,
        revision,
        shard: _,
        whole,
        options,
        embedded: _,
        folder,
    } = run;
    edit(target);
    for Planned { id, file } in whole.iter_mut().flatten() {
        [id, file].into_iter().for_each(&mut *edit);
    }
    revision.iter_mut().chain(options.iter_mut().flatten()).chain(folder).for_each(&mut *edit);
    identity.iter_mut().for_each(edit);
}

fn outline(case: &mut CaseOutline, edit: &mut dyn FnMut(&mut String)) {
    let CaseOutline { id, name, file, reads, steps } = case;
    [id, name, file].into_iter().chain(reads.iter_mut().flatten()).for_each(&mut *edit);
    for step in steps {
        let StepOutline { phase: _, name, probe: _, file, line: _, enforced: _ } = step;
        [name, file].into_iter().for_each(&mut *edit);
    }
}

fn outcome(ended: &mut Outcome, edit: &mut dyn FnMut(&mut String)) {
    let Outcome { verdict: _, enforced: _, duration_ms: _, looks: _, changes, expectations, cause, evidence, captured } =
        ended;
    for Change { state, from_ms: _, to_ms: _ } in changes {
        edit(state);
    }
    for Judged { text, kind: _, held: _, detail } in expectations {
        edit(text);
        detail.iter_mut().for_each(&mut *edit);
    }
    cause.iter_mut().for_each(&mut *edit);
    for Evidence { title, text } in evidence {
        edit(title);
        edit(text);
    }
    for (name, value) in captured {
        edit(name);
        edit(value);
    }
}
