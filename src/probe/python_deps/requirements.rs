//! `requirements.txt` with all the files that it takes in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier, VersionSpecifiers};

use super::lines::{Asked, asked, decode, filled_in, has_variable, logical};
use super::link::shown;
use super::requirement::{self, Place, Requirement, by_name, normalised};
use crate::diagnostic::tidy_path as tidy;

/// How deep files may take each other in.
const DEEPEST: usize = 20;

/// All that a requirements file asks for.
#[derive(Debug, Default)]
pub(super) struct Requirements {
    /// To be installed.
    pub(super) wanted: Vec<Requirement>,
    /// What `-c` files say of packages, should they be installed.
    pub(super) constraints: Vec<Requirement>,
    /// What has no name before it is built (a path, a URL without `#egg=`), or before the environment is asked.
    pub(super) unnamed: Vec<(String, Place)>,
    /// Where the project itself is asked for (`-e .[dev]`): its extras that come with it, beside all that it needs.
    pub(super) project: Option<BTreeSet<String>>,
    /// Packages of which one file, with those it takes in, asks for two things that nothing can be.
    pub(super) clashing: BTreeSet<String>,
}

impl Requirements {
    /// Adds what another file asks for.
    pub(super) fn add(&mut self, other: Self) {
        let Self { wanted, constraints, unnamed, project, clashing } = other;
        self.clashing.extend(clashing);
        self.wanted.extend(wanted);
        self.constraints.extend(constraints);
        self.unnamed.extend(unnamed);
        self.project = self.project.take().into_iter().chain(project).reduce(|one, other| &one | &other);
    }
}

/// Where files come from; apart from it reading is a pure function.
pub(super) struct Shelf<'s> {
    /// The bytes of a file, or why there are none.
    pub(super) read: &'s dyn Fn(&Path) -> Result<Vec<u8>, String>,
    /// The value of an environment variable, in the path of a file that is taken in.
    pub(super) variable: &'s dyn Fn(&str) -> Option<String>,
    /// A path as it is shown.
    pub(super) shown: &'s dyn Fn(&Path) -> String,
}

/// Why files could not be read: the innermost place, and what is wrong there.
struct Unread {
    place: Option<Place>,
    why: String,
}

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Self { place: None, why }
    }
}

/// Reads a file and everything that it takes in.
///
/// # Errors
/// The first line that cannot be read, with its place: `requirements.txt:7: …`.
pub(super) fn read(path: &Path, shelf: &Shelf<'_>) -> Result<Requirements, String> {
    let mut walk = Walk { shelf, open: Vec::new(), found: Requirements::default() };
    match walk.file(path, false) {
        Ok(()) => Ok(Requirements { clashing: clashing(&walk.found.wanted), ..walk.found }),
        Err(Unread { place: Some(place), why }) => Err(format!("{place}: {}", shown(&why))),
        Err(Unread { place: None, why }) => Err(format!("{}: {why}", (shelf.shown)(path))),
    }
}

/// The packages that are asked for twice in ways that exclude each other: pip would refuse to install them.
fn clashing(wanted: &[Requirement]) -> BTreeSet<String> {
    let named = by_name(wanted.iter().collect(), |one| &one.name);
    let clashes = |them: &Vec<&Requirement>| them.iter().any(|one| them.iter().any(|other| one.clashes_with(other)));
    named.into_iter().filter(|(_, them)| clashes(them)).map(|(name, _)| name.to_owned()).collect()
}

struct Walk<'s> {
    shelf: &'s Shelf<'s>,
    /// The files that are being read just now, the outermost first.
    open: Vec<PathBuf>,
    found: Requirements,
}

impl Walk<'_> {
    fn file(&mut self, path: &Path, constrains: bool) -> Result<(), Unread> {
        let text = decode(&(self.shelf.read)(path)?)?;
        self.open.push(tidy(path));
        for line in logical(&text) {
            let place = Place { file: (self.shelf.shown)(path), line: line.number };
            self.line(&line.text, &place, constrains)
                .map_err(|unread| Unread { place: unread.place.or(Some(place)), ..unread })?;
        }
        self.open.pop();
        Ok(())
    }

    fn line(&mut self, text: &str, place: &Place, constrains: bool) -> Result<(), Unread> {
        match asked(text) {
            Asked::Option => Ok(()),
            Asked::File(name) => self.taken_in(&name, constrains),
            Asked::Constraints(name) => self.taken_in(&name, true),
            Asked::Editable(what) => {
                self.add(elsewhere(&what, place)?, constrains);
                Ok(())
            }
            Asked::Requirement(text) => {
                let found = match Requirement::parse(&text, place.clone()) {
                    Ok(requirement) => Found::Named(Box::new(requirement)),
                    Err(_) if is_elsewhere(&text) => elsewhere(&text, place)?,
                    Err(_) if has_variable(&text) => Found::Unnamed(text, place.clone()),
                    Err(why) => return Err(format!("`{text}` is no requirement: {why}").into()),
                };
                self.add(found, constrains);
                Ok(())
            }
        }
    }

    fn add(&mut self, found: Found, constrains: bool) {
        match found {
            Found::Named(requirement) if constrains => self.found.constraints.push(*requirement),
            Found::Named(requirement) => self.found.wanted.push(*requirement),
            Found::Unnamed(text, place) if !constrains => self.found.unnamed.push((shown(&text), place)),
            Found::Project(extras) if !constrains => self.found.project.get_or_insert_default().extend(extras),
            Found::Unnamed(..) | Found::Project(_) => {}
        }
    }

    fn taken_in(&mut self, name: &str, constrains: bool) -> Result<(), Unread> {
        let filled = filled_in(name, self.shelf.variable);
        if filled.contains("://") {
            return Err(format!("{name} lies on a server, and nothing is fetched to compare dependencies").into());
        }
        let folder = self.open.last().and_then(|path| path.parent()).unwrap_or(Path::new(""));
        let path = tidy(&folder.join(filled.strip_prefix("file:").unwrap_or(&filled)));
        if self.open.contains(&path) {
            return Err(format!("{name} takes itself in").into());
        }
        if self.open.len() >= DEEPEST {
            return Err(format!("files take each other in more than {DEEPEST} deep").into());
        }
        self.file(&path, constrains).map_err(|unread| match unread.place {
            Some(_) => unread,
            None => Unread { why: format!("{name}: {}", unread.why), place: None },
        })
    }
}

/// What a line names that is no plain requirement.
enum Found {
    Named(Box<Requirement>),
    Unnamed(String, Place),
    /// The project itself, which is no dependency of its own, and the extras that are asked for.
    Project(BTreeSet<String>),
}

fn is_elsewhere(text: &str) -> bool {
    let head = text.split([';', ' ']).next().unwrap_or_default();
    head.contains("://")
        || head.starts_with(['.', '/'])
        || head.contains('/')
        || Path::new(head).extension().is_some_and(|extension| extension == "whl")
        || head.starts_with("file:")
}

/// A URL or a path: named by its `#egg=`, or by its file where that is a wheel.
fn elsewhere(text: &str, place: &Place) -> Result<Found, String> {
    // `-e` takes `name @ url` as well.
    if let Ok(requirement) = Requirement::parse(text, place.clone())
        && requirement.url.is_some()
    {
        return Ok(Found::Named(Box::new(requirement)));
    }
    let separator = if text.contains("://") { "; " } else { ";" };
    let (link, marker) = text.split_once(separator).map_or((text, None), |(link, marker)| (link, Some(marker.trim())));
    let link = link.trim();
    if let (Some(extras), None) = (project(link), marker) {
        return Ok(Found::Project(extras));
    }
    let marker = marker.map(requirement::marker).transpose()?.unwrap_or_default();
    let named = egg(link).or_else(|| wheel(link));
    let Some((head, specifiers)) = named else { return Ok(Found::Unnamed(text.to_owned(), place.clone())) };
    let head = Requirement::parse(&head, place.clone())?;
    Ok(Found::Named(Box::new(Requirement {
        specifiers,
        marker,
        url: Some(link.to_owned()),
        text: shown(text),
        ..head
    })))
}

/// The extras of the project, where a link leads to it: `.`, `./[dev]`, `.#egg=name[dev]`.
fn project(link: &str) -> Option<BTreeSet<String>> {
    let path = link.split(['[', '#']).next().unwrap_or(link).trim_end_matches('/');
    let itself = matches!(path, "." | "file:.") && !link.contains("subdirectory=");
    let extras = link.split_once('[').and_then(|(_, rest)| rest.split(']').next()).unwrap_or_default();
    itself.then(|| extras.split(',').filter_map(|extra| normalised(extra.trim()).ok()).collect())
}

/// `…#egg=name[extra]&subdirectory=x`.
fn egg(link: &str) -> Option<(String, VersionSpecifiers)> {
    let (_, fragment) = link.rsplit_once('#')?;
    let name = fragment.split('&').find_map(|part| part.strip_prefix("egg="))?;
    (!name.is_empty()).then(|| (name.to_owned(), VersionSpecifiers::empty()))
}

/// `…/name-1.0-py3-none-any.whl`: a wheel's file says its name and version.
fn wheel(link: &str) -> Option<(String, VersionSpecifiers)> {
    let path = link.split(['#', '?']).next().unwrap_or(link);
    let file = path.rsplit('/').next()?.strip_suffix(".whl")?;
    let parts: Vec<&str> = file.split('-').collect();
    let [name, version, ..] = parts.as_slice() else { return None };
    if !matches!(parts.len(), 5 | 6) {
        return None;
    }
    let version = Version::from_str(&version.replace('_', "-")).ok()?;
    Some((normalised(name).ok()?, VersionSpecifiers::from(VersionSpecifier::equals_version(version))))
}
