//! AWS's clock, as its answers tell it. A runner whose clock is minutes off would open its window at the wrong time: lines,
//! stopped tasks and alarms of the run would lie outside, or those of before inside.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};

/// How far the clocks of the services, of AWS and of this machine may lie apart: lines from this long before the window
/// are read too, and whoever asked decides whether they count.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// How far AWS's clock is ahead of this machine's; learned from the first answer, and kept, so that all times of a run
/// are by one clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead: OnceLock<TimeDelta>,
}

impl Clock {
    /// Takes in the `Date` of an answer, by this machine's times of the request and of the answer.
    pub(super) fn told(&self, date: &str, asked: DateTime<Utc>, answered: DateTime<Utc>) {
        if let Ok(date) = DateTime::parse_from_rfc2822(date) {
            self.ahead.get_or_init(|| ahead(date.to_utc(), asked, answered));
        }
    }

    /// How far ahead; zero where that is not known, or no more than clocks usually lie apart.
    pub(super) fn ahead(&self) -> TimeDelta {
        self.ahead.get().copied().unwrap_or_default()
    }

    /// The time of day by AWS's clock, UTC.
    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead()
    }
}

/// The least difference that explains an answer: it was written at some time between request and answer, and a `Date`
/// has whole seconds.
fn ahead(date: DateTime<Utc>, asked: DateTime<Utc>, answered: DateTime<Utc>) -> TimeDelta {
    let (least, most) = (date - answered, date + TimeDelta::seconds(1) - asked);
    let off = if least > TimeDelta::zero() { least } else { most.min(TimeDelta::zero()) };
    if off.abs() <= CLOCK_SKEW { TimeDelta::zero() } else { off }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(date: i64, asked: i64, answered: i64, expected: i64) {
        let at = |seconds| DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        let clock = Clock::default();
        clock.told(&at(date).to_rfc2822(), at(asked), at(answered));
        assert_eq!(clock.ahead(), TimeDelta::seconds(expected), "{date} between {asked} and {answered}");
    }

    #[test]
    fn only_what_the_way_does_not_explain_is_a_difference() {
        check(0, 0, 0, 0);
        check(5, 0, 0, 0);
        check(200, 0, 1, 199);
        check(-200, 0, 1, -199);
        // A slow answer tells little.
        check(20, 0, 30, 0);
        check(-20, 0, 30, -19);
    }

    #[test]
    fn the_first_answer_counts_and_nonsense_does_not() {
        let clock = Clock::default();
        let now = Utc::now();
        clock.told("yesterday", now, now);
        assert_eq!(clock.ahead(), TimeDelta::zero());
        clock.told(&(now + TimeDelta::minutes(3)).to_rfc2822(), now, now);
        clock.told(&now.to_rfc2822(), now, now);
        assert!(clock.ahead() > TimeDelta::seconds(170) && clock.now() > now + TimeDelta::seconds(170));
    }
}
