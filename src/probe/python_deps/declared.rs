//! What a project says of itself, and in which table.

use std::fmt;

use pep508_rs::MarkerTree;

use super::requirement::{Place, Requirement};

/// Which table something stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    /// `project.dependencies`, or Poetry's own: what is always installed.
    Main,
    /// `project.optional-dependencies.NAME`.
    Optional(String),
    /// `dependency-groups.NAME` (PEP 735), or a group of Poetry's.
    Named(String),
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Main => f.write_str("dependencies"),
            Self::Optional(name) => write!(f, "extra {name}"),
            Self::Named(name) => write!(f, "group {name}"),
        }
    }
}

/// The way to an entry through the file: keys, and an index where the last table is a list. None where it stands in
/// another file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Way {
    pub(super) keys: Vec<String>,
    pub(super) index: Option<usize>,
}

/// One entry.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) requirement: Requirement,
    pub(super) group: Group,
    pub(super) way: Way,
}

/// What a project says of itself.
#[derive(Debug)]
pub(super) struct Project {
    /// Its own name, normalised.
    pub(super) name: Option<String>,
    /// The Pythons that it runs on, where it says so.
    pub(super) python: Option<MarkerTree>,
    /// Every entry of every table.
    pub(super) declared: Vec<Declared>,
    /// Every table that there is, those without an entry too.
    pub(super) tables: Vec<(Group, Place)>,
    /// Why an entry cannot be read, which matters where its table is chosen.
    pub(super) unread: Vec<(Group, String)>,
    /// Where it says that a build decides what it needs.
    pub(super) dynamic: Option<Place>,
    /// Where it says that a build decides what its extras are.
    pub(super) dynamic_extras: Option<Place>,
    /// The requirements files that setuptools reads what it needs from, relative to its folder.
    pub(super) files: Vec<String>,
}

impl Project {
    /// Whether an entry names the project itself: that only selects more of its extras.
    pub(super) fn is_named_in(&self, declared: &Declared) -> bool {
        Some(declared.requirement.name.as_str()) == self.name.as_deref()
    }
}
