//! What the deploy job says it deployed, held against what runs.
//!
//! What is expected never comes from the service itself: a service that was rolled back describes its old revision as
//! truthfully as a new one.

use super::image::Image;
use crate::aws::{self, ServiceFacts, TaskFacts};
use crate::expr::{EvaluationError, Value, to_text};
use crate::probe::{Demand, DemandState};

/// What must run; nothing where nothing is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Expected {
    image: Option<Image>,
    definition: Option<Definition>,
}

/// A revision of a task definition, by name or by ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Definition(String);

impl Expected {
    /// From what was written; empty text expects nothing.
    ///
    /// # Errors
    /// Where it names no image or no revision, or was given without a value.
    pub(super) fn of(image: Option<&Value>, definition: Option<&Value>) -> Result<Self, EvaluationError> {
        let wrong = |message: String| EvaluationError::new(message);
        let image = written("image", image).map_err(wrong)?.map(|text| Image::of(&text));
        let definition = written("task_definition", definition).map_err(wrong)?.map(Definition::of);
        Ok(Self { image: image.transpose().map_err(wrong)?, definition: definition.transpose().map_err(wrong)? })
    }

    /// Whether the revision with this ARN is what must run.
    pub(super) fn names(&self, definition: &str) -> bool {
        self.definition.as_ref().is_some_and(|expected| expected.is(definition))
    }

    /// What came of it in one look. `tasks` are the primary deployment's current ones, where they could be read.
    pub(super) fn hold(&self, facts: &ServiceFacts, tasks: Option<&[&TaskFacts]>, instead: &Instead) -> Vec<Demand> {
        let image = self.image.as_ref().map(|image| {
            let state = image_state(image, facts, tasks, instead);
            Demand { kind: "image", text: image.to_string(), state }
        });
        let definition = self.definition.as_ref().map(|definition| {
            let runs = facts.primary().is_some_and(|primary| definition.is(&primary.task_definition));
            let state = if runs { DemandState::Met } else { instead.state(&instead.runs) };
            Demand { kind: "task_definition", text: definition.0.clone(), state }
        });
        image.into_iter().chain(definition).collect()
    }
}

/// The text under a key. One that is given and blank, as in `--var image=$IMAGE` where nobody set that, is refused:
/// whoever wrote it meant to expect something.
fn written(key: &str, value: Option<&Value>) -> Result<Option<String>, String> {
    match value {
        None => Ok(None),
        Some(Value::Null) => Err(format!("`{key}` is given without a value; leave it out to test whatever runs")),
        Some(value) => match to_text(value) {
            text if text.is_empty() => Ok(None),
            text if text.trim().is_empty() => {
                Err(format!("`{key}` is nothing but white space; leave it out to test whatever runs"))
            }
            text => Ok(Some(text.trim().to_owned())),
        },
    }
}

fn image_state(image: &Image, facts: &ServiceFacts, tasks: Option<&[&TaskFacts]>, instead: &Instead) -> DemandState {
    let Some(tasks) = tasks else {
        let why = facts.tasks.as_ref().err().map(|error| error.message.clone());
        return DemandState::Unknown(why.unwrap_or_else(|| "its tasks are not known".to_owned()));
    };
    // A task that does not run yet has no digest yet.
    let running: Vec<&&TaskFacts> = tasks.iter().filter(|task| task.status == "RUNNING").collect();
    match running.iter().all(|task| task.containers.iter().any(|container| image.is_in(container))) {
        true if running.is_empty() => instead.state(&format!("no task of {} runs yet", facts.name)),
        true => DemandState::Met,
        false => instead.state(&instead.runs),
    }
}

/// What there is where something else was expected.
#[derive(Debug)]
pub(super) struct Instead {
    /// What runs: `bulk-import-worker runs task definition worker:41, image …`.
    pub(super) runs: String,
    /// That the roll-out was taken back since somebody looks, and to what: `was rolled back to …`.
    pub(super) back: Option<String>,
}

impl Instead {
    /// It may still come; where the roll-out was taken back it never does.
    fn state(&self, what: &str) -> DemandState {
        match &self.back {
            Some(back) => DemandState::Broken(format!("{what}; it {back}")),
            None => DemandState::Open(what.to_owned()),
        }
    }
}

impl Definition {
    fn of(written: String) -> Result<Self, String> {
        let (family, revision) = aws::short_name(&written).rsplit_once(':').unwrap_or_default();
        if family.is_empty() || revision.is_empty() || !revision.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(format!("`{written}` names no revision: a task_definition is `family:revision` or its ARN"));
        }
        Ok(Self(written))
    }

    /// Whether that ARN is meant. A name means the family in whatever account the service is in.
    fn is(&self, arn: &str) -> bool {
        if self.0.starts_with("arn:") { self.0 == arn } else { self.0 == aws::short_name(arn) }
    }
}
