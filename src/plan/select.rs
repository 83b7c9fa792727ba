//! Which scenarios run, and which share of them.

use std::path::Path;
use std::sync::Arc;

use super::order::Order;
use super::programs;
use crate::diagnostic::{Diagnostic, listed, nearest};
use crate::event::Shard;
use crate::scenario::config::Target;
use crate::scenario::{Project, Scenario};

/// Whether a scenario may run on a target.
pub(super) fn admits(scenario: &Scenario, target: &Target) -> bool {
    match &scenario.targets {
        Some(names) => names.iter().any(|(name, _)| *name == target.name),
        None => !target.protected,
    }
}

/// What the order selects, in plan order.
pub(super) fn select(
    project: &Project,
    target: &Target,
    order: &Order,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Arc<Scenario>> {
    let wanted = wanted(project, target, order, problems);
    for tag in order.tags.iter().chain(&order.skip_tags) {
        if !tags(project).any(|known| known == tag) {
            let problem = Diagnostic::nowhere(format!("no scenario has the tag `{tag}`"));
            problems.push(suggest(problem, nearest(tag, tags(project))));
        }
    }
    let has = |scenario: &Scenario, tags: &[String]| scenario.tags.iter().any(|tag| tags.contains(tag));
    let chosen = wanted
        .into_iter()
        .filter(|scenario| (order.tags.is_empty() || has(scenario, &order.tags)) && !has(scenario, &order.skip_tags));
    let chosen: Vec<_> = chosen.collect();
    // Whoever asks for a scenario wants to know that it cannot run; whoever asks for all takes what there is.
    if !order.select.is_empty() || !order.tags.is_empty() {
        problems.extend(chosen.iter().flat_map(|scenario| programs::refused(scenario)));
    }
    if chosen.is_empty() && problems.is_empty() {
        problems.push(nothing(project, target));
    }
    chosen
}

fn wanted(project: &Project, target: &Target, order: &Order, problems: &mut Vec<Diagnostic>) -> Vec<Arc<Scenario>> {
    let mut chosen = vec![order.select.is_empty(); project.scenarios.len()];
    for word in &order.select {
        let Some(reading) = Reading::of(word, project) else {
            problems.push(unknown(project, word));
            continue;
        };
        for (chosen, scenario) in chosen.iter_mut().zip(&project.scenarios) {
            let meant = reading.means(word, scenario);
            if meant && reading != Reading::Tag && !admits(scenario, target) {
                problems.push(refused(scenario, target));
            }
            *chosen |= meant;
        }
    }
    let admitted =
        project.scenarios.iter().zip(chosen).filter(|(scenario, chosen)| *chosen && admits(scenario, target));
    admitted.map(|(scenario, _)| Arc::clone(scenario)).collect()
}

/// What a word names: a path before an id, and a tag only where it is neither, so that a scenario can be run alone though
/// others carry its id as a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Path,
    Id,
    Tag,
}

impl Reading {
    fn of(word: &str, project: &Project) -> Option<Self> {
        let readings = [Self::Path, Self::Id, Self::Tag];
        readings.into_iter().find(|reading| project.scenarios.iter().any(|scenario| reading.means(word, scenario)))
    }

    fn means(self, word: &str, scenario: &Scenario) -> bool {
        match self {
            Self::Path => lies_at(scenario, word),
            Self::Id => scenario.id == word,
            Self::Tag => scenario.tags.iter().any(|tag| tag == word),
        }
    }
}

/// Whether a word is the path of a scenario, or of a folder above it.
fn lies_at(scenario: &Scenario, word: &str) -> bool {
    let word = Path::new(word);
    let file = Path::new(&scenario.source.path);
    if file == word {
        return true;
    }
    match (word.canonicalize(), file.canonicalize()) {
        (Ok(word), Ok(file)) => file.starts_with(word),
        _ => false,
    }
}

fn tags(project: &Project) -> impl Iterator<Item = &str> {
    project.scenarios.iter().flat_map(|scenario| scenario.tags.iter().map(String::as_str))
}

fn unknown(project: &Project, word: &str) -> Diagnostic {
    let ids = project.scenarios.iter().map(|scenario| scenario.id.as_str());
    let problem = Diagnostic::nowhere(format!("no target, scenario, tag or file is called `{word}`"));
    let targets = project.config.targets.iter().map(|target| target.name.as_str());
    suggest(problem, nearest(word, ids.chain(tags(project)).chain(targets)))
}

fn refused(scenario: &Scenario, target: &Target) -> Diagnostic {
    let name = &target.name;
    let message = format!("the scenario `{}` does not run on `{name}`", scenario.id);
    match &scenario.targets {
        Some(targets) => {
            let problem = targets.first().map_or_else(
                || Diagnostic::nowhere(message.clone()),
                |(_, location)| Diagnostic::at(location, message.clone()),
            );
            problem.help(format!("its `targets` are {}", listed(targets.iter().map(|(name, _)| name.as_str()))))
        }
        None => {
            Diagnostic::nowhere(message).help(format!("`{name}` is protected: list it in the scenario's `targets`"))
        }
    }
}

fn nothing(project: &Project, target: &Target) -> Diagnostic {
    let problem = Diagnostic::nowhere(format!("nothing to run on `{}`", target.name));
    if project.scenarios.is_empty() {
        let dir = crate::scenario::shown(&project.config.dir.join("scenarios"));
        return problem.help(format!("there is no scenario in {dir}; `smoke init` writes a first one"));
    }
    if target.protected {
        return problem.help("the target is protected: a scenario runs there only if it lists it in `targets`");
    }
    problem.help(format!("`smoke list {}` shows what would run there", target.name))
}

fn suggest(problem: Diagnostic, near: Option<String>) -> Diagnostic {
    match near {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.help("`smoke list` shows what there is"),
    }
}

/// The share of one machine out of several: every n-th, so that neighbours, which tend to take equally long, spread.
pub(super) fn share<T>(cases: Vec<T>, order: &Order, problems: &mut Vec<Diagnostic>) -> Vec<T> {
    let Some((index, number)) = order.shard else { return cases };
    if index == 0 || index > number {
        let problem = Diagnostic::nowhere(format!("there is no shard {index}/{number}"));
        problems.push(problem.help(format!("shards are numbered from 1/{number} to {number}/{number}")));
        return Vec::new();
    }
    let total = cases.len();
    let part: Vec<T> = Shard { index, of: number }.share(cases).collect();
    if part.is_empty() && total > 0 && !order.shard_may_be_empty {
        let (verb, plural) = if total == 1 { ("is", "") } else { ("are", "s") };
        let problem = Diagnostic::nowhere(format!("shard {index}/{number} is empty: there {verb} only {total} to run"));
        problems.push(problem.help(format!("use at most {total} shard{plural}")));
    }
    part
}
