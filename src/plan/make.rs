//! From what was asked for to what will run.

use chrono::DateTime;

use super::case::Case;
use super::filling::build;
use super::order::Order;
use super::rows::{self, Draft};
use super::secrets::{Fetching, Vault};
use super::site::Site;
use super::variables::{Variables, on_target};
use super::{select, target, unread};
use crate::abreast::longest_first;
use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::event::Planned;
use crate::probe::terraform::Modules;
use crate::redact::Secret;
use crate::scenario::config::Target;
use crate::scenario::{Project, Scenario, tidy};
use crate::target::TargetSettings;

/// Everything that one `smoke run` will do, in plan order.
#[derive(Debug)]
pub struct Plan {
    /// Name of the target.
    pub target: String,
    /// What to send to, and what to look at.
    pub target_settings: TargetSettings,
    /// Every secret that the target or a selected scenario names, and what else must not be told: secrets of `smoke.yaml`
    /// that are at hand, and smoke's own credentials. By name.
    pub secrets: Vec<(String, Secret)>,
    /// What runs.
    pub cases: Vec<Case>,
    /// All that was to be shared out, in plan order, where this is one part of it.
    pub whole: Option<Vec<Planned>>,
}

impl Plan {
    /// Selects, expands matrices, fills in variables, names and durations, fetches the secrets that are named, and
    /// holds every expression against what is in scope where it stands.
    ///
    /// # Errors
    /// Everything that is wrong, at once: an unknown target, nothing selected, an undefined name, an unset secret, a
    /// duration that is none, a file that is not there, a scenario with nothing to judge.
    pub fn make(project: &Project, order: &Order) -> Result<Self, Vec<Diagnostic>> {
        Self::with(project, order, Fetching::Real(order.given_up.clone()))
    }

    /// The same without fetching secrets: something stands in for each. Such a plan must not be run.
    ///
    /// # Errors
    /// As for [`Plan::make`], but for secrets.
    pub fn pretend(project: &Project, order: &Order) -> Result<Self, Vec<Diagnostic>> {
        Self::with(project, order, Fetching::Pretended)
    }

    fn with(project: &Project, order: &Order, fetching: Fetching) -> Result<Self, Vec<Diagnostic>> {
        let target = find(project, &order.target).map_err(|problem| vec![problem])?;
        let mut problems = unread::anywhere(project, order);
        let scenarios = select::select(project, target, order, &mut problems);
        let modules = Modules::default();
        let mut site = Site::new(&project.config, target, order, &modules);
        problems.extend(unread::by_selected(project, &site, &scenarios));
        let drafts: Vec<_> =
            scenarios.iter().flat_map(|scenario| rows::expand(scenario, &site, &mut problems)).collect();
        let whole = order.shard.map(|_| drafts.iter().map(Draft::planned).collect());
        let drafts = select::share(drafts, order, &mut problems);
        let mut vault = Vault::new(&project.config, fetching);
        let target_settings = settings(&site, &mut vault, &mut problems);
        site.settle(&target_settings);
        let cases: Vec<_> =
            drafts.into_iter().filter_map(|draft| build(draft, &site, &mut vault, &mut problems)).collect();
        if !problems.is_empty() {
            vault.clean(&mut problems);
            tidy(&mut problems);
            return Err(problems);
        }
        let secrets = vault.into_secrets();
        Ok(Self { target: target.name.clone(), target_settings, secrets, cases, whole })
    }

    /// Takes over how the sandbox is reached, which is only known once it runs: from then on `target.api` has its URL
    /// in every case.
    pub fn settle(&mut self, settings: TargetSettings) {
        for case in &mut self.cases {
            target::settle(&mut case.scope, &settings);
        }
        self.target_settings = settings;
    }
}

/// What is wrong with any scenario on any target that it admits, found without secrets and without a network: what
/// `smoke check` adds to the problems of [`Project::survey`]. `sandbox_vars` are those that the sandbox brings.
#[must_use]
pub fn check_all(project: &Project, sandbox_vars: &[(String, String)]) -> Vec<Diagnostic> {
    let modules = Modules::default();
    let bytes = |target: &&Target| {
        let admitted = project.scenarios.iter().filter(|scenario| select::admits(scenario, target));
        admitted.map(|scenario| scenario.source.text.len() as u64).sum()
    };
    let check = |target: &&Target| check_on(project, target, sandbox_vars, &modules);
    let targets: Vec<&Target> = meant_targets(project).collect();
    let found = longest_first(&targets, bytes, check);
    let mut problems = merge(targets.iter().map(|target| target.name.as_str()).zip(found).collect());
    tidy(&mut problems);
    problems
}

/// The targets that somebody means to run on: those of `smoke.yaml`, and the sandbox that every project has where
/// `smoke.yaml` names no other, or a scenario lists it.
pub fn meant_targets(project: &Project) -> impl Iterator<Item = &Target> {
    let targets = project.config.targets.iter();
    targets.filter(|target| !is_spare(target, project) || project.scenarios.iter().any(|it| lists(it, target)))
}

/// Whether a target is there only because every project has it, beside others that were written down.
fn is_spare(target: &Target, project: &Project) -> bool {
    target.is_implied() && project.config.targets.len() > 1
}

fn lists(scenario: &Scenario, target: &Target) -> bool {
    scenario.targets.iter().flatten().any(|(name, _)| *name == target.name)
}

/// What is wrong on several targets in the same way, said once: with their names, unless it is so on all of them.
fn merge(found: Vec<(&str, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = found.len();
    let mut merged: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for (target, problems) in found {
        let suffix = on_target("", target);
        for mut problem in problems {
            let Some(length) = problem.message.strip_suffix(&suffix).map(str::len) else {
                merged.push((problem, Vec::new()));
                continue;
            };
            problem.message.truncate(length);
            match merged.iter_mut().find(|(other, targets)| !targets.is_empty() && *other == problem) {
                Some((_, targets)) if targets.contains(&target) => {}
                Some((_, targets)) => targets.push(target),
                None => merged.push((problem, vec![target])),
            }
        }
    }
    let named = |(mut problem, targets): (Diagnostic, Vec<&str>)| {
        problem.message = match targets.as_slice() {
            named if named.is_empty() || named.len() == all => problem.message,
            [target] => on_target(&problem.message, target),
            _ => format!("{} for the targets {}", problem.message, listed(targets.iter().copied())),
        };
        problem
    };
    merged.into_iter().map(named).collect()
}

pub(super) fn check_on(
    project: &Project,
    target: &Target,
    sandbox_vars: &[(String, String)],
    modules: &Modules,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let order = rehearsal(target, sandbox_vars);
    let mut vault = Vault::new(&project.config, Fetching::Pretended);
    let mut site = Site::new(&project.config, target, &order, modules);
    let settings = settings(&site, &mut vault, &mut problems);
    site.settle(&settings);
    let spare = is_spare(target, project);
    let meant = |scenario: &Scenario| select::admits(scenario, target) && (!spare || lists(scenario, target));
    for scenario in project.scenarios.iter().filter(|scenario| meant(scenario)) {
        for draft in rows::expand(scenario, &site, &mut problems) {
            build(draft, &site, &mut vault, &mut problems);
        }
    }
    problems
}

/// An order for everything on a target, which nobody will carry out.
fn rehearsal(target: &Target, sandbox_vars: &[(String, String)]) -> Order {
    let order = Order::new(&target.name, "check", DateTime::UNIX_EPOCH);
    Order { sandbox_vars: sandbox_vars.to_vec(), ..order }
}

fn find<'p>(project: &'p Project, name: &str) -> Result<&'p Target, Diagnostic> {
    let targets = &project.config.targets;
    targets.iter().find(|target| target.name == name).ok_or_else(|| {
        let problem = Diagnostic::nowhere(format!("smoke.yaml has no target `{name}`"));
        let names = || targets.iter().map(|target| target.name.as_str());
        match nearest(name, names()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("it has {}", listed(names()))),
        }
    })
}

fn settings(site: &Site<'_>, vault: &mut Vault<'_>, problems: &mut Vec<Diagnostic>) -> TargetSettings {
    let mut variables = Variables::new(site.definitions(None), vault, site.scope.clone(), site.target);
    let settings = target::settings(site.target, &mut variables);
    problems.extend(variables.into_problems());
    settings.map_err(|more| problems.extend(more)).unwrap_or_default()
}
