//! How log lines get from a container to where they can be read: at once and once each, unless something is the matter
//! on the way.

use chrono::TimeDelta;

/// What is the matter on the way; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The driver does not block: its buffer holds a line and is emptied so long after nothing more came. What comes
    /// sooner after the line before is lost.
    pub(crate) buffer: Option<TimeDelta>,
    /// How late a line becomes visible at most. A stream stays in order.
    pub(crate) lag: TimeDelta,
    /// Every other line becomes visible so late, behind newer ones of its stream.
    pub(crate) stragglers: TimeDelta,
    /// Whether each line is delivered twice, the second time a moment later.
    pub(crate) twice: bool,
}

/// A moment: how far apart the two deliveries of a line are.
const MOMENT: TimeDelta = TimeDelta::milliseconds(300);

impl Delivery {
    /// Whether the driver takes in a line that is written `gap` after the one before.
    pub(super) fn takes(&self, gap: Option<TimeDelta>) -> bool {
        match (self.buffer, gap) {
            (Some(buffer), Some(gap)) => gap >= buffer,
            _ => true,
        }
    }

    /// How late the `number`th line of a stream, from 0, becomes visible. The lags of lines differ, and come again in the
    /// same order: whoever depends on luck should meet the same each time.
    pub(super) fn lag_of(&self, number: u64) -> TimeDelta {
        const FIFTHS: [i32; 5] = [2, 5, 3, 4, 1];
        let turn = usize::try_from(number % 5).unwrap_or_default();
        self.lag * FIFTHS[turn] / 5
    }

    /// How much later still it becomes visible, overtaken by what follows on it: each time that it is delivered.
    pub(super) fn deliveries(&self, number: u64) -> Vec<TimeDelta> {
        let late = if number.is_multiple_of(2) { TimeDelta::zero() } else { self.stragglers };
        if self.twice { vec![late, late + MOMENT] } else { vec![late] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_buffer_takes_nothing_in() {
        let check = |buffer: Option<i64>, gap: Option<i64>, expected| {
            let delivery = Delivery { buffer: buffer.map(TimeDelta::seconds), ..Delivery::default() };
            assert_eq!(delivery.takes(gap.map(TimeDelta::seconds)), expected, "{buffer:?} {gap:?}");
        };
        check(None, Some(0), true);
        check(Some(2), None, true);
        check(Some(2), Some(1), false);
        check(Some(2), Some(2), true);
    }

    #[test]
    fn lags_differ_and_never_pass_the_most() {
        let delivery = Delivery { lag: TimeDelta::seconds(20), ..Delivery::default() };
        let lags: Vec<i64> = (0..6).map(|number| delivery.lag_of(number).num_seconds()).collect();
        assert_eq!(lags, [8, 20, 12, 16, 4, 8]);
        assert_eq!(Delivery::default().lag_of(1), TimeDelta::zero());
    }
}
