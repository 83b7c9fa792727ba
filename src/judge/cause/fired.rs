//! An alarm went off.

use super::scene::Scene;

/// What the alarm says.
pub(super) fn find(scene: &Scene<'_>) -> Option<String> {
    scene.alarms().filter(|alarm| alarm.fired).find_map(|alarm| alarm.told.clone())
}
