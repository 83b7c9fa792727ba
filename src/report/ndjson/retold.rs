//! A run's events, told again from its record. Looks that the record did not keep are missing, and of earlier attempts there
//! is only what did not pass; otherwise the record that is made of them is the same.

use chrono::{DateTime, TimeDelta, Utc};

use crate::event::{CaseOutline, Event, Fact, Outcome, Phase, RunHeader, StepOutline, StepRef};
use crate::record::{Attempt, AttemptStep, Run, Scenario, Step};
use crate::verdict::Verdict;

/// The events, in the order of their times.
pub(super) fn events(run: &Run) -> Vec<Event> {
    let mut told: Vec<Event> = run.scenarios.iter().enumerate().flat_map(|(case, one)| scenario(case, one)).collect();
    let stop = run.stopped_by.clone().map(|signal| Fact::StopRequested { signal });
    told.extend(stop.map(|fact| Event { at: run.ended.unwrap_or(run.started), fact }));
    // Stable: what happened at the same time stays in plan order.
    told.sort_by_key(|event| event.at);
    let begin = Event { at: run.started, fact: Fact::RunStarted { run: header(run), cases: outlines(run) } };
    std::iter::once(begin).chain(told).chain(end(run)).collect()
}

fn header(run: &Run) -> RunHeader {
    RunHeader {
        id: run.id.clone(),
        target: run.target.clone(),
        started: run.started,
        smoke: run.smoke.clone(),
        identity: run.identity.clone(),
        revision: run.revision.clone(),
        shard: run.shard,
        whole: run.whole.clone(),
        options: run.options.clone(),
        embedded: run.embedded,
        folder: run.folder.clone(),
    }
}

fn outlines(run: &Run) -> Vec<CaseOutline> {
    let outline = |scenario: &Scenario| CaseOutline {
        id: scenario.id.clone(),
        name: scenario.name.clone(),
        file: scenario.file.clone(),
        reads: scenario.reads.clone(),
        steps: scenario.all().map(|(phase, _, step)| step_outline(phase, step)).collect(),
    };
    run.scenarios.iter().map(outline).collect()
}

fn step_outline(phase: Phase, step: &Step) -> StepOutline {
    StepOutline {
        phase,
        name: step.name.clone(),
        probe: step.probe.clone(),
        file: step.file.clone(),
        line: step.line,
        enforced: step.enforced,
    }
}

/// A run that broke off did not tell of its end.
fn end(run: &Run) -> Option<Event> {
    let at = run.ended.filter(|_| run.broken_off.is_none())?;
    let (verdict, exit_code) = (run.verdict.unwrap_or(Verdict::Aborted), run.exit_code.unwrap_or(4));
    // What was learnt on the way stands in the header by now.
    let (aws, http_requests, learnt) = (run.aws.clone(), run.http_requests, Vec::new());
    let fact = Fact::RunEnded { verdict, exit_code, aws, http_requests, learnt };
    Some(Event { at, fact })
}

/// What happened to one scenario, in the order of its times.
fn scenario(case: usize, scenario: &Scenario) -> Vec<Event> {
    let Some(started) = scenario.started else {
        // One that was never reached is told of where somebody decided so, and not where the run just ended.
        return scenario.ended.map(|at| conclusion(case, scenario, at)).into_iter().collect();
    };
    let ended = scenario.ended.unwrap_or(started);
    let mut told = earlier(case, scenario, started);
    let mut last = vec![Event { at: started, fact: Fact::ScenarioStarted { case, attempt: scenario.attempt } }];
    last.extend(scenario.window_opened.map(|at| Event { at, fact: Fact::WindowOpened { case } }));
    for (phase, index, step) in scenario.all() {
        last.extend(of_step(StepRef { case, phase, index }, step, ended));
    }
    for event in &mut last {
        event.at = event.at.clamp(started, ended.max(started));
    }
    last.sort_by_key(|event| event.at);
    told.extend(last);
    let left = scenario.leftovers.iter().map(|left| Fact::LeftBehind { case, leftover: left.clone() });
    told.extend(left.map(|fact| Event { at: ended, fact }));
    told.push(conclusion(case, scenario, ended));
    told
}

fn conclusion(case: usize, scenario: &Scenario, at: DateTime<Utc>) -> Event {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    let (why, notes) = (scenario.cause.clone(), scenario.notes.clone());
    Event { at, fact: Fact::ScenarioEnded { case, verdict, cause: why, notes, retrying: false } }
}

/// Earlier attempts, laid one after the other up to when the last one began: their own times were not kept.
fn earlier(case: usize, scenario: &Scenario, until: DateTime<Utc>) -> Vec<Event> {
    let mut end = until;
    let mut told = Vec::new();
    for attempt in scenario.earlier.iter().rev() {
        let start = end.checked_sub_signed(span(attempt.duration_ms)).unwrap_or(end);
        told.push(of_attempt(case, attempt, start, end));
        end = start;
    }
    told.into_iter().rev().flatten().collect()
}

fn of_attempt(case: usize, attempt: &Attempt, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Event> {
    let Attempt { number, verdict, duration_ms: _, cause: why, steps } = attempt;
    let mut told = vec![Event { at: start, fact: Fact::ScenarioStarted { case, attempt: *number } }];
    let ended = steps.iter().map(|step| Fact::StepEnded {
        step: StepRef { case, phase: step.phase, index: step.index },
        outcome: in_short(step),
    });
    told.extend(ended.map(|fact| Event { at: end, fact }));
    let fact = Fact::ScenarioEnded { case, verdict: *verdict, cause: why.clone(), notes: Vec::new(), retrying: true };
    told.push(Event { at: end, fact });
    told
}

fn in_short(step: &AttemptStep) -> Outcome {
    Outcome {
        verdict: step.verdict,
        enforced: true,
        duration_ms: step.duration_ms,
        looks: 0,
        changes: Vec::new(),
        expectations: step.expectations.clone(),
        cause: step.cause.clone(),
        evidence: step.evidence.clone(),
        captured: Vec::new(),
    }
}

fn of_step(place: StepRef, step: &Step, otherwise: DateTime<Utc>) -> Vec<Event> {
    let mut told = Vec::new();
    if let Some(at) = step.started {
        let (until, within_ms) = (step.until.clone(), step.within_ms);
        told.push(Event { at, fact: Fact::StepStarted { step: place, until, within_ms } });
        let looks = step.looks.kept.iter().map(|look| (after(at, look.at_ms), look.clone()));
        told.extend(looks.map(|(at, look)| Event { at, fact: Fact::Looked { step: place, look } }));
    }
    let at = step.started.map_or(otherwise, |started| after(started, step.duration_ms));
    told.push(Event { at, fact: Fact::StepEnded { step: place, outcome: outcome(step) } });
    told
}

fn outcome(step: &Step) -> Outcome {
    Outcome {
        verdict: step.verdict.unwrap_or(Verdict::Aborted),
        enforced: step.enforced,
        duration_ms: step.duration_ms,
        looks: step.looks.total,
        changes: step.changes.clone(),
        expectations: step.expectations.clone(),
        cause: step.cause.clone(),
        evidence: step.evidence.clone(),
        captured: step.captured.clone(),
    }
}

fn after(at: DateTime<Utc>, ms: u64) -> DateTime<Utc> {
    at.checked_add_signed(span(ms)).unwrap_or(at)
}

/// A span of time; what no calendar could hold is none.
fn span(ms: u64) -> TimeDelta {
    i64::try_from(ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or_default()
}
