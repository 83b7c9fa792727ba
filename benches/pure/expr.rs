//! CEL and templates: compiled once a run, evaluated at every look.

use divan::{Bencher, black_box};
use serde_json::json;
use smoke::diagnostic::{Location, Source};
use smoke::expr::{Expression, Scope, Template, from_json};

/// Three that scenarios are made of, from the simplest on.
const EXPRESSIONS: [&str; 3] = [
    "response.status == 200",
    r#"response.body.status == "review_ready" && response.body.rows_valid == response.body.rows_total"#,
    r#"service.tasks.all(task, task.health == "HEALTHY") && service.stopped.size() == 0"#,
];

fn scope() -> Scope {
    let body = json!({"id": "42", "status": "processing", "rows_total": 3, "rows_valid": 2, "errors": []});
    let tasks: Vec<_> =
        (0..4).map(|number| json!({"id": format!("9f3c{number}"), "health": "HEALTHY", "exit_codes": []})).collect();
    Scope::default()
        .with(
            "response",
            from_json(&json!({"status": 200, "headers": {"content-type": "application/json"}, "body": body})),
        )
        .with("service", from_json(&json!({"desired": 4, "healthy": 3, "tasks": tasks, "stopped": [{"id": "1"}]})))
        .with("import_id", from_json(&json!("0c1f6b1e-95a4-4d2b-8f7f-0d2d3f6f2d11")))
}

fn location(text: &str) -> Location {
    Location { source: Source::new("bench.yaml", text), start: 0, end: text.len() }
}

fn compiled(text: &str) -> Expression {
    Expression::compile(text, &location(text)).unwrap()
}

#[divan::bench(args = EXPRESSIONS)]
fn compile(bencher: Bencher<'_, '_>, text: &str) {
    let location = location(text);
    bencher.bench(|| Expression::compile(black_box(text), &location));
}

#[divan::bench(args = EXPRESSIONS)]
fn evaluate(bencher: Bencher<'_, '_>, text: &str) {
    let (expression, scope) = (compiled(text), scope());
    bencher.bench(|| expression.evaluate(black_box(&scope)));
}

/// The last two are false here: their explanation is counted too.
#[divan::bench(args = EXPRESSIONS)]
fn explain(bencher: Bencher<'_, '_>, text: &str) {
    let (expression, scope) = (compiled(text), scope());
    bencher.bench(|| (expression.truth(black_box(&scope)), expression.state(&scope)));
}

#[divan::bench(args = ["/api/v1/bulk-imports", "/api/v1/bulk-imports/${{ import_id }}/finalize"])]
fn fill_in(bencher: Bencher<'_, '_>, text: &str) {
    let (template, scope) = (Template::parse(text, &location(text)).unwrap(), scope());
    bencher.bench(|| template.evaluate_text(black_box(&scope)));
}
