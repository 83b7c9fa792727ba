//! Waiting as a value: `(looks so far, elapsed, deadline) → next`. Knows no clock and does not sleep.

use std::time::Duration;

/// The first pause, and a part of every other.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause without `every`.
const CAP: Duration = Duration::from_secs(10);
/// To the first pause comes this part of the time already waited: what took a minute is found out 3 s late at most.
const PROPORTION: f64 = 0.05;
/// Pauses differ by up to this part either way, so that many waiting scenarios do not look in step.
const JITTER: f64 = 0.1;

/// How long a gateway's 502 or a broken connection is taken for a passing thing.
pub(crate) const BLINK: Duration = Duration::from_secs(5);

/// How a step paces its looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// `every`: fixed where it is set.
    pub(crate) every: Option<Duration>,
    /// What the other side asked for (`Retry-After`).
    pub(crate) retry_after: Option<Duration>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Look again after this pause.
    LookIn(Duration),
    /// The deadline is past: it has been looked at or after it.
    GiveUp,
}

/// The next thing to do, `elapsed` after the first look began, where waiting ends at `deadline` (measured likewise).
///
/// The last look always falls on the deadline itself, so that what comes about just before it is still seen. `roll` is
/// a random number in `0.0..1.0`.
pub(crate) fn next(pace: Pace, elapsed: Duration, deadline: Duration, roll: f64) -> Next {
    if elapsed >= deadline {
        return Next::GiveUp;
    }
    let wanted = pace.every.unwrap_or_else(|| adaptive(elapsed, roll)).max(pace.retry_after.unwrap_or_default());
    Next::LookIn(wanted.min(deadline.saturating_sub(elapsed)))
}

/// The pause after so long a wait, where nobody says otherwise.
pub(crate) fn adaptive(elapsed: Duration, roll: f64) -> Duration {
    (FIRST + elapsed.mul_f64(PROPORTION)).min(CAP).mul_f64(1.0 + JITTER * (2.0 * roll - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn check(pace: Pace, elapsed: u64, deadline: u64, expected: Next) {
        assert_eq!(next(pace, ms(elapsed), ms(deadline), 0.5), expected, "{pace:?} after {elapsed} of {deadline}");
    }

    #[test]
    fn waiting_starts_fast_and_slows_in_proportion() {
        let adaptive = Pace::default();
        check(adaptive, 0, 60_000, Next::LookIn(ms(100)));
        check(adaptive, 400, 60_000, Next::LookIn(ms(120)));
        check(adaptive, 10_000, 60_000, Next::LookIn(ms(600)));
        check(adaptive, 100_000, 600_000, Next::LookIn(ms(5_100)));
        check(adaptive, 400_000, 600_000, Next::LookIn(ms(10_000)));
    }

    #[test]
    fn the_last_look_falls_on_the_deadline() {
        check(Pace::default(), 59_950, 60_000, Next::LookIn(ms(50)));
        check(Pace::default(), 60_000, 60_000, Next::GiveUp);
        check(Pace { every: Some(ms(7_000)), retry_after: None }, 58_000, 60_000, Next::LookIn(ms(2_000)));
    }

    #[test]
    fn every_is_kept_and_retry_after_is_honoured() {
        check(Pace { every: Some(ms(250)), retry_after: None }, 30_000, 60_000, Next::LookIn(ms(250)));
        check(Pace { every: Some(ms(250)), retry_after: Some(ms(3_000)) }, 0, 60_000, Next::LookIn(ms(3_000)));
        check(Pace { every: None, retry_after: Some(ms(3_000)) }, 0, 60_000, Next::LookIn(ms(3_000)));
        check(Pace { every: None, retry_after: Some(ms(90_000)) }, 0, 60_000, Next::LookIn(ms(60_000)));
    }

    proptest! {
        #[test]
        fn waiting_always_ends_with_a_look_at_the_deadline(deadline in 1u64..600_000, roll in 0.0f64..1.0) {
            let (mut elapsed, mut looks) = (Duration::ZERO, 1u32);
            while let Next::LookIn(pause) = next(Pace::default(), elapsed, ms(deadline), roll) {
                prop_assert!(pause > Duration::ZERO);
                elapsed += pause;
                looks += 1;
            }
            prop_assert_eq!(elapsed, ms(deadline));
            prop_assert!(looks < 200);
        }
    }
}
