//! A task. Plain data that changes by small steps only, each given the time.

use chrono::{DateTime, Utc};

/// A task.
#[derive(Debug)]
pub(crate) struct Task {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The service it belongs to.
    pub(crate) service: String,
    /// The deployment that started it.
    pub(crate) deployment: String,
    /// `family:revision`.
    pub(crate) definition: String,
    /// How far it is.
    pub(crate) status: Status,
    /// How it is.
    pub(crate) health: Health,
    /// When it was created.
    pub(crate) created: DateTime<Utc>,
    /// When it began to run.
    pub(crate) started: Option<DateTime<Utc>>,
    /// When it was told to stop, or began to by itself.
    pub(crate) stopping: Option<DateTime<Utc>>,
    /// When it had stopped.
    pub(crate) stopped: Option<DateTime<Utc>>,
    /// Why it stops or stopped.
    pub(crate) stop: Option<Stop>,
    /// The exit code of its container, once it had run.
    pub(crate) exit_code: Option<i32>,
    /// What its container says of its end, where that is no exit of its own.
    pub(crate) container_reason: Option<String>,
    /// Whether it was ever healthy.
    pub(crate) proven: bool,
}

/// Why a task stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// `EssentialContainerExited`, `ServiceSchedulerInitiated`, `TaskFailedToStart`.
    pub(crate) code: &'static str,
    /// In words.
    pub(crate) reason: String,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// A place is sought.
    Provisioning,
    /// The image is fetched.
    Pending,
    /// It runs.
    Running,
    /// It was told to stop.
    Stopping,
    /// It has stopped.
    Stopped,
}

/// How a task is, by its container's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nobody knows (yet).
    Unknown,
    /// The check succeeds.
    Healthy,
    /// It fails.
    Unhealthy,
}

impl Task {
    pub(super) fn new(id: &str, service: String, deployment: String, definition: String, now: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            service,
            deployment,
            definition,
            status: Status::Provisioning,
            health: Health::Unknown,
            created: now,
            started: None,
            stopping: None,
            stopped: None,
            stop: None,
            exit_code: None,
            container_reason: None,
            proven: false,
        }
    }

    /// Whether it is meant to run: it was not told to stop and did not stop.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.stop.is_none() && self.stopped.is_none()
    }

    /// Tells it to stop. One that does not run yet has stopped with that.
    pub(crate) fn tell_to_stop(&mut self, reason: String, now: DateTime<Utc>) {
        self.stop = Some(Stop { code: "ServiceSchedulerInitiated", reason });
        self.stopping = Some(now);
        if self.status == Status::Running {
            self.status = Status::Stopping;
        } else {
            self.end(None, now);
        }
    }

    /// Notes why its container could not be started; `Fleet::task_ended` follows.
    pub(crate) fn refuse(&mut self, reason: String) {
        self.stop = Some(Stop { code: "TaskFailedToStart", reason });
    }

    pub(super) fn end(&mut self, exit_code: Option<i32>, now: DateTime<Utc>) {
        self.status = Status::Stopped;
        self.exit_code = exit_code;
        self.stopping.get_or_insert(now);
        self.stopped = Some(now);
        self.stop.get_or_insert_with(|| Stop {
            code: "EssentialContainerExited",
            reason: "Essential container in task exited".to_owned(),
        });
    }
}
