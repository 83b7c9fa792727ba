//! The work is done, and what should tell of it is not in the log.

use super::scene::Scene;

/// Found where a log step misses an event without anything like it, and the API says that the work is done.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    // Lines may come late: only who has waited for them may say that they were lost.
    let waited = scene.own.by == Some("logs") && !scene.own.cut_short;
    let state = scene.done().filter(|_| waited)?;
    let log = scene.logs().find(|log| log.absent.is_some())?;
    let absent = log.absent.as_deref()?;
    let seen = log.begun.as_ref().map(|begun| format!(" ({begun} was seen)")).unwrap_or_default();
    Some(format!(
        "the work was done, and its log is not whole: the API says {state}, but {absent} is missing in {}{seen}: either it \
         is no longer logged, or lines were lost on their way (a log driver that does not block drops them)",
        log.place
    ))
}
