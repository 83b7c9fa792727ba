//! Guards look each by itself: one that is slow, or a shadow check, neither blinds nor delays anybody.

use std::time::Duration;

use smoke::event::Phase;
use smoke::verdict::Verdict;

use super::stand::{Answer, Ran, Reply};
use super::{CREATED, one};

const WELL: Answer = |_| Reply::Json(200, r#"{"ok":true}"#);
const HANGS: Answer = |_| Reply::Slow(Duration::from_mins(2));

/// A quick guard and another one beside a step that waits, and an order after that.
async fn guarded(other: &str, answers: [Answer; 3]) -> Ran {
    let yaml = format!(
        "
name: guarded
guards:
  - {{ name: quick, http: {{ get: /health }}, expect: response.body.ok, every: 50ms }}
  - {{ name: other, http: {{ get: /other }}, expect: response.status == 200{other} }}
steps:
  - {{ name: wait, http: {{ get: /job }}, until: response.body.ok, within: 10s, every: 100ms }}
  - {{ name: order, http: {{ post: /things }}, expect: response.status == 201 }}
"
    );
    let [health, other, job] = answers;
    one(&yaml, &[("GET /health", health), ("GET /other", other), ("GET /job", job), ("POST /things", CREATED)]).await
}

#[tokio::test]
async fn a_slow_guard_blinds_no_other() {
    async fn check(other: &str, answers: [Answer; 3], expected: [Verdict; 2], already: bool) {
        let ran = guarded(other, answers).await;
        let verdicts = [ran.outcome(Phase::Guard, 0).verdict, ran.outcome(Phase::Step, 0).verdict];
        assert_eq!((verdicts, ran.count("POST /things")), (expected, 0), "{:?}", ran.story());
        let said = ran.story()[0].ends_with("it was so already before the first step");
        assert_eq!((said, ran.story()[1].as_str()), (already, "exit 1"), "{:?}", ran.story());
    }
    let falls: Answer = |count| Reply::Json(200, if count < 5 { r#"{"ok":true}"# } else { r#"{"ok":false}"# });
    let never: Answer = |_| Reply::Json(200, r#"{"ok":false}"#);
    let first_slow: Answer =
        |count| if count == 1 { Reply::Slow(Duration::from_secs(8)) } else { Reply::Json(200, "{}") };
    let later_slow: Answer =
        |count| if count == 2 { Reply::Slow(Duration::from_mins(2)) } else { Reply::Json(200, "{}") };
    let stopped = [Verdict::Failed, Verdict::Skipped];
    tokio::join!(
        // While the steps are kept back …
        check("", [falls, first_slow, never], stopped, true),
        // … and while they go on: the step is cut short, and does not come to its own end.
        check(", every: 50ms", [falls, later_slow, never], stopped, false),
        check(", every: 50ms, enforce: false", [falls, later_slow, never], stopped, false),
    );
}

#[tokio::test]
async fn a_shadow_check_that_hangs_delays_nobody() {
    let ran = guarded(", enforce: false", [WELL, HANGS, WELL]).await;
    assert_eq!(ran.story(), ["0 passed", "exit 0"]);
    let shadow = ran.outcome(Phase::Guard, 1);
    let cause = shadow.cause.as_deref().unwrap_or_default();
    assert_eq!((shadow.verdict, shadow.looks), (Verdict::Inconclusive, 0), "{cause}");
    assert!(cause.starts_with("nothing was seen: GET /other had been under way for "), "{cause}");
}

#[tokio::test]
async fn each_guard_has_its_own_pace() {
    let late: Answer = |count| Reply::Json(200, if count < 5 { r#"{"ok":false}"# } else { r#"{"ok":true}"# });
    let ran = guarded(", every: 1h", [WELL, WELL, late]).await;
    assert_eq!((ran.story(), ran.count("GET /other")), (vec!["0 passed".to_owned(), "exit 0".to_owned()], 2));
    assert!(ran.count("GET /health") > 3, "{:?}", ran.requests);
}

/// What a shadow check takes of the scenario's time is not held against those that decide.
#[tokio::test]
async fn a_shadow_check_that_uses_up_the_timeout_decides_nothing() {
    async fn check(lists: &str, expected: &str) {
        let new = "{ name: new, enforce: false, http: { get: /ill }, until: response.status == 200, within: 1m }";
        let waits = "{ name: wait, http: { get: /ill }, until: response.status == 200, within: 1m }";
        let look = |name: &str, more: &str| {
            format!("{{ name: {name}, http: {{ get: /well }}, expect: response.status == 200{more} }}")
        };
        let lists =
            lists.replace("NEW", new).replace("WAIT", waits).replace("SHADOW", &look("shadow", ", enforce: false"));
        let lists = lists.replace("FIRST", &look("first", "")).replace("LAST", &look("last", ""));
        let yaml = format!("name: shadow\ntimeout: 1s\n{lists}");
        let story = one(&yaml, &[("GET /well", WELL), ("GET /ill", |_| Reply::Json(500, "{}"))]).await.story();
        assert!(story[0].starts_with(expected), "{lists}: {story:?}");
    }
    let unseen = "0 inconclusive: the shadow check \"new\" used up the scenario's timeout of 1 s";
    tokio::join!(
        check("ready: [ NEW ]\nsteps: [ LAST ]\n", unseen),
        check("steps: [ FIRST, NEW, LAST ]\n", unseen),
        check("steps: [ FIRST, NEW ]\nguards: [ LAST ]\n", "0 passed"),
        check("steps: [ FIRST, NEW, SHADOW ]\n", "0 passed"),
        check("steps: [ FIRST, WAIT ]\n", "0 failed: cut short: the scenario's timeout of 1 s was over"),
    );
}
