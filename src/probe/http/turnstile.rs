//! Lets a herd through: scenarios that waited for the same thing ask all at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// How many exchanges go on at once before others wait for their connections. Each of those costs some 50 kB.
pub(super) const AT_ONCE: usize = 128;
/// How long nobody may come out before those who wait go in: then the other side is slow, and not overrun.
pub(super) const STILL: Duration = Duration::from_millis(50);
/// How long anybody waits at most.
const PATIENCE: Duration = Duration::from_secs(1);

/// The way in. It evens out, and never stops anybody: who waits here is let in as soon as somebody else has come out, and
/// also where nobody does.
#[derive(Debug)]
pub(super) struct Turnstile {
    room: Semaphore,
    out: AtomicU64,
}

/// One who is in, until dropped.
pub(super) struct Turn<'turnstile> {
    turnstile: &'turnstile Turnstile,
    /// None for one who came in although there was no room.
    _room: Option<SemaphorePermit<'turnstile>>,
}

impl Default for Turnstile {
    fn default() -> Self {
        Self { room: Semaphore::new(AT_ONCE), out: AtomicU64::new(0) }
    }
}

impl Turnstile {
    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let came = Instant::now();
        let mut out = self.out.load(Ordering::Relaxed);
        let room = self.room.acquire();
        tokio::pin!(room);
        loop {
            // It is never closed.
            if let Ok(room) = timeout(STILL, &mut room).await {
                return Turn { turnstile: self, _room: room.ok() };
            }
            let before = std::mem::replace(&mut out, self.out.load(Ordering::Relaxed));
            if out == before || came.elapsed() >= PATIENCE {
                return Turn { turnstile: self, _room: None };
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turnstile.out.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::join_all;

    use super::*;

    /// So many come at once, each for so long: how long that takes at least, 20 ms more at most, and how many are in at
    /// once at most.
    async fn check(many: usize, each: u64, takes: u64, at_once: usize) {
        let turnstile = Arc::new(Turnstile::default());
        let inside = AtomicU64::new(0);
        let began = Instant::now();
        let through = (0..many).map(|_| async {
            let _turn = turnstile.turn().await;
            let most = inside.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_millis(each)).await;
            inside.fetch_sub(1, Ordering::Relaxed);
            most
        });
        let most = join_all(through).await.into_iter().max();
        let took = u64::try_from(began.elapsed().as_millis()).unwrap();
        assert!((takes..=takes + 20).contains(&took), "{many} of {each} ms: {took} ms");
        assert!(most <= u64::try_from(at_once).ok(), "{many} of {each} ms: {most:?} at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_herd_comes_through_in_file_and_nobody_waits_for_the_slow() {
        check(AT_ONCE, 10, 10, AT_ONCE).await;
        check(AT_ONCE * 3, 10, 30, AT_ONCE).await;
        check(1000, 10_000, 10_050, 1000).await;
        // After a second all the rest go in.
        check(AT_ONCE * 40, 40, 1040, AT_ONCE * 16).await;
    }
}
