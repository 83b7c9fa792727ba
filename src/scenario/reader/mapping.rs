//! Mappings, held against the table of keys that they may have.

use std::collections::HashSet;

use super::Reader;
use crate::diagnostic::{Diagnostic, Location, nearest};
use crate::scenario::schema::Object;
use crate::scenario::yaml::{Data, Key, Node};

/// A mapping whose keys have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Mapping<'n> {
    entries: &'n [(Key, Node)],
    /// The first line of it.
    pub(crate) head: Location,
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

    /// Those of `names` that are there, in the order in which they were written.
    pub(crate) fn among(&self, names: &[&str]) -> Vec<&'n (Key, Node)> {
        self.entries.iter().filter(|(key, _)| names.contains(&key.name.as_str())).collect()
    }
}

impl Reader {
    /// Takes a mapping with known keys. Nothing at all is an empty one.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, object: &'static Object) -> Option<Mapping<'n>> {
        let entries = self.entries(node, object.what)?;
        for (key, _) in entries {
            if !object.names().any(|name| name == key.name) {
                self.complain(unknown_key(key, object));
            }
        }
        let mapping = Mapping { entries, head: node.head() };
        for key in object.keys.iter().filter(|key| key.required) {
            if mapping.get(key.name).is_none() {
                let message = format!("{} needs `{}`", object.what, key.name);
                self.complain(Diagnostic::at(&mapping.head, message).help(lower(key.about)));
            }
        }
        Some(mapping)
    }

    /// Takes a mapping whose keys the user chose, in order.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        match &node.data {
            Data::Map(entries) => {
                self.refuse_repeated(entries);
                Some(entries)
            }
            _ if node.is_nothing() => Some(&[]),
            _ => {
                let message = format!("{what} is a mapping, found {}", node.kind());
                self.complain(Diagnostic::at(&node.head(), message));
                None
            }
        }
    }

    fn refuse_repeated(&mut self, entries: &[(Key, Node)]) {
        let mut seen = HashSet::new();
        for (key, _) in entries {
            if !seen.insert(key.name.as_str()) {
                self.complain(Diagnostic::at(&key.location, format!("`{}` stands here a second time", key.name)));
            }
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

fn unknown_key(key: &Key, object: &Object) -> Diagnostic {
    let problem = Diagnostic::at(&key.location, format!("{} has no key `{}`", object.what, key.name));
    if let Some(name) = nearest(&key.name, object.names()) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    let names: Vec<String> = object.names().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => problem.help("it takes none"),
        names => problem.help(format!("it takes {}", names.join(", "))),
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
