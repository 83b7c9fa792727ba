//! One entry of Poetry's tables.

use std::collections::BTreeSet;

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::MarkerTree;
use toml_edit::{Table, Value};

use super::link::shown;
use super::poetry;
use super::requirement::{Place, Requirement, marker, normalised};

/// An entry of Poetry's: text or a table, in either of its forms.
#[derive(Clone, Copy)]
pub(super) enum Entry<'toml> {
    /// On one line.
    Value(&'toml Value),
    /// With a header of its own.
    Table(&'toml Table),
}

impl Entry<'_> {
    fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Value(value) => value.as_inline_table()?.get(name),
            Self::Table(table) => table.get(name)?.as_value(),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// Whether it is installed only with an extra that names it.
    pub(super) fn is_optional(&self) -> bool {
        self.field("optional").and_then(Value::as_bool).unwrap_or(false)
    }
}

/// What an entry asks for.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn requirement(name: &str, entry: Entry<'_>, place: &Place) -> Result<Requirement, String> {
    let plain = if let Entry::Value(value) = entry { value.as_str() } else { None };
    let version = plain.or_else(|| entry.text("version"));
    let specifiers = poetry::specifiers(version.unwrap_or("*"))?;
    let extras = entry.field("extras").and_then(Value::as_array).into_iter().flat_map(|extras| extras.iter());
    let extras: BTreeSet<String> = extras.filter_map(|extra| normalised(extra.as_str()?).ok()).collect();
    let pythons = entry.text("python").map(poetry::specifiers).transpose()?;
    let markers = entry.text("markers").map(str::to_owned).into_iter().chain(pythons.as_ref().map(python));
    let markers: Vec<String> =
        markers.filter(|marker| !marker.is_empty()).map(|marker| format!("({marker})")).collect();
    let when = if markers.is_empty() { Ok(MarkerTree::default()) } else { marker(&markers.join(" and ")) };
    let url = url(entry);
    let wanted = version.filter(|version| *version != "*").map(|version| format!(" {version}")).unwrap_or_default();
    let at = url.as_ref().map(|url| format!(" @ {url}")).unwrap_or_default();
    let text = shown(&format!("{name}{wanted}{at}"));
    let marker = when?;
    let name = normalised(name)?;
    Ok(Requirement { name, specifiers, extras, marker, url, text, place: place.clone() })
}

/// Pythons as a marker: `>=3.9,<4`. That it is 3.11 means all of its patches.
pub(super) fn python(pythons: &VersionSpecifiers) -> String {
    let each = pythons.iter().map(|one| {
        let (sign, version) = (one.operator(), one.version());
        let whole = matches!(sign, Operator::Equal | Operator::NotEqual) && version.release().len() < 3;
        let key = if whole { "python_version" } else { "python_full_version" };
        format!("{key} {sign} '{version}{}'", if sign.is_star() { ".*" } else { "" })
    });
    each.collect::<Vec<_>>().join(" and ")
}

fn url(entry: Entry<'_>) -> Option<String> {
    let revision = ["rev", "tag", "branch"].iter().find_map(|key| entry.text(key));
    let git =
        entry.text("git").map(|git| format!("git+{git}{}", revision.map(|at| format!("@{at}")).unwrap_or_default()));
    git.or_else(|| entry.text("url").map(str::to_owned))
        .or_else(|| entry.text("path").map(|path| format!("file:{path}")))
}
