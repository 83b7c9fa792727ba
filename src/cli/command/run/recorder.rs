//! Events become a record as they come, and reports at the end, on whatever way the run ends.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use smoke::event::{AwsUse, Event, Fact, RunHeader};
use smoke::record::Run;
use smoke::report::{Format, ndjson};
use smoke::verdict::Verdict;

use super::finished::Finished;
use crate::cli::exit::Exit;
use crate::cli::publish;
use crate::cli::reports::{self, RunFolder};
use crate::cli::settings::{Place, ReportTo};

/// The name of the file that grows while the run goes on.
const EVENTS: &str = "events.ndjson";

/// The record, and where it goes.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The run so far.
    pub(super) run: Run,
    folder: RunFolder,
    growing: Vec<Growing>,
    reports: Vec<ReportTo>,
    unwritten: Vec<io::Error>,
    /// Whether `latest` is to lead here.
    leads: bool,
    /// How far the run's clock is ahead of this machine's.
    ahead: TimeDelta,
}

/// Where events go as they come.
#[derive(Debug)]
enum Growing {
    File(File),
    Stdout,
}

impl Recorder {
    /// Makes the run's folder and opens what grows, before anything is sent. From then on `latest` leads there: whatever
    /// becomes of the run, nobody finds an older green one in its place.
    pub(crate) fn open(base: &Path, id: &str, reports: &[ReportTo]) -> io::Result<Self> {
        let recorder = Self::open_behind(base, id, reports)?;
        recorder.folder.point_latest()?;
        Ok(Self { leads: true, ..recorder })
    }

    /// The same, but `latest` goes on to lead to the run before: who cleans up does not stand in the way of what is
    /// cleaned up after.
    pub(crate) fn open_behind(base: &Path, id: &str, reports: &[ReportTo]) -> io::Result<Self> {
        for report in reports {
            if let Place::File(path) = &report.place {
                reports::has_folder(path)?;
            }
        }
        let folder = RunFolder::create(base, id)?;
        let mut growing = vec![Growing::File(reports::grow(&folder.file(EVENTS))?)];
        // Events are written as they come; drawn at the end, they would take the place of what grew.
        let (events, drawn): (Vec<_>, Vec<_>) =
            reports.iter().cloned().partition(|report| report.format == Format::Ndjson);
        for report in &events {
            match &report.place {
                Place::Folder => {}
                Place::File(path) => growing.push(Growing::File(reports::grow(path)?)),
                Place::End(path) => growing.push(Growing::File(reports::at_end(path)?)),
                Place::Stdout => growing.push(Growing::Stdout),
            }
        }
        Ok(Self {
            run: Run::default(),
            folder,
            growing,
            reports: drawn,
            unwritten: Vec::new(),
            leads: false,
            ahead: TimeDelta::zero(),
        })
    }

    /// The path of a file in the run's folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.file(name)
    }

    /// Takes in one event.
    fn take(&mut self, event: &Event) {
        self.keep(std::slice::from_ref(event));
        self.run.apply(event);
    }

    /// Writes events down before anything is made of them, so that they survive whatever comes next.
    pub(super) fn keep(&mut self, events: &[Event]) {
        let lines = events.iter().map(ndjson::line).collect::<String>();
        let unwritten = &mut self.unwritten;
        // What cannot be written to once is not tried again: one error says it all.
        self.growing.retain_mut(|growing| growing.write(&lines).map_err(|error| unwritten.push(error)).is_ok());
        if let Some(Event { at, fact: Fact::RunStarted { .. } }) = events.first() {
            self.ahead = *at - Utc::now();
        }
    }

    /// The time of day by the clock that the run goes by, UTC.
    pub(super) fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }

    /// The record of a run that could not begin.
    pub(super) fn never_began(&mut self, run: RunHeader, why: &str, exit: Exit) -> Finished {
        let at = run.started;
        self.take(&Event { at, fact: Fact::RunStarted { run, cases: Vec::new() } });
        // That was when smoke was called, some time ago, by this machine's clock.
        self.ahead = TimeDelta::zero();
        self.run.close_unbegun(why, exit.code(), self.now());
        self.finish(why, exit.code())
    }

    /// A run that was refused before anything was sent is none: nothing of it is kept.
    pub(super) fn refuse(&self, why: &str) -> Finished {
        self.folder.discard();
        let (run, folder) = (Run::default(), self.folder.clone());
        Finished { run, folder, reports: Vec::new(), unwritten: Vec::new(), refused: Some(why.to_owned()) }
    }

    /// The record of a part of a run in which there is nothing to do.
    pub(super) fn empty(&mut self, run: RunHeader) -> Finished {
        let at = run.started;
        self.take(&Event { at, fact: Fact::RunStarted { run, cases: Vec::new() } });
        let fact = Fact::RunEnded {
            verdict: Verdict::Skipped,
            exit_code: 0,
            aws: AwsUse::default(),
            http_requests: 0,
            learnt: Vec::new(),
        };
        self.take(&Event { at: self.now(), fact });
        self.finish("", Exit::PASSED.code())
    }

    /// Writes every report. `why` and `exit_code` count where the run's events just ended.
    pub(super) fn finish(&mut self, why: &str, exit_code: u8) -> Finished {
        self.run.close_aborted(why, exit_code, self.now());
        let mut unwritten = std::mem::take(&mut self.unwritten);
        unwritten.extend(publish::publish(&self.run, &self.folder, &self.reports));
        if self.leads {
            unwritten.extend(self.folder.point_latest().err());
        }
        let (run, reports) = (std::mem::take(&mut self.run), std::mem::take(&mut self.reports));
        Finished { run, folder: self.folder.clone(), reports, unwritten, refused: None }
    }
}

impl Growing {
    fn write(&mut self, lines: &str) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(lines.as_bytes()),
            Self::Stdout => publish::stdout(lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_just_ends_leaves_valid_reports() {
        let base = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::open(base.path(), "id", &[]).unwrap();
        let events = crate::cli::terminal::recorded("failed");
        events.iter().take(12).for_each(|event| recorder.take(event));
        let finished = recorder.finish("internal error: boom", 4);
        assert!(finished.unwritten.is_empty());
        let read = |name: &str| std::fs::read_to_string(base.path().join("latest").join(name)).unwrap();
        assert_eq!(smoke::report::json::read(&read("run.json")).unwrap(), finished.run);
        assert!(read("junit.xml").contains("internal error: boom"));
        assert_eq!(read(EVENTS).lines().count(), 12);
    }
}
