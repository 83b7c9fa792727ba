//! A service's tasks, sorted.

use chrono::{DateTime, Utc};

use super::task::BY_THE_SCHEDULER;
use crate::aws::TaskFacts;

/// A service's tasks by what they mean to whoever looks.
pub(super) struct Tasks<'facts> {
    /// The primary deployment's, running or about to.
    pub(super) current: Vec<&'facts TaskFacts>,
    /// The primary deployment's, stopped in the window.
    pub(super) stopped: Vec<&'facts TaskFacts>,
    /// Others', stopped in the window.
    pub(super) retired: Vec<&'facts TaskFacts>,
    /// The primary deployment's that stopped last.
    pub(super) last_stopped: Option<&'facts TaskFacts>,
    /// Another deployment's that stopped last by itself.
    pub(super) last_failed: Option<&'facts TaskFacts>,
}

impl<'facts> Tasks<'facts> {
    /// Sorts them for whoever's window opened at `window_start`.
    pub(super) fn sort(tasks: &'facts [TaskFacts], primary: &str, window_start: DateTime<Utc>) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            tasks.iter().partition(|task| task.deployment.as_deref() == Some(primary));
        let (gone, current): (Vec<_>, Vec<_>) = own.into_iter().partition(|task| is_stopping(task));
        // A task whose end has no time cannot be shown to have ended before the window.
        let in_window = |task: &&&TaskFacts| task.stopped_at.is_none_or(|at| at >= window_start);
        let retired = others.iter().filter(|task| is_stopping(task)).filter(in_window).copied().collect();
        let stopped = gone.iter().filter(in_window).copied().collect();
        let last_stopped = gone.iter().copied().max_by_key(|task| task.stopped_at);
        // One that the scheduler stopped was only replaced.
        let by_itself = |task: &&&TaskFacts| task.stop_code.as_deref() != Some(BY_THE_SCHEDULER);
        let failed = others.iter().filter(|task| is_stopping(task)).filter(by_itself);
        let last_failed = failed.copied().max_by_key(|task| task.stopped_at);
        Self { current, stopped, retired, last_stopped, last_failed }
    }
}

fn is_stopping(task: &TaskFacts) -> bool {
    task.status == "STOPPED" || task.desired_status == "STOPPED"
}
