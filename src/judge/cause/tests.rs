use std::time::Duration;

use super::*;
use crate::diagnostic::{Location, Source};
use crate::expr::{Expression, Scope};
use crate::judge::course::Course;
use crate::probe::Observation;
use crate::probe::finding::{AlarmFinding, Answer, Credentials, Finding, LogFinding, ServiceFinding};
use crate::probe::http::Response;

/// What the deciding step says and saw, and for how long it waited in vain, seconds.
type Seen<'text> = (&'text str, &'text str, Option<u64>, Vec<Finding>);

/// Held against everything: the cause, and what supports it.
#[track_caller]
fn check((by, said, waited, saw): Seen<'_>, earlier: &[Finding], around: &[Finding], expected: (&str, &[&str])) {
    // As a step says it where nothing of the system explains it better.
    let broken: Vec<String> = said
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", saw "))
        .map(|(text, _)| text.to_owned())
        .into_iter()
        .collect();
    let waited = waited.map(Duration::from_secs);
    let course = &Course::default();
    let own = Own { by: Some(by), said, broken: &broken, waited, cut_short: false, course, saw: &saw };
    let found = diagnose(Verdict::Failed, &Scene { own, earlier, around, emptied: &[] });
    let supports: Vec<&str> = found.supports.iter().map(String::as_str).collect();
    assert_eq!((found.cause.as_str(), supports.as_slice()), expected);
}

fn answer(asked: &str, status: i64, state: Option<&str>) -> Finding {
    let read = asked.starts_with("GET ");
    let (asked, state) = (asked.to_owned(), state.map(str::to_owned));
    Finding::Answer(Answer { asked, read, status, state, ..Answer::default() })
}

/// An answer with something wrong about it.
fn bad(status: i64, page: bool, told: &str) -> Finding {
    let (asked, told) = ("GET /health".to_owned(), Some(told.to_owned()));
    Finding::Answer(Answer { asked, read: true, status, page, told, ..Answer::default() })
}

fn import(state: &str) -> Finding {
    answer("GET /imports/7f", 200, Some(state))
}

fn worker(told: Option<&str>) -> Finding {
    Finding::Service(ServiceFinding {
        name: "bulk-import-worker".to_owned(),
        well: told.is_none(),
        told: told.map(str::to_owned),
        emptied: false,
        meanwhile: None,
        summary: "1 of 1 running, 1 healthy, rollout COMPLETED".to_owned(),
        image: "worker:2 (sha256:2)".to_owned(),
    })
}

fn backend(image: &str) -> Finding {
    let (name, image) = ("backend".to_owned(), image.to_owned());
    let summary = "1 of 1 running".to_owned();
    Finding::Service(ServiceFinding { name, image, well: true, summary, ..ServiceFinding::default() })
}

/// The worker's log, of which a start and an end were asked.
fn log(change: impl FnOnce(&mut LogFinding)) -> Finding {
    let mut log = LogFinding {
        author: "bulk-import-worker".to_owned(),
        place: "/ecs/prod bulk-import-worker/*".to_owned(),
        demanding: true,
        ..LogFinding::default()
    };
    change(&mut log);
    Finding::Log(log)
}

fn begun(log: &mut LogFinding) {
    log.begun = Some("bulk_import_start at 08:00:01 by task 9f3c".to_owned());
    log.last = Some("08:00:02 9f3c: parsed".to_owned());
}

fn alarm(told: &str, fired: bool) -> Finding {
    Finding::Alarm(AlarmFinding { told: Some(told.to_owned()), fired })
}

const DEAD: &str =
    "no worker is running: bulk-import-worker wants 1, has 0; last task stopped 40 s ago: OutOfMemoryError, exit 137";
const STILL: &str =
    "expected response.body.status == \"review_ready\", saw \"queued\" == \"review_ready\", after waiting 2 min";
const LOUD: &str = "the alarm bulk-import-worker-down went to ALARM at 08:00:05: no worker";
const ERROR: &str = "bulk-import-worker logged ERROR bulk_import_error at 08:00:03: no disk";

fn waited(state: &str) -> Seen<'static> {
    ("http", STILL, Some(120), vec![import(state)])
}

#[test]
fn a_service_without_tasks_explains_what_stands_still_what_fires_and_what_is_not_logged() {
    let dead = [worker(Some(DEAD)), alarm(LOUD, true), log(|_| {})];
    check(waited("queued"), &[], &dead, (DEAD, &[STILL]));
    check(("alarm", LOUD, None, vec![alarm(LOUD, true)]), &[], &dead, (DEAD, &[LOUD]));
    let missing = "{event: bulk_import_start} is missing in /ecs/prod bulk-import-worker/*: not seen";
    check(("logs", missing, Some(90), vec![log(|_| {})]), &[], &dead, (DEAD, &[missing]));
    // It was said already.
    check(("ecs", DEAD, Some(300), vec![worker(Some(DEAD))]), &[], &dead, (DEAD, &[]));
    let said = format!("{DEAD}; it was so already before the first step");
    check(("exec", &said, None, Vec::new()), &[], &dead, (&said, &[]));
}

#[test]
fn a_step_that_looked_at_a_service_has_seen_what_lies_deepest() {
    let error = log(|log| log.error = Some(ERROR.to_owned()));
    let told = format!("{DEAD}; {ERROR}");
    check(("ecs", DEAD, None, vec![worker(Some(DEAD))]), &[], &[error.clone(), alarm(LOUD, true)], (&told, &[]));
    check(("alarm", LOUD, None, vec![alarm(LOUD, true)]), &[], &[error], (LOUD, &[ERROR]));
}

/// A roll-back has taken the worker away: that none is wanted is no news.
#[test]
fn what_the_scenario_itself_took_away_explains_nothing() {
    let none = "bulk-import-worker wants no task: its desired count is 0";
    let away = |emptied| {
        let Finding::Service(service) = worker(Some(none)) else { panic!("a service") };
        Finding::Service(ServiceFinding { emptied, ..service })
    };
    let check = |emptied: bool, wanted: &[String], expected: &str| {
        let said = "POST /imports answered 500 Internal Server Error: disk full";
        let (course, around) = (&Course::default(), [away(emptied)]);
        let own = Own { by: Some("http"), said, broken: &[], waited: None, cut_short: false, course, saw: &[] };
        let scene = Scene { own, earlier: &[], around: &around, emptied: wanted };
        assert_eq!(diagnose(Verdict::Failed, &scene).cause, if expected.is_empty() { said } else { expected });
    };
    let worker = ["bulk-import-worker".to_owned()];
    check(true, &worker, "");
    check(true, &[], none);
    check(true, &["another".to_owned()], none);
    // Something worse is wrong with it.
    check(false, &worker, none);
}

/// A task that is still on its way beside one that runs has not made the API answer 400.
#[test]
fn a_service_that_is_only_under_way_supports_and_explains_nothing() {
    let few = "only 1 of 2 tasks of worker are running; pending for 3 s";
    let growing = || {
        let (name, meanwhile) = ("worker".to_owned(), Some(few.to_owned()));
        Finding::Service(ServiceFinding { name, meanwhile, ..ServiceFinding::default() })
    };
    let bug = "GET /contacts answered 400 Bad Request: column contacts.email does not exist";
    let told = "column contacts.email does not exist";
    check(("http", bug, None, vec![bad(400, false, told)]), &[], &[growing()], (bug, &[few]));
    check(("http", bug, None, vec![bad(400, false, told)]), &[], &[growing(), worker(Some(DEAD))], (DEAD, &[bug, few]));
    // The step has said it itself.
    check(("ecs", few, None, vec![growing()]), &[], &[], (few, &[]));
}

#[test]
fn services_of_different_images_are_named_with_them() {
    let said = "expected service.digests == worker.digests, saw [\"sha256:1\"] == [\"sha256:2\"]";
    let cause = "backend and bulk-import-worker run different images: backend image worker:1 (sha256:1), \
                 bulk-import-worker image worker:2 (sha256:2)";
    check(("ecs", said, None, vec![backend("worker:1 (sha256:1)")]), &[], &[worker(None)], (cause, &[said]));
    // The same image, one that is not known, or something else expected of it.
    check(("ecs", said, None, vec![backend("")]), &[], &[worker(None)], (said, &[]));
    check(("ecs", said, None, vec![backend("worker:2 (sha256:2)")]), &[], &[worker(None)], (said, &[]));
    let steady = "expected service.steady, saw service.steady is false";
    check(("ecs", steady, None, vec![backend("worker:1 (sha256:1)")]), &[], &[worker(None)], (steady, &[]));
}

#[test]
fn a_deploy_in_the_middle_is_called_one() {
    let said = "expected service.deployment == worker.deployment, saw \"ecs-svc/3\" == \"ecs-svc/2\"";
    let cause = format!("bulk-import-worker was deployed anew while it was tested: {said}");
    check(("ecs", said, None, vec![worker(None)]), &[], &[], (&cause, &[]));
}

#[test]
fn refused_credentials_say_where_they_come_from() {
    let told = "GET /health answered 401 Unauthorized: invalid token";
    let said = format!("{told} (expected response.status == 200, saw 401 == 200)");
    let cause =
        format!("the API refuses our credentials: {told}; they come from api.headers of the target in smoke.yaml");
    check(("http", &said, None, vec![bad(401, false, told)]), &[], &[worker(None)], (&cause, &[&said]));
    let told = "GET /health answered 403 Forbidden";
    let cause =
        format!("the API refuses our credentials: {told}; they come from api.headers of the target in smoke.yaml");
    check(("http", told, None, vec![bad(403, false, told)]), &[], &[], (&cause, &[]));
}

#[test]
fn whose_credentials_were_refused_is_said() {
    #[track_caller]
    fn told(credentials: Credentials, expected: &str) {
        let told = "GET /x answered 401 Unauthorized";
        let (asked, status) = ("GET /x".to_owned(), 401);
        let answer =
            Answer { asked, read: true, status, told: Some(told.to_owned()), credentials, ..Answer::default() };
        check(("http", told, None, vec![Finding::Answer(answer)]), &[], &[], (expected, &[]));
    }
    let refused = "the API refuses our credentials: GET /x answered 401 Unauthorized; they come from the step's own \
                   header authorization";
    told(Credentials::Step("header authorization".to_owned()), refused);
    let unsent =
        "GET /x answered 401 Unauthorized; no authorization was sent: api.headers go to api.example.com:443 only";
    told(Credentials::OnlyTo("api.example.com:443".to_owned()), unsent);
    let left = "GET /x answered 401 Unauthorized; no authorization was sent: a redirect led there, and another host is \
                not given any";
    told(Credentials::LeftBehind, left);
    let nobody = "GET /x answered 401 Unauthorized; no authorization was sent: neither the step nor api.headers of the \
                  target has any";
    told(Credentials::Nobody, nobody);
}

#[test]
fn where_nobody_answers_it_is_said_what_ecs_makes_of_it() {
    let said = "connection refused by 127.0.0.1:8080";
    let silent = || vec![Finding::NoAnswer(said.to_owned())];
    let cause = "the API does not answer: connection refused by 127.0.0.1:8080; meanwhile bulk-import-worker has 1 of 1 \
                 running, 1 healthy, rollout COMPLETED";
    check(("http", said, None, silent()), &[], &[worker(None)], (cause, &[]));
    check(
        ("http", said, None, silent()),
        &[],
        &[],
        ("the API does not answer: connection refused by 127.0.0.1:8080", &[]),
    );
    let said = "GET /x answered 200 OK and stopped after 2 of 20 bytes";
    let half = || vec![Finding::HalfAnswer(said.to_owned())];
    let cause = format!("{said}; meanwhile bulk-import-worker has 1 of 1 running, 1 healthy, rollout COMPLETED");
    check(("http", said, None, half()), &[], &[worker(None)], (&cause, &[]));
    check(("http", said, None, half()), &[], &[], (said, &[]));
}

#[test]
fn a_page_for_people_is_not_taken_for_the_api_and_whose_it_is_is_said_only_where_it_shows() {
    #[track_caller]
    fn page(status: i64, gateway: Option<&str>, whose: Option<&str>) {
        let told = "GET /health answered it with an HTML page: Welcome!";
        let (asked, gateway) = ("GET /health".to_owned(), gateway.map(str::to_owned));
        let told = Some(told.to_owned());
        let answer = Answer { asked, read: true, status, page: true, gateway, told, ..Answer::default() };
        let told = answer.told.clone().unwrap();
        let cause = whose.map_or_else(|| told.clone(), |whose| format!("{told}: {whose}"));
        check(("http", &told, None, vec![Finding::Answer(answer)]), &[], &[], (&cause, &[]));
    }
    let proxy = Some("that is the page of a load balancer, proxy or firewall in front of the API");
    let nobody = Some("a load balancer answers, and reaches nobody behind it");
    let refused = "the page of a firewall or proxy in front of the API, or the API refuses our credentials";
    page(200, None, Some("a page for people, and no answer by the API"));
    page(200, Some("CloudFront"), proxy);
    page(403, Some("awselb/2.0"), proxy);
    page(403, None, Some(refused));
    page(503, None, nobody);
    page(502, Some("awselb/2.0"), nobody);
    // What goes wrong in an application, it says on a page of its own.
    page(500, None, None);
    page(404, None, None);
    page(500, Some("awselb/2.0"), proxy);
}

#[test]
fn work_that_was_done_twice_is_called_that() {
    let twice = "{event: bulk_import_end} seen 2 times, expected exactly once: at 08:00:01.000, 08:00:02.000";
    let cause = format!("the same work was done more than once: {twice}");
    let repeated = || log(|log| log.repeated = Some(twice.to_owned()));
    check(("logs", twice, None, vec![repeated()]), &[], &[], (&cause, &[]));
    let rows = "expected response.body.count == vars.rows, saw 10 == 5";
    check(("http", rows, None, vec![answer("GET /contacts", 200, None)]), &[], &[repeated()], (&cause, &[rows]));
}

#[test]
fn an_error_about_this_work_is_the_cause_and_anybodys_error_only_supports() {
    let error = |demanding| {
        log(|log| {
            log.demanding = demanding;
            log.error = Some(ERROR.to_owned());
        })
    };
    check(waited("processing"), &[], &[error(true)], (ERROR, &[STILL]));
    check(("http", "no", None, Vec::new()), &[], &[error(false)], ("no", &[ERROR]));
    check(("logs", ERROR, None, vec![error(true)]), &[], &[], (ERROR, &[]));
}

#[test]
fn a_worker_that_runs_and_takes_up_nothing() {
    let cause = "the worker runs but takes up nothing: still queued after 2 min; bulk-import-worker has 1 of 1 running, 1 \
                 healthy, rollout COMPLETED, and logged nothing about it in /ecs/prod bulk-import-worker/*";
    check(waited("queued"), &[], &[worker(None), log(|_| {})], (cause, &[STILL]));
    // Without having asked the log about it, nothing is said of it.
    let unasked = log(|log| log.demanding = false);
    let cause = "the worker runs but takes up nothing: still queued after 2 min; bulk-import-worker has 1 of 1 running, 1 \
                 healthy, rollout COMPLETED";
    check(waited("queued"), &[], &[backend("b"), worker(None), unasked], (cause, &[STILL]));
    // Nobody saw a service.
    check(waited("queued"), &[], &[], (STILL, &[]));
    // The log misses its start, and the API says why.
    let missing = "{event: bulk_import_start} is missing";
    let cause = "the worker runs but takes up nothing: still queued after 1 min 30 s; bulk-import-worker has 1 of 1 running, \
                 1 healthy, rollout COMPLETED, and logged nothing about it in /ecs/prod bulk-import-worker/*";
    let own = ("logs", missing, Some(90), vec![log(|_| {})]);
    check(own, &[], &[import("queued"), worker(None)], (cause, &[missing, "the API says of it: queued"]));
}

#[test]
fn work_that_was_taken_up_and_does_not_end() {
    let cause = "the work was taken up and does not come to its end: still processing after 2 min; it began: \
                 bulk_import_start at 08:00:01 by task 9f3c; the last line: 08:00:02 9f3c: parsed";
    check(waited("processing"), &[], &[worker(None), log(begun)], (cause, &[STILL]));
    let cause = "the work was taken up and does not come to its end: still PROCESSING after 2 min";
    check(waited("PROCESSING"), &[], &[], (cause, &[STILL]));
}

#[test]
fn an_order_that_was_accepted_and_forgotten() {
    let earlier = [
        answer("POST /imports", 201, Some("queued")),
        import("review_ready"),
        answer("POST /imports/7f/finalize", 202, Some("finalizing")),
    ];
    let cause = "POST /imports/7f/finalize was answered 202, and nothing came of it: still review_ready after 2 min";
    check(waited("review_ready"), &earlier, &[worker(None), log(begun)], (cause, &[STILL]));
    // What was judged, rather than waited for, was there.
    let rows = "expected response.body.rows_total == vars.rows, saw 4 == 5";
    check(("http", rows, None, vec![import("review_ready")]), &earlier, &[worker(None)], (rows, &[]));
}

/// What says nothing of the work must not be taken for it.
#[test]
fn a_state_of_something_else_an_error_and_what_has_moved_explain_nothing() {
    let placed = answer("POST /orders", 201, Some("placed"));
    let plain = |said: &'static str, saw: Vec<Finding>, earlier: &[Finding]| {
        check(("http", said, Some(6), saw), earlier, &[worker(None)], (said, &[]));
    };
    let well = || answer("GET /health", 200, Some("ok"));
    let gone = "GET /orders/o-3 answered 500 Internal Server Error: database is gone, after waiting 6 s";
    // The answer that decided has no state: neither another probe's counts, nor that of the order itself.
    plain(gone, vec![answer("GET /orders/o-3", 500, None)], &[placed.clone(), well()]);
    plain(
        gone,
        vec![answer("GET /orders/o-3", 500, Some("queued"))],
        &[answer("POST /orders", 201, Some("processing"))],
    );
    check(("http", gone, Some(6), vec![]), std::slice::from_ref(&placed), &[well(), import("queued")], (gone, &[]));
    // It is not the state that is waited for, or not what was ordered.
    let rows = "expected response.body.data.rows == 5, saw 4 == 5, after waiting 6 s";
    plain(rows, vec![answer("GET /orders/o-3", 200, Some("ok"))], std::slice::from_ref(&placed));
    let open = "expected response.body.status == \"closed\", saw \"open\" == \"closed\", after waiting 6 s";
    plain(open, vec![answer("GET /shops/1", 200, Some("open"))], std::slice::from_ref(&placed));
    plain(open, vec![answer("GET /ordersets/1", 200, Some("open"))], &[placed]);
}

#[test]
fn who_speaks_of_standing_still_has_seen_it_stand_still() {
    #[track_caller]
    fn check(states: &[&str], until: &str, expected: &str) {
        let said = "expected response.body.status == \"shipped\", saw no such thing, after waiting 3 s";
        let location = Location { source: Source::new("a.yaml", until), start: 0, end: until.len() };
        let (until, scope) = (Expression::compile(until, &location).unwrap(), Scope::default());
        let mut course = Course::default();
        for state in states {
            let body = format!("{{\"status\": \"{state}\"}}").into_bytes();
            course.note(&Ok(Observation::Http(Box::new(Response::made_up(200, "application/json", body)))));
        }
        let course = &course.ended(&[until], &scope);
        let saw = [answer("GET /orders/1", 200, states.last().copied())];
        let broken = ["response.body.status == \"shipped\"".to_owned()];
        let waited = Some(Duration::from_secs(3));
        let own = Own { by: Some("http"), said, broken: &broken, waited, cut_short: false, course, saw: &saw };
        let earlier = [answer("POST /orders", 201, Some("placed"))];
        let cause =
            diagnose(Verdict::Failed, &Scene { own, earlier: &earlier, around: &[worker(None)], emptied: &[] }).cause;
        assert!(if expected.is_empty() { cause == said } else { cause.starts_with(expected) }, "{cause}");
    }
    let ignored = "POST /orders was answered 201, and nothing came of it: still placed after 3 s";
    check(&["placed", "placed"], "1 == 2", ignored);
    check(&["placed", "reserved"], "1 == 2", "");
    check(&["queued", "pending"], "1 == 2", "the worker runs but takes up nothing: still pending after 3 s");
    check(&["processing", "queued"], "1 == 2", "");
    check(&["queued", "processing"], "1 == 2", "the work was taken up and does not come to its end: still processing");
    // What was waited for can never come about: that is not the system's fault.
    for state in ["placed", "queued", "processing"] {
        check(&[state], "1 / 0 == 2", "");
        check(&[state], "\"text\"", "");
    }
}

#[test]
fn lines_that_are_missing_though_the_work_was_done() {
    let missing =
        "{event: bulk_import_end} is missing in /ecs/prod bulk-import-worker/*: not seen, after waiting 1 min 30 s";
    let absent = |log: &mut LogFinding| {
        begun(log);
        log.absent = Some("{event: bulk_import_end}".to_owned());
    };
    let cause = "the work was done, and its log is not whole: the API says completed, but {event: bulk_import_end} is \
                 missing in /ecs/prod bulk-import-worker/* (bulk_import_start at 08:00:01 by task 9f3c was seen): either \
                 it is no longer logged, or lines were lost on their way (a log driver that does not block drops them)";
    let own = || ("logs", missing, Some(90), vec![log(absent)]);
    check(own(), &[], &[import("completed"), worker(None)], (cause, &[missing, "the API says of it: completed"]));
    // Something like it was there: then it is not lost.
    let alike = ("logs", missing, Some(90), vec![log(begun)]);
    check(alike, &[], &[import("completed")], (missing, &["the API says of it: completed"]));
    // Nobody knows what the API makes of it.
    check(own(), &[], &[worker(None)], (missing, &[]));
    // The scenario's time was over before lines that come late had theirs.
    let saw = [log(absent)];
    let course = &Course::default();
    let own = Own { by: Some("logs"), said: missing, broken: &[], waited: None, cut_short: true, course, saw: &saw };
    let around = [import("completed"), worker(None)];
    assert_eq!(diagnose(Verdict::Failed, &Scene { own, earlier: &[], around: &around, emptied: &[] }).cause, missing);
}

#[test]
fn an_alarm_that_went_off_explains_what_nothing_deeper_does() {
    check(waited("odd"), &[], &[worker(None), alarm(LOUD, true)], (LOUD, &[STILL]));
    // One that is only set up wrongly does not.
    let mute = "the alarm bulk-import-worker-down is mute: its actions are disabled";
    check(waited("odd"), &[], &[alarm(mute, false)], (STILL, &[]));
}

#[test]
fn where_nothing_explains_it_what_was_expected_and_last_seen_is_said() {
    check(waited("odd"), &[], &[worker(None), log(|_| {})], (STILL, &[]));
}

#[test]
fn only_a_failure_has_a_deeper_cause() {
    let course = &Course::default();
    let own = Own { by: Some("logs"), said: "denied", broken: &[], waited: None, cut_short: false, course, saw: &[] };
    let found =
        diagnose(Verdict::Inconclusive, &Scene { own, earlier: &[], around: &[worker(Some(DEAD))], emptied: &[] });
    assert_eq!(found, Diagnosis { cause: "denied".to_owned(), supports: Vec::new() });
}
