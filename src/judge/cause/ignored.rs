//! An order was accepted, and nothing came of it.

use super::scene::{Progress, Scene};

/// Found where the work still waits for what was ordered last, although that was answered well, and never moved.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    let still = scene.still(Progress::Other).filter(|_| scene.state_stands_still())?;
    let order = scene.last_order().filter(|order| (200..300).contains(&order.status))?;
    Some(format!("{} was answered {}, and nothing came of it: {still}", order.asked, order.status))
}
