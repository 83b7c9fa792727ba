//! Where a step stands after one look.

use crate::event::Judged;
use crate::expr::{Expression, Scope, Truth};
use crate::probe::{Demand, DemandState, LookError, LookErrorKind, Observation, Unknown};
use crate::scenario::model::Step;
use crate::verdict::Verdict;

/// What one look brought.
pub type Seen = Result<Observation, LookError>;

/// What one look says of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Where the step stands.
    pub standing: Standing,
    /// Everything that was judged in this look, in the order in which the step words it.
    pub judged: Vec<Judged>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is decided; looking again would change nothing.
    Settled(Verdict),
    /// Look again while the patience lasts; then `verdict` holds.
    Open {
        /// What is said of it if time runs out now.
        verdict: Verdict,
        /// How long looking again makes sense.
        patience: Patience,
    },
}

/// How long looking again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as the step says (`within`).
    Within,
    /// A few seconds: a gateway's 502 or a broken connection on something that may be asked twice.
    Blink,
    /// Up to half a minute: AWS would not answer just now.
    Throttle,
}

/// Judges one look. `scope` has the observation bound under its name.
#[must_use]
pub fn assess(step: &Step, seen: &Seen, scope: &Scope) -> Assessment {
    match seen {
        Err(error) => Assessment { standing: unseen(step, error), judged: unjudged(step, &error.message) },
        Ok(observation) => look(step, observation, scope),
    }
}

/// Whether the step waits for something, and so has a deadline of its own.
fn waits(step: &Step) -> bool {
    !step.until.is_empty() || step.probe.waits()
}

fn unseen(step: &Step, error: &LookError) -> Standing {
    let within = |verdict| Standing::Open { verdict, patience: Patience::Within };
    match error.kind {
        LookErrorKind::Denied => Standing::Settled(Verdict::Inconclusive),
        LookErrorKind::Unusable => Standing::Settled(Verdict::Failed),
        LookErrorKind::Obscured if waits(step) => within(Verdict::Inconclusive),
        LookErrorKind::Obscured => Standing::Open { verdict: Verdict::Inconclusive, patience: Patience::Throttle },
        LookErrorKind::System | LookErrorKind::Unreachable if !may_repeat(step) => Standing::Settled(Verdict::Failed),
        LookErrorKind::System | LookErrorKind::Unreachable if waits(step) => within(Verdict::Failed),
        LookErrorKind::System | LookErrorKind::Unreachable => {
            Standing::Open { verdict: Verdict::Failed, patience: Patience::Blink }
        }
    }
}

/// Whether the probe may be used again without doing something twice.
fn may_repeat(step: &Step) -> bool {
    step.idempotent || step.probe.idempotent()
}

fn unjudged(step: &Step, reason: &str) -> Vec<Judged> {
    let of = |kind: &str, list: &[Expression]| {
        list.iter().map(|expression| unknown(kind, expression.text(), reason)).collect::<Vec<_>>()
    };
    [of("until", &step.until), of("expect", &step.expect)].concat()
}

fn unknown(kind: &str, text: &str, reason: &str) -> Judged {
    Judged { text: text.to_owned(), kind: kind.to_owned(), held: None, detail: Some(reason.to_owned()) }
}

fn look(step: &Step, observation: &Observation, scope: &Scope) -> Assessment {
    let judge = Judge { observation, scope };
    let mut judged = Vec::new();
    if let Some(broken) = judge.fail_if(&step.fail_if) {
        judged.push(broken);
        return Assessment { standing: Standing::Settled(Verdict::Failed), judged };
    }
    judged.extend(observation.demands().iter().map(demand));
    if observation.demands().iter().any(|demand| matches!(demand.state, DemandState::Broken(_))) {
        return Assessment { standing: Standing::Settled(Verdict::Failed), judged };
    }
    let until = judge.all("until", &step.until);
    let open = not_yet(observation.demands(), &until);
    judged.extend(until.into_iter().map(|one| one.judged));
    if let Some(verdict) = open {
        return Assessment { standing: Standing::Open { verdict, patience: Patience::Within }, judged };
    }
    let expect = judge.all("expect", &step.expect);
    let standing = settle(step, observation, &expect);
    judged.extend(expect.into_iter().map(|one| one.judged));
    Assessment { standing, judged }
}

/// What the look is worth once there is nothing left to wait for.
fn settle(step: &Step, observation: &Observation, expect: &[One]) -> Standing {
    match expect.iter().map(|one| one.verdict).max().unwrap_or(Verdict::Passed) {
        Verdict::Failed if observation.gateway_trouble() && may_repeat(step) => {
            Standing::Open { verdict: Verdict::Failed, patience: Patience::Blink }
        }
        verdict => Standing::Settled(verdict),
    }
}

/// The verdict if time ran out now, where something is still waited for. It is *failed* as soon as one thing that was
/// waited for was seen not to be so; *inconclusive* where all that is missing could not be seen.
fn not_yet(demands: &[Demand], until: &[One]) -> Option<Verdict> {
    let demanded = demands.iter().map(|demand| match demand.state {
        DemandState::Met => Verdict::Passed,
        DemandState::Unknown(_) => Verdict::Inconclusive,
        DemandState::Open(_) | DemandState::Broken(_) => Verdict::Failed,
    });
    demanded.chain(until.iter().map(|one| one.verdict)).max().filter(|worst| *worst != Verdict::Passed)
}

fn demand(demand: &Demand) -> Judged {
    let (held, detail) = match &demand.state {
        DemandState::Met => (Some(true), None),
        DemandState::Open(detail) | DemandState::Broken(detail) => (Some(false), Some(detail.clone())),
        DemandState::Unknown(reason) => (None, Some(reason.clone())),
    };
    Judged { text: demand.text.clone(), kind: demand.kind.to_owned(), held, detail }
}

/// One expression, judged, and what that makes of the step.
struct One {
    judged: Judged,
    verdict: Verdict,
}

struct Judge<'look> {
    observation: &'look Observation,
    scope: &'look Scope,
}

impl Judge<'_> {
    fn all(&self, kind: &str, list: &[Expression]) -> Vec<One> {
        list.iter().map(|expression| self.one(kind, expression)).collect()
    }

    fn one(&self, kind: &str, expression: &Expression) -> One {
        let (verdict, held, detail) = match expression.truth(self.scope) {
            Truth::Held => (Verdict::Passed, Some(true), self.read(expression)),
            Truth::Broken { detail } => (Verdict::Failed, Some(false), Some(self.placed(expression, detail))),
            Truth::Unknown { reason } => {
                let why = self.not_known(expression).map(str::to_owned);
                (Verdict::Inconclusive, None, Some(why.unwrap_or(reason)))
            }
            Truth::Unclear { reason } => match self.not_known(expression) {
                Some(why) => (Verdict::Inconclusive, None, Some(why.to_owned())),
                None => (Verdict::Failed, Some(false), Some(self.placed(expression, reason))),
            },
        };
        One { judged: Judged { text: expression.text().to_owned(), kind: kind.to_owned(), held, detail }, verdict }
    }

    /// What it read, for those who want to know what held.
    fn read(&self, expression: &Expression) -> Option<String> {
        Some(expression.state(self.scope)).filter(|state| !state.is_empty())
    }

    /// What is wrong, with the place in the user's files where it is written, where the observation stems from such.
    fn placed(&self, expression: &Expression, detail: String) -> String {
        let references = expression.references();
        let mut places: Vec<&str> =
            references.iter().filter_map(|reference| self.observation.place(&reference.path)).collect();
        places.dedup();
        if places.is_empty() { detail } else { format!("{detail} ({})", places.join(", ")) }
    }

    /// Why the expression cannot be judged, where it reads something that could not be known.
    fn not_known(&self, expression: &Expression) -> Option<&str> {
        if self.observation.unknowns().is_empty() {
            return None;
        }
        let references = expression.references();
        let reads = |unknown: &&Unknown| {
            references.iter().any(|reference| {
                let read = reference.path.join(".");
                read == unknown.path || read.starts_with(&format!("{}.", unknown.path))
            })
        };
        self.observation.unknowns().iter().find(reads).map(|unknown| unknown.reason.as_str())
    }

    fn fail_if(&self, list: &[Expression]) -> Option<Judged> {
        let held = list.iter().find(|expression| matches!(expression.truth(self.scope), Truth::Held))?;
        Some(Judged {
            text: held.text().to_owned(),
            kind: "fail_if".to_owned(),
            held: Some(false),
            detail: Some(format!("it holds: {}", held.state(self.scope))),
        })
    }
}
