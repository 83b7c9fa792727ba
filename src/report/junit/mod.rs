//! `junit.xml`: one flat `testsuite` a scenario, one `testcase` a step, guard and clean-up.
//!
//! Written for what CI systems really read: GitLab keeps only the first of two test cases with the same class and name, so
//! they are made unique; Jenkins hides a failure behind `skipped`, so a test case has never more than one outcome; and
//! reruns are `flakyFailure` and `rerunFailure`, whose `…Error` forms several consumers do not know.

mod case;
mod clean;
mod names;

use std::time::Duration;

use quick_junit::{Property, Report, TestSuite};

use self::case::{Subject, of_scenario, of_step};
use self::clean::{Words, clean};
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
    let (mut names, mut words, paths) = (Names::default(), Words::default(), Paths::of(run));
    let shared = of_the_run(run, &mut words);
    for (case, scenario) in run.scenarios.iter().enumerate() {
        let mut suite = suite(Subject { run, case, scenario, paths: &paths }, &mut names, &mut words);
        let own = of_the_scenario(scenario, &mut words);
        let notes = scenario.notes.iter().map(|line| Property::new("note", clean(line)));
        let left =
            scenario.leftovers.iter().map(|left| (story::left(run), format!("{}: {}", story::remains(left), left.why)));
        let left = left.map(|(name, value)| Property::new(name, clean(&value)));
        suite.add_properties(own.into_iter().chain(shared.iter().cloned()).chain(notes).chain(left));
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

fn suite(subject: Subject<'_>, names: &mut Names, words: &mut Words) -> TestSuite {
    let Subject { run, scenario, .. } = subject;
    let id = names.suite(&scenario.id);
    let class = clean(&id);
    let mut suite = TestSuite::new(class.clone());
    if let Some(started) = scenario.started {
        suite.set_timestamp(started);
    }
    suite.set_time(Duration::from_millis(scenario.duration_ms()));
    suite.extra.insert(FILE.into(), words.clean(&run.located(&scenario.file)));
    let steps = scenario.all().map(|(phase, index, step)| {
        (of_step(subject, (phase, index), step), step.name.as_str(), &step.file, Some(step.line))
    });
    let whole = of_scenario(scenario).map(|case| (case, "the scenario as a whole", &scenario.file, None));
    for (mut case, name, file, line) in steps.chain(whole) {
        case.name = words.clean(&names.case(&id, name));
        case.set_classname(class.clone());
        case.extra.insert(FILE.into(), words.clean(&run.located(file)));
        case.extra.extend(line.map(|line| ("line".into(), words.clean(&line.to_string()))));
        suite.add_test_case(case);
    }
    suite
}

/// What every suite says of the run.
fn of_the_run(run: &Run, words: &mut Words) -> Vec<Property> {
    let revision = run.revision.iter().map(|revision| ("revision", revision));
    let identity = run.identity.iter().map(|line| ("looked at", line));
    let all = [("run", &run.id), ("target", &run.target)].into_iter().chain(revision).chain(identity);
    all.map(|(name, value)| Property::new(words.clean(name), clean(value))).collect()
}

fn of_the_scenario(scenario: &Scenario, words: &mut Words) -> [Property; 3] {
    let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
    let all =
        [("scenario", &scenario.name), ("verdict", &verdict.to_string()), ("flaky", &scenario.flaky().to_string())];
    all.map(|(name, value)| Property::new(words.clean(name), words.clean(value)))
}

#[cfg(test)]
mod tests;
