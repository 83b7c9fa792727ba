//! Literals that a function will refuse: a pattern that is no regular expression, a duration that is none.

use cel::common::ast::{Expr, LiteralValue};
use cel::parser::PrattParser;
use cel::{Context, Value};

use super::environment::environment;
use super::token::{Kind, Token};

/// What is wrong with the literal that the function at `words[at]` is called with, and what would be right. Known
/// before anything is sent, so it need not wait for the run.
pub(super) fn refused(words: &[Token<'_>], at: usize) -> Option<(String, &'static str)> {
    let [function, opening, literal, closing, ..] = &words[at..] else { return None };
    if opening.text != "(" || literal.kind != Kind::Text || closing.text != ")" {
        return None;
    }
    let (what, help) = match function.text {
        "matches" => ("a regular expression", r"brackets and points of their own are written `\\(`, `\\[`, `\\.`"),
        "duration" => ("a duration", "as in '1.5s', '2m' or '1h30m'"),
        "timestamp" => ("a time", "as in '2024-05-01T10:00:00Z'"),
        _ => return None,
    };
    let right = match function.text {
        "matches" => regex::Regex::new(&value(literal.text)?).is_ok(),
        function => works(&format!("{function}({})", literal.text)),
    };
    (!right).then(|| (format!("{} is not {what}", literal.text), help))
}

fn value(literal: &str) -> Option<String> {
    match PrattParser::new().parse(literal).ok()?.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

fn works(call: &str) -> bool {
    let call = PrattParser::new().parse(call);
    call.is_ok_and(|call| Value::resolve(&call, &Context::with_env(environment())).is_ok())
}
