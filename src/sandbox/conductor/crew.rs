//! The tasks that really run: started, checked, stopped.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use super::stage::BACKEND;
use super::{health, reconcile};
use crate::sandbox::cloud::Cloud;
use crate::sandbox::cloud::ecs::{Definition, Health, Status};
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::log::LogSink;
use crate::sandbox::service::{Database, run_worker, serve_api};

/// A task that was told to stop and has not after this long is killed.
const GRACE: Duration = Duration::from_secs(3);
/// What a task that is killed exits with.
const KILLED: i32 = 137;
/// What a task that panics exits with.
const PANICKED: i32 = 101;
/// A healthy task is checked this often.
const CHECKED: TimeDelta = TimeDelta::milliseconds(900);

/// What tasks work with.
#[derive(Debug)]
pub(crate) struct Workplace {
    /// What the API and the worker share.
    pub(crate) database: Database,
    /// What is broken in the worker.
    pub(crate) faults: FaultSet,
    /// Where the API listens.
    pub(crate) api: SocketAddr,
    /// Bound to that already, for the first task that serves it.
    pub(crate) listener: Option<TcpListener>,
}

/// A task that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) task: String,
    pub(super) exit_code: i32,
}

/// All that run.
pub(super) struct Crew {
    cloud: Arc<Cloud>,
    workplace: Workplace,
    members: HashMap<String, watch::Sender<bool>>,
    checked: HashMap<String, DateTime<Utc>>,
    ends: (mpsc::UnboundedSender<Ended>, mpsc::UnboundedReceiver<Ended>),
}

type Work = Pin<Box<dyn Future<Output = i32> + Send>>;

impl Crew {
    /// Nobody yet.
    pub(super) fn new(cloud: Arc<Cloud>, workplace: Workplace) -> Self {
        Self { cloud, workplace, members: HashMap::new(), checked: HashMap::new(), ends: mpsc::unbounded_channel() }
    }

    /// Starts the container of a task, or notes why it cannot be started.
    pub(super) async fn start(&mut self, id: &str, now: DateTime<Utc>) {
        let (stop, stopped) = watch::channel(false);
        match self.work(id, stopped.clone(), now).await {
            Ok(work) => {
                self.members.insert(id.to_owned(), stop);
                let ends = self.ends.0.clone();
                let task = id.to_owned();
                tokio::spawn(async move {
                    let exit_code = run(work, stopped).await;
                    // Nobody listens any more once the sandbox has stopped.
                    let _ = ends.send(Ended { task, exit_code });
                });
            }
            Err(reason) => self.refuse(id, reason, now),
        }
    }

    fn refuse(&self, id: &str, reason: String, now: DateTime<Utc>) {
        let mut fleet = self.cloud.fleet.lock();
        if let Some(task) = fleet.task_mut(id) {
            task.started = None;
            task.refuse(reason);
        }
        fleet.task_ended(id, None, now);
    }

    /// What the task's container does.
    async fn work(&mut self, id: &str, stop: watch::Receiver<bool>, now: DateTime<Utc>) -> Result<Work, String> {
        let (service, stream) = self.about(id)?;
        let log = self.sink(stream, now);
        let database = self.workplace.database.clone();
        let faults = self.workplace.faults.clone();
        if service != BACKEND {
            return Ok(Box::pin(run_worker(id.to_owned(), database, faults, log, stop)));
        }
        let listener = match self.workplace.listener.take() {
            Some(listener) => listener,
            None => self.bind_api().await?,
        };
        Ok(Box::pin(async move {
            serve_api(listener, database, faults, log, stop).await;
            0
        }))
    }

    async fn bind_api(&self) -> Result<TcpListener, String> {
        let mut address = self.workplace.api;
        if self.workplace.faults.contains(Fault::ApiDown) {
            // A release that listens on a port of which nobody knows.
            address.set_port(0);
        }
        let bound = TcpListener::bind(address).await;
        bound.map_err(|error| format!("CannotStartContainerError: cannot listen on {address}: {error}"))
    }

    /// The task's service, and its log group and stream where it has them.
    fn about(&self, id: &str) -> Result<(String, Option<(String, String)>), String> {
        let fleet = self.cloud.fleet.lock();
        let task = fleet.task(id).ok_or("the task is gone")?;
        let definition = fleet.definition(&task.definition).ok_or("its task definition is gone")?;
        if definition.has_image() {
            Ok((task.service.clone(), definition.log_stream(id)))
        } else {
            let image = definition.image();
            Err(format!("CannotPullContainerError: pull image manifest: failed to resolve ref {image}: not found"))
        }
    }

    fn sink(&self, stream: Option<(String, String)>, now: DateTime<Utc>) -> LogSink {
        let Some((group, stream)) = stream else { return Arc::new(|_, _| {}) };
        let cloud = Arc::clone(&self.cloud);
        cloud.logs.lock().create_stream(&group, &stream, now);
        Arc::new(move |time, message| cloud.logs.lock().put((&group, &stream), time, message, Utc::now()))
    }

    /// Tells a task to stop.
    pub(super) fn stop(&self, id: &str) {
        if let Some(member) = self.members.get(id) {
            member.send_replace(true);
        }
    }

    /// The next task that has ended, as soon as there is one.
    pub(super) async fn ended(&mut self) -> Ended {
        match self.ends.1.recv().await {
            Some(ended) => {
                self.members.remove(&ended.task);
                self.checked.remove(&ended.task);
                ended
            }
            // There always is a sender: our own.
            None => std::future::pending().await,
        }
    }

    /// Stops all and waits until they have.
    pub(super) async fn stop_all(&mut self) {
        for member in self.members.values() {
            member.send_replace(true);
        }
        while !self.members.is_empty() {
            self.ended().await;
        }
    }

    /// Runs the health checks that are due.
    pub(super) async fn check_health(&mut self, now: DateTime<Utc>) {
        for (id, service) in self.due(now) {
            let beat = if service == BACKEND {
                health::answers(self.workplace.api).await.then_some(now)
            } else {
                self.workplace.database.last_heartbeat(&id)
            };
            let mut fleet = self.cloud.fleet.lock();
            let checked = fleet.task(&id).map(|task| reconcile::health(task, beat, now));
            if let Some(checked) = checked {
                fleet.set_health(&id, checked);
            }
            self.checked.insert(id, now);
        }
    }

    /// Tasks that run and are not known to be healthy, or were looked at a while ago.
    fn due(&self, now: DateTime<Utc>) -> Vec<(String, String)> {
        let fleet = self.cloud.fleet.lock();
        let checked = |definition: &str| fleet.definition(definition).is_some_and(Definition::has_health_check);
        fleet
            .tasks
            .iter()
            .filter(|task| task.status == Status::Running && checked(&task.definition))
            .filter(|task| {
                let recent = self.checked.get(&task.id).is_some_and(|last| now - *last < CHECKED);
                task.health != Health::Healthy || !recent
            })
            .map(|task| (task.id.clone(), task.service.clone()))
            .collect()
    }
}

/// Runs the work to its end, or kills it when it was told to stop and does not.
async fn run(work: Work, mut stop: watch::Receiver<bool>) -> i32 {
    let mut work = tokio::spawn(work);
    let overdue = async {
        // An error means that the crew is gone, which is as good as being told.
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = &mut work => ended.unwrap_or(PANICKED),
        () = overdue => {
            work.abort();
            KILLED
        }
    }
}
