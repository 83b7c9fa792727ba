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

use std::io;

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
        let mut bytes = Vec::new();
        // Writing to memory does not fail, and what is drawn is text.
        let _ = self.draw_to(run, from, &mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The same, written as it is drawn where that may be long: a thousand scenarios are not held a second time.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn draw_to(self, run: &Run, from: Option<&str>, out: &mut dyn io::Write) -> io::Result<()> {
        let text = match self {
            Self::Json => return json::write(run, out),
            Self::Html => return html::render(run, out),
            Self::Junit => junit::render(run),
            Self::Markdown => markdown::render(run, markdown::AT_MOST),
            Self::Github => github::render(run),
            Self::Ndjson => ndjson::retold(run),
            Self::Text => console::summary(run, &console::Style { run_json: from, ..console::Style::default() }),
        };
        out.write_all(text.as_bytes())
    }
}
