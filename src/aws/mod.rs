//! AWS: the only place that names the SDK. One [`Reader`] serves all looks of a run: equal looks at the same time are
//! one call, names are asked for in batches, one scan of a log group serves everybody, throttling slows all together.
//!
//! What it brings is in types of our own, shared by everybody who asked ([`Arc`]). What could not be read of a thing is
//! a [`Known`] error in its place and does not spoil the rest.

mod action;
mod alarm;
mod alarm_types;
mod alarms;
mod apart;
mod arn;
mod clock;
mod connect;
mod definitions;
mod environment;
mod failure;
mod gather;
mod giver;
mod identity;
mod known;
mod last_deployment;
mod meter;
mod metric;
mod mutes;
mod overrides;
mod pace;
mod past;
#[cfg(test)]
pub(crate) mod peer;
mod profile;
mod scan;
mod services;
mod settings;
mod tasks;
#[cfg(test)]
mod tests;
mod told;
mod trial;
mod window;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

pub use action::{Action, Thing};
pub use alarm::{AlarmKind, AlarmSubject, Suppression};
pub use alarms::{AlarmFacts, Transition};
pub use arn::{short_name, task_id};
pub use clock::CLOCK_SKEW;
pub use definitions::{DefinitionFacts, LogSettings};
pub use known::Known;
pub use last_deployment::LastDeployment;
pub use metric::{MetricFacts, Term};
pub use past::Past;
pub use scan::{LogLine, Scan};
pub use services::{DeploymentFacts, ServiceEvent, ServiceFacts};
pub use settings::AwsSettings;
pub use tasks::{ContainerFacts, TaskFacts};
pub use window::Window;

use crate::event::AwsUse;
use crate::look::{LookError, LookErrorKind};

/// The shared reader.
#[derive(Debug)]
pub struct Reader {
    settings: AwsSettings,
    clients: Arc<connect::Clients>,
    services: services::Services,
    alarms: alarms::Alarms,
    scans: scan::Scans,
}

impl Reader {
    /// Sets up the clients. Credentials are only asked for with the first look.
    ///
    /// # Errors
    /// No region anywhere; an endpoint in the environment or the AWS config file that `smoke.yaml` does not name.
    pub async fn connect(settings: &AwsSettings) -> Result<Self, LookError> {
        let ledger = Arc::new(meter::Ledger::default());
        let clients = Arc::new(connect::connect(settings, &ledger).await?);
        Ok(Self {
            settings: settings.clone(),
            services: services::Services::new(&clients),
            alarms: alarms::Alarms::new(&clients),
            scans: scan::Scans::new(&clients),
            clients,
        })
    }

    /// Which account, region and endpoints are looked at, a line each. An account that may not be asked for is said so, and
    /// a clock that is not this machine's.
    pub async fn identity(&self) -> Vec<String> {
        identity::lines(&self.clients, &self.settings).await
    }

    /// Who we are there: `account 123456789012 as arn:…`.
    ///
    /// # Errors
    /// Where nobody says it; without credentials that is [`LookErrorKind::Denied`].
    pub async fn caller(&self) -> Result<String, LookError> {
        identity::caller(&self.clients).await
    }

    /// Which region and endpoints are looked at, a line each.
    #[must_use]
    pub fn place(&self) -> Vec<String> {
        identity::place(&self.clients, &self.settings)
    }

    /// Tries one call that a look at a thing makes. That it finds nothing is no error.
    ///
    /// # Errors
    /// Where it is not allowed, or could not be asked just now.
    pub async fn try_call(&self, action: Action, thing: &Thing) -> Known<()> {
        trial::call(&self.clients, action, thing).await
    }

    /// The next page of a log's past, of streams that begin with `prefix`; none once it is read to the end.
    ///
    /// # Errors
    /// Where the group could not be read; one that is not there is a [`LookErrorKind::System`].
    pub async fn past(&self, group: &str, prefix: Option<&str>, past: &mut Past) -> Known<Option<Vec<Arc<LogLine>>>> {
        past::page(&self.clients, (group, prefix), past).await
    }

    /// The environment in which a program's own AWS client reaches what this reader looks at: variables to set, and such
    /// to take away. A role to assume cannot be passed on so.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, Option<String>)> {
        environment::environment(&self.settings, &self.clients.region)
    }

    /// The time of day by AWS's clock, as its first answer told it; by this machine's where that explains the answer as
    /// well, or nothing is known.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clients.now()
    }

    /// What the time of day was at a moment, by all that is known of AWS's clock by now.
    #[must_use]
    pub fn at(&self, moment: Instant) -> DateTime<Utc> {
        self.clients.ledger.clock.at(moment)
    }

    /// When a window begins, by all that is known of AWS's clock by now.
    #[must_use]
    pub fn start_of(&self, window: &Window) -> DateTime<Utc> {
        let (opened, earlier) = window.start();
        self.at(opened) - earlier
    }

    /// A moment of AWS's clock at which a window had surely not begun yet; none where AWS never told the time.
    #[must_use]
    pub fn surely_before(&self, window: &Window) -> Option<DateTime<Utc>> {
        let (opened, earlier) = window.start();
        Some(self.clients.ledger.clock.at_least(opened)? - earlier)
    }

    /// What a look brings that asks back to the beginning of `window`; once more where only its answer told how far AWS's
    /// clock is off, for then it asked for other times than were meant.
    ///
    /// # Errors
    /// Those of the look.
    pub async fn since<T, L>(&self, window: &Window, look: impl Fn(DateTime<Utc>) -> L) -> Result<T, LookError>
    where
        L: Future<Output = Result<T, LookError>>,
    {
        let since = self.start_of(window);
        let seen = look(since).await;
        if self.start_of(window) == since { seen } else { look(self.start_of(window)).await }
    }

    /// What everybody must know who compares times with those of other machines, where this machine's clock turned out to
    /// be off while the run went on.
    #[must_use]
    pub fn clock_difference(&self) -> Option<String> {
        identity::late_difference(self.clients.ledger.clock.ahead())
    }

    /// What was sent so far, and what was saved.
    #[must_use]
    pub fn used(&self) -> AwsUse {
        self.clients.ledger.used()
    }

    /// How late a log line may become visible: `aws.log_lag`, or 15 s.
    #[must_use]
    pub fn log_lag(&self) -> Duration {
        self.settings.log_lag()
    }

    /// A service with its deployments and tasks. `service` is a name or an ARN.
    ///
    /// # Errors
    /// Where the service could not be described; a service or cluster that is not there is a
    /// [`LookErrorKind::System`].
    pub async fn service(&self, cluster: &str, service: &str) -> Result<Arc<ServiceFacts>, LookError> {
        self.clients.ledger.looked();
        self.services.look(cluster, service).await
    }

    /// A look at a service of AWS (`ecs`, `logs`, `cloudwatch`) that ends with its deadline.
    ///
    /// # Errors
    /// Those of the look; [`LookErrorKind::Obscured`] once the deadline is past, with what AWS said last.
    pub async fn before<T>(
        &self,
        deadline: Instant,
        service: &str,
        look: impl Future<Output = Result<T, LookError>>,
    ) -> Result<T, LookError> {
        let late = || match self.clients.ledger.last_refusal(service) {
            Some(refusal) => format!("{refusal}, and nothing else came before the deadline"),
            None => match self.clients.pace_of(service).holds_back() {
                Some(why) => format!("not everything was seen before the deadline: {why}"),
                None => "AWS did not answer before the deadline".to_owned(),
            },
        };
        let late = || failure::look_error(LookErrorKind::Obscured, late());
        tokio::time::timeout_at(deadline, look).await.unwrap_or_else(|_| Err(late()))
    }

    /// Tasks by their ids, whatever service they are of. One that ECS does not know (any more) is not among them.
    ///
    /// # Errors
    /// Where tasks could not be described.
    pub async fn tasks(&self, cluster: &str, ids: &[String]) -> Result<Vec<TaskFacts>, LookError> {
        self.clients.ledger.looked();
        Ok(tasks::describe(&self.clients, cluster, ids).await?.into_values().collect())
    }

    /// An alarm, with its history from `since` on, or earlier where somebody else asked for more.
    ///
    /// # Errors
    /// Where alarms could not be described. An alarm that is not there is no error.
    pub async fn alarm(&self, name: &str, since: DateTime<Utc>) -> Result<Arc<AlarmFacts>, LookError> {
        self.clients.ledger.looked();
        self.alarms.look(name, since).await
    }

    /// The lines of a log group's streams that begin with `prefix`, from [`CLOCK_SKEW`] before `since` on, or from
    /// earlier where somebody else asked for more.
    ///
    /// # Errors
    /// Where the group could not be read; one that is not there is a [`LookErrorKind::System`].
    pub async fn scan(&self, group: &str, prefix: Option<&str>, since: DateTime<Utc>) -> Result<Arc<Scan>, LookError> {
        self.clients.ledger.looked();
        self.scans.look(group, prefix, since).await
    }
}
