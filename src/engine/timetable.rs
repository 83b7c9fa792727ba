//! When guards look: at times that those of a case have in common, so that their looks at AWS are one call.

use std::time::Duration;

use tokio::time::Instant;

use super::wait;

/// The shortest pause without `every`: guards look at AWS, whose quota everybody shares. Also how soon is looked again where
/// a trouble may pass: whether it does is to be known soon.
const PAUSE: Duration = Duration::from_secs(1);

/// The times at which the guards of a case look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timetable {
    started: Instant,
    /// A random number in `0.0..1.0`: many cases do not look in step.
    roll: f64,
}

impl Timetable {
    /// One that begins now.
    pub(crate) fn starting(roll: f64) -> Self {
        Self { started: Instant::now(), roll }
    }

    /// When a guard looks again that looked at `due`, which moves on to its next time: the first one that is not past.
    pub(crate) fn next(&self, every: Option<Duration>, due: &mut Duration, troubled: bool) -> Instant {
        let elapsed = self.started.elapsed();
        *due = following(every, *due, elapsed, self.roll);
        self.started + if troubled { (*due).min(elapsed + PAUSE) } else { *due }
    }
}

/// The first time after `elapsed` in a timetable of which `due` is one.
fn following(every: Option<Duration>, mut due: Duration, elapsed: Duration, roll: f64) -> Duration {
    while due <= elapsed {
        due += pause(every, due, roll);
    }
    due
}

fn pause(every: Option<Duration>, at: Duration, roll: f64) -> Duration {
    every.map_or_else(|| wait::adaptive(at, roll).max(PAUSE), |every| every.max(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_guard_falls_in_with_the_others() {
        #[track_caller]
        fn check(every: Option<u64>, due: u64, elapsed: u64, expected: u64) {
            let ms = Duration::from_millis;
            let next = following(every.map(ms), ms(due), ms(elapsed), 0.5);
            assert_eq!(next, ms(expected), "{every:?} at {due}, {elapsed} since the first");
        }
        // A second at first, later more; how long a look took changes nothing.
        check(None, 0, 0, 1_000);
        check(None, 0, 900, 1_000);
        check(None, 0, 3_500, 4_000);
        check(None, 1_000, 3_500, 4_000);
        check(None, 100_000, 100_020, 105_100);
        // Each its own.
        check(Some(200), 0, 3_450, 3_600);
        check(Some(3_600_000), 0, 20, 3_600_000);
        check(Some(0), 0, 20, 21);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trouble_is_looked_at_again_soon() {
        let (timetable, mut due) = (Timetable::starting(0.5), Duration::ZERO);
        let hour = Some(Duration::from_hours(1));
        let next = timetable.next(hour, &mut due, true);
        assert_eq!((next - timetable.started, due), (PAUSE, Duration::from_hours(1)));
        tokio::time::sleep_until(next).await;
        assert_eq!(timetable.next(hour, &mut due, false) - timetable.started, Duration::from_hours(1));
    }
}
