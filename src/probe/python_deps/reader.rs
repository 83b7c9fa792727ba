//! What has been read of a `pyproject.toml` so far.

use toml_edit::{Table, TableLike};

use super::declared::{Declared, Group, Way};
use super::requirement::{Place, Requirement};
use crate::diagnostic::line_at;

/// What must be a table where it is there at all.
const TABLES: [&[&str]; 8] = [
    &["project"],
    &["project", "optional-dependencies"],
    &["dependency-groups"],
    &["tool"],
    &["tool", "poetry"],
    &["tool", "poetry", "dependencies"],
    &["tool", "poetry", "extras"],
    &["tool", "poetry", "group"],
];

pub(super) struct Reader<'text> {
    pub(super) text: &'text str,
    pub(super) file: &'text str,
    pub(super) found: Vec<Declared>,
    pub(super) tables: Vec<(Group, Place)>,
    /// Entries that cannot be read: they matter where their table is chosen.
    pub(super) unread: Vec<(Group, String)>,
}

impl Reader<'_> {
    /// Holds that tables are tables: `[[project]]` would say nothing of what the project needs.
    ///
    /// # Errors
    /// The first that is none, with its place.
    pub(super) fn hold_tables(&self, root: &Table) -> Result<(), String> {
        for keys in TABLES {
            let Some((last, above)) = keys.split_last() else { continue };
            let item = table(root, above).and_then(|it| it.get(last));
            if let Some(other) = item.filter(|item| !item.is_table_like()) {
                return Err(format!("{}: {} must be a table", self.place(other.span()), keys.join(".")));
            }
        }
        Ok(())
    }

    pub(super) fn add(&mut self, requirement: Requirement, group: &Group, keys: &[&str], index: Option<usize>) {
        let way = Way { keys: keys.iter().map(|key| (*key).to_owned()).collect(), index };
        self.found.push(Declared { requirement, group: group.clone(), way });
    }

    /// Each group has what stands in others too.
    pub(super) fn include(&mut self, all: &[(Group, Vec<Group>)]) {
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for (group, others) in all {
            let theirs = self.found.iter().filter(|declared| others.contains(&declared.group));
            found.extend(theirs.map(|declared| Declared { group: group.clone(), ..declared.clone() }));
            let theirs = self.unread.iter().filter(|(other, _)| others.contains(other));
            unread.extend(theirs.map(|(_, why)| (group.clone(), why.clone())));
        }
        self.found.extend(found);
        self.unread.extend(unread);
    }

    /// Where a key stands, by the way to it.
    pub(super) fn below(&self, root: &Table, keys: &[&str]) -> Place {
        let span = keys.split_last().and_then(|(last, above)| table(root, above)?.get_key_value(last)?.0.span());
        self.place(span)
    }

    pub(super) fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        Place { file: self.file.to_owned(), line: span.map_or(1, |span| line_at(self.text, span.start)) }
    }
}

/// A table below another, by its keys.
pub(super) fn table<'t>(from: &'t Table, keys: &[&str]) -> Option<&'t dyn TableLike> {
    keys.iter().try_fold(from as &dyn TableLike, |table, key| table.get(key)?.as_table_like())
}

/// Whether this is what builds the project, as far as it says what does.
pub(super) fn built_by(root: &Table, backend: &str) -> bool {
    let named = table(root, &["build-system"]).and_then(|it| it.get("build-backend")?.as_str());
    named.is_none_or(|named| named.starts_with(backend))
}
