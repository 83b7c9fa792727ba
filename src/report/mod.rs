//! A run drawn: as JSON (the record itself, versioned), as JUnit, and as text for people. Pure: nothing here writes a
//! file or reads a clock, and the same run gives the same bytes.
//!
//! * [`json`]: `run.json`, written and read back; every other report is drawn from it alone.
//! * [`junit`]: `junit.xml`, as CI systems read it.
//! * [`console`]: the summary at the end of a run.
//! * [`ndjson`]: one event as a line, for `events.ndjson`.
//! * [`story`]: a step in words, which the reports for people share.
//!
//! A new format is one more file here and one more variant of [`Format`].

pub mod console;
pub mod json;
pub mod junit;
pub mod ndjson;
pub mod story;

use crate::record::Run;

/// What a run can be drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `run.json`.
    Json,
    /// `junit.xml`.
    Junit,
    /// The summary for people, without colour.
    Text,
}

impl Format {
    /// Every format, its name on the command line, and the file it goes to in the run's folder.
    #[must_use]
    pub const fn all() -> &'static [(Self, &'static str, &'static str)] {
        &[(Self::Json, "json", "run.json"), (Self::Junit, "junit", "junit.xml"), (Self::Text, "text", "summary.txt")]
    }

    /// Draws the run. `from` is where its `run.json` lies, which the text names; the other formats do not.
    #[must_use]
    pub fn draw(self, run: &Run, from: Option<&str>) -> String {
        match self {
            Self::Json => json::write(run),
            Self::Junit => junit::render(run),
            Self::Text => console::summary(run, &console::Style { run_json: from, ..console::Style::default() }),
        }
    }
}
