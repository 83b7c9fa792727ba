//! A page for people came where data should be.

use super::scene::Scene;

/// Found in an answer that decided and is an HTML page. Where a gateway says that it reaches nobody, that is said.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let answer = scene.own_answer().filter(|answer| answer.page)?;
    let told = answer.told.clone().unwrap_or_else(|| format!("{} was answered with an HTML page", answer.asked));
    let looks = match answer.status {
        502..=504 => "a load balancer answers, and reaches nobody behind it",
        _ => "that looks like the page of a load balancer or a proxy, not like the API",
    };
    Some(format!("{told}: {looks}"))
}
