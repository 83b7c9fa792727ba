//! `deps`: what a comparison brought.

use serde::Serialize;
use serde_json::json;

use super::declared::{Declared, Project};
use super::drift::{Different, Drift, Missing};
use super::lines;
use super::patch;
use super::requirement::{Place, Requirement};
use super::requirements::Requirements;
use super::selection::Selection;
use crate::event::Evidence;
use crate::expr::{self, Value, Withheld};

/// How many lines of drift are kept as evidence at most.
const MOST_LINES: usize = 100;

/// `deps`.
#[derive(Debug)]
pub struct DepsSeen {
    drift: Drift,
    compared: usize,
    /// Why it is not known whether all is in step, where nothing that is known is wrong.
    doubt: Option<String>,
    patch: Option<String>,
}

/// One side of a difference.
#[derive(Serialize)]
struct Side<'s> {
    text: &'s str,
    #[serde(flatten)]
    place: &'s Place,
}

impl DepsSeen {
    /// `file` is the shown name and the text of `pyproject.toml`.
    pub(super) fn new(
        drift: Drift,
        wanted: &Requirements,
        (file, text): (&str, &str),
        project: &Project,
        selection: &Selection,
    ) -> Self {
        let hidden = selection.hidden_in(project);
        let unnamed = wanted.unnamed.first().map(unnamed);
        let drift = if hidden.is_some() { Drift::default() } else { drift };
        let elsewhere = !project.files.is_empty();
        let patch = if drift.is_empty() || elsewhere { None } else { patch::patch(text, file, &drift) };
        // What is missing there is known to be missing, whatever its tables are called.
        let absent = if drift.is_empty() { selection.absent_from(project, file) } else { None };
        let doubt = hidden.or(unnamed).or_else(|| drift.open.first().cloned()).or(absent);
        Self { compared: wanted.wanted.len(), doubt, patch, drift }
    }

    /// The name and the value that expressions see.
    #[must_use]
    pub fn binding(&self) -> Value {
        let in_sync = match &self.doubt {
            Some(doubt) if self.drift.is_empty() => Withheld::Unknown(doubt.clone()).into_value(),
            _ => Value::Bool(self.drift.is_empty()),
        };
        let lists = [
            ("missing", self.drift.missing.iter().map(missing).collect::<Vec<_>>()),
            ("extra", self.drift.extra.iter().map(extra).collect()),
            ("different", self.drift.different.iter().map(different).collect()),
        ];
        // What is found is certain; that there is nothing to be found is not.
        let list = |list: Vec<serde_json::Value>| match &self.doubt {
            Some(doubt) if list.is_empty() => Withheld::Unknown(doubt.clone()).into_value(),
            _ => expr::from_json(&list.into()),
        };
        let lists = lists.into_iter().map(|(name, found)| (name.to_owned(), list(found)));
        expr::object(lists.chain([("in_sync".to_owned(), in_sync)]))
    }

    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let Drift { missing, extra, different, open: _ } = &self.drift;
        match (&self.doubt, self.drift.is_empty()) {
            (None, true) => format!("{} requirements, in step", self.compared),
            (Some(doubt), true) => doubt.clone(),
            _ => format!("{} missing, {} extra, {} different", missing.len(), extra.len(), different.len()),
        }
    }

    /// The first difference, and how many more there are.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let sentences = self.sentences();
        let first = sentences.first()?;
        let more = sentences.len() - 1;
        Some(if more == 0 { first.clone() } else { format!("{first}; and {more} more") })
    }

    /// Every difference, and the patch that would mend it.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let lines: Vec<String> = self.sentences().into_iter().chain(self.doubt.clone()).take(MOST_LINES).collect();
        let lines = (!lines.is_empty())
            .then(|| Evidence { title: "dependencies that differ".to_owned(), text: lines.join("\n") });
        let title = "patch that would mend it".to_owned();
        let patch = self.patch.clone().map(|text| Evidence { title, text });
        lines.into_iter().chain(patch).collect()
    }

    /// Each difference in a sentence, in the order of names: what is different, missing, extra.
    fn sentences(&self) -> Vec<String> {
        let different = self.drift.different.iter().map(Different::sentence);
        let missing = self.drift.missing.iter().map(Missing::sentence);
        let extra = self.drift.extra.iter().map(|declared| {
            let Requirement { text, name, place, .. } = &declared.requirement;
            format!("{place} wants {text}, and no requirements file asks for {name}")
        });
        different.chain(missing).chain(extra).collect()
    }
}

/// Why a line leaves open what it asks for.
fn unnamed((text, at): &(String, Place)) -> String {
    if lines::has_variable(text) {
        format!("{at} is filled in from the environment: what `{text}` asks for only an installation would tell")
    } else {
        format!("{at} names no package: `{text}` would have to be built to know")
    }
}

impl Different {
    fn sentence(&self) -> String {
        let wants = self.declared.iter().map(|it| format!("{} wants {}", it.requirement.place, it.requirement.text));
        let asks = self.required.iter().map(|it| format!("{} {} {}", it.place, verb(it), it.text));
        let held = self.against.iter().map(|it| format!("{} constrains it to {}", it.place, it.text));
        let clash = self.clashes.then(|| "and no version is all of that".to_owned());
        wants.chain(asks).chain(held).chain(clash).collect::<Vec<_>>().join(", ")
    }
}

impl Missing {
    fn sentence(&self) -> String {
        let asks = self.required.iter().map(|it| format!("{} {} {}", it.place, verb(it), it.text));
        let asks = asks.collect::<Vec<_>>().join(", ");
        match &self.only_in {
            None => format!("{asks}, and pyproject.toml has no such dependency"),
            Some(only) => {
                format!("{asks}, and pyproject.toml has it only in {} ({})", only.group, only.requirement.place)
            }
        }
    }
}

fn verb(requirement: &Requirement) -> &'static str {
    if requirement.is_pinned() { "pins" } else { "asks for" }
}

fn sides<'s>(requirements: impl Iterator<Item = &'s Requirement>) -> Vec<Side<'s>> {
    requirements.map(|it| Side { text: &it.text, place: &it.place }).collect()
}

fn first(requirements: &[Requirement]) -> Option<&Requirement> {
    requirements.first()
}

fn missing(missing: &Missing) -> serde_json::Value {
    let first = first(&missing.required);
    let (name, text, place) = (first.map(|it| &it.name), first.map(|it| &it.text), first.map(|it| &it.place));
    let only_in = missing.only_in.as_ref().map(|only| only.group.to_string());
    json!({"name": name, "text": text, "file": place.map(|it| &it.file), "line": place.map(|it| it.line), "only_in": only_in})
}

fn extra(declared: &Declared) -> serde_json::Value {
    let Requirement { name, text, place, .. } = &declared.requirement;
    json!({"name": name, "text": text, "file": place.file, "line": place.line, "group": declared.group.to_string()})
}

fn different(different: &Different) -> serde_json::Value {
    json!({
        "name": first(&different.required).map(|it| &it.name),
        "requirements": sides(different.required.iter().chain(&different.against)),
        "pyproject": sides(different.declared.iter().map(|it| &it.requirement)),
    })
}
