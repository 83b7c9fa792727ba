//! The first line of red: a diagnosis only where what was seen bears it, and else what was expected and seen.

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
    let nothing = "POST /orders was answered 201, and nothing came of it: still placed after 3";
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
