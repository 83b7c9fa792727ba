//! When an alarm fires: M out of N data points, and what missing ones count for. A pure function.

/// An alarm's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Not over (or under) the threshold.
    Ok,
    /// Over (or under) it.
    Alarm,
    /// Nobody knows.
    InsufficientData,
}

/// What a data point that is missing counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// `missing`: for nothing, unless all are missing.
    Nothing,
    /// The alarm stays as it is.
    Ignore,
    /// As one that crosses the threshold.
    Breaching,
    /// As one that does not.
    NotBreaching,
}

/// How many data points are looked at, and how many must cross the threshold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// N: `EvaluationPeriods`.
    pub(crate) periods: usize,
    /// M: `DatapointsToAlarm`.
    pub(crate) to_alarm: usize,
    /// `TreatMissingData`.
    pub(crate) missing: Missing,
}

impl Rule {
    /// How many periods are fetched: a few more than N, so that a gap can be bridged with older points.
    pub(crate) const fn range(&self) -> usize {
        self.periods + 2
    }

    /// The state that follows from data points, oldest first: whether each crosses the threshold, none where it is
    /// missing. Missing ones count only as far as there are fewer than N others in the range.
    pub(crate) fn evaluate(&self, points: &[Option<bool>], before: State) -> State {
        let known: Vec<bool> = points.iter().rev().flatten().take(self.periods).copied().collect();
        let breaching = known.iter().filter(|breaching| **breaching).count();
        let absent = self.periods - known.len();
        let alarm_if = |fires| if fires { State::Alarm } else { State::Ok };
        if absent == 0 {
            return alarm_if(breaching >= self.to_alarm);
        }
        // All that is known crosses the threshold, though there are not M of them.
        let only_breaching = breaching == known.len();
        match self.missing {
            Missing::Breaching => alarm_if(breaching + absent >= self.to_alarm),
            Missing::NotBreaching => alarm_if(breaching >= self.to_alarm),
            Missing::Nothing if known.is_empty() => State::InsufficientData,
            Missing::Nothing => alarm_if(only_breaching || breaching >= self.to_alarm),
            Missing::Ignore if breaching >= self.to_alarm => State::Alarm,
            Missing::Ignore if only_breaching => before,
            Missing::Ignore => State::Ok,
        }
    }
}

impl Missing {
    /// As the API has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "missing",
            Self::Ignore => "ignore",
            Self::Breaching => "breaching",
            Self::NotBreaching => "notBreaching",
        }
    }
}

impl State {
    /// As the API has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Alarm, InsufficientData, Ok};

    /// `0` does not cross the threshold, `X` does, `-` is missing; states for missing, ignore, breaching,
    /// not breaching, coming from `INSUFFICIENT_DATA`.
    fn check(to_alarm: usize, points: &str, expected: [State; 4]) {
        let read: Vec<Option<bool>> = points
            .split(' ')
            .map(|point| match point {
                "0" => Some(false),
                "X" => Some(true),
                _ => None,
            })
            .collect();
        let treatments = [Missing::Nothing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching];
        let seen = treatments.map(|missing| Rule { periods: 3, to_alarm, missing }.evaluate(&read, InsufficientData));
        assert_eq!(seen, expected, "{to_alarm} of 3: {points}");
    }

    #[test]
    fn as_the_tables_in_the_documentation() {
        let kept = InsufficientData;
        check(3, "0 - X - X", [Ok, Ok, Ok, Ok]);
        check(3, "0 - - - -", [Ok, Ok, Ok, Ok]);
        check(3, "- - - - -", [InsufficientData, kept, Alarm, Ok]);
        check(3, "0 X X - X", [Alarm, Alarm, Alarm, Alarm]);
        check(3, "- - X - -", [Alarm, kept, Alarm, Ok]);
        check(2, "0 - X - X", [Alarm, Alarm, Alarm, Alarm]);
        check(2, "0 0 X 0 X", [Alarm, Alarm, Alarm, Alarm]);
        check(2, "0 - X - -", [Ok, Ok, Alarm, Ok]);
        check(2, "- - - - 0", [Ok, Ok, Alarm, Ok]);
        check(2, "- - - X -", [Alarm, kept, Alarm, Ok]);
    }
}
