//! Which types of alarm are asked for: all that there are. One that is not asked for by its type does not come back, and
//! would be taken for one that is not there.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudwatch::types::AlarmType;

use super::apart::Refusal;
use crate::look::LookErrorKind;

/// The types that one operation is asked for. Log alarms are younger than some places that are asked.
#[derive(Debug, Default)]
pub(super) struct AlarmTypes {
    logs_unknown: AtomicBool,
}

impl AlarmTypes {
    /// Asks for alarms of all types. Where that is a wrong question, but is none without log alarms, there are none here,
    /// and they are not asked for again.
    pub(super) async fn ask<T, Asked>(&self, ask: impl Fn(Vec<AlarmType>) -> Asked) -> Result<T, Refusal>
    where
        Asked: Future<Output = Result<T, Refusal>>,
    {
        let old = || vec![AlarmType::MetricAlarm, AlarmType::CompositeAlarm];
        if self.logs_unknown.load(Ordering::Relaxed) {
            return ask(old()).await;
        }
        let all = old().into_iter().chain([AlarmType::LogAlarm]).collect();
        let answer = ask(all).await;
        if !matches!(&answer, Err(Refusal::OfOne(error)) if error.kind == LookErrorKind::Unusable) {
            return answer;
        }
        let answer = ask(old()).await;
        if answer.is_ok() {
            self.logs_unknown.store(true, Ordering::Relaxed);
        }
        answer
    }
}
