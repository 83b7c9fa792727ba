//! What the engine promises, shown on a scripted API.

mod causes;
mod guards;
mod leftovers;
mod stand;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use smoke::event::{Fact, Phase};
use smoke::verdict::Verdict;
use stand::{Answer, Manner, Ran, Reply, run};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const OK: Answer = |_| Reply::Json(200, r#"{"id":"a1","status":"done"}"#);
const CREATED: Answer = |_| Reply::Json(201, r#"{"id":"a1"}"#);
const GONE: Answer = |_| Reply::Json(204, "");

async fn one(yaml: &str, answers: &[(&str, Answer)]) -> Ran {
    run(&[("case", yaml)], answers, Manner::default()).await
}

fn verdicts(ran: &Ran, phase: Phase, count: usize) -> Vec<Verdict> {
    (0..count).map(|index| ran.outcome(phase, index).verdict).collect()
}

const JOURNEY: &str = "
name: journey
steps:
  - name: make
    http: { post: /things, json: { kind: small } }
    expect: response.status == 201
    capture: { id: response.body.id }
  - name: see
    http: { get: '/things/${{ id }}' }
    expect: response.body.status == 'done'
finally:
  - name: remove
    http: { delete: '/things/${{ id }}' }
    expect: response.status in [200, 204, 404]
";

#[tokio::test]
async fn a_journey_goes_in_order_and_is_cleaned_up() {
    let ran = one(JOURNEY, &[("POST /things", CREATED), ("GET /things/a1", OK), ("DELETE /things/a1", GONE)]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    assert_eq!(ran.requests, ["POST /things", "GET /things/a1", "DELETE /things/a1"]);
}

#[tokio::test]
async fn after_a_failure_the_rest_is_skipped_and_the_clean_up_done() {
    let refused: Answer = |_| Reply::Json(200, r#"{"id":"a1"}"#);
    let ran = one(JOURNEY, &[("POST /things", refused), ("DELETE /things/a1", GONE)]).await;
    assert_eq!(ran.story(), ["0 failed: expected response.status == 201, saw 200 == 201", "exit 1"]);
    assert_eq!(verdicts(&ran, Phase::Step, 2), [Verdict::Failed, Verdict::Skipped]);
    // Before the clean-up, what was made is looked at once more, as evidence.
    assert_eq!(ran.requests, ["POST /things", "GET /things/a1", "DELETE /things/a1"]);
}

#[tokio::test]
async fn clean_up_of_what_was_never_made_is_skipped() {
    let broken: Answer = |_| Reply::Json(500, r#"{"error":"no"}"#);
    let ran = one(JOURNEY, &[("POST /things", broken)]).await;
    assert_eq!(ran.requests, ["POST /things"]);
    assert_eq!(ran.outcome(Phase::Finally, 0).cause.as_deref(), Some("needs id, which was never captured"));
}

#[tokio::test]
async fn clean_up_that_does_not_come_through_is_loud_and_leaves_the_verdict() {
    let broken: Answer = |_| Reply::Json(500, "{}");
    let ran = one(JOURNEY, &[("POST /things", CREATED), ("GET /things/a1", OK), ("DELETE /things/a1", broken)]).await;
    let story = ran.story();
    assert_eq!(story[1..], ["0 passed", "exit 0"]);
    assert!(story[0].starts_with("left by remove: DELETE "), "{}", story[0]);
}

#[tokio::test]
async fn a_post_is_never_sent_twice_and_its_lost_answer_is_noted() {
    let ran = one(JOURNEY, &[("POST /things", |_| Reply::Cut)]).await;
    assert_eq!(ran.count("POST /things"), 1);
    assert!(ran.story()[0].starts_with("left by make: it was sent, but not answered"), "{:?}", ran.story());
    assert_eq!(ran.story().last().map(String::as_str), Some("exit 1"));
}

/// What made something answers with where it is to be seen: whether that can be read says nothing of whether it was made.
#[tokio::test]
async fn what_a_redirect_leads_to_does_not_say_that_nothing_was_made() {
    let nowhere: Answer = |_| Reply::Redirect(303, "/nowhere");
    let nobody: Answer = |_| Reply::Redirect(303, "http://127.0.0.1:1/things/a1");
    for redirect in [nowhere, nobody] {
        let story = one(JOURNEY, &[("POST /things", redirect)]).await.story();
        assert!(story[0].starts_with("left by make: it was "), "{story:?}");
        assert!(story[0].ends_with("whether it made something is not known"), "{story:?}");
    }
}

const WAITING: &str = "
name: waiting
steps:
  - name: wait
    http: { get: /job }
    until: response.body.status == 'done'
    fail_if: response.body.status == 'failed'
    expect: response.body.rows == 3
    within: 2s
";

#[tokio::test]
async fn waiting_looks_again_until_it_has_come_about() {
    let job: Answer = |count| match count {
        1 => Reply::Json(502, "<html>"),
        2 | 3 => Reply::Json(200, r#"{"status":"queued"}"#),
        _ => Reply::Json(200, r#"{"status":"done","rows":3}"#),
    };
    let ran = one(WAITING, &[("GET /job", job)]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    let states = ran.outcome(Phase::Step, 0).changes.iter().map(|change| change.state.as_str()).collect::<Vec<_>>();
    assert_eq!(states[states.len() - 2..], ["queued", "done"]);
    assert_eq!(ran.outcome(Phase::Step, 0).looks, 4);
}

#[tokio::test]
async fn what_is_judged_is_judged_once_and_at_once() {
    let ran = one(WAITING, &[("GET /job", |_| Reply::Json(200, r#"{"status":"done","rows":2}"#))]).await;
    assert_eq!(ran.count("GET /job"), 1);
    assert_eq!(ran.story(), ["0 failed: expected response.body.rows == 3, saw 2 == 3", "exit 1"]);
}

#[tokio::test]
async fn fail_if_ends_the_waiting_at_once() {
    let ran = one(WAITING, &[("GET /job", |_| Reply::Json(200, r#"{"status":"failed"}"#))]).await;
    assert_eq!(ran.count("GET /job"), 1);
    assert_eq!(ran.outcome(Phase::Step, 0).verdict, Verdict::Failed);
}

#[tokio::test]
async fn waiting_ends_at_its_deadline_and_says_what_was_last_seen() {
    let waiting = WAITING.replace("within: 2s", "within: 300ms");
    let ran = one(&waiting, &[("GET /job", |_| Reply::Json(200, r#"{"status":"queued"}"#))]).await;
    let story = ran.story();
    assert!(story[0].contains(r#"saw "queued" == "done""#) && story[0].contains("after waiting "), "{story:?}");
    assert!(ran.outcome(Phase::Step, 0).duration_ms >= 300);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let busy: Answer = |count| match count {
        1 => Reply::RetryAfter(503, 1),
        _ => Reply::Json(200, r#"{"status":"done","rows":3}"#),
    };
    let ran = one(WAITING, &[("GET /job", busy)]).await;
    assert_eq!(ran.count("GET /job"), 2);
    assert!(ran.outcome(Phase::Step, 0).duration_ms >= 1000);
}

#[tokio::test]
async fn a_gateways_502_on_a_single_look_is_looked_at_again_but_a_500_is_not() {
    let single = "
name: single
steps:
  - { name: look, http: { get: /health }, expect: response.status == 200 }
";
    let blinking: Answer = |count| if count == 1 { Reply::Json(502, "") } else { Reply::Json(200, "{}") };
    assert_eq!(one(single, &[("GET /health", blinking)]).await.story(), ["0 passed", "exit 0"]);
    let broken = one(single, &[("GET /health", |_| Reply::Json(500, "{}"))]).await;
    assert_eq!(broken.count("GET /health"), 1);
    assert_eq!(broken.story().last().map(String::as_str), Some("exit 1"));
}

const GUARDED: &str = "
name: guarded
guards:
  - { name: it answers, http: { get: /health }, expect: response.body.ok, every: 50ms }
steps:
  - name: make
    http: { post: /things }
    expect: response.status == 201
    capture: { id: response.body.id }
  - name: wait
    http: { get: /job }
    until: response.body.status == 'done'
    within: 20s
finally:
  - { name: remove, http: { delete: '/things/${{ id }}' }, expect: response.status == 204 }
";

#[tokio::test]
async fn a_guard_that_fails_ends_the_scenario_and_is_named() {
    let health: Answer = |count| Reply::Json(200, if count < 3 { r#"{"ok":true}"# } else { r#"{"ok":false}"# });
    let job: Answer = |_| Reply::Json(200, r#"{"status":"queued"}"#);
    let answers = [("GET /health", health), ("POST /things", CREATED), ("GET /job", job), ("DELETE /things/a1", GONE)];
    let ran = one(GUARDED, &answers).await;
    assert_eq!(ran.outcome(Phase::Guard, 0).verdict, Verdict::Failed);
    assert_eq!(verdicts(&ran, Phase::Step, 2), [Verdict::Passed, Verdict::Skipped]);
    assert_eq!(ran.count("DELETE /things/a1"), 1);
    assert_eq!(ran.story(), ["0 failed: expected response.body.ok, saw response.body.ok is false", "exit 1"]);
}

#[tokio::test]
async fn what_is_wrong_before_the_first_step_is_said_to_have_been_and_nothing_is_sent() {
    let ran = one(GUARDED, &[("GET /health", |_| Reply::Json(200, r#"{"ok":false}"#))]).await;
    assert!(ran.story()[0].ends_with("it was so already before the first step"), "{:?}", ran.story());
    assert_eq!(ran.count("POST /things"), 0);
}

#[tokio::test]
async fn a_guard_that_has_not_held_yet_keeps_the_steps_back() {
    let health: Answer = |count| if count < 3 { Reply::Json(503, "{}") } else { Reply::Json(200, r#"{"ok":true}"#) };
    let rest = [("POST /things", CREATED), ("GET /job", OK), ("DELETE /things/a1", GONE)];
    let ran = one(GUARDED, &[("GET /health", health), rest[0], rest[1], rest[2]]).await;
    assert_eq!(ran.requests[..4], ["GET /health", "GET /health", "GET /health", "POST /things"]);
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    let down: Answer = |_| Reply::Json(503, "{}");
    let ran = one(GUARDED, &[("GET /health", down), rest[0], rest[1], rest[2]]).await;
    assert_eq!(ran.count("POST /things"), 0);
    assert!(ran.story()[0].ends_with("it was so already before the first step"), "{:?}", ran.story());
}

#[tokio::test]
async fn a_guard_is_looked_at_before_the_first_and_after_the_last_step() {
    let quick = GUARDED.replace("every: 50ms", "every: 1h");
    let health: Answer = |count| Reply::Json(200, if count < 2 { r#"{"ok":true}"# } else { r#"{"ok":false}"# });
    let answers = [("GET /health", health), ("POST /things", CREATED), ("GET /job", OK), ("DELETE /things/a1", GONE)];
    let ran = one(&quick, &answers).await;
    assert_eq!(ran.requests[0], "GET /health");
    assert_eq!(ran.count("GET /health"), 2);
    assert_eq!(ran.story().last().map(String::as_str), Some("exit 1"));
}

#[tokio::test]
async fn a_guard_bears_a_passing_trouble_and_no_outage() {
    let outage: Answer = |count| if count == 1 { Reply::Json(200, r#"{"ok":true}"#) } else { Reply::Json(503, "{}") };
    let blink: Answer = |count| if count == 3 { Reply::Json(503, "{}") } else { Reply::Json(200, r#"{"ok":true}"#) };
    let slow: Answer =
        |count| Reply::Json(200, if count < 12 { r#"{"status":"queued"}"# } else { r#"{"status":"done"}"# });
    let never: Answer = |_| Reply::Json(200, r#"{"status":"queued"}"#);
    let rest = [("POST /things", CREATED), ("DELETE /things/a1", GONE)];
    let (outage, blink) = (
        [rest[0], rest[1], ("GET /health", outage), ("GET /job", never)],
        [rest[0], rest[1], ("GET /health", blink), ("GET /job", slow)],
    );
    let (broken, whole) = tokio::join!(one(GUARDED, &outage), one(GUARDED, &blink));
    assert_eq!(whole.story(), ["0 passed", "exit 0"]);
    assert_eq!(broken.outcome(Phase::Guard, 0).verdict, Verdict::Failed);
    let took = broken.outcome(Phase::Guard, 0).duration_ms;
    assert!((5_000..12_000).contains(&took), "five seconds of trouble are an outage: {took} ms");
}

#[tokio::test]
async fn a_guard_may_take_as_long_as_its_request_may() {
    let yaml = "
name: patient
guards: [ { name: it answers, http: { get: /health }, expect: response.status == 200 } ]
steps: [ { name: see, http: { get: /job }, expect: response.status == 200 } ]
";
    let slow: Answer = |_| Reply::Slow(Duration::from_secs(6));
    let ran = one(yaml, &[("GET /health", slow), ("GET /job", OK)]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    let seen: Vec<String> = ran.outcome(Phase::Guard, 0).changes.iter().map(|change| change.state.clone()).collect();
    assert_eq!(seen, ["status 200"], "no look was cut short");
}

#[tokio::test]
async fn ready_must_pass_first() {
    let yaml = "
name: unready
ready:
  - { name: up, http: { get: /health }, until: response.status == 200, within: 200ms }
steps:
  - { name: make, http: { post: /things }, expect: response.status == 201 }
";
    let ran = one(yaml, &[("POST /things", CREATED)]).await;
    assert_eq!(ran.count("POST /things"), 0);
    assert!(!ran.events.iter().any(|event| matches!(event.fact, Fact::WindowOpened { .. })));
    assert_eq!(ran.outcome(Phase::Step, 0).cause.as_deref(), Some("not reached: not ready"));
}

#[tokio::test]
async fn a_scenarios_timeout_ends_it_and_it_is_cleaned_up() {
    let slow = format!("timeout: 2s\n{}", GUARDED.trim_start());
    let (fine, job): (Answer, Answer) =
        (|_| Reply::Json(200, r#"{"ok":true}"#), |_| Reply::Json(200, r#"{"status":"queued"}"#));
    let answers = [("GET /health", fine), ("POST /things", CREATED), ("GET /job", job), ("DELETE /things/a1", GONE)];
    let ran = one(&slow, &answers).await;
    assert!(ran.story()[0].contains("the scenario's timeout of 2 s was over"), "{:?}", ran.story());
    assert_eq!(ran.count("DELETE /things/a1"), 1);
}

#[tokio::test]
async fn a_stop_cleans_up_and_exits_130() {
    let (fine, job): (Answer, Answer) =
        (|_| Reply::Json(200, r#"{"ok":true}"#), |_| Reply::Json(200, r#"{"status":"queued"}"#));
    let answers = [("GET /health", fine), ("POST /things", CREATED), ("GET /job", job), ("DELETE /things/a1", GONE)];
    let manner = Manner { stop_at: Some("GET /job"), ..Manner::default() };
    let ran = run(&[("case", GUARDED)], &answers, manner).await;
    assert_eq!(ran.story().last().map(String::as_str), Some("exit 130"));
    assert_eq!(ran.outcome(Phase::Step, 1).verdict, Verdict::Aborted);
    assert_eq!(ran.count("DELETE /things/a1"), 1);
}

#[tokio::test]
async fn a_post_on_the_way_is_still_heard_when_the_run_is_stopped() {
    let answers: [(&str, Answer); 2] = [
        ("POST /things", |_| Reply::Slow(Duration::from_millis(200))),
        ("GET /health", |_| Reply::Json(200, r#"{"ok":true}"#)),
    ];
    let yaml = GUARDED.replace("id: response.body.id", "id: response.status").replace("== 201", "== 200");
    let manner = Manner { stop_at: Some("POST /things"), ..Manner::default() };
    let ran = run(&[("case", yaml.as_str())], &answers, manner).await;
    assert_eq!(ran.count("DELETE /things/200"), 1);
}

#[tokio::test]
async fn what_is_retried_is_run_afresh_and_said_to_be() {
    let yaml = "
name: flaky
retries: 2
steps:
  - { name: look, http: { get: /health }, expect: response.body.ok }
";
    let health: Answer = |count| Reply::Json(200, if count < 2 { r#"{"ok":false}"# } else { r#"{"ok":true}"# });
    let ran = one(yaml, &[("GET /health", health)]).await;
    let failed = "0 failed (again): expected response.body.ok, saw response.body.ok is false";
    assert_eq!(ran.story(), [failed, "0 passed", "exit 0"]);
}

/// Three attempts at most, which answer so one after the other: with `skip` the only step that judges is skipped, with
/// `blind` it cannot be looked at.
#[tokio::test]
async fn only_a_pass_takes_a_failure_back() {
    async fn check(answer: Answer, expected: &[&str]) {
        let yaml = "
name: again
retries: 2
steps:
  - { name: ask, http: { get: /health }, capture: { is: response.body.is } }
  - { name: look, when: \"is in ['good', 'bad']\", http: { get: '/${{ is }}' }, expect: response.status == 200 }
  - { name: try, when: is == 'blind', exec: { run: [no-such-program] }, expect: output.code == 0 }
";
        let ran = one(yaml, &[("GET /health", answer), ("GET /good", OK)]).await;
        let told: Vec<String> = ran
            .story()
            .iter()
            .map(|told| told.replace(" (expected response.status == 200, saw 404 == 200)", ""))
            .collect();
        assert_eq!(told, expected);
    }
    const GOOD: Reply = Reply::Json(200, r#"{"is":"good"}"#);
    const BAD: Reply = Reply::Json(200, r#"{"is":"bad"}"#);
    const SKIP: Reply = Reply::Json(200, r#"{"is":"skip"}"#);
    const BLIND: Reply = Reply::Json(200, r#"{"is":"blind"}"#);
    let again = "0 failed (again): GET /bad answered 404 Not Found: {}";
    let (skipped, unseen) = (
        "0 skipped (again): nothing that was asked for was judged: steps were skipped, or are shadow checks",
        "0 inconclusive (again): `no-such-program` was not found on PATH",
    );
    let stays = |attempts: &str| format!("0 failed: GET /bad answered 404 Not Found: {{}}; so it was at {attempts}");
    let skip: Answer = |count| if count == 1 { BAD } else { SKIP };
    check(skip, &[again, skipped, &stays("attempt 1, and attempt 3 was skipped"), "exit 1"]).await;
    let blind: Answer = |count| if count < 3 { BAD } else { BLIND };
    check(blind, &[again, again, &stays("attempt 2, and attempt 3 was inconclusive"), "exit 1"]).await;
    let well: Answer = |count| [BAD, BLIND, GOOD][count - 1].clone();
    check(well, &[again, unseen, "0 passed", "exit 0"]).await;
    // Only what has failed is run afresh.
    let first: Answer = |count| if count == 1 { BLIND } else { GOOD };
    check(first, &["0 inconclusive: `no-such-program` was not found on PATH", "exit 3"]).await;
}

#[tokio::test]
async fn a_shadow_check_decides_nothing() {
    let yaml = "
name: shadow
steps:
  - { name: look, http: { get: /health }, expect: response.body.ok, enforce: false }
  - { name: go on, http: { get: /job }, expect: response.status == 200 }
";
    let ran = one(yaml, &[("GET /health", |_| Reply::Json(200, r#"{"ok":false}"#)), ("GET /job", OK)]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    assert_eq!(verdicts(&ran, Phase::Step, 2), [Verdict::Failed, Verdict::Passed]);
}

#[tokio::test]
async fn what_a_shadow_check_did_not_bring_keeps_nobody_from_deciding() {
    let yaml = "
name: shadow
steps:
  - { name: look, http: { get: /health }, expect: response.body.ok, enforce: false, capture: { id: response.body.id } }
  - { name: go on, http: { get: '/things/${{ id }}' }, expect: response.status == 200 }
  - { name: last, http: { get: /job }, expect: response.status == 200 }
";
    let ran = one(yaml, &[("GET /health", |_| Reply::Json(200, r#"{"ok":true}"#)), ("GET /job", OK)]).await;
    assert_eq!(verdicts(&ran, Phase::Step, 3), [Verdict::Failed, Verdict::Inconclusive, Verdict::Passed]);
    assert_eq!(
        ran.story(),
        ["0 inconclusive: needs id, which a shadow check (enforce: false) did not bring", "exit 3"]
    );
    let skipped = yaml.replace("enforce: false,", "enforce: false, when: \"false\",");
    let ran = one(&skipped, &[("GET /job", OK)]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"], "its own `when` skips it, and what needs it");
}

#[tokio::test]
async fn nothing_judged_is_never_green() {
    let yaml = "
name: nothing
steps:
  - { name: look, when: target.name == 'prod', http: { get: /health }, expect: response.status == 200 }
";
    let ran = one(yaml, &[]).await;
    assert_eq!(ran.story().last().map(String::as_str), Some("exit 2"));
    assert_eq!(ran.requests, Vec::<String>::new());
}

/// One that judges must not speak for one that was switched off by a slip in its `when`.
#[tokio::test]
async fn a_scenario_that_judged_nothing_has_not_passed() {
    let look = "name: look\nsteps: [ { name: look, http: { get: /health }, expect: response.status == 200 } ]\n";
    let off = look.replace("{ name: look, ", "{ name: look, when: target.name == 'prod', ");
    let shadow = look.replace("{ name: look, ", "{ name: look, enforce: false, ");
    let implied = off.replace("steps: [ ", "steps: [ { name: ask, http: { get: /health } }, ");
    let scenarios = [("a", look), ("b", off.as_str()), ("c", shadow.as_str()), ("d", implied.as_str())];
    let ran =
        run(&scenarios, &[("GET /health", |_| Reply::Json(200, "{}"))], Manner { jobs: 1, ..Manner::default() }).await;
    let why = "nothing that was asked for was judged: steps were skipped, or are shadow checks";
    let skipped = |case: usize| format!("{case} skipped: {why}");
    assert_eq!(ran.story(), ["0 passed", &skipped(1), &skipped(2), &skipped(3), "exit 0"]);
}

/// Of a step that is reached late, `now()` is not when the run began.
#[tokio::test]
async fn now_is_when_a_step_begins() {
    let yaml = "
name: late
steps:
  - { name: dawdle, exec: { run: [/bin/sleep, '0.2'] } }
  - name: ask
    when: now() >= run.started + duration('200ms')
    exec: { run: [/bin/echo, \"${{ now() - run.started }}\"] }
    expect: duration(output.stdout.trim()) >= duration('200ms')
";
    assert_eq!(one(yaml, &[]).await.story(), ["0 passed", "exit 0"]);
}

/// Nobody wrote that a request must come off, or a program: it goes without saying.
#[tokio::test]
async fn what_goes_without_saying_is_judged() {
    #[track_caller]
    fn check(ran: &Ran, expected: &str) {
        assert_eq!(ran.story()[0], expected);
    }
    let with = |step: &str| {
        format!(
            "name: x\nsteps:\n  - {{ name: first, {step} }}\n  - {{ name: then, http: {{ get: /health }}, expect: response.status == 200 }}\n"
        )
    };
    let answers: [(&str, Answer); 4] = [
        ("POST /moved", |_| Reply::Redirect(301, "/health")),
        ("GET /health", |_| Reply::Json(200, "{}")),
        ("GET /broken", |_| Reply::Json(404, "{}")),
        ("GET /moved", |_| Reply::Json(304, "{}")),
    ];
    let broken = "0 failed: GET /broken answered 404 Not Found: {} (expected response.status < 400, saw 404 < 400)";
    check(&one(&with("http: { get: /broken }"), &answers).await, broken);
    check(&one(&with("http: { get: /moved }"), &answers).await, "0 passed");
    // A GET in its place would say that all is well.
    let ran = one(&with("http: { post: /moved }"), &answers).await;
    let told = &ran.story()[0];
    assert!(told.starts_with("0 failed: POST /moved was answered 301 to http://127.0.0.1:"), "{told}");
    assert!(
        told.ends_with("/health: a POST does not follow that (expected response.status < 300, saw 301 < 300)"),
        "{told}"
    );
    check(&one(&with("http: { post: /moved, redirects: 0 }"), &answers).await, "0 passed");
    let ran = one(&with("exec: { run: [/bin/sh, -c, 'exit 3'] }"), &answers).await;
    assert!(ran.story()[0].contains("expected output.code == 0, saw 3 == 0"), "{:?}", ran.story());
    // What is kept may be judged later.
    check(&one(&with("http: { get: /broken }, as: page"), &answers).await, "0 passed");
    check(&one(&with("http: { get: /broken }, capture: { code: response.status }"), &answers).await, "0 passed");
    check(&one(&with("http: { get: /broken }, capture: { page: response.text }"), &answers).await, broken);
}

/// Whoever writes how long an answer may take is not answered by a faster one later; whoever waits is.
#[tokio::test]
async fn an_answer_that_is_later_than_written_has_failed() {
    async fn check(step: &str, expected: (Verdict, usize)) {
        let yaml = format!("name: x\nsteps:\n  - {{ name: look, {step} }}\n");
        let slow: Answer =
            |count| if count == 1 { Reply::Slow(Duration::from_mins(1)) } else { Reply::Json(200, "{}") };
        let ran = one(&yaml, &[("GET /slow", slow)]).await;
        assert_eq!((ran.outcome(Phase::Step, 0).verdict, ran.count("GET /slow")), expected, "{:?}", ran.story());
    }
    let get = "http: { get: /slow, timeout: 200ms }";
    check(&format!("{get}, expect: response.status == 200"), (Verdict::Failed, 1)).await;
    check(&format!("{get}, until: response.status == 200"), (Verdict::Passed, 2)).await;
}

/// A request has 30 s where nobody says otherwise. That nobody answers for so long is no trouble that passes.
#[tokio::test(start_paused = true)]
async fn who_does_not_answer_is_not_asked_again() {
    async fn check(lists: &str, phase: Phase, seconds: u64) {
        // Its connections are taken, and nothing is ever read from them.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let look = format!("http: {{ get: \"http://{}/\" }}", silent.local_addr().unwrap());
        let lists = lists.replace("LOOK_PATIENTLY", &look.replace(" }", ", timeout: 60s }"));
        let yaml = format!("name: silent\n{}", lists.replace("LOOK", &look));
        let ran = one(&yaml, &[("POST /things", CREATED)]).await;
        let outcome = ran.outcome(phase, 0);
        let waited = (seconds * 1000..seconds * 1000 + 1000).contains(&outcome.duration_ms);
        assert_eq!((outcome.verdict, outcome.looks, waited), (Verdict::Failed, 1, true), "{outcome:?}");
    }
    let look = "[ { name: look, LOOK, expect: response.status == 200 } ]";
    check(&format!("steps: {look}\n"), Phase::Step, 30).await;
    let order = "[ { name: order, http: { post: /things }, expect: response.status == 201 } ]";
    check(&format!("guards: {look}\nsteps: {order}\n"), Phase::Guard, 30).await;
    // A guard has as long as it says.
    let patient = look.replace("LOOK", "LOOK_PATIENTLY");
    check(&format!("guards: {patient}\nsteps: {order}\n"), Phase::Guard, 60).await;
}

#[tokio::test]
async fn for_wants_it_to_keep_holding() {
    let yaml = "
name: holding
steps:
  - { name: look, http: { get: /health }, expect: response.body.ok, for: 300ms, every: 50ms }
";
    let steady = one(yaml, &[("GET /health", |_| Reply::Json(200, r#"{"ok":true}"#))]).await;
    assert_eq!(steady.story(), ["0 passed", "exit 0"]);
    assert!(steady.outcome(Phase::Step, 0).duration_ms >= 300);
    let breaks: Answer = |count| Reply::Json(200, if count < 3 { r#"{"ok":true}"# } else { r#"{"ok":false}"# });
    let cut = yaml.replace("name: holding", "name: holding\ntimeout: 200ms").replace("300ms", "10s");
    let cut = one(&cut, &[("GET /health", |_| Reply::Json(200, r#"{"ok":true}"#))]).await;
    let cause = cut.outcome(Phase::Step, 0).cause.clone().unwrap_or_default();
    assert!(cause.starts_with("cut short: the scenario's timeout of 200 ms was over; "), "{cause}");
    // A look may have been under way just then.
    assert!(cause.contains("last: it held, but must go on holding"), "{cause}");
    let broken = one(yaml, &[("GET /health", breaks)]).await;
    assert_eq!(broken.outcome(Phase::Step, 0).verdict, Verdict::Failed);
    assert_eq!(broken.count("GET /health"), 3);
    let blinks: Answer = |count| Reply::Json(if count == 3 { 503 } else { 200 }, r#"{"ok":true}"#);
    let blinked = one(&yaml.replace("response.body.ok", "response.status == 200"), &[("GET /health", blinks)]).await;
    assert_eq!(blinked.outcome(Phase::Step, 0).verdict, Verdict::Failed, "what must keep holding did not");
}

/// The URL of a server that keeps its connections, and hangs up on every second request once it has read it.
async fn forgetful() -> String {
    // On no port like 8443, where it would be asked whether it speaks TLS.
    let listener = loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if listener.local_addr().unwrap().port() % 1000 != 443 {
            break listener;
        }
    };
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let read = Arc::new(AtomicUsize::new(0));
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let read = Arc::clone(&read);
            tokio::spawn(async move {
                while stream.read(&mut [0; 4096]).await.is_ok_and(|length| length > 0)
                    && read.fetch_add(1, Ordering::SeqCst).is_multiple_of(2)
                {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
                }
            });
        }
    });
    url
}

/// Whoever looks for an answer may meet a connection that was closed while idle; whoever looks whether there always is one
/// sees every request that was dropped.
#[tokio::test]
async fn what_must_keep_holding_sees_every_request_that_is_dropped() {
    async fn check(lists: &str, phase: Phase, verdict: Verdict, expected: &[&str]) {
        let url = forgetful().await;
        let yaml = format!("name: dropped\n{}", lists.replace("LOOK", &format!("http: {{ get: \"{url}\" }}")));
        let ran =
            one(&yaml, &[("GET /job", |count| Reply::Json(200, if count < 6 { "{}" } else { r#"{"done":true}"# }))])
                .await;
        let outcome = ran.outcome(phase, 0);
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let states = outcome.changes.iter().take(2).map(|change| change.state.replace(host, "HOST"));
        assert_eq!(
            (outcome.verdict, states.collect::<Vec<_>>()),
            (verdict, expected.iter().map(|state| (*state).to_owned()).collect())
        );
    }
    let dropped = ["status 200", "connection closed by HOST before it answered"];
    let step = |more: &str| format!("steps: [ {{ name: look, LOOK, {more}, every: 100ms }} ]\n");
    let holds = step("expect: response.status == 200, for: 300ms");
    let looks = step("until: response.status == 201, within: 300ms");
    let waits = "{ name: wait, http: { get: /job }, until: response.body.done, every: 100ms }";
    let guards = "guards: [ { name: look, LOOK, expect: response.status == 200, every: 100ms } ]";
    let guards = format!("{guards}\nsteps: [ {waits} ]\n");
    tokio::join!(
        check(&holds, Phase::Step, Verdict::Failed, &dropped),
        check(&looks, Phase::Step, Verdict::Failed, &dropped[..1]),
        check(&guards, Phase::Guard, Verdict::Passed, &dropped),
    );
}

/// All that is told of a run.
fn told(ran: &Ran) -> String {
    serde_json::to_string(&ran.events).unwrap()
}

/// All that is told of a run that fails.
async fn told_of_a_failure(yaml: &str, answers: &[(&str, Answer)]) -> String {
    let ran = one(yaml, answers).await;
    assert_eq!(ran.story().last().map(String::as_str), Some("exit 1"));
    told(&ran)
}

#[tokio::test]
async fn half_a_secret_is_not_told_where_a_long_request_is_cut() {
    let yaml = format!(
        "
name: secret
steps:
  - name: log in
    http: {{ post: /login }}
    expect: response.status == 200
    capture: {{ token: {{ from: response.body.token, secret: true }} }}
  - name: send
    http: {{ post: /login, json: {{ long: {}, token: '${{{{ token }}}}' }} }}
    expect: response.status == 201
  - name: run
    exec: {{ run: [/bin/sh, -c, 'exit 3 # {}', '${{{{ token }}}}'] }}
    expect: output.code == 0
    enforce: false
",
        "x".repeat(990),
        "y".repeat(50)
    );
    let answer: Answer = |_| Reply::Json(200, r#"{"token":"s3cr3t-t0k3n-that-is-rather-long-and-would-be-cut"}"#);
    for yaml in [yaml.clone(), yaml.replace("== 201", "== 200")] {
        let told = told(&one(&yaml, &[("POST /login", answer)]).await);
        assert!(told.contains("***") && !told.contains("s3cr3t-"), "{told}");
    }
}

#[tokio::test]
async fn a_captured_secret_is_told_nowhere() {
    let yaml = "
name: secret
steps:
  - name: log in
    http: { post: /login }
    expect: response.status == 200
    capture: { token: { from: response.body.token, secret: true } }
  - { name: see, http: { get: /me, headers: { x-token: '${{ token }}' } }, expect: response.body.seen == 'x' }
";
    let answers: [(&str, Answer); 2] = [
        ("POST /login", |_| Reply::Json(200, r#"{"token":"s3cr3t-t0k3n"}"#)),
        ("GET /me", |_| Reply::Json(200, r#"{"seen":"s3cr3t-t0k3n"}"#)),
    ];
    let told = told_of_a_failure(yaml, &answers).await;
    assert!(!told.contains("s3cr3t"), "{told}");
}

/// An object, and a text that is one: whoever tells a part of it tells the secret.
#[tokio::test]
async fn what_a_captured_secret_is_made_of_is_told_nowhere() {
    async fn check(session: Answer, token: &str, seen: Answer, as_before: &str) {
        let yaml = format!(
            "
name: secret
steps:
  - name: log in
    http: {{ post: /login }}
    expect: response.status == 200
    capture: {{ session: {{ from: response.body.session, secret: true }} }}
  - name: see
    http: {{ get: /me, headers: {{ x-token: '${{{{ {token} }}}}' }} }}
    expect: response.body.seen == 'x'
"
        );
        let told = told_of_a_failure(&yaml, &[("POST /login", session), ("GET /me", seen)]).await;
        assert!(!told.contains("s3cr3t") && told.contains(as_before), "{told}");
    }
    let object: Answer = |_| Reply::Json(200, r#"{"session":{"ok":"yes","tokens":[{"value":"s3cr3t-t0k3n"}]}}"#);
    let seen: Answer = |_| Reply::Json(200, r#"{"seen":"s3cr3t-t0k3n","said":"yes"}"#);
    check(object, "session.tokens[0].value", seen, "yes").await;
    let text: Answer = |_| Reply::Json(200, r#"{"session":"{\"token\":\"s3cr3t-t0k3n\"}"}"#);
    check(text, "json(session).token", seen, "yes").await;
}

#[tokio::test]
async fn half_a_secret_is_not_told_where_a_long_answer_is_cut() {
    let yaml = "
name: secret
steps:
  - name: log in
    http: { post: /login }
    expect: response.body.pad == 'short'
    capture: { token: { from: response.body.token, secret: true } }
";
    // The summary ends after 200 bytes, in the midst of the token.
    let answer: Answer = |_| {
        let pad = "x".repeat(160);
        Reply::Json(
            200,
            Box::leak(format!(r#"{{"pad":"{pad}","token":"0123456789abcdefghijklmnopqrstuvwxyz"}}"#).into()),
        )
    };
    let told = told(&one(yaml, &[("POST /login", answer)]).await);
    assert!(told.contains("xxxx") && !told.contains("01234567"), "{told}");
}

/// An answer of which only the beginning is read: what its text is as a whole is not known.
#[tokio::test]
async fn what_is_not_known_is_neither_captured_nor_sent() {
    async fn check(first: &str, second: &str, verdicts_of: [Verdict; 2], cause: &str) {
        let long: Answer = |_| Reply::Json(200, Box::leak(format!("{:?}", "x".repeat(5 << 20)).into_boxed_str()));
        let yaml = format!(
            "name: a\nsteps:\n  - name: look\n    http: {{ get: /long }}\n    expect: response.status == 200\n    \
             {first}\n  - name: send\n    {second}\n    expect: response.status == 201\n"
        );
        let ran = one(&yaml, &[("GET /long", long), ("POST /things", CREATED)]).await;
        assert_eq!(verdicts(&ran, Phase::Step, 2), verdicts_of, "{:?}", ran.story());
        assert!(ran.story()[0].starts_with(&format!("0 inconclusive: {cause}")), "{:?}", ran.story());
        assert_eq!(ran.count("POST /things"), usize::from(verdicts_of[1] == Verdict::Passed));
    }
    let unknown = Verdict::Inconclusive;
    let capture = "capture: { long: response.text.size() }";
    let cause = "could not capture long from response.text.size(): response.text is not told: ";
    check(capture, "http: { post: /things }", [unknown, Verdict::Passed], cause).await;
    let sends = [
        "json: { text: '${{ seen.text }}' }",
        "json: '${{ seen }}'",
        "form: { text: '${{ seen.text }}' }",
        "query: { size: '${{ seen.text.size() }}' }",
        "headers: { x-text: '${{ seen.text }}' }",
        "body: 'size ${{ seen.text.size() }}'",
    ];
    for send in sends {
        let step = format!("http: {{ post: /things, {send} }}");
        check("as: seen", &step, [Verdict::Passed, unknown], "seen").await;
    }
}

#[tokio::test]
async fn exclusive_scenarios_never_overlap_and_others_do() {
    let yaml = "
name: alone
exclusive: db
steps:
  - { name: look, http: { get: /slow }, expect: response.status == 200 }
";
    let slow: [(&str, Answer); 1] = [("GET /slow", |_| Reply::Slow(Duration::from_millis(150)))];
    let ran = run(&[("a", yaml), ("b", &yaml.replace("alone", "alone too"))], &slow, Manner::default()).await;
    let marks = ran.events.iter().filter_map(|event| match event.fact {
        Fact::ScenarioStarted { case, .. } => Some(format!("{case} began")),
        Fact::ScenarioEnded { case, .. } => Some(format!("{case} ended")),
        _ => None,
    });
    assert_eq!(marks.collect::<Vec<_>>(), ["0 began", "0 ended", "1 began", "1 ended"]);
}

#[tokio::test]
async fn fail_fast_starts_nothing_more() {
    let yaml = "
name: one
steps:
  - { name: look, http: { get: /missing }, expect: response.status == 200 }
";
    let manner = Manner { jobs: 1, fail_fast: true, ..Manner::default() };
    let ran = run(&[("a", yaml), ("b", &yaml.replace("one", "two"))], &[], manner).await;
    assert_eq!(ran.count("GET /missing"), 1);
    assert_eq!(ran.story()[1..], ["1 skipped: not started: another scenario failed", "exit 1"]);
}

#[tokio::test]
async fn a_clean_up_alone_does_finally_and_nothing_else() {
    let manner = Manner { rests: Some(1), ..Manner::default() };
    let ran = run(&[("case", JOURNEY)], &[("DELETE /things/a1", GONE)], manner).await;
    assert_eq!(ran.requests, ["DELETE /things/a1"]);
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
}

#[tokio::test]
async fn a_panic_in_one_case_lets_the_others_clean_up_first() {
    let slow: Answer = |_| Reply::Slow(Duration::from_millis(300));
    let manner = Manner { rests: Some(1), ..Manner::default() };
    let scenarios = [("a", JOURNEY), ("b", &JOURNEY.replace("journey", "another"))];
    let ran = run(&scenarios, &[("DELETE /things/a1", slow)], manner).await;
    assert!(ran.panicked);
    assert_eq!(ran.requests, ["DELETE /things/a1"]);
    assert_eq!(ran.outcome(Phase::Finally, 0).verdict, Verdict::Passed);
}
