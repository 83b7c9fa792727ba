//! The names that can be read at a place, before anything has a value.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::Reference;

/// What is known of a name.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// Anything may be below it.
    Anything,
    /// It has these fields, and no others.
    Fields(Vec<String>),
    /// It exists elsewhere, but cannot be read here; why, and what to do.
    Barred(String, String),
}

impl Known {
    /// A name with these fields.
    pub(super) fn fields<'f>(names: impl IntoIterator<Item = &'f str>) -> Self {
        Self::Fields(names.into_iter().map(str::to_owned).collect())
    }

    /// What a probe brings; without fields that are known beforehand, anything.
    pub(super) fn observation(fields: &[&str]) -> Self {
        if fields.is_empty() { Self::Anything } else { Self::fields(fields.iter().copied()) }
    }
}

/// Names that CEL has by itself: its types.
const TYPES: [&str; 13] = [
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// The names that can be read at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    known: BTreeMap<String, Known>,
}

impl Names {
    /// Makes a name known, over whatever it was before.
    pub(super) fn bind(&mut self, name: &str, known: Known) {
        self.known.insert(name.to_owned(), known);
    }

    /// The same, with one more.
    pub(super) fn with(mut self, name: &str, known: Known) -> Self {
        self.bind(name, known);
        self
    }

    /// Whether a name is known here, or only barred.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// The same, with everything outside `allowed` barred for the same reason, in which `{}` stands for the name.
    pub(super) fn only<'n>(&'n self, allowed: &'n [&'n str], why: &'n str, help: &'n str) -> Seen<'n> {
        Seen { names: self, bar: Some(Bar { allowed, why, help }) }
    }

    /// What is wrong with what is read.
    pub(super) fn hold<'n>(
        &'n self,
        references: impl IntoIterator<Item = &'n Reference>,
    ) -> impl Iterator<Item = Diagnostic> {
        Seen { names: self, bar: None }.hold(references)
    }
}

/// Names as they are seen from a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'n> {
    names: &'n Names,
    bar: Option<Bar<'n>>,
}

/// What cannot be read from a place, whatever it is.
#[derive(Debug, Clone, Copy)]
struct Bar<'n> {
    allowed: &'n [&'n str],
    why: &'n str,
    help: &'n str,
}

impl<'n> Seen<'n> {
    /// What is wrong with what is read.
    pub(super) fn hold(self, references: impl IntoIterator<Item = &'n Reference>) -> impl Iterator<Item = Diagnostic> {
        references.into_iter().filter_map(move |reference| self.problem(reference))
    }

    fn problem(&self, reference: &Reference) -> Option<Diagnostic> {
        let root = reference.path.first()?;
        let at = |message: String| Diagnostic::at(&reference.location, message);
        match (self.names.known.get(root), self.bar(root)) {
            (Some(Known::Barred(why, help)), _) => Some(at(why.clone()).help(help.clone())),
            (Some(_), Some(Bar { why, help, .. })) => Some(at(why.replace("{}", root)).help(help)),
            (Some(Known::Anything), None) => None,
            (Some(Known::Fields(fields)), None) => {
                let field = reference.path.get(1).filter(|field| !fields.contains(field))?;
                let near = nearest(field, fields.iter().map(String::as_str));
                Some(suggest(at(unknown_field(root, field)), near, fields.iter().map(String::as_str)))
            }
            (None, _) if TYPES.contains(&root.as_str()) => None,
            (None, _) => {
                let names = || self.names.known.keys().map(String::as_str).filter(|name| self.allows(name));
                Some(suggest(at(format!("nothing here is called `{root}`")), nearest(root, names()), names()))
            }
        }
    }

    fn bar(&self, name: &str) -> Option<Bar<'n>> {
        self.bar.filter(|bar| !bar.allowed.contains(&name))
    }

    fn allows(&self, name: &str) -> bool {
        let known = self.names.known.get(name);
        matches!(known, Some(Known::Anything | Known::Fields(_))) && self.bar(name).is_none()
    }
}

fn unknown_field(root: &str, field: &str) -> String {
    match root {
        "secret" => format!("smoke.yaml has no secret `{field}`"),
        "row" => format!("not every row of the matrix has `{field}`"),
        _ => format!("`{root}` has no field `{field}`"),
    }
}

fn suggest<'n>(problem: Diagnostic, near: Option<String>, names: impl Iterator<Item = &'n str>) -> Diagnostic {
    if let Some(name) = near {
        return problem.help(format!("did you mean `{name}`?"));
    }
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { problem } else { problem.help(format!("there is {}", names.join(", "))) }
}
