//! The worker runs, and takes up nothing.

use super::scene::{Progress, Scene};

/// Found where the work is still queued although the service that should take it up is well.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let still = scene.still(Progress::Queued).filter(|_| scene.nobody_came())?;
    let log = scene.logs().find(|log| log.begun.is_none());
    let worker = scene.services().find(|service| log.is_some_and(|log| log.author == service.name));
    let worker = worker.or_else(|| scene.services().next()).filter(|worker| worker.well)?;
    let logged = match log {
        Some(log) if log.demanding => format!(", and logged nothing about it in {}", log.place),
        _ => String::new(),
    };
    let (name, summary) = (&worker.name, &worker.summary);
    Some(format!("the worker runs but takes up nothing: {still}; {name} has {summary}{logged}"))
}
