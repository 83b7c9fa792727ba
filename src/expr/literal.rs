//! Literals that a function will refuse: a pattern that is no regular expression, a duration that is none.

use cel::common::ast::{Expr, LiteralValue};
use cel::parser::PrattParser;
use cel::{Context, Value};

use super::environment::environment;
use super::token::{Kind, Token};

/// Up to this length, in bytes, no pattern that does not count is too large.
const PLAIN: usize = 1024;

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
        "matches" => is_regular(&value(literal.text)?),
        function => works(&format!("{function}({})", literal.text)),
    };
    (!right).then(|| (format!("{} is not {what}", literal.text), help))
}

/// Whether a text is a regular expression. To read it is little work, to make a machine of it much; that can fail only where
/// it grows too large for what is written, by counting.
fn is_regular(text: &str) -> bool {
    let counts = text.as_bytes().windows(2).any(|two| two[0] == b'{' && (two[1].is_ascii_digit() || two[1] == b','));
    if counts || text.len() > PLAIN { regex::Regex::new(text).is_ok() } else { regex_syntax::parse(text).is_ok() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_refused_where_no_machine_can_be_made_of_it() {
        for text in ["", "a{2}", r"^\{[a-z]+\}$", r"\p{Greek}", "(?x) a b"] {
            assert_eq!(is_regular(text), regex::Regex::new(text).is_ok(), "{text}");
            assert!(is_regular(text), "{text}");
        }
        for text in ["(", "a{2,1}", r"\p{Nowhere}", "(?=a)", r"(\w{1000}){1000}"] {
            assert_eq!(is_regular(text), regex::Regex::new(text).is_ok(), "{text}");
            assert!(!is_regular(text), "{text}");
        }
    }
}
