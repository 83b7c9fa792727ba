//! Variables that read themselves by way of others, also where nothing else reads them.

use std::collections::HashSet;

use super::definition::{Definition, Definitions};
use super::reads::Read;
use crate::diagnostic::{Diagnostic, Location};
use crate::expr::{Reference, Template};

/// What is said of every variable that is in a circle, once for each of its names.
pub(super) fn all(definitions: &Definitions<'_>) -> Vec<Diagnostic> {
    definitions.keys().filter_map(|name| of(name, definitions)).collect()
}

/// What is said of the circle that a variable is in; the same, whichever of its names that is: at the first of them, where
/// it reads on. What reads `vars` as a whole does not mean itself.
pub(super) fn of(name: &str, definitions: &Definitions<'_>) -> Option<Diagnostic> {
    let leads = |from: &str, to: &str| reached(from, definitions).contains(to);
    let reached = reached(name, definitions);
    if !reached.contains(name) {
        return None;
    }
    let first = reached.into_iter().filter(|other| leads(other, name)).min()?;
    let on = |reference: &&Reference| reference.path.get(1).is_some_and(|next| next == first || leads(next, first));
    let place = reads(first, definitions).find(on)?;
    Some(at(first, &place.location))
}

/// That a variable reads itself, at the place where it does.
pub(super) fn at(name: &str, location: &Location) -> Diagnostic {
    let problem = Diagnostic::at(location, format!("`vars.{name}` reads itself, by way of others"));
    problem.help("give one of them a value of its own")
}

/// The variables to which one leads.
fn reached<'p>(name: &str, definitions: &Definitions<'p>) -> HashSet<&'p str> {
    match Read::by(reads(name, definitions).collect(), definitions) {
        Read::Any => HashSet::new(),
        Read::Names(names) => names,
    }
}

/// Where a variable reads variables.
fn reads<'p>(name: &str, definitions: &Definitions<'p>) -> impl Iterator<Item = &'p Reference> {
    let template = match definitions.get(name) {
        Some(Definition::Written(template)) => Some(*template),
        Some(Definition::Given(_)) | None => None,
    };
    let references = template.into_iter().flat_map(Template::references);
    references.filter(|reference| reference.path.first().is_some_and(|root| root == "vars"))
}
