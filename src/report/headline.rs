//! The verdict of a run and why, for its first line.

use std::collections::BTreeSet;

use super::{story, tally};
use crate::event::{Leftover, Phase};
use crate::record::{Run, Scenario, Step};
use crate::verdict::Verdict;

/// What is said first of a run, or of a scenario that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headline {
    /// What is said of it.
    pub(super) verdict: Verdict,
    /// Who is to blame: `bulk-import › guard "the worker stays up"`; none where nobody is.
    pub(super) who: Option<String>,
    /// One sentence.
    pub(super) why: String,
    /// Where that stands: file, and line where it is a step.
    pub(super) place: Option<(String, Option<usize>)>,
}

impl Headline {
    /// Of a run: what its worst scenario says, unless the run as a whole has something worse to say.
    pub(super) fn of(run: &Run) -> Self {
        let verdict = run.verdict.unwrap_or(Verdict::Aborted);
        let worst = troubled(run).into_iter().next();
        let blamed = worst.filter(|(_, scenario)| run.broken_off.is_none() || scenario.verdict >= Some(verdict));
        if let Some((_, scenario)) = blamed {
            return Self { verdict, ..Self::of_scenario(scenario) };
        }
        Self { verdict, who: None, why: of_the_whole(run).unwrap_or_else(|| tally::numbers(run)), place: None }
    }

    /// Of a scenario that did not pass.
    pub(super) fn of_scenario(scenario: &Scenario) -> Self {
        let verdict = scenario.verdict.unwrap_or(Verdict::Aborted);
        match scenario.culprit() {
            Some((phase, _, step)) => Self {
                verdict,
                who: Some(story::who(scenario, phase, step)),
                why: scenario.cause.as_deref().map_or_else(|| story::headline(step), story::one_line),
                place: Some((step.file.clone(), Some(step.line))),
            },
            None => Self {
                verdict,
                who: Some(story::one_line(&scenario.id)),
                why: story::one_line(scenario.cause.as_deref().unwrap_or("no step says why")),
                place: Some((scenario.file.clone(), None)),
            },
        }
    }

    /// Where that stands, in words: `scenarios/a.yaml:23`.
    pub(super) fn spot(&self) -> Option<String> {
        let (file, line) = self.place.as_ref()?;
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        Some(format!("{}{line}", story::one_line(file)))
    }

    /// All in a line: `bulk-import › guard "the worker stays up": no worker is running`.
    pub(super) fn line(&self) -> String {
        match &self.who {
            Some(who) => format!("{who}: {}", self.why),
            None => self.why.clone(),
        }
    }
}

/// What is to be said of the run as a whole where it is not green, and none of its scenarios says why.
pub(super) fn unsaid(run: &Run) -> Option<Headline> {
    let why = of_the_whole(run).filter(|_| !run.green())?;
    let mut causes = run.scenarios.iter().filter_map(|scenario| scenario.cause.as_deref());
    let said = causes.any(|cause| story::one_line(cause).contains(&why));
    (!said).then(|| Headline { verdict: verdict_of_the_whole(run), who: None, why, place: None })
}

/// What the run as a whole is where [`unsaid`] says something: a failure is a scenario's, and what is missing beside it
/// could only not be seen.
pub(super) fn verdict_of_the_whole(run: &Run) -> Verdict {
    let said = run.verdict.unwrap_or(Verdict::Aborted);
    let failed = said == Verdict::Failed && run.scenarios.iter().any(|scenario| scenario.verdict == Some(said));
    if failed { Verdict::Inconclusive } else { said }
}

fn of_the_whole(run: &Run) -> Option<String> {
    let unjudged = || run.exit_code == Some(2) && run.verdict == Some(Verdict::Skipped);
    let nothing = || unjudged().then(|| "nothing was judged, so this run says nothing".to_owned());
    run.broken_off.as_deref().map(story::one_line).or_else(nothing)
}

/// The scenarios that did not pass, with their index in the plan: the worst first, those that are equally bad in plan order.
pub(super) fn troubled(run: &Run) -> Vec<(usize, &Scenario)> {
    let mut troubled: Vec<_> = with_index(run).filter(|(_, scenario)| verdict(scenario) > Verdict::Passed).collect();
    troubled.sort_by_key(|(_, scenario)| std::cmp::Reverse(verdict(scenario)));
    troubled
}

/// Scenarios that passed only after they had failed.
pub(super) fn flaky(run: &Run) -> impl Iterator<Item = (usize, &Scenario)> {
    with_index(run).filter(|(_, scenario)| scenario.flaky())
}

/// Shadow checks (`enforce: false`) that would have decided against their scenario.
pub(super) fn shadows(run: &Run) -> impl Iterator<Item = (&Scenario, Phase, &Step)> {
    run.scenarios.iter().flat_map(|scenario| {
        let shadows = scenario.all().filter(|(phase, _, step)| is_shadow(*phase, step));
        shadows.map(move |(phase, _, step)| (scenario, phase, step))
    })
}

/// Whether a step is a shadow check that did not pass. Clean-up decides nothing anyway.
pub(super) fn is_shadow(phase: Phase, step: &Step) -> bool {
    phase != Phase::Finally && !step.enforced && step.verdict > Some(Verdict::Passed)
}

/// What `finally` could not take away, each with its scenario.
pub(super) fn leftovers(run: &Run) -> impl Iterator<Item = (&Scenario, &Leftover)> {
    run.scenarios.iter().flat_map(|scenario| scenario.leftovers.iter().map(move |left| (scenario, left)))
}

/// Steps that did not pass either, besides the one that decided.
pub(super) fn others(scenario: &Scenario) -> impl Iterator<Item = (Phase, &Step)> {
    let culprit = scenario.culprit().map(|(phase, index, _)| (phase, index));
    let bad = |step: &Step| step.enforced && step.verdict > Some(Verdict::Passed);
    let others = scenario.all().filter(move |(phase, index, step)| bad(step) && culprit != Some((*phase, *index)));
    others.map(|(phase, _, step)| (phase, step))
}

/// What was tested, as the scenarios that passed say it, once each: several look at the same service.
pub(super) fn tested(run: &Run) -> BTreeSet<String> {
    let passed = run.scenarios.iter().filter(|scenario| scenario.verdict == Some(Verdict::Passed));
    passed.flat_map(|scenario| &scenario.notes).map(|note| story::one_line(note)).collect()
}

fn with_index(run: &Run) -> impl Iterator<Item = (usize, &Scenario)> {
    run.scenarios.iter().enumerate()
}

fn verdict(scenario: &Scenario) -> Verdict {
    scenario.verdict.unwrap_or(Verdict::Aborted)
}
