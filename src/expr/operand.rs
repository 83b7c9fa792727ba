//! Operands that an operator or a method can never take.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, operators};

use super::kind::Kind;
use super::mismatch::Misfit;
use super::optional;
use super::print::{operator, source};
use super::tree::text_literal;
use super::vocabulary::{CONTAINS, EQUALS};

/// What only text can be asked.
const OF_TEXT: [&str; 11] = [
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "lowerAscii",
    "upperAscii",
    "trim",
    "split",
    "charAt",
    "substring",
    "replace",
];

/// What is wrong with the operands of a call, whose parts are of these kinds.
pub(super) fn misfits(call: &CallExpr, kind: &dyn Fn(&IdedExpr) -> Kind) -> Vec<Misfit> {
    match (call.func_name.as_str(), call.args.as_slice(), &call.target) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right], _) => {
            [left, right].into_iter().filter_map(|part| condition(part, Some((call, left)), kind(part))).collect()
        }
        (operators::LOGICAL_NOT | operators::CONDITIONAL, [part, ..], _) => {
            condition(part, None, kind(part)).into_iter().collect()
        }
        (CONTAINS, [wanted, range], _) => {
            let kind = kind(range);
            container(wanted, range, kind).into_iter().chain(named(range, wanted, kind)).collect()
        }
        (operators::OPT_SELECT, [owner, field], _) => {
            let field = text_literal(field).unwrap_or_default();
            selected(owner, field, kind(owner), "?").into_iter().collect()
        }
        (method, _, Some(target)) if OF_TEXT.contains(&method) => {
            asked(method, target, kind(target)).into_iter().collect()
        }
        (operators::INDEX | operators::OPT_INDEX, [owner, index], _) => {
            named(owner, index, kind(owner)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// What to do with what is neither true nor false.
pub(super) const COMPARE: &str = "compare it with something, as in `response.status == 200`";

/// `status == 200 || 202` asks whether 202 is true.
fn condition(part: &IdedExpr, joined: Option<(&CallExpr, &IdedExpr)>, kind: Kind) -> Option<Misfit> {
    let word = kind.word().filter(|_| !kind.may_be_bool())?;
    let written = source(part);
    let before = joined.and_then(|(call, left)| Some((operator(&call.func_name)?.0, compared(left)?)));
    let help = match before {
        _ if kind == Kind::Optional => optional::advice(&written),
        Some((sign, subject)) => format!("on each side of `{sign}` stands a whole condition: `{subject} == {written}`"),
        None => COMPARE.to_owned(),
    };
    Some(Misfit { message: format!("`{written}` is {word}, so it is neither true nor false"), help, word: bare(part) })
}

/// What the first of two joined conditions compares with something.
fn compared(left: &IdedExpr) -> Option<String> {
    match &left.expr {
        cel::common::ast::Expr::Call(call) if call.func_name == EQUALS => call.args.first().map(source),
        _ => None,
    }
}

/// Nothing is in a number, and what is in a text is asked otherwise.
fn container(wanted: &IdedExpr, range: &IdedExpr, kind: Kind) -> Option<Misfit> {
    if matches!(kind, Kind::Any | Kind::List(_) | Kind::Map(_) | Kind::Lower(_) | Kind::Object(_)) {
        return None;
    }
    let (wanted, written) = (source(wanted), source(range));
    let help = match kind {
        Kind::Text | Kind::OneOf(_) => format!("ask a text with `{written}.contains({wanted})`"),
        Kind::Optional => optional::advice(&written),
        _ => format!("`in` wants a list: `{wanted} in [{written}]`"),
    };
    let word = kind.word()?;
    Some(Misfit { message: format!("`{written}` is {word}: nothing can be in it"), help, word: bare(range) })
}

fn asked(method: &str, target: &IdedExpr, kind: Kind) -> Option<Misfit> {
    let word = kind.word().filter(|_| !matches!(kind, Kind::Text | Kind::OneOf(_) | Kind::Optional))?;
    let written = source(target);
    let message = format!("`{method}` asks a text, and `{written}` is {word}");
    let help = match kind {
        Kind::Number | Kind::Bool => format!("as a text it is `string({written})`"),
        Kind::List(_) if method == "contains" => format!("ask a list with `item in {written}`"),
        Kind::List(_) => format!("ask its items: `{written}.exists(item, item.{method}(…))`"),
        _ => "ask one of its fields, or compare it".to_owned(),
    };
    Some(Misfit { message, help, word: method.to_owned() })
}

/// Headers are called by their names in lower case.
fn named(owner: &IdedExpr, index: &IdedExpr, kind: Kind) -> Option<Misfit> {
    let name = text_literal(index).filter(|name| has_capitals(name, kind))?;
    Some(capital(owner, name, format!("write `{}`", in_lower_case(name))))
}

/// The same where the name stands behind a point, or behind `.?`.
pub(super) fn selected(owner: &IdedExpr, field: &str, kind: Kind, optional: &str) -> Option<Misfit> {
    let lower = has_capitals(field, kind).then(|| in_lower_case(field))?;
    let written = source(owner);
    let right = if lower.contains('-') {
        format!("{written}[{optional}\"{lower}\"]")
    } else {
        format!("{written}.{optional}{lower}")
    };
    Some(capital(owner, field, format!("write `{right}`")))
}

fn has_capitals(name: &str, kind: Kind) -> bool {
    matches!(kind, Kind::Lower(_)) && name.chars().any(char::is_uppercase)
}

fn capital(owner: &IdedExpr, name: &str, help: String) -> Misfit {
    let message = format!("`{}` has no `{name}`: its names are in lower case", source(owner));
    Misfit { message, help, word: name.to_owned() }
}

/// `content-type` for `Content-Type` and for `contentType`.
fn in_lower_case(name: &str) -> String {
    let mut lower = String::new();
    for letter in name.chars() {
        let joint = letter.is_uppercase() && lower.ends_with(char::is_lowercase) && !name.contains('-');
        lower.extend(joint.then_some('-').into_iter().chain([letter]));
    }
    lower.to_lowercase()
}

/// The word by which a part is found in the text: of a literal text without its quotes.
fn bare(part: &IdedExpr) -> String {
    text_literal(part).map_or_else(|| source(part), str::to_owned)
}
