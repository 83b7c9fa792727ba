//! Services that must run the same image do not: the deploy forgot one of them.

use super::scene::Scene;

/// Found where an expectation of images or digests did not hold.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let about = scene.own.broke(&[".digests", ".images"]);
    let mut services: Vec<_> = scene.services().filter(|service| !service.image.is_empty()).collect();
    services.sort_by_key(|service| &service.name);
    let first = services.first()?;
    let differ = services.iter().any(|service| service.image != first.image);
    if scene.own.by != Some("ecs") || !about || !differ {
        return None;
    }
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    let each = services.iter().map(|service| format!("{} image {}", service.name, service.image));
    Some(format!("{} run different images: {}", names.join(" and "), each.collect::<Vec<_>>().join(", ")))
}
