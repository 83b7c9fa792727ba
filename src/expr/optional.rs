//! Optional values (`x.?a`, `x[?0]`, `optional.of(…)`) where only a plain one will do.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedEntryExpr, operators};

use super::kind::Kind;
use super::mismatch::Misfit;
use super::print::source;
use super::tree::{namespaced, text_literal};
use super::vocabulary::{CONTAINS, DIFFERS, EQUALS};

/// What compares one value with another.
const SIGNS: [&str; 6] =
    [EQUALS, DIFFERS, operators::LESS, operators::LESS_EQUALS, operators::GREATER, operators::GREATER_EQUALS];

/// The methods that an optional value has.
const OWN: [&str; 4] = ["hasValue", "or", "orValue", "value"];

/// Functions that take a plain value.
const PLAIN: [&str; 11] =
    ["bool", "bytes", "double", "duration", "int", "json", "size", "string", "timestamp", "type", "uint"];

/// What is known of the parts of an expression.
pub(super) trait Parts {
    /// The kind of a part, as far as it is certain.
    fn kind(&self, part: &IdedExpr) -> Kind;
    /// Whether a part is certainly no optional value.
    fn is_plain(&self, part: &IdedExpr) -> bool;
}

/// What to do with an optional value that is written like this.
pub(super) fn advice(written: &str) -> String {
    format!("`{written}.orValue(…)` has something for when it is not there; `{written}.hasValue()` asks whether it is")
}

/// Whether a call comes to an optional value, whatever it is asked of.
pub(super) fn brings(call: &CallExpr) -> bool {
    let function = call.func_name.as_str();
    match &call.target {
        None => matches!(function, operators::OPT_SELECT | operators::OPT_INDEX),
        Some(target) => function == "or" || namespaced(target, function).is_some_and(|it| it.starts_with("optional.")),
    }
}

/// Optional values that a call compares with plain ones, or takes for one. They are never equal, so that `!=` would hold
/// whatever is there; and a `fail_if` that has no value never fires.
pub(super) fn misfits(call: &CallExpr, parts: &impl Parts) -> Vec<Misfit> {
    let mut found = Vec::new();
    match (call.func_name.as_str(), call.args.as_slice()) {
        (sign, [left, right]) if SIGNS.contains(&sign) => compare(left, right, parts, &mut found),
        (CONTAINS, [wanted, range]) => contain(wanted, range, parts, &mut found),
        (function, _) => found.extend(asked(call, function, parts)),
    }
    found
}

/// The misfit of a loop through an optional value.
pub(super) fn gone_through(range: &IdedExpr, parts: &impl Parts) -> Option<Misfit> {
    let is_optional = parts.kind(range) == Kind::Optional;
    is_optional
        .then(|| misfit(range, |written| format!("`{written}` is an optional value, and cannot be gone through")))
}

/// An optional value has a few methods of its own, and no others.
fn asked(call: &CallExpr, function: &str, parts: &impl Parts) -> Option<Misfit> {
    let asked = match &call.target {
        Some(target) => Some(&**target).filter(|_| !OWN.contains(&function)),
        None => call.args.first().filter(|_| PLAIN.contains(&function)),
    };
    let asked = asked.filter(|asked| parts.kind(asked) == Kind::Optional)?;
    Some(misfit(asked, |written| format!("`{function}` asks a plain value, and `{written}` is an optional one")))
}

/// Whatever either side may come to, and whatever stands at the same place in both.
fn compare(left: &IdedExpr, right: &IdedExpr, parts: &impl Parts, found: &mut Vec<Misfit>) {
    for (left, right) in
        outcomes(left).into_iter().flat_map(|left| outcomes(right).into_iter().map(move |it| (left, it)))
    {
        match (&left.expr, &right.expr) {
            (Expr::List(one), Expr::List(other)) if one.elements.len() == other.elements.len() => {
                one.elements.iter().zip(&other.elements).for_each(|(one, other)| compare(one, other, parts, found));
            }
            (Expr::Map(one), Expr::Map(other)) => {
                let pairs =
                    entries(&one.entries).flat_map(|one| entries(&other.entries).map(move |other| (one, other)));
                let alike = pairs.filter(|((key, _), (other, _))| key == other);
                alike.for_each(|((_, one), (_, other))| compare(one, other, parts, found));
            }
            _ => {
                let optional = |part: &IdedExpr| parts.kind(part) == Kind::Optional;
                let pair = [(left, right), (right, left)];
                let mixed = pair.into_iter().find(|(one, other)| optional(one) && parts.is_plain(other));
                found.extend(mixed.map(|(one, other)| beside(one, other)));
            }
        }
    }
}

/// What is asked for, with each thing among which it is looked for.
fn contain(wanted: &IdedExpr, range: &IdedExpr, parts: &impl Parts, found: &mut Vec<Misfit>) {
    for range in outcomes(range) {
        match &range.expr {
            Expr::List(list) => among(wanted, list.elements.iter(), parts, found),
            Expr::Map(map) => among(wanted, entries(&map.entries).map(|(key, _)| key), parts, found),
            _ if parts.kind(range).item() == Kind::Optional && parts.is_plain(wanted) => {
                let [wanted, written] = [wanted, range].map(source);
                let message = format!("an item of `{written}` cannot be compared with `{wanted}`");
                let help = "its items are optional values: `.orValue(…)` has something for one that is not there";
                found.push(Misfit { message, help: help.to_owned(), word: written });
            }
            _ if parts.is_plain(range) => {
                let optional = outcomes(wanted).into_iter().find(|it| parts.kind(it) == Kind::Optional);
                found.extend(optional.map(|wanted| beside(wanted, range)));
            }
            _ => {}
        }
    }
}

/// One of them is said for all.
fn among<'tree>(
    wanted: &'tree IdedExpr,
    items: impl Iterator<Item = &'tree IdedExpr>,
    parts: &impl Parts,
    found: &mut Vec<Misfit>,
) {
    let known = found.len();
    items.for_each(|item| compare(wanted, item, parts, found));
    found.truncate(known + 1);
}

fn entries(entries: &[IdedEntryExpr]) -> impl Iterator<Item = (&IdedExpr, &IdedExpr)> {
    entries.iter().filter_map(|entry| match &entry.expr {
        EntryExpr::MapEntry(entry) => Some((&entry.key, &entry.value)),
        EntryExpr::StructField(_) => None,
    })
}

/// What a part may come to: either branch of a condition, and what stands in for something that is not there.
fn outcomes(part: &IdedExpr) -> Vec<&IdedExpr> {
    match &part.expr {
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [_, yes, no]) => [yes, no].into_iter().flat_map(outcomes).collect(),
            ("orValue", [other]) if call.target.is_some() => std::iter::once(part).chain(outcomes(other)).collect(),
            _ => vec![part],
        },
        _ => vec![part],
    }
}

fn beside(optional: &IdedExpr, other: &IdedExpr) -> Misfit {
    let other = source(other);
    misfit(optional, |written| format!("`{written}` is an optional value, and cannot be compared with `{other}`"))
}

fn misfit(optional: &IdedExpr, message: impl Fn(&str) -> String) -> Misfit {
    let written = source(optional);
    let word = match &optional.expr {
        Expr::Call(call) if call.func_name == operators::OPT_SELECT => call.args.get(1).and_then(text_literal),
        _ => None,
    };
    let word = word.map_or_else(|| written.clone(), str::to_owned);
    Misfit { message: message(&written), help: advice(&written), word }
}

#[cfg(test)]
mod tests {
    use crate::expr::Kind;
    use crate::expr::tests::check_misfits;

    const SERVICE: Kind = Kind::Object(&[("desired", Kind::Number), ("tasks", Kind::List(&Kind::Any))]);

    /// The message of each misfit, where `service` is an object and nothing is known of anything else.
    fn check(text: &str, expected: &[&str]) {
        check_misfits(text, &[("service", SERVICE)], expected);
    }

    fn refused(text: &str, optional: &str, other: &str) {
        check(text, &[&format!("`{optional}` is an optional value, and cannot be compared with `{other}`")]);
    }

    #[test]
    fn no_plain_value_stands_beside_an_optional_one() {
        for sign in ["==", "!=", "<", "<=", ">", ">="] {
            refused(&format!("body.?a {sign} 'x'"), "body.?a", "\"x\"");
            refused(&format!("!(1 {sign} service.?desired)"), "service.?desired", "1");
        }
        refused("body.?a != null", "body.?a", "null");
        refused("body[?'a'] != body.b", "body[?\"a\"]", "body.b");
        refused("body.?a.b.c != vars.b", "body.?a.b.c", "vars.b");
        refused("!(body.?a in ['x', 'y'])", "body.?a", "\"x\"");
        refused("!(body.?a in vars.list)", "body.?a", "vars.list");
        refused("'x' in [body.?a]", "body.?a", "\"x\"");
        refused("body.?a in {'x': 1}", "body.?a", "\"x\"");
        check("1 in rows.map(r, r.?n)", &["an item of `rows.map(r, r.?n)` cannot be compared with `1`"]);
        check("'a' in body.?list", &["`body.?list` is an optional value: nothing can be in it"]);
    }

    #[test]
    fn an_optional_value_is_found_wherever_it_comes_from() {
        refused("(ok ? body.?a : body.?a) == optional.of(1) && body.?b == 1", "body.?b", "1");
        check(
            "(ok ? body.?a : body.?b) ? 1 : 2",
            &["`ok ? body.?a : body.?b` is an optional value, so it is neither true nor false"],
        );
        refused("(ok ? body.?a : 'y') == 'x'", "body.?a", "\"x\"");
        refused("'x' != (ok ? 'y' : body.?a)", "body.?a", "\"x\"");
        refused("(body.?a != 'x') ? 1 == 2 : 2 == 1", "body.?a", "\"x\"");
        refused("body.?a.or(body.?b) == 1", "body.?a.or(body.?b)", "1");
        refused("body.?a.orValue(body.?b) == 1", "body.?b", "1");
        refused("optional.of(1) == 1", "optional.of(1)", "1");
        refused("body.?a.optMap(x, x + 1) == 1", "body.?a.…", "1");
        refused("[body.?a] == [1]", "body.?a", "1");
        refused("{'k': [body.?a]} != {'k': [1]}", "body.?a", "1");
        refused("[body.?a].exists(x, x == 1)", "x", "1");
        refused("dyn(body.?a) == 1", "dyn(body.?a)", "1");
    }

    #[test]
    fn an_optional_value_is_found_in_loops() {
        for all in ["all", "exists", "exists_one", "filter"] {
            refused(&format!("rows.{all}(r, r.?a == 'x') == vars.x"), "r.?a", "\"x\"");
            refused(&format!("rows.{all}(r, r.?a != r.b) == vars.x"), "r.?a", "r.b");
            refused(&format!("service.tasks.{all}(t, t.?a != service.desired) == vars.x"), "t.?a", "service.desired");
        }
        refused("rows.map(r, r.?a != 1) == []", "r.?a", "1");
        refused("rows.all(r, r.list.exists(i, i.?a == r.b))", "i.?a", "r.b");
    }

    #[test]
    fn an_optional_value_is_asked_for_nothing_but_its_own() {
        for (text, function, optional) in [
            ("body.?a.size() > 0", "size", "body.?a"),
            ("size(body.?a) > 0", "size", "body.?a"),
            ("body[?'a'].startsWith('x')", "startsWith", "body[?\"a\"]"),
            ("int(body.?a) > 0", "int", "body.?a"),
            ("type(body.?a) != string", "type", "body.?a"),
        ] {
            check(text, &[&format!("`{function}` asks a plain value, and `{optional}` is an optional one")]);
        }
        check("body.?a.exists(x, x.b)", &["`body.?a` is an optional value, and cannot be gone through"]);
        check("!body.?a.b.all(x, x.b)", &["`body.?a.b` is an optional value, and cannot be gone through"]);
    }

    #[test]
    fn what_is_right_is_let_pass() {
        for fine in [
            "body.?a.orValue('') != 'x'",
            "body.?a.b.orValue(1) > 0",
            "body.?a.hasValue() != true",
            "body.?a == body.?b",
            "body.?a != optional.none()",
            "body.?a == optional.of('x')",
            "body.?a in [body.?b, optional.none()]",
            "body.?a.optMap(x, x + 1).orValue(0) == 1",
            "body.?a.value() == 1",
            "[body.?a, 1] == [body.?b, 1]",
            "[body.?a].size() == 1",
            "rows.filter(r, r.?a.hasValue()) == []",
            "[optional.of(1)].exists(o, o == body.?a)",
            "rows.map(r, r.?a)[0] == body.?a",
        ] {
            check(fine, &[]);
        }
    }
}
