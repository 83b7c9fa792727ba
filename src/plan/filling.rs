//! Fills in one case: a scenario with one row, its variables, names and durations known.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::case::{Case, Step};
use super::comparisons;
use super::order::Order;
use super::programs;
use super::rows::Draft;
use super::secrets::Vault;
use super::site::Site;
use super::unread::{self, references};
use super::variables::{Variables, on_target};
use crate::diagnostic::Diagnostic;
use crate::expr::{Scope, Template, Truth};
use crate::probe::Probe;
use crate::scenario::{duration, judges, missing, model};
use crate::span;

/// How long a scenario may take that does not say so.
const TIMEOUT: Duration = Duration::from_mins(10);
/// How long a step waits that does not say so.
const WITHIN: Duration = Duration::from_mins(1);

/// Fills in a case; what is wrong with it goes to `problems`.
pub(super) fn build(
    draft: Draft,
    site: &Site<'_>,
    vault: &mut Vault<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Case> {
    let scenario = Arc::clone(&draft.scenario);
    let mut scope = site.scope.clone();
    if let Some(row) = draft.row {
        scope.bind("row", row);
    }
    let definitions = site.definitions(Some(&scenario));
    let mut variables = Variables::new(definitions, vault, scope, site.target);
    variables.read(&references(&scenario));
    let scope = variables.bound();
    let mut filling = Filling { site, variables, problems: Vec::new(), names: HashMap::new(), sound: true };
    let timeout = scenario.timeout.as_ref().and_then(|template| filling.duration(template, &scope));
    let exclusive = scenario.exclusive.as_ref().and_then(|template| filling.text(template, &scope));
    let case = Case {
        id: draft.id,
        name: draft.name,
        file: scenario.source.path.clone(),
        timeout: site.order.timeout.or(timeout).unwrap_or(TIMEOUT),
        unmet: programs::reason(&scenario),
        reads: unread::read_by(&scenario, site),
        exclusive,
        retries: site.order.retries.or(scenario.retries).unwrap_or_default(),
        ready: filling.steps(&scenario.ready, &scope),
        guards: filling.steps(&scenario.guards, &scope),
        steps: filling.steps(&scenario.steps, &scope),
        finally: filling.steps(&scenario.finally, &scope),
        scope,
    };
    let sound = filling.sound;
    problems.append(&mut filling.problems);
    problems.extend(filling.variables.into_problems());
    sound.then_some(case)
}

/// Fills in the steps of one case.
struct Filling<'f, 'p, 'v, 'c> {
    site: &'f Site<'p>,
    variables: Variables<'f, 'v, 'c>,
    problems: Vec<Diagnostic>,
    names: HashMap<String, bool>,
    sound: bool,
}

impl Filling<'_, '_, '_, '_> {
    fn steps(&mut self, specs: &[Arc<model::Step>], scope: &Scope) -> Vec<Step> {
        specs.iter().filter_map(|spec| self.step(spec, scope)).collect()
    }

    fn step(&mut self, spec: &Arc<model::Step>, scope: &Scope) -> Option<Step> {
        let scope = as_far_as_known(spec, scope);
        self.reachable(spec, &scope);
        self.files(spec, &scope);
        self.expected(spec, &scope);
        self.problems.extend(comparisons::unlike(spec, &scope));
        let name = self.name(&spec.name, &scope);
        let mut duration =
            |template: &Option<Template>| template.as_ref().and_then(|template| self.duration(template, &scope));
        let (within, every, hold) = (duration(&spec.within), duration(&spec.every), duration(&spec.hold));
        self.patient(spec, within);
        let waits = !spec.until.is_empty() || (spec.expect.is_empty() && judges(spec)) || demands(spec);
        let within = within.or_else(|| waits.then_some(WITHIN));
        Some(Step { name: name?, within, every, hold, spec: Arc::clone(spec) })
    }

    /// Names are what history keys on: the same in every run, and no two alike.
    fn name(&mut self, template: &Template, scope: &Scope) -> Option<String> {
        let name = self.text(template, scope)?;
        if self.variables.differs_by_variables(template) {
            let problem = Diagnostic::at(template.location(), "the name of this step changes from run to run");
            self.problems.push(problem.help("names never hold ids or times, so that a step keeps its history"));
        }
        // That two names are written alike is seen when the scenario is read.
        let before = self.names.insert(name.clone(), template.is_fixed());
        if before.is_some_and(|fixed| !fixed || !template.is_fixed()) {
            let problem =
                Diagnostic::at(template.location(), format!("two steps of this scenario are called `{name}`"));
            self.problems.push(problem.help("reports tell steps apart by name"));
        }
        Some(name)
    }

    fn text(&mut self, template: &Template, scope: &Scope) -> Option<String> {
        match template.evaluate_text(scope) {
            Ok(text) => Some(text),
            Err(error) => {
                self.sound = false;
                self.variables.complain(template, error);
                None
            }
        }
    }

    fn duration(&mut self, template: &Template, scope: &Scope) -> Option<Duration> {
        let text = self.text(template, scope)?;
        match duration::parse(&text) {
            Ok(duration) => Some(duration),
            Err(no) => {
                self.problems.push(Diagnostic::at(template.location(), no.message).help(no.help));
                None
            }
        }
    }

    /// A step cannot look at what the target does not have.
    fn reachable(&mut self, spec: &model::Step, scope: &Scope) {
        let target = self.site.target;
        let missing = match &spec.probe {
            _ if target.sandbox => None,
            Probe::Http(http) => {
                let path = http.url.evaluate_text(scope).is_ok_and(|url| url.starts_with('/'));
                (path && target.api.is_none()).then_some("api")
            }
            Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) => target.aws.is_none().then_some("aws"),
            Probe::Terraform(_) | Probe::PythonDeps(_) => None,
            Probe::Exec(exec) => (exec.aws && target.aws.is_none()).then_some("aws"),
        };
        if let Probe::Exec(exec) = &spec.probe
            && exec.aws
            && target.aws.as_ref().is_some_and(|aws| aws.role_arn.is_some())
        {
            let message = format!("`aws: true` cannot pass on the `role_arn` of the target `{}`", target.name);
            let help = "name a `profile` that assumes the role: every AWS client can use that";
            self.problems.push(Diagnostic::at(&spec.location, message).help(help));
        }
        if let Some(key) = missing {
            let kind = spec.probe.kind();
            let message = format!("the target `{}` has no `{key}` for this {kind} step", target.name);
            let help =
                format!("add `{key}` to the target in smoke.yaml, or leave the target out of the scenario's `targets`");
            self.problems.push(Diagnostic::at(&spec.location, message).help(help));
        }
    }

    /// That something is not in a log takes time to know.
    fn patient(&mut self, spec: &model::Step, within: Option<Duration>) {
        let (Some(template), Some(within), Some(lag)) = (&spec.within, within, self.site.log_lag) else { return };
        if within > lag || !spec.wants_whole_log() {
            return;
        }
        let words = |long: Duration| span::in_words(span::millis(long));
        let message = format!(
            "within {} it cannot be known that something is not in a log: a line may become visible {} late",
            words(within),
            words(lag)
        );
        let problem = Diagnostic::at(template.location(), on_target(&message, &self.site.target.name));
        self.problems
            .push(problem.help("give it a longer `within`; how late lines may be is `aws.log_lag` of the target"));
    }

    /// What must run has to be said so that it can be told from something else.
    fn expected(&mut self, spec: &model::Step, scope: &Scope) {
        let Probe::Ecs(ecs) = &spec.probe else { return };
        if let Some((location, error)) = ecs.misworded(scope) {
            self.problems.push(Diagnostic::at(location, error.message));
        }
    }

    /// Files whose names are known before the run begins must be there, unless it is known as well that the step will
    /// be skipped.
    fn files(&mut self, spec: &model::Step, scope: &Scope) {
        let skipped = spec.when.as_ref().is_some_and(|when| matches!(when.truth(scope), Truth::Broken { .. }));
        if !skipped {
            // What is written out was looked for when the scenario was read.
            let name = |template: &Template| template.evaluate_text(scope).ok().filter(|_| !template.is_fixed());
            let missing = missing(spec, &name, self.site.modules);
            self.problems.extend(missing.into_iter().map(|problem| named_from_outside(problem, spec, self.site.order)));
        }
    }
}

/// Where the name of a file that is not there came from the command line, that is where it can be mended.
fn named_from_outside(problem: Diagnostic, spec: &model::Step, order: &Order) -> Diagnostic {
    let named = spec.probe.files().into_iter().chain(spec.probe.folder());
    let mut named = named.filter(|template| problem.location.as_ref() == Some(template.location()));
    let reads = named.next().map(Template::references).unwrap_or_default();
    let given = order.vars.iter().rev().find(|(name, _)| {
        reads.iter().any(|read| matches!(read.path.as_slice(), [root, field] if root == "vars" && field == name))
    });
    let Some((name, value)) = given else { return problem };
    let shown = crate::scenario::shown(&spec.dir);
    let dir = if shown.is_empty() { ".".to_owned() } else { shown };
    problem.help(format!(
        "the name comes from the command line, `--var {name}={value}`, and is seen from {dir}, where the scenario lies"
    ))
}

fn demands(spec: &model::Step) -> bool {
    spec.probe.waits()
}

/// The names of `use` … `with` whose values are known before the run begins.
fn as_far_as_known<'s>(spec: &model::Step, scope: &'s Scope) -> Cow<'s, Scope> {
    let mut scope = Cow::Borrowed(scope);
    for (name, template) in &spec.with {
        if let Ok(value) = template.evaluate(&scope) {
            scope.to_mut().bind(name, value);
        }
    }
    scope
}
