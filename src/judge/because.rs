//! Why a step did not pass, in one sentence, and why a scenario did not.

use std::time::Duration;

use super::assess::{Assessment, Seen};
use crate::event::Judged;
use crate::probe::Observation;
use crate::verdict::Verdict;

/// How long was waited, and how long might have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// How long.
    pub elapsed: Duration,
    /// Whether the waiting was ended by the deadline, rather than by something that was seen.
    pub ran_out: bool,
}

/// One sentence: what was expected, what was seen, for how long. The system's own words come first where it has any.
#[must_use]
pub fn because(assessment: &Assessment, seen: &Seen, waited: Waited) -> String {
    let expected = assessment.judged.iter().find(|judged| judged.held == Some(false));
    let unknown = assessment.judged.iter().find(|judged| judged.held.is_none());
    let told = match seen {
        Err(error) => Some(error.message.clone()),
        Ok(observation) => observation.cause(),
    };
    let words = match (told, expected.or(unknown)) {
        // A service or an alarm says what is wrong with it; of an answer it must be said what is wrong about it.
        (Some(told), Some(judged)) if matches!(seen, Ok(Observation::Http(_) | Observation::Exec(_))) => {
            format!("{told} ({})", phrase(judged))
        }
        (Some(told), _) => told,
        (None, Some(judged)) => phrase(judged),
        (None, None) => "nothing was seen".to_owned(),
    };
    if waited.ran_out { format!("{words}, {}", span(waited.elapsed)) } else { words }
}

fn span(elapsed: Duration) -> String {
    format!("after waiting {}", humane(elapsed))
}

/// A duration as a person would say it: whole seconds from ten seconds on, tenths below.
fn humane(elapsed: Duration) -> String {
    let rounded = if elapsed >= Duration::from_secs(10) {
        Duration::from_secs(elapsed.as_secs())
    } else {
        Duration::from_millis(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) / 100 * 100)
    };
    humantime::format_duration(rounded).to_string()
}

fn phrase(judged: &Judged) -> String {
    let detail = judged.detail.as_deref().unwrap_or("it does not hold");
    match (judged.kind.as_str(), judged.held) {
        ("sequence" | "none" | "image" | "task_definition", Some(_)) => format!("{}: {detail}", judged.text),
        ("fail_if", _) => format!("fail_if {}: {detail}", judged.text),
        (_, Some(_)) => format!("expected {}, saw {detail}", judged.text),
        (_, None) => format!("could not judge {}: {detail}", judged.text),
    }
}

/// Kinds of probes, by how deep what they see lies: the deepest first.
const DEPTHS: [&str; 2] = ["ecs", "alarm"];

/// The scenario's cause: what lies deepest comes first. A service without tasks explains an import that stands still,
/// an alarm that fires, and log lines that never came; hence `ecs` before `alarm` before what the step itself says.
///
/// `by` is the kind of probe that saw it; what lies no deeper than that does not take its place.
/// `found` holds the kind of probe and what its observation says is wrong, in the order in which they were looked at.
#[must_use]
pub fn root_cause(
    verdict: Verdict,
    (by, own): (Option<&str>, &str),
    found: &[(&'static str, String)],
) -> (String, Vec<String>) {
    if verdict != Verdict::Failed {
        return (own.to_owned(), Vec::new());
    }
    let depth = |kind: &str| DEPTHS.iter().position(|deep| *deep == kind).unwrap_or(DEPTHS.len());
    let reached = by.map_or(DEPTHS.len(), depth);
    let deeper = found.iter().filter(|(kind, told)| depth(kind) < reached && !own.contains(told.as_str()));
    let (cause, mut supports) = match deeper.min_by_key(|(kind, _)| depth(kind)) {
        Some((_, told)) => (told.clone(), vec![own.to_owned()]),
        None => (own.to_owned(), Vec::new()),
    };
    // What the log says last is seldom the cause by itself, and often the reason for it.
    let logged = found.iter().filter(|(kind, told)| *kind == "logs" && by != Some("logs") && !cause.contains(told));
    supports.extend(logged.map(|(_, told)| told.clone()));
    (cause, supports)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Standing;
    use crate::look::{LookError, LookErrorKind};

    fn unseen(message: &str) -> Seen {
        Err(LookError { kind: LookErrorKind::System, message: message.to_owned(), retry_after: None })
    }

    #[test]
    fn what_was_not_seen_is_said_with_how_long_it_was_waited_for() {
        let check = |millis: u64, ran_out: bool, expected: &str| {
            let assessment = Assessment { standing: Standing::Settled(Verdict::Failed), judged: Vec::new() };
            let waited = Waited { elapsed: Duration::from_millis(millis), ran_out };
            assert_eq!(because(&assessment, &unseen("connection refused by 127.0.0.1:9"), waited), expected);
        };
        check(0, false, "connection refused by 127.0.0.1:9");
        check(1_234, true, "connection refused by 127.0.0.1:9, after waiting 1s 200ms");
        check(90_700, true, "connection refused by 127.0.0.1:9, after waiting 1m 30s");
    }

    const ECS: (&str, &str) = ("ecs", "no worker is running");
    const ALARM: (&str, &str) = ("alarm", "the alarm went to ALARM");
    const LOGS: (&str, &str) = ("logs", "worker logged ERROR at 08:00:01: no disk");

    #[track_caller]
    fn check(own: (&str, &str), found: &[(&'static str, &str)], expected: (&str, &[&str])) {
        let found: Vec<_> = found.iter().map(|(kind, told)| (*kind, (*told).to_owned())).collect();
        let (cause, supports) = root_cause(Verdict::Failed, (Some(own.0), own.1), &found);
        assert_eq!((cause.as_str(), supports.iter().map(String::as_str).collect::<Vec<_>>().as_slice()), expected);
    }

    #[test]
    fn what_lies_deepest_is_the_cause_and_what_lies_no_deeper_is_not() {
        let waited = ("http", "still queued after waiting 2m");
        check(waited, &[], (waited.1, &[]));
        check(waited, &[ALARM, ECS], (ECS.1, &[waited.1]));
        check(waited, &[ALARM], (ALARM.1, &[waited.1]));
        check(ALARM, &[ECS], (ECS.1, &[ALARM.1]));
        check(ECS, &[ALARM], (ECS.1, &[]));
        check(ALARM, &[ALARM], (ALARM.1, &[]));
        check(("ecs", "no worker is running; last task stopped 1 s ago"), &[ECS], {
            ("no worker is running; last task stopped 1 s ago", &[])
        });
    }

    #[test]
    fn what_was_logged_supports_it() {
        check(ECS, &[ALARM, LOGS], (ECS.1, &[LOGS.1]));
        check(LOGS, &[LOGS], (LOGS.1, &[]));
    }

    #[test]
    fn only_a_failure_has_a_deeper_cause() {
        let found = [(ECS.0, ECS.1.to_owned())];
        let unseen = root_cause(Verdict::Inconclusive, (Some("logs"), "denied"), &found);
        assert_eq!(unseen, ("denied".to_owned(), Vec::new()));
    }
}
