//! A page for people came where data should be.

use super::scene::Scene;

/// Found in an answer that decided and is an HTML page. Who wrote it is said only where that shows: an application has
/// pages of its own for what goes wrong in it.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let answer = scene.own_answer().filter(|answer| answer.page)?;
    let told = answer.told.clone().unwrap_or_else(|| format!("{} was answered with an HTML page", answer.asked));
    let whose = match (answer.status, &answer.gateway) {
        (502..=504, _) => "a load balancer answers, and reaches nobody behind it",
        (_, Some(_)) => "that is the page of a load balancer, proxy or firewall in front of the API",
        (403, None) => "the page of a firewall or proxy in front of the API, or the API refuses our credentials",
        (..400, None) => "a page for people, and no answer by the API",
        (_, None) => return None,
    };
    Some(format!("{told}: {whose}"))
}
