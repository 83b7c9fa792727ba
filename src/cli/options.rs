//! Options that several commands have alike.

use std::path::{Path, PathBuf};

use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, ValueEnum, ValueHint};
use smoke::sandbox::Fault;

use super::reports;
use super::settings::{Place, ReportTo, parse};

/// Where runs are kept where nothing is said.
pub(crate) const REPORTS: &str = "reports";

/// What is given for variables.
#[derive(Debug, clap::Args)]
pub(crate) struct Vars {
    /// Set a variable, stronger than all others; the environment variable holds some more, one a line
    #[arg(long, value_name = "K=V", env = "SMOKE_VAR", hide_env_values = true, value_parser = parse::variable)]
    pub(crate) var: Vec<(String, String)>,
}

/// What is broken in the sandbox.
#[derive(Debug, clap::Args)]
pub(crate) struct Faults {
    /// Break the local target on purpose; `smoke sandbox --list-faults` shows how
    #[arg(long, value_name = "NAME", env = "SMOKE_FAULT", value_delimiter = ',', value_parser = faults())]
    pub(crate) fault: Vec<Fault>,
}

/// How much is shown.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Talkativeness {
    /// Show only the verdict and what went wrong
    #[arg(long, short, env = "SMOKE_QUIET", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) quiet: bool,
    /// Show each look; twice and more: what smoke does inside
    #[arg(long, short, env = "SMOKE_VERBOSE", value_parser = parse::verbosity, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Where reports go.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Write another report to PATH (`-`: standard output): junit, json, html, markdown, github, ndjson or text. Without
    /// PATH it goes to the run's folder, and github to standard output. `markdown=$GITHUB_STEP_SUMMARY` is appended. What
    /// the environment variable asks for, one a line or with commas between them, is written as well
    #[arg(long, value_name = "FORMAT[=PATH]", env = "SMOKE_REPORT", value_parser = parse::report)]
    pub(crate) report: Vec<ReportTo>,
    /// Keep runs in DIR, each with run.json, junit.xml, report.html, summary.md, events.ndjson and evidence/
    #[arg(long, value_name = "DIR", env = "SMOKE_REPORTS", default_value = REPORTS, value_hint = ValueHint::DirPath)]
    pub(crate) reports: PathBuf,
}

impl Output {
    /// Whether a report has claimed standard output, so that the summary goes to standard error.
    pub(crate) fn takes_stdout(&self) -> bool {
        self.to_stdout() > 0
    }

    /// All commands of a step share the file for its summary, so nothing in that is replaced, however it is spelt. Paths
    /// are seen from the folder in which smoke works.
    pub(crate) fn share(&mut self, step_summary: &Path) {
        let shared = reports::real(step_summary);
        for report in &mut self.report {
            if let Place::File(path) = &report.place
                && reports::real(path) == shared
            {
                report.place = Place::End(path.clone());
            }
        }
    }

    /// Holds that no two reports want the same place.
    pub(crate) fn settled(&self) -> Result<(), String> {
        if self.to_stdout() > 1 {
            return Err("only one --report can go to standard output (`-`)".to_owned());
        }
        let mut taken: Vec<(PathBuf, &Place)> = Vec::new();
        for place in self.report.iter().map(|report| &report.place) {
            let (Place::File(path) | Place::End(path)) = place else { continue };
            let file = reports::real(path);
            // Whoever writes at the end leaves what others write there.
            let appends = |other: &Place| matches!((place, other), (Place::End(_), Place::End(_)));
            if taken.iter().any(|(known, other)| *known == file && !appends(other)) {
                return Err(format!(
                    "only one --report can go to {}: the last would be all that is in it",
                    path.display()
                ));
            }
            taken.push((file, place));
        }
        Ok(())
    }

    fn to_stdout(&self) -> usize {
        self.report.iter().filter(|report| report.place == Place::Stdout).count()
    }
}

/// Which scenarios.
#[derive(Debug, clap::Args)]
pub(crate) struct Filter {
    /// Take only scenarios with this tag (repeatable: any of them)
    #[arg(long, value_name = "TAG", env = "SMOKE_TAG", value_delimiter = ',', value_parser = parse::tag)]
    pub(crate) tag: Vec<String>,
    /// Leave out scenarios with this tag
    #[arg(long, value_name = "TAG", env = "SMOKE_SKIP_TAG", value_delimiter = ',', value_parser = parse::tag)]
    pub(crate) skip_tag: Vec<String>,
}

/// The workers that the local target can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Worker {
    /// The one that is built in
    Rust,
    /// The reference deployment's own, as a process; needs Python 3.10
    Python,
}

impl From<Worker> for smoke::sandbox::Worker {
    fn from(worker: Worker) -> Self {
        match worker {
            Worker::Rust => Self::Rust,
            Worker::Python => Self::Python,
        }
    }
}

fn faults() -> impl TypedValueParser<Value = Fault> {
    let catalogue = Fault::catalogue();
    let names = catalogue.iter().map(|entry| clap::builder::PossibleValue::new(entry.name).help(entry.what));
    PossibleValuesParser::new(names).try_map(move |name| {
        let found = catalogue.iter().find(|entry| entry.name == name);
        found.map(|entry| entry.fault).ok_or("no such fault")
    })
}
