use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::*;
use crate::aws::{LogLine, Scan};
use crate::probe::DemandState;

const PREFIX: &str = "worker/";
const LAG: Duration = Duration::from_secs(15);

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::milliseconds(millis)
}

/// A line of task `t1` unless another stream is named; times are ms since the window opened.
fn line(millis: i64, message: &Json) -> Arc<LogLine> {
    from("worker/app/t1", millis, message)
}

fn from(stream: &str, millis: i64, message: &Json) -> Arc<LogLine> {
    Arc::new(LogLine::new(at(millis), stream, message.to_string()))
}

fn start(millis: i64) -> Arc<LogLine> {
    line(millis, &json!({"event": "start", "id": "7f"}))
}

fn end(millis: i64) -> Arc<LogLine> {
    line(millis, &json!({"event": "end", "id": "7f", "status": "completed"}))
}

fn beat(millis: i64) -> Arc<LogLine> {
    line(millis, &json!({"event": "heartbeat"}))
}

/// The gate's query: start, then end, and no error.
fn gate() -> Query {
    let sequence = [json!({"event": "start", "id": "7f"}), json!({"event": "end", "id": "7f", "status": "completed"})];
    Query::everything("/ecs/prod", Some(PREFIX)).demanding(&sequence, &[json!({"level": "ERROR", "id": "7f"})])
}

fn of_tasks(tasks: &[&str]) -> Query {
    Query { tasks: Authors::of(&json!(tasks)), ..gate() }
}

/// What a scan that began `began` ms after the window opened shows of a claim for 10 s after it.
fn seen(query: &Query, lines: Vec<Arc<LogLine>>, began: i64) -> LogsSeen {
    let scan = Scan { began: at(began), lines };
    let since = Since { surely: Some(at(0)), ..Since::at(at(0)) };
    LogsSeen::of(query, &scan, since, (at(10_000), LAG), &Arc::default())
}

/// Each demand's state in a word, with what it says.
fn check(query: &Query, lines: Vec<Arc<LogLine>>, expected: &[&str]) {
    let seen = seen(query, lines, 10_000);
    let said = seen.demands.iter().map(|demand| match &demand.state {
        DemandState::Met => "met".to_owned(),
        DemandState::Open(why) => format!("open: {why}"),
        DemandState::Broken(why) => format!("broken: {why}"),
        DemandState::Unknown(why) => format!("unknown: {why}"),
    });
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

const LATE: &str = "unknown: not known yet up to 08:00:10: a line may become visible 15 s late (aws.log_lag)";
const NOT_WHOLE: &str = "unknown: the sequence is not whole yet, so more lines may come";

#[test]
fn the_sequence_is_met_and_what_must_not_be_is_open_until_the_log_is_complete() {
    check(&gate(), vec![start(1000), end(2000)], &["met", "met", LATE]);
    // A later line proves nothing: the one that tells of the error may become visible behind it.
    check(&gate(), vec![start(1000), end(2000), beat(10_001)], &["met", "met", LATE]);
}

#[test]
fn the_lag_budget_completes_a_log_that_has_fallen_silent() {
    let lines = || vec![start(1000), end(2000)];
    assert!(!seen(&gate(), lines(), 24_999).complete);
    let spent = seen(&gate(), lines(), 25_000);
    assert!(spent.complete && !spent.waits_for_late_lines());
    assert_eq!(spent.summary(), "2 lines, 2 of 2 of the sequence, nothing unwanted, complete");
}

#[test]
fn what_is_said_of_all_events_is_not_said_of_the_last_of_them() {
    let read = |count: i64| seen(&gate(), (0..count).map(beat).collect(), 10_000).unknowns;
    assert_eq!(read(1_000), []);
    let unknowns = read(1_001);
    assert!(unknowns[0].why.reason.starts_with("1001 lines count, and expressions read at most 1000: "));
    assert_eq!((unknowns.len(), unknowns[0].path.as_str(), unknowns[0].why.passing), (1, "logs.events", false));
}

#[test]
fn an_unwanted_event_breaks_at_once() {
    let error = line(1500, &json!({"level": "ERROR", "id": "7f", "message": "disk full"}));
    let why = "broken: it is in the log: 08:00:01 t1: {\"level\":\"ERROR\",\"id\":\"7f\",\"message\":\"disk full\"}";
    check(&gate(), vec![start(1000), error.clone()], &["met", OPEN_END, why]);
    let cause = seen(&gate(), vec![start(1000), error], 10_000).cause();
    assert_eq!(cause.as_deref(), Some("worker logged ERROR at 08:00:01: disk full"));
    // Errors of others, and from before the window, are not this query's.
    let foreign = line(1500, &json!({"level": "ERROR", "id": "8a"}));
    let early = line(-500, &json!({"level": "ERROR", "id": "7f"}));
    check(&gate(), vec![early, start(1000), foreign, end(2000)], &["met", "met", LATE]);
}

#[test]
fn a_clock_that_is_behind_hides_nothing() {
    let error = |millis| line(millis, &json!({"level": "ERROR", "id": "7f"}));
    let why = |time: &str| format!("broken: it is in the log: {time} t1: {{\"level\":\"ERROR\",\"id\":\"7f\"}}");
    check(&gate(), vec![start(-3000), end(-1000)], &["met", "met", LATE]);
    check(&gate(), vec![start(-3000), error(-2000), end(-1000)], &["met", "met", &why("07:59:58")]);
    check(&gate(), vec![start(-3000), error(-2000), end(500)], &["met", "met", &why("07:59:58")]);
    let twice = "broken: seen 2 times, expected exactly once: at 07:59:59.000, 08:00:00.500";
    check(&gate(), vec![start(-3000), end(-1000), end(500)], &["met", twice, NOT_WHOLE]);
    // What came before the first of them was there before, as was what is about nothing in particular.
    check(&gate(), vec![error(-4000), start(-3000), end(-1000)], &["met", "met", LATE]);
    let any = gate().demanding(&[json!({"event": "start", "id": "7f"})], &[json!({"level": "ERROR"})]);
    check(&any, vec![start(-3000), error(-2000)], &["met", LATE]);
}

#[test]
fn what_aws_took_in_before_the_window_is_old_whatever_time_it_bears() {
    let taken_in =
        |millis: i64, line: Arc<LogLine>| Arc::new(Arc::into_inner(line).unwrap().ingested_at(Some(at(millis))));
    check(&gate(), vec![taken_in(-1, start(-2000)), end(2000)], &["open: not seen", "met", NOT_WHOLE]);
    check(&gate(), vec![taken_in(0, start(-2000)), end(2000)], &["met", "met", LATE]);
    // Whoever writes it is ahead.
    let error = |ingested| taken_in(ingested, line(1500, &json!({"level": "ERROR", "id": "7f"})));
    check(&gate(), vec![start(1000), error(-500), end(2000)], &["met", "met", LATE]);
    let why = "broken: it is in the log: 08:00:01 t1: {\"level\":\"ERROR\",\"id\":\"7f\"}";
    check(&gate(), vec![start(1000), error(500), end(2000)], &["met", "met", why]);
    // An emulator makes the time up; or says none of its own.
    check(&gate(), vec![taken_in(-1_800_000_000_000, start(-2000)), end(2000)], &["met", "met", LATE]);
    let untold = Scan { began: at(10_000), lines: vec![taken_in(-1, start(-2000)), end(2000)] };
    let seen = LogsSeen::of(&gate(), &untold, Since::at(at(0)), (at(10_000), LAG), &Arc::default());
    assert!(seen.is_whole());
}

const OPEN_END: &str =
    "open: not seen; a line at 08:00:01 was seen with no event, expected end; no status, expected completed";

#[test]
fn the_nearest_thing_is_told() {
    let failed = line(2000, &json!({"event": "end", "id": "7f", "status": "failed"}));
    let other = line(2500, &json!({"event": "end", "id": "8a", "status": "completed"}));
    let other_too = line(2600, &json!({"event": "end", "id": "8b", "status": "completed"}));
    let open = "open: not seen; end was seen with status failed, expected completed";
    check(&gate(), vec![start(1000), failed, other, other_too], &["met", open, NOT_WHOLE]);
    let nothing = "open: not seen; no line in /ecs/prod worker/* since 08:00:00";
    check(&gate(), Vec::new(), &[nothing, nothing, NOT_WHOLE]);
    let cause = seen(&gate(), Vec::new(), 10_000).cause();
    assert_eq!(
        cause.as_deref(),
        Some(
            "{event: start, id: 7f} is missing in /ecs/prod worker/*: not seen; no line in /ecs/prod worker/* since \
             08:00:00"
        )
    );
}

#[test]
fn a_second_occurrence_breaks() {
    let why = "broken: seen 2 times, expected exactly once: at 08:00:01.000, 08:00:01.001";
    check(&gate(), vec![start(1000), start(1001), end(2000)], &[why, "met", NOT_WHOLE]);
    // The same event of another task is a second one as well.
    let twin = from("worker/app/t2", 1000, &json!({"event": "start", "id": "7f"}));
    let why = "broken: seen 2 times, expected exactly once: at 08:00:01.000, 08:00:01.000";
    check(&gate(), vec![start(1000), twin, end(2000)], &[why, "met", NOT_WHOLE]);
}

#[test]
fn equal_entries_want_as_many_events() {
    let twice =
        Query::everything("/ecs/prod", None).demanding(&[json!({"event": "start"}), json!({"event": "start"})], &[]);
    check(&twice, vec![start(1)], &["met", "open: seen 1 of 2 times so far"]);
    check(&twice, vec![start(1), start(2)], &["met", "met"]);
    let why = "broken: seen 3 times, expected exactly 2 times: at 08:00:00.001, 08:00:00.002, 08:00:00.003";
    check(&twice, vec![start(1), start(2), start(3)], &[why, why]);
}

#[test]
fn a_line_counts_for_one_entry_where_it_fits_two() {
    let (any, done) = (json!({"event": "x"}), json!({"event": "x", "status": "done"}));
    let (x, x_done, y) = (
        |millis| line(millis, &json!({"event": "x"})),
        |millis| line(millis, &json!({"event": "x", "status": "done"})),
        |millis| line(millis, &json!({"event": "y"})),
    );
    let of = |sequence: &[&Json]| {
        let sequence: Vec<Json> = sequence.iter().map(|entry| (*entry).clone()).collect();
        Query::everything("/ecs/prod", None).demanding(&sequence, &[])
    };
    let once = "open: not seen; what fits it is the line of another entry, and counts once";
    let ascending = of(&[&any, &done]);
    check(&ascending, vec![x(1), x_done(2)], &["met", "met"]);
    check(&ascending, vec![x_done(1), x_done(2)], &["met", "met"]);
    check(&ascending, vec![x_done(1)], &[once, "met"]);
    check(&ascending, vec![x(1)], &["met", "open: not seen"]);
    let why = "broken: out of order: it came at 08:00:00.001, before {event: x} at 08:00:00.002";
    check(&ascending, vec![x_done(1), x(2)], &["met", why]);
    let why = "broken: seen 2 times, expected exactly once: at 08:00:00.001, 08:00:00.003";
    check(&ascending, vec![x(1), x_done(2), x(3)], &[why, "met"]);
    // One that is behind still stands for the one that it is.
    check(&ascending, vec![x(-300), x_done(2)], &["met", "met"]);
    let descending = of(&[&done, &any]);
    check(&descending, vec![x_done(1), x(2)], &["met", "met"]);
    check(&descending, vec![x_done(1)], &["met", once]);
    check(&descending, vec![x_done(2), x(2)], &["met", "met"]);
    check(&descending, vec![x(2), x_done(2)], &["met", "met"]);
    // The first line may become visible last: those that are there leave room for it.
    let apart = of(&[&any, &json!({"event": "y"}), &any]);
    check(&apart, vec![y(2), x(3)], &["open: seen 1 of 2 times so far", "met", "met"]);
    check(&apart, vec![x(1), y(2), x(3)], &["met", "met", "met"]);
    let why = "broken: out of order: it came at 08:00:00.002, before {event: y} at 08:00:00.003";
    check(&apart, vec![x(1), x(2), y(3)], &["met", "met", why]);
}

#[test]
fn the_order_is_held_by_event_time() {
    let why = "broken: out of order: it came at 08:00:01.000, before {event: start, id: 7f} at 08:00:02.000";
    check(&gate(), vec![end(1000), start(2000)], &["met", why, NOT_WHOLE]);
    check(&gate(), vec![end(1000), start(1000)], &["met", "met", LATE]);
    // The clocks of two hosts differ a little; by how much a step may take is no matter of clocks.
    let elsewhere = |millis| from("backend/app/t2", millis, &json!({"event": "start", "id": "7f"}));
    let any = Query { prefix: None, ..gate() };
    check(&any, vec![end(1000), elsewhere(2000)], &["met", "met", LATE]);
    let why = "broken: out of order: it came at 08:00:01.000, before {event: start, id: 7f} at 08:00:02.001";
    check(&any, vec![end(1000), elsewhere(2001)], &["met", why, NOT_WHOLE]);
}

#[test]
fn lines_of_other_tasks_do_not_count_and_are_mentioned() {
    let open = |who: &str| {
        format!(
            "open: not seen; no line in /ecs/prod worker/* since 08:00:00; 1 such event came from {who} which is not of \
                 the deployment under test"
        )
    };
    let strange = |line: &LogLine| {
        let stream = "worker/app/0123456789abcdef0123456789abcdef";
        Arc::new(LogLine::new(line.time, stream, line.message.clone()))
    };
    let lines = vec![strange(&start(1000)), strange(&end(2000))];
    let why = open("task 0123456789abcdef0123456789abcdef");
    check(&of_tasks(&["t9"]), lines, &[&why, &why, NOT_WHOLE]);
    let why = open("stream t1 (which is no task's stream)");
    check(&of_tasks(&["t9"]), vec![start(1000), end(2000)], &[&why, &why, NOT_WHOLE]);
    let open = "open: not seen; from_tasks names no task, so no line counts; no line in /ecs/prod worker/* since \
                08:00:00";
    check(&of_tasks(&[]), Vec::new(), &[open, open, NOT_WHOLE]);
}

#[test]
fn clocks_may_differ_a_little_but_the_window_comes_first() {
    check(&gate(), vec![start(-300), end(2000)], &["met", "met", LATE]);
    check(&gate(), vec![start(-300), start(1000), end(2000)], &["met", "met", LATE]);
    check(&gate(), vec![start(-5001), end(2000)], &["open: not seen", "met", NOT_WHOLE]);
}

#[test]
fn what_others_asked_the_scan_for_is_left_out() {
    let stray = from("backend/app/t1", 1000, &json!({"event": "start", "id": "7f"}));
    let nothing = "open: not seen; no line in /ecs/prod worker/* since 08:00:00";
    check(&gate(), vec![stray], &[nothing, nothing, NOT_WHOLE]);
}

#[test]
fn plain_lines_match_by_named_groups() {
    let plain = |millis, text: &str| Arc::new(LogLine::new(at(millis), "worker/app/t1", text));
    let sequence = [json!({"what": "start", "id": 7}), json!({"what": "end"})];
    let query = Query {
        text: Some(Regex::new(r"^(?<what>\w+) import (?<id>\d+)").unwrap()),
        ..Query::everything("/ecs/prod", None).demanding(&sequence, &[])
    };
    let lines = vec![plain(1, "start import 7"), plain(2, "unrelated"), plain(3, "end import 7\n")];
    let seen = seen(&query, lines, 10_000);
    assert!(seen.is_whole());
    assert_eq!(seen.matched.len(), 2);
    let event = serde_json::to_value(&seen.events[2]).unwrap();
    assert_eq!(event["fields"], json!({"what": "end", "id": "7"}));
    assert_eq!((&event["task"], &event["stream"]), (&json!("t1"), &json!("worker/app/t1")));
}

/// As `FireLens` wraps what was written.
fn wrapped(millis: i64, written: &str) -> Arc<LogLine> {
    let message = json!({"container_name": "app", "ecs_cluster": "prod", "id": "wrapper", "log": written});
    line(millis, &message)
}

#[test]
fn a_line_that_firelens_wrapped_is_the_line_within() {
    let within = |line: Arc<LogLine>| wrapped((line.time - at(0)).num_milliseconds(), &line.message);
    let lines = || vec![within(start(1000)), within(end(2000))];
    check(&gate(), lines(), &["met", "met", LATE]);
    let error = within(line(1500, &json!({"level": "ERROR", "id": "7f", "message": "disk full"})));
    let why = "broken: it is in the log: 08:00:01 t1: {\"level\":\"ERROR\",\"id\":\"7f\",\"message\":\"disk full\"}";
    check(&gate(), [lines(), vec![error.clone()]].concat(), &["met", "met", why]);
    let seen = seen(&gate(), vec![error], 10_000);
    assert_eq!(seen.cause().as_deref(), Some("worker logged ERROR at 08:00:01: disk full"));
    let event = serde_json::to_value(&seen.events[0]).unwrap();
    assert_eq!(event["fields"]["container_name"], "app");
    // What the wrapper alone has can be asked for, too.
    let of = |fields: Json| Query::everything("/ecs/prod", None).demanding(&[fields], &[]);
    check(&of(json!({"event": "start", "container_name": "app"})), lines(), &["met"]);
    // An object that only has such a field is no wrapper.
    let own = line(1, &json!({"log": "{\"event\":\"end\"}", "event": "start"}));
    check(&of(json!({"event": "start"})), vec![own], &["met"]);
}

#[test]
fn what_firelens_wrapped_and_is_plain_is_read_by_text() {
    let text = Some(Regex::new(r"^(?<what>\w+) import (?<id>\d+)$").unwrap());
    let of = |fields: Json| Query::everything("/ecs/prod", None).demanding(&[fields], &[]);
    let query = Query { text, ..of(json!({"what": "start", "id": 7, "container_name": "app"})) };
    check(&query, vec![wrapped(1, "start import 7")], &["met"]);
    let event = |written: &str, query: &Query| Event::new(&wrapped(1, written), query.text.as_ref(), &Arc::default());
    let told = |written: &str| event(written, &query).told();
    assert_eq!(told("Disk full"), "a line at 08:00:00: Disk full");
    let readable = |written: &str, fields: Json| {
        let query = Query::everything("/ecs/prod", None).demanding(&[], &[fields]);
        query.reads(&event(written, &query))
    };
    assert!(!readable("ERROR disk full", json!({"level": "ERROR"})));
    assert!(readable("ERROR disk full", json!({"container_name": "agent"})));
    assert!(readable("{\"event\": \"start\"}", json!({"level": "ERROR"})));
}

#[test]
fn task_ids_come_from_ids_arns_and_tasks() {
    let tasks = json!(["t1", "arn:aws:ecs:eu-west-1:1:task/prod/t2", {"id": "t3"}, {"arn": "a/b/t4"}]);
    assert_eq!(authors(&tasks).unwrap().ids(), ["t1", "t2", "t3", "t4"]);
    let problem = "from_tasks must be a list of task ids, ARNs, or tasks as in service.tasks";
    assert_eq!(authors(&json!([1])).unwrap_err().message, problem);
    assert_eq!(authors(&json!("t1")).unwrap_err().message, problem);
}

#[test]
fn evidence_holds_the_last_hundred_lines() {
    let lines = (0..150).map(|number| line(number, &json!(number))).collect();
    let seen = seen(&gate(), lines, 10_000);
    let evidence = seen.evidence();
    assert_eq!(evidence[0].title, "last log lines of /ecs/prod worker/*");
    let lines: Vec<&str> = evidence[0].text.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[99]), (100, "08:00:00 t1: 50", "08:00:00 t1: 149"));
}

#[test]
fn expressions_read_events_and_what_matched() {
    let seen = seen(&gate(), vec![start(1000), end(2000)], 10_000);
    let json = expr::to_json(&expr::from_observation(&seen));
    let fields: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["complete", "events", "matched"]);
    assert_eq!(json["matched"][1]["fields"]["status"], "completed");
    assert_eq!(json["events"][0]["task"], "t1");
}
