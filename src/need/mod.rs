//! What the scenarios of a target need of AWS: the things that their steps name, and from them the least policy.

mod policy;

use std::collections::BTreeMap;

pub use policy::{Account, policy};

use crate::aws::Thing;
use crate::plan::{Case, Step};
use crate::probe::Probe;

/// What is needed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Every thing that is named, and where it is first: `scenarios/bulk-import.yaml:18`.
    pub things: BTreeMap<Thing, String>,
    /// Steps that name theirs only while they run: their kind, and where they stand.
    pub later: Vec<(&'static str, String)>,
}

impl Needs {
    /// Of some cases.
    #[must_use]
    pub fn of(cases: &[Case]) -> Self {
        let mut needs = Self::default();
        for case in cases {
            let steps = [&case.ready, &case.guards, &case.steps, &case.finally].into_iter().flatten();
            for step in steps {
                needs.add(case, step);
            }
        }
        needs
    }

    /// Whether AWS is looked at at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.things.is_empty() && self.later.is_empty()
    }

    fn add(&mut self, case: &Case, step: &Step) {
        let (probe, location) = (&step.spec.probe, &step.spec.location);
        let place = format!("{}:{}", location.source.path, location.line());
        let scope = step.bound(&case.scope).unwrap_or_else(|_| case.scope.clone());
        // Which tasks are meant is known only then; where they are looked for is known now.
        let request = match probe {
            Probe::Logs(logs) => logs.bare(&scope).map(|query| query.things()),
            Probe::Ecs(_) | Probe::Alarm(_) => probe.resolve(&scope, &step.spec.dir).map(|request| request.things()),
            _ => return,
        };
        let Ok(things) = request else {
            let later = (probe.kind(), place);
            if !self.later.contains(&later) {
                self.later.push(later);
            }
            return;
        };
        for thing in things {
            self.things.entry(thing).or_insert_with(|| place.clone());
        }
    }
}
