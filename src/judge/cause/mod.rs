//! Why a scenario failed, from everything that was seen of the system: a table of causes, the deepest first.
//!
//! A service without tasks explains an import that stands still, an alarm that fires, and log lines that never came. So
//! each cause is looked for in what *all* probes saw, and the first that is found is told; what the step itself said then
//! supports it. Where none is found, that sentence is the cause: it names what was expected and what was last seen.

mod credentials;
mod error_line;
mod fired;
mod fleet;
mod idle;
mod ignored;
mod images;
mod lost_lines;
mod nobody;
mod page;
mod redeployed;
mod scene;
mod stuck;
mod twice;

#[cfg(test)]
mod tests;

pub use scene::{Own, Scene};

use crate::verdict::Verdict;

/// Why a scenario did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// One sentence, in the words of the system.
    pub cause: String,
    /// What supports it, a line each.
    pub supports: Vec<String>,
}

/// A plain function of what was seen, which says the sentence where it finds its cause.
type Find = fn(&Scene<'_>) -> Option<String>;

/// What lies in the services themselves, the deepest first.
const OF_SERVICES: [Find; 3] = [images::find, redeployed::find, fleet::find];

/// What lies in the work and on the way to it, the deepest first. A step that looked at a service or an alarm has seen
/// something deeper itself.
const OF_THE_WORK: [Find; 10] = [
    credentials::find,
    nobody::find,
    page::find,
    twice::find,
    error_line::find,
    idle::find,
    stuck::find,
    ignored::find,
    lost_lines::find,
    fired::find,
];

/// Says why. Only a failure has a deeper cause than what the step says: what could not be seen explains nothing.
#[must_use]
pub fn diagnose(verdict: Verdict, scene: &Scene<'_>) -> Diagnosis {
    let said = scene.own.said;
    let of_the_work = if matches!(scene.own.by, Some("ecs" | "alarm")) { &[][..] } else { &OF_THE_WORK[..] };
    let causes = || OF_SERVICES.iter().chain(of_the_work);
    let found = || causes().find_map(|find| find(scene)).filter(|cause| !said.contains(cause.as_str()));
    if verdict != Verdict::Failed {
        return Diagnosis { cause: said.to_owned(), supports: Vec::new() };
    }
    let cause = found().unwrap_or_else(|| said.to_owned());
    let own = (!cause.contains(said)).then(|| said.to_owned());
    let cause = match fleet::last_words(scene, &cause) {
        Some(words) => format!("{cause}; {words}"),
        None => cause,
    };
    let supports = own.into_iter().chain(supports(scene, &cause)).collect();
    Diagnosis { cause, supports }
}

/// What else was seen that bears on it.
fn supports<'scene>(scene: &'scene Scene<'_>, cause: &'scene str) -> impl Iterator<Item = String> + use<'scene> {
    // What the log says last is seldom the cause by itself, and often the reason for it.
    let errors = scene.logs().filter_map(|log| log.error.clone()).filter(|_| scene.own.by != Some("logs"));
    // A log may be silent where the work was done, and the work undone where the log is whole.
    let state = scene.state().filter(|_| scene.own.by == Some("logs"));
    let state = state.map(|state| format!("the API says of it: {state}"));
    let meanwhile = scene.services().filter_map(|service| service.meanwhile.clone());
    let lines = errors.chain(state).chain(meanwhile).filter(move |line| !cause.contains(line.as_str()));
    let mut known = std::collections::BTreeSet::new();
    lines.filter(move |line| known.insert(line.clone()))
}
