//! `--var` for something that nothing reads: a slip of the finger, or a demand that nobody would hold the system to.

use std::collections::HashSet;
use std::sync::Arc;

use super::order::Order;
use super::reads::Read;
use super::site::Site;
use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::expr::{Reference, Template};
use crate::scenario::{Project, Scenario};

/// What is given and stands nowhere in the project.
pub(super) fn anywhere(project: &Project, order: &Order) -> Vec<Diagnostic> {
    if order.vars.is_empty() {
        return Vec::new();
    }
    let known = known(project, order);
    let mut sorted: Vec<&str> = known.iter().copied().collect();
    sorted.sort_unstable();
    let unread = order.vars.iter().filter(|(name, _)| !known.contains(name.as_str()));
    let problem = |(name, _): &(String, String)| {
        let problem = Diagnostic::nowhere(format!("nothing reads the variable `{name}` that --var gives"));
        match nearest(name, sorted.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("variables are read as `vars.NAME`"),
        }
    };
    unread.map(problem).collect()
}

fn known<'p>(project: &'p Project, order: &'p Order) -> HashSet<&'p str> {
    let config = &project.config;
    let targets = config.targets.iter().flat_map(|target| &target.vars);
    let scenarios = project.scenarios.iter().flat_map(|scenario| &scenario.vars);
    let defined = config.vars.iter().chain(targets).chain(scenarios).map(|(name, _)| name.as_str());
    let sandbox = order.sandbox_vars.iter().map(|(name, _)| name.as_str());
    let references = project.scenarios.iter().flat_map(|scenario| references(scenario));
    let read = references.filter(|reference| reference.path.first().is_some_and(|root| root == "vars"));
    defined.chain(sandbox).chain(read.filter_map(|reference| reference.path.get(1).map(String::as_str))).collect()
}

/// What is given and read by nothing that was selected, though it stands somewhere in the project. A gate that was told
/// what must run and does not look at that would be green on anything.
pub(super) fn by_selected<'p>(project: &'p Project, site: &Site<'p>, selected: &'p [Arc<Scenario>]) -> Vec<Diagnostic> {
    let order = site.order;
    if !order.vars_must_be_read || order.vars.is_empty() || selected.is_empty() {
        return Vec::new();
    }
    let known = known(project, order);
    let reads: Vec<Read<'_>> = selected.iter().map(|scenario| read(scenario, site)).collect();
    let is_read = |name: &str| site.reads.has(name) || reads.iter().any(|read| read.has(name));
    let unread = order.vars.iter().map(|(name, _)| name.as_str());
    let unread = unread.filter(|name| known.contains(name) && !is_read(name));
    unread.map(|name| problem(name, project, site, selected)).collect()
}

/// Which of those that are given a scenario reads, or its target; none where none is given.
pub(super) fn read_by<'p>(scenario: &'p Scenario, site: &Site<'p>) -> Option<Vec<String>> {
    let given = &site.order.vars;
    if given.is_empty() {
        return None;
    }
    let read = read(scenario, site);
    let names = given.iter().map(|(name, _)| name).filter(|name| site.reads.has(name) || read.has(name));
    Some(names.cloned().collect())
}

fn problem<'p>(name: &str, project: &'p Project, site: &Site<'p>, selected: &[Arc<Scenario>]) -> Diagnostic {
    let ids = |scenarios: &[&Arc<Scenario>]| listed(scenarios.iter().map(|scenario| scenario.id.as_str()));
    let selected = ids(&selected.iter().collect::<Vec<_>>());
    let readers: Vec<_> = project.scenarios.iter().filter(|scenario| read(scenario, site).has(name)).collect();
    let problem = Diagnostic::nowhere(format!(
        "no selected scenario reads the variable `{name}` that --var gives: selected is {selected}"
    ));
    if readers.is_empty() {
        return problem.help("no other scenario reads it either: leave it out");
    }
    problem.help(format!("it is read by {}: select that, or leave the variable out", ids(&readers)))
}

fn read<'p>(scenario: &'p Scenario, site: &Site<'p>) -> Read<'p> {
    Read::by(references(scenario), &site.definitions(Some(scenario)))
}

/// Everything that a scenario reads, all through.
pub(super) fn references(scenario: &Scenario) -> Vec<&Reference> {
    let settings = scenario.timeout.iter().chain(&scenario.exclusive).flat_map(Template::references);
    let lists = [&scenario.ready, &scenario.guards, &scenario.steps, &scenario.finally];
    settings.chain(lists.into_iter().flatten().flat_map(|step| step.references())).collect()
}
