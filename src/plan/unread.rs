//! `--var` for something that nothing reads: a slip of the finger, or a demand that nobody would hold the system to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::order::Order;
use super::site::Site;
use super::variables::Definition;
use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::expr::{Reference, Template};
use crate::scenario::{Project, Scenario};

/// What is given and stands nowhere in the project.
pub(super) fn anywhere(project: &Project, order: &Order) -> Vec<Diagnostic> {
    if order.vars.is_empty() {
        return Vec::new();
    }
    let known = known(project, order);
    let mut sorted: Vec<&str> = known.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let unread = order.vars.iter().filter(|(name, _)| !known.contains(name));
    let problem = |(name, _): &(String, String)| {
        let problem = Diagnostic::nowhere(format!("nothing reads the variable `{name}` that --var gives"));
        match nearest(name, sorted.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("variables are read as `vars.NAME`"),
        }
    };
    unread.map(problem).collect()
}

fn known(project: &Project, order: &Order) -> HashSet<String> {
    let config = &project.config;
    let targets = config.targets.iter().flat_map(|target| &target.vars);
    let scenarios = project.scenarios.iter().flat_map(|scenario| &scenario.vars);
    let defined = config.vars.iter().chain(targets).chain(scenarios).map(|(name, _)| name.clone());
    let sandbox = order.sandbox_vars.iter().map(|(name, _)| name.clone());
    let references = project.scenarios.iter().flat_map(|scenario| references(scenario));
    let read = references.filter(|reference| reference.path.first().is_some_and(|root| root == "vars"));
    defined.chain(sandbox).chain(read.filter_map(|reference| reference.path.get(1).cloned())).collect()
}

/// What is given and read by nothing that was selected, though it stands somewhere in the project. A gate that was told
/// what must run and does not look at that would be green on anything.
pub(super) fn by_selected(project: &Project, site: &Site<'_>, selected: &[Arc<Scenario>]) -> Vec<Diagnostic> {
    let order = site.order;
    if !order.vars_must_be_read || order.vars.is_empty() || selected.is_empty() {
        return Vec::new();
    }
    let known = known(project, order);
    let target = Read::target(site);
    let reads: Vec<Read> = selected.iter().map(|scenario| Read::scenario(scenario, site)).chain([target]).collect();
    let unread = order.vars.iter().map(|(name, _)| name.as_str());
    let unread = unread.filter(|name| known.contains(*name) && !reads.iter().any(|read| read.has(name)));
    unread.map(|name| problem(name, project, site, selected)).collect()
}

/// Which of those that are given a scenario reads, or its target; none where none is given.
pub(super) fn read_by(scenario: &Scenario, site: &Site<'_>) -> Option<Vec<String>> {
    let given = &site.order.vars;
    if given.is_empty() {
        return None;
    }
    let target = Read::target(site);
    let reads = [Read::scenario(scenario, site), target];
    let names = given.iter().map(|(name, _)| name).filter(|name| reads.iter().any(|read| read.has(name)));
    Some(names.cloned().collect())
}

fn problem(name: &str, project: &Project, site: &Site<'_>, selected: &[Arc<Scenario>]) -> Diagnostic {
    let ids = |scenarios: &[&Arc<Scenario>]| listed(scenarios.iter().map(|scenario| scenario.id.as_str()));
    let selected = ids(&selected.iter().collect::<Vec<_>>());
    let readers: Vec<_> =
        project.scenarios.iter().filter(|scenario| Read::scenario(scenario, site).has(name)).collect();
    let problem = Diagnostic::nowhere(format!(
        "no selected scenario reads the variable `{name}` that --var gives: selected is {selected}"
    ));
    if readers.is_empty() {
        return problem.help("no other scenario reads it either: leave it out");
    }
    problem.help(format!("it is read by {}: select that, or leave the variable out", ids(&readers)))
}

/// Everything that a scenario reads, all through.
pub(super) fn references(scenario: &Scenario) -> Vec<&Reference> {
    let settings = scenario.timeout.iter().chain(&scenario.exclusive).flat_map(Template::references);
    let lists = [&scenario.ready, &scenario.guards, &scenario.steps, &scenario.finally];
    settings.chain(lists.into_iter().flatten().flat_map(|step| step.references())).collect()
}

/// Which variables something reads, by way of others too.
enum Read {
    /// It reads `vars` as a whole, or asks for some of them.
    Any,
    Names(HashSet<String>),
}

impl Read {
    fn target(site: &Site<'_>) -> Self {
        Self::by(site.target.templates().flat_map(Template::references).collect(), site, None)
    }

    fn scenario(scenario: &Scenario, site: &Site<'_>) -> Self {
        Self::by(references(scenario), site, Some(scenario))
    }

    fn by<'plan>(mut open: Vec<&'plan Reference>, site: &'plan Site<'_>, scenario: Option<&'plan Scenario>) -> Self {
        let definitions: HashMap<&str, Definition<'_>> = site.definitions(scenario).into_iter().collect();
        let mut names = HashSet::new();
        while let Some(Reference { path, .. }) = open.pop() {
            match path.as_slice() {
                [root] if root == "vars" => return Self::Any,
                [root, name, ..] if root == "vars" && names.insert(name.clone()) => {
                    if let Some(Definition::Written(template)) = definitions.get(name.as_str()) {
                        open.extend(template.references());
                    }
                }
                _ => {}
            }
        }
        Self::Names(names)
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(name),
        }
    }
}
