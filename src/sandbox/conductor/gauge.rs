//! Container Insights: what is measured of the services, as points of metrics; the alarm is evaluated with each.

use chrono::{DateTime, TimeDelta, Utc};

use super::feed::Feed;
use super::stage::{WORKER, metric};
use crate::sandbox::cloud::cloudwatch::Watch;
use crate::sandbox::cloud::ecs::{Fleet, Service, Status};

/// A service's metrics begin when a task of it first runs, or after this long.
const FIRST: TimeDelta = TimeDelta::seconds(2);

/// When was measured, and when it is next.
#[derive(Debug)]
pub(super) struct Gauge {
    feed: Feed,
    first: Option<DateTime<Utc>>,
    next: Option<DateTime<Utc>>,
}

impl Gauge {
    /// One that has not measured yet.
    pub(super) const fn new(feed: Feed) -> Self {
        Self { feed, first: None, next: None }
    }

    /// When it measures next, once it has begun.
    pub(super) const fn next(&self) -> Option<DateTime<Utc>> {
        self.next
    }

    /// Measures on each beat: one point a second, scaled down from one a minute.
    pub(super) fn beat(&mut self, fleet: &Fleet, watch: &mut Watch, now: DateTime<Utc>) {
        if self.next.map_or_else(|| !may_begin(fleet, now), |next| now < next) {
            return;
        }
        // On the beat, however late this one is, so that the interval does not grow.
        let next = self.next.unwrap_or(now) + self.feed.beat();
        self.next = Some(if next > now { next } else { now + self.feed.beat() });
        self.measure(fleet, watch, now);
    }

    /// Measures out of turn, and then on the beat from now on.
    pub(super) fn now(&mut self, fleet: &Fleet, watch: &mut Watch, now: DateTime<Utc>) {
        if self.first.is_some() {
            self.next = Some(now + self.feed.beat());
            self.measure(fleet, watch, now);
        }
    }

    fn measure(&mut self, fleet: &Fleet, watch: &mut Watch, now: DateTime<Utc>) {
        let since = now - *self.first.get_or_insert(now);
        for Service { name, .. } in fleet.services.iter().filter(|_| !fleet.no_insights) {
            let pending = count(fleet, name, &[Status::Provisioning, Status::Pending]);
            watch.metrics.put(&metric("PendingTaskCount", name), now, pending);
            if name != WORKER {
                watch.metrics.put(&metric("RunningTaskCount", name), now, count(fleet, name, &[Status::Running]));
            }
        }
        if fleet.service(WORKER).is_some() {
            for (offset, value) in self.feed.points(since, count(fleet, WORKER, &[Status::Running])) {
                watch.metrics.put(&metric("RunningTaskCount", WORKER), now + offset, value);
                watch.evaluate(now + offset);
            }
        }
        watch.evaluate(now);
    }
}

fn count(fleet: &Fleet, service: &str, among: &[Status]) -> f64 {
    let of_it = fleet.tasks.iter().filter(|task| task.service == service);
    of_it.filter(|task| among.contains(&task.status)).fold(0.0, |count, _| count + 1.0)
}

/// Container Insights gives the first point of a new service only a while after it was created.
fn may_begin(fleet: &Fleet, now: DateTime<Utc>) -> bool {
    fleet.services.iter().all(|service| service.ran || now - service.created >= FIRST)
}
