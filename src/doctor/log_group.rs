//! A log group, and whether anything comes to the streams that are read.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::finding::Finding;
use super::service::Services;
use crate::aws::{Known, LogSettings, Past, Reader, Thing};

/// How long a line is looked for.
const WITHIN: Duration = Duration::from_secs(20);

/// Whether it is there, and something logs to it.
pub(super) async fn examine(
    reader: &Reader,
    thing: &Thing,
    (group, prefix): (&str, Option<&str>),
    services: &Services,
) -> Finding {
    let logger = services.iter().find_map(|((_, name), facts)| {
        let definition = facts.as_ref().ok()?.definition.as_ref().ok()?;
        definition.logs.iter().any(|settings| leads_to(settings, group, prefix)).then_some(name.as_str())
    });
    let mut past = Past::of_a_line_before(Utc::now());
    let line = timeout(WITHIN, a_line(reader, (group, prefix), &mut past, logger.is_some())).await;
    judge(thing.describe(), &line.unwrap_or(Ok(None)), &past, logger)
}

/// When a line was logged, the nearest stretch first. Where somebody is known to log there, it is only seen that the group
/// can be read.
async fn a_line(
    reader: &Reader,
    (group, prefix): (&str, Option<&str>),
    past: &mut Past,
    known: bool,
) -> Known<Option<DateTime<Utc>>> {
    while let Some(lines) = reader.past(group, prefix, past).await? {
        match lines.first() {
            Some(line) => return Ok(Some(line.time)),
            None if known => break,
            None => {}
        }
    }
    Ok(None)
}

/// Whether a container's streams lie among those that are read: they are called `prefix/container/task`.
fn leads_to(settings: &LogSettings, group: &str, wanted: Option<&str>) -> bool {
    let LogSettings { container, driver: _, group: to, prefix, mode: _, buffer: _ } = settings;
    let stream = prefix.as_ref().map(|prefix| format!("{prefix}/{container}/")).unwrap_or_default();
    to.as_deref() == Some(group)
        && wanted.is_none_or(|wanted| stream.starts_with(wanted) || wanted.starts_with(&stream))
}

fn judge(what: String, line: &Known<Option<DateTime<Utc>>>, past: &Past, logger: Option<&str>) -> Finding {
    match (line, logger) {
        (Err(error), _) => Finding::unseen(what, error).todo("see `log_group` in `vars` of the target"),
        (Ok(_), Some(name)) => Finding::well(what, format!("{name} logs there")),
        (Ok(Some(at)), None) => {
            Finding::well(what, format!("a line of {} is there", at.format("%Y-%m-%d %H:%M:%S UTC")))
        }
        (Ok(None), None) => {
            let why = format!("no line {}, and no service that is named logs there", past.reach());
            Finding::unknown(what, why)
                .todo("see `stream_prefix` in the scenario, and awslogs-stream-prefix in the task definition")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::peer::{Answer, Peer};

    #[tokio::test]
    async fn a_log_that_somebody_is_known_to_write_is_read_no_further_than_to_see_that_it_can_be() {
        #[track_caller]
        fn check((line, calls): (Known<Option<DateTime<Utc>>>, usize), expected: usize) {
            assert_eq!((line, calls), (Ok(None), expected));
        }
        async fn read(known: bool) -> (Known<Option<DateTime<Utc>>>, usize) {
            let peer = Peer::start(|_, _| Answer::Ok(json!({"events": []}))).await;
            let mut past = Past::of_a_line_before(Utc::now());
            let line = a_line(&peer.reader().await, ("/ecs/prod", None), &mut past, known).await;
            (line, peer.asked("FilterLogEvents").len())
        }
        check(read(true).await, 1);
        check(read(false).await, 3);
    }

    #[test]
    fn streams_are_named_by_prefix_container_and_task() {
        #[track_caller]
        fn check(prefix: Option<&str>, wanted: Option<&str>, expected: bool) {
            let settings = LogSettings {
                container: "app".into(),
                driver: "awslogs".into(),
                group: Some("/ecs/prod".into()),
                prefix: prefix.map(str::to_owned),
                mode: None,
                buffer: None,
            };
            assert_eq!(leads_to(&settings, "/ecs/prod", wanted), expected);
            assert!(!leads_to(&settings, "/ecs/other", wanted));
        }
        check(Some("worker"), Some("worker/"), true);
        check(Some("worker"), Some("worker/app/"), true);
        check(Some("worker"), Some("worker/app/0123"), true);
        check(Some("worker"), None, true);
        check(Some("worker"), Some("backend/"), false);
        check(Some("worker"), Some("worker/sidecar/"), false);
        check(Some("workers"), Some("worker/"), false);
    }
}
