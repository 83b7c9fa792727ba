//! Poetry's own tables, in which it says what a project needs.

use toml_edit::{Item, Table, Value};

use super::declared::Group;
use super::entry::{self, Entry};
use super::reader::{Reader, built_by, table};
use super::requirement::normalised;

const MAIN: [&str; 3] = ["tool", "poetry", "dependencies"];
const EXTRAS: [&str; 3] = ["tool", "poetry", "extras"];
const GROUPS: [&str; 3] = ["tool", "poetry", "group"];

/// Whether the file says what it needs in Poetry's tables only.
pub(super) fn is_poetry(document: &Table) -> bool {
    let standard = table(document, &["project"]).is_some_and(|project| project.contains_key("dependencies"));
    !standard && table(document, &MAIN).is_some()
}

/// Whether Poetry builds it, so that its tables are what is dynamic.
pub(super) fn builds(document: &Table) -> bool {
    is_poetry(document) && built_by(document, "poetry")
}

/// Reads all of them.
///
/// # Errors
/// What cannot be a group's name.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table) -> Result<(), String> {
    if !is_poetry(root) && table(root, &GROUPS).is_none() {
        return Ok(());
    }
    if is_poetry(root) {
        entries(reader, root, &MAIN, &Group::Main);
    }
    entries(reader, root, &["tool", "poetry", "dev-dependencies"], &Group::Named("dev".to_owned()));
    extras(reader, root)?;
    for (name, _) in table(root, &GROUPS).iter().flat_map(|groups| groups.iter()) {
        let group = Group::Named(normalised(name)?);
        entries(reader, root, &["tool", "poetry", "group", name, "dependencies"], &group);
    }
    Ok(())
}

fn entries(reader: &mut Reader<'_>, root: &Table, keys: &[&str], group: &Group) {
    let Some(entries) = table(root, keys) else { return };
    reader.tables.push((group.clone(), reader.below(root, keys)));
    for (name, item) in entries.iter().filter(|(name, _)| *name != "python") {
        let key = entries.get_key_value(name).and_then(|(key, _)| key.span());
        let place = reader.place(key.or_else(|| item.span()));
        let keys: Vec<&str> = keys.iter().copied().chain([name]).collect();
        for entry in several(item) {
            let groups = if entry.is_optional() { naming(root, name) } else { vec![group.clone()] };
            match entry::requirement(name, entry, &place) {
                Ok(requirement) => groups.iter().for_each(|group| reader.add(requirement.clone(), group, &keys, None)),
                Err(why) => {
                    reader.unread.extend(groups.into_iter().map(|group| (group, format!("{place}: {why}"))));
                }
            }
        }
    }
}

/// What stands behind one name: one entry or a list of them.
fn several(item: &Item) -> Vec<Entry<'_>> {
    match item {
        Item::Value(Value::Array(list)) => list.iter().map(Entry::Value).collect(),
        Item::Value(value) => vec![Entry::Value(value)],
        Item::Table(table) => vec![Entry::Table(table)],
        Item::None | Item::ArrayOfTables(_) => Vec::new(),
    }
}

/// Extras name what stands in Poetry's main table.
fn extras(reader: &mut Reader<'_>, root: &Table) -> Result<(), String> {
    for (name, _) in table(root, &EXTRAS).iter().flat_map(|extras| extras.iter()) {
        let place = reader.below(root, &[&EXTRAS[..], &[name]].concat());
        reader.tables.push((Group::Optional(normalised(name)?), place));
    }
    Ok(())
}

/// The extras that name a package: what is optional belongs to them.
fn naming(root: &Table, package: &str) -> Vec<Group> {
    let package = normalised(package);
    let names = |names: &Item| {
        let mut names = names.as_array().into_iter().flat_map(|names| names.iter()).filter_map(Value::as_str);
        names.any(|name| package.is_ok() && normalised(name) == package)
    };
    let extras = table(root, &EXTRAS).into_iter().flat_map(|extras| extras.iter());
    let naming = extras.filter(|(_, named)| names(named));
    naming.map(|(extra, _)| Group::Optional(normalised(extra).unwrap_or_else(|_| extra.to_owned()))).collect()
}
