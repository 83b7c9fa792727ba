//! The names that can be read at a place, before anything has a value.

use std::collections::{BTreeMap, BTreeSet};

use super::undefined::{self, Readable};
use crate::diagnostic::{Diagnostic, Location};
use crate::expr::Reference;
use crate::scenario::reader::TakenIn;

/// What is known of a name.
#[derive(Debug, Clone)]
pub(super) enum Known<'n> {
    /// Anything may be below it.
    Anything,
    /// Anything may be below it, and these surely are somewhere.
    Among(Vec<&'n str>),
    /// It has these fields, and no others.
    Fields(Vec<&'n str>),
    /// It exists elsewhere, but cannot be read here; why, and what to do.
    Barred(&'static str, &'static str),
    /// It is kept at this place, and cannot be read before; what to do.
    Later(&'n Location, &'static str),
}

impl<'n> Known<'n> {
    /// A name with these fields.
    pub(super) fn fields(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self::Fields(names.into_iter().collect())
    }

    /// What a probe brings; without fields that are known beforehand, anything.
    pub(super) fn observation(fields: &[&'n str]) -> Self {
        if fields.is_empty() { Self::Anything } else { Self::Fields(fields.to_vec()) }
    }
}

/// The names that can be read at a place: its own, and behind them those of the place around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Names<'n> {
    around: Option<&'n Names<'n>>,
    own: BTreeMap<&'n str, Known<'n>>,
    taken_in: Option<&'n TakenIn>,
}

impl<'n> Names<'n> {
    /// Those of a place that has none of its own yet.
    pub(super) fn within(around: &'n Names<'n>) -> Self {
        Self { around: Some(around), ..Self::default() }
    }

    /// The same, at a place that a `use` takes in.
    pub(super) fn taken_in(self, taken_in: Option<&'n TakenIn>) -> Self {
        Self { taken_in, ..self }
    }

    /// The same as its own, at a place within another.
    pub(super) fn moved(&self, around: &'n Names<'n>) -> Self {
        Self { around: Some(around), own: self.own.clone(), ..Self::default() }
    }

    /// Makes a name known, over whatever it was before.
    pub(super) fn bind(&mut self, name: &'n str, known: Known<'n>) {
        self.own.insert(name, known);
    }

    /// The same, with everything outside `allowed` barred for the same reason, in which `{}` stands for the name.
    pub(super) fn only<'s>(&'s self, allowed: &'s [&'s str], why: &'s str, help: &'s str) -> Seen<'s> {
        Seen { names: self, bar: Some(Bar { allowed, why, help }) }
    }

    /// What is wrong with what is read.
    pub(super) fn hold<'s>(
        &'s self,
        references: impl IntoIterator<Item = &'s Reference>,
    ) -> impl Iterator<Item = Diagnostic> {
        Seen { names: self, bar: None }.hold(references)
    }

    /// Whether a path leads from one of the names to something that has a value: `vars` alone is none. `surely` wants
    /// what is below to be known.
    pub(super) fn reaches(&self, path: &[String], surely: bool) -> bool {
        let Some(root) = path.first() else { return false };
        let below = |fields: &[&str]| path.get(1).is_some_and(|field| !surely || fields.contains(&field.as_str()));
        match self.get(root) {
            Some(Known::Anything) => true,
            Some(Known::Among(fields) | Known::Fields(fields)) => below(fields),
            Some(Known::Barred(..) | Known::Later(..)) | None => false,
        }
    }

    fn get(&self, name: &str) -> Option<&Known<'n>> {
        self.own.get(name).or_else(|| self.around?.get(name))
    }

    /// All of them, in their order.
    fn all(&self) -> BTreeSet<&'n str> {
        let around = self.around.map(Self::all).unwrap_or_default();
        self.own.keys().copied().chain(around).collect()
    }
}

/// Names as they are seen from a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'n> {
    names: &'n Names<'n>,
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
        match (self.names.get(root), self.bar(root)) {
            (Some(Known::Barred(why, help)), _) => Some(at((*why).to_owned()).help(*help)),
            (Some(Known::Later(kept, help)), _) => {
                Some(at(format!("`{root}` is not known yet: it is captured in line {}", kept.line())).help(*help))
            }
            (Some(_), Some(Bar { why, help, .. })) => Some(at(why.replace("{}", root)).help(help)),
            (Some(Known::Anything | Known::Among(_)), None) => None,
            (Some(Known::Fields(fields)), None) => {
                let field = reference.path.get(1).filter(|field| !fields.contains(&field.as_str()))?;
                Some(undefined::field(at(unknown_field(root, field)), field, fields))
            }
            (None, _) => undefined::name(reference, &self.readable(), self.names.taken_in),
        }
    }

    /// All that can be read, with the fields that are known.
    fn readable(&self) -> Vec<Readable<'_>> {
        let names = self.names.all().into_iter().filter(|name| self.allows(name));
        let fields = |name| match self.names.get(name) {
            Some(Known::Fields(fields) | Known::Among(fields)) => fields.as_slice(),
            _ => &[],
        };
        names.map(|name| (name, fields(name))).collect()
    }

    fn bar(&self, name: &str) -> Option<Bar<'n>> {
        self.bar.filter(|bar| !bar.allowed.contains(&name))
    }

    fn allows(&self, name: &str) -> bool {
        let known = self.names.get(name);
        matches!(known, Some(Known::Anything | Known::Among(_) | Known::Fields(_))) && self.bar(name).is_none()
    }
}

fn unknown_field(root: &str, field: &str) -> String {
    match root {
        "secret" => format!("smoke.yaml has no secret `{field}`"),
        "row" => format!("not every row of the matrix has `{field}`"),
        _ => format!("`{root}` has no field `{field}`"),
    }
}
