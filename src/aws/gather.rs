//! Many who ask, one who calls: looks at the same kind of thing that come together become one batch.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, join_all};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::failure::look_error;
use super::pace::Pace;
use crate::look::{LookError, LookErrorKind};

/// How long a batch stays open after somebody joined it, and how long at most.
const TICK: Duration = Duration::from_millis(15);
const OPEN_AT_MOST: Duration = Duration::from_millis(120);
/// How many batches may begin in a second: it bounds the calls by time, however many scenarios ask.
const RATE: f64 = 4.0;
/// A few may follow each other at once, so that a single scenario, which looks twice in a row, is not kept waiting.
const AT_ONCE: f64 = 3.0;

/// What a batch asks for: each key, and the earliest moment that anybody wants to know about.
pub(super) type Wanted<K> = BTreeMap<K, DateTime<Utc>>;
/// What a batch brought, by key.
pub(super) type Brought<K, V> = BTreeMap<K, Result<V, LookError>>;
type Call<K, V> = Box<dyn Fn(Wanted<K>) -> BoxFuture<'static, Brought<K, V>> + Send + Sync>;

/// Gathers what is asked for into batches and runs one batch at a time.
///
/// An answer is never older than the question: a batch that has begun takes nobody in any more.
pub(super) struct Gathering<K, V> {
    open: Mutex<BTreeMap<K, Entry<V>>>,
    /// Held by the batch that runs. A long one (a scan of many pages) would only be made longer by others beside it.
    running: tokio::sync::Mutex<()>,
    /// How fast batches may begin.
    starts: Pace,
    /// How fast the service may be asked.
    pace: Arc<Pace>,
    call: Call<K, V>,
}

struct Entry<V> {
    since: DateTime<Utc>,
    waiting: Vec<oneshot::Sender<Result<V, LookError>>>,
}

impl<K, V> Gathering<K, V>
where
    K: Ord + Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// A gathering whose batches are run by `call`, at `pace`.
    pub(super) fn new(
        pace: Arc<Pace>,
        call: impl Fn(Wanted<K>) -> BoxFuture<'static, Brought<K, V>> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let (open, running) = (Mutex::default(), tokio::sync::Mutex::default());
        Arc::new(Self { open, running, starts: Pace::new(RATE, AT_ONCE), pace, call: Box::new(call) })
    }

    /// Asks for `key`, as of now, back to `since` where that means something.
    pub(super) async fn ask(self: &Arc<Self>, key: K, since: DateTime<Utc>) -> Result<V, LookError> {
        let (answer, asked) = oneshot::channel();
        if self.join(key, since, answer) {
            tokio::spawn(Arc::clone(self).lead());
        }
        asked.await.unwrap_or_else(|_| Err(abandoned()))
    }

    /// Joins the open batch; true for the first, who has to lead it.
    fn join(&self, key: K, since: DateTime<Utc>, answer: oneshot::Sender<Result<V, LookError>>) -> bool {
        let mut open = self.open();
        let first = open.is_empty();
        let entry = open.entry(key).or_insert_with(|| Entry { since, waiting: Vec::new() });
        entry.since = entry.since.min(since);
        entry.waiting.push(answer);
        first
    }

    /// Lets others join, waits until it may begin, closes the batch, runs it, and tells everybody.
    async fn lead(self: Arc<Self>) {
        let _running = self.running.lock().await;
        self.starts.turn().await;
        self.joining_ends().await;
        self.pace.quiet().await;
        let mut batch = std::mem::take(&mut *self.open());
        let wanted = batch.iter().map(|(key, entry)| (key.clone(), entry.since)).collect();
        let everybody = batch.values_mut().flat_map(|entry| &mut entry.waiting).map(oneshot::Sender::closed);
        let brought = tokio::select! {
            brought = (self.call)(wanted) => brought,
            // A call that nobody waits for any more would only keep others waiting.
            _ = join_all(everybody) => return,
        };
        tell(batch, &brought);
    }

    /// Waits until nobody joins any more: a thousand who come one behind the other are one batch.
    async fn joining_ends(&self) {
        let joined = || self.open().values().map(|entry| entry.waiting.len()).sum::<usize>();
        let (began, mut before) = (Instant::now(), 0);
        while before != joined() && began.elapsed() < OPEN_AT_MOST {
            before = joined();
            tokio::time::sleep(TICK).await;
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<K, Entry<V>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> fmt::Debug for Gathering<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering").finish_non_exhaustive()
    }
}

fn tell<K: Ord, V: Clone>(batch: BTreeMap<K, Entry<V>>, brought: &Brought<K, V>) {
    for (key, entry) in batch {
        let result = brought.get(&key).cloned().unwrap_or_else(|| Err(abandoned()));
        for waiting in entry.waiting {
            // Whoever has stopped waiting (a deadline, a signal) is simply not told.
            let _ = waiting.send(result.clone());
        }
    }
}

fn abandoned() -> LookError {
    look_error(LookErrorKind::Obscured, "the look was abandoned before AWS answered")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn counting(calls: &Arc<AtomicUsize>) -> Arc<Gathering<String, (DateTime<Utc>, usize)>> {
        let calls = Arc::clone(calls);
        Gathering::new(Arc::new(Pace::new(100.0, 100.0)), move |wanted| {
            let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
            Box::pin(async move { wanted.into_iter().map(|(key, since)| (key, Ok((since, call)))).collect() })
        })
    }

    /// So many ask for the same, so many milliseconds apart: what each is told.
    async fn ask_apart<V>(gathering: &Arc<Gathering<String, V>>, many: u64, apart: u64) -> Vec<Result<V, LookError>>
    where
        V: Clone + Send + 'static,
    {
        let asked = (0..many).map(|n| async move {
            tokio::time::sleep(Duration::from_millis(n * apart)).await;
            gathering.ask("worker".to_owned(), at(0)).await
        });
        join_all(asked).await
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_who_ask_at_once_are_one_call_from_the_earliest_since() {
        let calls = Arc::default();
        let gathering = counting(&calls);
        let asked = (0..1000).map(|n| gathering.ask("worker".to_owned(), at(1000 - n)));
        let answers = join_all(asked).await;
        assert!(answers.iter().all(|answer| *answer == Ok((at(1), 1))));
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_nobody_waits_for_any_more_is_given_up() {
        let calls: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&calls);
        let gathering = Gathering::new(Arc::new(Pace::new(100.0, 100.0)), move |wanted: Wanted<String>| {
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move {
                if first {
                    std::future::pending::<()>().await;
                }
                wanted.into_keys().map(|key| (key, Ok(()))).collect()
            })
        });
        let ask = || gathering.ask("worker".to_owned(), at(0));
        let given_up = tokio::time::timeout(Duration::from_secs(5), ask()).await;
        assert!(given_up.is_err());
        assert_eq!(tokio::time::timeout(Duration::from_secs(5), ask()).await, Ok(Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_one_behind_the_other_is_in_one_call() {
        let calls = Arc::default();
        let gathering = counting(&calls);
        let began = Instant::now();
        assert!(ask_apart(&gathering, 100, 1).await.iter().all(|answer| *answer == Ok((at(0), 1))));
        assert!(began.elapsed() < Duration::from_millis(150));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_call_is_over_before_the_next_begins() {
        let under_way: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&under_way);
        let gathering = Gathering::new(Arc::new(Pace::new(100.0, 100.0)), move |wanted: Wanted<String>| {
            let counted = Arc::clone(&counted);
            Box::pin(async move {
                let others = counted.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(2)).await;
                counted.fetch_sub(1, Ordering::SeqCst);
                wanted.into_keys().map(|key| (key, Ok(others))).collect()
            })
        });
        assert!(ask_apart(&gathering, 20, 300).await.iter().all(|others| *others == Ok(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_bounded_by_time_not_by_askers() {
        let calls = Arc::default();
        let gathering = counting(&calls);
        ask_apart(&gathering, 1000, 2).await;
        let calls = calls.load(Ordering::SeqCst);
        assert!((9..=11).contains(&calls), "{calls} calls in 2 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_asked_while_a_call_is_under_way_gets_a_fresh_answer() {
        let calls = Arc::default();
        let gathering = counting(&calls);
        assert_eq!(gathering.ask("worker".to_owned(), at(0)).await, Ok((at(0), 1)));
        assert_eq!(gathering.ask("worker".to_owned(), at(0)).await, Ok((at(0), 2)));
    }
}
