//! Where the names come from that clean-up goes by, and whether they name anything.

use std::collections::BTreeMap;

use super::notes::{makes, roots};
use crate::event::Phase;
use crate::expr::{Expression, Reference, Scope, Truth, Value, to_text};
use crate::plan::{Case, Step};

/// From here on a JSON number is no longer kept digit by digit.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// The names that the steps of a case bring, each with whether its step may make something.
#[derive(Debug)]
pub(crate) struct Origins(BTreeMap<String, bool>);

impl Origins {
    /// Of the steps that come before clean-up.
    pub(crate) fn of(case: &Case) -> Self {
        let lists = [(Phase::Ready, &case.ready), (Phase::Step, &case.steps)];
        let steps = lists.into_iter().flat_map(|(phase, steps)| steps.iter().map(move |step| (phase, step)));
        let names = |(phase, step): (Phase, &Step)| {
            let makes = makes(phase, &step.spec.probe);
            step.spec.keeps().map(|name| (name.to_owned(), makes)).collect::<Vec<_>>()
        };
        Self(steps.flat_map(names).collect())
    }

    /// Why something is left where a step of `finally` lacks a name: what it takes away was made and is known, and only
    /// what was to be read of it is not. None where nothing may have been made.
    pub(crate) fn half_known(&self, step: &Step, scope: &Scope, lacking: &str) -> Option<String> {
        if self.0.get(lacking) != Some(&false) {
            return None;
        }
        let made = |name: &String| self.0.get(name) == Some(&true);
        let known = roots(step).into_iter().filter(made).find_map(|name| Some((scope.get(&name)?, name)));
        let (value, name) = known?;
        let shown = if is_simple(value) { format!(" ({})", to_text(value)) } else { String::new() };
        Some(format!("needs {lacking}, which was never captured, though {name}{shown} was"))
    }

    /// Why a step of `finally` would not find what it is to take away: in an address `null` leads elsewhere, and nothing
    /// at all to the whole collection.
    pub(crate) fn nameless(&self, step: &Step, scope: &Scope) -> Option<String> {
        let skips = |when: &Expression| matches!(when.truth(scope), Truth::Broken { .. });
        if step.spec.when.as_ref().is_some_and(skips) {
            return None;
        }
        let paths = taken(step).into_iter().map(|read| read.path.as_slice());
        let mut brought = paths.filter(|path| self.0.contains_key(&path[0]));
        brought.find_map(|path| {
            let why = no_name(scope.read(path)?)?;
            Some(format!("{} {why}, and names nothing that could be taken away", path.join(".")))
        })
    }
}

/// What the step's probe takes, seen through the names of `use … with`.
fn taken(step: &Step) -> Vec<&Reference> {
    step.spec.with.iter().rev().fold(step.spec.probe.references(), |read, (name, template)| {
        let (through, mut others): (Vec<_>, Vec<_>) = read.into_iter().partition(|read| read.path[0] == *name);
        if !through.is_empty() {
            others.extend(template.references());
        }
        others
    })
}

fn no_name(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => Some("is null"),
        Value::String(text) if text.is_empty() => Some("is empty"),
        Value::Float(number) if number.abs() >= INEXACT => Some("is a number of more digits than are kept"),
        _ => None,
    }
}

fn is_simple(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Int(_) | Value::UInt(_))
}
