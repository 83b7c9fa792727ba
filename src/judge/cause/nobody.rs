//! Nobody answers where the API should be.

use super::scene::Scene;
use crate::probe::finding::Finding;

/// Found where the deciding request had no answer; what ECS makes of the services says where to look next.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    if scene.own.by != Some("http") {
        return None;
    }
    let silent = scene.own.saw.iter().any(|finding| matches!(finding, Finding::NoAnswer(_)));
    let services = scene.services().map(|service| format!("{} has {}", service.name, service.summary));
    let services: Vec<String> = services.collect();
    let seen = if services.is_empty() { String::new() } else { format!("; meanwhile {}", services.join("; ")) };
    silent.then(|| format!("the API does not answer: {}{seen}", scene.own.said))
}
