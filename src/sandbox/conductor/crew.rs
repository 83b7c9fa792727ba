//! The tasks that really run: started, checked, stopped.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use super::member::{Leave, Member, Work};
use super::script::{Blow, Script};
use super::stage::{BACKEND, INTAKE, WORKER};
use super::{health, reconcile};
use crate::sandbox::cloud::Cloud;
use crate::sandbox::cloud::ecs::{Definition, Health, Task};
use crate::sandbox::fault::FaultSet;
use crate::sandbox::log::LogSink;
use crate::sandbox::service::{Database, PythonWorker, run_intake_worker, run_worker, serve_api};

/// A healthy task is checked this often.
const CHECKED: TimeDelta = TimeDelta::milliseconds(900);
/// What a worker logs when it begins on an import.
const BEGINS: &str = "\"event\":\"bulk_import_start\"";

/// What tasks work with.
#[derive(Debug)]
pub(crate) struct Workplace {
    /// What the API and the worker share.
    pub(crate) database: Database,
    /// What is broken in the worker.
    pub(crate) faults: FaultSet,
    /// Where the API is to listen; of port 0 the system chooses one.
    pub(crate) api: SocketAddr,
    /// The worker that runs as a process; none: the one that is built in.
    pub(crate) worker: Option<PythonWorker>,
    /// Bound to that already, for the first task that serves it.
    pub(crate) listener: Option<TcpListener>,
}

/// What is heard of the tasks that run.
#[derive(Debug)]
pub(super) enum News {
    /// One has ended.
    Ended {
        /// Its id.
        task: String,
        /// What it ended with.
        exit_code: i32,
    },
    /// One has begun on an import.
    Began {
        /// Its id.
        task: String,
    },
}

/// All that run.
pub(super) struct Crew {
    cloud: Arc<Cloud>,
    workplace: Workplace,
    script: Arc<Script>,
    members: HashMap<String, Member>,
    checked: HashMap<String, DateTime<Utc>>,
    /// Since when a task is known to be healthy.
    well: HashMap<String, DateTime<Utc>>,
    news: (mpsc::UnboundedSender<News>, mpsc::UnboundedReceiver<News>),
}

/// What must be known of a task to start its container.
struct Brief {
    service: String,
    /// Log group and stream, where it has them.
    stream: Option<(String, String)>,
    /// Whether it is of the worker's deployment before the one under test.
    before: bool,
}

impl Crew {
    /// Nobody yet.
    pub(super) fn new(cloud: Arc<Cloud>, workplace: Workplace, script: Arc<Script>) -> Self {
        let (members, checked, well) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { cloud, workplace, script, members, checked, well, news: mpsc::unbounded_channel() }
    }

    /// Starts the container of a task, or notes why it cannot be started.
    pub(super) async fn start(&mut self, id: &str, now: DateTime<Utc>) {
        if let Err(reason) = self.try_start(id, now).await {
            self.refuse(id, reason, now);
        }
    }

    async fn try_start(&mut self, id: &str, now: DateTime<Utc>) -> Result<(), String> {
        let brief = self.brief(id)?;
        let leave = self.script.worker.as_ref().and_then(|worker| worker.before).filter(|_| brief.before);
        let (member, strings) = Member::new(leave.unwrap_or(Leave::AtOnce));
        let work = self.work(id, brief, strings.stop.clone(), now).await?;
        self.members.insert(id.to_owned(), member);
        let (news, task) = (self.news.0.clone(), id.to_owned());
        tokio::spawn(async move {
            let exit_code = strings.run(work).await;
            // Nobody listens any more once the sandbox has stopped.
            let _ = news.send(News::Ended { task, exit_code });
        });
        Ok(())
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
    async fn work(
        &mut self,
        id: &str,
        brief: Brief,
        stop: watch::Receiver<bool>,
        now: DateTime<Utc>,
    ) -> Result<Work, String> {
        let (id, log, database) = (id.to_owned(), self.sink(id, &brief, now), self.workplace.database.clone());
        let faults = if brief.before { FaultSet::default() } else { self.workplace.faults.clone() };
        match (brief.service.as_str(), self.workplace.worker.clone()) {
            (BACKEND, _) => {
                let listener = match self.workplace.listener.take() {
                    Some(listener) => listener,
                    None => self.bind_api().await?,
                };
                // The next task listens at the same place, and health is asked there: a container does so from inside.
                self.workplace.api = listener.local_addr().unwrap_or(self.workplace.api);
                Ok(Box::pin(async move {
                    serve_api(listener, database, faults, log, stop).await;
                    0
                }))
            }
            (INTAKE, _) => Ok(Box::pin(run_intake_worker(id, database, log, stop))),
            (_, Some(python)) => Ok(Box::pin(python.run(id, (database, faults), log, stop))),
            (_, None) => Ok(Box::pin(run_worker(id, database, faults, log, stop))),
        }
    }

    async fn bind_api(&self) -> Result<TcpListener, String> {
        let address = self.workplace.api;
        let bound = TcpListener::bind(address).await;
        bound.map_err(|error| format!("CannotStartContainerError: cannot listen on {address}: {error}"))
    }

    fn brief(&self, id: &str) -> Result<Brief, String> {
        let fleet = self.cloud.fleet.lock();
        let task = fleet.task(id).ok_or("the task is gone")?;
        let definition = fleet.definition(&task.definition).ok_or("its task definition is gone")?;
        if !definition.has_image() {
            let image = definition.image();
            let why =
                format!("CannotPullContainerError: pull image manifest: failed to resolve ref {image}: not found");
            return Err(why);
        }
        let before = task.service == WORKER && self.script.is_before(definition.revision);
        Ok(Brief { service: task.service.clone(), stream: definition.log_stream(id), before })
    }

    /// Where the task's lines go. Lines are stamped by the clock of the host, and heard before they are on their way.
    fn sink(&self, id: &str, brief: &Brief, now: DateTime<Utc>) -> LogSink {
        let Some((group, stream)) = brief.stream.clone() else { return Arc::new(|_, _| {}) };
        let cloud = Arc::clone(&self.cloud);
        cloud.logs.lock().create_stream(&group, &stream, now);
        let is_worker = brief.service == WORKER;
        let behind = if is_worker { self.script.clocks_behind } else { TimeDelta::zero() };
        let heard = is_worker && !brief.before && self.script.blow == Some(Blow::AtWork);
        let (news, task) = (self.news.0.clone(), id.to_owned());
        Arc::new(move |time, message| {
            if heard && message.contains(BEGINS) {
                let _ = news.send(News::Began { task: task.clone() });
            }
            cloud.logs.lock().put((&group, &stream), time - behind, message, Utc::now());
        })
    }

    /// Tells a task to stop.
    pub(super) fn stop(&self, id: &str) {
        if let Some(member) = self.members.get(id) {
            member.stop();
        }
    }

    /// Kills a task.
    pub(super) fn kill(&self, id: &str) {
        if let Some(member) = self.members.get(id) {
            member.kill();
        }
    }

    /// The next that is heard of them, as soon as there is something.
    pub(super) async fn news(&mut self) -> News {
        match self.news.1.recv().await {
            Some(news) => {
                if let News::Ended { task, .. } = &news {
                    self.members.remove(task);
                    self.checked.remove(task);
                    self.well.remove(task);
                }
                news
            }
            // There always is a sender: our own.
            None => std::future::pending().await,
        }
    }

    /// Stops all and waits until they have.
    pub(super) async fn stop_all(&mut self) {
        for member in self.members.values() {
            member.dismiss();
        }
        while !self.members.is_empty() {
            self.news().await;
        }
    }

    /// The tasks whose memory runs out now.
    pub(super) fn outlived(&self, now: DateTime<Utc>) -> Vec<String> {
        let Some(Blow::AfterLife(life)) = self.script.blow else { return Vec::new() };
        let fleet = self.cloud.fleet.lock();
        let is_over = |task: &&Task| self.well.get(&task.id).is_some_and(|since| now - *since >= life);
        let of_it = fleet.tasks.iter().filter(|task| task.service == WORKER && task.is_wanted());
        of_it.filter(is_over).map(|task| task.id.clone()).collect()
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
            let checked = fleet.task(&id).map(|task| {
                let definition = fleet.definition(&task.definition);
                reconcile::health(task, beat, definition.map(Definition::start_period).unwrap_or_default(), now)
            });
            if let Some(checked) = checked {
                fleet.set_health(&id, checked);
            }
            if checked == Some(Health::Healthy) {
                self.well.entry(id.clone()).or_insert(now);
            }
            self.checked.insert(id, now);
        }
    }

    /// Tasks that run and are not known to be healthy, or were looked at a while ago.
    fn due(&self, now: DateTime<Utc>) -> Vec<(String, String)> {
        let fleet = self.cloud.fleet.lock();
        fleet
            .tasks
            .iter()
            .filter(|task| reconcile::is_checked(&fleet, task, now))
            .filter(|task| {
                let recent = self.checked.get(&task.id).is_some_and(|last| now - *last < CHECKED);
                task.health != Health::Healthy || !recent
            })
            .map(|task| (task.id.clone(), task.service.clone()))
            .collect()
    }
}
