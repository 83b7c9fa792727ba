//! The plan as the first event lays it out.

use crate::event::{CaseOutline, Phase, StepOutline};
use crate::plan::{Case, Step};

/// A case with all its steps, in the order in which they are reported.
pub(crate) fn outline(case: &Case) -> CaseOutline {
    let lists = [
        (Phase::Ready, &case.ready),
        (Phase::Guard, &case.guards),
        (Phase::Step, &case.steps),
        (Phase::Finally, &case.finally),
    ];
    let steps = lists.into_iter().flat_map(|(phase, steps)| steps.iter().map(move |step| outline_step(phase, step)));
    let (id, name, file) = (case.id.clone(), case.name.clone(), case.file.clone());
    CaseOutline { id, name, file, reads: case.reads.clone(), steps: steps.collect() }
}

fn outline_step(phase: Phase, step: &Step) -> StepOutline {
    let location = &step.spec.location;
    StepOutline {
        phase,
        name: step.name.clone(),
        probe: step.spec.probe.kind().to_owned(),
        file: location.source.path.clone(),
        line: location.line(),
        enforced: step.spec.enforce,
    }
}
