//! A scenario of a run, with its steps, guards and clean-up.

use chrono::{DateTime, Utc};

use super::Step;
use super::span::between;
use crate::event::{CaseOutline, Evidence, Judged, Leftover, Phase};
use crate::verdict::Verdict;

/// A scenario, or one row of its matrix: its last attempt whole, earlier ones in short.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scenario {
    /// The file's name without its ending, and the row of a matrix.
    pub id: String,
    /// As written.
    pub name: String,
    /// Where it stands.
    pub file: String,
    /// Which of the variables given with `--var` it reads; none where none was given, or nobody kept it.
    pub reads: Option<Vec<String>>,
    /// When the last attempt began; none where it was never reached.
    pub started: Option<DateTime<Utc>>,
    /// When the last attempt ended.
    pub ended: Option<DateTime<Utc>>,
    /// From when logs, stopped tasks and alarm history were read.
    pub window_opened: Option<DateTime<Utc>>,
    /// What is said of it; none while it goes on.
    pub verdict: Option<Verdict>,
    /// Counted from 1; 0 where it was never reached.
    pub attempt: u32,
    /// Attempts before the last one; the first of them failed.
    pub earlier: Vec<Attempt>,
    /// One sentence that says why it did not pass.
    pub cause: Option<String>,
    /// What supports the cause, a line each, and what was tested.
    pub notes: Vec<String>,
    /// `ready`.
    pub ready: Vec<Step>,
    /// `guards`.
    pub guards: Vec<Step>,
    /// `steps`.
    pub steps: Vec<Step>,
    /// `finally`.
    pub cleanup: Vec<Step>,
    /// What it made and could not take away, of all attempts.
    pub leftovers: Vec<Leftover>,
}

/// An attempt that was followed by another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// What was said of it.
    pub verdict: Verdict,
    /// How long it took, ms.
    pub duration_ms: u64,
    /// One sentence that says why it did not pass.
    pub cause: Option<String>,
    /// Its steps that did not pass.
    pub steps: Vec<AttemptStep>,
}

/// A step of an earlier attempt that did not pass.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptStep {
    /// The list it stands in.
    pub phase: Phase,
    /// Index in that list, from 0.
    pub index: usize,
    /// What was said of it.
    pub verdict: Verdict,
    /// How long it took, ms.
    pub duration_ms: u64,
    /// One sentence that says why.
    pub cause: Option<String>,
    /// What was judged.
    pub expectations: Vec<Judged>,
    /// Things worth keeping: what the attempt after it looked at says nothing of them.
    pub evidence: Vec<Evidence>,
}

impl Scenario {
    /// A scenario that has not begun.
    #[must_use]
    pub fn planned(outline: &CaseOutline) -> Self {
        let CaseOutline { id, name, file, reads, steps } = outline;
        let (id, name, file, reads) = (id.clone(), name.clone(), file.clone(), reads.clone());
        let mut scenario = Self { id, name, file, reads, ..Self::default() };
        for step in steps {
            scenario.list_mut(step.phase).push(Step::planned(step));
        }
        // None is added later, and there may be a thousand scenarios.
        for phase in Phase::ALL {
            scenario.list_mut(phase).shrink_to_fit();
        }
        scenario
    }

    /// The steps of one list.
    #[must_use]
    pub fn list(&self, phase: Phase) -> &[Step] {
        match phase {
            Phase::Ready => &self.ready,
            Phase::Guard => &self.guards,
            Phase::Step => &self.steps,
            Phase::Finally => &self.cleanup,
        }
    }

    pub(super) fn list_mut(&mut self, phase: Phase) -> &mut Vec<Step> {
        match phase {
            Phase::Ready => &mut self.ready,
            Phase::Guard => &mut self.guards,
            Phase::Step => &mut self.steps,
            Phase::Finally => &mut self.cleanup,
        }
    }

    /// Every step with its list and the index in it: ready, guards, steps, clean-up.
    pub fn all(&self) -> impl Iterator<Item = (Phase, usize, &Step)> {
        Phase::ALL
            .into_iter()
            .flat_map(|phase| self.list(phase).iter().enumerate().map(move |(index, step)| (phase, index, step)))
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        self.ready.iter_mut().chain(&mut self.guards).chain(&mut self.steps).chain(&mut self.cleanup)
    }

    /// The step that decided against it: the first failed one, else the first that was broken off, else the first
    /// inconclusive one; clean-up not counted. None where the scenario came off worse than each of them: an attempt before
    /// this one decided, or its time was over between two.
    #[must_use]
    pub fn culprit(&self) -> Option<(Phase, usize, &Step)> {
        let counted = || self.all().filter(|(phase, _, step)| *phase != Phase::Finally && step.enforced);
        // A guard that fails ends the journey, so a step that failed as well did so before it; and guards are told of last.
        let first = |verdict| {
            let such = || counted().filter(move |(_, _, step)| step.verdict == Some(verdict));
            such().find(|(phase, ..)| *phase != Phase::Guard).or_else(|| such().next())
        };
        let worst = first(Verdict::Failed).or_else(|| first(Verdict::Aborted)).or_else(|| first(Verdict::Inconclusive));
        worst.filter(|(_, _, step)| step.verdict >= self.verdict)
    }

    /// Whether it passed only after it had failed.
    #[must_use]
    pub fn flaky(&self) -> bool {
        self.verdict == Some(Verdict::Passed) && !self.earlier.is_empty()
    }

    /// Whether it has begun and not ended.
    #[must_use]
    pub fn running(&self) -> bool {
        self.started.is_some() && self.ended.is_none()
    }

    /// How long the last attempt took, ms; 0 while it goes on.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        between(self.started, self.ended)
    }
}
