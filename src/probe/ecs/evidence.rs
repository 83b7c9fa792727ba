//! What is kept of a service when a step did not pass.

use super::service::Service;
use super::task::StoppedTask;
use crate::event::Evidence;
use crate::probe::moment::{clock, cut};

/// How many events and stopped tasks are kept at most.
const MOST_LINES: usize = 30;
/// How long each line is at most, in characters.
const LONGEST_LINE: usize = 600;

impl Service {
    /// Its deployments, events and stopped tasks.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let events = self.events.iter().map(|event| format!("{} {}", clock(event.time.0.to_utc()), event.message));
        let stopped = self.stopped.iter().flatten().map(|task| stopped_line("", task));
        let retired = self.retired.iter().flatten().map(|task| stopped_line("of another deployment, ", task));
        let told = |task: &StoppedTask| self.retired.iter().flatten().any(|retired| retired.id == task.id);
        let ended = self.last_stopped.as_ref().filter(|_| self.stopped.as_ref().is_none_or(Vec::is_empty));
        let ended = ended.filter(|task| !told(task));
        let earlier = ended.map(|task| stopped_line("before the window, ", task));
        let parts = [
            kept(&format!("deployments of {}", self.name), self.deployments.iter().cloned()),
            kept(&format!("events of {}, the newest first", self.name), events),
            kept(&format!("stopped tasks of {}", self.name), stopped.chain(retired).chain(earlier)),
        ];
        parts.into_iter().flatten().collect()
    }
}

fn kept(title: &str, lines: impl Iterator<Item = String>) -> Option<Evidence> {
    let lines: Vec<String> = lines.take(MOST_LINES).map(|line| cut(&line, LONGEST_LINE)).collect();
    (!lines.is_empty()).then(|| Evidence { title: title.to_owned(), text: lines.join("\n") })
}

fn stopped_line(which: &str, task: &StoppedTask) -> String {
    let at = task.stopped_at.map(|at| clock(at.0.to_utc())).unwrap_or_default();
    format!("{at} {} ({which}{}): {}", task.id, task.stop_code, task.why())
}
