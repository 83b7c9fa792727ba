//! The numbers of a run, in words.

use super::story;
use crate::record::{Counts, Run};

/// How many of what: `3 scenarios: 2 passed, 1 failed; 21 steps, 34 expectations`.
pub(super) fn numbers(run: &Run) -> String {
    let Counts { scenarios, steps, expectations, passed, failed, inconclusive, skipped, aborted, flaky, leftovers } =
        run.counts();
    let named = [
        (passed, "passed"),
        (failed, "failed"),
        (inconclusive, "inconclusive"),
        (skipped, "skipped"),
        (aborted, "aborted"),
        (flaky, "flaky"),
    ];
    let named: Vec<String> =
        named.iter().filter(|(many, _)| *many > 0).map(|(many, word)| format!("{many} {word}")).collect();
    let scenarios = several(scenarios, "scenario");
    let scenarios = if named.is_empty() { scenarios } else { format!("{scenarios}: {}", named.join(", ")) };
    let left = if leftovers > 0 { format!("; {leftovers} {}", story::left(run)) } else { String::new() };
    format!("{scenarios}; {}, {}{left}", several(steps, "step"), several(expectations, "expectation"))
}

/// `1 step`, `2 steps`.
pub(super) fn several(many: usize, word: &str) -> String {
    if many == 1 { format!("1 {word}") } else { format!("{many} {word}s") }
}

/// What was asked of the system: `4 HTTP requests; 29 AWS calls for 44 looks`.
pub(super) fn sent(run: &Run) -> String {
    let calls: u64 = run.aws.calls.iter().map(|(_, many)| many).sum();
    let requests = several(usize::try_from(run.http_requests).unwrap_or(usize::MAX), "HTTP request");
    if run.aws.looks == 0 && calls == 0 {
        return requests;
    }
    let throttled = if run.aws.throttled > 0 { format!(", {} throttled", run.aws.throttled) } else { String::new() };
    let plural = if calls == 1 { "" } else { "s" };
    format!("{requests}; {calls} AWS call{plural} for {} looks{throttled}", run.aws.looks)
}
