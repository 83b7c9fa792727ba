//! What functions and operators take: how many values, and of what kinds.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, operators};

use super::explain::is_arithmetic;
use super::kind::Kind;
use super::mismatch::Misfit;
use super::optional;
use super::print::{operator, source};
use super::tree::namespaced;

/// How many values the methods take that have a fixed number.
const OF_METHODS: [(&str, usize, usize); 15] = [
    ("charAt", 1, 1),
    ("contains", 1, 1),
    ("endsWith", 1, 1),
    ("indexOf", 1, 2),
    ("join", 0, 1),
    ("lastIndexOf", 1, 2),
    ("lowerAscii", 0, 0),
    ("matches", 1, 1),
    ("replace", 2, 3),
    ("size", 0, 0),
    ("split", 1, 2),
    ("startsWith", 1, 1),
    ("substring", 1, 2),
    ("trim", 0, 0),
    ("upperAscii", 0, 0),
];

/// The same of functions.
const OF_FUNCTIONS: [(&str, usize); 13] = [
    ("bool", 1),
    ("bytes", 1),
    ("double", 1),
    ("duration", 1),
    ("int", 1),
    ("json", 1),
    ("now", 0),
    ("size", 1),
    ("string", 1),
    ("timestamp", 1),
    ("type", 1),
    ("uint", 1),
    ("uuid", 0),
];

/// Methods whose first value is text, whatever they are called on.
const WANT_TEXT: [&str; 6] = ["contains", "startsWith", "endsWith", "matches", "indexOf", "lastIndexOf"];

/// What is wrong with the values that a call is given, which are of these kinds.
pub(super) fn misfits(call: &CallExpr, kind: &dyn Fn(&IdedExpr) -> Kind) -> Vec<Misfit> {
    let function = call.func_name.as_str();
    match (&call.target, call.args.as_slice()) {
        (Some(target), _) if namespaced(target, function).is_some() => Vec::new(),
        (Some(_), given) => {
            let taken = OF_METHODS.iter().find(|(name, ..)| *name == function);
            let count = taken.and_then(|(_, least, most)| number(function, *least, *most, given.len()));
            let text = given.first().filter(|_| WANT_TEXT.contains(&function));
            count.or_else(|| wants_text(function, text?, kind)).into_iter().collect()
        }
        (None, [left, right]) if is_arithmetic(call) => arithmetic(function, [left, right], kind).into_iter().collect(),
        (None, given) => {
            let taken = OF_FUNCTIONS.iter().find(|(name, _)| *name == function);
            let count = taken.and_then(|(_, count)| number(function, *count, *count, given.len()));
            count.or_else(|| no_duration(function, given.first()?, kind)).into_iter().collect()
        }
    }
}

fn number(function: &str, least: usize, most: usize, given: usize) -> Option<Misfit> {
    if (least..=most).contains(&given) {
        return None;
    }
    let values = if most == 1 { "1 value".to_owned() } else { format!("{most} values") };
    let taken = match (least, most) {
        (0, 0) => "no value".to_owned(),
        _ if least == most => values,
        _ => format!("{least} to {values}"),
    };
    let help = match least {
        0 => format!("write `{function}()`"),
        _ => format!("write it as in `{function}(…)`, with what it asks for between the brackets"),
    };
    Some(Misfit { message: format!("`{function}` takes {taken}, not {given}"), help, word: function.to_owned() })
}

fn wants_text(method: &str, given: &IdedExpr, kind: &dyn Fn(&IdedExpr) -> Kind) -> Option<Misfit> {
    let of = kind(given);
    let word = of.word().filter(|word| *word != "a text")?;
    let written = source(given);
    let help = if of == Kind::Optional {
        optional::advice(&written)
    } else if written.parse::<f64>().is_ok() {
        format!("write `\"{written}\"`")
    } else {
        format!("as a text it is `string({written})`")
    };
    Some(Misfit { message: format!("`{method}` wants a text, and `{written}` is {word}"), help, word: written })
}

/// `duration(1)`: of what?
fn no_duration(function: &str, given: &IdedExpr, kind: &dyn Fn(&IdedExpr) -> Kind) -> Option<Misfit> {
    if function != "duration" || kind(given) != Kind::Number {
        return None;
    }
    let written = source(given);
    let help = match written.parse::<f64>() {
        Ok(_) => format!("say the unit: `duration(\"{written}s\")`"),
        Err(_) => format!("say the unit: `duration(string({written}) + \"s\")`"),
    };
    let message = format!("`duration` wants a text with a unit, and `{written}` is a number");
    Some(Misfit { message, help, word: written })
}

fn arithmetic(function: &str, [left, right]: [&IdedExpr; 2], kind: &dyn Fn(&IdedExpr) -> Kind) -> Option<Misfit> {
    let kinds = [kind(left), kind(right)];
    let [one, other] = [kinds[0].word()?, kinds[1].word()?];
    if result(function, kinds[0], kinds[1]).is_some() {
        return None;
    }
    let (sign, _) = operator(function)?;
    let [left, right] = [left, right].map(source);
    let of = |wanted| [(&left, kinds[0]), (&right, kinds[1])].into_iter().find(|(_, kind)| *kind == wanted);
    let help = match of(Kind::Optional).or_else(|| of(Kind::Number)) {
        Some((written, Kind::Optional)) => optional::advice(written),
        Some((number, _)) if kinds.contains(&Kind::Text) => format!("as a text it is `string({number})`"),
        Some((number, _)) if kinds.contains(&Kind::Duration) && number.parse::<f64>().is_ok() => {
            format!("say the unit: `duration(\"{number}s\")`")
        }
        _ => "both must be of one kind".to_owned(),
    };
    let message = format!("`{left} {sign} {right}` cannot be: one is {one}, the other {other}");
    Some(Misfit { message, help, word: format!("{left} {right}") })
}

/// What arithmetic with two operands comes to; none where it comes to nothing.
pub(super) fn result(function: &str, left: Kind, right: Kind) -> Option<Kind> {
    use Kind::{Any, Duration, Number, Text, Time};
    let [left, right] = [left, right].map(|kind| if matches!(kind, Kind::OneOf(_)) { Text } else { kind });
    let sum = function == operators::ADD;
    let difference = function == operators::SUBSTRACT;
    match (left, right) {
        (Any, _) | (_, Any) => Some(Any),
        (Number, Number) => Some(Number),
        (Text, Text) if sum => Some(Text),
        (Kind::List(_), Kind::List(_)) if sum => Some(Kind::List(&Any)),
        (Duration, Duration) if sum || difference => Some(Duration),
        (Time, Duration) if sum || difference => Some(Time),
        (Duration, Time) if sum => Some(Time),
        (Time, Time) if difference => Some(Duration),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::Kind;
    use crate::expr::tests::misfits;

    const RESPONSE: Kind = Kind::Object(&[
        ("status", Kind::Number),
        ("text", Kind::Text),
        ("body", Kind::Any),
        ("elapsed", Kind::Duration),
        ("names", Kind::List(&Kind::Text)),
    ]);

    /// Each misfit as `message; help`, where `r` is an answer and `started` a time.
    fn check(text: &str, expected: &[&str]) {
        let said = misfits(text, &[("r", RESPONSE), ("started", Kind::Time)])
            .into_iter()
            .map(|it| format!("{}; {}", it.message, it.help.unwrap_or_default()));
        assert_eq!(said.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn operators_take_what_goes_together() {
        check(
            "r.elapsed + 1 < duration('5s')",
            &["`r.elapsed + 1` cannot be: one is a duration, the other a number; say the unit: `duration(\"1s\")`"],
        );
        check(
            "r.status + 'x' == '200x'",
            &["`r.status + \"x\"` cannot be: one is a number, the other a text; as a text it is `string(r.status)`"],
        );
        check(
            "now() - started < 5",
            &["`now() - started` cannot be compared with `5`; `now() - started` is a duration: say the unit: \
               `duration(\"5ms\")` or `duration(\"5s\")`"],
        );
        check("now() - started < duration('5s') && r.status + 1 > 2 && r.text + 'x' == 'x'", &[]);
        check("r.body.a + 1 == 2 && r.body.a + 'x' == r.body.b && r.names + ['x'] == []", &[]);
        check("started + duration('5s') > now() && r.elapsed - duration('1s') < duration('2s')", &[]);
    }

    #[test]
    fn methods_and_functions_take_what_they_take() {
        check("r.text.contains(5)", &["`contains` wants a text, and `5` is a number; write `\"5\"`"]);
        check(
            "r.body.a.startsWith()",
            &[
                "`startsWith` takes 1 value, not 0; write it as in `startsWith(…)`, with what it asks for between the brackets",
            ],
        );
        check("r.text.trim(1) == ''", &["`trim` takes no value, not 1; write `trim()`"]);
        check(
            "r.elapsed < duration(1)",
            &["`duration` wants a text with a unit, and `1` is a number; say the unit: `duration(\"1s\")`"],
        );
        check(
            "r.names.contains('x')",
            &["`contains` asks a text, and `r.names` is a list; ask a list with `item in r.names`"],
        );
        check("r.text.split(',').size() == 3 && r.text.indexOf('a', 1) < 0 && r.body.a.contains(r.body.b)", &[]);
        check("r.names.join() == '' && size(r.names) == 0 && duration(r.body.a + 's') > r.elapsed", &[]);
    }

    #[test]
    fn what_has_no_fields_is_asked_otherwise() {
        check("r.text.trim == ''", &["`r.text` is a text, and has no field `trim`; it is called: `r.text.trim()`"]);
        check(
            "r.elapsed.seconds < 1",
            &["`r.elapsed` is a duration, and has no field `seconds`; it is called: `r.elapsed.getSeconds()`"],
        );
        check(
            "r.names.length > 0",
            &["`r.names` is a list, and has no field `length`; it is called: `r.names.size()`"],
        );
        check("r.status.x == 1", &["`r.status` is a number, and has no field `x`; compare it as it is"]);
        check("r.body.a.length > 0", &[]);
    }
}
