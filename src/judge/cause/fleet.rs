//! Something is wrong with a service.

use super::scene::Scene;
use crate::probe::finding::ServiceFinding;

/// What the service says of what lies that deep; an `ecs` step has said it already, and that it wants no task is no news
/// to a scenario that wants it so.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    if scene.own.by == Some("ecs") {
        return None;
    }
    let meant = |service: &&ServiceFinding| service.emptied && scene.emptied.contains(&service.name);
    scene.services().filter(|service| !meant(service)).find_map(|service| service.told.clone())
}

/// What a task that ended by itself logged as its last error: why it ended. For the end of a cause that tells of its end.
pub(super) fn last_words(scene: &Scene<'_>, cause: &str) -> Option<String> {
    let ended = ["; last task stopped ", " stopped in the window"].iter().any(|words| cause.contains(words));
    let of_it =
        |author: &str| ended && scene.services().any(|service| service.name == author && cause.contains(author));
    let error = scene.logs().filter(|log| of_it(&log.author)).find_map(|log| log.error.clone());
    error.filter(|error| !cause.contains(error.as_str()))
}
