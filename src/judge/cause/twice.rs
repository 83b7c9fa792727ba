//! The same work was done more than once, as with a broken lease.

use super::scene::Scene;

/// Found in an event of the sequence that was seen too often.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let repeated = scene.logs().find_map(|log| log.repeated.as_deref())?;
    Some(format!("the same work was done more than once: {repeated}"))
}
