//! What is made of a secret, and is therefore shown no more than the secret itself: `secret.a.split("-")[0]` is no text that
//! whoever cleans the finished explanation could know.

use cel::IdedExpr;

use super::tree::reads;
use super::{Scope, Value, words};
use crate::redact::MASK;

/// The name under which secrets are read.
const SECRET: &str = "secret";

/// Whether what a part comes to is made of a secret.
pub(super) fn lies_on(part: &IdedExpr) -> bool {
    reads(part, SECRET)
}

/// What a part comes to, as one would write it.
pub(super) fn shown(part: &IdedExpr, value: &Value, scope: &Scope) -> String {
    match value {
        Value::String(_) if lies_on(part) => format!("\"{MASK}\""),
        _ if lies_on(part) => MASK.to_owned(),
        _ => words::shown(value, scope),
    }
}

/// The same in a word or two.
pub(super) fn brief(part: &IdedExpr, value: &Value, scope: &Scope) -> String {
    if lies_on(part) { MASK.to_owned() } else { words::brief(value, scope) }
}
