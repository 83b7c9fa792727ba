//! Several runs of one thing, put together.

use crate::cost::Cost;

/// What several runs of one command came to.
#[derive(Debug)]
pub(crate) struct Summary {
    /// As the table calls it.
    pub(crate) name: String,
    /// How many scenarios each run carried out; 0 where that says nothing.
    pub(crate) scenarios: u32,
    /// One cost a round, in order.
    pub(crate) costs: Vec<Cost>,
}

/// The middle of several figures, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Median.
    pub(crate) middle: f64,
    /// Smallest.
    pub(crate) least: f64,
    /// Largest.
    pub(crate) most: f64,
}

impl Spread {
    /// None where there are no figures.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let half = sorted.len() / 2;
        let middle = if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) };
        Some(Self { middle, least, most })
    }
}

impl Summary {
    /// Of one figure of each round.
    pub(crate) fn spread(&self, figure: impl Fn(&Cost) -> f64) -> Spread {
        Spread::of(self.costs.iter().map(figure)).expect("everything is measured at least once")
    }

    /// A count, which is the same or nearly so in every round.
    pub(crate) fn count(&self, figure: impl Fn(&Cost) -> Option<u64>) -> Option<(u64, u64)> {
        let counts: Option<Vec<u64>> = self.costs.iter().map(figure).collect();
        let counts = counts?;
        Some((*counts.iter().min()?, *counts.iter().max()?))
    }
}
