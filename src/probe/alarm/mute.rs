//! An alarm that tells nobody, whatever happens: it is not silent, it is mute. And one whose telling or judging is only held
//! up: of that nothing is known.

use crate::aws::{AlarmFacts, AlarmKind, Suppression};
use crate::probe::Gap;
use crate::probe::moment::cut;

/// How long a reason is quoted at most, in characters.
const LONGEST_REASON: usize = 300;

/// Why it tells nobody, where that is so.
#[must_use]
pub fn why(facts: &AlarmFacts) -> Option<String> {
    let alarm = facts.alarm.as_ref()?;
    if !alarm.enabled {
        return Some("its actions are disabled".to_owned());
    }
    if alarm.actions.is_empty() {
        return Some("it has no action for ALARM, so it tells nobody".to_owned());
    }
    if let Some(Suppression { suppressor, reason, .. }) = alarm.suppressed().filter(|held| held.by == "Alarm") {
        return Some(format!("its actions are suppressed by the alarm {suppressor} ({})", said(reason)));
    }
    match facts.mutes.as_deref().unwrap_or_default() {
        [] => None,
        [rule] => Some(format!("the mute rule {rule} is active")),
        rules => Some(format!("the mute rules {} are active", rules.join(", "))),
    }
}

/// Why its actions are held up for some seconds, in which nobody can say whether they will be suppressed.
pub(super) fn held_up(name: &str, alarm: &AlarmKind) -> Option<Gap> {
    let Suppression { by, suppressor, reason } = alarm.suppressed().filter(|held| held.by != "Alarm")?;
    let reason = said(reason);
    Some(Gap::passing(format!(
        "the actions of the alarm {name} are held up just now ({by} of its suppressor {suppressor}): {reason}"
    )))
}

/// Why its state says nothing: it could not be evaluated. A configuration that is wrong stays so; CloudWatch's own trouble
/// may be over with the next look.
#[must_use]
pub fn unevaluated(alarm: &AlarmKind) -> Option<Gap> {
    let reason = said(&alarm.reason);
    match alarm.evaluation.as_deref()? {
        "EVALUATION_ERROR" => Some(Gap::lasting(format!(
            "is not evaluated, because something is wrong with its configuration (EVALUATION_ERROR): {reason}"
        ))),
        "EVALUATION_FAILURE" => Some(Gap::passing(format!(
            "is not evaluated just now, because CloudWatch has trouble (EVALUATION_FAILURE): {reason}"
        ))),
        _ => None,
    }
}

/// A reason as AWS gave it.
pub(super) fn said(reason: &str) -> String {
    if reason.is_empty() { "no reason given".to_owned() } else { cut(reason, LONGEST_REASON) }
}
