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

/// The run as JUnit XML, ending in a line feed.
#[must_use]
pub fn render(run: &Run) -> String {
    let mut report = Report::new(clean(&format!("smoke {}", run.target)));
    report.set_timestamp(run.started);
    report.set_time(Duration::from_millis(run.duration_ms()));
    let (mut names, paths) = (Names::default(), Paths::of(run));
    for (case, scenario) in run.scenarios.iter().enumerate() {
        report.add_test_suite(suite(run, Subject { case, scenario, paths: &paths }, &mut names));
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
    inert::markup(&report.to_string().unwrap_or_default())
}

fn suite(run: &Run, subject: Subject<'_>, names: &mut Names) -> TestSuite {
    let scenario = subject.scenario;
    let id = names.suite(&scenario.id);
    let mut suite = TestSuite::new(clean(&id));
    if let Some(started) = scenario.started {
        suite.set_timestamp(started);
    }
    suite.set_time(Duration::from_millis(scenario.duration_ms()));
    suite.extra.insert("file".into(), clean(&scenario.file));
    suite.add_properties(properties(run, scenario));
    for (phase, index, step) in scenario.all() {
        let case = of_step(subject, (phase, index), step);
        suite.add_test_case(named(case, &id, &step.name, names));
    }
    if let Some(case) = of_scenario(scenario) {
        suite.add_test_case(named(case, &id, "the scenario as a whole", names));
    }
    suite
}

fn named(mut case: TestCase, class: &str, name: &str, names: &mut Names) -> TestCase {
    case.name = clean(&names.case(class, name));
    case.set_classname(clean(class));
    case
}

fn properties(run: &Run, scenario: &Scenario) -> Vec<Property> {
    let mut all = vec![
        ("scenario", scenario.name.clone()),
        ("verdict", scenario.verdict.unwrap_or(Verdict::Aborted).to_string()),
        ("flaky", scenario.flaky().to_string()),
        ("run", run.id.clone()),
        ("target", run.target.clone()),
    ];
    all.extend(run.revision.clone().map(|revision| ("revision", revision)));
    all.extend(run.identity.iter().map(|line| ("looked at", line.clone())));
    all.extend(scenario.notes.iter().map(|line| ("note", line.clone())));
    all.extend(scenario.leftovers.iter().map(|left| (story::left(run), format!("{}: {}", left.what, left.why))));
    all.into_iter().map(|(name, value)| Property::new(name, clean(&value))).collect()
}

#[cfg(test)]
mod tests;
