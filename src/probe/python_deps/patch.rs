//! The patch that brings `pyproject.toml` into step with the requirements.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::TextDiff;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::declared::Declared;
use super::drift::Drift;
use super::link::{shown, unnamed};
use super::poetry_tables::is_poetry;
use super::requirement::Requirement;

/// A unified diff of `pyproject.toml`, or nothing where it cannot be edited, or that would mend nothing.
pub(super) fn patch(text: &str, file: &str, drift: &Drift) -> Option<String> {
    let mended = mended(text, drift).filter(|mended| mended != text)?;
    let diff = TextDiff::from_lines(text, &mended);
    let diff = diff.unified_diff().context_radius(2).header(&format!("a/{file}"), &format!("b/{file}")).to_string();
    // Without them it would not mend, but break.
    let open = shown(&diff) == diff;
    Some(if open { diff } else { "left out: it would show a user or a password that stands in a URL".to_owned() })
}

/// The file as it should be.
pub(super) fn mended(text: &str, drift: &Drift) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let poetry = is_poetry(&document);
    let mut edits = Edits::default();
    // What cannot be installed is mended in the requirements.
    for different in drift.different.iter().filter(|different| different.against.is_empty() && !different.clashes) {
        edits.replace(&different.declared, &different.required);
    }
    edits.remove(&drift.extra);
    let missing: Vec<&Requirement> = drift.missing.iter().flat_map(|missing| &missing.required).collect();
    if poetry {
        edits.poetry(&mut document, &missing)?;
    } else {
        edits.lists(&mut document, &missing)?;
    }
    Some(document.to_string())
}

/// What becomes of each entry: a new requirement, or nothing.
#[derive(Default)]
struct Edits<'d> {
    entries: Vec<(&'d Declared, Option<&'d Requirement>)>,
    /// Beside an entry that stays, where a package stands more than once.
    more: Vec<(&'d Declared, &'d Requirement)>,
}

impl<'d> Edits<'d> {
    fn replace(&mut self, declared: &'d [Declared], required: &'d [Requirement]) {
        for (index, old) in declared.iter().enumerate() {
            self.entries.push((old, required.get(index)));
        }
        let rest = required.iter().skip(declared.len());
        self.more.extend(declared.last().into_iter().flat_map(|last| rest.clone().map(move |new| (last, new))));
    }

    fn remove(&mut self, declared: &'d [Declared]) {
        self.entries.extend(declared.iter().map(|old| (old, None)));
    }

    fn lists(&self, document: &mut DocumentMut, missing: &[&Requirement]) -> Option<()> {
        let mut lists = BTreeMap::<&[String], Vec<(usize, Option<&Requirement>)>>::new();
        for (declared, new) in &self.entries {
            lists.entry(&declared.way.keys).or_default().push((declared.way.index?, *new));
        }
        for (keys, mut entries) in lists {
            let list = list(document, keys)?;
            // From the end, so that what is taken out moves nothing that is still to be found.
            entries.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
            entries.dedup_by_key(|(index, _)| *index);
            for (index, new) in entries {
                match new {
                    Some(new) => overwrite(list.get_mut(index)?, &line(new)),
                    None => drop(list.remove(index)),
                }
            }
        }
        for (beside, new) in &self.more {
            push(list(document, &beside.way.keys)?, &line(new));
        }
        let main = ["project".to_owned(), "dependencies".to_owned()];
        for new in missing {
            push(list(document, &main)?, &line(new));
        }
        Some(())
    }

    fn poetry(&self, document: &mut DocumentMut, missing: &[&Requirement]) -> Option<()> {
        for (declared, new) in &self.entries {
            let (name, keys) = declared.way.keys.split_last()?;
            let table = below(document, keys)?;
            match new {
                Some(new) => table.insert(name, Item::Value(poetry_value(new))),
                None => table.remove(name),
            };
        }
        let main = ["tool", "poetry", "dependencies"].map(str::to_owned);
        for new in missing {
            below(document, &main)?.insert(&new.name, Item::Value(poetry_value(new)));
        }
        self.more.is_empty().then_some(())
    }
}

fn below<'t>(document: &'t mut DocumentMut, keys: &[String]) -> Option<&'t mut Table> {
    keys.iter().try_fold(document.as_table_mut(), |table, key| table.get_mut(key)?.as_table_mut())
}

fn list<'t>(document: &'t mut DocumentMut, keys: &[String]) -> Option<&'t mut Array> {
    let (last, keys) = keys.split_last()?;
    let table = keys.iter().try_fold(document.as_table_mut() as &mut dyn toml_edit::TableLike, |table, key| {
        table.entry(key).or_insert_with(toml_edit::table).as_table_like_mut()
    })?;
    table.entry(last).or_insert_with(|| Item::Value(Value::Array(Array::new()))).as_array_mut()
}

/// New text in the place of old, with the white space and comments around it.
fn overwrite(value: &mut Value, text: &str) {
    let decor = value.decor().clone();
    *value = Value::from(text);
    *value.decor_mut() = decor;
}

/// One more entry, on a line of its own where the others are.
fn push(list: &mut Array, text: &str) {
    let prefix = |value: &Value| value.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
    let own_line = list.iter().last().map(prefix).and_then(|prefix| Some(format!("\n{}", prefix.rsplit_once('\n')?.1)));
    let between = if list.is_empty() { "" } else { " " };
    if let (Some(_), Some(last)) = (&own_line, list.len().checked_sub(1).and_then(|last| list.get_mut(last))) {
        let suffix = last.decor().suffix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
        if suffix.contains('\n') {
            last.decor_mut().set_suffix("");
            list.set_trailing(suffix);
        }
    }
    list.push_formatted(Value::from(text).decorated(own_line.unwrap_or_else(|| between.to_owned()), ""));
}

/// A requirement as `pyproject.toml` has it: options and `#egg=` belong to requirements files alone.
fn line(requirement: &Requirement) -> String {
    let mut line = requirement.head();
    if let Some(url) = &requirement.url {
        let _ = write!(line, " @ {}", unnamed(url));
    } else {
        let specifiers: Vec<String> = requirement.specifiers.iter().map(ToString::to_string).collect();
        line += &specifiers.join(",");
    }
    if let Some(marker) = requirement.marker.contents() {
        let _ = write!(line, " ; {marker}");
    }
    line
}

fn poetry_value(requirement: &Requirement) -> Value {
    let specifiers: Vec<String> = requirement.specifiers.iter().map(ToString::to_string).collect();
    let version = if specifiers.is_empty() { "*".to_owned() } else { specifiers.join(",") };
    if requirement.extras.is_empty() && requirement.marker.contents().is_none() && requirement.url.is_none() {
        return Value::from(version);
    }
    let mut table = InlineTable::new();
    match &requirement.url {
        Some(url) => table.insert("url", Value::from(unnamed(url))),
        None => table.insert("version", Value::from(version)),
    };
    if !requirement.extras.is_empty() {
        table.insert("extras", Value::Array(requirement.extras.iter().map(String::as_str).collect()));
    }
    if let Some(marker) = requirement.marker.contents() {
        table.insert("markers", Value::from(marker.to_string()));
    }
    Value::InlineTable(table)
}
