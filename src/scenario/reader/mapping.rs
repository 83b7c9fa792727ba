//! Mappings, held against the table of keys that they may have.

use std::collections::BTreeSet;

use super::Reader;
use super::loanwords::ours;
use super::misplaced::home;
use crate::diagnostic::{Diagnostic, Location, listed, nearest};
use crate::scenario::schema::{Object, PROBES};
use crate::scenario::yaml::{Data, Key, Node};

/// A mapping whose keys have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Mapping<'n> {
    entries: &'n [(Key, Node)],
    /// The first line of it.
    pub(crate) head: Location,
    /// How many of its keys nobody knows; they were complained of.
    unknown: usize,
    /// Names that its unknown keys were most likely meant to be.
    meant: Vec<&'static str>,
}

impl<'n> Mapping<'n> {
    /// What stands under a key.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|(_, node)| node)
    }

    /// A key and what stands under it.
    pub(crate) fn entry(&self, name: &str) -> Option<(&'n Key, &'n Node)> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(key, node)| (key, node))
    }

    /// Whether an unknown key, which was complained of, was meant to be one of these: then nobody is told that it is missing.
    pub(crate) fn means(&self, names: &[&str]) -> bool {
        self.meant.iter().any(|meant| names.contains(meant))
    }

    /// Whether it has keys that nobody knows, of which something that is missing may be one.
    pub(crate) fn has_unknown(&self) -> bool {
        self.unknown > 0
    }

    /// Those of `names` that are there, in the order in which they were written.
    pub(crate) fn among(&self, names: &[&str]) -> Vec<&'n (Key, Node)> {
        self.entries.iter().filter(|(key, _)| names.contains(&key.name.as_str())).collect()
    }
}

impl Reader {
    /// Takes a mapping with known keys. Nothing at all is an empty one.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, object: &'static Object) -> Option<Mapping<'n>> {
        let entries = self.entries_or(node, || no_mapping(node, object.what).help(taken(object)))?;
        let unknown = entries.iter().map(|(key, _)| key).filter(|key| !object.names().any(|name| name == key.name));
        let slips: Vec<_> = unknown.map(|key| (key, meant(&key.name, object))).collect();
        for (key, meant) in &slips {
            self.complain(unknown_key(key, object, *meant));
        }
        let mapping = Mapping {
            entries,
            head: node.head(),
            unknown: slips.len(),
            meant: slips.into_iter().filter_map(|(_, meant)| meant).collect(),
        };
        for key in object.keys.iter().filter(|key| key.required) {
            if mapping.get(key.name).is_none() && !mapping.means(&[key.name]) {
                let message = format!("{} needs `{}`", object.what, key.name);
                self.complain(Diagnostic::at(&mapping.head, message).help(lower(key.about)));
            }
        }
        Some(mapping)
    }

    /// Takes a mapping whose keys the user chose, in order.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        self.entries_or(node, || no_mapping(node, what))
    }

    /// The entries of a mapping; a complaint where it is none. Nothing at all has none.
    fn entries_or<'n>(&mut self, node: &'n Node, complaint: impl FnOnce() -> Diagnostic) -> Option<&'n [(Key, Node)]> {
        match &node.data {
            Data::Map(entries) => {
                self.refuse_repeated(entries);
                Some(entries)
            }
            _ if node.is_nothing() => Some(&[]),
            _ => {
                self.complain(complaint());
                None
            }
        }
    }

    fn refuse_repeated(&mut self, entries: &[(Key, Node)]) {
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if seen.insert(key.name.as_str()) {
                continue;
            }
            let problem = Diagnostic::at(&key.location, format!("`{}` stands here a second time", key.name));
            if key.name == "name" && entries.iter().any(|(key, _)| PROBES.contains(&key.name.as_str())) {
                // All that follows is that of another step.
                return self.complain(problem.help("each step begins with `- `: a second one begins here"));
            }
            self.complain(problem);
        }
    }

    /// Takes a list; one that is not there is a complaint, an empty one is not.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, of: &str) -> &'n [Node] {
        if let Data::List(items) = &node.data {
            return items;
        }
        self.unexpected(node, &format!("a list of {of}"));
        &[]
    }
}

fn no_mapping(node: &Node, what: &str) -> Diagnostic {
    Diagnostic::at(&node.head(), format!("{what} is a mapping, found {}", node.kind()))
}

/// The key that was most likely meant.
fn meant(word: &str, object: &'static Object) -> Option<&'static str> {
    let names = || object.keys.iter().map(|key| key.name);
    ours(word, names()).or_else(|| {
        if home(word, object).is_some() {
            return None;
        }
        let near = nearest(word, names())?;
        names().find(|name| *name == near)
    })
}

fn unknown_key(key: &Key, object: &Object, meant: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::at(&key.location, format!("{} has no key `{}`", object.what, key.name));
    match meant {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.help(home(&key.name, object).unwrap_or_else(|| taken(object))),
    }
}

fn taken(object: &Object) -> String {
    let names = listed(object.names());
    if names.is_empty() { "it takes none".to_owned() } else { format!("it takes {names}") }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
