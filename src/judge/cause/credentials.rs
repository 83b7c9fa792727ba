//! The API does not take our credentials.

use super::scene::Scene;

/// Found in an answer 401 or 403 that decided.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let answer = scene.own_answer().filter(|answer| matches!(answer.status, 401 | 403))?;
    let told = answer.told.as_deref().unwrap_or(&answer.asked);
    Some(format!("the API refuses our credentials: {told}; they come from api.headers of the target in smoke.yaml"))
}
