//! The past of a log, read from near to far. Where somebody speaks, a line is found soon; where none is found, it is known
//! how far back that was read.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::{Known, following};
use super::scan::{LogLine, line};

/// How far back each stretch goes; it ends where the one before goes back to.
const BACK: [TimeDelta; 3] = [TimeDelta::hours(1), TimeDelta::hours(6), TimeDelta::hours(24)];

/// How far a log was read back, over as many looks as that takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Where the past ends.
    until: DateTime<Utc>,
    /// How many lines a page holds at most, where that is bounded.
    limit: Option<i32>,
    /// How many stretches were read to the end, and how many there are to read.
    read: usize,
    open: usize,
    /// Where the stretch goes on that is being read.
    token: Option<String>,
}

impl Past {
    /// The day before a moment.
    #[must_use]
    pub const fn before(until: DateTime<Utc>) -> Self {
        Self { until, limit: None, read: 0, open: BACK.len(), token: None }
    }

    /// Likewise, for whoever wants no more than a line.
    #[must_use]
    pub fn of_a_line_before(until: DateTime<Utc>) -> Self {
        Self { limit: Some(1), ..Self::before(until) }
    }

    /// Goes on where it was left. Where all was read, the nearest stretch is read again: lines may have become visible.
    pub const fn again(&mut self) {
        if self.read == self.open {
            (self.read, self.open) = (0, 1);
        }
    }

    /// Whether it was once read to the end.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.read == self.open || self.open < BACK.len()
    }

    /// Whether the nearest stretch was once read to its end.
    #[must_use]
    pub const fn has_last_hour(&self) -> bool {
        self.read > 0 || self.open < BACK.len()
    }

    /// How far back it was read, in words that follow on `no line`.
    #[must_use]
    pub fn reach(&self) -> String {
        let whole = self.is_whole();
        match self.read.checked_sub(1).map(|last| BACK[last].num_hours()) {
            _ if whole => "in the last 24 hours".to_owned(),
            None => "in what could be read of the last hour in time".to_owned(),
            Some(1) => "in the last hour (what was before could not be read in time)".to_owned(),
            Some(hours) => format!("in the last {hours} hours (what was before could not be read in time)"),
        }
    }

    /// The stretch to read next, both ends included.
    fn stretch(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let near = self.read.checked_sub(1).map_or(TimeDelta::zero(), |last| BACK[last]);
        (self.read < self.open).then(|| (self.until - BACK[self.read], self.until - near))
    }

    fn turned(&mut self, token: Option<String>) {
        self.read += usize::from(token.is_none());
        self.token = token;
    }
}

/// The next page; none once all is read.
pub(super) async fn page(
    clients: &Clients,
    (group, prefix): (&str, Option<&str>),
    past: &mut Past,
) -> Known<Option<Vec<Arc<LogLine>>>> {
    let Some((from, to)) = past.stretch() else { return Ok(None) };
    clients.logs_pace.turn().await;
    let call = clients.logs.filter_log_events().log_group_name(group);
    let call = call.set_log_stream_name_prefix(prefix.map(str::to_owned)).set_limit(past.limit);
    let call = call.start_time(from.timestamp_millis()).end_time(to.timestamp_millis());
    let page = call.set_next_token(past.token.clone()).send().await;
    let page = page.map_err(|error| failure::explain(Action::FilterLogEvents, &error))?;
    past.turned(following(page.next_token()));
    Ok(Some(page.events().iter().filter_map(line).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_from_near_to_far_and_only_what_is_near_again() {
        let until = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut past = Past::before(until);
        let check = |past: &Past, stretch: Option<(i64, i64)>, reach: &str| {
            let hours = |time: DateTime<Utc>| (until - time).num_hours();
            assert_eq!(past.stretch().map(|(from, to)| (hours(from), hours(to))), stretch);
            assert_eq!(past.reach(), reach);
        };
        check(&past, Some((1, 0)), "in what could be read of the last hour in time");
        past.turned(Some("more".to_owned()));
        past.again();
        check(&past, Some((1, 0)), "in what could be read of the last hour in time");
        past.turned(None);
        check(&past, Some((6, 1)), "in the last hour (what was before could not be read in time)");
        past.turned(None);
        past.again();
        check(&past, Some((24, 6)), "in the last 6 hours (what was before could not be read in time)");
        past.turned(None);
        check(&past, None, "in the last 24 hours");
        past.again();
        check(&past, Some((1, 0)), "in the last 24 hours");
        past.turned(None);
        check(&past, None, "in the last 24 hours");
    }
}
