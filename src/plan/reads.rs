//! Which variables a target or a scenario reads.

use std::collections::HashSet;

use super::definition::{Definition, Definitions};
use crate::expr::Reference;

/// Which variables something reads, by way of others too.
#[derive(Debug)]
pub(super) enum Read<'p> {
    /// It reads `vars` as a whole, or asks for some of them.
    Any,
    Names(HashSet<&'p str>),
}

impl<'p> Read<'p> {
    /// Those to which references lead.
    pub(super) fn by(mut open: Vec<&'p Reference>, definitions: &Definitions<'p>) -> Self {
        let mut names = HashSet::new();
        while let Some(Reference { path, .. }) = open.pop() {
            match path.as_slice() {
                [root] if root == "vars" => return Self::Any,
                [root, name, ..] if root == "vars" && names.insert(name.as_str()) => {
                    if let Some(Definition::Written(template)) = definitions.get(name.as_str()).copied() {
                        open.extend(template.references());
                    }
                }
                _ => {}
            }
        }
        Self::Names(names)
    }

    /// Whether a variable is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(name),
        }
    }
}
