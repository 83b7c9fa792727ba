//! What Terraform is told of a resource's changes: its `lifecycle`.

use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use super::declared::{Stanza, Written};
use super::evaluate::Evaluation;
use crate::expr::{self, Value};

/// Arguments that name attributes or resources rather than have a value.
const NAMES: [&str; 2] = ["ignore_changes", "replace_triggered_by"];

/// The blocks `lifecycle` of a resource in one. `ignore_changes` is always there, with `all` for everything.
pub(super) fn of(stanza: &Stanza<'_>, evaluation: &Evaluation<'_>) -> Value {
    let blocks = || stanza.block.body.get_blocks("lifecycle").map(|block| &block.body);
    let ignored = blocks().flat_map(|body| names(body, "ignore_changes", stanza));
    let ignored = [("ignore_changes".to_owned(), expr::list(ignored))];
    let told = blocks().flat_map(Body::attributes).filter(|attribute| attribute.key.as_str() != "ignore_changes");
    let told = told.map(|attribute| {
        let written = Written { expression: &attribute.value, file: stanza.file };
        let name = attribute.key.as_str();
        let value = if NAMES.contains(&name) { expr::list(listed(written)) } else { evaluation.value(written) };
        (name.to_owned(), value)
    });
    expr::object(ignored.into_iter().chain(told))
}

fn names(body: &Body, name: &str, stanza: &Stanza<'_>) -> Vec<Value> {
    let written = body.get_attribute(name).map(|it| Written { expression: &it.value, file: stanza.file });
    written.map(listed).unwrap_or_default()
}

/// Names as they are written, or within quotes, as older Terraform had it.
fn listed(written: Written<'_>) -> Vec<Value> {
    let name = |expression: &Expression| match expression.as_str() {
        Some(text) => Value::from(text),
        None => Value::from(Written { expression, ..written }.text().as_str()),
    };
    match written.expression {
        Expression::Array(items) => items.iter().map(name).collect(),
        one => vec![name(one)],
    }
}
