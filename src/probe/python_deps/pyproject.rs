//! `pyproject.toml`: every table in which a project says what it needs.

use std::fmt;

use toml_edit::{Document, Item, Table, TableLike, Value};

use super::entry::{self, Entry};
use super::link::shown;
use super::requirement::{Place, Requirement, normalised};
use crate::diagnostic::line_at;

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

/// The way to an entry through the file: keys, and an index where the last table is a list.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Every entry of every table.
    pub(super) declared: Vec<Declared>,
    /// Every table that there is, those without an entry too.
    pub(super) tables: Vec<(Group, Place)>,
    /// Where it says that a build decides what it needs.
    pub(super) dynamic: Option<Place>,
    /// Where it says that a build decides what its extras are.
    pub(super) dynamic_extras: Option<Place>,
}

/// Reads all tables.
///
/// # Errors
/// The first thing that cannot be read, with its place.
pub(super) fn read(text: &str, file: &str) -> Result<Project, String> {
    let document = Document::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        format!("{file}:{line}: {}", error.message().replace('\n', ", "))
    })?;
    let mut reader = Reader { text, file, found: Vec::new(), tables: Vec::new() };
    reader.hold_tables(document.as_table())?;
    reader.project(document.as_table())?;
    reader.groups(document.as_table())?;
    reader.poetry(document.as_table())?;
    let project = table(document.as_table(), &["project"]);
    let dynamic = |what: &str| {
        let mut names = project.and_then(|project| project.get("dynamic")?.as_array()).into_iter().flatten();
        names.find(|name| name.as_str() == Some(what)).map(|name| reader.place(name.span()))
    };
    let (dynamic, dynamic_extras) = (dynamic("dependencies"), dynamic("optional-dependencies"));
    let poetry = || table(document.as_table(), &["tool", "poetry"]);
    let name = project.or_else(poetry).and_then(|project| normalised(project.get("name")?.as_str()?).ok());
    Ok(Project { name, declared: reader.found, tables: reader.tables, dynamic, dynamic_extras })
}

/// Whether the file says what it needs in Poetry's tables only.
pub(super) fn is_poetry(document: &Table) -> bool {
    let standard = table(document, &["project"]).is_some_and(|project| project.contains_key("dependencies"));
    !standard && table(document, &["tool", "poetry", "dependencies"]).is_some()
}

/// A table below another, by its keys.
pub(super) fn table<'t>(from: &'t Table, keys: &[&str]) -> Option<&'t dyn TableLike> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(from.get(first)?.as_table_like()?, |table, key| table.get(key)?.as_table_like())
}

struct Reader<'text> {
    text: &'text str,
    file: &'text str,
    found: Vec<Declared>,
    tables: Vec<(Group, Place)>,
}

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

impl Reader<'_> {
    /// Holds that tables are tables: `[[project]]` would say nothing of what the project needs.
    fn hold_tables(&self, root: &Table) -> Result<(), String> {
        for keys in TABLES {
            let Some((last, above)) = keys.split_last() else { continue };
            let item = if above.is_empty() { root.get(last) } else { table(root, above).and_then(|it| it.get(last)) };
            let other = item.filter(|item| !item.is_table_like());
            if let Some(other) = other {
                let line = self.line(other.span());
                return Err(format!("{}:{line}: {} must be a table", self.file, keys.join(".")));
            }
        }
        Ok(())
    }

    fn project(&mut self, root: &Table) -> Result<(), String> {
        let Some(project) = table(root, &["project"]) else { return Ok(()) };
        if let Some(list) = project.get("dependencies") {
            self.list(list, &Group::Main, &["project", "dependencies"])?;
        }
        for (name, list) in
            project.get("optional-dependencies").and_then(Item::as_table_like).iter().flat_map(|it| it.iter())
        {
            self.list(list, &Group::Optional(normalised(name)?), &["project", "optional-dependencies", name])?;
        }
        Ok(())
    }

    /// PEP 735. A group that includes another has that one's entries too.
    fn groups(&mut self, root: &Table) -> Result<(), String> {
        let Some(groups) = table(root, &["dependency-groups"]) else { return Ok(()) };
        for (name, list) in groups.iter() {
            self.list(list, &Group::Named(normalised(name)?), &["dependency-groups", name])?;
        }
        for (name, _) in groups.iter() {
            let mut included = Vec::new();
            self.included(groups, name, &mut vec![normalised(name)?], &mut included)?;
            let group = Group::Named(normalised(name)?);
            self.found.extend(included.into_iter().map(|declared| Declared { group: group.clone(), ..declared }));
        }
        Ok(())
    }

    fn included(
        &self,
        groups: &dyn TableLike,
        name: &str,
        open: &mut Vec<String>,
        found: &mut Vec<Declared>,
    ) -> Result<(), String> {
        let list = groups.iter().find(|(key, _)| normalised(key).as_deref() == normalised(name).as_deref());
        for entry in list.and_then(|(_, list)| list.as_array()).iter().flat_map(|list| list.iter()) {
            let Some(other) = entry.as_inline_table().and_then(|table| table.get("include-group")?.as_str()) else {
                continue;
            };
            let (line, other) = (self.line(entry.span()), normalised(other)?);
            if open.contains(&other) {
                return Err(format!("{}:{line}: the group {other} includes itself", self.file));
            }
            if !groups.iter().any(|(key, _)| normalised(key).as_deref() == Ok(other.as_str())) {
                return Err(format!("{}:{line}: there is no group {other} to include", self.file));
            }
            let group = Group::Named(other.clone());
            found.extend(self.found.iter().filter(|declared| declared.group == group).cloned());
            open.push(other.clone());
            self.included(groups, &other, open, found)?;
            open.pop();
        }
        Ok(())
    }

    fn list(&mut self, list: &Item, group: &Group, keys: &[&str]) -> Result<(), String> {
        let Some(array) = list.as_array() else {
            let line = self.line(list.span());
            return Err(format!("{}:{line}: {} must be a list", self.file, keys.join(".")));
        };
        self.tables.push((group.clone(), self.place(list.span())));
        for (index, entry) in array.iter().enumerate() {
            let place = self.place(entry.span());
            match entry {
                Value::String(text) => {
                    let requirement = Requirement::parse(text.value(), place.clone())
                        .map_err(|why| format!("{place}: `{}` is no requirement: {why}", shown(text.value())))?;
                    self.add(requirement, group, keys, Some(index));
                }
                Value::InlineTable(table) if table.contains_key("include-group") => {}
                _ => return Err(format!("{place}: a dependency must be text")),
            }
        }
        Ok(())
    }

    fn add(&mut self, requirement: Requirement, group: &Group, keys: &[&str], index: Option<usize>) {
        let way = Way { keys: keys.iter().map(|key| (*key).to_owned()).collect(), index };
        self.found.push(Declared { requirement, group: group.clone(), way });
    }

    fn poetry(&mut self, root: &Table) -> Result<(), String> {
        if !is_poetry(root) && table(root, &["tool", "poetry", "group"]).is_none() {
            return Ok(());
        }
        if is_poetry(root) {
            self.poetry_table(root, &["tool", "poetry", "dependencies"], &Group::Main)?;
        }
        self.poetry_table(root, &["tool", "poetry", "dev-dependencies"], &Group::Named("dev".to_owned()))?;
        self.poetry_extras(root)?;
        for (name, _) in table(root, &["tool", "poetry", "group"]).iter().flat_map(|groups| groups.iter()) {
            let group = Group::Named(normalised(name)?);
            self.poetry_table(root, &["tool", "poetry", "group", name, "dependencies"], &group)?;
        }
        Ok(())
    }

    fn poetry_table(&mut self, root: &Table, keys: &[&str], group: &Group) -> Result<(), String> {
        let Some(entries) = table(root, keys) else { return Ok(()) };
        self.tables.push((group.clone(), self.below(root, keys)));
        for (name, item) in entries.iter().filter(|(name, _)| *name != "python") {
            let key = entries.get_key_value(name).and_then(|(key, _)| key.span());
            let place = self.place(key.or_else(|| item.span()));
            let several = item.as_array().map(|list| list.iter().collect::<Vec<_>>());
            let one = item.as_value().map(|value| vec![value]);
            let keys: Vec<&str> = keys.iter().copied().chain([name]).collect();
            for value in several.or(one).unwrap_or_default() {
                let (requirement, optional) =
                    entry::requirement(name, Entry::Value(value), &place).map_err(|why| format!("{place}: {why}"))?;
                self.add_poetry(root, requirement, group, (&keys, optional));
            }
            if let Some(table) = item.as_table() {
                let (requirement, optional) =
                    entry::requirement(name, Entry::Table(table), &place).map_err(|why| format!("{place}: {why}"))?;
                self.add_poetry(root, requirement, group, (&keys, optional));
            }
        }
        Ok(())
    }

    /// Extras name what stands in Poetry's main table.
    fn poetry_extras(&mut self, root: &Table) -> Result<(), String> {
        let keys = ["tool", "poetry", "extras"];
        for (name, _) in table(root, &keys).iter().flat_map(|extras| extras.iter()) {
            let place = self.below(root, &[&keys[..], &[name]].concat());
            self.tables.push((Group::Optional(normalised(name)?), place));
        }
        Ok(())
    }

    /// Where a key stands, by the way to it.
    fn below(&self, root: &Table, keys: &[&str]) -> Place {
        let span = keys.split_last().and_then(|(last, above)| table(root, above)?.get_key_value(last)?.0.span());
        self.place(span)
    }

    /// What is optional belongs to the extras that name it.
    fn add_poetry(&mut self, root: &Table, requirement: Requirement, group: &Group, (keys, optional): (&[&str], bool)) {
        if !optional {
            return self.add(requirement, group, keys, None);
        }
        let extras = table(root, &["tool", "poetry", "extras"]);
        for (extra, names) in extras.iter().flat_map(|extras| extras.iter()) {
            let names = names.as_array().into_iter().flat_map(|names| names.iter()).filter_map(Value::as_str);
            if names.into_iter().any(|name| normalised(name).as_deref() == Ok(requirement.name.as_str())) {
                let extra = normalised(extra).unwrap_or_else(|_| extra.to_owned());
                self.add(requirement.clone(), &Group::Optional(extra), keys, None);
            }
        }
    }

    fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        Place { file: self.file.to_owned(), line: self.line(span) }
    }

    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        span.map_or(1, |span| line_at(self.text, span.start))
    }
}
