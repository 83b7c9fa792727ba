//! Durations as people write them: `90s`, `5m`, `1m 30s`.

use std::time::Duration;

use crate::span::{self, NoSpan};

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoDuration {
    /// What is wrong.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: String,
}

/// Reads a duration.
///
/// # Errors
/// No unit, an unknown unit, nothing at all, or no time.
pub(crate) fn parse(text: &str) -> Result<Duration, NoDuration> {
    let no = |help: String| NoDuration { message: format!("`{text}` is not a duration"), help };
    if !text.is_empty() && text.parse::<f64>().is_ok() {
        return Err(no(format!("a duration needs a unit: did you mean `{text}s`?")));
    }
    match span::read(text) {
        Ok(Duration::ZERO) => Err(no("write one longer than nothing, as in `5s`".to_owned())),
        Ok(duration) => Ok(duration),
        Err(why @ (NoSpan::TooLong | NoSpan::Endless)) => Err(no(why.to_string())),
        Err(NoSpan::Unread(_)) => Err(no("write it as in `500ms`, `90s`, `5m` or `1m 30s`".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<u64, &str>) {
        let seen = parse(text).map(|duration| u64::try_from(duration.as_millis()).unwrap());
        assert_eq!(seen.map_err(|no| no.help), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn durations_need_a_unit() {
        check("90s", Ok(90_000));
        check("1m 30s", Ok(90_000));
        check("250ms", Ok(250));
        check("5", Err("a duration needs a unit: did you mean `5s`?"));
        check("1.5", Err("a duration needs a unit: did you mean `1.5s`?"));
        check("0s", Err("write one longer than nothing, as in `5s`"));
        check("5M", Err("there are no months and no years, and minutes are `m`"));
        check("366d", Err("nothing waits longer than a year (`365d`)"));
        check("soon", Err("write it as in `500ms`, `90s`, `5m` or `1m 30s`"));
        check("", Err("write it as in `500ms`, `90s`, `5m` or `1m 30s`"));
    }
}
