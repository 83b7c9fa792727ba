//! Variables: the strongest definition of each, filled in when something reads it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::circles;
use super::definition::{Definition, Definitions};
use super::secrets::Vault;
use crate::diagnostic::{Diagnostic, Location, nearest};
use crate::expr::{EvaluationError, Reference, Scope, Template, Value};
use crate::scenario::config::Target;
use crate::scenario::{changes, scalar};

/// The scope with names bound one after the other, each able to read those before it.
pub(super) fn bound(with: &[(String, Arc<Template>)], scope: &Scope) -> Result<Scope, EvaluationError> {
    with.iter().try_fold(scope.clone(), |scope, (name, template)| {
        let value = template.evaluate(&scope)?;
        Ok(scope.with(name, value))
    })
}

/// What became of a variable.
#[derive(Debug, Clone)]
enum State {
    /// It is being filled in just now: whoever reads it again goes in a circle.
    Open,
    /// It has a value, and whether that differs from run to run.
    Known(Value, bool),
    /// It has none, which has been complained about.
    Broken,
}

/// The variables and secrets of one case.
#[derive(Debug)]
pub(super) struct Variables<'p, 'v, 'c> {
    definitions: Definitions<'p>,
    states: BTreeMap<String, State>,
    vault: &'v mut Vault<'c>,
    secrets: BTreeMap<String, Value>,
    scope: Scope,
    target: &'p Target,
    problems: Vec<Diagnostic>,
}

impl<'p, 'v, 'c> Variables<'p, 'v, 'c> {
    /// `scope` has `target`, `run` and `row`.
    pub(super) fn new(
        definitions: Definitions<'p>,
        vault: &'v mut Vault<'c>,
        scope: Scope,
        target: &'p Target,
    ) -> Self {
        let problems = circles::all(&definitions);
        Self { definitions, states: BTreeMap::new(), vault, secrets: BTreeMap::new(), scope, target, problems }
    }

    /// Fills in everything that is read, and says at its place what cannot be.
    pub(super) fn read(&mut self, references: &[&Reference]) {
        for reference in references {
            let field = reference.path.get(1);
            match (reference.path.first().map(String::as_str), field) {
                (Some("vars"), Some(name)) => self.variable(name, &reference.location),
                (Some("vars"), None) => self.every_variable(&reference.location),
                (Some("secret"), Some(name)) => self.secret(name),
                (Some("secret"), None) => self.vault.names().for_each(|name| self.secret(name)),
                _ => {}
            }
        }
    }

    fn every_variable(&mut self, location: &Location) {
        let names: Vec<&str> = self.definitions.keys().copied().collect();
        for name in names {
            // While one variable reads all of them, it cannot mean itself.
            if !matches!(self.states.get(name), Some(State::Open)) {
                self.variable(name, location);
            }
        }
    }

    fn secret(&mut self, name: &str) {
        if !self.secrets.contains_key(name)
            && let Some(secret) = self.vault.get(name, &mut self.problems)
        {
            self.secrets.insert(name.to_owned(), Value::String(secret.reveal().to_owned().into()));
        }
    }

    fn variable(&mut self, name: &str, location: &Location) {
        match self.states.get(name) {
            Some(State::Known(..) | State::Broken) => return,
            Some(State::Open) => {
                // Of any other circle it was said at the beginning.
                if circles::of(name, &self.definitions).is_none() {
                    self.problems.push(circles::at(name, location));
                }
                return;
            }
            None => {}
        }
        let state = match self.definitions.get(name).copied() {
            Some(Definition::Given(text)) => State::Known(scalar::value(text, scalar::Numbers::IfFaithful), false),
            Some(Definition::Written(template)) => {
                self.states.insert(name.to_owned(), State::Open);
                self.read(&template.references());
                self.filled_in(template)
            }
            None => {
                self.problems.push(self.undefined(name, location));
                return;
            }
        };
        self.states.insert(name.to_owned(), state);
    }

    fn filled_in(&mut self, template: &Template) -> State {
        // Most say themselves what they are.
        let scope = if template.is_fixed() { Scope::default() } else { self.bound() };
        match template.evaluate(&scope) {
            Ok(value) => State::Known(value, self.differs(template)),
            Err(error) => {
                self.complain(template, error);
                State::Broken
            }
        }
    }

    /// Notes that a template has no value, unless what it reads has been complained about, or only stands in for a
    /// secret that is not had here.
    pub(super) fn complain(&mut self, template: &Template, error: EvaluationError) {
        let excused = template.references().into_iter().any(|reference| self.excuses(reference));
        if !excused {
            self.problems.push(unfilled(template, error, self.target));
        }
    }

    /// Whether something stands in for secrets.
    pub(super) fn pretends(&self) -> bool {
        self.vault.pretends()
    }

    fn excuses(&self, reference: &Reference) -> bool {
        let field = reference.path.get(1).map(String::as_str);
        match reference.path.first().map(String::as_str) {
            Some("vars") => field.is_none_or(|name| !matches!(self.states.get(name), Some(State::Known(..)))),
            Some("secret") => self.vault.pretends() || field.is_some_and(|name| !self.secrets.contains_key(name)),
            Some("target" | "run" | "row") => false,
            // A name that is not known before the run begins: reading the scenario has said so.
            _ => true,
        }
    }

    /// Whether a template has another value in every run.
    pub(super) fn differs(&self, template: &Template) -> bool {
        let differs = |reference: &Reference| match reference.path.first().map(String::as_str) {
            Some("run" | "secret") => true,
            Some("vars") => {
                reference.path.get(1).is_some_and(|name| matches!(self.states.get(name), Some(State::Known(_, true))))
            }
            _ => false,
        };
        changes(template) || template.references().into_iter().any(differs)
    }

    fn undefined(&self, name: &str, location: &Location) -> Diagnostic {
        let message = on_target(&format!("no variable `{name}` is defined"), &self.target.name);
        let problem = Diagnostic::at(location, message);
        let mut known: Vec<&str> = self.definitions.keys().copied().collect();
        known.sort_unstable();
        problem.help(match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "define it under `vars` in the scenario or in smoke.yaml; `--var {name}=…` gives it to one run only"
            ),
        })
    }

    /// The scope with `vars` and `secret` as far as they are known. What is said of a value in it is cleaned before it is
    /// cut: half a secret would not be found any more.
    pub(super) fn bound(&self) -> Scope {
        let known = self.states.iter().filter_map(|(name, state)| match state {
            State::Known(value, _) => Some((name.clone(), value.clone())),
            State::Open | State::Broken => None,
        });
        let secrets = self.secrets.iter().map(|(name, value)| (name.clone(), value.clone()));
        let mut scope = self.scope.clone().with("vars", map(known)).with("secret", map(secrets));
        let redactor = self.vault.redactor();
        scope.clean_with(move |text| redactor.clean(text).into_owned());
        scope
    }

    /// Whether it is only by way of variables that a template has another value in every run: that it reads the run
    /// itself is seen when the scenario is read.
    pub(super) fn differs_by_variables(&self, template: &Template) -> bool {
        let direct =
            |reference: &Reference| matches!(reference.path.first().map(String::as_str), Some("run" | "secret"));
        self.differs(template) && !changes(template) && !template.references().into_iter().any(direct)
    }

    /// What went wrong; and nothing more can be read.
    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }
}

/// What is wrong where a template has no value before the run begins.
pub(super) fn unfilled(template: &Template, error: EvaluationError, target: &Target) -> Diagnostic {
    let problem = Diagnostic::at(template.location(), error.message);
    let reads_url = |reference: &&Reference| matches!(reference.path.as_slice(), [root, field, ..] if root == "target" && field == "api");
    if !target.sandbox || !template.references().iter().any(reads_url) {
        return problem;
    }
    problem
        .help("the sandbox has its URL only once it runs: a request can go there, but no name, row or variable hold it")
}

/// A message about one target.
pub(super) fn on_target(message: &str, target: &str) -> String {
    format!("{message} for the target `{target}`")
}

/// A CEL map.
pub(super) fn map(entries: impl Iterator<Item = (String, Value)>) -> Value {
    Value::from(entries.collect::<HashMap<String, Value>>())
}
