//! Counts what is sent, attempts of the SDK's own retries included, reads AWS's clock off the answers, and tells the pace
//! about throttling at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_ecs::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_ecs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecs::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use chrono::{DateTime, Utc};

use super::clock::Clock;
use super::failure;
use super::pace::Pace;
use crate::event::AwsUse;

/// What was sent, and what was asked for.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// AWS's clock.
    pub(super) clock: Clock,
    calls: Mutex<BTreeMap<String, u64>>,
    looks: AtomicU64,
    throttled: AtomicU64,
    /// What AWS refused last, by service, and when.
    refused: Mutex<BTreeMap<&'static str, (String, Instant)>>,
}

/// How long a refusal explains that nothing came after it.
const MEMORY: Duration = Duration::from_mins(1);

impl Ledger {
    /// Somebody looked.
    pub(super) fn looked(&self) {
        self.looks.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything so far, sorted by operation.
    pub(super) fn used(&self) -> AwsUse {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        AwsUse {
            calls: calls.iter().map(|(name, count)| (name.clone(), *count)).collect(),
            looks: self.looks.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
        }
    }

    /// What a service refused last, in words, unless that is long ago.
    pub(super) fn last_refusal(&self, service: &str) -> Option<String> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(service).filter(|(_, at)| at.elapsed() < MEMORY).map(|(words, _)| words.clone())
    }

    fn refused(&self, service: &'static str, words: String) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert(service, (words, Instant::now()));
    }

    fn answered(&self, service: &str) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(service);
    }

    fn sent(&self, operation: String) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
    }
}

/// The operation that an attempt calls, `ecs:DescribeServices`, and when it was sent. Once there is an answer, the request
/// is gone.
#[derive(Debug)]
struct Called(String, DateTime<Utc>);

impl Storable for Called {
    type Storer = StoreReplace<Self>;
}

/// Stands in one client's way and watches each attempt.
#[derive(Debug)]
pub(super) struct Meter {
    /// `ecs`, `logs`, `cloudwatch`, `sts`.
    pub(super) service: &'static str,
    pub(super) ledger: Arc<Ledger>,
    pub(super) pace: Arc<Pace>,
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _runtime: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let operation = operation(request.headers().get("x-amz-target"), request.uri());
        let called = format!("{}:{operation}", self.service);
        cfg.interceptor_state().store_put(Called(called.clone(), Utc::now()));
        self.ledger.sent(called);
        Ok(())
    }

    // Only now has the body been read whole.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _runtime: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let (status, body) = (response.status().as_u16(), response.body().bytes().unwrap_or_default());
        if let (Some(date), Some(Called(_, sent))) = (response.headers().get("date"), cfg.load::<Called>()) {
            self.ledger.clock.told(date, *sent, Utc::now());
        }
        let called = || cfg.load::<Called>().map_or(self.service, |called| called.0.as_str());
        if failure::throttled(status, body) {
            self.ledger.throttled.fetch_add(1, Ordering::Relaxed);
            self.ledger.refused(self.service, format!("AWS throttled {}", called()));
            self.pace.throttled();
        } else if response.status().is_success() {
            self.ledger.answered(self.service);
            self.pace.answered();
        } else if status >= 500 {
            self.ledger.refused(self.service, format!("AWS answered {status} to {}", called()));
        }
        Ok(())
    }
}

/// The operation of a request: awsJson names it in a header, rpc-v2-cbor at the end of the path; the query protocol
/// hides it in the body, and there the one that smoke uses is meant.
fn operation<'request>(target: Option<&'request str>, uri: &'request str) -> &'request str {
    let from_target = target.and_then(|target| target.rsplit('.').next());
    let from_path = || uri.split_once("/operation/").map(|(_, name)| name);
    from_target.or_else(from_path).unwrap_or("GetCallerIdentity")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_tells_its_operation() {
        assert_eq!(operation(Some("Logs_20140328.FilterLogEvents"), "http://h/"), "FilterLogEvents");
        let cbor = "http://h/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
        assert_eq!(operation(None, cbor), "DescribeAlarms");
        assert_eq!(operation(None, "https://sts.eu-west-1.amazonaws.com/"), "GetCallerIdentity");
    }
}
