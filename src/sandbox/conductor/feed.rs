//! What the worker's `RunningTaskCount` says: how many run, unless something is the matter with the metric.

use chrono::TimeDelta;

/// `SoonZero` says zero from so long after the first point on: the alarm was OK before, and the point that follows breaks
/// it. A run is not ready sooner than that, and looks again at its end.
const BREAKS: TimeDelta = TimeDelta::milliseconds(900);
/// A dip is over before anybody can have looked.
const DIP: TimeDelta = TimeDelta::milliseconds(-20);

/// One point a second: scaled down from one a minute.
const BEAT: TimeDelta = TimeDelta::seconds(1);
/// Of dips, each must be alone in its period.
const SLOW_BEAT: TimeDelta = TimeDelta::milliseconds(1500);

/// What the metric is fed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Feed {
    /// Which figure.
    pub(super) figure: Figure,
    /// Whether there is no point at all while no task runs.
    pub(super) silent_at_zero: bool,
}

/// Which figure the metric gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// As many as run.
    True,
    /// None: Container Insights is off.
    None,
    /// Zero, however many run.
    Zero,
    /// As many as run, and zero soon after.
    SoonZero,
    /// As many as run, and zero for a moment each time.
    Dips,
}

impl Feed {
    /// The points of one measurement, `since` the first of them, while `running` tasks run: how far from now, and what.
    pub(super) fn points(self, since: TimeDelta, running: f64) -> Vec<(TimeDelta, f64)> {
        let zero = match self.figure {
            Figure::None => return Vec::new(),
            Figure::Zero => true,
            Figure::SoonZero => since >= BREAKS,
            Figure::True | Figure::Dips => false,
        };
        let value = if zero { 0.0 } else { running };
        let now = (TimeDelta::zero(), value);
        match (self.figure, value > 0.0) {
            (_, false) if self.silent_at_zero => Vec::new(),
            // Not at first: it must have been OK before.
            (Figure::Dips, true) if since > TimeDelta::zero() => vec![(DIP, 0.0), now],
            _ => vec![now],
        }
    }

    /// Whether there is no metric at all.
    pub(super) const fn is_off(self) -> bool {
        matches!(self.figure, Figure::None)
    }

    /// How far measurements lie apart.
    pub(super) const fn beat(self) -> TimeDelta {
        if matches!(self.figure, Figure::Dips) { SLOW_BEAT } else { BEAT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metric_gives_what_it_is_fed_with() {
        let check = |figure, silent_at_zero, (since, running): (i64, f64), expected: &[(i64, f64)]| {
            let points = Feed { figure, silent_at_zero }.points(TimeDelta::milliseconds(since), running);
            let seen: Vec<(i64, f64)> =
                points.into_iter().map(|(offset, value)| (offset.num_milliseconds(), value)).collect();
            assert_eq!(seen, expected, "{figure:?} after {since} ms");
        };
        check(Figure::True, false, (5000, 1.0), &[(0, 1.0)]);
        check(Figure::True, false, (5000, 0.0), &[(0, 0.0)]);
        check(Figure::True, true, (5000, 0.0), &[]);
        check(Figure::None, false, (0, 1.0), &[]);
        check(Figure::Zero, false, (0, 1.0), &[(0, 0.0)]);
        check(Figure::SoonZero, false, (899, 1.0), &[(0, 1.0)]);
        check(Figure::SoonZero, false, (900, 1.0), &[(0, 0.0)]);
        check(Figure::Dips, false, (0, 1.0), &[(0, 1.0)]);
        check(Figure::Dips, false, (1500, 1.0), &[(-20, 0.0), (0, 1.0)]);
    }
}
