//! Conditions against one scope: what is said of them when they do not hold, have no value, or are waited for.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diagnostic::{Location, Source};

fn scope() -> Scope {
    let now = chrono::DateTime::parse_from_rfc3339("2024-05-01T10:00:00Z").unwrap();
    let response = json!({
        "status": 502,
        "headers": {"content-type": "text/html"},
        "text": "{\"error\": \"boom\"}",
        "body": {"error": "boom", "code": 7, "status": "queued", "ratio": 0.5, "none": null, "long": "x".repeat(500)},
    });
    let service = json!({
        "healthy": 0, "desired": 1, "steady": false, "mute": true, "stopped": ["a", "b"],
        "tasks": [{"id": "t1", "health": "HEALTHY"}, {"id": "t2", "health": "UNHEALTHY"}],
        "images": {"app": "v1", "sidecar": "v2"}, "events": [],
    });
    Scope::at(now.to_utc())
        .with("response", from_json(&response))
        .with("service", from_json(&service))
        .with("html", from_json(&json!({"body": "<html>", "status": 200})))
        .with("elapsed", Value::Duration(chrono::Duration::milliseconds(1500)))
        .with("started", Value::Timestamp(now))
        .with("unsigned", Value::UInt(1))
}

fn somewhere(text: &str) -> Location {
    Location { source: Source::new("a.yaml", text), start: 0, end: text.len() }
}

/// Everything in an expression that can never be right, by these kinds.
pub(super) fn misfits(text: &str, kinds: &[(&str, Kind)]) -> Vec<crate::diagnostic::Diagnostic> {
    compiled(text).misfits(kinds)
}

/// Holds the messages of its misfits against those that are expected.
pub(super) fn check_misfits(text: &str, kinds: &[(&str, Kind)], expected: &[&str]) {
    let said: Vec<_> = misfits(text, kinds).into_iter().map(|misfit| misfit.message).collect();
    assert_eq!(said, expected, "{text}");
}

fn compiled(text: &str) -> Expression {
    Expression::compile(text, &somewhere(text)).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

fn broken(text: &str, expected: &str) {
    assert_eq!(compiled(text).truth(&scope()), Truth::Broken { detail: expected.to_owned() }, "{text}");
}

fn unclear(text: &str, expected: &str) {
    assert_eq!(compiled(text).truth(&scope()), Truth::Unclear { reason: expected.to_owned() }, "{text}");
}

fn held(text: &str) {
    assert_eq!(compiled(text).truth(&scope()), Truth::Held, "{text}");
}

fn state(text: &str, expected: &str) {
    assert_eq!(compiled(text).state(&scope()), expected, "{text}");
}

/// A page in place of JSON has no errors in it; that is not to say that there are none.
#[test]
fn optional_parts_are_asked_of_what_can_have_parts() {
    held("response.body.?errors.orValue([]).size() == 0");
    held("response.body.none.?x.orValue(1) == 1 && response.body.?a.?b.?c.orValue(1) == 1");
    held("service.?tasks[0].?id.orValue('') == 't1' && service.tasks[?7].?id.orValue('none') == 'none'");
    held("service.images[?'app'].orValue('') == 'v1'");
    broken("response.body.?code.orValue(0) == 8", "7 == 8");
    unclear("html.body.?errors.orValue([]).size() == 0", "html.body is text, not an object");
    unclear("!html.body.?error.hasValue()", "html.body is text, not an object");
    unclear("service.tasks.?id.orValue('') == ''", "service.tasks is a list, not an object");
    unclear("html.?body.?errors.orValue(1) == 1", "html.?body is text, not an object");
    unclear("html.status[?0].orValue(1) == 1", "html.status is a whole number, not a list or an object");
    state("response.body.?code.orValue(0) == 8", "response.body.?code.orValue(0) 7");
    let scope = scope().with("plan", Withheld::Unknown("known after apply".to_owned()).into_value());
    let truth = compiled("plan.?arn.orValue('') == ''").truth(&scope);
    assert_eq!(truth, Truth::Unknown { reason: "plan is not told: known after apply".to_owned() });
}

fn misused(text: &str, expected: &str) {
    assert_eq!(compiled(text).truth(&scope()), Truth::Misused { reason: expected.to_owned() }, "{text}");
}

/// The interpreter calls them unequal, so that `!=` would hold whatever is there.
#[test]
fn an_optional_value_is_not_compared_with_a_plain_one() {
    let said = |written: &str| {
        format!("{written} is an optional value, and is compared with a plain one: write {written}.orValue(…)")
    };
    let status = said("response.body.?status");
    for text in [
        "response.body.?status != 'done'",
        "!(response.body.?status == 'queued')",
        "'queued' != response.body.?status",
        "!(response.body.?status in ['queued'])",
        "response.body.?status in {'queued': 1}",
        "response.body.?status in [optional.none(), 'queued']",
        "response.body.?status in response.body.?status",
        "(service.mute ? response.body.?status : 'x') == 'x'",
        "service.mute ? response.body.?status != 'x' : true",
        "response.gone == 1 || response.body.?status != 'x'",
        "response.body.?status != 'x' || response.gone == 1",
        "!(response.body.?status != 'x' && response.gone == 1)",
        "json('{}') == response.body.?status",
    ] {
        misused(text, &status);
    }
    misused("response.body.?gone != null", &said("response.body.?gone"));
    misused("response.headers[?'x'] != 'a'", &said("response.headers[?\"x\"]"));
    misused("!('a' in response.body.?none)", &said("response.body.?none"));
    misused("service.tasks.all(t, t.?id != 'x')", &format!("in service.tasks[0]: {}", said("t.?id")));
    misused("[response.body.?status].exists(it, it == 'x')", &{
        format!("in [response.body.?status][0]: {}", said("it"))
    });
    let inside =
        |written: &str| format!("{written} compares an optional value with a plain one: write .orValue(…) behind it");
    misused("[response.body.?code] != [8]", &inside("[response.body.?code] != [8]"));
    misused("{'a': [response.body.?code]} == {'a': [7]}", &inside("{\"a\": [response.body.?code]} == {\"a\": [7]}"));
    misused("7 in service.tasks.map(t, t.?id)", &inside("7 in service.tasks.map(t, t.?id)"));
    unclear("service.?tasks.all(t, t.id == '')", "service.?tasks is an optional value, not a list");
    unclear("!service.?tasks.exists(t, t.id == '')", "service.?tasks is an optional value, not a list");
    let error = compiled("response.body.?status == 'queued' ? 1 : 2").evaluate(&scope()).unwrap_err();
    assert_eq!(error.message, status);
}

#[test]
fn optional_values_are_compared_with_each_other() {
    held("response.body.?status == optional.of('queued') && response.body.?gone == optional.none()");
    held("response.body.?status != response.body.?gone && response.body.?status in [optional.of('queued')]");
    held("[response.body.?gone, optional.of(1)] == [response.gone.?x, optional.of(1)] || response.status == 502");
    // What differs for certain does so whatever the optional one may be.
    held("[response.body.?status] != ['a', 'b'] && [response.body.?status, 1] != ['a', 2]");
    held("false && response.body.?status == 'x' || true");
    // Nor does an optional value hide that what it holds is not known.
    let unknown = Withheld::Unknown("known after apply".to_owned()).into_value();
    let scope = scope().with("plan", object([("arn".to_owned(), unknown)]));
    let truth = compiled("plan.?arn != optional.of('x')").truth(&scope);
    assert!(matches!(truth, Truth::Unknown { .. }), "{truth:?}");
}

#[test]
fn comparisons_show_their_values() {
    broken("service.healthy == service.desired", "0 == 1");
    broken("response.status in [200, 202]", "502 in [200,202]");
    broken("response.body.status == 'review_ready'", r#""queued" == "review_ready""#);
    broken("service.healthy + 1 > service.desired * 2", "0 + 1 > 1 * 2");
    broken("(service.healthy + 1) * 2 == 3", "(0 + 1) * 2 == 3");
    broken("service.stopped.size() == 0", "2 == 0");
    broken("size(service.tasks) < 2", "2 < 2");
    broken("service.desired != 1", "1 != 1");
    broken("-service.desired > 0", "-1 > 0");
    broken("elapsed < duration('1s')", "1.5s < 1s");
    broken("started > timestamp('2025-01-01T00:00:00Z')", "2024-05-01T10:00:00Z > 2025-01-01T00:00:00Z");
    broken("now() - started > duration('1h')", "2024-05-01T10:00:00Z - 2024-05-01T10:00:00Z > 3600s");
    broken("response.body.none != null", "null != null");
    broken("response.body.ratio >= 0.75", "0.5 >= 0.75");
    broken("json(response.text).error == 'bang'", r#""boom" == "bang""#);
    broken("response.headers['content-type'] == 'application/json'", r#""text/html" == "application/json""#);
    broken("response.headers.`content-type` == ''", r#""text/html" == """#);
    broken("'5' == 5", r#""5" == 5"#);
    broken("service.images == {'app': 'v1'}", r#"sidecar: "v2" == (not there)"#);
    broken("'v3' in service.images", r#""v3" in {"app":"v1","sidecar":"v2"}"#);
    broken("1 == 2", "1 == 2");
}

#[test]
fn questions_about_text_show_the_text() {
    broken("response.body.status.contains('done')", r#""queued".contains("done")"#);
    broken("response.body.status.matches('^d')", r#""queued".matches("^d")"#);
    broken("response.body.error.startsWith(response.body.status)", r#""boom".startsWith("queued")"#);
    broken("!response.body.status.endsWith('ed')", r#"!"queued".endsWith("ed")"#);
    broken("response.body.status.upperAscii() == 'DONE'", r#""QUEUED" == "DONE""#);
}

/// What is made of a secret is no text that whoever cleans an explanation could know.
#[test]
fn what_is_made_of_a_secret_is_not_shown() {
    let secret =
        object([("a".to_owned(), Value::from("Alpha-Quito")), ("j".to_owned(), Value::from(r#"{"Alpha":1}"#))]);
    let scope = scope().with("secret", secret).with("word", Value::from("Alpha"));
    let check = |text: &str, expected: &str, state: &str| {
        let said = match compiled(text).truth(&scope) {
            Truth::Broken { detail } => detail,
            Truth::Unclear { reason } => reason,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!((said.as_str(), compiled(text).state(&scope).as_str()), (expected, state), "{text}");
    };
    let part = "secret.a.split(\"-\")[0]";
    let text = |rest: &str| format!("{part}{rest}");
    check(&text(" == 'q'"), r#""***" == "q""#, &format!("{part} ***"));
    check(&text(".startsWith('q')"), r#""***".startsWith("q")"#, &format!("{part} ***"));
    check(&text(" + 'x' in ['q', word]"), r#""***" + "x" in ["q","Alpha"]"#, &format!("{part} ***, word Alpha"));
    check(&text(" in [secret.a]"), r#""***" in ***"#, &format!("{part} ***, a ***"));
    check("!(word == secret.a.split('-')[0])", r#"!("Alpha" == "***")"#, &format!("word Alpha, {part} ***"));
    check("size(secret.a) == 3", "*** == 3", "size(secret.a) ***");
    check(
        "secret.a.split('-').exists(x, x == 'q')",
        &{ "secret.a.split(\"-\").exists(x, x == \"q\") is false".to_owned() },
        "secret.a.split(\"-\") 0 of 2",
    );
    check("json(secret.j) == {'Alpha': 2}", "*** == {\"Alpha\":2}", "json(secret.j) ***, {\"Alpha\": 2} {\"Alpha\":2}");
    // Nor where there is no value.
    check("json(secret.j).x == 1", "json(secret.j) has no field x (it has: ***)", "json(secret.j).x missing");
    check("int(secret.a) == 1", "int(secret.a) has no value", "int(secret.a) missing");
    check(
        "service.images[secret.a] == 1",
        "service.images has no field *** (it has: app, sidecar)",
        "service.images[secret.a] missing",
    );
    check(
        "secret.a.split('-')",
        "secret.a.split(\"-\") is a list (***), not true or false",
        "secret.a.split(\"-\") ***",
    );
    check(
        "secret.a.split('-') > 1",
        "> does not go with a list and a whole number: *** > 1",
        "secret.a.split(\"-\") ***",
    );
    check(
        "secret.a.split('-').exists(x, int(x) == 1)",
        "what is asked of each item of secret.a.split(\"-\") has no value",
        "secret.a.split(\"-\") missing",
    );
    let error = compiled("int(secret.a.split('-')[0])").evaluate(&scope).unwrap_err();
    assert_eq!(error.message, "int(secret.a.split(\"-\")[0]) has no value");
}

#[test]
fn only_the_parts_that_fail_are_shown() {
    broken("response.status == 502 && service.healthy == 1", "0 == 1");
    broken("response.status == 200 && service.healthy == 1 && true", "502 == 200; 0 == 1");
    broken("response.nope == 1 && service.healthy == 1", "0 == 1");
    broken("response.status == 200 || service.healthy == 1", "502 == 200 || 0 == 1");
    broken("service.steady && service.healthy == 1", "service.steady is false; 0 == 1");
    broken("!(service.healthy == 0)", "!(0 == 0)");
    broken("!(service.mute || service.steady)", "!(true || false)");
    broken("service.mute ? service.healthy == 1 : true", "0 == 1");
}

#[test]
fn booleans_are_named() {
    broken("service.steady", "service.steady is false");
    broken("!service.mute", "service.mute is true");
    broken("service.steady == true", "false == true");
    broken("has(response.body.id)", "response.body has no field id");
    broken("!has(response.body.code)", "has(response.body.code) is true");
    broken("response.?body.?id.hasValue()", "response.?body.?id.hasValue() is false");
    broken("false", "false is false");
}

#[test]
fn lists_name_the_element() {
    broken("service.tasks.all(t, t.health == 'HEALTHY')", r#"service.tasks[1] breaks it: "UNHEALTHY" == "HEALTHY""#);
    broken("service.images.all(name, name != 'app')", r#"service.images["app"] breaks it: "app" != "app""#);
    broken("service.stopped.exists(s, s == 'c')", r#"none of 2 in service.stopped: "a" == "c"; "b" == "c""#);
    broken("[1, 2, 3, 4].exists(n, n > 4)", "none of 4 in [1, 2, 3, 4]");
    broken("service.events.exists(e, e == 'x')", "service.events is empty");
    broken("service.tasks.exists_one(t, t.id != '')", "2 of 2 in service.tasks, not exactly one");
    broken("service.tasks.filter(t, t.health == 'HEALTHY').size() == 2", "1 == 2");
    broken("service.tasks.map(t, t.id) == []", r#"["t1","t2"] == []"#);
    broken(
        "service.tasks.all(t, service.stopped.all(s, s != 'b'))",
        r#"service.tasks[0] breaks it: service.stopped[1] breaks it: "b" != "b""#,
    );
}

#[test]
fn objects_are_gone_through_in_the_order_of_their_keys() {
    let fields: serde_json::Map<_, _> = (10..30).map(|at| (format!("k{at}"), json!(at))).collect();
    let keys: Vec<_> = fields.keys().map(|key| json!(key)).collect();
    let scope = Scope::default().with("fields", from_json(&fields.into()));
    for text in ["fields.map(name, name)", "fields.filter(name, true)", "[fields].map(f, f.map(name, name))[0]"] {
        let expression = compiled(text);
        assert_eq!(expression.evaluate(&scope).map(|value| to_json(&value)), Ok(json!(keys)), "{text}");
    }
    broken("service.images.map(n, n) == []", r#"["app","sidecar"] == []"#);
    broken("service.images == {'app': 'v1', 'sidecar': 'v3'}", r#"sidecar: "v2" == "v3""#);
    broken("service.images == {'app': 'v1', 'web': 1}", r#"sidecar: "v2" == (not there), web: (not there) == 1"#);
    broken("{'a': service.images} == {'a': {'app': 'v2', 'sidecar': 'v2'}}", r#"a.app: "v1" == "v2""#);
    broken("service.images == ['v1']", r#"{"app":"v1","sidecar":"v2"} == ["v1"]"#);
    unclear(
        "service.nope.map(n, n) == []",
        "service has no field nope (it has: desired, events, healthy, images, mute, steady, stopped, tasks)",
    );
    unclear("html.body.map(n, n) == []", "html.body is text, not a list");
}

#[test]
fn numbers_of_different_types_compare_by_value() {
    for text in ["service.desired == 1.0", "unsigned == service.desired", "1 == 1u", "1.0 == 1", "1 in [1.0]"] {
        held(text);
    }
    held("service.desired < 1.5 && unsigned <= 1");
}

#[test]
fn long_values_are_cut_after_they_were_cleaned() {
    broken("response.body.long == 'x'", &format!("\"{}… == \"x\"", "x".repeat(118)));
    let mut scope = scope().with("token", Value::from(format!("{}secret", "-".repeat(116))));
    scope.clean_with(|text| text.replace("secret", "***"));
    let expected = format!("\"{}*** == \"\"", "-".repeat(116)).replace("*** ==", "***\" ==");
    let truth = compiled("token == ''").truth(&scope);
    let Truth::Broken { detail } = truth else { panic!("{truth:?}") };
    assert!(!detail.contains("sec"), "{detail}");
    assert!(detail.starts_with(&expected[..117]), "{detail}");
}

#[test]
fn why_there_is_no_value() {
    unclear("response.body.id == 3", "response.body has no field id (it has: code, error, long, none, ratio, status)");
    unclear("html.body.status == 'x'", "html.body is text, not an object");
    unclear("response.body.none.x == 1", "response.body.none is null");
    unclear("response.body.code.x == 1", "response.body.code is a whole number, not an object");
    unclear("import_id == 3", "import_id has no value");
    unclear("service.tasks[5].id == 't'", "service.tasks has 2 elements, so there is no [5]");
    unclear("service.images['db'] == 'v'", "service.images has no field db (it has: app, sidecar)");
    unclear("{}.x == 1", "{} has no field x (it is empty)");
    unclear("response.body.status", r#"response.body.status is text ("queued"), not true or false"#);
    unclear("response.status + 1", "response.status + 1 is a whole number (503), not true or false");
    unclear("service.mute && response.status", "response.status is a whole number (502), not true or false");
    unclear("!response.status", "response.status is a whole number (502), not true or false");
    unclear("response.body.status > 5", r#"> does not go with text and a whole number: "queued" > 5"#);
    unclear("response.body.status + 5 == 'x'", r#"+ does not go with text and a whole number: "queued" + 5"#);
    unclear(
        "response.status.contains('5')",
        r#"contains() does not go with a whole number and text: 502.contains("5")"#,
    );
    unclear("json(html.body).x == 1", "json(html.body): the text is not JSON: expected value at line 1 column 1");
    unclear("int(html.body) == 1", "int(html.body): string parse error: invalid digit found in string");
    unclear("html.body.matches(html.body + '(')", r#"html.body.matches(html.body + "("): unclosed group"#);
    unclear("1 / service.healthy == 1", "1 / service.healthy divides by zero");
    unclear("service.tasks.all(t, t.zone == 'a')", "in service.tasks[0]: t has no field zone (it has: health, id)");
    unclear("response.status.all(x, x)", "response.status is a whole number, not a list");
    unclear("html.body.all(x, x)", "html.body is text, not a list");
    unclear(
        "response.nope == 1 || service.healthy == 0 && response.nope2",
        "response has no field nope (it has: body, headers, status, text)",
    );
}

#[test]
fn an_error_in_one_branch_does_not_hide_the_other() {
    held("service.mute || response.nope == 1");
    held("service.steady ? response.nope : true");
    held("!has(response.body.id) && response.?body.?id.orValue(1) == 1");
    held("uuid().matches('^[0-9a-f]{8}-[0-9a-f]{4}-4') && uuid() != uuid()");
    held("now() == started && ['b', 'a'].sort() == ['a', 'b'] && math.greatest(1, 2) == 2");
    held("'a,b'.split(',').size() == 2 && base64.encode(b'hi') == 'aGk='");
}

#[test]
fn what_is_seen_while_waiting() {
    state("response.body == null || response.body.error != null", "body present, error boom");
    state("response.body.none != null", "none null");
    state("response.body.status == 'review_ready'", "queued");
    state("service.healthy == service.desired", "healthy 0, desired 1");
    state("service.steady", "not steady");
    state("service.mute && !service.steady", "mute, not steady");
    state("response.body.id == 3", "id missing");
    state("html.body.status == 'done'", "status missing");
    state("response.status == 200 && response.body.status == 'x' || response.status == 3", "status 502, queued");
    state("service.stopped.size() == 0", "stopped 2");
    state(
        "response.status + service.healthy == size(response.status)",
        "status 502, healthy 0, size(response.status) missing",
    );
    state("response.body.error != html.body", "error boom, body <html>");
    state("service.tasks.all(t, t.health == 'HEALTHY')", "tasks 1 of 2");
    state("service.tasks.exists(t, t.nope)", "service.tasks missing".replace("service.", "").as_str());
    state("has(response.body.id)", "id missing");
    state("response.body.error.contains('x')", "error boom");
    state("response.body.long == ''", &format!("long {}…", "x".repeat(39)));
    state("1 == 1", "");
}

#[test]
fn deep_values_and_deep_expressions_do_not_overflow() {
    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let scope = Scope::default().with("deep", from_json(&deep));
    let text = format!("{}deep{} == deep", "[".repeat(30), "]".repeat(30));
    assert!(matches!(compiled(&text).truth(&scope), Truth::Broken { .. }));
    let sum = vec!["size(deep)"; 30].join("+") + " == 1";
    assert!(matches!(compiled(&sum).truth(&scope), Truth::Broken { .. }));
    let nested = (0..14).fold("x0 == 2".to_owned(), |body, at| format!("[1].all(x{at}, {body})"));
    assert!(!matches!(compiled(&nested).truth(&scope), Truth::Held));
}

#[test]
fn evaluating_gives_the_value_or_says_why_not() {
    let number = compiled("service.desired + 1").evaluate(&scope());
    assert_eq!(number, Ok(Value::Int(2)));
    let missing = compiled("response.body.id").evaluate(&scope()).unwrap_err();
    assert_eq!(missing.to_string(), "response.body has no field id (it has: code, error, long, none, ratio, status)");
}

#[test]
fn expressions_and_scopes_are_shared_between_tasks() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Expression>();
    check::<Template>();
    check::<Scope>();
}

#[test]
fn a_mistake_is_drawn_under_the_word_that_is_meant() {
    let text = "name: x\nexpect: \"response.body.status.startwith(\\\"q\\\")\"\n";
    let location = Location { source: Source::new("a.yaml", text), start: 16, end: text.len() - 1 };
    let faults = Expression::compile("response.body.status.startwith(\"q\")", &location).unwrap_err();
    let expected = r#"
error: there is no method `startwith`
 --> a.yaml:2:31
  |
2 | expect: "response.body.status.startwith(\"q\")"
  |                               ^^^^^^^^^
  |
  = help: did you mean `startsWith`?
"#;
    assert_eq!(crate::diagnostic::render(&faults, false), expected.trim_start());
}

/// Mostly sentences, unlike random letters: operands and operators by turns.
fn sentence() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "1",
        "2.5",
        "'q'",
        "null",
        "true",
        "service.desired",
        "response.body.status",
        "service.tasks",
        "service.images",
        "x",
        "{'a': 1}",
        "[1, 'b']",
        "has(service.steady)",
        "(1 - 2)",
        "!service.mute",
        "-1",
        "nope.a",
        "elapsed",
    ]);
    let ending = prop::sample::select(vec![
        "",
        "",
        "",
        ".size()",
        "[0]",
        ".a",
        ".all(x, x == 1)",
        ".exists(x, x.id == 't1')",
        ".map(x, [x])",
        ".filter(x, x)",
        ".contains('q')",
        ".?a.orValue(1)",
        "['app']",
        ".exists_one(x, true)",
        ".matches('q')",
    ]);
    let sign =
        prop::sample::select(vec![" == ", " != ", " < ", " && ", " || ", " + ", " - ", " / ", " in ", " ? 1 : "]);
    prop::collection::vec((operand, ending, sign), 1..5).prop_map(|words| {
        let text: String = words.iter().flat_map(|(operand, ending, sign)| [*operand, *ending, *sign]).collect();
        let last = words.last().map_or(0, |(_, _, sign)| sign.len());
        text[..text.len() - last].to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_compiler_panic(text in r#"([a-z.\[\](){}'"+=&|!?:, é0-9]|has\(|all\(x,|==|"""|\\|\$\{\{|\}\}|//|\n){0,24}"#) {
        if let Ok(expression) = Expression::compile(&text, &somewhere(&text)) {
            let _ = (expression.truth(&scope()), expression.state(&scope()), expression.references());
        }
        let _ = Template::parse(&text, &somewhere(&text)).map(|template| template.evaluate(&scope()));
    }

    #[test]
    fn sentences_are_explained_and_printed_as_they_were_read(text in sentence()) {
        let tree = syntax::parse(&text).unwrap().tree;
        let printed = print::source(&tree);
        prop_assert_eq!(print::source(&syntax::parse(&printed).unwrap().tree), printed);
        let expression = compiled(&text);
        match (expression.evaluate(&scope()), expression.truth(&scope())) {
            (Ok(Value::Bool(true)), truth) => prop_assert_eq!(truth, Truth::Held),
            (Ok(Value::Bool(false)), Truth::Broken { detail }) => prop_assert_ne!(detail, ""),
            (_, Truth::Unclear { reason }) => prop_assert_ne!(reason, ""),
            (value, truth) => prop_assert!(false, "{:?} but {:?}", value, truth),
        }
        let _ = (expression.state(&scope()), expression.references());
    }

    #[test]
    fn text_without_an_opening_is_kept(text in "[^$]{0,40}") {
        let template = Template::parse(&text, &somewhere(&text)).unwrap();
        prop_assert_eq!(template.evaluate_text(&scope()).unwrap(), text);
    }
}

/// Neither true nor false: something that is read is not known, or may not be told.
fn not_told(text: &str, expected: &str) {
    let unknown = || Withheld::Unknown("known after apply".to_owned()).into_value();
    let secret = |value: Value| Withheld::Sensitive(value).into_value();
    let map = |entries: Vec<(&str, Value)>| {
        let entries = entries.into_iter().map(|(name, value)| (cel::objects::Key::from(name), value));
        Value::Map(cel::objects::Map { map: std::sync::Arc::new(entries.collect()) })
    };
    let list = |items: Vec<Value>| Value::List(std::sync::Arc::new(items));
    let known = map(vec![("name", Value::from("a")), ("arn", unknown()), ("word", secret(Value::from("hunter2")))]);
    let items = list(vec![Value::from("a"), unknown()]);
    let all = [("r", known), ("items", items), ("on", unknown()), ("key", Value::from("arn"))];
    let scope = all.into_iter().fold(Scope::default(), |scope, (name, value)| scope.with(name, value));
    let seen = match compiled(text).truth(&scope) {
        Truth::Unknown { reason } => reason,
        other => format!("{other:?}"),
    };
    assert_eq!(seen, expected, "{text}");
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let arn = "r.arn is not told: known after apply";
    for text in ["r.arn == 'x'", "r.arn != 'x'", "'x' != r.arn", "r.arn.startsWith('a')", "r.arn.size() > 0"] {
        not_told(text, arn);
    }
    not_told("r[key] == 1", "r[key] is not told: known after apply");
    not_told("r.arn < 3 || r.name == 'b'", arn);
    not_told("r.arn in ['x']", arn);
    not_told("r.arn.deeper == 1", arn);
    not_told("on", "on is not told: known after apply");
    not_told("!on", "on is not told: known after apply");
    not_told("r == {'name': 'a', 'arn': 'b', 'word': 'hunter2'}", "known after apply");
    not_told("'b' in items", "known after apply");
    not_told("!('b' in items)", "known after apply");
    not_told("items.all(x, x == 'a')", "x is not told: known after apply");
    not_told("items.exists(x, x == 'b')", "x is not told: known after apply");
    not_told("items == ['a', 'b']", "known after apply");
}

#[test]
fn what_is_certain_whatever_the_unknown_turns_out_to_be_is_told() {
    for text in [
        "has(r.arn)",
        "!has(r.other)",
        "r.name == 'a' || r.arn == 'x'",
        "r.arn == 'x' || r.name == 'a'",
        "'a' in items",
        "items.size() == 2",
        "items != ['b', 'b']",
        "r != {'name': 'b', 'arn': 1, 'word': 2}",
        "items.exists(x, x == 'a')",
        "r.word == 'hunter2'",
        "r.word in ['hunter2']",
    ] {
        not_told(text, "Held");
    }
    not_told("r.name == 'b' && r.arn == 'x'", r#"Broken { detail: "\"a\" == \"b\"" }"#);
    not_told("r.other == 'b'", r#"Unclear { reason: "r has no field other (it has: arn, name, word)" }"#);
}

/// What is withheld can be handed on, and is in no text and nothing that is sent.
fn unsendable(scope: &Scope, word: &str, reason: &str) {
    let refused = Err(EvaluationError { message: format!("{word} is not told: {reason}"), unknown: true });
    let parsed = |text: &str| Template::parse(text, &somewhere(text)).unwrap();
    let (whole, part) = (parsed(&format!("${{{{ {word} }}}}")), parsed(&format!("a ${{{{ {word} }}}}")));
    assert_eq!(part.evaluate(scope), refused);
    assert!(whole.evaluate(scope).is_ok());
    assert_eq!(whole.fill(scope), refused);
    let nested = Template::map(vec![("key".to_owned(), Template::list(vec![whole], &somewhere("")))], &somewhere(""));
    assert!(nested.evaluate(scope).is_ok());
    assert_eq!(nested.fill(scope), refused);
    assert_eq!(nested.evaluate_text(scope).map_err(|error| error.unknown), Err(true));
}

#[test]
fn what_is_not_known_is_sent_nowhere() {
    let unknown = || Withheld::Unknown("known after apply".to_owned()).into_value();
    let inner = object([("digest".to_owned(), unknown())]);
    let scope = Scope::default().with("arn", unknown()).with("task", inner);
    unsendable(&scope, "arn", "known after apply");
    unsendable(&scope, "task.digest", "known after apply");
    unsendable(&scope, "task", "known after apply");
}

#[test]
fn what_is_sensitive_is_compared_and_never_shown() {
    not_told("r.word == 'x'", r#"Broken { detail: "(sensitive) == \"x\"" }"#);
    not_told(
        "r.word.startsWith('h')",
        "r.word is not told: it is sensitive: it can be compared with == and in, and is never shown",
    );
    let scope = Scope::default().with("word", Withheld::Sensitive(Value::from("hunter2")).into_value());
    assert_eq!(compiled("word == 'x'").state(&scope), "word (sensitive)");
    let reason = "it is sensitive: it can be compared with == and in, and is never shown";
    unsendable(&scope, "word", reason);
    assert_eq!(to_text(scope.get("word").unwrap()), "(sensitive)");
    assert!(!format!("{:?}", Withheld::Sensitive(Value::from("hunter2"))).contains("hunter2"));
}
