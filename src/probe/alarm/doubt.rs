//! Why an alarm's silence may prove little: things that a person should know, and that decide nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::unarmed;
use crate::aws::{AlarmFacts, AlarmKind, AlarmSubject, MetricFacts, Term, Transition};
use crate::probe::moment::{clock, cut};

/// How many spans without data are told at most: the first ones.
const MOST_SPANS: usize = 3;
/// How much of a rule or of a refusal is quoted at most, in characters.
const LONGEST: usize = 200;

/// How late a metric's points come at most, as a rule.
const LATE: TimeDelta = TimeDelta::minutes(3);

/// All that there are.
pub(super) fn all(facts: &AlarmFacts, window_start: DateTime<Utc>) -> Vec<String> {
    let Some(alarm) = &facts.alarm else { return Vec::new() };
    // What it can never do it need not do in time.
    if let Some(why) = alarm.metric().and_then(unarmed::why) {
        return vec![format!("can never fire: {why}")];
    }
    let history = facts.history.as_deref().unwrap_or_default();
    let window: Vec<&Transition> = history.iter().filter(|change| change.at >= window_start).collect();
    // One that did go off has shown that it could.
    let loud = alarm.state == "ALARM" || window.iter().any(|change| change.to == "ALARM");
    let metric = alarm.metric().filter(|_| !loud);
    let too_short = metric.and_then(|metric| too_short(metric, facts.seen_at - window_start));
    let unseen = [beneath(&alarm.subject), partial(alarm), unheard(facts)].map(|doubt| doubt.filter(|_| !loud));
    let set_up = [forgiving, fed_in_part, miscounted].map(|doubt| metric.and_then(doubt));
    let doubts = [too_short].into_iter().chain(set_up).chain([blind(&window)]).chain(unseen);
    doubts.flatten().collect()
}

/// What it judges, and was not looked at.
fn beneath(subject: &AlarmSubject) -> Option<String> {
    match subject {
        AlarmSubject::Metric(_) => None,
        AlarmSubject::Alarms { rule, .. } => {
            Some(format!("whether the alarms in its rule could have fired was not looked at ({})", cut(rule, LONGEST)))
        }
        AlarmSubject::Log => Some("whether its query could have found anything was not looked at".to_owned()),
    }
}

fn partial(alarm: &AlarmKind) -> Option<String> {
    let partial = alarm.evaluation.as_deref() == Some("PARTIAL_DATA");
    partial.then(|| "was judged by a part of its data (PARTIAL_DATA)".to_owned())
}

fn unheard(facts: &AlarmFacts) -> Option<String> {
    let why = facts.mutes.as_ref().err()?;
    Some(format!("whether a mute rule silences it is not known: {}", cut(&why.message, LONGEST)))
}

fn too_short(metric: &MetricFacts, window: TimeDelta) -> Option<String> {
    let MetricFacts { period, datapoints, .. } = metric;
    let needs = TimeDelta::seconds(i64::from(*period) * i64::from(*datapoints));
    let (terms, late) = (format!("period {period} s × {datapoints}"), LATE.num_minutes());
    if window < needs {
        return Some(format!("could not have fired in this window ({terms})"));
    }
    let tight = || format!("may not have had the time to fire in this window ({terms}, data up to {late} min late)");
    (window < needs + LATE).then(tight)
}

/// When everything is gone, the metric may be missing rather than zero: whatever is not told to take that for bad may
/// then say nothing.
fn forgiving(metric: &MetricFacts) -> Option<String> {
    let treatment = &metric.missing_data;
    let below = metric.comparison.starts_with("LessThan");
    let filled = metric.math.iter().any(|term| matches!(term, Term::Expression(text) if text.contains("FILL(")));
    (below && !filled && treatment != "breaching").then(|| {
        if unarmed::counts_tasks(metric) {
            format!(
                "may stay quiet where the last task is gone (missing data: {treatment}): only breaching surely fires"
            )
        } else {
            format!("stays quiet where the metric has no data at all (missing data: {treatment}): only breaching fires")
        }
    })
}

/// Metric math may still come to something without one of its metrics, or to nothing.
fn fed_in_part(metric: &MetricFacts) -> Option<String> {
    let why = unarmed::without_data(&metric.math)?;
    Some(format!("is computed from a metric that is not there: {why}"))
}

/// Points of zero tasks are points.
fn miscounted(metric: &MetricFacts) -> Option<String> {
    let miscounted = unarmed::counts_tasks(metric) && unarmed::counts_samples(metric);
    miscounted.then(|| "counts data, not tasks (SampleCount): only where there are none at all it may fire".to_owned())
}

/// When it had no data: nothing could have fired it then.
fn blind(window: &[&Transition]) -> Option<String> {
    const NO_DATA: &str = "INSUFFICIENT_DATA";
    let first = window.first().filter(|change| change.from == NO_DATA);
    let first = first.map(|change| format!("until {}", clock(change.at)));
    let later = window.windows(2).filter(|pair| pair[0].to == NO_DATA);
    let later = later.map(|pair| format!("from {} to {}", clock(pair[0].at), clock(pair[1].at)));
    let mut spans: Vec<String> = first.into_iter().chain(later).collect();
    let more = spans.len().saturating_sub(MOST_SPANS);
    spans.truncate(MOST_SPANS);
    let more = if more > 0 { format!(" and {more} times more") } else { String::new() };
    (!spans.is_empty()).then(|| format!("had no data {}{more}", spans.join(", ")))
}
