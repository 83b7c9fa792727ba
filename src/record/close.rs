//! The end of a scenario and of a run, in order or not: nothing is left without a verdict and a reason.

use chrono::{DateTime, Utc};

use super::{Run, Scenario};
use crate::event::{Leftover, Phase};
use crate::verdict::Verdict;

impl Run {
    /// Makes a valid record of a run that could not even begin, and says why: inconclusive where that is what the exit
    /// code means, else aborted.
    pub fn close_unbegun(&mut self, reason: &str, exit_code: u8, at: DateTime<Utc>) {
        self.broken_off = Some(reason.to_owned());
        let verdict = if exit_code == 3 { Verdict::Inconclusive } else { Verdict::Aborted };
        self.end(verdict, exit_code, at);
    }

    /// Makes a valid record of a run whose events just end, for instance after a panic or a second signal. A run that
    /// has come to its end stays as it is.
    pub fn close_aborted(&mut self, reason: &str, exit_code: u8, at: DateTime<Utc>) {
        if self.ended.is_some() {
            return;
        }
        self.broken_off = Some(reason.to_owned());
        for scenario in self.scenarios.iter_mut().filter(|scenario| scenario.running()) {
            scenario.cause = Some(format!("broken off: {reason}"));
            scenario.leave_behind(reason);
            scenario.give_up(reason, at);
            scenario.verdict = Some(scenario.worst().max(Verdict::Aborted));
            scenario.ended = Some(at);
        }
        self.end(Verdict::Aborted, exit_code, at);
    }

    pub(super) fn end(&mut self, verdict: Verdict, exit_code: u8, at: DateTime<Utc>) {
        let why = self.why_unreached();
        for scenario in self.scenarios.iter_mut().filter(|scenario| scenario.verdict.is_none()) {
            scenario.cause = scenario.cause.take().or_else(|| Some(format!("not reached: {why}")));
            scenario.give_up(&why, at);
            scenario.verdict = Some(if scenario.started.is_some() { Verdict::Aborted } else { Verdict::Skipped });
            scenario.ended = scenario.started.map(|_| at);
        }
        self.verdict = Some(verdict);
        self.exit_code = Some(exit_code);
        self.ended = Some(at);
    }

    fn why_unreached(&self) -> String {
        let signal = self.stopped_by.as_ref().map(|signal| format!("the run was stopped by {signal}"));
        let failed = || self.scenarios.iter().find(|scenario| scenario.verdict == Some(Verdict::Failed));
        let fail_fast = || failed().map(|scenario| format!("{} failed before", scenario.id));
        let broken_off = self.broken_off.clone();
        broken_off.or(signal).or_else(fail_fast).unwrap_or_else(|| "the run ended before".to_owned())
    }
}

impl Scenario {
    pub(super) fn end(&mut self, verdict: Verdict, at: DateTime<Utc>) {
        let why = self.why_ended();
        self.give_up(&why, at);
        self.verdict = Some(verdict);
        self.ended = Some(at);
    }

    fn give_up(&mut self, why: &str, at: DateTime<Utc>) {
        self.all_mut().for_each(|step| step.give_up(why, at));
    }

    /// What `finally` did not come to, where there was something to be cleaned up.
    fn leave_behind(&mut self, why: &str) {
        if !self.steps.iter().any(|step| step.started.is_some()) {
            return;
        }
        let captured = self.ready.iter().chain(&self.steps).flat_map(|step| &step.captured);
        let made: Vec<String> = captured.map(|(name, value)| format!("{name} = {value}")).collect();
        let undone = self.cleanup.iter().filter(|step| step.verdict.is_none());
        let left = undone.map(|step| Leftover {
            step: step.name.clone(),
            what: if made.is_empty() { step.name.clone() } else { made.join(", ") },
            why: why.to_owned(),
            attempt: None,
        });
        let left: Vec<Leftover> = left.collect();
        for left in left {
            self.left(left);
        }
    }

    fn worst(&self) -> Verdict {
        let counted = self.all().filter(|(phase, _, step)| *phase != Phase::Finally && step.enforced);
        counted.filter_map(|(_, _, step)| step.verdict).max().unwrap_or(Verdict::Skipped)
    }

    fn why_ended(&self) -> String {
        let culprit = self.culprit().and_then(|(_, _, step)| step.verdict.map(|verdict| (step, verdict)));
        let culprit = culprit.map(|(step, verdict)| format!("\"{}\" {}", step.name, came_out(verdict)));
        let own = self.cause.as_deref().map(|cause| cause.strip_prefix("not started: ").unwrap_or(cause).to_owned());
        culprit.or(own).unwrap_or_else(|| "the scenario ended before".to_owned())
    }
}

const fn came_out(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Skipped => "was skipped",
        Verdict::Passed => "passed",
        Verdict::Inconclusive => "was inconclusive",
        Verdict::Aborted => "was broken off",
        Verdict::Failed => "failed",
    }
}
