//! What an expression can never come to, by the kinds of what is in scope where it stands.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::{Expression, Kind, Template, Value};
use crate::probe;
use crate::scenario::Config;
use crate::scenario::model::Step;

/// What `run` and `target` have.
const EVERYWHERE: [(&str, Kind); 2] = [
    ("run", Kind::Object(&[("id", Kind::Text), ("started", Kind::Time)])),
    ("target", Kind::Object(&[("name", Kind::Text), ("protected", Kind::Bool), ("api", Kind::Map(&Kind::Any))])),
];

type Kinds<'draft> = BTreeMap<&'draft str, Kind>;

/// Conditions that cannot hold, or cannot but hold, all through a scenario.
pub(super) fn check<'draft>(steps: impl Iterator<Item = &'draft Step>, config: &Config) -> Vec<Diagnostic> {
    let mut kept = Kinds::from(EVERYWHERE);
    let mut problems = Vec::new();
    for step in steps {
        problems.extend(in_step(step, &kept));
        problems.extend(step.conditions().flat_map(|condition| no_target(condition, config)));
        problems.extend(step.asks().flat_map(no_instance));
        if let (Some(name), [(root, _)]) = (step.keep_as.as_deref(), step.probe.brings().as_slice()) {
            kept.insert(name, probe::kind(root));
        }
    }
    problems
}

/// The same in what is filled in before there is a step.
pub(super) fn filled<'draft>(templates: impl Iterator<Item = &'draft Template>) -> Vec<Diagnostic> {
    templates.flat_map(Template::expressions).flat_map(|expression| expression.misfits(&EVERYWHERE)).collect()
}

fn in_step(step: &Step, kept: &Kinds<'_>) -> Vec<Diagnostic> {
    let mut before = kept.clone();
    for (name, _) in &step.with {
        before.remove(name.as_str());
    }
    let mut after = before.clone();
    after.extend(step.probe.brings().iter().map(|(root, _)| (*root, probe::kind(root))));
    let [before, after] = [before, after].map(|kinds| kinds.into_iter().collect::<Vec<_>>());
    let asked = step
        .until
        .iter()
        .chain(&step.fail_if)
        .chain(&step.expect)
        .map(|it| (it, &after))
        .chain(step.when.iter().map(|it| (it, &before)));
    let filled = step.templates().into_iter().flat_map(Template::expressions).flat_map(|it| it.misfits(&before));
    let captured = step.capture.iter().flat_map(|capture| capture.from.misfits(&after));
    let judged = step.until.iter().chain(&step.expect).filter_map(constant);
    asked.flat_map(|(asked, kinds)| condition(asked, kinds)).chain(filled).chain(captured).chain(judged).collect()
}

/// Names of targets that are misspelt: a step whose `when` asks for one is never done, or always. Any other name may be a
/// target of another project that takes in the same steps.
fn no_target(condition: &Expression, config: &Config) -> Vec<Diagnostic> {
    let known = || config.targets.iter().map(|target| target.name.as_str());
    let compared = condition.compared("target").into_iter().filter(|compared| compared.path == ["target", "name"]);
    let unknown = compared.filter_map(|compared| match &compared.literal {
        Value::String(name) if !known().any(|known| known == name.as_str()) => {
            Some((name.to_string(), compared.location()))
        }
        _ => None,
    });
    let problem = |(name, location): (String, _)| {
        let near = nearest(&name, known())?;
        let problem = Diagnostic::at(&location, format!("smoke.yaml has no target `{name}`"));
        Some(problem.help(format!("did you mean `\"{near}\"`?")))
    };
    unknown.filter_map(problem).collect()
}

/// Terraform's files name a resource, and not its instances: that one of these is not there says nothing.
fn no_instance(asked: &Expression) -> Vec<Diagnostic> {
    let instances = asked.keys_of(&["config", "resources"]).into_iter().filter(|address| address.contains('['));
    let problem = |address: &str| {
        let problem =
            Diagnostic::at(asked.location(), format!("`config.resources` has no instances such as `{address}`"));
        let resource = address.split('[').next().unwrap_or(address);
        problem.help(format!("ask for `{resource}`, which has a `count`; a `plan` has each instance"))
    };
    instances.map(problem).collect()
}

fn condition(expression: &Expression, kinds: &[(&str, Kind)]) -> Vec<Diagnostic> {
    expression.unfit_condition(kinds).into_iter().chain(expression.misfits(kinds)).collect()
}

/// Nothing is judged by what nothing can change.
fn constant(expression: &Expression) -> Option<Diagnostic> {
    let always = expression.constant()?;
    let problem = Diagnostic::at(expression.location(), format!("it is always {always}: nothing is judged"));
    Some(problem.help("say what must be true of what the step brings; `when` and `enforce: false` switch a step off"))
}
