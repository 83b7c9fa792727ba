//! A service's tasks, sorted.

use super::since::Since;
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
    /// Sorts them for whoever looks `since` then.
    pub(super) fn sort(tasks: &'facts [TaskFacts], primary: &str, since: &Since) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            tasks.iter().partition(|task| task.deployment.as_deref() == Some(primary));
        let (gone, current): (Vec<_>, Vec<_>) = own.into_iter().partition(|task| is_stopping(task));
        let in_window = |task: &&&TaskFacts| since.has_seen_end(task);
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
