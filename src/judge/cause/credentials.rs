//! The API does not take our credentials.

use super::scene::Scene;
use crate::probe::finding::Credentials;

/// Found in an answer 401 or 403 that decided.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let answer = scene.own_answer().filter(|answer| matches!(answer.status, 401 | 403))?;
    let told = answer.told.as_deref().unwrap_or(&answer.asked);
    let refused = "the API refuses our credentials";
    Some(match &answer.credentials {
        Credentials::Target => format!("{refused}: {told}; they come from api.headers of the target in smoke.yaml"),
        Credentials::Step(place) => format!("{refused}: {told}; they come from the step's own {place}"),
        Credentials::OnlyTo(host) => format!("{told}; no authorization was sent: api.headers go to {host} only"),
        Credentials::LeftBehind => {
            format!("{told}; no authorization was sent: a redirect led there, and another host is not given any")
        }
        Credentials::Nobody => {
            format!("{told}; no authorization was sent: neither the step nor api.headers of the target has any")
        }
    })
}
