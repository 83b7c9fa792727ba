//! `report.html`: one file that needs nothing else, no script either. What went wrong comes first, whole; below it every
//! scenario with every step.
//!
//! Readable without colour, with a keyboard, by ear and on paper: headings, tables and `details` are what they look like.

mod banner;
mod overview;
mod step;
mod tested;
mod trouble;
mod words;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::evidence::Paths;
use super::headline::Headline;
use super::{inert, story};
use crate::record::Run;

/// The whole style: colours for light, dark and paper.
const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever a report holds.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
/// The mark in a browser's tab, so that none is asked for.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' \
                    cy='8' r='7' fill='%23888'/%3E%3C/svg%3E";

/// The run as one HTML file, ending in a line feed.
#[must_use]
pub fn render(run: &Run) -> String {
    let paths = Paths::of(run);
    let headline = Headline::of(run);
    let title = format!("{} {}: {}", story::mark(headline.verdict), run.target, headline.line());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                link rel="icon" href=(ICON);
                title { (story::one_line(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body(run, &headline, &paths)) }
        }
    };
    let mut text = inert::markup(page.into_string());
    text.push('\n');
    text
}

fn body(run: &Run, headline: &Headline, paths: &Paths) -> Markup {
    html! {
        a class="skip" href="#scenarios" { "All scenarios" }
        (banner::banner(run, headline))
        main {
            (trouble::all(run, headline, paths))
            (overview::warnings(run))
            (tested::tested(run))
            (overview::scenarios(run))
            (overview::step_by_step(run, paths))
        }
        footer {
            p {
                "Drawn from " a href="run.json" { "run.json" } ", which holds all that was seen. Also here: "
                a href="junit.xml" { "junit.xml" } ", " a href="summary.md" { "summary.md" } ", "
                a href="events.ndjson" { "events.ndjson" } "."
            }
            p { "smoke " (story::one_line(&run.smoke)) }
        }
    }
}
