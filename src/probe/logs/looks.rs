//! Looks at a log over the wire, at a peer that shows lines when a test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::authors::Authors;
use super::{LogsSeen, Query};
use crate::aws::Window;
use crate::aws::peer::{Answer, Peer};
use crate::probe::http;
use crate::probe::{Demand, DemandState, Instruments, LookError, Recent, Vantage};
use crate::target::TargetSettings;

const LAG: Duration = Duration::from_millis(800);

/// A stand-in for AWS, and from where a look at it is made.
struct Stand {
    peer: Peer,
    vantage: Vantage,
}

impl Stand {
    /// One that answers each call as `script` has it; it is told since when it stands.
    async fn of(script: impl Fn(DateTime<Utc>, &str, &Json) -> Answer + Send + Sync + 'static) -> Self {
        Self::ahead(TimeDelta::zero(), script).await
    }

    /// Likewise, with a clock that is so far ahead; since when it stands is by that.
    async fn ahead(
        ahead: TimeDelta,
        script: impl Fn(DateTime<Utc>, &str, &Json) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let (began, window) = (Utc::now() + ahead, Window::opening());
        let peer = Peer::start_ahead(ahead, move |operation, body| script(began, operation, body)).await;
        let aws = Some(peer.reader_of_logs(Some(LAG)).await);
        let http = http::Client::new(&TargetSettings::default()).unwrap();
        let instruments = Instruments { http, aws, recent: Recent::default(), redactor: Arc::default() };
        let vantage = Vantage {
            instruments: Arc::new(instruments),
            window,
            step_start: Instant::now(),
            dir: std::path::PathBuf::new(),
            whole_log: false,
            anew: true,
            all_along: false,
            deadline: Instant::now() + Duration::from_secs(30),
        };
        Self { peer, vantage }
    }

    async fn look(&self, query: &Query) -> Result<LogsSeen, LookError> {
        query.look(&self.vantage).await
    }
}

/// A line: ms since the window opened, its stream, and what it says.
type Line = (i64, String, Json);

/// Those of `lines` that are asked for.
fn page(began: DateTime<Utc>, lines: &[Line], asked: &Json) -> Answer {
    let number = |name: &str, otherwise: i64| asked[name].as_i64().unwrap_or(otherwise);
    let (from, to) = (number("startTime", 0), number("endTime", i64::MAX));
    let prefix = asked["logStreamNamePrefix"].as_str().unwrap_or_default();
    let events = lines.iter().enumerate().filter_map(|(index, (millis, stream, message))| {
        let time = began.timestamp_millis() + millis;
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        let event =
            json!({"eventId": index.to_string(), "timestamp": time, "logStreamName": stream, "message": message});
        ((from..=to).contains(&time) && stream.starts_with(prefix)).then_some(event)
    });
    Answer::Ok(json!({"events": events.collect::<Vec<_>>()}))
}

/// A task under test, one that the same deployment added later, and one of the deployment before.
const OURS: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const KIN: &str = "cccccccccccccccccccccccccccccccc";
const OLD: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// As ECS has it: one id that is none spoils the call.
fn tasks(asked: &Json) -> Answer {
    let ids: Vec<String> = serde_json::from_value(asked["tasks"].clone()).unwrap();
    if ids.iter().any(|id| id.len() > 36) {
        return Answer::Error("InvalidParameterException", "taskId longer than 36.");
    }
    let known = ids.iter().filter_map(|id| {
        let deployment = [(KIN, "ecs-svc/2"), (OLD, "ecs-svc/1")].into_iter().find(|(one, _)| one == id)?.1;
        Some(json!({"taskArn": format!("arn:aws:ecs:eu-west-1:1:task/prod/{id}"), "startedBy": deployment}))
    });
    Answer::Ok(json!({"tasks": known.collect::<Vec<_>>(), "failures": []}))
}

/// A query for lines of the tasks under test.
fn of_tasks(query: Query) -> Query {
    let arn = format!("arn:aws:ecs:eu-west-1:1:task/prod/{OURS}");
    let tasks = Authors::of(&json!([{"id": OURS, "arn": arn, "deployment": "ecs-svc/2"}]));
    Query { tasks, ..query }
}

fn no_error() -> Query {
    Query::everything("/ecs/prod", Some("worker/")).demanding(&[], &[json!({"level": "ERROR"})])
}

/// The first demand's state in a word, with what it says.
fn said(seen: &LogsSeen) -> String {
    in_words(&seen.demands[0])
}

fn in_words(demand: &Demand) -> String {
    match &demand.state {
        DemandState::Met => "met".to_owned(),
        DemandState::Open(why) => format!("open: {why}"),
        DemandState::Broken(why) => format!("broken: {why}"),
        DemandState::Unknown(why) => format!("unknown: {why}"),
    }
}

#[tokio::test]
async fn what_stands_in_a_log_is_known_once_it_is_complete() {
    let visible = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&visible);
    let late = move |began: DateTime<Utc>, _: &str, asked: &Json| {
        let line = (100, "worker/app/t1".to_owned(), json!({"level": "ERROR"}));
        page(began, if shown.load(Ordering::SeqCst) { std::slice::from_ref(&line) } else { &[] }, asked)
    };
    let mut stand = Stand::of(late).await;
    let query = Query::everything("/ecs/prod", None);
    let unknown = |seen: &LogsSeen| seen.unknowns.iter().map(|unknown| unknown.path.clone()).collect::<Vec<_>>();
    let seen = stand.look(&query).await.unwrap();
    assert_eq!((seen.events.len(), unknown(&seen)), (0, vec!["logs.complete".to_owned()]), "as `until` wants it");
    assert_eq!(stand.peer.asked("FilterLogEvents").len(), 1, "nobody waits for it");

    // Time is over before it can be complete.
    stand.vantage.whole_log = true;
    stand.vantage.deadline = Instant::now() + Duration::from_millis(300);
    let seen = stand.look(&query).await.unwrap();
    assert_eq!(unknown(&seen), ["logs.events", "logs.matched", "logs.complete"]);
    let why = &seen.unknowns[0].why;
    assert!(why.passing && why.reason.starts_with("not known yet up to ") && seen.is_ripening(), "{why:?}");

    visible.store(true, Ordering::SeqCst);
    stand.vantage.deadline = Instant::now() + Duration::from_secs(30);
    let began = Instant::now();
    let seen = stand.look(&query).await.unwrap();
    assert_eq!((seen.events.len(), seen.complete, seen.unknowns.len()), (1, true, 0));
    assert!(began.elapsed() >= LAG, "{:?}", began.elapsed());
    assert!(stand.peer.asked("FilterLogEvents").len() > 3);
}

#[tokio::test]
async fn a_look_goes_on_with_what_the_last_one_claimed_unless_it_is_to_speak_of_its_own_moment() {
    async fn check(query: Query, whole_log: bool) {
        let line = [(100, "worker/app/t1".to_owned(), json!({"event": "end"}))];
        let mut stand = Box::pin(Stand::of(move |began, _, asked| page(began, &line, asked))).await;
        stand.vantage.whole_log = whole_log;
        // Within that time nothing can become complete that is claimed in it.
        let mut look = async |anew: bool| {
            (stand.vantage.anew, stand.vantage.deadline) = (anew, Instant::now() + LAG);
            let seen = Box::pin(stand.look(&query)).await.unwrap();
            tokio::time::sleep(LAG).await;
            seen.complete
        };
        assert_eq!((look(true).await, look(true).await, look(false).await), (false, false, true));
    }
    check(no_error(), false).await;
    check(no_error().demanding(&[json!({"event": "end"})], &[json!({"level": "ERROR"})]), false).await;
    check(Query::everything("/ecs/prod", None), true).await;
}

#[tokio::test]
async fn a_claim_is_made_once_the_sequence_is_whole() {
    let visible = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&visible);
    let mut stand = Box::pin(Stand::of(move |began, _, asked| {
        let line = (100, "worker/app/t1".to_owned(), json!({"event": "end"}));
        page(began, if shown.load(Ordering::SeqCst) { std::slice::from_ref(&line) } else { &[] }, asked)
    }))
    .await;
    let query = no_error().demanding(&[json!({"event": "end"})], &[json!({"level": "ERROR"})]);
    assert!(!stand.look(&query).await.unwrap().is_whole());
    tokio::time::sleep(LAG).await;
    visible.store(true, Ordering::SeqCst);
    (stand.vantage.anew, stand.vantage.deadline) = (false, Instant::now() + LAG);
    let seen = stand.look(&query).await.unwrap();
    assert!(seen.is_whole() && !seen.complete, "{:?}", seen.demands);
}

#[tokio::test]
async fn silence_proves_something_where_those_are_heard_of_whom_it_is_asked() {
    async fn check(query: Query, lines: &[(i64, &str, Json)], expected: &str) -> LogsSeen {
        let stream = |task: &str| format!("worker/app/{task}");
        let lines: Vec<Line> = lines.iter().map(|(at, task, said)| (*at, stream(task), said.clone())).collect();
        let stand = Stand::of(move |began, operation, asked| match operation {
            "FilterLogEvents" => page(began, &lines, asked),
            _ => tasks(asked),
        });
        let stand = Box::pin(stand).await;
        let seen = Box::pin(stand.look(&query)).await.unwrap();
        assert_eq!(said(&seen), expected);
        seen
    }
    const HOUR: i64 = 3_600_000;
    let info = || json!({"level": "INFO"});
    let nobody = "unknown: none of the tasks under test has logged in /ecs/prod worker/* in the last 24 hours: is that where \
                  they log?";
    check(of_tasks(no_error()), &[(-2 * HOUR, OLD, info())], nobody).await;
    // It is taken down while the window is open.
    check(of_tasks(no_error()), &[(10, OLD, info())], nobody).await;
    check(of_tasks(no_error()), &[(-7 * HOUR, OURS, info())], "met").await;
    check(of_tasks(no_error()), &[(-2 * HOUR, KIN, info())], "met").await;
    check(of_tasks(no_error()), &[(10, KIN, info())], "met").await;
    let silent = "unknown: no line in /ecs/prod worker/* in the last 24 hours: is that where it logs?";
    check(no_error(), &[(-25 * HOUR, OLD, info())], silent).await;
    check(no_error(), &[(-2 * HOUR, OLD, info())], "met").await;
    // Of what is no JSON, nothing was compared.
    let plain = || json!("ERROR disk full");
    let wordless = "unknown: no line in /ecs/prod worker/* could be read by its fields, since none is a JSON object: say with \
                    `text` where they stand";
    check(no_error(), &[(10, OURS, plain())], wordless).await;
    check(of_tasks(no_error()), &[(-HOUR, OURS, plain())], wordless).await;
    check(no_error(), &[(-2 * HOUR, OURS, info()), (10, OURS, plain())], "met").await;
    let seen = check(no_error(), &[(10, OURS, info()), (20, OURS, plain())], "met").await;
    assert_eq!(seen.summary(), "2 lines (1 without fields), nothing unwanted, complete");
    let text = |pattern: &str| Some(regex::Regex::new(pattern).unwrap());
    let fits = Query { text: text("^(?<level>[A-Z]+) "), ..no_error() };
    check(fits, &[(10, OURS, json!("INFO well"))], "met").await;
    let misfits = Query { text: text("^(?<level>[A-Z]+): "), ..no_error() };
    let wordless = "unknown: no line in /ecs/prod worker/* could be read by its fields: none is a JSON object, and `text` \
                    fits none";
    check(misfits, &[(10, OURS, json!("INFO well"))], wordless).await;
    // What asks for no field is seen in any line.
    let any = || Query::everything("/ecs/prod", Some("worker/")).demanding(&[], &[json!({})]);
    check(any(), &[(-HOUR, OURS, plain())], "met").await;
    let both = Query { text: None, ..any() }.demanding(&[], &[json!({}), json!({"level": "ERROR"})]);
    let stand = Stand::of(|began, _, asked| page(began, &[(10, "worker/app/t1".to_owned(), json!("plain"))], asked));
    let seen = stand.await.look(&both).await.unwrap();
    assert!(said(&seen).starts_with("broken: it is in the log: "), "{:?}", seen.demands);
}

#[tokio::test]
async fn the_window_opens_by_the_clock_of_aws_where_the_difference_is_small_too() {
    async fn check(ahead: i64, millis: i64, expected: &str) {
        let line = [(millis, "worker/app/t1".to_owned(), json!({"level": "ERROR"}))];
        let script = move |began: DateTime<Utc>, _: &str, asked: &Json| page(began, &line, asked);
        let stand = Box::pin(Stand::ahead(TimeDelta::seconds(ahead), script)).await;
        let seen = Box::pin(stand.look(&no_error())).await.unwrap();
        assert!(said(&seen).starts_with(expected), "{ahead}: {:?}", seen.demands);
    }
    // Behind by five seconds: what is logged in the fourth second of the window bears a time from before this machine's.
    check(-5, 4_000, "broken: it is in the log: ").await;
    check(-5, -1_500, "met").await;
    // Ahead by as much: what was logged four seconds before the window bears a time from after it.
    check(5, -4_000, "met").await;
    check(5, 100, "broken: it is in the log: ").await;
}

#[tokio::test]
async fn a_level_is_not_there_where_lines_tell_it_as_it_is_asked_for() {
    async fn check(query: Query, lines: &[(i64, Json)], expected: &str) {
        let line = |(at, said): &(i64, Json)| (*at, "worker/app/t1".to_owned(), said.clone());
        let lines: Vec<Line> = lines.iter().map(line).collect();
        let stand = Box::pin(Stand::of(move |began, _, asked| page(began, &lines, asked))).await;
        let seen = Box::pin(stand.look(&query)).await.unwrap();
        assert_eq!(in_words(seen.demands.last().unwrap()), expected);
    }
    const MINUTE: i64 = 60_000;
    let (info, severe) = (|| json!({"event": "a", "level": "INFO"}), || json!({"event": "b", "severity": "ERROR"}));
    let other =
        "unknown: no line in /ecs/prod worker/* has the field level: they have severity (ERROR), so ask for that";
    check(no_error(), &[(10, severe())], other).await;
    check(no_error(), &[(10, severe()), (20, json!({"event": "c"}))], other).await;
    check(no_error(), &[(-61 * MINUTE, info()), (10, severe())], other).await;
    let sequence = || no_error().demanding(&[json!({"event": "b"})], &[json!({"level": "ERROR"})]);
    check(sequence(), &[(10, severe())], other).await;
    // Where anybody tells it as it is asked for, others may do otherwise.
    check(no_error(), &[(10, severe()), (20, info())], "met").await;
    check(no_error(), &[(-59 * MINUTE, info()), (10, severe())], "met").await;
    let both = no_error().demanding(&[], &[json!({"severity": "CRITICAL"}), json!({"level": "ERROR"})]);
    check(both, &[(10, severe())], "met").await;
    // Another field may be one that only what is unwanted has; and lines may have no level at all.
    check(no_error().demanding(&[], &[json!({"error_code": "E1"})]), &[(10, severe())], "met").await;
    check(no_error(), &[(10, json!({"event": "c"}))], "met").await;
    let form = "unknown: no line in /ecs/prod worker/* has level in the form of ERROR: it is 30 there, so ask for it as it is \
                logged";
    check(no_error(), &[(10, json!({"level": 30}))], form).await;
}

#[tokio::test]
async fn an_empty_log_says_something_to_expressions_where_somebody_is_heard() {
    async fn check(query: Query, whole_log: bool, lines: &[(i64, &str)], expected: Option<&str>) {
        let line = |(at, task): &(i64, &str)| (*at, format!("worker/app/{task}"), json!({"level": "INFO"}));
        let lines: Vec<Line> = lines.iter().map(line).collect();
        let stand = Stand::of(move |began, operation, asked| match operation {
            "FilterLogEvents" => page(began, &lines, asked),
            _ => tasks(asked),
        });
        let mut stand = Box::pin(stand).await;
        stand.vantage.whole_log = whole_log;
        let seen = Box::pin(stand.look(&query)).await.unwrap();
        let silent = seen.silent().map(|why| (why.reason.as_str(), why.passing));
        assert_eq!(silent, expected.map(|why| (why, false)));
    }
    const HOUR: i64 = 3_600_000;
    let all = || Query::everything("/ecs/prod", Some("worker/"));
    let silent = "no line in /ecs/prod worker/* in the last 24 hours: is that where it logs?";
    check(all(), true, &[(-25 * HOUR, OLD)], Some(silent)).await;
    check(all(), true, &[(-2 * HOUR, OLD)], None).await;
    check(all(), true, &[(10, OLD)], None).await;
    // With `until`, and as evidence, nobody asks for it.
    check(all(), false, &[], None).await;
    let nobody = "none of the tasks under test has logged in /ecs/prod worker/* in the last 24 hours: is that where they \
                  log?";
    check(of_tasks(all()), true, &[(10, OLD)], Some(nobody)).await;
    check(of_tasks(all()), true, &[(-2 * HOUR, KIN)], None).await;
    let none = Query { tasks: Authors::of(&json!([])), ..all() };
    check(none, true, &[(10, OURS)], Some("from_tasks names no task, so no line counts")).await;
}

#[tokio::test]
async fn what_is_not_read_to_the_end_is_said_so_and_gone_on_with() {
    let stand = Stand::of(|_, _, asked| {
        let turned = asked["nextToken"].as_str().map_or(0, |token| token.parse::<u32>().unwrap());
        // Every scan and every stretch is empty; the last one has so many pages as never come to an end in time.
        let endless = asked["endTime"].as_i64().unwrap() - asked["startTime"].as_i64().unwrap() > 6 * 3_600_000;
        Answer::Ok(if endless {
            json!({"events": [], "nextToken": (turned + 1).to_string()})
        } else {
            json!({"events": []})
        })
    });
    let mut stand = stand.await;
    let query = no_error();
    for _ in 0..2 {
        stand.vantage.deadline = Instant::now() + Duration::from_secs(3);
        let seen = stand.look(&query).await.unwrap();
        let why = "unknown: no line in /ecs/prod worker/* in the last 6 hours (what was before could not be read in time): is \
                   that where it logs?";
        assert_eq!(said(&seen), why);
    }
    let tokens = stand.peer.asked("FilterLogEvents");
    let mut tokens: Vec<u32> = tokens.iter().filter_map(|asked| asked["nextToken"].as_str()?.parse().ok()).collect();
    assert!(tokens.len() > 2, "{tokens:?}");
    let asked = tokens.len();
    tokens.dedup();
    // A page that was asked for when time was over is asked for again, and no other.
    assert!(tokens.is_sorted() && asked - tokens.len() <= 1, "{tokens:?}");
}

#[tokio::test]
async fn a_task_that_was_only_just_made_is_asked_for_again_and_what_is_no_task_never() {
    let calls = std::sync::atomic::AtomicU32::new(0);
    let stand = Stand::of(move |began, operation, asked| {
        let end = || json!({"event": "end"});
        let lambda = format!("2026/11/26/[$LATEST]{OLD}");
        match operation {
            "FilterLogEvents" => {
                page(began, &[(10, lambda, end()), (20, format!("worker/app-firelens-{KIN}"), end())], asked)
            }
            _ if calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => Answer::Ok(json!({"tasks": []})),
            _ => tasks(asked),
        }
    });
    let stand = stand.await;
    let query = of_tasks(Query::everything("/shared", None).demanding(&[json!({"event": "end"})], &[]));
    let yet = format!(
        "unknown: seen of task {KIN}, but whether that is of the deployment under test is not known: ECS does not know it yet"
    );
    assert_eq!(said(&stand.look(&query).await.unwrap()), yet);
    assert_eq!(said(&stand.look(&query).await.unwrap()), "met");
    let asked = stand.peer.asked("DescribeTasks");
    assert!(asked.iter().all(|asked| asked["tasks"] == json!([KIN])), "{asked:?}");
}
