//! `python_deps`: `requirements.txt`, which is the source of truth, against `pyproject.toml`.

mod agreement;
mod declared;
mod drift;
mod entry;
mod lines;
mod link;
mod patch;
mod poetry;
mod poetry_tables;
mod pyproject;
mod reader;
mod requirement;
mod requirements;
mod seen;
mod selection;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::declared::{Declared, Group, Project, Way};
use self::drift::Drift;
use self::requirement::{Place, normalised};
use self::requirements::{Requirements, Shelf};
pub use self::seen::DepsSeen;
use self::selection::{Compare, Selection};
use super::{LookError, LookErrorKind, local_file};
use crate::expr::{self, EvaluationError, Scope, Template};

/// The fields of `deps`.
pub const FIELDS: &[&str] = &["missing", "extra", "different", "in_sync"];

/// What is written under `python_deps`.
#[derive(Debug)]
pub struct PythonDeps {
    /// `requirements`: one file or several.
    pub requirements: Vec<Template>,
    /// `pyproject`.
    pub pyproject: Template,
    /// `extras`: optional dependencies that the requirements hold too.
    pub extras: Option<Template>,
    /// `groups`: dependency groups that the requirements hold too.
    pub groups: Option<Template>,
    /// `compare`: `exact` or `satisfied`.
    pub compare: Option<Template>,
}

/// A comparison, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The step's folder.
    base: PathBuf,
    /// As written, relative to the base.
    requirements: Vec<String>,
    pyproject: String,
    selection: Selection,
}

impl PythonDeps {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let chosen = self.extras.iter().chain(&self.groups).chain(&self.compare);
        self.files().into_iter().chain(chosen).collect()
    }

    /// The files that must be there.
    #[must_use]
    pub fn files(&self) -> Vec<&Template> {
        self.requirements.iter().chain([&self.pyproject]).collect()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Query, EvaluationError> {
        let compare = self.compare.as_ref().map(|template| template.evaluate_text(scope)).transpose()?;
        let selection = Selection {
            extras: names(self.extras.as_ref(), scope)?,
            groups: names(self.groups.as_ref(), scope)?,
            compare: compare.as_deref().map(comparison).transpose()?.unwrap_or_default(),
        };
        Ok(Query {
            base: dir.to_owned(),
            requirements: self.requirements.iter().map(|file| file.evaluate_text(scope)).collect::<Result<_, _>>()?,
            pyproject: self.pyproject.evaluate_text(scope)?,
            selection,
        })
    }
}

fn comparison(word: &str) -> Result<Compare, EvaluationError> {
    match word {
        "exact" => Ok(Compare::Exact),
        "satisfied" => Ok(Compare::Satisfied),
        _ => Err(EvaluationError::new(format!("compare is `exact` or `satisfied`, not `{word}`"))),
    }
}

/// One name or a list of them, normalised.
fn names(template: Option<&Template>, scope: &Scope) -> Result<Vec<String>, EvaluationError> {
    let Some(template) = template else { return Ok(Vec::new()) };
    let json = expr::to_json(&template.fill(scope)?);
    let one = json.as_str().map(|name| vec![name.to_owned()]);
    let names = one.or_else(|| serde_json::from_value(json.clone()).ok());
    let names: Vec<String> = names.ok_or_else(|| EvaluationError::new(format!("expected names, not {json}")))?;
    names.iter().map(|name| normalised(name).map_err(EvaluationError::new)).collect()
}

impl Query {
    /// Looks once: reads the files.
    ///
    /// # Errors
    /// Where one of them cannot be read, or has no extra or group of a name that was chosen; the message names file and
    /// line. Drift is no error.
    pub async fn look(&self) -> Result<DepsSeen, LookError> {
        let query = self.clone();
        let read = tokio::task::spawn_blocking(move || query.read()).await;
        read.unwrap_or_else(|panic| Err(panic.to_string())).map_err(|message| LookError {
            kind: LookErrorKind::Unusable,
            message,
            retry_after: None,
        })
    }

    fn read(&self) -> Result<DepsSeen, String> {
        let files =
            Shelf { read: &local_file::bytes, variable: &|name| std::env::var(name).ok(), shown: &local_file::shown };
        let mut wanted = Requirements::default();
        for file in &self.requirements {
            wanted.add(requirements::read(&self.base.join(file), &files)?);
        }
        let path = self.base.join(&self.pyproject);
        let file = local_file::shown(&path);
        let unread = |why: String| format!("{file}: {why}");
        let text = lines::decode(&local_file::bytes(&path).map_err(unread)?).map_err(unread)?;
        let mut project = pyproject::read(&text, &file)?;
        self.selection.held_by(&project, &file)?;
        take_in(&mut project, &path, &files)?;
        let drift = Drift::of(&wanted, &project, &self.selection);
        Ok(DepsSeen::new(drift, &wanted, (&file, &text), &project, &self.selection))
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("python_deps {} against {}", self.requirements.join(", "), self.pyproject)
    }
}

/// Takes in the files that setuptools reads what the project needs from.
fn take_in(project: &mut Project, path: &Path, shelf: &Shelf<'_>) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    for file in project.files.clone() {
        let path = folder.join(file);
        project.tables.push((Group::Main, Place { file: (shelf.shown)(&path), line: 1 }));
        let found = requirements::read(&path, shelf)?;
        let declared = |requirement| Declared { requirement, group: Group::Main, way: Way::default() };
        project.declared.extend(found.wanted.into_iter().map(declared));
    }
    Ok(())
}

/// Reads two texts against each other, for tests that throw anything at them.
#[cfg(any(test, fuzzing))]
pub(super) fn read_both(path: &Path, requirements: &str, project: &str) {
    let shelf = Shelf {
        read: &|_| Ok(requirements.as_bytes().to_vec()),
        variable: &|_| None,
        shown: &|path| path.to_string_lossy().into_owned(),
    };
    let (Ok(wanted), Ok(read)) = (requirements::read(path, &shelf), pyproject::read(project, "pyproject.toml")) else {
        return;
    };
    let chosen = Selection::default();
    let drift = Drift::of(&wanted, &read, &chosen);
    let seen = DepsSeen::new(drift, &wanted, ("pyproject.toml", project), &read, &chosen);
    let _ = (expr::to_text(&seen.binding()), seen.summary(), seen.cause(), seen.evidence());
}
