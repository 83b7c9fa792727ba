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
    pub(super) fn with(&self, name: &str, known: Known) -> Self {
        let mut more = self.clone();
        more.bind(name, known);
        more
    }

    /// The same, with everything outside `allowed` barred for the same reason.
    pub(super) fn only(&self, allowed: &[&str], why: &str, help: &str) -> Self {
        let bar = |(name, known): (&String, &Known)| {
            let barred = !allowed.contains(&name.as_str()) && !matches!(known, Known::Barred(..));
            let known = if barred { Known::Barred(why.replace("{}", name), help.to_owned()) } else { known.clone() };
            (name.clone(), known)
        };
        Self { known: self.known.iter().map(bar).collect() }
    }

    /// Whether a name can be read here.
    pub(super) fn allows(&self, name: &str) -> bool {
        matches!(self.known.get(name), Some(Known::Anything | Known::Fields(_)))
    }

    /// Whether a name is known here, or only barred.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// What is wrong with what is read.
    pub(super) fn hold(&self, references: Vec<Reference>) -> impl Iterator<Item = Diagnostic> + use<'_> {
        references.into_iter().filter_map(|reference| self.problem(&reference))
    }

    fn problem(&self, reference: &Reference) -> Option<Diagnostic> {
        let root = reference.path.first()?;
        let at = |message: String| Diagnostic::at(&reference.location, message);
        match self.known.get(root) {
            Some(Known::Anything) => None,
            Some(Known::Barred(why, help)) => Some(at(why.clone()).help(help.clone())),
            Some(Known::Fields(fields)) => {
                let field = reference.path.get(1).filter(|field| !fields.contains(field))?;
                let near = nearest(field, fields.iter().map(String::as_str));
                Some(suggest(at(unknown_field(root, field)), near, fields.iter().map(String::as_str)))
            }
            None if TYPES.contains(&root.as_str()) => None,
            None => {
                let names = || self.known.keys().map(String::as_str).filter(|name| self.allows(name));
                Some(suggest(at(format!("nothing here is called `{root}`")), nearest(root, names()), names()))
            }
        }
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
