//! Something that is read beside something that is written out and can never be the same.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::kind::Kind;
use super::print::source;
use super::tree::text_literal;
use super::vocabulary::TYPES;
use crate::diagnostic::nearest;
use crate::span;

/// One thing that can never be right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// What is wrong.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: String,
    /// The word that is meant: a text without its quotes, a number, the name of a field.
    pub(super) word: String,
}

/// The kind of a literal. `null` has none: whatever is not there is null.
pub(super) fn of_literal(literal: &LiteralValue) -> Kind {
    match literal {
        LiteralValue::Boolean(_) => Kind::Bool,
        LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Kind::Number,
        LiteralValue::String(_) => Kind::Text,
        LiteralValue::Bytes(_) | LiteralValue::Null => Kind::Any,
    }
}

/// The kind of a part that reads nothing: a literal, a list, a duration or a time.
pub(super) fn written_out(part: &IdedExpr) -> Option<Kind> {
    match &part.expr {
        Expr::Literal(literal) => Some(of_literal(literal)),
        Expr::List(_) => Some(Kind::List(&Kind::Any)),
        Expr::Call(call) if call.target.is_none() && call.func_name == "duration" => Some(Kind::Duration),
        Expr::Call(call) if call.target.is_none() && call.func_name == "timestamp" => Some(Kind::Time),
        _ => None,
    }
}

/// Why what is called `name`, in backticks where it is code, and is of `kind` can never be what `literal` says.
/// `ordered` says whether it is asked which is the greater.
pub(super) fn of(name: impl Fn() -> String, kind: Kind, ordered: bool, literal: &IdedExpr) -> Option<Misfit> {
    let written = written_out(literal)?;
    let text = text_literal(literal);
    let differs = kind.differs(written);
    let never = matches!((kind, text), (Kind::OneOf(texts), Some(text)) if !texts.contains(&text));
    if !differs && !never {
        return None;
    }
    // Only what is wrong is put in words.
    let (name, shown) = (name(), source(literal));
    let word = text.map_or_else(|| shown.clone(), str::to_owned);
    if differs {
        let message = format!("{name} cannot be compared with `{shown}`");
        let help =
            format!("{name} is {}: {}", kind.word()?, advice(name.trim_matches('`'), kind, ordered, &shown, text));
        return Some(Misfit { message, help, word });
    }
    let (Kind::OneOf(texts), Some(text)) = (kind, text) else { return None };
    let help = nearest(text, texts.iter().copied()).map_or_else(
        || format!("it is one of {}", texts.iter().map(|text| format!("`\"{text}\"`")).collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `\"{near}\"`?"),
    );
    Some(Misfit { message: format!("{name} is never `{shown}`"), help, word })
}

/// What to compare with instead of `shown`, whose text is `text` where it is one.
fn advice(name: &str, kind: Kind, ordered: bool, shown: &str, text: Option<&str>) -> String {
    let number = |text: &str| text.parse::<f64>().is_ok();
    match (kind, text) {
        (Kind::Number, Some(text)) if number(text) => format!("compare it with {text}"),
        (Kind::Bool, Some(text @ ("true" | "false"))) => format!("compare it with {text}"),
        (Kind::Text, None) if number(shown) && ordered => {
            format!("text is put in order letter by letter, as a number it is `int({name})`")
        }
        (Kind::Text | Kind::OneOf(_), None) if number(shown) => format!("compare it with \"{shown}\""),
        (Kind::Duration, None) if number(shown) => {
            format!("say the unit: `duration(\"{shown}ms\")` or `duration(\"{shown}s\")`")
        }
        (Kind::Duration, Some(text)) if span::read(text).is_ok() => {
            format!("compare it with `duration(\"{text}\")`")
        }
        (Kind::Duration, _) => "compare it with a duration, such as `duration(\"5s\")`".to_owned(),
        (Kind::Time, _) => "compare it with a time, such as `timestamp(\"2026-01-31T10:00:00Z\")`".to_owned(),
        (Kind::Type, Some(text)) if TYPES.contains(&text) => format!("types are written without quotes: `{text}`"),
        (Kind::Type, _) => "compare it with a type, such as `string`".to_owned(),
        (Kind::List(_), None) if number(shown) => format!("`{name}.size()` is how many there are"),
        (Kind::List(_), Some(_)) => format!("`{shown} in {name}` asks for one of them"),
        (Kind::Map(_) | Kind::Lower(_) | Kind::Object(_), _) => "compare one of its fields".to_owned(),
        _ => format!("compare it with {}", kind.word().unwrap_or("another")),
    }
}
