//! The conductor: makes run what the fleet wants, measures what really runs, and has the alarm evaluated.
//!
//! What to do is decided by [`reconcile`], a plain function; this loop performs it. A task is a tokio task that runs the
//! service's API or its worker; it ends when that ends.

mod crew;
mod health;
mod reconcile;
mod stage;
mod step;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::cloud::Cloud;
use super::cloud::cloudwatch::Alarm;
use super::cloud::ecs::{Fleet, Status};
use super::fault::{Fault, FaultSet};
use crew::Crew;
use reconcile::Step;

pub(crate) use crew::Workplace;
pub(crate) use stage::{ALARM, BACKEND, LOG_GROUP, WORKER, set_up};

/// How often is looked while something is on its way, and while nothing is.
const BUSY: Duration = Duration::from_millis(40);
const IDLE: Duration = Duration::from_secs(1);
/// One point a second: scaled down from one a minute.
const SAMPLING: TimeDelta = TimeDelta::seconds(1);
/// A service's metrics begin when a task of it first runs, or after this long.
const FIRST_SAMPLE: TimeDelta = TimeDelta::seconds(2);
/// With the fault `alarm-firing` the metric is broken from so long after its first point on, so that the alarm was OK
/// before, and the point that follows breaks it: a run is not ready sooner than that, and looks again at its end.
const FEED_BREAKS: TimeDelta = TimeDelta::milliseconds(900);

/// Conducts until it is told to stop, or whoever could tell it is gone; then stops all tasks and waits for them.
pub(crate) async fn conduct(
    cloud: Arc<Cloud>,
    workplace: Workplace,
    faults: FaultSet,
    mut stop: watch::Receiver<bool>,
) {
    let mut conductor = Conductor {
        crew: Crew::new(Arc::clone(&cloud), workplace),
        cloud,
        faults,
        first_sample: None,
        next_sample: None,
    };
    loop {
        conductor.look(Utc::now()).await;
        let pause = conductor.pause();
        tokio::select! {
            ended = conductor.crew.ended() => conductor.note_end(&ended),
            () = conductor.cloud.changed.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    conductor.crew.stop_all().await;
}

/// Waits until the alarm was held against its metric and, where there is one, until the API answers.
pub(crate) async fn came_up(cloud: &Cloud, api: Option<SocketAddr>) {
    let evaluated = || cloud.watch.lock().alarms.iter().all(Alarm::is_evaluated);
    while !evaluated() {
        tokio::time::sleep(BUSY).await;
    }
    let Some(api) = api else { return };
    while !health::answers(api).await {
        tokio::time::sleep(BUSY).await;
    }
}

struct Conductor {
    cloud: Arc<Cloud>,
    crew: Crew,
    faults: FaultSet,
    first_sample: Option<DateTime<Utc>>,
    next_sample: Option<DateTime<Utc>>,
}

impl Conductor {
    async fn look(&mut self, now: DateTime<Utc>) {
        self.crew.check_health(now).await;
        self.reconcile(now).await;
        self.sample(now);
    }

    async fn reconcile(&mut self, now: DateTime<Utc>) {
        loop {
            let steps = self.decide(now);
            if steps.is_empty() {
                return;
            }
            for step in steps {
                match step {
                    Step::Run { task } => self.crew.start(&task, now).await,
                    Step::Stop { task, .. } => self.crew.stop(&task),
                    _ => {}
                }
            }
        }
    }

    /// What is to be done, already noted in the fleet.
    fn decide(&self, now: DateTime<Utc>) -> Vec<Step> {
        let mut fleet = self.cloud.fleet.lock();
        let steps = reconcile::reconcile(&fleet, now);
        for step in &steps {
            step::apply(&mut fleet, step, now);
        }
        steps
    }

    fn note_end(&self, ended: &crew::Ended) {
        self.cloud.fleet.lock().task_ended(&ended.task, Some(ended.exit_code), Utc::now());
    }

    /// Measures once a second, and has the alarm evaluated with it.
    fn sample(&mut self, now: DateTime<Utc>) {
        let fleet = self.cloud.fleet.lock();
        if self.next_sample.map_or_else(|| !metrics_begin(&fleet, now), |next| now < next) {
            return;
        }
        let first = *self.first_sample.get_or_insert(now);
        // On the beat, however late this one is, so that the interval does not grow.
        let next = self.next_sample.unwrap_or(now) + SAMPLING;
        self.next_sample = Some(if next > now { next } else { now + SAMPLING });
        let broken = self.faults.contains(Fault::AlarmFiring) && now - first >= FEED_BREAKS;
        let mut watch = self.cloud.watch.lock();
        for service in &fleet.services {
            let count = |among: &[Status]| {
                let of_it = fleet.tasks.iter().filter(|task| task.service == service.name);
                of_it.filter(|task| among.contains(&task.status)).fold(0.0, |count, _| count + 1.0)
            };
            let running = if broken && service.name == WORKER { 0.0 } else { count(&[Status::Running]) };
            watch.metrics.put(&stage::metric("RunningTaskCount", &service.name), now, running);
            let pending = count(&[Status::Provisioning, Status::Pending]);
            watch.metrics.put(&stage::metric("PendingTaskCount", &service.name), now, pending);
        }
        watch.evaluate(now);
    }

    fn pause(&self) -> Duration {
        let idle = reconcile::is_settled(&self.cloud.fleet.lock());
        let longest = if idle { IDLE } else { BUSY };
        let until_sample = self.next_sample.and_then(|next| (next - Utc::now()).to_std().ok());
        longest.min(until_sample.unwrap_or(BUSY))
    }
}

/// Container Insights gives the first point of a new service only a while after it was created.
fn metrics_begin(fleet: &Fleet, now: DateTime<Utc>) -> bool {
    fleet.services.iter().all(|service| service.ran || now - service.created >= FIRST_SAMPLE)
}
