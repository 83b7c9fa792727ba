//! A run drawn: as JSON (the record itself, versioned), as JUnit, and as text, HTML and Markdown for people. Pure: nothing
//! here writes a file or reads a clock, and the same run gives the same bytes.
//!
//! * [`json`]: `run.json`, written and read back; every other report is drawn from it alone.
//! * [`junit`]: `junit.xml`, as CI systems read it.
//! * [`html`]: `report.html`, one file for a browser.
//! * [`markdown`]: `summary.md`, for a job's summary page.
//! * [`github`]: workflow commands, which GitHub shows beside the lines of the scenarios.
//! * [`console`]: the summary at the end of a run.
//! * [`again`]: the command that runs once more what did not pass.
//! * [`ndjson`]: one event as a line, for `events.ndjson`.
//! * [`evidence`]: what was kept, as files of its own.
//! * [`story`]: a step in words, which the reports for people share.
//! * [`inert`]: nothing that the system under test wrote is a command to those who read a report.
//!
//! A new format is one more file here and one more variant of [`Format`].

pub mod again;
mod alike;
pub mod console;
pub mod evidence;
mod excerpt;
pub mod github;
mod headline;
pub mod html;
pub mod inert;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod ndjson;
pub mod story;
mod tally;

use crate::record::Run;

/// What a run can be drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `run.json`.
    Json,
    /// `junit.xml`.
    Junit,
    /// `report.html`.
    Html,
    /// `summary.md`.
    Markdown,
    /// Workflow commands of GitHub Actions.
    Github,
    /// The run's events, told again.
    Ndjson,
    /// The summary for people, without colour.
    Text,
}

impl Format {
    /// Every format, its name on the command line, and the file it goes to in the run's folder.
    #[must_use]
    pub const fn all() -> &'static [(Self, &'static str, &'static str)] {
        &[
            (Self::Json, "json", "run.json"),
            (Self::Junit, "junit", "junit.xml"),
            (Self::Html, "html", "report.html"),
            (Self::Markdown, "markdown", "summary.md"),
            (Self::Github, "github", "github.txt"),
            (Self::Ndjson, "ndjson", "events.ndjson"),
            (Self::Text, "text", "summary.txt"),
        ]
    }

    /// Draws the run. `from` is where its `run.json` lies, which the text names; the other formats do not.
    #[must_use]
    pub fn draw(self, run: &Run, from: Option<&str>) -> String {
        match self {
            Self::Json => json::write(run),
            Self::Junit => junit::render(run),
            Self::Html => html::render(run),
            Self::Markdown => markdown::render(run, markdown::AT_MOST),
            Self::Github => github::render(run),
            Self::Ndjson => ndjson::retold(run),
            Self::Text => console::summary(run, &console::Style { run_json: from, ..console::Style::default() }),
        }
    }
}
