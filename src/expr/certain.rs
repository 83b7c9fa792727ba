//! Conditions that come out the same, whatever is looked at.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};

use super::mismatch::Misfit;
use super::print::source;
use super::vocabulary::{DIFFERS, EQUALS};

/// What compares.
const SIGNS: [&str; 6] =
    [EQUALS, DIFFERS, operators::LESS, operators::LESS_EQUALS, operators::GREATER, operators::GREATER_EQUALS];

/// What is wrong with a call whose operands decide each other.
pub(super) fn misfits(call: &CallExpr) -> Vec<Misfit> {
    let function = call.func_name.as_str();
    match (function, call.args.as_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, _]) => joined(call, function == operators::LOGICAL_OR),
        (sign, [left, right]) if SIGNS.contains(&sign) => itself(left, right).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Two sides that are one and the same, and are read, so that it is no play with what is written out.
fn itself(left: &IdedExpr, right: &IdedExpr) -> Option<Misfit> {
    if left != right || literal(left).is_some() {
        return None;
    }
    let text = source(left);
    lasting(&text).then(|| Misfit {
        message: format!("`{text}` is compared with itself"),
        help: "compare it with something else: text stands in quotes, variables are `vars.…`".to_owned(),
        word: format!("{text} {text}"),
    })
}

/// Whether what is written twice is the same both times.
fn lasting(text: &str) -> bool {
    !text.contains("uuid()")
}

fn joined(call: &CallExpr, either: bool) -> Vec<Misfit> {
    let parts = flattened(call);
    let decides = parts.iter().filter(|part| is_bool(part, either)).map(|_| deciding(either));
    let asked: Vec<Asked<'_>> = parts.iter().filter_map(|part| Asked::of(part)).collect();
    let pairs = asked.iter().enumerate().flat_map(|(at, one)| asked[at + 1..].iter().map(move |other| (one, other)));
    let pairs = pairs.filter(|(one, other)| one.subject == other.subject);
    decides.chain(pairs.filter_map(|(one, other)| settled(one, other, either))).collect()
}

/// The conditions that one operator joins, in the order in which they are written.
fn flattened(call: &CallExpr) -> Vec<&IdedExpr> {
    let parts = call.args.iter().flat_map(|part| match &part.expr {
        Expr::Call(inner) if inner.func_name == call.func_name => flattened(inner),
        _ => vec![part],
    });
    parts.collect()
}

fn is_bool(part: &IdedExpr, wanted: bool) -> bool {
    matches!(&part.expr, Expr::Literal(LiteralValue::Boolean(bool)) if *bool.inner() == wanted)
}

fn deciding(either: bool) -> Misfit {
    let (sign, word) = if either { ("||", "true") } else { ("&&", "false") };
    Misfit {
        message: format!("with `{sign} {word}` it is always {word}, whatever stands beside it"),
        help: format!("leave `{word}` out; `when` and `enforce: false` switch a step off"),
        word: word.to_owned(),
    }
}

/// Something that is read, compared with something that is written out.
struct Asked<'tree> {
    part: &'tree IdedExpr,
    subject: &'tree IdedExpr,
    sign: &'tree str,
    literal: &'tree LiteralValue,
}

impl<'tree> Asked<'tree> {
    fn of(part: &'tree IdedExpr) -> Option<Self> {
        let Expr::Call(call) = &part.expr else { return None };
        let [left, right] = call.args.as_slice() else { return None };
        let known = SIGNS.contains(&call.func_name.as_str());
        let literal = literal(right).filter(|_| known && literal(left).is_none())?;
        Some(Self { part, subject: left, sign: &call.func_name, literal })
    }

    /// Where its values begin or end, whether that is among them, and whether they lie above.
    fn bound(&self) -> Option<(f64, bool, bool)> {
        let limit = number(self.literal)?;
        match self.sign {
            operators::GREATER => Some((limit, false, true)),
            operators::GREATER_EQUALS => Some((limit, true, true)),
            operators::LESS => Some((limit, false, false)),
            operators::LESS_EQUALS => Some((limit, true, false)),
            _ => None,
        }
    }
}

fn literal(part: &IdedExpr) -> Option<&LiteralValue> {
    match &part.expr {
        Expr::Literal(literal) => Some(literal),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits that differ by less than a float can tell are let pass")]
fn number(literal: &LiteralValue) -> Option<f64> {
    match literal {
        LiteralValue::Int(number) => Some(*number.inner() as f64),
        LiteralValue::UInt(number) => Some(*number.inner() as f64),
        LiteralValue::Double(number) => Some(*number.inner()),
        _ => None,
    }
}

fn same(one: &LiteralValue, other: &LiteralValue) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        _ => one == other,
    }
}

/// What two comparisons of the same thing come to together, where that is certain.
fn settled(one: &Asked<'_>, other: &Asked<'_>, either: bool) -> Option<Misfit> {
    let (sign, always) = if either { ("||", "always true") } else { ("&&", "never true") };
    let alike = same(one.literal, other.literal);
    let wanted = if either { DIFFERS } else { EQUALS };
    // A number beside a text may be meant for what comes as either.
    let of_a_kind = std::mem::discriminant(one.literal) == std::mem::discriminant(other.literal);
    let apart = !alike && of_a_kind && one.sign == wanted && other.sign == wanted;
    let opposite = alike && matches!((one.sign, other.sign), (EQUALS, DIFFERS) | (DIFFERS, EQUALS));
    if !apart && !opposite && !limits(one, other, either) {
        return None;
    }
    let [subject, first, second] = [one.subject, one.part, other.part].map(source);
    if !lasting(&subject) {
        return None;
    }
    let help = match (apart, either) {
        (true, true) => format!("`&&` asks for both: `{first} && {second}`"),
        (true, false) => format!("`||` asks for one of them: `{first} || {second}`"),
        _ if !opposite && !alike => format!("did you mean `{first} {} {second}`?", if either { "&&" } else { "||" }),
        _ => "leave one of them out".to_owned(),
    };
    let message = format!("`{first} {sign} {second}` is {always}, whatever `{subject}` is");
    Some(Misfit { message, help, word: format!("{first} {second}") })
}

/// Whether what lies above one limit and below the other is everything, or nothing.
fn limits(one: &Asked<'_>, other: &Asked<'_>, either: bool) -> bool {
    let (Some(one), Some(other)) = (one.bound(), other.bound()) else { return false };
    let ((low, low_in, true), (high, high_in, false)) = (if one.2 { (one, other) } else { (other, one) }) else {
        return false;
    };
    match low.total_cmp(&high) {
        std::cmp::Ordering::Less => either,
        std::cmp::Ordering::Greater => !either,
        std::cmp::Ordering::Equal if either => low_in || high_in,
        std::cmp::Ordering::Equal => !(low_in && high_in),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::syntax::parse;

    fn check(text: &str, expected: &[&str]) {
        let parsed = parse(text).unwrap();
        let Expr::Call(call) = &parsed.tree.expr else { panic!("{text}") };
        let said: Vec<_> = misfits(call).into_iter().map(|misfit| misfit.message).collect();
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn what_is_decided_by_a_word() {
        let decided = "with `|| true` it is always true, whatever stands beside it";
        check("a || true", &[decided]);
        check("true || a == 1", &[decided]);
        check("a == 1 || b || true", &[decided]);
        check("a && false", &["with `&& false` it is always false, whatever stands beside it"]);
        check("a && true", &[]);
        check("a || false", &[]);
    }

    #[test]
    fn what_two_comparisons_come_to() {
        check("a != 1 || a != 2", &["`a != 1 || a != 2` is always true, whatever `a` is"]);
        check("a == 'x' && a == 'y'", &["`a == \"x\" && a == \"y\"` is never true, whatever `a` is"]);
        check("a == 1 || b || a != 1", &["`a == 1 || a != 1` is always true, whatever `a` is"]);
        check("a < 400 || a >= 400", &["`a < 400 || a >= 400` is always true, whatever `a` is"]);
        check("a >= 200 || a < 300", &["`a >= 200 || a < 300` is always true, whatever `a` is"]);
        check("a > 300 && a < 200", &["`a > 300 && a < 200` is never true, whatever `a` is"]);
        check("a > 3 && a < 3.0", &["`a > 3 && a < 3.0` is never true, whatever `a` is"]);
        for fine in [
            "a != 1 && a != 2",
            "a == 1 || a == 2",
            "a != 1 || b != 2",
            "a != 1 || a != 1",
            "a != 1 || a != 1.0",
            "a >= 3 && a <= 3",
            "a > 3 || a < 3",
            "a < 200 || a > 300",
            "a > 200 && a < 300",
            "uuid() != '1' || uuid() != '2'",
            "a == 1 || a != 2",
            "a == 3 && a == '3'",
        ] {
            check(fine, &[]);
        }
    }

    #[test]
    fn what_is_compared_with_itself() {
        check("a.b == a.b", &["`a.b` is compared with itself"]);
        check("a <= a", &["`a` is compared with itself"]);
        check("uuid() == uuid()", &[]);
        check("a.b == a.c", &[]);
        check(
            "a.all(x, x == {'k': [1]}) == a.all(x, x == {'k': [1]})",
            &["`a.all(x, x == {\"k\": [1]})` is compared with itself"],
        );
        // What is printed alike need not be written alike.
        check("a.?b.optMap(x, x + 1) == a.?b.optMap(x, x + 2)", &[]);
        check("a.map(x, x > 0, x + 1) == a.map(x, x > 0, x + 2)", &[]);
    }
}
