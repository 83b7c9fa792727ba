//! The conductor: makes run what the fleet wants, measures what really runs, and has the alarm evaluated.
//!
//! What to do is decided by [`reconcile`], a plain function; this loop performs it. A task is a tokio task that runs the
//! service's API or its worker; it ends when that ends.

mod crew;
mod feed;
mod gauge;
mod health;
mod member;
mod past;
mod reconcile;
mod script;
mod stage;
mod step;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::cloud::Cloud;
use super::cloud::cloudwatch::Alarm;
use crew::{Crew, News};
use gauge::Gauge;
use reconcile::Step;

pub(crate) use crew::Workplace;
pub(crate) use script::{Script, disturbances, log_lag};
pub(crate) use stage::{ALARM, BACKEND, INTAKE, LOG_GROUP, WORKER, set_up};

/// How often is looked while something is on its way, and while nothing is.
const BUSY: Duration = Duration::from_millis(40);
const IDLE: Duration = Duration::from_secs(1);
/// What a container says of its end when its memory has run out.
const OUT_OF_MEMORY: &str = "OutOfMemoryError: container killed due to memory usage";

/// Conducts until it is told to stop, or whoever could tell it is gone; then stops all tasks and waits for them.
pub(crate) async fn conduct(
    cloud: Arc<Cloud>,
    workplace: Workplace,
    script: Arc<Script>,
    mut stop: watch::Receiver<bool>,
) {
    let mut conductor = Conductor {
        crew: Crew::new(Arc::clone(&cloud), workplace, Arc::clone(&script)),
        gauge: Gauge::new(script.feed),
        cloud,
        script,
    };
    loop {
        conductor.look(Utc::now()).await;
        let pause = conductor.pause();
        tokio::select! {
            news = conductor.crew.news() => conductor.hear(news),
            () = conductor.cloud.changed.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    conductor.crew.stop_all().await;
}

/// Waits until the deployment under test has begun, the alarm was held against its metric and, where there is one, until
/// the API answers.
pub(crate) async fn came_up(cloud: &Cloud, script: &Script, api: Option<SocketAddr>) {
    let begun = || stage::is_set(&cloud.fleet.lock(), script);
    let evaluated = || cloud.watch.lock().alarms.iter().all(Alarm::is_evaluated);
    while !begun() || !evaluated() {
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
    script: Arc<Script>,
    gauge: Gauge,
}

impl Conductor {
    async fn look(&mut self, now: DateTime<Utc>) {
        self.crew.check_health(now).await;
        self.reconcile(now).await;
        self.gauge.beat(&self.cloud.fleet.lock(), &mut self.cloud.watch.lock(), now);
        for task in self.crew.outlived(now) {
            self.strike(&task, Some(OUT_OF_MEMORY), now);
        }
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
        stage::cue(&mut fleet, &self.script, now);
        let steps = reconcile::reconcile(&fleet, now);
        for step in &steps {
            step::apply(&mut fleet, step, now);
        }
        steps
    }

    fn hear(&mut self, news: News) {
        let now = Utc::now();
        match news {
            News::Ended { task, exit_code } => self.cloud.fleet.lock().task_ended(&task, Some(exit_code), now),
            News::Began { task } => self.strike(&task, None, now),
        }
    }

    /// Kills a task. The metric has a point just before, so that the next one comes when there is another task again: of a
    /// gap as short as this one the metric rarely knows.
    fn strike(&mut self, task: &str, reason: Option<&str>, now: DateTime<Utc>) {
        let mut fleet = self.cloud.fleet.lock();
        self.gauge.now(&fleet, &mut self.cloud.watch.lock(), now);
        if let Some(task) = fleet.task_mut(task) {
            task.container_reason = reason.map(str::to_owned);
        }
        drop(fleet);
        self.crew.kill(task);
    }

    fn pause(&self) -> Duration {
        let idle = reconcile::is_settled(&self.cloud.fleet.lock());
        let longest = if idle { IDLE } else { BUSY };
        let until_sample = self.gauge.next().and_then(|next| (next - Utc::now()).to_std().ok());
        longest.min(until_sample.unwrap_or(BUSY))
    }
}
