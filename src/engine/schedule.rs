//! Which case may start next: decided in a plain function, carried out by the loop.

use std::collections::BTreeSet;

/// The `exclusive` key of a case that nothing else may run beside.
const ALONE: &str = "*";

/// What the schedule knows of the cases that have not started.
#[derive(Debug)]
pub(crate) struct Schedule {
    waiting: Vec<Waiting>,
    /// Keys of the cases that run.
    busy: BTreeSet<String>,
    running: usize,
    jobs: usize,
    closed: bool,
}

#[derive(Debug)]
struct Waiting {
    case: usize,
    exclusive: Option<String>,
}

impl Schedule {
    /// The cases that are to run, in plan order, each with its `exclusive` key; at most `jobs` side by side.
    pub(crate) fn new(cases: impl IntoIterator<Item = (usize, Option<String>)>, jobs: usize) -> Self {
        let waiting = cases.into_iter().map(|(case, exclusive)| Waiting { case, exclusive }).collect();
        Self { waiting, busy: BTreeSet::new(), running: 0, jobs: jobs.max(1), closed: false }
    }

    /// Takes out the next case that may start now: the first in plan order whose key nobody holds. One that wants to be
    /// alone waits until nothing runs, and then nothing else starts until it has ended.
    pub(crate) fn start(&mut self) -> Option<usize> {
        if self.closed || self.running >= self.jobs || self.busy.contains(ALONE) {
            return None;
        }
        let free = |waiting: &Waiting| match waiting.exclusive.as_deref() {
            None => true,
            Some(ALONE) => self.running == 0,
            Some(key) => !self.busy.contains(key),
        };
        let position = self.waiting.iter().position(free)?;
        let Waiting { case, exclusive } = self.waiting.remove(position);
        self.busy.extend(exclusive);
        self.running += 1;
        Some(case)
    }

    /// A case has ended; its key is free again.
    pub(crate) fn ended(&mut self, exclusive: Option<&String>) {
        self.running -= 1;
        if let Some(key) = exclusive {
            self.busy.remove(key);
        }
    }

    /// A case has ended in a panic. Its key stays taken, as nobody knows what it left; and nothing more starts.
    pub(crate) fn fell_over(&mut self) {
        self.running -= 1;
        self.close();
    }

    /// Starts nothing more.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether nothing runs and nothing more will.
    pub(crate) fn is_over(&self) -> bool {
        self.running == 0 && (self.closed || self.waiting.is_empty())
    }

    /// The cases that never started, in plan order.
    pub(crate) fn never_started(&self) -> impl Iterator<Item = usize> {
        self.waiting.iter().map(|waiting| waiting.case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(keys: &[Option<&str>], jobs: usize) -> Schedule {
        Schedule::new(keys.iter().map(|key| key.map(str::to_owned)).enumerate(), jobs)
    }

    fn start_all(schedule: &mut Schedule) -> Vec<usize> {
        std::iter::from_fn(|| schedule.start()).collect()
    }

    #[test]
    fn no_more_than_jobs_run_side_by_side() {
        let mut schedule = schedule(&[None, None, None], 2);
        assert_eq!(start_all(&mut schedule), [0, 1]);
        schedule.ended(None);
        assert_eq!(start_all(&mut schedule), [2]);
    }

    #[test]
    fn cases_with_the_same_key_never_run_side_by_side() {
        let mut schedule = schedule(&[Some("db"), Some("db"), Some("mail"), None], 9);
        assert_eq!(start_all(&mut schedule), [0, 2, 3]);
        schedule.ended(Some(&"db".to_owned()));
        assert_eq!(start_all(&mut schedule), [1]);
    }

    #[test]
    fn a_case_that_wants_to_be_alone_waits_for_the_others_and_they_for_it() {
        let mut schedule = schedule(&[None, Some("*"), Some("db"), Some("*")], 9);
        assert_eq!(start_all(&mut schedule), [0, 2]);
        schedule.ended(None);
        assert_eq!(schedule.start(), None);
        schedule.ended(Some(&"db".to_owned()));
        assert_eq!(start_all(&mut schedule), [1]);
        schedule.ended(Some(&"*".to_owned()));
        assert_eq!(start_all(&mut schedule), [3]);
    }

    #[test]
    fn nothing_starts_beside_a_case_that_is_alone_though_it_came_first() {
        let mut schedule = schedule(&[Some("*"), None], 9);
        assert_eq!(start_all(&mut schedule), [0]);
        schedule.ended(Some(&"*".to_owned()));
        assert_eq!(start_all(&mut schedule), [1]);
    }

    #[test]
    fn a_closed_schedule_starts_nothing_and_names_what_is_left() {
        let mut schedule = schedule(&[None, None], 1);
        assert_eq!(start_all(&mut schedule), [0]);
        schedule.close();
        assert!(!schedule.is_over());
        schedule.ended(None);
        assert!(schedule.is_over());
        assert_eq!(schedule.never_started().collect::<Vec<_>>(), [1]);
    }
}
