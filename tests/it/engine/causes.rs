//! The first line of red: a diagnosis only where what was seen bears it, and else what was expected and seen.

use std::time::Duration;

use smoke::event::Phase;

use super::one;
use super::stand::{Answer, Reply};

const ORDERED: Answer = |_| Reply::Json(201, r#"{"id":"o-3","status":"placed"}"#);
const PLACED: Answer = |_| Reply::Json(200, r#"{"id":"o-3","status":"placed","qty":0}"#);
const WELL: Answer = |_| Reply::Json(200, r#"{"status":"ok"}"#);

/// An order, then a look that waits in vain, beside a guard.
fn order(path: &str, until: &str) -> String {
    format!(
        "name: order
guards:
  - name: the API is well
    http: {{ get: /health }}
    expect: response.body.status == 'ok'
steps:
  - name: place
    http: {{ post: /orders, json: {{ qty: 1 }} }}
    expect: response.status == 201
    capture: {{ id: response.body.id }}
  - name: wait
    http: {{ get: '{path}' }}
    until: {until}
    within: 300ms
    every: 100ms
"
    )
}

#[tokio::test]
async fn what_an_order_came_to_is_told_by_its_own_state_alone() {
    async fn check(path: &str, until: &str, answers: [Answer; 2], expected: &str) {
        let [ordered, seen] = answers;
        let answers = [("GET /health", WELL), ("POST /orders", ordered), ("GET /orders/o-3", seen)];
        let story = one(&order(path, until), &answers).await.story();
        let cause = story[0].split(", after waiting ").next().unwrap();
        assert!(cause.starts_with(&format!("0 failed: {expected}")), "{story:?}");
    }
    let own = "/orders/${{ id }}";
    let shipped = "response.body.status == 'shipped'";
    let nothing = "POST /orders was answered 201, and nothing came of it: still placed after ";
    check(own, shipped, [ORDERED, PLACED], nothing).await;
    // It is the answer that is wrong, whatever a guard or the order itself was told.
    let gone: Answer = |_| Reply::Json(500, r#"{"status":"processing","message":"the database is gone"}"#);
    let broken = "GET /orders/o-3 answered 500 Internal Server Error: the database is gone (";
    check(own, shipped, [ORDERED, gone], broken).await;
    let begun: Answer = |_| Reply::Json(201, r#"{"id":"o-3","status":"processing"}"#);
    check(own, shipped, [begun, gone], broken).await;
    // It is the path that is wrong.
    let typo = "GET /catalogue answered 404 Not Found: {} (expected response.status == 200";
    check("/catalogue", "response.status == 200", [ORDERED, PLACED], typo).await;
    // Something came of it.
    let moving: Answer = |count| match count {
        1 => Reply::Json(200, r#"{"status":"placed"}"#),
        _ => Reply::Json(200, r#"{"status":"reserved"}"#),
    };
    let moved = "expected response.body.status == 'shipped', saw \"reserved\" == \"shipped\"";
    check(own, shipped, [ORDERED, moving], moved).await;
    // What was waited for can never come about.
    for until in ["response.body.items.length == 2", "response.body.status", "response.body.status > 3"] {
        check(own, until, [ORDERED, PLACED], &format!("expected {until}, saw ")).await;
    }
    let divided = "response.body.status == 'shipped' || response.body.qty / response.body.qty > 3";
    check(own, divided, [ORDERED, PLACED], &format!("expected {divided}, saw ")).await;
}

#[tokio::test]
async fn an_answer_that_lacks_what_is_captured_is_shown() {
    async fn check(answer: Answer, expected: &str) {
        let yaml = "name: a\nsteps:\n  - name: make\n    http: { post: /things }\n    expect: response.status == 201\n    \
                    capture: { id: response.body.id }\n";
        let ran = one(yaml, &[("POST /things", answer)]).await;
        let cause = "could not capture id from response.body.id: ";
        assert_eq!(ran.story()[0], format!("0 failed: {cause}{expected}"));
        let kept: Vec<&str> = ran.outcome(Phase::Step, 0).evidence.iter().map(|kept| kept.title.as_str()).collect();
        assert_eq!(kept, ["last request", "last response"]);
    }
    let named: Answer = |_| Reply::Json(201, r#"{"name":"a1"}"#);
    check(named, "response.body has no field id (it has: name)").await;
    check(|_| Reply::Json(201, ""), "response.body is text, not an object (the answer is empty)").await;
    check(|_| Reply::Json(201, "{\"id\":"), "response.body is text, not an object (it is not valid JSON)").await;
}

/// No such address names anything; what was captured instead of a name is said with what was seen there.
#[tokio::test]
async fn a_null_is_sent_in_no_address() {
    async fn check(before: &str, address: &str, expected: &str) {
        let make = "{ name: make, http: { post: /things }, expect: response.status == 201, capture: { id: response.body.id } }";
        let yaml = format!(
            "name: a\nsteps:\n  - {make}\n  - {before}name: see\n    http: {{ get: \"{address}\" }}\n    expect: response.status == 200\n"
        );
        let answers: [(&str, Answer); 2] = [
            ("POST /things", |_| Reply::Json(201, r#"{"id":null,"status":"queued"}"#)),
            ("GET /things/x", |_| Reply::Json(200, "{}")),
        ];
        let ran = one(&yaml, &answers).await;
        assert_eq!((ran.story()[0].as_str(), ran.count("GET /things/null")), (expected, 0));
    }
    let why = "0 failed: id is null, which names nothing in an address: nothing was sent; \"make\" captured it from \
               response.body.id: 201 {\"id\":null,\"status\":\"queued\"}";
    check("", "/things/${{ id }}", why).await;
    let missing = "0 failed: {}.?id is null, which names nothing in an address: nothing was sent";
    check("", "/things/${{ {}.?id }}", missing).await;
    check("when: id != null\n    ", "/things/${{ id }}", "0 passed").await;
    check("", "/things/${{ id == null ? 'x' : id }}", "0 passed").await;
}

/// Which limit it was, what went on, and for how long it had.
#[tokio::test]
async fn the_scenarios_timeout_says_what_it_ended() {
    async fn check(step: &str, answer: Answer, expected: &[&str]) {
        let yaml = format!("name: a\ntimeout: 1200ms\nsteps:\n  - name: look\n    {step}\n");
        let story = one(&yaml, &[("GET /slow", answer)]).await.story();
        let said = expected.iter().all(|words| story[0].contains(words));
        assert!(
            said && story[0].starts_with("0 failed: cut short: the scenario's timeout of 1.2 s was over; "),
            "{story:?}"
        );
    }
    let hangs: Answer = |_| Reply::Slow(Duration::from_mins(1));
    let get = "http: { get: /slow }\n    expect: response.status == 200";
    check(get, hangs, &["over; GET /slow had been under way for 1."]).await;
    let until = "http: { get: /slow }\n    until: response.status == 200\n    within: 1m";
    check(until, hangs, &["over; GET /slow had been under way for 1.2 s, to see whether response.status == 200"]).await;
    // What an earlier look saw is not taken for what the last one met.
    let then_hangs: Answer = |count| match count {
        1 => Reply::Json(503, "{}"),
        _ => Reply::Slow(Duration::from_mins(1)),
    };
    check(until, then_hangs, &["over; GET /slow had been under way for ", "; last: GET /slow answered 503"]).await;
    let program = "exec: { run: [sh, -c, 'echo waiting for db >&2; sleep 60'] }\n    expect: output.code == 0";
    check(program, hangs, &["; last: `sh` had not ended after 1.", " s and was killed; it last wrote: waiting for db"])
        .await;
}

#[tokio::test]
async fn one_long_look_is_told_as_a_stretch_of_time() {
    let yaml = "name: a\nsteps:\n  - name: look\n    http: { get: /slow, timeout: 1100ms }\n    \
                until: response.status == 200\n    within: 1s\n";
    let ran = one(yaml, &[("GET /slow", |_| Reply::Slow(Duration::from_mins(1)))]).await;
    let outcome = ran.outcome(Phase::Step, 0);
    let [change] = outcome.changes.as_slice() else { panic!("{outcome:?}") };
    assert!(change.from_ms < 1000 && (1000..3000).contains(&change.to_ms), "{change:?}");
    // The look itself says how long it took.
    assert!(outcome.cause.as_deref().unwrap().ends_with(" within 1.1 s"), "{:?}", outcome.cause);
}

#[tokio::test]
async fn what_was_asked_before_is_named_after_who_asked() {
    let gone: Answer = |_| Reply::Json(500, "{}");
    let answers = [("GET /health", WELL), ("POST /orders", ORDERED), ("GET /orders/o-3", gone)];
    let ran = one(&order("/orders/${{ id }}", "response.status == 200"), &answers).await;
    let kept: Vec<&str> = ran.outcome(Phase::Step, 1).evidence.iter().map(|kept| kept.title.as_str()).collect();
    assert_eq!(kept[..2], ["last request", "last response"]);
    assert!(kept.ends_with(&["before, in \"place\"", "before, in \"the API is well\""]), "{kept:?}");
}
