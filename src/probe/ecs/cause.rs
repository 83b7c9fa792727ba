//! Why a service is not as it should be, in one sentence.

use super::ServicesSeen;
use super::emptied::counts_none;
use super::health::Unproven;
use super::service::{Service, ServiceMessage};
use super::steady::Blocker;
use super::task::StoppedTask;
use crate::event::Judged;
use crate::probe::finding::ServiceFinding;
use crate::probe::moment::{clock, span};
use crate::probe::{Demand, DemandState};

/// What says how far the tasks of a service are.
const PROGRESS: [&str; 7] = [".steady", ".healthy", ".unhealthy", ".running", ".pending", ".rollout", ".failed"];

impl ServicesSeen {
    /// Whether the cause that it tells may be why that does not hold. That tasks are still on their way is no reason why
    /// another image runs, and that none is wanted no reason why there is one.
    #[must_use]
    pub fn explains(&self, Judged { text, kind, .. }: &Judged) -> bool {
        let wanted = kind != "fail_if" && counts_none(text) && self.services.iter().all(Service::is_emptied);
        let grave = || self.services.iter().any(|service| service.grave().is_some());
        !wanted && (grave() || PROGRESS.iter().any(|field| text.contains(field)))
    }
}

impl Service {
    /// What it shows of the system.
    #[must_use]
    pub fn finding(&self) -> ServiceFinding {
        let told = self.grave();
        ServiceFinding {
            name: self.name.clone(),
            well: self.desired > 0 && self.running >= self.desired && self.healthy == Some(self.desired),
            emptied: self.is_emptied(),
            meanwhile: if told.is_none() { self.cause() } else { None },
            told,
            summary: self.summary(),
            image: self.image(),
        }
    }

    /// The sentence; none where nothing is wrong.
    pub(super) fn cause(&self) -> Option<String> {
        let own = self.taken_back().or_else(|| self.missing_tasks());
        let own = own.or_else(|| self.other_revision()).or_else(|| self.ill()).or_else(|| self.unchecked());
        // Where tasks of another deployment run, the roll-out says why none of this one does.
        let foreign = self.unproven == Some(Unproven::Foreign);
        let own = own.or_else(|| self.restless()).or_else(|| self.not_yet_healthy().filter(|_| !foreign));
        own.or_else(|| self.unfinished()).or_else(|| self.not_yet_healthy()).or_else(|| self.uneven())
    }

    /// The sentence, where it explains what else goes wrong: no task runs, another revision does, the roll-out failed,
    /// or tasks fell or are ill. That some are still on their way explains nothing.
    pub(super) fn grave(&self) -> Option<String> {
        let bare = self.desired < 1 || self.running < 1 || self.fallen().is_some();
        let own = self.taken_back().or_else(|| self.missing_tasks().filter(|_| bare));
        own.or_else(|| self.other_revision()).or_else(|| self.ill()).or_else(|| self.restless())
    }

    /// Whether all that is wrong with it is that it wants no task.
    pub(super) fn is_emptied(&self) -> bool {
        self.desired < 1 && self.taken_back().is_none()
    }

    /// Its roll-out is not through, though nothing of it has failed.
    fn unfinished(&self) -> Option<String> {
        let not_begun = self.blockers.iter().find(|blocker| matches!(blocker, Blocker::Unfinished(_)));
        if let Some(blocker) = not_begun {
            return Some(format!("the roll-out of {} is not through: {blocker}", self.name));
        }
        let state = self.blockers.iter().find_map(|blocker| match blocker {
            Blocker::Rollout(state) => Some(state.clone()),
            Blocker::Deployments(_) => Some(blocker.to_string()),
            _ => None,
        })?;
        let telling = |message: &&ServiceMessage| message.message.contains("unable");
        let event = self.events.iter().find(telling).or(self.events.first());
        let event = event.map(|event| format!("; its last word: {}", event.message)).unwrap_or_default();
        Some(format!("the roll-out of {} is not through ({state}){event}", self.name))
    }

    /// It is well, and is not what was deployed.
    fn other_revision(&self) -> Option<String> {
        let unmet = self.demands.iter().find_map(|demand| match &demand.state {
            DemandState::Open(what) | DemandState::Broken(what) => Some((demand, what)),
            DemandState::Met | DemandState::Unknown(_) => None,
        });
        unmet.map(|(Demand { kind, text, .. }, what)| {
            let noun = kind.replace('_', " ");
            format!("{} is not what was deployed: expected {noun} {text}, but {what}", self.name)
        })
    }

    /// The deploy itself did not come through.
    fn taken_back(&self) -> Option<String> {
        self.blockers.iter().find_map(|blocker| match blocker {
            Blocker::Deleted(status) => Some(format!("the service {} is being deleted ({status})", self.name)),
            Blocker::RolledBack(back) => Some(format!("{} {}{}", self.name, back.clause(), self.last_ending())),
            Blocker::RolloutFailed { reason, by: _ } => {
                let reason = reason.trim_end_matches('.');
                let failed = match self.shortage() {
                    Some(shortage) => format!("{shortage}; its roll-out failed: {reason}"),
                    None => format!("the roll-out of {} failed: {reason}", self.name),
                };
                Some(failed + &self.last_ending())
            }
            _ => None,
        })
    }

    /// Too few tasks run.
    fn missing_tasks(&self) -> Option<String> {
        if self.desired < 1 {
            return Some(format!("{} wants no task: its desired count is 0", self.name));
        }
        let what = self.shortage()?;
        let waiting = self.pending_since.map(|at| format!("; pending for {}", span(self.seen_at - at)));
        Some(format!("{what}{}{}", self.last_ending(), waiting.unwrap_or_default()))
    }

    /// How many of the tasks it wants are missing, where some are.
    fn shortage(&self) -> Option<String> {
        let Self { name, desired, running, .. } = self;
        match running {
            _ if running >= desired => None,
            0 => Some(format!("no {} is running: {name} wants {desired}, has 0", self.noun())),
            _ => Some(format!("only {running} of {desired} tasks of {name} are running")),
        }
    }

    /// Tasks run, but not well.
    fn ill(&self) -> Option<String> {
        let unhealthy = self.unhealthy.unwrap_or_default();
        let tasks = self.tasks.as_ref().map_or(0, Vec::len);
        let noun = if tasks == 1 { "task" } else { "tasks" };
        (unhealthy > 0).then(|| format!("{unhealthy} of {tasks} {noun} of {} fail their health check", self.name))
    }

    /// Nobody looks how its tasks are.
    pub(super) fn unchecked(&self) -> Option<String> {
        let unchecked = self.blockers.iter().find(|blocker| matches!(blocker, Blocker::NoHealthCheck(_)));
        unchecked.map(|blocker| {
            format!("{} can never be steady: {blocker} (a Dockerfile's HEALTHCHECK does not count)", self.name)
        })
    }

    /// Tasks run, and ECS does not (yet) call as many healthy as are wanted.
    fn not_yet_healthy(&self) -> Option<String> {
        let (unproven, Self { name, desired, .. }) = (self.unproven.as_ref()?, self);
        let healthy = self.healthy.filter(|healthy| healthy < desired)?;
        let why = unproven.in_words(self.seen_at);
        Some(format!("{healthy} of {desired} tasks of {name} are healthy: {why}"))
    }

    /// More run than are wanted, or are on their way beside those that run.
    fn uneven(&self) -> Option<String> {
        let uneven = |blocker: &Blocker| matches!(blocker, Blocker::Running | Blocker::Pending);
        let Self { name, desired, running, pending, .. } = self;
        let what = || format!("tasks of {name}: {desired} wanted, {running} running, {pending} pending");
        self.blockers.iter().any(uneven).then(what)
    }

    /// All is well now, but was not all along.
    fn restless(&self) -> Option<String> {
        let stopped = self.fallen()?;
        let at = stopped.stopped_at.map(|at| format!(" at {}", clock(at.0.to_utc()))).unwrap_or_default();
        Some(format!("a task of {} stopped in the window{at}: {}", self.name, stopped.why()))
    }

    /// The task that stopped last in the window, but not because fewer were wanted.
    fn fallen(&self) -> Option<&StoppedTask> {
        self.stopped.as_ref()?.iter().rfind(|task| !task.is_scaled_away())
    }

    /// `; last task stopped 40 s ago: OutOfMemoryError, exit 137`.
    fn last_ending(&self) -> String {
        let ending = self.last_stopped.as_ref().map(|task| task.ending(self.seen_at));
        ending.map(|ending| format!("; last task {ending}")).unwrap_or_default()
    }

    /// What its tasks are called: a service that is named a worker has workers.
    fn noun(&self) -> &'static str {
        if self.name.rsplit(['-', '_']).next() == Some("worker") { "worker" } else { "task" }
    }
}
