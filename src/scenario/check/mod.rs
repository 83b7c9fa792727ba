//! What can be wrong with a scenario that reads well, found without a target.

mod config;
mod kinds;
mod names;
mod scope;
mod undefined;

use std::collections::HashMap;

use super::Config;
use super::reader::{Draft, DraftStep, List};
use crate::diagnostic::{Diagnostic, Location, listed, nearest};
use crate::expr::{Scope, Template};
use crate::probe::Probe;
use crate::probe::terraform::Modules;
use crate::scenario::model::Step;

pub(super) use config::config;
pub(crate) use names::changes;

/// Everything that is wrong with one scenario.
pub(super) fn draft(draft: &Draft, config: &Config, modules: &Modules) -> Vec<Diagnostic> {
    let mut problems = names::check(draft, config);
    // Of what reads something undefined nothing more is certain.
    let written = draft.scenario.vars.iter().map(|(_, value)| value).chain(&draft.scenario.matrix);
    let misfits = kinds::filled(written)
        .into_iter()
        .chain(kinds::check(steps(draft), config))
        .filter(|misfit| !lies_over(misfit, &problems));
    let misfits: Vec<_> = misfits.collect();
    problems.extend(misfits);
    problems.extend(unknown_targets(draft, config));
    problems.extend(repeated_names(draft));
    problems.extend(repeated_captures(draft));
    problems.extend(nothing_judged(draft));
    problems.extend(steps(draft).flat_map(|step| missing_files(step, modules)));
    problems
}

/// Whether a problem is about a stretch in which another was found already.
fn lies_over(problem: &Diagnostic, others: &[Diagnostic]) -> bool {
    let meets = |one: &Location, other: &Location| {
        one.source.path == other.source.path && one.start < other.end && other.start < one.end
    };
    let place = problem.location.as_ref();
    others.iter().filter_map(|other| other.location.as_ref()).any(|other| place.is_some_and(|one| meets(one, other)))
}

fn all(draft: &Draft) -> impl Iterator<Item = &DraftStep> {
    draft.lists.iter().flat_map(|(_, steps)| steps)
}

fn steps(draft: &Draft) -> impl Iterator<Item = &Step> {
    all(draft).filter_map(|step| step.step.as_deref())
}

/// The text of a template that reads nothing.
fn fixed(template: &Template) -> Option<String> {
    if template.references().is_empty() { template.evaluate_text(&Scope::default()).ok() } else { None }
}

fn unknown_targets(draft: &Draft, config: &Config) -> Vec<Diagnostic> {
    let known = || config.targets.iter().map(|target| target.name.as_str());
    let named = draft.scenario.targets.iter().flatten();
    let unknown = named.filter(|(name, _)| !known().any(|target| target == name));
    unknown
        .map(|(name, location)| {
            let problem = Diagnostic::at(location, format!("smoke.yaml has no target `{name}`"));
            let help = nearest(name, known()).map(|name| format!("did you mean `{name}`?"));
            problem.help(help.unwrap_or_else(|| format!("it has {}", listed(known()))))
        })
        .collect()
}

/// Reports tell steps apart by their names.
fn repeated_names(draft: &Draft) -> Vec<Diagnostic> {
    let mut first: HashMap<String, &Location> = HashMap::new();
    let mut problems = Vec::new();
    for step in steps(draft) {
        let Some(name) = fixed(&step.name) else { continue };
        let location = step.name.location();
        if let Some(before) = first.get(&name) {
            let problem = Diagnostic::at(location, format!("two steps of this scenario are called `{name}`"));
            problems.push(problem.help(format!("reports tell steps apart by name; the other is at {before}")));
        } else {
            first.insert(name, location);
        }
    }
    problems
}

fn repeated_captures(draft: &Draft) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, &Location> = HashMap::new();
    let mut problems = Vec::new();
    for kept in all(draft).flat_map(|step| &step.kept) {
        if let Some(before) = first.get(kept.name.as_str()) {
            let problem = Diagnostic::at(&kept.location, format!("`{}` is captured a second time", kept.name));
            problems.push(problem.help(format!("choose another name; the other is at {before}")));
        } else {
            first.insert(&kept.name, &kept.location);
        }
    }
    problems
}

/// Whether a step comes to a verdict that somebody asked for.
pub(crate) fn judges(step: &Step) -> bool {
    step.probe.waits() || !step.until.is_empty() || (!step.expect.is_empty() && step.implied.is_none())
}

fn nothing_judged(draft: &Draft) -> Option<Diagnostic> {
    let deciding = || draft.lists.iter().filter(|(list, _)| *list != List::Finally).flat_map(|(_, steps)| steps);
    // What could not be read might have judged something.
    let judged = deciding().any(|step| !step.sound || step.step.as_deref().is_some_and(judges));
    let empty = deciding().next().is_none();
    (!judged && !empty).then(|| {
        let problem = Diagnostic::at(&draft.location, "this scenario expects nothing, so it could never fail");
        problem.help("say with `expect` in a step what must be true, or with `until` what must come about")
    })
}

/// Files and folders that are named without anything to fill in.
fn missing_files(step: &Step, modules: &Modules) -> Vec<Diagnostic> {
    missing(step, &fixed, modules)
}

/// Files and folders of a step that must be there and are not, or do not declare what they are given values for. `name`
/// fills in a template, where that can be done.
pub(crate) fn missing(step: &Step, name: &dyn Fn(&Template) -> Option<String>, modules: &Modules) -> Vec<Diagnostic> {
    let file = |template: &&Template| name(template).map(|name| (template.location().clone(), step.dir.join(name)));
    let files = step.probe.files();
    let files = files.iter().filter_map(file).filter(|(_, path)| !path.is_file());
    let folder = step.probe.folder();
    let folder = folder.iter().filter_map(file).filter(|(_, path)| !path.is_dir());
    let files = files.map(|(location, path)| not_there(&location, "file", &path));
    let missing = files.chain(folder.map(|(location, path)| not_there(&location, "folder", &path)));
    missing.chain(undeclared(step, name, modules)).collect()
}

fn undeclared(step: &Step, name: &dyn Fn(&Template) -> Option<String>, modules: &Modules) -> Option<Diagnostic> {
    let Probe::Terraform(terraform) = &step.probe else { return None };
    let dir = terraform.dir.as_ref().filter(|_| !terraform.vars.is_empty()).and_then(name)?;
    let (value, variable, help) = terraform.undeclared(&step.dir.join(dir), modules)?;
    let problem = format!("the module declares no variable `{variable}`");
    Some(Diagnostic::at(value.location(), problem).help(help))
}

fn not_there(location: &Location, what: &str, path: &std::path::Path) -> Diagnostic {
    let problem = Diagnostic::at(location, format!("there is no {what} {}", super::source::shown(path)));
    problem.help(format!("a {what} is named relative to the file that names it"))
}
