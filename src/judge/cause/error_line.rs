//! The worker logged an error about this very work.

use super::scene::Scene;

/// Found in a log of which that was asked: the last error of a log that was only read along may be about something else.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let mut about_it = scene.logs().filter(|log| log.demanding);
    about_it.find_map(|log| log.error.clone())
}
