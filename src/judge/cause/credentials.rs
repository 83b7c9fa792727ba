//! The API does not take our credentials.

use super::scene::Scene;
use crate::probe::finding::{Answer, Credentials};

/// Found in an answer 401 or 403 that decided. A page that says 403 may be somebody else's.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let is_refusal = |answer: &&Answer| answer.status == 401 || (answer.status == 403 && !answer.page);
    let answer = scene.own_answer().filter(is_refusal)?;
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
