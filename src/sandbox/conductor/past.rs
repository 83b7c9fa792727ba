//! What happened to the metric and the alarm before the sandbox was there: told by points, from which the alarm is
//! evaluated as ever, so that its history holds what it would hold.

use chrono::{DateTime, TimeDelta, Utc};

use super::script::Past;
use crate::sandbox::cloud::cloudwatch::{MetricId, Watch};

/// How far back it goes, in seconds.
pub(super) const AGE: i64 = 600;
/// A point every so many seconds.
const STEP: i64 = 5;

impl Past {
    /// What the metric said so many seconds ago.
    fn value(self, ago: i64) -> Option<f64> {
        match self {
            Self::None => None,
            Self::DipThenNothing if ago < 120 => None,
            Self::Dip | Self::DipThenNothing if (290..=300).contains(&ago) => Some(0.0),
            Self::Fall if ago <= 60 => Some(0.0),
            _ => Some(1.0),
        }
    }

    /// When whatever has a past was created.
    pub(super) fn begin(self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self == Self::None { now } else { now - TimeDelta::seconds(AGE) }
    }

    /// Lets it happen to `metric`, while all was well with the `others`.
    pub(super) fn happen(self, watch: &mut Watch, metric: &MetricId, others: &[MetricId], now: DateTime<Utc>) {
        if self == Self::None {
            return;
        }
        for ago in (1..AGE).rev().filter(|ago| ago % STEP == 1) {
            let then = now - TimeDelta::seconds(ago);
            if let Some(value) = self.value(ago) {
                for other in others {
                    watch.metrics.put(other, then, 1.0);
                }
                watch.metrics.put(metric, then, value);
            }
            watch.evaluate(then);
        }
    }
}
