//! Somebody deployed while the scenario ran: what it tested is no longer what is there.

use super::scene::Scene;

/// Found where an expectation that the deployment stays the same did not hold.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let about = scene.own.broke(&[".deployment == ", ".task_definition == "]);
    let service = scene.services().next().filter(|_| scene.own.by == Some("ecs") && about)?;
    Some(format!("{} was deployed anew while it was tested: {}", service.name, scene.own.said))
}
