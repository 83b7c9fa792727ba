//! What a plain YAML scalar stands for where a value is wanted rather than text.

use crate::expr::Value;

/// How readily a scalar is taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// In JSON bodies: whatever JSON itself would take for a number.
    AsJson,
    /// In `vars`, `matrix` and `with`, whose values go into text: only what would be written the same way again. So
    /// `3.10`, `007` and `1e3` stay as they are.
    IfFaithful,
}

/// `null`, truth values and numbers as JSON has them; everything else, `yes`, `0x1f` and dates among it, is text.
pub(crate) fn value(text: &str, numbers: Numbers) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text, numbers).unwrap_or_else(|| Value::String(text.to_owned().into())),
    }
}

fn number(text: &str, numbers: Numbers) -> Option<Value> {
    let number: serde_json::Number = serde_json::from_str(text.trim()).ok()?;
    if let Some(whole) = number.as_i64() {
        return (text == whole.to_string()).then_some(Value::Int(whole));
    }
    if let Some(whole) = number.as_u64() {
        return (text == whole.to_string()).then_some(Value::UInt(whole));
    }
    let float = number.as_f64().filter(|float| float.is_finite())?;
    let faithful = numbers == Numbers::AsJson || number.to_string() == text;
    faithful.then_some(Value::Float(float))
}

/// Whether it is a whole number of more digits than readers of JSON keep.
pub(crate) fn is_too_long(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole && text.parse::<i64>().is_err() && text.parse::<u64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, numbers: Numbers, expected: &Value) {
        assert_eq!(format!("{:?}", value(text, numbers)), format!("{expected:?}"), "{text}");
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned().into())
    }

    #[test]
    fn only_what_json_has_is_more_than_text() {
        for numbers in [Numbers::AsJson, Numbers::IfFaithful] {
            check("", numbers, &Value::Null);
            check("true", numbers, &Value::Bool(true));
            check("42", numbers, &Value::Int(42));
            check("9223372036854775808", numbers, &Value::UInt(9_223_372_036_854_775_808));
            check("18446744073709551615", numbers, &Value::UInt(u64::MAX));
            check("-7", numbers, &Value::Int(-7));
            check("1.5", numbers, &Value::Float(1.5));
            check("1.0", numbers, &Value::Float(1.0));
            for word in ["yes", "0123", "0x1f", "+1", ".5", "2026-01-02", "12:30", "on"] {
                check(word, numbers, &text(word));
            }
        }
    }

    #[test]
    fn whole_numbers_that_nobody_keeps_are_known() {
        let kept =
            ["18446744073709551615", "-9223372036854775808", "0", "1.5", "1e30", "-", "", "00000000000000000000001"];
        assert!(!kept.into_iter().any(is_too_long));
        assert!(
            ["18446744073709551616", "-9223372036854775809", "12345678901234567890123"].into_iter().all(is_too_long)
        );
    }

    #[test]
    fn versions_survive_where_text_is_made_of_them() {
        check("3.10", Numbers::AsJson, &Value::Float(3.1));
        check("3.10", Numbers::IfFaithful, &text("3.10"));
        check("1e3", Numbers::IfFaithful, &text("1e3"));
    }
}
