//! A line for each thing that happens, for logs and pipes.

use chrono::{DateTime, Utc};
use smoke::event::{Event, Fact, StepRef};
use smoke::record::{Run, Scenario, Step};
use smoke::report::story;
use smoke::verdict::Verdict;

use super::Paint;

/// The line for an event that `run` has taken in already; none where it is not worth one.
pub(super) fn line(run: &Run, event: &Event, paint: Paint, looks: bool) -> Option<String> {
    let text = match &event.fact {
        Fact::RunStarted { run, cases } => {
            format!("{} on {}: {} to run", run.id, run.target, several(cases.len(), "scenario"))
        }
        Fact::ScenarioStarted { case, attempt } => {
            let scenario = run.scenarios.get(*case)?;
            let again = if *attempt > 1 { format!(" again, attempt {attempt}") } else { String::new() };
            format!("{}: begins{again}", story::one_line(&scenario.id))
        }
        Fact::WindowOpened { case } => {
            let scenario = run.scenarios.get(*case)?;
            format!("{}: ready; the window is open", story::one_line(&scenario.id))
        }
        Fact::StepStarted { step, until, within_ms } => {
            let within = within_ms.map(story::span)?;
            let until = until.as_deref().map_or_else(String::new, |until| format!(" for {}", story::one_line(until)));
            format!("{}: waits up to {within}{until}", named(run, *step)?)
        }
        Fact::Looked { step, look } if looks => {
            format!("{}: saw {}", named(run, *step)?, story::one_line(&look.summary))
        }
        Fact::Looked { .. } | Fact::RunEnded { .. } => return None,
        Fact::StepEnded { step, outcome: _ } => step_ended(run, *step, paint)?,
        Fact::ScenarioEnded { case, verdict, cause: _, notes: _, retrying } => {
            let text = scenario_ended(run.scenarios.get(*case)?, *verdict, paint);
            if *retrying { format!("{text}; will run again") } else { text }
        }
        Fact::LeftBehind { case, leftover } => {
            let id = story::one_line(&run.scenarios.get(*case)?.id);
            format!(
                "{id}: {} {}: {}",
                story::left(run).to_uppercase(),
                story::one_line(&leftover.what),
                story::one_line(&leftover.why)
            )
        }
        Fact::StopRequested { signal } => format!("{signal}: cleaning up, then ending; a second signal leaves at once"),
    };
    Some(format!("{} {text}", paint.dim(&clock(run, event.at))))
}

/// A scenario that has ended, in a line.
pub(super) fn scenario_ended(scenario: &Scenario, verdict: Verdict, paint: Paint) -> String {
    let (id, took) = (story::one_line(&scenario.id), story::span(scenario.duration_ms()));
    let cause = scenario.cause.as_deref().filter(|_| verdict != Verdict::Passed).map(story::one_line);
    let blamed = scenario.culprit().filter(|_| verdict != Verdict::Passed);
    let blamed = blamed.map_or(String::new(), |(phase, _, step)| {
        format!(" › {} \"{}\"", story::kind(phase), story::one_line(&step.name))
    });
    let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
    let flaky =
        if scenario.flaky() { format!(", flaky: passed at attempt {}", scenario.attempt) } else { String::new() };
    format!("{} {id}{blamed}{cause} ({took}{flaky})", paint.verdict(verdict))
}

fn step_ended(run: &Run, place: StepRef, paint: Paint) -> Option<String> {
    let step = step(run, place)?;
    let verdict = step.verdict?;
    let shadow = if step.enforced { "" } else { " (shadow check)" };
    let why = if verdict == Verdict::Passed { String::new() } else { format!(": {}", story::headline(step)) };
    let took = if verdict == Verdict::Skipped { String::new() } else { format!(", {}", story::span(step.duration_ms)) };
    Some(format!("{}: {}{shadow}{took}{why}", named(run, place)?, paint.verdict(verdict)))
}

fn step(run: &Run, place: StepRef) -> Option<&Step> {
    run.scenarios.get(place.case)?.list(place.phase).get(place.index)
}

fn named(run: &Run, place: StepRef) -> Option<String> {
    Some(story::who(run.scenarios.get(place.case)?, place.phase, step(run, place)?))
}

/// Time since the run began: `00:31`.
fn clock(run: &Run, at: DateTime<Utc>) -> String {
    let seconds = (at - run.started).num_seconds().max(0);
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

fn several(many: usize, word: &str) -> String {
    if many == 1 { format!("1 {word}") } else { format!("{many} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::{Held, recorded};

    #[track_caller]
    fn check(events: &str, looks: bool, expected: &[&str]) {
        let mut run = Run::default();
        let mut held = Held::default();
        let lines = recorded(events).into_iter().flat_map(|event| {
            run.apply(&event);
            held.turn(&run, &event, line(&run, &event, Paint::PLAIN, looks))
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    /// A guard's failure ends the journey, and is told of before what it ended.
    #[test]
    fn what_failed_is_told_before_what_it_kept_from_being_reached() {
        let (mut run, mut held, mut lines) = (Run::default(), Held::default(), Vec::new());
        // As the engine tells it: guards end last.
        let mut events = recorded("failed");
        let ended = |event: &Event, what: Verdict| matches!(&event.fact, Fact::StepEnded { outcome, .. } if outcome.verdict == what);
        let guard = events.iter().position(|event| ended(event, Verdict::Failed)).unwrap();
        let aborted = events.iter().position(|event| ended(event, Verdict::Aborted)).unwrap();
        events.swap(guard, aborted);
        for event in events {
            run.apply(&event);
            lines.extend(held.turn(&run, &event, line(&run, &event, Paint::PLAIN, false)));
        }
        let at = |words: &str| lines.iter().position(|line| line.contains(words)).unwrap();
        let (failed, aborted) = (at("guard \"the worker stays up\": ✗ failed"), at("reviewed\": ! aborted"));
        assert!(failed < aborted && aborted < at("✗ failed bulk-import ›"), "{lines:#?}");
    }

    #[test]
    fn a_run_is_told_line_by_line() {
        check(
            "flaky",
            false,
            &[
                "00:00 20261123T224400Z-5e1b on staging: 1 scenario to run",
                "00:00 twice: begins",
                "00:00 twice: ready; the window is open",
                "00:00 twice › step \"upload a small file\": ✗ failed, 210 ms: the API answered 502 Bad Gateway",
                "00:00 twice: LEFT BEHIND DELETE https://api.staging.example.com/api/v1/bulk-imports/9a: the API answered 502 Bad Gateway",
                "00:01 ✗ failed twice › step \"upload a small file\": the API answered 502 Bad Gateway (1 s); will run again",
                "00:01 twice: begins again, attempt 2",
                "00:01 twice: ready; the window is open",
                "00:01 twice › step \"upload a small file\": ✓ passed, 180 ms",
                "00:01 twice: LEFT BEHIND DELETE https://api.staging.example.com/api/v1/bulk-imports/9b: the API answered 502 Bad Gateway",
                "00:02 ✓ passed twice (1 s, flaky: passed at attempt 2)",
            ],
        );
    }
}
