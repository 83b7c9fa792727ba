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

use std::io;

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

/// Where the scenarios step by step belong. Nothing that a run tells can bring it: its `<` is escaped.
const STEPS: &str = "<!-- steps -->";

/// Writes the run as one HTML file, ending in a line feed; scenario by scenario, since of many it is long.
///
/// # Errors
/// Those of `out`.
pub fn render(run: &Run, out: &mut dyn io::Write) -> io::Result<()> {
    let paths = Paths::of(run);
    let page = page(run, &paths).into_string();
    let (before, after) = page.split_once(STEPS).unwrap_or((&page, ""));
    let each = run.scenarios.iter().enumerate().map(|(case, scenario)| overview::whole(case, scenario, &paths));
    let pieces = each.map(Markup::into_string).chain([format!("{after}\n")]);
    out.write_all(inert::markup(before.to_owned()).as_bytes())?;
    pieces.map(inert::markup).try_for_each(|piece| out.write_all(piece.as_bytes()))
}

/// All of it but the scenarios step by step.
fn page(run: &Run, paths: &Paths) -> Markup {
    let headline = Headline::of(run);
    let title = format!("{} {}: {}", story::mark(headline.verdict), run.target, headline.line());
    html! {
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
            body { (body(run, &headline, paths)) }
        }
    }
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
            (overview::step_by_step(run, STEPS))
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
