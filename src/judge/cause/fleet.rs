//! Something is wrong with a service.

use super::scene::Scene;

/// What the service says; an `ecs` step has said it already.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    if scene.own.by == Some("ecs") {
        return None;
    }
    scene.services().find_map(|service| service.told.clone())
}
