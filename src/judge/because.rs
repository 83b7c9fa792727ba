//! Why a step did not pass, in one sentence.

use std::time::Duration;

use super::assess::{Assessment, Seen};
use crate::event::Judged;
use crate::probe::Observation;
use crate::span;

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
        (Some(told), Some(judged)) if is_no_reason(seen, judged) => format!("{} ({told})", phrase(judged)),
        (Some(told), _) => told,
        (None, Some(judged)) => phrase(judged),
        // Cut short while `for` was running.
        (None, None) if !assessment.judged.is_empty() => "it held, but must go on holding".to_owned(),
        (None, None) => "nothing was seen".to_owned(),
    };
    match humane(waited.elapsed).filter(|_| waited.ran_out) {
        Some(long) => format!("{words}, after waiting {long}"),
        None => words,
    }
}

/// Whether what the system says is no reason for that, and is only told beside it.
fn is_no_reason(seen: &Seen, judged: &Judged) -> bool {
    match seen {
        // What stands in a log need not be what the step asks about, unless it asks for lines.
        Ok(Observation::Logs(_)) => judged.kind == "expect",
        // That tasks are on their way, or none wanted.
        Ok(Observation::Ecs(seen)) => !seen.explains(judged),
        Ok(Observation::Alarm(seen)) => !seen.explains(judged),
        Ok(Observation::Http(_) | Observation::Exec(_) | Observation::Terraform(_) | Observation::PythonDeps(_))
        | Err(_) => false,
    }
}

/// How long was waited, as a person would say it; none where it was no waiting.
pub(super) fn humane(elapsed: Duration) -> Option<String> {
    let ms = span::millis(elapsed);
    (ms >= 100).then(|| span::in_words(ms))
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::aws::{DeploymentFacts, ServiceFacts};
    use crate::judge::Standing;
    use crate::look::{LookError, LookErrorKind};
    use crate::probe::ecs::ServicesSeen;
    use crate::verdict::Verdict;

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
        check(1_234, true, "connection refused by 127.0.0.1:9, after waiting 1.2 s");
        check(90_400, true, "connection refused by 127.0.0.1:9, after waiting 1 min 30 s");
        check(40, true, "connection refused by 127.0.0.1:9");
    }

    /// A service that is scaled out: 1 of 2 tasks runs, and what may be unhealthy of them.
    #[test]
    fn that_tasks_are_on_their_way_is_told_first_only_where_it_explains_something() {
        let unread = || LookError { kind: LookErrorKind::Denied, message: "no".to_owned(), retry_after: None };
        let primary = |rollout: &str| DeploymentFacts {
            status: "PRIMARY".to_owned(),
            rollout: Some(rollout.to_owned()),
            rollout_reason: Some("no capacity".to_owned()),
            ..DeploymentFacts::default()
        };
        let check = |desired: i32, rollout: &str, (kind, text): (&str, &str), expected: &str| {
            let facts = ServiceFacts {
                name: "api".to_owned(),
                status: "ACTIVE".to_owned(),
                strategy: "ROLLING".to_owned(),
                seen_at: DateTime::UNIX_EPOCH,
                desired,
                running: 1,
                pending: 1,
                deployments: vec![primary(rollout)],
                events: Vec::new(),
                may_roll_back: false,
                tasks: Err(unread()),
                definition: Err(unread()),
                last_deployment: Err(unread()),
            };
            let judged = Judged {
                text: text.to_owned(),
                kind: kind.to_owned(),
                held: Some(false),
                detail: Some("1 == 2".to_owned()),
            };
            let assessment = Assessment { standing: Standing::Settled(Verdict::Failed), judged: vec![judged] };
            let seen = Ok(Observation::Ecs(Arc::new(ServicesSeen::made_up(&facts))));
            let waited = Waited { elapsed: Duration::ZERO, ran_out: false };
            assert_eq!(because(&assessment, &seen, waited), expected);
        };
        let few = "only 1 of 2 tasks of api are running";
        let images = "service.digests == worker.digests";
        check(2, "COMPLETED", ("expect", "service.steady"), few);
        check(2, "COMPLETED", ("expect", "service.healthy == service.desired"), few);
        check(2, "COMPLETED", ("expect", images), &format!("expected {images}, saw 1 == 2 ({few})"));
        check(2, "FAILED", ("expect", images), &format!("{few}; its roll-out failed: no capacity"));
        let none = "api wants no task: its desired count is 0";
        let running = "service.running == 0";
        check(0, "COMPLETED", ("until", running), &format!("expected {running}, saw 1 == 2 ({none})"));
        check(
            0,
            "COMPLETED",
            ("expect", "service.unhealthy == 0"),
            &format!("expected service.unhealthy == 0, saw 1 == 2 ({none})"),
        );
        check(0, "COMPLETED", ("until", "service.steady"), none);
        check(0, "COMPLETED", ("fail_if", "service.desired == 0"), none);
    }
}
