//! The house rules that a machine can hold: read from the sources' own paths, not from what anybody says of them.
//!
//! * No knots: the files of the crate form no cycle of imports.
//! * Nobody imports upward in the flow of data.
//! * Paths hide nothing: no `super::super`, and no `crate::SomeType` from the root.

mod features;
mod imports;
mod modules;

use std::collections::{BTreeMap, BTreeSet};

use imports::Import;
use modules::Crate;

/// The rooms of the library from the foundations up. A room may use those before it, never those after it.
const ROOMS: &[&str] = &[
    "verdict",
    "abreast",
    "span",
    "family",
    "diagnostic",
    "redact",
    "target",
    "look",
    "expr",
    "event",
    "aws",
    "probe",
    "scenario",
    "plan",
    "need",
    "judge",
    "journal",
    "engine",
    "record",
    "report",
    "doctor",
    "sandbox",
    "door",
];

fn library() -> Crate {
    Crate::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn every_room_has_its_place_in_the_order() {
    let rooms = library().rooms();
    let known = ROOMS.iter().map(|room| (*room).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(rooms, known, "a room is missing in the order, or in src/");
}

#[test]
fn nobody_imports_upward() {
    let library = library();
    let rank = |room: &str| ROOMS.iter().position(|known| *known == room);
    // The binary is above all rooms, and is in none of them.
    let upward = library
        .imports()
        .filter(|(from, import)| rank(room(from)).is_some_and(|from| rank(room(&import.to)) > Some(from)));
    let told = upward.map(|(from, import)| format!("{from} uses {} ({})", import.to, import.path));
    assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn there_are_no_knots_between_modules() {
    let library = library();
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for (from, Import { to, .. }) in library.imports().filter(|(from, import)| *from != import.to) {
        uses.entry(from.to_owned()).or_default().insert(to);
    }
    let knots = knots(&uses);
    let tie = |from: &str, to: &String| knots.iter().any(|knot| knot.contains(from) && knot.contains(to));
    let ties = library.imports().filter(|(from, import)| *from != import.to && tie(from, &import.to));
    let told = ties.map(|(from, import)| format!("{from} uses {} ({})", import.to, import.path));
    assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn paths_hide_nothing() {
    assert_eq!(library().hidden_paths(), Vec::<String>::new());
}

/// The first part of a module's path: `engine` of `engine::wait`.
fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Every set of modules in which each can be reached from each other.
fn knots(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reach = uses.keys().map(|module| (module, reachable(uses, module))).collect::<BTreeMap<_, _>>();
    let together = |one: &String| {
        let mutual = |other: &&String| reach.get(other).is_some_and(|back| back.contains(one));
        reach[one].iter().filter(mutual).cloned().collect::<BTreeSet<_>>()
    };
    uses.keys().map(together).filter(|knot| !knot.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn reachable(uses: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(module) = open.pop() {
        for next in uses.get(&module).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}

#[test]
fn a_knot_is_recognised() {
    let uses = |edges: &[(&str, &str)]| {
        let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in edges {
            uses.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        knots(&uses)
    };
    assert_eq!(uses(&[("a", "b"), ("b", "c"), ("a", "c")]), []);
    let knot = ["a", "b", "c"].map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(uses(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]), [knot]);
}
