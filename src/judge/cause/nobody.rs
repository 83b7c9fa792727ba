//! Nobody answers where the API should be.

use super::scene::Scene;
use crate::probe::finding::Finding;

/// Found where the deciding request had no answer, or one that led to nothing; what ECS makes of the services says where
/// to look next.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    if scene.own.by != Some("http") {
        return None;
    }
    let so = scene.own.saw.iter().find_map(|finding| match finding {
        Finding::NoAnswer(_) => Some("the API does not answer: "),
        Finding::HalfAnswer(_) => Some(""),
        _ => None,
    })?;
    let services = scene.services().map(|service| format!("{} has {}", service.name, service.summary));
    let services: Vec<String> = services.collect();
    let seen = if services.is_empty() { String::new() } else { format!("; meanwhile {}", services.join("; ")) };
    Some(format!("{so}{}{seen}", scene.own.said))
}
