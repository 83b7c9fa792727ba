//! One test case: a step, guard or clean-up, and what came of it.

use std::time::Duration;

use quick_junit::{FlakyOrRerun, NonSuccessKind, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::clean::clean;
use crate::event::{Evidence, Look, Phase};
use crate::record::{Attempt, AttemptStep, Run, Scenario, Step};
use crate::report::evidence::Paths;
use crate::report::headline::Headline;
use crate::report::story;
use crate::verdict::Verdict;

/// How many stretches of time are told of a step that passed.
const SEEN: usize = 6;

/// A scenario that test cases are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'run> {
    /// The run that it is of.
    pub(super) run: &'run Run,
    /// Index in the plan.
    pub(super) case: usize,
    /// Itself.
    pub(super) scenario: &'run Scenario,
    /// Where its evidence lies.
    pub(super) paths: &'run Paths,
}

/// The test case of a step that stands at `place` in its scenario; its name, class and place are given by the caller.
pub(super) fn of_step(subject: Subject<'_>, place: (Phase, usize), step: &Step) -> TestCase {
    let scenario = subject.scenario;
    let mut status = if decides_nothing(scenario, place.0, step) {
        status(Verdict::Skipped, &story::clean_up(step), "")
    } else if step.enforced {
        status_of_step(subject, place, step)
    } else {
        shadow(step)
    };
    // What decides nothing did not make the scenario flaky either.
    let decides = step.enforced && place.0 != Phase::Finally;
    let earlier = scenario.earlier.iter().filter(|_| decides);
    let reruns: Vec<TestRerun> = earlier.filter_map(|attempt| rerun(subject, attempt, place)).collect();
    status.set_rerun_kind(FlakyOrRerun::Rerun).add_reruns(reruns);
    let mut case = TestCase::new("", status);
    case.set_assertions(step.expectations.iter().filter(|judged| judged.held.is_some()).count());
    case.set_time(Duration::from_millis(step.duration_ms));
    if let Some(output) = output(scenario, place, step) {
        case.set_system_out(clean(&output));
    }
    case
}

/// A test case of its own for what no step says: a scenario that did not pass although none of its steps is to blame
/// (its time ran out between two), or an earlier attempt of that kind. Name, class and file are given likewise.
pub(super) fn of_scenario(scenario: &Scenario) -> Option<TestCase> {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    let unsaid =
        verdict > Verdict::Passed && scenario.culprit().is_none_or(|(_, _, step)| step.verdict < Some(verdict));
    let silent: Vec<&Attempt> = scenario.earlier.iter().filter(|attempt| attempt.steps.is_empty()).collect();
    if !unsaid && silent.is_empty() {
        return None;
    }
    let why = scenario.cause.as_deref().map_or_else(|| verdict.to_string(), story::one_line);
    let mut status = if unsaid { status(verdict, &why, &scenario.notes.join("\n")) } else { TestCaseStatus::success() };
    let reruns = silent.into_iter().map(silent_rerun);
    status.set_rerun_kind(FlakyOrRerun::Rerun).add_reruns(reruns);
    let mut case = TestCase::new("", status);
    case.set_time(Duration::from_millis(scenario.duration_ms()));
    Some(case)
}

/// A suite for what no scenario says: a run that broke off, a part of it that is missing, nothing judged. Without it the
/// report would look green where the run is not.
pub(super) fn of_the_whole(verdict: Verdict, reason: &str) -> TestSuite {
    // A run that was judged by nothing is skipped as such, and none that may pass.
    let verdict = if verdict == Verdict::Skipped { Verdict::Inconclusive } else { verdict };
    let mut case = TestCase::new("the run as a whole", status(verdict, &story::one_line(reason), ""));
    case.set_classname("smoke");
    case.set_time(Duration::ZERO);
    let mut suite = TestSuite::new("smoke");
    suite.add_test_case(case);
    suite
}

/// Whether a clean-up came off worse than its scenario: it left the verdict as it is, so that it must not turn the report
/// red where the run is not.
fn decides_nothing(scenario: &Scenario, phase: Phase, step: &Step) -> bool {
    phase == Phase::Finally && step.verdict > Some(Verdict::Passed) && step.verdict > scenario.verdict
}

fn status_of_step(subject: Subject<'_>, place: (Phase, usize), step: &Step) -> TestCaseStatus {
    let verdict = step.verdict.unwrap_or(Verdict::Aborted);
    if verdict == Verdict::Passed {
        return TestCaseStatus::success();
    }
    let scenario = subject.scenario;
    let decided = scenario.culprit().is_some_and(|(phase, index, _)| (phase, index) == place);
    // Why its scenario did not pass lies deeper than what the step that decided says itself.
    let deeper = decided && step.verdict == scenario.verdict;
    let said = if deeper { Headline::of_scenario(scenario).why } else { story::headline(step) };
    status(verdict, &said, &details(subject, place, step, (&said, decided)))
}

/// A verdict as JUnit knows it. The headline stands in `message` and again in the body's first line, since some
/// consumers show only the one, some only the other.
fn status(verdict: Verdict, headline: &str, details: &str) -> TestCaseStatus {
    let (mut status, kind) = match verdict {
        Verdict::Passed => return TestCaseStatus::success(),
        Verdict::Skipped => (TestCaseStatus::skipped(), None),
        Verdict::Failed => (TestCaseStatus::non_success(NonSuccessKind::Failure), Some("Failed")),
        Verdict::Inconclusive => (TestCaseStatus::non_success(NonSuccessKind::Error), Some("Inconclusive")),
        Verdict::Aborted => (TestCaseStatus::non_success(NonSuccessKind::Error), Some("Aborted")),
    };
    status.set_message(clean(headline));
    if let Some(kind) = kind {
        let body = if details.is_empty() { headline.to_owned() } else { format!("{headline}\n{details}") };
        status.set_type(kind).set_description(clean(&body));
    }
    status
}

/// A shadow check decides nothing, here neither. One that did not pass is skipped with a reason: consumers show that,
/// and nobody counts it as red; most show nothing of a test case that passed.
fn shadow(step: &Step) -> TestCaseStatus {
    match step.verdict {
        Some(Verdict::Passed) => TestCaseStatus::success(),
        Some(Verdict::Skipped) => status(Verdict::Skipped, &story::headline(step), ""),
        _ => status(Verdict::Skipped, &story::shadow(step), ""),
    }
}

/// What stands below the headline, which is `said`: the rest of the story, then the evidence.
fn details(subject: Subject<'_>, (phase, index): (Phase, usize), step: &Step, (said, decided): (&str, bool)) -> String {
    let Subject { run: _, case, scenario, paths } = subject;
    let mut lines: Vec<String> = story::own(step, said).into_iter().chain(story::expected(step)).collect();
    lines.push(format!("at {}", story::place(step)));
    lines.extend(story::waited(step));
    lines.extend(story::seen(&step.changes, usize::MAX).map(|seen| format!("seen: {seen}")));
    if decided {
        lines.extend(story::notes(scenario));
    }
    lines.extend(evidence(&step.evidence, paths.step(case, phase, index)));
    lines.join("\n")
}

fn evidence(evidence: &[Evidence], paths: &[String]) -> Vec<String> {
    let named = evidence.iter().zip(paths);
    named.map(|(Evidence { title, text }, path)| format!("\n{title} ({path}):\n{text}")).collect()
}

/// The test case's own output: what was looked at, and what was kept.
fn output(scenario: &Scenario, place: (Phase, usize), step: &Step) -> Option<String> {
    let mut lines = Vec::new();
    if !step.enforced && step.verdict > Some(Verdict::Passed) {
        lines.push(story::shadow(step));
    }
    if step.verdict == Some(Verdict::Passed) {
        // In short: Jenkins keeps no more than the first kilobyte of a test that passed. What was expected tells what was
        // seen of it; run.json has the rest.
        let waited = story::seen(&step.changes, SEEN).filter(|_| step.looks.total > 1);
        lines.extend(waited.map(|seen| format!("seen: {seen}")));
        lines.extend(step.looks.kept.last().filter(|_| step.expectations.is_empty()).map(look));
    } else {
        lines.extend(looks(step));
    }
    lines.extend(step.expectations.iter().map(story::judged));
    lines.extend(step.captured.iter().map(|(name, value)| format!("captured {name} = {value}")));
    if step.verdict == Some(Verdict::Skipped) {
        lines.extend(scenario.earlier.iter().filter_map(|attempt| earlier(attempt, place)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn looks(step: &Step) -> Vec<String> {
    let gap = step.looks.total.saturating_sub(step.looks.kept.len() as u64);
    let mut lines = Vec::new();
    for (index, kept) in step.looks.kept.iter().enumerate() {
        if gap > 0 && index == step.looks.kept.len() / 2 {
            lines.push(format!("… {gap} more looks …"));
        }
        lines.push(look(kept));
    }
    lines
}

fn look(look: &Look) -> String {
    format!("{:>9} {}", story::span(look.at_ms), story::one_line(&look.summary))
}

fn step_of(attempt: &Attempt, (phase, index): (Phase, usize)) -> Option<&AttemptStep> {
    attempt.steps.iter().find(|step| step.phase == phase && step.index == index)
}

/// A line on an attempt, where the test case cannot carry a rerun because it was skipped in the last one.
fn earlier(attempt: &Attempt, place: (Phase, usize)) -> Option<String> {
    let step = step_of(attempt, place)?;
    let cause = step.cause.as_deref().unwrap_or_default();
    Some(format!("attempt {}: {}: {cause}", attempt.number, step.verdict))
}

fn rerun(subject: Subject<'_>, attempt: &Attempt, place: (Phase, usize)) -> Option<TestRerun> {
    let step = step_of(attempt, place)?;
    let cause = step.cause.clone().or_else(|| attempt.cause.clone());
    let mut lines: Vec<String> = story::unmet(&step.expectations).map(story::judged).collect();
    lines.extend(evidence(&step.evidence, subject.paths.attempt(subject.case, attempt.number, place.0, place.1)));
    Some(again(attempt.number, (step.verdict, step.duration_ms), cause, &lines))
}

fn silent_rerun(attempt: &Attempt) -> TestRerun {
    again(attempt.number, (attempt.verdict, attempt.duration_ms), attempt.cause.clone(), &[])
}

fn again(number: u32, (verdict, ms): (Verdict, u64), cause: Option<String>, details: &[String]) -> TestRerun {
    // Always the `…Failure` form: Jenkins and others do not read the `…Error` one.
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    let headline = cause.map_or_else(|| verdict.to_string(), |cause| story::one_line(&cause));
    let kind = if verdict == Verdict::Failed { "Failed" } else { "Inconclusive" };
    rerun.set_type(kind).set_time(Duration::from_millis(ms)).set_message(clean(&headline));
    let lines = std::iter::once(format!("attempt {number}: {headline}")).chain(details.iter().cloned());
    rerun.set_stack_trace(clean(&lines.collect::<Vec<_>>().join("\n")));
    rerun
}
