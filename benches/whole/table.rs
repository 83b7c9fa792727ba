//! Markdown.

use crate::summary::{Spread, Summary};

/// The head of the table of all measurements.
pub(crate) const HEAD: &str = "\
| what | runs | wall time | CPU time | peak memory | requests | AWS calls |
|---|--:|--:|--:|--:|--:|--:|";

/// A measurement: the median, and in brackets the least and the most.
pub(crate) fn row(summary: &Summary) -> String {
    let count = |count: Option<(u64, u64)>| match count {
        None => "–".to_owned(),
        Some((least, most)) if least == most => least.to_string(),
        Some((least, most)) => format!("{least}–{most}"),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        summary.name,
        summary.costs.len(),
        time(summary.spread(|cost| cost.wall)),
        time(summary.spread(|cost| cost.cpu)),
        memory(summary.spread(|cost| cost.memory)),
        count(summary.count(|cost| cost.requests)),
        count(summary.count(|cost| cost.aws_calls)),
    )
}

/// Seconds, in the unit that suits them.
pub(crate) fn time(spread: Spread) -> String {
    let Spread { middle, least, most } = spread;
    if middle < 1.0 {
        let [middle, least, most] = [middle, least, most].map(|seconds| seconds * 1000.0);
        let digits = if middle < 10.0 { 2 } else { usize::from(middle < 100.0) };
        format!("{middle:.digits$} ms ({least:.digits$}–{most:.digits$})")
    } else {
        format!("{middle:.2} s ({least:.2}–{most:.2})")
    }
}

/// Bytes, in MB (10⁶).
pub(crate) fn memory(spread: Spread) -> String {
    let [middle, least, most] = [spread.middle, spread.least, spread.most].map(|bytes| bytes / 1e6);
    format!("{middle:.1} MB ({least:.1}–{most:.1})")
}

/// A plain number.
pub(crate) fn number(spread: Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", spread.middle, spread.least, spread.most)
}
