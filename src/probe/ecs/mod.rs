//! `ecs`: services, their deployments and tasks.

mod cause;
mod deployment;
mod emptied;
mod evidence;
mod expected;
mod health;
mod image;
mod roll_back;
mod service;
mod since;
mod sorted;
mod steady;
mod task;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use expected::Expected;
use futures_util::future::try_join_all;

pub use emptied::wants_none;
pub use service::{Service, ServiceMessage};
use since::Since;
pub use task::{StoppedTask, Task};

use super::{Demand, LookError, LookErrorKind, Unknown, Vantage};
use crate::aws::{self, ServiceFacts};
use crate::diagnostic::Location;
use crate::event::Evidence;
use crate::expr::{self, Bound, EvaluationError, Scope, Template, Value};

/// The fields of `service`, and of each entry of `services`.
pub const FIELDS: &[&str] = &[
    "desired",
    "running",
    "pending",
    "healthy",
    "unhealthy",
    "rollout",
    "deployment",
    "task_definition",
    "images",
    "digests",
    "deployed_at",
    "tasks",
    "stopped",
    "retired",
    "events",
    "failed",
    "steady",
];

/// What is written under `ecs`.
#[derive(Debug)]
pub struct Ecs {
    /// `cluster`: name or ARN.
    pub cluster: Template,
    /// `service` or `services`.
    pub services: Services,
    /// `image`: what the deploy job says it deployed, for every service that is asked for; empty text expects nothing.
    pub image: Option<Template>,
    /// `task_definition`: likewise, as `family:revision` or ARN.
    pub task_definition: Option<Template>,
}

/// One service or several.
#[derive(Debug)]
pub enum Services {
    /// `service: name` brings `service`.
    One(Template),
    /// `services: [name, …]` brings `services`, a map by name.
    Several(Template),
}

/// A query, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    cluster: String,
    names: Vec<String>,
    several: bool,
    expected: Expected,
}

/// `service` or `services`.
#[derive(Debug)]
pub struct ServicesSeen {
    /// In the order in which they were asked for.
    services: Vec<Service>,
    several: bool,
    /// What could not be known.
    pub unknowns: Vec<Unknown>,
    /// What came of `image` and `task_definition`.
    pub demands: Vec<Demand>,
    /// What AWS told, which others were told as well.
    facts: Vec<Arc<ServiceFacts>>,
    /// What expressions see of it, made when the first of them looks.
    bound: OnceLock<Bound>,
}

impl Ecs {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let Self { cluster, services, image, task_definition } = self;
        let (Services::One(services) | Services::Several(services)) = services;
        let expected = image.iter().chain(task_definition);
        [cluster, services].into_iter().chain(expected).collect()
    }

    /// Whether it says what must run, and so waits for that.
    #[must_use]
    pub fn expects(&self) -> bool {
        self.image.is_some() || self.task_definition.is_some()
    }

    /// What is wrong with what it says must run, and where that stands, as far as its values are known.
    #[must_use]
    pub fn misworded(&self, scope: &Scope) -> Option<(&Location, EvaluationError)> {
        let value = |template: &Option<Template>| template.as_ref()?.evaluate(scope).ok();
        let image = Expected::of(value(&self.image).as_ref(), None).err().zip(self.image.as_ref());
        let definition = || Expected::of(None, value(&self.task_definition).as_ref()).err();
        let wrong = image.or_else(|| definition().zip(self.task_definition.as_ref()));
        wrong.map(|(error, template)| (template.location(), error))
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope) -> Result<Query, EvaluationError> {
        let cluster = self.cluster.evaluate_text(scope)?;
        let value = |template: &Option<Template>| template.as_ref().map(|value| value.fill(scope)).transpose();
        let expected = Expected::of(value(&self.image)?.as_ref(), value(&self.task_definition)?.as_ref())?;
        let query = match &self.services {
            Services::One(name) => Query::new(cluster, vec![name.evaluate_text(scope)?], false),
            Services::Several(names) => Query::new(cluster, texts(&names.fill(scope)?)?, true),
        };
        Ok(Query { expected, ..query? })
    }

    /// `service` with its fields, or `services`, whose keys are names that nobody knows beforehand.
    #[must_use]
    pub fn brings(&self) -> (&'static str, &'static [&'static str]) {
        match self.services {
            Services::One(_) => ("service", FIELDS),
            Services::Several(_) => ("services", &[]),
        }
    }
}

/// A list of names.
fn texts(value: &Value) -> Result<Vec<String>, EvaluationError> {
    let names: Result<Vec<String>, _> = serde_json::from_value(expr::to_json(value));
    names.map_err(|_| EvaluationError::new("services must be a list of names"))
}

impl Query {
    fn new(cluster: String, names: Vec<String>, several: bool) -> Result<Self, EvaluationError> {
        let empty = |what: &str| Err(EvaluationError::new(format!("{what} must not be empty")));
        if cluster.is_empty() {
            return empty("cluster");
        }
        if names.is_empty() || names.iter().any(String::is_empty) {
            return empty(if several { "services" } else { "service" });
        }
        Ok(Self { cluster, names, several, expected: Expected::default() })
    }

    /// A query for one service, for whoever has no template to fill in.
    #[must_use]
    pub fn one(cluster: &str, service: &str) -> Self {
        let (cluster, names) = (cluster.to_owned(), vec![service.to_owned()]);
        Self { cluster, names, several: false, expected: Expected::default() }
    }

    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen; a service that is not there is a [`LookErrorKind::System`], which waiting may
    /// outlast.
    pub async fn look(&self, vantage: &Vantage) -> Result<Arc<ServicesSeen>, LookError> {
        let reader = vantage.instruments.aws.as_ref().ok_or_else(no_aws)?;
        let looks = self.names.iter().map(|name| reader.service(&self.cluster, name));
        let facts = reader.before(vantage.deadline, "ecs", try_join_all(looks)).await?;
        let (window, seen) = (reader.start_of(&vantage.window), vantage.window.clone());
        let since = Since { window, step: reader.at(vantage.step_start), seen };
        let seen = facts.iter().map(|facts| Service::of(facts, &since, &self.expected));
        let seen = ServicesSeen::new(seen.collect(), self.several);
        let living = seen.services.iter().flat_map(|service| service.tasks.iter().flatten());
        vantage.window.saw_alive(living.map(|task| task.id.as_str()));
        Ok(vantage.instruments.recent.share(ServicesSeen { facts, ..seen }, ServicesSeen::is_the_same))
    }

    /// What it looks at in AWS.
    #[must_use]
    pub fn things(&self) -> Vec<aws::Thing> {
        let service = |name: &String| aws::Thing::Service { cluster: self.cluster.clone(), name: name.clone() };
        self.names.iter().map(service).collect()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("ecs {}/{}", aws::short_name(&self.cluster), self.names.join(","))
    }
}

fn no_aws() -> LookError {
    let message = "the target has no aws in smoke.yaml: an ecs step cannot look".to_owned();
    LookError { kind: LookErrorKind::Unusable, message, retry_after: None }
}

impl ServicesSeen {
    fn new(services: Vec<Service>, several: bool) -> Self {
        let path = |service: &Service, field: &str| {
            if several { format!("services.{}.{field}", service.name) } else { format!("service.{field}") }
        };
        let unknown = |service: &Service| -> Vec<Unknown> {
            let unknowns = service.unknowns.iter();
            unknowns.map(|(field, why)| Unknown { path: path(service, field), why: why.clone() }).collect()
        };
        let unknowns = services.iter().flat_map(unknown).collect();
        let demands = services.iter().flat_map(|service| service.demands.clone()).collect();
        Self { services, several, unknowns, demands, facts: Vec::new(), bound: OnceLock::new() }
    }

    /// What is seen of one service by somebody who expects nothing.
    #[cfg(test)]
    pub(crate) fn made_up(facts: &ServiceFacts) -> Self {
        let since = Since { window: facts.seen_at, step: facts.seen_at, seen: aws::Window::opening() };
        Self::new(vec![Service::of(facts, &since, &Expected::default())], false)
    }

    /// Whether it says the same as `other`, of the same look: where the windows differ, other tasks may have stopped in
    /// them, a roll-back may be older than one of them, and where something else was expected, something else came of it.
    fn is_the_same(&self, other: &Self) -> bool {
        let looks = self.facts.len() == other.facts.len()
            && self.facts.iter().zip(&other.facts).all(|(one, other)| Arc::ptr_eq(one, other));
        let gone = || self.services.iter().map(Service::gone).eq(other.services.iter().map(Service::gone));
        let stood =
            |service: &Service, other: &Service| service.failed == other.failed && service.blockers == other.blockers;
        let stood = || self.services.iter().zip(&other.services).all(|(one, other)| stood(one, other));
        looks && self.several == other.several && self.demands == other.demands && gone() && stood()
    }

    /// The services that were seen, in the order in which they were asked for.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let line = |service: &Service| {
            if self.several { format!("{}: {}", service.name, service.summary()) } else { service.summary() }
        };
        self.services.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// What is wrong, where this alone shows it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        self.services.iter().find_map(Service::cause)
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        self.services.iter().flat_map(Service::evidence).collect()
    }

    /// The name and the value that expressions see; what is not known is among it as such.
    #[must_use]
    pub fn binding(&self) -> (&'static str, Bound) {
        let name = if self.several { "services" } else { "service" };
        let bind = || {
            let mut value = self.value();
            self.unknowns.iter().for_each(|unknown| unknown.withhold(name, &mut value));
            Bound::from(value)
        };
        (name, self.bound.get_or_init(bind).clone())
    }

    fn value(&self) -> Value {
        match self.services.as_slice() {
            [service] if !self.several => expr::from_observation(service),
            services => {
                let by_name: BTreeMap<&str, &Service> =
                    services.iter().map(|service| (service.name.as_str(), service)).collect();
                expr::from_observation(&by_name)
            }
        }
    }
}
