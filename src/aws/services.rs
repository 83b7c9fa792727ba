//! ECS services: ten names a call, each with its deployments, its tasks and whether it was rolled back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::operation::describe_services::DescribeServicesOutput;
use aws_sdk_ecs::types::{Deployment, DeploymentControllerType, DeploymentStrategy, Failure, Service};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::action::Action;
use super::apart::{self, Refusal};
use super::arn::short_name;
use super::connect::Clients;
use super::definitions::{DefinitionFacts, Definitions};
use super::failure::{self, look_error};
use super::gather::{Brought, Gathering, Wanted};
use super::known::{Known, time};
use super::last_deployment::{LastDeployment, primary};
use super::tasks::{self, TaskFacts};
use crate::look::{LookError, LookErrorKind};

/// `DescribeServices` takes no more.
const SERVICES_A_CALL: usize = 10;

/// A service as AWS told it.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// Its name.
    pub name: String,
    /// When it was looked at.
    pub seen_at: DateTime<Utc>,
    /// `ACTIVE`, or `DRAINING` while it is being deleted.
    pub status: String,
    /// How many tasks it wants.
    pub desired: i32,
    /// How many run, of all deployments.
    pub running: i32,
    /// How many are on their way, of all deployments.
    pub pending: i32,
    /// Its deployments; `PRIMARY` is the one that is meant to be.
    pub deployments: Vec<DeploymentFacts>,
    /// The newest first, as AWS keeps them: the last hundred.
    pub events: Vec<ServiceEvent>,
    /// `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`.
    pub strategy: String,
    /// Whether a failed deployment may be rolled back on its own: by the circuit breaker or by an alarm.
    pub may_roll_back: bool,
    /// Its tasks: those running, and those stopped as long as AWS remembers them (at least an hour).
    pub tasks: Known<Vec<TaskFacts>>,
    /// What the primary deployment's tasks are made from.
    pub definition: Known<Arc<DefinitionFacts>>,
    /// The newest service deployment; none where there never was one.
    pub last_deployment: Known<Option<LastDeployment>>,
}

/// One of a service's deployments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentFacts {
    /// For instance `ecs-svc/1234567890123456789`.
    pub id: String,
    /// `PRIMARY`, `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// ARN of the task definition.
    pub task_definition: String,
    /// How many tasks it wants.
    pub desired: i32,
    /// How many of its tasks run.
    pub running: i32,
    /// How many are on their way.
    pub pending: i32,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`; none where ECS does not roll out itself.
    pub rollout: Option<String>,
    /// Why, in words.
    pub rollout_reason: Option<String>,
    /// When it began.
    pub created_at: Option<DateTime<Utc>>,
    /// When it changed last.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Something that a service told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub message: String,
}

impl ServiceFacts {
    /// The deployment that is meant to be.
    #[must_use]
    pub fn primary(&self) -> Option<&DeploymentFacts> {
        self.deployments.iter().find(|deployment| deployment.status == "PRIMARY")
    }
}

type Lane = Arc<Gathering<String, Arc<ServiceFacts>>>;

/// The looks at services, a lane for each cluster.
#[derive(Debug)]
pub(super) struct Services {
    clients: Arc<Clients>,
    definitions: Arc<Definitions>,
    lanes: Mutex<BTreeMap<String, Lane>>,
}

impl Services {
    pub(super) fn new(clients: &Arc<Clients>) -> Self {
        Self { clients: Arc::clone(clients), definitions: Arc::default(), lanes: Mutex::default() }
    }

    pub(super) async fn look(&self, cluster: &str, service: &str) -> Result<Arc<ServiceFacts>, LookError> {
        self.lane(cluster).ask(service.to_owned(), DateTime::<Utc>::MAX_UTC).await
    }

    fn lane(&self, cluster: &str) -> Lane {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            let cluster = Cluster::new(Arc::clone(&self.clients), Arc::clone(&self.definitions), cluster.to_owned());
            let cluster = Arc::new(cluster);
            let pace = Arc::clone(&cluster.clients.ecs_pace);
            Gathering::new(pace, move |wanted| {
                let cluster = Arc::clone(&cluster);
                Box::pin(async move { cluster.look(wanted).await })
            })
        };
        Arc::clone(lanes.entry(cluster.to_owned()).or_insert_with(open))
    }
}

/// One cluster to look at.
struct Cluster {
    clients: Arc<Clients>,
    definitions: Arc<Definitions>,
    name: String,
}

impl Cluster {
    fn new(clients: Arc<Clients>, definitions: Arc<Definitions>, name: String) -> Self {
        Self { clients, definitions, name }
    }

    async fn look(&self, wanted: Wanted<String>) -> Brought<String, Arc<ServiceFacts>> {
        let names: Vec<String> = wanted.into_keys().collect();
        let chunks = join_all(names.chunks(SERVICES_A_CALL).map(|chunk| self.look_at(chunk))).await;
        chunks.into_iter().flatten().collect()
    }

    async fn look_at(&self, names: &[String]) -> Brought<String, Arc<ServiceFacts>> {
        let mut brought = Brought::new();
        for (names, answer) in apart::ask(names, |names| self.describe(names)).await {
            match answer {
                Ok(answer) => brought.extend(self.read(names, &answer).await),
                Err(error) => brought.extend(names.iter().map(|name| (name.clone(), Err(error.clone())))),
            }
        }
        brought
    }

    async fn describe(&self, names: &[String]) -> Result<DescribeServicesOutput, Refusal> {
        self.clients.ecs_pace.turn().await;
        let call = self.clients.ecs.describe_services().cluster(&self.name).set_services(Some(names.to_vec()));
        call.send().await.map_err(|error| {
            if failure::is_missing(&error) {
                let words = format!("no cluster {} in {}", self.name, self.clients.region);
                return Refusal::OfAll(look_error(LookErrorKind::System, words));
            }
            failure::refusal(Action::DescribeServices, &error)
        })
    }

    async fn read(&self, names: &[String], answer: &DescribeServicesOutput) -> Brought<String, Arc<ServiceFacts>> {
        let found = names.iter().filter_map(|name| Some((name, find(answer.services(), name)?)));
        let found: Vec<(&String, &Service)> = found.collect();
        let (found, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(_, service)| self.deployed_otherwise(service).is_none());
        let mut brought = self.complete(&found).await;
        let refused =
            |(name, service): (&String, &Service)| Some((name.clone(), Err(self.deployed_otherwise(service)?)));
        brought.extend(others.into_iter().filter_map(refused));
        for name in names {
            brought.entry(name.clone()).or_insert_with(|| Err(self.missing(name, answer.failures())));
        }
        brought
    }

    /// What `DescribeServices` does not say of the services it found.
    async fn complete(&self, found: &[(&String, &Service)]) -> Brought<String, Arc<ServiceFacts>> {
        let (clients, cluster) = (&*self.clients, self.name.as_str());
        let lists = join_all(found.iter().map(|(_, service)| tasks::list(clients, cluster, name_of(service))));
        let rolled = join_all(found.iter().map(|(_, service)| LastDeployment::read(clients, cluster, service)));
        let definitions = join_all(found.iter().map(|(_, service)| self.definition(service)));
        let (lists, rolled, definitions) = tokio::join!(lists, rolled, definitions);
        let tasks = tasks::describe_each(clients, cluster, &lists).await;
        let parts = found.iter().zip(tasks).zip(rolled).zip(definitions);
        let facts = parts.map(|((((name, service), tasks), last_deployment), definition)| {
            let facts = service_facts(service, self.clients.now());
            ((*name).clone(), Ok(Arc::new(ServiceFacts { tasks, definition, last_deployment, ..facts })))
        });
        facts.collect()
    }

    async fn definition(&self, service: &Service) -> Known<Arc<DefinitionFacts>> {
        let arn = primary(service).and_then(Deployment::task_definition).or(service.task_definition());
        match arn {
            Some(arn) => self.definitions.get(&self.clients, arn).await,
            None => Err(look_error(LookErrorKind::Obscured, "the service has no task definition")),
        }
    }

    /// Who deploys it, where that is not ECS itself. Its task sets are no deployments, and a look at these would say
    /// nothing of what runs.
    fn deployed_otherwise(&self, service: &Service) -> Option<LookError> {
        let controller = service.deployment_controller().map(|controller| controller.r#type().as_str());
        let other = controller.filter(|controller| *controller != DeploymentControllerType::Ecs.as_str())?;
        let words = format!(
            "service {} in cluster {} is deployed by {other}, in task sets, which smoke does not read: only services that \
             ECS itself deploys (controller ECS, rolling or blue/green) can be looked at",
            name_of(service),
            short_name(&self.name)
        );
        Some(look_error(LookErrorKind::Denied, words))
    }

    /// What AWS says of a service that it did not describe: with HTTP 200, in `failures`.
    fn missing(&self, name: &str, failures: &[Failure]) -> LookError {
        let of_it = |failure: &&Failure| failure.arn().map(short_name) == Some(short_name(name));
        let failure = failures.iter().find(of_it);
        let reason = failure.and_then(|failure| failure.detail().or(failure.reason())).unwrap_or("MISSING");
        let words = format!("no service {} in cluster {}", short_name(name), short_name(&self.name));
        let words = if reason == "MISSING" { words } else { format!("{words} ({reason})") };
        look_error(LookErrorKind::System, words)
    }
}

/// The service of that name or ARN. A deleted one is described for a while, as `INACTIVE`: it is not there any more.
fn find<'answer>(services: &'answer [Service], name: &str) -> Option<&'answer Service> {
    let is_it = |service: &&Service| service.service_arn() == Some(name) || name_of(service) == short_name(name);
    services.iter().find(is_it).filter(|service| service.status() != Some("INACTIVE"))
}

fn name_of(service: &Service) -> &str {
    service.service_name().unwrap_or_default()
}

fn service_facts(service: &Service, seen_at: DateTime<Utc>) -> ServiceFacts {
    let unread = || look_error(LookErrorKind::Obscured, "not read");
    ServiceFacts {
        name: name_of(service).to_owned(),
        seen_at,
        status: service.status().unwrap_or("ACTIVE").to_owned(),
        desired: service.desired_count(),
        running: service.running_count(),
        pending: service.pending_count(),
        deployments: service.deployments().iter().map(deployment_facts).collect(),
        events: service.events().iter().filter_map(event).collect(),
        strategy: strategy(service),
        may_roll_back: may_roll_back(service),
        tasks: Err(unread()),
        definition: Err(unread()),
        last_deployment: Err(unread()),
    }
}

fn strategy(service: &Service) -> String {
    let strategy = service.deployment_configuration().and_then(|configuration| configuration.strategy());
    strategy.map_or("ROLLING", DeploymentStrategy::as_str).to_owned()
}

fn may_roll_back(service: &Service) -> bool {
    let configuration = service.deployment_configuration();
    let breaker = configuration.and_then(|configuration| configuration.deployment_circuit_breaker());
    let alarms = configuration.and_then(|configuration| configuration.alarms());
    breaker.is_some_and(|breaker| breaker.enable() && breaker.rollback())
        || alarms.is_some_and(|alarms| alarms.enable() && alarms.rollback())
}

fn event(event: &aws_sdk_ecs::types::ServiceEvent) -> Option<ServiceEvent> {
    let (at, message) = (time(event.created_at()?), event.message()?.to_owned());
    Some(ServiceEvent { at, message })
}

fn deployment_facts(deployment: &Deployment) -> DeploymentFacts {
    DeploymentFacts {
        id: deployment.id().unwrap_or_default().to_owned(),
        status: deployment.status().unwrap_or_default().to_owned(),
        task_definition: deployment.task_definition().unwrap_or_default().to_owned(),
        desired: deployment.desired_count(),
        running: deployment.running_count(),
        pending: deployment.pending_count(),
        rollout: deployment.rollout_state().map(|state| state.as_str().to_owned()),
        rollout_reason: deployment.rollout_state_reason().map(str::to_owned),
        created_at: deployment.created_at().map(time),
        updated_at: deployment.updated_at().map(time),
    }
}
