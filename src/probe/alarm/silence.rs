//! Whether an alarm was silent all through the window, and whether that proves anything.

use chrono::{DateTime, TimeDelta, Utc};

use super::mute::{self, said};
use super::unarmed;
use crate::aws::{AlarmFacts, AlarmKind, Transition};
use crate::probe::Gap;
use crate::probe::moment::{clock, dated};

/// How far the times may lie apart that an alarm and its history give one change of its state.
pub(super) const ABOUT: TimeDelta = TimeDelta::seconds(1);

/// What may be there all the same where AWS shows no alarm.
pub const UNSHOWN: &str = "a composite one, which AWS shows only where cloudwatch:DescribeAlarms is allowed on *";

/// `alarm.silent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Silence {
    /// It exists, may speak, is OK, and was all through the window.
    Silent,
    /// It is not, and why.
    Broken(String),
    /// It cannot be known, and why.
    Unknown(Gap),
}

/// Judges. Whatever shows that it is not silent decides, also where something else could not be read.
pub(super) fn judge(facts: &AlarmFacts, window_start: DateTime<Utc>) -> Silence {
    let name = &facts.name;
    let Some(alarm) = &facts.alarm else { return Silence::Broken(missing(facts)) };
    if let Some(why) = mute::why(facts) {
        return Silence::Broken(format!("the alarm {name} is mute: {why}"));
    }
    let history = facts.history.as_ref().map(Vec::as_slice);
    let window = || history.unwrap_or_default().iter().filter(|change| change.at >= window_start);
    if let Some(loud) = window().find(|change| change.to == "ALARM") {
        return Silence::Broken(went_off(name, loud.at, &loud.reason));
    }
    if let Some(loud) = loud_from_the_start(name, alarm, window().next(), window_start) {
        return Silence::Broken(loud);
    }
    if let Some(why) = alarm.metric().and_then(unarmed::why) {
        return Silence::Broken(format!("the alarm {name} can never fire: {why}"));
    }
    let unevaluated = mute::unevaluated(alarm).map(|gap| gap.behind(&format!("the alarm {name} ")));
    if let Some(gap) = unevaluated.or_else(|| mute::held_up(name, alarm)) {
        return Silence::Unknown(gap);
    }
    match history {
        _ if alarm.state != "OK" => {
            let why = format!("the alarm {name} is in {}: {}", alarm.state, said(&alarm.reason));
            Silence::Unknown(Gap::lasting(why))
        }
        Err(error) => {
            Silence::Unknown(Gap::from(error).behind(&format!("the history of the alarm {name} cannot be read: ")))
        }
        Ok(_) => untold(facts, window_start).map_or(Silence::Silent, Silence::Unknown),
    }
}

fn went_off(name: &str, at: DateTime<Utc>, reason: &str) -> String {
    format!("the alarm {name} went to ALARM at {}: {}", clock(at), said(reason))
}

/// In ALARM now, with a history that could not be read or does not show it yet; or left ALARM in the window, without
/// having gone there in it.
fn loud_from_the_start(
    name: &str,
    alarm: &AlarmKind,
    first: Option<&Transition>,
    window_start: DateTime<Utc>,
) -> Option<String> {
    let already = format!("the alarm {name} was in ALARM already when the window opened");
    match alarm.since {
        Some(since) if alarm.state == "ALARM" && since >= window_start => Some(went_off(name, since, &alarm.reason)),
        Some(since) if alarm.state == "ALARM" => {
            Some(format!("{already} (since {}): {}", dated(since), said(&alarm.reason)))
        }
        None if alarm.state == "ALARM" => Some(format!("the alarm {name} is in ALARM: {}", said(&alarm.reason))),
        _ => first
            .filter(|change| change.from == "ALARM")
            .map(|change| format!("{already}, and went to {} at {}", change.to, clock(change.at))),
    }
}

/// That the alarm itself says that its state changed in the window, and the history, which lags, does not show that
/// change: what it shows of before may be half of the story.
pub(super) fn untold(facts: &AlarmFacts, window_start: DateTime<Utc>) -> Option<Gap> {
    let (alarm, history) = (facts.alarm.as_ref()?, facts.history.as_ref().ok()?);
    let at = alarm.changed_at.filter(|at| *at >= window_start)?;
    let told = history.iter().any(|change| change.at >= at - ABOUT && change.to == alarm.state);
    (!told).then(|| {
        let name = &facts.name;
        Gap::passing(format!("the alarm {name} has changed in the window, and its history does not show it yet"))
    })
}

fn missing(facts: &AlarmFacts) -> String {
    let near = nearest(facts).map_or_else(|| format!("or {UNSHOWN}"), |near| format!("nearest: {near}"));
    format!("no alarm named {} ({near})", facts.name)
}

/// The name of another alarm that may have been meant, where there is none of this name.
#[must_use]
pub fn nearest(facts: &AlarmFacts) -> Option<&str> {
    let distance = |other: &&String| strsim::damerau_levenshtein(&facts.name, other);
    let near = facts.others.iter().min_by_key(distance).filter(|other| distance(other) <= facts.name.len() / 2);
    near.map(String::as_str)
}
