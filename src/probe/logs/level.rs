//! The level of a line. Nearly every line has one, and every logger has its own name and form for it: where an entry asks for
//! it as no line has it, that no line met the entry says nothing.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::pattern::{Pattern, field, text};

/// What loggers call it.
pub(super) const LEVELS: [&str; 6] = ["level", "levelname", "severity", "log_level", "loglevel", "lvl"];

/// What they give it.
const VALUES: [&str; 14] = [
    "trace",
    "debug",
    "info",
    "notice",
    "warn",
    "warning",
    "err",
    "error",
    "severe",
    "crit",
    "critical",
    "fatal",
    "panic",
    "emergency",
];

/// How a line tells its level to whoever asks for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Level<'line> {
    /// Under that name, in that form: `INFO`, where `ERROR` is asked for.
    AsAsked,
    /// Otherwise.
    Otherwise(Otherwise<'line>),
    /// Not at all.
    Untold,
}

/// How a level is told, and how it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Otherwise<'line> {
    asked: (&'line str, &'line Json),
    told: (&'line str, &'line Json),
}

impl<'line> Level<'line> {
    /// That of a line with these fields, where the field `name` is asked for with a value.
    pub(super) fn of((name, value): (&'line str, &'line Json), fields: &'line Map<String, Json>) -> Self {
        let told = || fields.iter().find(|(name, told)| is_level(name) && !told.is_null());
        let own = field(fields, name).filter(|told| !told.is_null()).map(|told| (name, told));
        let other = || told().filter(|_| names_a_level(value)).map(|(name, told)| (name.as_str(), told));
        match own.or_else(other) {
            Some((told, seen)) if told == name && form(seen) == form(value) => Self::AsAsked,
            Some(told) => Self::Otherwise(Otherwise { asked: (name, value), told }),
            None => Self::Untold,
        }
    }

    /// What says more for the answer to both.
    pub(super) const fn best(self, other: Self) -> Self {
        match (self, other) {
            (Self::AsAsked, _) | (Self::Otherwise(_), Self::Otherwise(_) | Self::Untold) => self,
            _ => other,
        }
    }
}

impl fmt::Display for Otherwise<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((name, value), (told, seen)) = (self.asked, self.told);
        if told == name {
            let value = text(value);
            write!(f, "has {name} in the form of {value}: it is {} there, so ask for it as it is logged", text(seen))
        } else {
            write!(f, "has the field {name}: they have {told} ({}), so ask for that", text(seen))
        }
    }
}

/// The level that an entry asks for.
pub(super) fn asked(pattern: &Pattern) -> Option<(&str, &Json)> {
    pattern.fields().iter().find(|(name, _)| is_level(name)).map(|(name, value)| (name.as_str(), value))
}

/// Whether a field of that name holds a level; of `log.level` the last part tells.
fn is_level(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(last))
}

/// Whether a value is one that loggers give a level: else the field may be one of the work, as the severity of an alert.
fn names_a_level(value: &Json) -> bool {
    let value = text(value).to_ascii_lowercase();
    value.parse::<u8>().is_ok() || VALUES.contains(&value.as_str())
}

/// What a value has in common with the other levels of a logger: whether it is a number, in capitals, in small letters, or
/// something within which one would have to look.
fn form(value: &Json) -> (bool, bool, bool) {
    let letters = text(value);
    let any = |is: fn(&char) -> bool| letters.chars().any(|letter| is(&letter));
    (any(|letter| letter.is_uppercase()), any(|letter| letter.is_lowercase()), value.is_object() || value.is_array())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_level_is_told_as_asked_or_otherwise() {
        fn check(name: &str, value: &Json, line: &Json, expected: &str) {
            let said = match Level::of((name, value), line.as_object().unwrap()) {
                Level::AsAsked => "as asked".to_owned(),
                Level::Otherwise(otherwise) => otherwise.to_string(),
                Level::Untold => "untold".to_owned(),
            };
            assert_eq!(said, expected, "{name}: {value} on {line}");
        }
        let error = json!("ERROR");
        check("level", &error, &json!({"level": "INFO", "severity": 3}), "as asked");
        check("level", &error, &json!({"event": "end"}), "untold");
        check("level", &error, &json!({"level": null}), "untold");
        check(
            "level",
            &error,
            &json!({"severity": "INFO"}),
            "has the field level: they have severity (INFO), so ask for that",
        );
        check(
            "severity",
            &error,
            &json!({"Severity": "INFO"}),
            "has the field severity: they have Severity (INFO), so ask for that",
        );
        check(
            "level",
            &error,
            &json!({"log.level": "info"}),
            "has the field level: they have log.level (info), so ask for that",
        );
        check("severity", &json!("HIGH"), &json!({"level": "INFO"}), "untold");
        let form = |asked: &str, seen: &str| {
            format!("has level in the form of {asked}: it is {seen} there, so ask for it as it is logged")
        };
        check("level", &error, &json!({"level": 30}), &form("ERROR", "30"));
        check("level", &error, &json!({"level": "info"}), &form("ERROR", "info"));
        check("level", &json!("error"), &json!({"level": "INFO"}), &form("error", "INFO"));
        check("level", &error, &json!({"level": {"NAME": "INFO"}}), &form("ERROR", "{\"NAME\":\"INFO\"}"));
        check("level", &json!(50), &json!({"level": "info"}), &form("50", "info"));
        check("level", &json!(50), &json!({"level": "30"}), "as asked");
        check("log.level", &json!("error"), &json!({"log": {"level": "info"}}), "as asked");
        check("level", &json!("Error"), &json!({"level": "Information"}), "as asked");
    }
}
