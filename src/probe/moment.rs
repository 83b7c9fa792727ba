//! Moments and spans as expressions see them and as people read them.

use chrono::{DateTime, TimeDelta, Utc};

/// A moment as a CEL `timestamp`.
pub(super) fn stamp(at: DateTime<Utc>) -> cel::Timestamp {
    cel::Timestamp(at.fixed_offset())
}

/// The time of day, UTC: `22:10:03`.
pub(super) fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S").to_string()
}

/// The same to the millisecond, for the order of events.
pub(super) fn fine_clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S%.3f").to_string()
}

/// The time of day, and the day as well where that is not `now`'s.
pub(super) fn when(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at.date_naive() == now.date_naive() { clock(at) } else { dated(at) }
}

/// The day and the time of day, UTC: `2026-11-26 22:10:03`.
pub(super) fn dated(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A span in the unit that suits it: `40 s`, `3 min`, `2 h`.
pub(super) fn span(length: TimeDelta) -> String {
    match length.num_seconds().max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// The first `most` characters of `text`, with a mark where more was cut off.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_cuts_read_well() {
        let spans = [-1, 40, 119, 120, 7199, 7200].map(|seconds| span(TimeDelta::seconds(seconds)));
        assert_eq!(spans, ["0 s", "40 s", "119 s", "2 min", "119 min", "2 h"]);
        assert_eq!((cut("äöü", 2), cut("äö", 2)), ("äö…".to_owned(), "äö".to_owned()));
    }
}
