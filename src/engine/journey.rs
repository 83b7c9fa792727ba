//! What an attempt at a case has come through so far: values kept, outcomes told or still to be told.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Collected;
use super::guards::Guarded;
use super::halt::{Halt, HaltListener};
use super::lookout::Stage;
use super::sighting::{Revised, Sighting};
use super::step::{self, Finished, unlooked};
use super::witness::{Decided, Memory, Witness};
use crate::event::{Fact, Leftover, Outcome, Phase, StepRef};
use crate::expr::{Bound, Scope};
use crate::plan::Step;
use crate::probe::finding::Finding;
use crate::verdict::Verdict;

/// The state of one attempt.
#[derive(Debug)]
pub(crate) struct Journey {
    case: usize,
    scope: Scope,
    verdict: Verdict,
    /// Whether the way forward is open: nothing failed, `ready` passed.
    whole: bool,
    judged: bool,
    /// The first thing that decided the verdict: where, and why.
    own: Option<Decided>,
    /// What was seen before that.
    memory: Memory,
    /// Outcomes that wait for evidence before they are told: those that failed.
    untold: Vec<(StepRef, Outcome)>,
    /// What one more look around saw, after a failure.
    around: Vec<Finding>,
    /// Names that a shadow check should have brought, and did not.
    shadowed: BTreeSet<String>,
    /// Names that were captured as null, each with what was seen there.
    nulls: BTreeMap<String, String>,
    notes: Vec<String>,
    /// What was seen and must not come twice.
    sightings: Vec<Sighting>,
    /// The worst that is to be said of what is left behind, and why.
    left: Option<(Verdict, String)>,
    /// The shadow check during which something ended the attempt.
    overtaken: Option<String>,
    /// Whether a step that decides was not reached.
    unreached: bool,
}

/// What is said of an attempt at its end.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) verdict: Verdict,
    /// What decided the verdict.
    pub(crate) own: Option<Decided>,
    pub(crate) memory: Memory,
    /// What one more look around saw.
    pub(crate) around: Vec<Finding>,
    pub(crate) notes: Vec<String>,
}

impl Journey {
    pub(crate) fn new(case: usize, scope: Scope) -> Self {
        Self {
            case,
            scope,
            verdict: Verdict::Passed,
            whole: true,
            judged: false,
            own: None,
            memory: Memory::default(),
            untold: Vec::new(),
            around: Vec::new(),
            shadowed: BTreeSet::new(),
            nulls: BTreeMap::new(),
            notes: Vec::new(),
            sightings: Vec::new(),
            left: None,
            overtaken: None,
            unreached: false,
        }
    }

    /// Walks through a list of steps, in order. After a failure, and once it is to halt, the rest is skipped.
    pub(crate) async fn walk(&mut self, stage: &Stage, phase: Phase, steps: &[Step], halt: &HaltListener) {
        for (index, step) in steps.iter().enumerate() {
            let at = StepRef { case: self.case, phase, index };
            if let Some(why) = self.blocked(halt) {
                self.pass_over(stage, at, step, why);
                continue;
            }
            let finished = step::run(stage, at, step, &self.scope, halt).await;
            self.take(stage, at, step, finished);
            if !step.spec.enforce && halt.reason().is_some() {
                self.overtaken = Some(step.name.clone());
            }
        }
    }

    /// Tells of every step of a list that it was not reached.
    pub(crate) fn skip(&mut self, stage: &Stage, phase: Phase, steps: &[Step], why: &str) {
        for (index, step) in steps.iter().enumerate() {
            let at = StepRef { case: self.case, phase, index };
            self.pass_over(stage, at, step, format!("not reached: {why}"));
        }
    }

    /// Takes in what came of a guard.
    pub(crate) fn guarded(&mut self, stage: &Stage, guarded: Guarded) {
        let Guarded { at, name, outcome, subjects, lacks, witness } = guarded;
        let outcome = self.unless_shadowed(outcome, lacks);
        self.tested(subjects);
        self.judged |= judges(&outcome);
        if let Some(witness) = self.decide(stage, at, outcome, witness) {
            self.memory.keep_of_guard(&name, witness);
        }
    }

    /// What the steps saw and must not come twice, to be looked at once more; nothing where something failed.
    pub(crate) fn sightings(&mut self) -> Vec<Sighting> {
        let all = std::mem::take(&mut self.sightings);
        if self.whole { all } else { Vec::new() }
    }

    /// Takes in what is said of a step that had passed.
    pub(crate) fn revise(&mut self, stage: &Stage, revised: Revised) {
        let Revised { at, outcome, witness } = revised;
        self.decide(stage, at, outcome, witness);
    }

    /// Something is still there, or may be.
    pub(crate) fn left_behind(&mut self, stage: &Stage, leftover: Leftover, verdict: Verdict) {
        if self.left.as_ref().is_none_or(|(worst, _)| *worst < verdict) {
            self.left = Some((verdict, format!("{}: {}", leftover.what, leftover.why)));
        }
        stage.sink.tell(Fact::LeftBehind { case: self.case, leftover });
    }

    /// The worst that is to be said of what is left behind, and why; none where nothing is.
    pub(crate) fn left(&self) -> Option<&(Verdict, String)> {
        self.left.as_ref()
    }

    /// Takes note of what ended the attempt from outside.
    pub(crate) fn halted(&mut self, halt: Option<Halt>) {
        let Some(halt) = halt else { return };
        let (verdict, words) = match (&halt, &self.overtaken) {
            (Halt::Stopped(_), _) => (Verdict::Aborted, halt.words()),
            // The step that was cut short has said already what that means, unless there was none.
            (Halt::TimedOut(_), _) if self.verdict > Verdict::Passed => return,
            // A shadow check decides nothing: what it kept others from seeing is not known, and else all was seen.
            (Halt::TimedOut(_), Some(_)) if !self.unreached => return,
            (Halt::TimedOut(_), Some(shadow)) => (Verdict::Inconclusive, halt.used_by(shadow)),
            (Halt::TimedOut(_) | Halt::Guard(_), _) => (Verdict::Failed, halt.words()),
        };
        if self.verdict < verdict {
            self.verdict = verdict;
            self.own.get_or_insert_with(|| Decided::from_outside(words));
        }
    }

    /// Tells what waited for evidence. The first failure gets all of it.
    pub(crate) fn tell_rest(&mut self, stage: &Stage, collected: Collected) {
        let Collected { around, mut evidence } = collected;
        self.around = around;
        if !self.untold.is_empty() {
            evidence.extend(self.memory.exchanges());
        }
        for (at, mut outcome) in std::mem::take(&mut self.untold) {
            evidence.retain(|one| !outcome.evidence.contains(one));
            outcome.evidence.append(&mut evidence);
            tell(stage, at, outcome);
        }
    }

    /// Keeps names and values for later steps.
    pub(crate) fn keep(&mut self, kept: Vec<(String, Bound)>) {
        for (name, value) in kept {
            self.scope.bind(name, value);
        }
    }

    /// Index of the case in the plan.
    pub(crate) fn case(&self) -> usize {
        self.case
    }

    /// The names that later steps see.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether the way forward is open.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// What is said of the attempt so far. Nothing that was judged has passed nothing.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.verdict {
            Verdict::Passed if !self.judged => Verdict::Skipped,
            verdict => verdict,
        }
    }

    /// Whether any expectation was judged.
    pub(crate) fn judged_any(&self) -> bool {
        self.judged
    }

    /// Closes the attempt.
    pub(crate) fn end(self) -> Ended {
        let verdict = self.verdict();
        let Self { own, memory, around, notes, .. } = self;
        Ended { verdict, own, memory, around, notes }
    }

    /// Notes what was tested, once each: guards and steps look at the same services.
    fn tested(&mut self, subjects: Vec<String>) {
        for subject in subjects {
            if !self.notes.contains(&subject) {
                self.notes.push(subject);
            }
        }
    }

    fn blocked(&self, halt: &HaltListener) -> Option<String> {
        match halt.reason() {
            Some(halt) => Some(format!("not reached: {}", halt.words())),
            None if !self.whole => Some("not reached: an earlier step failed".to_owned()),
            None => None,
        }
    }

    fn pass_over(&mut self, stage: &Stage, at: StepRef, step: &Step, why: String) {
        self.unreached |= step.spec.enforce;
        tell(stage, at, unlooked(step, Verdict::Skipped, why));
    }

    fn take(&mut self, stage: &Stage, at: StepRef, step: &Step, finished: Finished) {
        let Finished { mut outcome, kept, what: _, subjects, unanswered, lacks, nulls, sighted, witness } = finished;
        if let (Some(cause), Some(seen)) = (&mut outcome.cause, lacks.as_ref().and_then(|name| self.nulls.get(name))) {
            *cause = format!("{cause}; {seen}");
        }
        self.nulls.extend(nulls);
        let shadowed = lacks.as_ref().is_some_and(|name| self.shadowed.contains(name));
        let outcome = self.unless_shadowed(outcome, lacks);
        self.tested(subjects);
        // One that its own `when` skips does not keep anything back.
        if !step.spec.enforce && (shadowed || outcome.verdict != Verdict::Skipped) {
            let missing = step.spec.keeps().filter(|name| !kept.iter().any(|(kept, _)| kept == name));
            self.shadowed.extend(missing.map(str::to_owned));
        }
        self.keep(kept);
        if let Some((what, why)) = unanswered {
            let left = Leftover { step: step.name.clone(), what, why, attempt: None };
            self.left_behind(stage, left, Verdict::Inconclusive);
        }
        // What goes without saying was not asked for.
        self.judged |= judges(&outcome) && step.spec.implied.is_none();
        if let Some(request) = sighted.filter(|_| at.phase == Phase::Step) {
            self.sightings.push(Sighting::new(at, request, outcome.clone()));
        }
        if let Some(witness) = self.decide(stage, at, outcome, witness) {
            self.memory.keep(&step.name, witness);
        }
    }

    /// A shadow check decides nothing, so it must not keep others from deciding either: what needs a value that one should
    /// have brought was not skipped, it could not be seen.
    fn unless_shadowed(&self, mut outcome: Outcome, lacks: Option<String>) -> Outcome {
        if let Some(name) = lacks.filter(|name| outcome.enforced && self.shadowed.contains(name)) {
            outcome.verdict = Verdict::Inconclusive;
            outcome.cause = Some(format!("needs {name}, which a shadow check (enforce: false) did not bring"));
        }
        outcome
    }

    /// Lets an outcome bear on the verdict; a failed one waits for evidence before it is told. Gives the witness back
    /// unless its step decided.
    fn decide(&mut self, stage: &Stage, at: StepRef, outcome: Outcome, witness: Witness) -> Option<Witness> {
        let witness = if outcome.enforced { self.weigh(at, &outcome, witness) } else { Some(witness) };
        if outcome.verdict == Verdict::Failed {
            self.untold.push((at, outcome));
        } else {
            tell(stage, at, outcome);
        }
        witness
    }

    fn weigh(&mut self, at: StepRef, outcome: &Outcome, witness: Witness) -> Option<Witness> {
        let stops = match outcome.verdict {
            Verdict::Failed | Verdict::Aborted => true,
            Verdict::Inconclusive => at.phase == Phase::Ready,
            Verdict::Passed | Verdict::Skipped => false,
        };
        self.whole &= !stops;
        if outcome.verdict <= self.verdict {
            return Some(witness);
        }
        self.verdict = outcome.verdict;
        let said = outcome.cause.clone().unwrap_or_else(|| outcome.verdict.to_string());
        let broken = outcome.expectations.iter().filter(|judged| judged.held == Some(false));
        let broken = broken.map(|judged| judged.text.clone()).collect();
        self.own = Some(Decided { at: Some(at), said, broken, witness });
        None
    }
}

/// Whether something was judged that counts.
fn judges(outcome: &Outcome) -> bool {
    outcome.enforced && outcome.expectations.iter().any(|judged| judged.held.is_some())
}

/// Tells what came of a step. For one of `finally` that is all: the verdict stays as it is.
pub(crate) fn tell(stage: &Stage, at: StepRef, outcome: Outcome) {
    stage.sink.tell(Fact::StepEnded { step: at, outcome });
}
