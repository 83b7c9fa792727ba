//! How fast a service may be asked: a token bucket that every caller shares, and a common back-off when AWS throttles.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The first back-off after a throttled call; it doubles with each further one.
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);
/// The longest back-off.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(20);

/// The state of the bucket: a plain value, told what time it is.
#[derive(Debug, Clone)]
struct Bucket {
    /// Tokens that come back each second.
    rate: f64,
    /// Tokens it holds at most.
    burst: f64,
    /// Tokens now; below zero while callers already wait for tokens to come.
    tokens: f64,
    /// When `tokens` was right.
    at: Instant,
    /// How long the next back-off takes; zero while all is well.
    back_off: Duration,
    /// Nobody calls before this.
    quiet_until: Instant,
}

impl Bucket {
    fn full(rate: f64, burst: f64, now: Instant) -> Self {
        Self { rate, burst, tokens: burst, at: now, back_off: Duration::ZERO, quiet_until: now }
    }

    /// Takes a token, and says when the call may be sent.
    fn take(&mut self, now: Instant) -> Instant {
        let refill = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + refill).min(self.burst) - 1.0;
        self.at = now;
        let debt = Duration::from_secs_f64((-self.tokens).max(0.0) / self.rate);
        (now + debt).max(self.quiet_until)
    }

    /// Whether a call would have to wait for those before it.
    fn is_in_debt(&self, now: Instant) -> bool {
        let refill = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens + refill < 0.0
    }

    /// A call was throttled: everybody is quiet for a while, longer each time. `jitter` is between 0 and 1.
    fn throttled(&mut self, now: Instant, jitter: f64) {
        // Calls that were under way together are throttled together; only the first of them lengthens the pause.
        if now < self.quiet_until {
            return;
        }
        self.back_off = (self.back_off * 2).clamp(FIRST_BACK_OFF, LONGEST_BACK_OFF);
        self.quiet_until = now + self.back_off.mul_f64(0.75 + jitter / 2.0);
        self.tokens = self.tokens.min(0.0);
    }

    /// A call came through: the next back-off is shorter.
    fn answered(&mut self) {
        self.back_off = if self.back_off < FIRST_BACK_OFF { Duration::ZERO } else { self.back_off.mul_f64(0.8) };
    }
}

/// The shared pace of one service's API.
#[derive(Debug)]
pub(super) struct Pace {
    bucket: Mutex<Bucket>,
}

impl Pace {
    /// At most `rate` calls a second in the long run, `burst` at once.
    pub(super) fn new(rate: f64, burst: f64) -> Self {
        Self { bucket: Mutex::new(Bucket::full(rate, burst, Instant::now())) }
    }

    /// Waits for this call's turn.
    pub(super) async fn turn(&self) {
        let at = self.bucket().take(Instant::now());
        tokio::time::sleep_until(at).await;
        self.quiet().await;
    }

    /// Waits until nobody has to be quiet, without taking a turn.
    pub(super) async fn quiet(&self) {
        loop {
            let until = self.bucket().quiet_until;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// A call was throttled.
    pub(super) fn throttled(&self) {
        self.bucket().throttled(Instant::now(), rand::random());
    }

    /// A call came through.
    pub(super) fn answered(&self) {
        self.bucket().answered();
    }

    /// Why a call may have to wait at the moment, where that is so.
    pub(super) fn holds_back(&self) -> Option<String> {
        let bucket = self.bucket().clone();
        if !bucket.back_off.is_zero() {
            return Some("AWS throttled the calls".to_owned());
        }
        let debt = bucket.is_in_debt(Instant::now());
        debt.then(|| format!("all calls together are sent no faster than {} a second", bucket.rate))
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let pace = Pace::new(5.0, 5.0);
        let start = Instant::now();
        for _ in 0..15 {
            pace.turn().await;
        }
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(1990) && took < Duration::from_millis(2100), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_says_what_holds_calls_back() {
        let pace = Pace::new(5.0, 2.0);
        for _ in 0..2 {
            pace.turn().await;
        }
        assert_eq!(pace.holds_back(), None);
        let waiting = tokio::time::timeout(Duration::ZERO, async { tokio::join!(pace.turn(), pace.turn()) });
        assert!(waiting.await.is_err());
        assert_eq!(pace.holds_back().as_deref(), Some("all calls together are sent no faster than 5 a second"));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(pace.holds_back(), None);
        pace.throttled();
        assert_eq!(pace.holds_back().as_deref(), Some("AWS throttled the calls"));
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_quietens_everybody_longer_each_time_and_decays() {
        let mut bucket = Bucket::full(5.0, 5.0, Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..3 {
            let now = bucket.quiet_until;
            bucket.throttled(now, 0.5);
            bucket.throttled(now, 0.5);
            pauses.push(bucket.quiet_until - now);
        }
        assert_eq!(pauses, [500, 1000, 2000].map(Duration::from_millis));
        for _ in 0..20 {
            bucket.answered();
        }
        assert_eq!(bucket.back_off, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_waits_out_the_quiet() {
        let pace = Pace::new(100.0, 100.0);
        pace.throttled();
        let start = Instant::now();
        pace.turn().await;
        assert!(start.elapsed() >= Duration::from_millis(375), "{:?}", start.elapsed());
    }
}
