//! The two figures.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::case::Case;

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    caught: AtomicUsize,
    faults: AtomicUsize,
    red: AtomicUsize,
    weather: AtomicUsize,
}

impl Tally {
    /// Counts a case, and gives its outcome back.
    pub(crate) fn count(&self, case: &Case, outcome: Result<(), String>) -> Result<(), String> {
        let add = |figure: &AtomicUsize, one: bool| figure.fetch_add(usize::from(one), Ordering::Relaxed);
        if case.is_weather() {
            add(&self.weather, true);
            add(&self.red, outcome.is_err());
        } else {
            add(&self.faults, true);
            add(&self.caught, outcome.is_ok());
        }
        outcome
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [caught, faults, red, weather] =
            [&self.caught, &self.faults, &self.red, &self.weather].map(|figure| figure.load(Ordering::Relaxed));
        writeln!(f, "faults caught with the right step and cause: {caught} of {faults}")?;
        write!(f, "false reds in weather runs: {red} of {weather}")
    }
}
