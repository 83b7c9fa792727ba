//! AWS's clock, as its answers tell it. A runner whose clock is minutes off would open its window at the wrong time: lines,
//! stopped tasks and alarms of the run would lie outside, or those of before inside.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// How far the clocks of the services and of AWS may lie apart: lines from this long before the window are read too, and
/// whoever asked decides whether they count.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// How far the hosts of AWS lie apart, generously: which of them told the time, and which of them took a line in?
const HOSTS: TimeDelta = TimeDelta::seconds(1);

/// How far AWS's clock is ahead of this machine's; learned from the first answer, and kept, so that all times of a run
/// are by one clock.
#[derive(Debug)]
pub(super) struct Clock {
    told: OnceLock<Told>,
    /// A moment, by the clock that never jumps and by this machine's time of day.
    origin: (Instant, DateTime<Utc>),
}

impl Default for Clock {
    fn default() -> Self {
        Self { told: OnceLock::new(), origin: (Instant::now(), Utc::now()) }
    }
}

impl Clock {
    /// Takes in the `Date` of an answer, by this machine's times of the request and of the answer.
    pub(super) fn told(&self, date: &str, asked: DateTime<Utc>, answered: DateTime<Utc>) {
        if let Ok(date) = DateTime::parse_from_rfc2822(date) {
            self.told.get_or_init(|| Told::of(date.to_utc(), asked, answered));
        }
    }

    /// How far ahead; zero where that is not known, or may be.
    pub(super) fn ahead(&self) -> TimeDelta {
        self.told.get().map_or_else(TimeDelta::zero, |told| told.ahead)
    }

    /// The time of day by AWS's clock, UTC.
    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead()
    }

    /// What the time of day was, or will be, at `moment`: by all that is known of AWS's clock by now.
    pub(super) fn at(&self, moment: Instant) -> DateTime<Utc> {
        self.by_this_machine(moment) + self.ahead()
    }

    /// What AWS's clock surely showed at `moment`, or more; none where it never told the time.
    pub(super) fn at_least(&self, moment: Instant) -> Option<DateTime<Utc>> {
        self.told.get().map(|told| self.by_this_machine(moment) + told.least - HOSTS)
    }

    fn by_this_machine(&self, moment: Instant) -> DateTime<Utc> {
        let (origin, time) = self.origin;
        match moment.checked_duration_since(origin) {
            Some(later) => time + later,
            None => time - origin.duration_since(moment),
        }
    }
}

/// What an answer tells of how far AWS's clock is ahead.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// What the run goes by.
    ahead: TimeDelta,
    /// So far at least, be it little.
    least: TimeDelta,
}

impl Told {
    /// By the least difference that explains the answer: it was written at some time between request and answer, and a
    /// `Date` has whole seconds. However small it is: a window that opened some seconds late by AWS's clock would hide
    /// what was logged in its first seconds, and one that opened early would hold what was logged before.
    fn of(date: DateTime<Utc>, asked: DateTime<Utc>, answered: DateTime<Utc>) -> Self {
        let (least, most) = (date - answered, date + TimeDelta::seconds(1) - asked);
        let ahead = if least > TimeDelta::zero() { least } else { most.min(TimeDelta::zero()) };
        Self { ahead, least }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        check(-1, 0, 0, 0);
        check(5, 0, 0, 5);
        check(-4, 0, 0, -3);
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

    #[tokio::test(start_paused = true)]
    async fn what_is_learnt_later_is_true_of_a_moment_before_too() {
        let clock = Clock::default();
        let (origin, began) = clock.origin;
        let sides = [origin - Duration::from_secs(30), origin, origin + Duration::from_secs(30)];
        let check = |ahead: TimeDelta| {
            let expected = [-30, 0, 30].map(|seconds| began + TimeDelta::seconds(seconds) + ahead);
            assert_eq!(sides.map(|moment| clock.at(moment)), expected);
        };
        check(TimeDelta::zero());
        clock.told(&(began - TimeDelta::minutes(3)).to_rfc2822(), began, began);
        assert!((clock.ahead() + TimeDelta::minutes(3)).abs() < TimeDelta::seconds(2));
        check(clock.ahead());
    }

    #[tokio::test(start_paused = true)]
    async fn what_it_surely_showed_is_known_to_the_second() {
        let clock = Clock::default();
        let (origin, began) = clock.origin;
        assert_eq!(clock.at_least(origin), None);
        let date = DateTime::parse_from_rfc2822(&(began + TimeDelta::seconds(3)).to_rfc2822()).unwrap().to_utc();
        clock.told(&date.to_rfc2822(), began, began + TimeDelta::milliseconds(400));
        // The answer was written before it came, and another host may be a second behind.
        assert_eq!(clock.at_least(origin), Some(date - TimeDelta::milliseconds(1_400)));
    }
}
