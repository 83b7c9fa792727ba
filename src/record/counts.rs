//! How much there was of everything.

use super::Scenario;
use crate::verdict::Verdict;

/// Numbers over a whole run. `passed`, `failed`, `inconclusive`, `skipped` and `aborted` count scenarios, and add up to
/// `scenarios`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scenarios, each row of a matrix for itself.
    pub scenarios: usize,
    /// Steps of all lists: ready, guards, steps, clean-up.
    pub steps: usize,
    /// Expectations that came out true or false.
    pub expectations: usize,
    /// Scenarios that passed, flaky ones among them.
    pub passed: usize,
    /// Scenarios that failed.
    pub failed: usize,
    /// Scenarios that could not be seen.
    pub inconclusive: usize,
    /// Scenarios that were not reached.
    pub skipped: usize,
    /// Scenarios that were broken off.
    pub aborted: usize,
    /// Scenarios that passed only after they had failed.
    pub flaky: usize,
    /// Things that scenarios made and could not take away.
    pub leftovers: usize,
}

impl Counts {
    pub(super) fn of(scenarios: &[Scenario]) -> Self {
        let with = |verdict| scenarios.iter().filter(|scenario| scenario.verdict == Some(verdict)).count();
        Self {
            scenarios: scenarios.len(),
            steps: scenarios.iter().map(|scenario| scenario.all().count()).sum(),
            expectations: scenarios.iter().map(judged).sum(),
            passed: with(Verdict::Passed),
            failed: with(Verdict::Failed),
            inconclusive: with(Verdict::Inconclusive),
            skipped: with(Verdict::Skipped),
            aborted: with(Verdict::Aborted),
            flaky: scenarios.iter().filter(|scenario| scenario.flaky()).count(),
            leftovers: scenarios.iter().map(|scenario| scenario.leftovers.len()).sum(),
        }
    }
}

fn judged(scenario: &Scenario) -> usize {
    let expectations = scenario.all().flat_map(|(_, _, step)| &step.expectations);
    expectations.filter(|expectation| expectation.held.is_some()).count()
}
