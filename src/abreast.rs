//! Work on many things at once, on as many cores as there are.

use std::cmp::Reverse;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

/// The reports on so many scenarios are written sooner by one thread than another is called.
const FEW: usize = 16;
/// So many bytes of scenarios are read in ten times the time in which a thread is called, and more.
const SHORT: u64 = 10 * 1024;

/// How many threads should share the reports on so many scenarios.
#[must_use]
pub fn threads_for(scenarios: usize) -> usize {
    cores().min(1 + scenarios / FEW)
}

/// How many should share the work on so many bytes of scenarios.
fn threads_for_bytes(bytes: u64) -> usize {
    cores().min(usize::try_from(1 + bytes / SHORT).unwrap_or(usize::MAX))
}

/// Does `work` on texts of so many bytes, on as many threads as all of them deserve. The longest is begun first, so that
/// nobody waits for one that was begun last.
///
/// # Panics
/// Where `work` does.
pub fn longest_first<T: Sync, R: Send>(
    items: &[T],
    bytes: impl Fn(&T) -> u64,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let mut order: Vec<(u64, usize)> = items.iter().map(bytes).zip(0..).collect();
    let all = order.iter().map(|(bytes, _)| bytes).sum();
    order.sort_by_key(|(bytes, _)| Reverse(*bytes));
    let mut done = abreast(threads_for_bytes(all), &order, |(_, index)| (*index, work(&items[*index])));
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does `work` on each of the items, on at most so many threads, and gives what came of it in the items' order.
///
/// # Panics
/// Where `work` does.
pub fn abreast<T: Sync, R: Send>(threads: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // Whoever is free takes the next: one item may be as much work as all others together.
    let next = AtomicUsize::new(0);
    let some = || -> Vec<(usize, R)> {
        let taken = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < items.len());
        std::iter::from_fn(taken).map(|index| (index, work(&items[index]))).collect()
    };
    let others = threads.min(items.len()).saturating_sub(1);
    let mut done = scope(|threads| {
        let others: Vec<_> = (0..others).map(|_| threads.spawn(some)).collect();
        let own = some();
        let others = others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        own.into_iter().chain(others).collect::<Vec<_>>()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How many cores there are for this process.
#[must_use]
pub fn cores() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn what_comes_of_each_is_in_its_place() {
        for count in [0, 1, 2, 3, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(abreast(2, &items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_little_work_is_done_by_one() {
        assert_eq!([0, 1, FEW - 1].map(threads_for), [1, 1, 1]);
        assert_eq!([FEW, FEW * 1000].map(threads_for), [cores().min(2), cores()]);
    }

    #[test]
    fn threads_are_called_for_bytes_however_few_files_hold_them() {
        assert_eq!([0, SHORT - 1].map(threads_for_bytes), [1, 1]);
        assert_eq!([SHORT, u64::MAX].map(threads_for_bytes), [cores().min(2), cores()]);
    }

    #[test]
    fn the_longest_is_begun_first_and_stays_in_its_place() {
        let begun = Mutex::new(Vec::new());
        let work = |text: &&str| {
            begun.lock().unwrap().push((*text).to_owned());
            text.len()
        };
        let texts = ["a", "ccc", "", "bb", "dd"];
        assert_eq!(longest_first(&texts, |text| text.len() as u64, work), [1, 3, 0, 2, 2]);
        assert_eq!(*begun.lock().unwrap(), ["ccc", "bb", "dd", "a", ""]);
    }

    #[test]
    #[should_panic(expected = "boom")]
    fn a_panic_is_not_swallowed() {
        abreast(2, &[1, 2, 3, 4], |item| assert_ne!(*item, 3, "boom"));
    }
}
