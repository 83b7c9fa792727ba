//! The work was taken up, and does not come to its end.

use super::scene::{Progress, Scene};

/// Found where the work is still under way once time has run out.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let still = scene.still(Progress::Busy)?;
    let begun = scene.logs().find_map(|log| log.begun.as_ref()).map(|begun| format!("; it began: {begun}"));
    let last = scene.logs().find_map(|log| log.last.as_ref()).map(|last| format!("; the last line: {last}"));
    let [begun, last] = [begun, last].map(Option::unwrap_or_default);
    Some(format!("the work was taken up and does not come to its end: {still}{begun}{last}"))
}
