//! A step in words: what the reports for people say about it, each in its own layout.

use std::fmt::Write as _;

use super::inert;
use crate::event::{Change, Judged, Phase};
use crate::record::{Scenario, Step};
use crate::verdict::Verdict;

/// The word for a step of a list.
#[must_use]
pub const fn kind(phase: Phase) -> &'static str {
    match phase {
        Phase::Ready => "ready",
        Phase::Guard => "guard",
        Phase::Step => "step",
        Phase::Finally => "clean-up",
    }
}

/// The mark of a verdict; always shown beside its word or in a list that says what the marks mean.
#[must_use]
pub const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✓",
        Verdict::Failed => "✗",
        Verdict::Inconclusive => "?",
        Verdict::Aborted => "!",
        Verdict::Skipped => "–",
    }
}

/// Why a scenario was skipped, where it was not for the run's own sake: a program that it needs is missing.
#[must_use]
pub fn unmet_need(scenario: &Scenario) -> Option<&str> {
    let why = scenario.cause.as_deref().filter(|_| scenario.verdict == Some(Verdict::Skipped))?;
    why.starts_with("needs ").then_some(why)
}

/// Why a step did not pass, in one line: its cause, else the expectation that did not hold.
#[must_use]
pub fn headline(step: &Step) -> String {
    let broken = || unmet(&step.expectations).next().map(judged);
    let word = || step.verdict.unwrap_or(Verdict::Aborted).to_string();
    one_line(&step.cause.clone().or_else(broken).unwrap_or_else(word))
}

/// A shadow check that did not pass, in one line: `shadow check failed: 3 restarts (enforce: false, decides nothing)`.
#[must_use]
pub fn shadow(verdict: Verdict, step: &Step) -> String {
    format!("shadow check {verdict}: {} (enforce: false, decides nothing)", headline(step))
}

/// Expectations that did not hold, then those that could not be known.
pub fn unmet(expectations: &[Judged]) -> impl Iterator<Item = &Judged> {
    let broken = expectations.iter().filter(|expectation| expectation.held == Some(false));
    broken.chain(expectations.iter().filter(|expectation| expectation.held.is_none()))
}

/// An expectation and what came of it: `service.healthy == service.desired → 0 == 1`.
#[must_use]
pub fn judged(expectation: &Judged) -> String {
    let Judged { text, kind, held, detail } = expectation;
    let word = if kind == "expect" { String::new() } else { format!("{}: ", one_line(kind)) };
    let detail = detail.as_deref().map(one_line);
    let outcome = match (held, detail) {
        (_, Some(detail)) => detail,
        (Some(true), None) => "holds".to_owned(),
        (Some(false), None) => "does not hold".to_owned(),
        (None, None) => "not known".to_owned(),
    };
    format!("{word}{} → {outcome}", one_line(text))
}

/// Where a step stands: `scenarios/bulk-import.yaml:23`.
#[must_use]
pub fn place(step: &Step) -> String {
    format!("{}:{}", one_line(&step.file), step.line)
}

/// How long it was waited, and for what: `waited 31 s of 2 min for response.body.status == "done"`.
#[must_use]
pub fn waited(step: &Step) -> Option<String> {
    let within = step.within_ms?;
    let mut text = format!("waited {} of {}", span(step.duration_ms), span(within));
    if let Some(until) = &step.until {
        let _ = write!(text, " for {}", one_line(until));
    }
    Some(text)
}

/// What was seen in which stretch of time: `queued 0–4 s → processing 4–31 s`; a long story is cut in its middle.
#[must_use]
pub fn seen(changes: &[Change], at_most: usize) -> Option<String> {
    (!changes.is_empty()).then(|| stretches(changes, at_most).join(" → "))
}

/// The same, stretch by stretch.
#[must_use]
pub fn stretches(changes: &[Change], at_most: usize) -> Vec<String> {
    let half = at_most.div_ceil(2);
    let many = changes.len();
    if many <= at_most {
        return changes.iter().map(stretch).collect();
    }
    let left_out = format!("… {} more …", many.saturating_sub(2 * half));
    let (first, last) = (changes.iter().take(half), changes.iter().skip(many - half.min(many)));
    first.map(stretch).chain([left_out]).chain(last.map(stretch)).collect()
}

/// How often was looked: `1 look`, `5 looks`.
#[must_use]
pub fn looked(looks: u64) -> String {
    if looks == 1 { "1 look".to_owned() } else { format!("{looks} looks") }
}

fn stretch(change: &Change) -> String {
    let Change { state, from_ms, to_ms } = change;
    match (one_line(state), seconds(*from_ms), seconds(*to_ms)) {
        (state, from, to) if from == to => format!("{state} at {from} s"),
        (state, from, to) => format!("{state} {from}–{to} s"),
    }
}

/// Seconds with one decimal where it says something: `0.4`, `4`, `31`.
fn seconds(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    match (tenths / 10, tenths % 10) {
        (whole @ 0..10, part @ 1..) => format!("{whole}.{part}"),
        _ => (ms.saturating_add(500) / 1000).to_string(),
    }
}

/// A span of time as a person says it: `340 ms`, `4.2 s`, `31 s`, `2 min 5 s`.
#[must_use]
pub fn span(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..59_500 => format!("{} s", seconds(ms)),
        _ => {
            let whole = ms.saturating_add(500) / 1000;
            let (minutes, seconds) = (whole / 60, whole % 60);
            if seconds == 0 { format!("{minutes} min") } else { format!("{minutes} min {seconds} s") }
        }
    }
}

/// Text for a line of its own: without line feeds and whatever else could move the cursor or hide what follows.
#[must_use]
pub fn one_line(text: &str) -> String {
    let lines = text.lines().map(visible);
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A line as it may be shown: text from outside can neither paint, nor move the cursor, nor turn its direction.
#[must_use]
pub fn visible(line: &str) -> String {
    let line = console::strip_ansi_codes(line);
    line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control() && !inert::turns(*c)).collect()
}

/// Who is meant: `bulk-import › guard "the worker stays up"`.
#[must_use]
pub fn who(scenario: &Scenario, phase: Phase, step: &Step) -> String {
    format!("{} › {} \"{}\"", one_line(&scenario.id), kind(phase), one_line(&step.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_like_a_person_says_them() {
        #[track_caller]
        fn check(ms: u64, expected: &str) {
            assert_eq!(span(ms), expected);
        }
        check(0, "0 ms");
        check(999, "999 ms");
        check(1000, "1 s");
        check(4249, "4.2 s");
        check(9999, "10 s");
        check(31_400, "31 s");
        check(59_499, "59 s");
        check(59_500, "1 min");
        check(125_000, "2 min 5 s");
    }

    #[test]
    fn what_was_seen_is_told_in_stretches() {
        #[track_caller]
        fn check(changes: &[(&str, u64, u64)], at_most: usize, expected: Option<&str>) {
            let change = |(state, from_ms, to_ms): &(&str, u64, u64)| Change {
                state: (*state).to_owned(),
                from_ms: *from_ms,
                to_ms: *to_ms,
            };
            let changes: Vec<Change> = changes.iter().map(change).collect();
            assert_eq!(seen(&changes, at_most).as_deref(), expected);
        }
        check(&[], 4, None);
        check(&[("201", 180, 184)], 4, Some("201 at 0.2 s"));
        check(&[("queued", 0, 4000), ("processing", 4000, 31_000)], 4, Some("queued 0–4 s → processing 4–31 s"));
        check(
            &[("a", 0, 100), ("b", 200, 300), ("c", 400, 500), ("d", 600, 700), ("e", 800, 1000)],
            2,
            Some("a 0–0.1 s → … 3 more … → e 0.8–1 s"),
        );
    }

    #[test]
    fn a_line_holds_nothing_but_text() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(one_line(text), expected);
        }
        check("plain", "plain");
        check("  two\r\n\n  lines\n", "two lines");
        check("\u{1b}[2J\u{1b}[31mred\u{1b}[0m\u{0}\u{7}\tend", "red end");
        check("\u{202e}turned", "turned");
    }

    #[test]
    fn an_expectation_shows_its_parts() {
        #[track_caller]
        fn check(kind: &str, held: Option<bool>, detail: Option<&str>, expected: &str) {
            let (kind, detail) = (kind.to_owned(), detail.map(str::to_owned));
            assert_eq!(judged(&Judged { text: "a == b".into(), kind, held, detail }), expected);
        }
        check("expect", Some(false), Some("0 == 1"), "a == b → 0 == 1");
        check("until", Some(false), None, "until: a == b → does not hold");
        check("expect", None, Some("the history\nmay not be read"), "a == b → the history may not be read");
        check("expect", Some(true), None, "a == b → holds");
    }
}
