//! A span of time as a person says it: one way of saying it for causes and all reports, and one of reading it.

use std::time::Duration;

/// Units that nothing waits for. `M` is written where minutes are meant.
const TOO_LONG: [&str; 8] = ["M", "month", "months", "y", "yr", "yrs", "year", "years"];

/// The longest span that anything may take: a year.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Why a text is no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSpan {
    /// It is one of months or years.
    #[error("there are no months and no years, and minutes are `m`")]
    TooLong,
    /// It is longer than a year.
    #[error("nothing waits longer than a year (`365d`)")]
    Endless,
    /// It cannot be read: why.
    #[error("{0}")]
    Unread(String),
}

/// Reads a span as people write it: `90s`, `5m`, `1m 30s`. It may be of no length.
///
/// # Errors
/// Why it is none: no unit, an unknown one, one of months or years, more than a year.
pub fn read(text: &str) -> Result<Duration, NoSpan> {
    let span = humantime::parse_duration(text).map_err(|error| NoSpan::Unread(error.to_string()))?;
    let mut units = text.split(|letter: char| !letter.is_ascii_alphabetic());
    if units.any(|unit| TOO_LONG.contains(&unit)) {
        return Err(NoSpan::TooLong);
    }
    if span > LONGEST { Err(NoSpan::Endless) } else { Ok(span) }
}

/// Milliseconds; saturates after half a billion years.
#[must_use]
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// `340 ms`, `4.2 s`, `31 s`, `2 min 5 s`.
#[must_use]
pub fn in_words(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..59_500 => format!("{} s", seconds(ms)),
        _ => {
            let whole = ms.saturating_add(500) / 1000;
            let (minutes, seconds) = (whole / 60, whole % 60);
            if seconds == 0 { format!("{minutes} min") } else { format!("{minutes} min {seconds} s") }
        }
    }
}

/// Seconds with one decimal where it says something: `0.4`, `4`, `31`.
#[must_use]
pub fn seconds(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    match (tenths / 10, tenths % 10) {
        (whole @ 0..10, part @ 1..) => format!("{whole}.{part}"),
        _ => (ms.saturating_add(500) / 1000).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_waits_for_is_no_span() {
        #[track_caller]
        fn check(text: &str, expected: Option<u64>) {
            assert_eq!(read(text).ok().map(|span| span.as_secs()), expected, "{text}");
        }
        check("5m", Some(300));
        check("1m 30s", Some(90));
        check("2d", Some(172_800));
        check("1w", Some(604_800));
        check("365d", Some(31_536_000));
        for text in
            ["5M", "1h 5M", "2months", "1 year", "1y", "1yr 2s", "366d", "18446744073709551615s", "5", "soon", ""]
        {
            check(text, None);
        }
    }

    #[test]
    fn spans_read_like_a_person_says_them() {
        #[track_caller]
        fn check(ms: u64, expected: &str) {
            assert_eq!(in_words(ms), expected);
        }
        check(0, "0 ms");
        check(999, "999 ms");
        check(1000, "1 s");
        check(4249, "4.2 s");
        check(9999, "10 s");
        check(31_400, "31 s");
        check(59_499, "59 s");
        check(59_500, "1 min");
        check(125_000, "2 min 5 s");
    }
}
