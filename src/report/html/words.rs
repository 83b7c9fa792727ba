//! The small pieces that everything on the page is made of.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::event::Evidence;
use crate::report::story;
use crate::verdict::Verdict;

/// A verdict: a mark for the eye, the word for everybody; its colour only adds to that.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict) } { span aria-hidden="true" { (story::mark(verdict)) } " " (verdict) } }
}

/// A label of our own beside a name: `flaky`, `shadow`.
pub(super) fn label(text: &str) -> Markup {
    html! { span class="label" { (text) } }
}

/// `2026-11-23 22:42:00 UTC`.
pub(super) fn time(at: DateTime<Utc>) -> Markup {
    let exact = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    html! { time datetime=(exact) { (at.format("%Y-%m-%d %H:%M:%S UTC")) } }
}

/// A piece of evidence, and the file that it lies in.
pub(super) fn evidence(piece: &Evidence, path: &str, open: bool) -> Markup {
    let lines: Vec<String> = piece.text.lines().map(story::visible).collect();
    html! {
        details class="evidence" open[open] {
            summary { (story::title(piece)) }
            // The first line feed after `pre` is not shown, so that one may stand there.
            pre { "\n" (lines.join("\n")) }
            p class="file" { a href=(path) { (path) } }
        }
    }
}

/// Where the section on a scenario begins.
pub(super) fn anchor(case: usize) -> String {
    format!("scenario-{}", case + 1)
}
