//! `junit.xml`: one flat `testsuite` a scenario, one `testcase` a step, guard and clean-up.
//!
//! Written for what CI systems really read: GitLab keeps only the first of two test cases with the same class and name, so
//! they are made unique; Jenkins hides a failure behind `skipped`, so a test case has never more than one outcome; and
//! reruns are `flakyFailure` and `rerunFailure`, whose `…Error` forms several consumers do not know.

mod case;
mod clean;
mod names;

use std::time::Duration;

use quick_junit::{Property, Report, TestCase, TestSuite};

use self::case::{Subject, of_scenario, of_step};
use self::clean::clean;
use self::names::Names;
use super::evidence::Paths;
use super::headline::{Headline, unsaid, verdict_of_the_whole};
use super::{inert, story};
use crate::record::{Run, Scenario};
use crate::verdict::Verdict;

/// The attribute that says where a suite or a case stands.
const FILE: &str = "file";

/// The run as JUnit XML, ending in a line feed.
#[must_use]
pub fn render(run: &Run) -> String {
    let mut report = Report::new(clean(&format!("smoke {}", run.target)));
    report.set_timestamp(run.started);
    report.set_time(Duration::from_millis(run.duration_ms()));
    let (mut names, paths, shared) = (Names::default(), Paths::of(run), of_the_run(run));
    for (case, scenario) in run.scenarios.iter().enumerate() {
        let mut suite = suite(Subject { case, scenario, paths: &paths }, &mut names);
        let notes = scenario.notes.iter().map(|line| property("note", line));
        let left = scenario.leftovers.iter().map(|left| (story::left(run), format!("{}: {}", left.what, left.why)));
        let left = left.map(|(name, value)| property(name, &value));
        suite.add_properties(
            of_the_scenario(scenario).into_iter().chain(shared.iter().cloned()).chain(notes).chain(left),
        );
        report.add_test_suite(suite);
    }
    // A run can be red though each of its scenarios passed; the report must not be green then.
    let green = report.failures + report.errors == 0;
    let whole = unsaid(run).map(|whole| (whole.verdict, whole.why));
    let whole =
        whole.or_else(|| (green && !run.green()).then(|| (verdict_of_the_whole(run), Headline::of(run).line())));
    if let Some((verdict, reason)) = whole {
        report.add_test_suite(case::of_the_whole(verdict, &reason));
    }
    // Writing to memory cannot fail, and the texts are clean UTF-8.
    inert::markup(report.to_string().unwrap_or_default())
}

fn suite(subject: Subject<'_>, names: &mut Names) -> TestSuite {
    let scenario = subject.scenario;
    let id = names.suite(&scenario.id);
    let (class, file) = (clean(&id), clean(&scenario.file));
    let mut suite = TestSuite::new(class.clone());
    if let Some(started) = scenario.started {
        suite.set_timestamp(started);
    }
    suite.set_time(Duration::from_millis(scenario.duration_ms()));
    suite.extra.insert(FILE.into(), file.clone());
    let mut identify = |mut case: TestCase, name: &str| {
        case.name = clean(&names.case(&id, name));
        case.set_classname(class.clone());
        case
    };
    for (phase, index, step) in scenario.all() {
        let mut case = identify(of_step(subject, (phase, index), step), &step.name);
        let file = if step.file == scenario.file { file.clone() } else { clean(&step.file) };
        case.extra.extend([(FILE.into(), file), ("line".into(), clean(&step.line.to_string()))]);
        suite.add_test_case(case);
    }
    if let Some(case) = of_scenario(scenario) {
        let mut case = identify(case, "the scenario as a whole");
        case.extra.insert(FILE.into(), file);
        suite.add_test_case(case);
    }
    suite
}

/// What every suite says of the run.
fn of_the_run(run: &Run) -> Vec<Property> {
    let revision = run.revision.iter().map(|revision| property("revision", revision));
    let identity = run.identity.iter().map(|line| property("looked at", line));
    [property("run", &run.id), property("target", &run.target)].into_iter().chain(revision).chain(identity).collect()
}

fn of_the_scenario(scenario: &Scenario) -> [Property; 3] {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    [
        property("scenario", &scenario.name),
        property("verdict", &verdict.to_string()),
        property("flaky", &scenario.flaky().to_string()),
    ]
}

fn property(name: &str, value: &str) -> Property {
    Property::new(name, clean(value))
}

#[cfg(test)]
mod tests;
