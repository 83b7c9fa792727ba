//! One thing that is asked for: a package by its normalised name, and how it must be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use pep440_rs::{Operator, VersionSpecifier, VersionSpecifiers, release_specifiers_to_ranges};
use pep508_rs::{MarkerTree, PackageName, VersionOrUrl};

use super::lines::word;
use super::link::{self, Link, shown};

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct Place {
    /// The file as it is shown.
    pub(super) file: String,
    /// Counted from 1.
    pub(super) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A package and how it must be, wherever that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    /// Normalised (PEP 503).
    pub(super) name: String,
    pub(super) specifiers: VersionSpecifiers,
    pub(super) extras: BTreeSet<String>,
    pub(super) marker: MarkerTree,
    /// As it was written, with whoever may have it: never shown.
    pub(super) url: Option<String>,
    /// As it was written, for people.
    pub(super) text: String,
    pub(super) place: Place,
}

impl Requirement {
    /// Reads PEP 508: `name[extra]>=1 ; marker`, `name @ url`.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub(super) fn parse(text: &str, place: Place) -> Result<Self, String> {
        ascii(text)?;
        named(text)?;
        let read = pep508_rs::Requirement::<Link>::from_str(text).map_err(|error| error.message.to_string())?;
        let (specifiers, url) = match read.version_or_url {
            None => (VersionSpecifiers::empty(), None),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => (specifiers, None),
            Some(VersionOrUrl::Url(url)) => (VersionSpecifiers::empty(), Some(url.0)),
        };
        let extras = read.extras.iter().map(ToString::to_string).collect();
        let (name, text) = (read.name.to_string(), shown(text));
        Ok(Self { name, specifiers, extras, marker: read.marker, url, text, place })
    }

    /// Whether both ask for the same of one package: `==1.0` and `==1.0.0` do, in whatever order they are written.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.extras == other.extras && self.marker == other.marker && self.same_version_as(other)
    }

    /// The same versions, or the same URL: what lies there has one version.
    fn same_version_as(&self, other: &Self) -> bool {
        match (&self.url, &other.url) {
            (Some(one), Some(other)) => link::unnamed(one) == link::unnamed(other),
            (None, None) => same(&self.specifiers, &other.specifiers),
            _ => false,
        }
    }

    /// Whether what this one pins is what the other one wants; where nothing is pinned, whether both ask for the same.
    /// Where they count is not looked at, and extras may be wanted that this one does not ask for.
    pub(super) fn fits(&self, other: &Self) -> bool {
        // A wheel's file says its version.
        let fits = pin(&self.specifiers).filter(|_| other.url.is_none()).map(|pin| other.specifiers.contains(pin));
        self.extras.is_subset(&other.extras) && fits.unwrap_or_else(|| self.same_version_as(other))
    }

    /// Whether nothing can be both, where both count at once: one of them pins what the other one does not allow, or no
    /// version is in both ranges. Of two pins one may say more than the other, as `==1.0+cpu` and `==1.0` do.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let fits = |pinned: &Self, other: &Self| Some(other.specifiers.contains(pin(&pinned.specifiers)?));
        let told: Vec<bool> = [fits(self, other), fits(other, self)].into_iter().flatten().collect();
        let apart = if told.is_empty() { apart(&self.specifiers, &other.specifiers) } else { !told.contains(&true) };
        let comparable = self.name == other.name && self.url.is_none() && other.url.is_none();
        comparable && apart && !self.marker.is_disjoint(&other.marker)
    }

    /// Whether it excludes the other one for certain: of two markers only that is certain to be met at once which is part
    /// of the other. (`sys_platform` and `os_name` say much the same, and nobody knows what of each other.)
    pub(super) fn clashes_with(&self, other: &Self) -> bool {
        let within = |one: &MarkerTree, all: &MarkerTree| one.is_disjoint(&all.negate());
        let met = within(&self.marker, &other.marker) || within(&other.marker, &self.marker);
        met && self.excludes(other)
    }

    /// The same, held to what a constraints file says as well.
    pub(super) fn constrained_by(&self, constraint: &Self) -> Self {
        let specifiers = self.specifiers.iter().chain(constraint.specifiers.iter()).cloned();
        Self { specifiers: specifiers.collect(), ..self.clone() }
    }

    /// The name with its extras, as a requirement begins.
    pub(super) fn head(&self) -> String {
        let extras: Vec<&str> = self.extras.iter().map(String::as_str).collect();
        if extras.is_empty() { self.name.clone() } else { format!("{}[{}]", self.name, extras.join(",")) }
    }

    /// Whether it asks for one version and no other.
    pub(super) fn is_pinned(&self) -> bool {
        pin(&self.specifiers).is_some()
    }
}

/// A marker: `python_version < "3.8"`.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn marker(text: &str) -> Result<MarkerTree, String> {
    ascii(text)?;
    MarkerTree::from_str(text).map_err(|error| error.message.to_string())
}

/// Neither names nor markers know other letters, and the parser counts them wrongly.
fn ascii(text: &str) -> Result<(), String> {
    match text.chars().find(|c| !c.is_ascii()) {
        Some(c) => Err(format!("`{c}` is no ASCII letter")),
        None => Ok(()),
    }
}

/// Holds that a requirement begins with a name, and that its extras have names. The parser takes `a.` for one and then
/// stumbles over it.
fn named(text: &str) -> Result<(), String> {
    let (name, rest) = word(text.trim_start());
    if !is_name(name) {
        return Err("it does not begin with a package's name".to_owned());
    }
    let Some(mut extras) = rest.trim_start().strip_prefix('[') else { return Ok(()) };
    // What else may be wrong with them the parser says itself.
    while let (extra, rest) = word(extras.trim_start_matches(|c: char| c == ',' || c.is_whitespace()))
        && !extra.is_empty()
    {
        if !is_name(extra) {
            return Err(format!("`{extra}` is no extra's name"));
        }
        extras = rest;
    }
    Ok(())
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric()) && word.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Versions compare by what they mean, and their order means nothing.
fn same(left: &VersionSpecifiers, right: &VersionSpecifiers) -> bool {
    let within = |some: &VersionSpecifiers, all: &VersionSpecifiers| {
        some.iter().all(|one| all.iter().any(|other| one == other && as_precise(one, other)))
    };
    within(left, right) && within(right, left)
}

/// A zero at the end means nothing (`==1.0` is `==1`), save where the number of parts does: `~=1.4` allows 1.5, and
/// `~=1.4.0` does not.
fn as_precise(one: &VersionSpecifier, other: &VersionSpecifier) -> bool {
    let by_parts = matches!(
        one.operator(),
        Operator::TildeEqual | Operator::EqualStar | Operator::NotEqualStar | Operator::ExactEqual
    );
    !by_parts || one.version().release().len() == other.version().release().len()
}

/// Whether no version is in both, as far as that is certain: of releases alone, and without looking at single versions
/// that are left out.
fn apart(left: &VersionSpecifiers, right: &VersionSpecifiers) -> bool {
    let all = || left.iter().chain(right.iter()).filter(|one| *one.operator() != Operator::NotEqual);
    let is_release = |one: &VersionSpecifier| *one.version() == one.version().only_release();
    all().all(is_release) && release_specifiers_to_ranges(all().cloned().collect()).is_empty()
}

fn pin(specifiers: &VersionSpecifiers) -> Option<&pep440_rs::Version> {
    match &specifiers[..] {
        [one] if is_pin(one) => Some(one.version()),
        _ => None,
    }
}

fn is_pin(specifier: &VersionSpecifier) -> bool {
    matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual)
}

/// A name as PEP 503 has it.
///
/// # Errors
/// It cannot be a package's name.
pub(super) fn normalised(name: &str) -> Result<String, String> {
    PackageName::from_str(name).map(|name| name.to_string()).map_err(|error| error.to_string())
}

/// Items by the names of their packages.
pub(super) fn by_name<'a, T>(items: Vec<&'a T>, name: impl Fn(&'a T) -> &'a String) -> BTreeMap<&'a str, Vec<&'a T>> {
    let mut named = BTreeMap::<&str, Vec<&T>>::new();
    for item in items {
        named.entry(name(item)).or_default().push(item);
    }
    named
}
