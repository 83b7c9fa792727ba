//! `pyproject.toml`: every table in which a project says what it needs.

use pep508_rs::MarkerTree;
use toml_edit::{Document, Item, Table, TableLike, Value};

use super::declared::{Group, Project};
use super::link::shown;
use super::reader::{Reader, built_by, table};
use super::requirement::{Place, Requirement, marker, normalised};
use super::{entry, poetry, poetry_tables};

/// Reads all tables.
///
/// # Errors
/// The first thing that cannot be read, with its place.
pub(super) fn read(text: &str, file: &str) -> Result<Project, String> {
    let document = Document::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| crate::diagnostic::line_at(text, span.start));
        format!("{file}:{line}: {}", error.message().replace('\n', ", "))
    })?;
    let root = document.as_table();
    let mut reader = Reader { text, file, found: Vec::new(), tables: Vec::new(), unread: Vec::new() };
    reader.hold_tables(root)?;
    standard(&mut reader, root)?;
    groups(&mut reader, root)?;
    poetry_tables::read(&mut reader, root)?;
    let named = table(root, &["project"]).or_else(|| table(root, &["tool", "poetry"]));
    let dynamic = |what: &str| dynamic(&reader, root, what);
    let files = dynamic("dependencies").map(|_| setuptools_files(root)).unwrap_or_default();
    let (poetry, extras) = (poetry_tables::builds(root), table(root, &["tool", "poetry", "extras"]).is_some());
    Ok(Project {
        name: named.and_then(|project| normalised(project.get("name")?.as_str()?).ok()),
        python: python(root),
        dynamic: dynamic("dependencies").filter(|_| !poetry && files.is_empty()),
        dynamic_extras: dynamic("optional-dependencies").filter(|_| !(poetry && extras)),
        declared: reader.found,
        tables: reader.tables,
        unread: reader.unread,
        files,
    })
}

/// Where the project says that a build decides this.
fn dynamic(reader: &Reader<'_>, root: &Table, what: &str) -> Option<Place> {
    let names = table(root, &["project"])?.get("dynamic")?.as_array()?;
    names.iter().find(|name| name.as_str() == Some(what)).map(|name| reader.place(name.span()))
}

/// The files that setuptools takes dynamic dependencies from: one, or a list.
fn setuptools_files(root: &Table) -> Vec<String> {
    let dependencies = table(root, &["tool", "setuptools", "dynamic", "dependencies"]);
    let file = dependencies.filter(|_| built_by(root, "setuptools")).and_then(|it| it.get("file")?.as_value());
    let several = file.and_then(Value::as_array).into_iter().flatten();
    file.into_iter().chain(several).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The Pythons that the project runs on.
fn python(root: &Table) -> Option<MarkerTree> {
    let standard = table(root, &["project"]).and_then(|it| it.get("requires-python")?.as_str());
    let own = || table(root, &["tool", "poetry", "dependencies"])?.get("python")?.as_str();
    let specifiers = poetry::specifiers(standard.or_else(own)?).ok()?;
    marker(&entry::python(&specifiers)).ok()
}

fn standard(reader: &mut Reader<'_>, root: &Table) -> Result<(), String> {
    let Some(project) = table(root, &["project"]) else { return Ok(()) };
    if let Some(dependencies) = project.get("dependencies") {
        list(reader, dependencies, &Group::Main, &["project", "dependencies"])?;
    }
    let extras = project.get("optional-dependencies").and_then(Item::as_table_like);
    for (name, extra) in extras.iter().flat_map(|it| it.iter()) {
        list(reader, extra, &Group::Optional(normalised(name)?), &["project", "optional-dependencies", name])?;
    }
    Ok(())
}

/// PEP 735. A group that includes another has that one's entries too.
fn groups(reader: &mut Reader<'_>, root: &Table) -> Result<(), String> {
    let Some(groups) = table(root, &["dependency-groups"]) else { return Ok(()) };
    for (name, group) in groups.iter() {
        list(reader, group, &Group::Named(normalised(name)?), &["dependency-groups", name])?;
    }
    let mut all = Vec::new();
    for (name, _) in groups.iter() {
        let (name, mut with) = (normalised(name)?, Vec::new());
        included(reader, groups, &mut vec![name.clone()], &mut with)?;
        all.push((Group::Named(name), with));
    }
    reader.include(&all);
    Ok(())
}

/// The group of a normalised name.
fn named<'g>(groups: &'g dyn TableLike, name: &str) -> Option<&'g Item> {
    groups.iter().find(|(key, _)| normalised(key).as_deref() == Ok(name)).map(|(_, list)| list)
}

/// The groups that the last of the open ones takes in, and those that they take in.
fn included(
    reader: &Reader<'_>,
    groups: &dyn TableLike,
    open: &mut Vec<String>,
    found: &mut Vec<Group>,
) -> Result<(), String> {
    let list = open.last().and_then(|name| named(groups, name)).and_then(Item::as_array);
    for entry in list.into_iter().flatten() {
        let Some(other) = entry.as_inline_table().and_then(|table| table.get("include-group")?.as_str()) else {
            continue;
        };
        let (place, other) = (reader.place(entry.span()), normalised(other)?);
        if open.contains(&other) {
            return Err(format!("{place}: the group {other} includes itself"));
        }
        if named(groups, &other).is_none() {
            return Err(format!("{place}: there is no group {other} to include"));
        }
        found.push(Group::Named(other.clone()));
        open.push(other);
        included(reader, groups, open, found)?;
        open.pop();
    }
    Ok(())
}

fn list(reader: &mut Reader<'_>, list: &Item, group: &Group, keys: &[&str]) -> Result<(), String> {
    let Some(array) = list.as_array() else {
        return Err(format!("{}: {} must be a list", reader.place(list.span()), keys.join(".")));
    };
    reader.tables.push((group.clone(), reader.place(list.span())));
    for (index, entry) in array.iter().enumerate() {
        let place = reader.place(entry.span());
        let read = match entry {
            Value::String(text) => Requirement::parse(text.value(), place.clone())
                .map_err(|why| format!("{place}: `{}` is no requirement: {why}", shown(text.value()))),
            Value::InlineTable(table) if table.contains_key("include-group") => continue,
            _ => Err(format!("{place}: a dependency must be text")),
        };
        match read {
            Ok(requirement) => reader.add(requirement, group, keys, Some(index)),
            Err(why) => reader.unread.push((group.clone(), why)),
        }
    }
    Ok(())
}
