//! Request quotas: a token bucket for each operation, shared by everybody who asks, as an account's quota is.

use std::collections::HashMap;
use std::time::Instant;

use super::refusal::Refusal;

/// How often an operation may be called: `burst` at once, refilled by `rate` a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quota {
    burst: f64,
    rate: f64,
}

/// All buckets, filled to the brim at first.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    buckets: HashMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Quota {
    /// As in eu-central-1, where `FilterLogEvents` has 5 a second. ECS refills 20 a second up to 100.
    pub(crate) fn of(service: &str, operation: &str) -> Self {
        let (burst, rate) = match (service, operation) {
            ("logs", "FilterLogEvents") => (5.0, 5.0),
            ("logs", "DescribeLogStreams") => (25.0, 25.0),
            ("logs", _) => (10.0, 10.0),
            ("ecs", _) => (100.0, 20.0),
            ("monitoring", "DescribeAlarms") => (9.0, 9.0),
            ("monitoring", "GetMetricData") => (50.0, 50.0),
            ("monitoring", _) => (20.0, 20.0),
            _ => (600.0, 600.0),
        };
        Self { burst, rate }
    }
}

impl Quotas {
    /// Takes one call off the operation's bucket.
    ///
    /// # Errors
    /// `ThrottlingException`, HTTP 400, where it is empty.
    pub(crate) fn take(&mut self, service: &str, operation: &str, now: Instant) -> Result<(), Refusal> {
        let quota = Quota::of(service, operation);
        let bucket =
            self.buckets.entry(format!("{service}.{operation}")).or_insert(Bucket { tokens: quota.burst, filled: now });
        let gained = now.saturating_duration_since(bucket.filled).as_secs_f64() * quota.rate;
        bucket.tokens = (bucket.tokens + gained).min(quota.burst);
        bucket.filled = now;
        if bucket.tokens < 1.0 {
            return Err(Refusal::throttled());
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn five_filter_calls_a_second_and_no_more() {
        let mut quotas = Quotas::default();
        let start = Instant::now();
        let mut allowed = |after_ms: u64| {
            let now = start + Duration::from_millis(after_ms);
            (0..20).filter(|_| quotas.take("logs", "FilterLogEvents", now).is_ok()).count()
        };
        assert_eq!(allowed(0), 5);
        assert_eq!(allowed(199), 0);
        assert_eq!(allowed(401), 2);
        assert_eq!(allowed(60_000), 5);
    }

    #[test]
    fn one_operation_does_not_use_up_another() {
        let mut quotas = Quotas::default();
        let now = Instant::now();
        let ecs = (0..200).filter(|_| quotas.take("ecs", "DescribeServices", now).is_ok()).count();
        assert_eq!(ecs, 100);
        assert!(quotas.take("ecs", "ListTasks", now).is_ok());
        let refused = quotas.take("ecs", "DescribeServices", now).unwrap_err();
        assert_eq!(refused.line(), "400 ThrottlingException: Rate exceeded");
    }
}
