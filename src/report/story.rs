//! A step in words: what the reports for people say about it, each in its own layout.

use std::fmt::Write as _;

use super::inert;
use crate::event::{Change, Evidence, Judged, Leftover, Phase};
use crate::record::{Run, Scenario, Step};
pub use crate::span::in_words as span;
use crate::span::seconds;
use crate::verdict::Verdict;

/// What the title of evidence begins with that was asked for once more when a scenario had failed.
const ASKED_AGAIN: &str = "asked again";

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

/// What supports the cause of a scenario and what was tested, a line each, but for what its culprit says itself: that is
/// told where the step is.
pub fn notes(scenario: &Scenario) -> impl Iterator<Item = String> {
    let own = scenario.culprit().map(|(_, _, step)| headline(step));
    scenario.notes.iter().map(|note| one_line(note)).filter(move |note| Some(note) != own.as_ref())
}

/// A shadow check that did not pass, in one line: `shadow check failed: 3 restarts (enforce: false, decides nothing)`.
#[must_use]
pub fn shadow(step: &Step) -> String {
    let verdict = step.verdict.unwrap_or(Verdict::Aborted);
    format!("shadow check {verdict}: {} (enforce: false, decides nothing)", headline(step))
}

/// A clean-up that left its scenario's verdict as it is, in one line.
#[must_use]
pub fn clean_up(step: &Step) -> String {
    let verdict = step.verdict.unwrap_or(Verdict::Aborted);
    format!("clean-up {verdict}: {} (leaves the verdict as it is)", headline(step))
}

/// Expectations that did not hold, then those that could not be known.
pub fn unmet(expectations: &[Judged]) -> impl Iterator<Item = &Judged> {
    let broken = expectations.iter().filter(|expectation| expectation.held == Some(false));
    broken.chain(expectations.iter().filter(|expectation| expectation.held.is_none()))
}

/// What a step says itself, where `said` does not hold it already.
#[must_use]
pub fn own(step: &Step, said: &str) -> Option<String> {
    Some(headline(step)).filter(|own| !said.contains(own.as_str()))
}

/// What was expected of a step and did not come about, a line each, but for what its headline says already.
#[must_use]
pub fn expected(step: &Step) -> Vec<String> {
    let own = headline(step);
    let unsaid = |expectation: &Judged| match (&expectation.held, expectation.detail.as_deref().map(one_line)) {
        // Nothing was seen at all: why is the headline.
        (None, Some(why)) if own.contains(&why) => judged(&Judged { detail: None, ..expectation.clone() }),
        _ => judged(expectation),
    };
    unmet(&step.expectations).map(unsaid).filter(|line| *line != own).collect()
}

/// An expectation and what came of it: `service.healthy == service.desired → 0 == 1`.
#[must_use]
pub fn judged(expectation: &Judged) -> String {
    let Judged { text, kind, held, detail } = expectation;
    let word = if kind == "expect" { String::new() } else { format!("{}: ", one_line(kind)) };
    let detail = detail.as_deref().map(one_line);
    let outcome = match (held, detail) {
        (Some(true), Some(detail)) => format!("holds: {detail}"),
        (_, Some(detail)) => detail,
        (Some(true), None) => "holds".to_owned(),
        (Some(false), None) => "does not hold".to_owned(),
        (None, None) => "not known".to_owned(),
    };
    format!("{word}{} → {outcome}", one_line(text))
}

/// What is said of something that a clean-up should have taken away: it is still there, unless it ended with its sandbox.
#[must_use]
pub const fn left(run: &Run) -> &'static str {
    if run.embedded { "not cleaned up" } else { "left behind" }
}

/// What it is that was left, and of which attempt, where there were several.
#[must_use]
pub(super) fn remains(left: &Leftover) -> String {
    left.attempt.map_or_else(|| left.what.clone(), |attempt| format!("attempt {attempt}: {}", left.what))
}

/// What sort of step left something behind: the clean-up that could not take it away, or the step that may have made it.
#[must_use]
pub(super) fn leaver(scenario: &Scenario, step: &str) -> &'static str {
    let cleans = scenario.cleanup.iter().any(|cleanup| cleanup.name == step);
    kind(if cleans { Phase::Finally } else { Phase::Step })
}

/// Words at the beginning of a line.
#[must_use]
pub fn begin(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a piece of evidence is called. Of several answers to the same question it is said where each came from.
#[must_use]
pub fn title(Evidence { title, text }: &Evidence) -> String {
    let title = one_line(title);
    let asked = text.lines().next().filter(|_| title.starts_with(ASKED_AGAIN)).and_then(|line| line.split_once(' '));
    match asked {
        Some((method, url)) if title.ends_with(method) => format!("{title} {}", one_line(path(url))),
        _ => title,
    }
}

/// What comes after scheme and host.
fn path(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.find('/').map_or(url, |at| &host[at..])
}

/// Evidence with its paths: what tells why a thing died comes first, what only says how it was rolled out last.
#[must_use]
pub fn telling_first<'kept>(
    evidence: &'kept [Evidence],
    paths: &'kept [String],
) -> Vec<(&'kept Evidence, &'kept String)> {
    let mut all: Vec<_> = evidence.iter().zip(paths).collect();
    all.sort_by_key(|(piece, _)| {
        let starts = |words: &[&str]| words.iter().any(|word| piece.title.starts_with(word));
        match () {
            () if starts(&["stopped tasks"]) => 0,
            () if starts(&["last log lines"]) => 1,
            () if starts(&["deployments of", "events of", "last events of"]) => 3,
            () => 2,
        }
    });
    all
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
        // A number beside a number would be read as one.
        (state, from, to) if ends_in_number(&state) => format!("{state} ({from}–{to} s)"),
        (state, from, to) => format!("{state} {from}–{to} s"),
    }
}

/// Whether it ends in a number or in a time: `healthy 1`, `no answer within 6 s`.
fn ends_in_number(words: &str) -> bool {
    let number =
        ["ms", "s", "min"].iter().find_map(|unit| words.strip_suffix(unit)?.strip_suffix(' ')).unwrap_or(words);
    number.ends_with(|last: char| last.is_ascii_digit())
}

/// Text for a line of its own: without line feeds and whatever else could move the cursor or hide what follows.
#[must_use]
pub fn one_line(text: &str) -> String {
    if is_plain(text) {
        return text.trim().to_owned();
    }
    let lines = text.lines().map(visible);
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A line as it may be shown: text from outside can neither paint, nor move the cursor, nor turn its direction.
#[must_use]
pub fn visible(line: &str) -> String {
    if is_plain(line) {
        return line.to_owned();
    }
    let line = console::strip_ansi_codes(line);
    line.chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !(c.is_control() || inert::turns(*c) || inert::is_none(*c)))
        .collect()
}

/// Whether there is nothing in it but printable ASCII, as in nearly all there is to tell.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
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
        check(&[("healthy 1, desired 1", 0, 4000)], 4, Some("healthy 1, desired 1 (0–4 s)"));
        check(&[("no answer within 6 s", 0, 6000)], 4, Some("no answer within 6 s (0–6 s)"));
        check(&[("3 rows, 2 bins", 0, 6000)], 4, Some("3 rows, 2 bins 0–6 s"));
        check(&[("queued", 0, 4000), ("processing", 4000, 31_000)], 4, Some("queued 0–4 s → processing 4–31 s"));
        check(
            &[("a", 0, 100), ("b", 200, 300), ("c", 400, 500), ("d", 600, 700), ("e", 800, 1000)],
            2,
            Some("a 0–0.1 s → … 3 more … → e 0.8–1 s"),
        );
    }

    #[test]
    fn evidence_says_where_it_came_from_and_the_telling_comes_first() {
        let piece = |title: &str, text: &str| Evidence { title: title.into(), text: text.into() };
        let titles = |all: &[Evidence]| all.iter().map(title).collect::<Vec<_>>();
        let again = |url: &str| piece("asked again after the failure: GET", &format!("GET {url}\n200 {{}}"));
        assert_eq!(
            titles(&[again("http://h:1/a/1?x=y"), again("/b"), piece("last response", "GET /c")]),
            ["asked again after the failure: GET /a/1?x=y", "asked again after the failure: GET /b", "last response"]
        );
        let all = ["deployments of w", "events of w", "last response", "last log lines of g", "stopped tasks of w"];
        let (all, paths) = (all.map(|title| piece(title, "")), ["1", "2", "3", "4", "5"].map(str::to_owned));
        let order: Vec<&str> = telling_first(&all, &paths).into_iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(order, ["5", "4", "3", "1", "2"]);
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
        check("expect", Some(true), Some("a 1, b 1"), "a == b → holds: a 1, b 1");
    }
}
