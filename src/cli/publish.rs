//! The reports of a run that is over: into its folder, and wherever else they were asked for.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use smoke::record::Run;
use smoke::report::{Format, evidence, markdown};

use super::reports::{self, RunFolder};
use super::settings::{Place, ReportKind, ReportTo};

/// What every run writes into its folder at its end. Its events are there already, or are told again.
const ALWAYS: [Format; 4] = [Format::Json, Format::Junit, Format::Html, Format::Markdown];

/// Writes every report. One that cannot be written does not keep the others from it; all errors are given back.
pub(crate) fn publish(run: &Run, folder: &RunFolder, asked: &[ReportTo]) -> Vec<io::Error> {
    let shown_at = folder.file("run.json").display().to_string();
    let mut unwritten = Vec::new();
    // `run.json` first: everything else can be drawn from it again.
    for (format, _, name) in Format::all().iter().filter(|(format, _, _)| in_folder(*format, asked)) {
        unwritten.extend(folder.write(name, &format.draw(run, Some(&shown_at))).err());
    }
    for file in evidence::files(run) {
        unwritten.extend(folder.write(&file.path, &file.text).err());
    }
    for report in asked {
        unwritten.extend(elsewhere(run, report, &shown_at).err());
    }
    unwritten
}

fn in_folder(format: Format, asked: &[ReportTo]) -> bool {
    ALWAYS.contains(&format) || asked.contains(&ReportTo { kind: ReportKind::Drawn(format), place: Place::Folder })
}

/// A report that goes somewhere else than to the run's folder.
fn elsewhere(run: &Run, report: &ReportTo, shown_at: &str) -> io::Result<()> {
    let ReportKind::Drawn(format) = report.kind else { return Ok(()) };
    let text = || format.draw(run, Some(shown_at));
    match &report.place {
        Place::Folder => Ok(()),
        Place::File(path) => reports::write(path, &text()),
        Place::End(path) if format == Format::Markdown => append(path, |room| markdown::render(run, room)),
        Place::End(path) => append(path, |_| text()),
        Place::Stdout => stdout(&text()),
    }
}

/// Writes at the end of a file that others write to as well; `draw` is told for how many bytes there is room.
fn append(path: &Path, draw: impl FnOnce(usize) -> String) -> io::Result<()> {
    let written = || {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let before = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let gap = if before > 0 { "\n" } else { "" };
        let text = draw(markdown::AT_MOST.saturating_sub(before + gap.len()));
        file.write_all(format!("{gap}{text}").as_bytes())
    };
    written().map_err(|error| reports::naming(path, &error))
}

/// Writes to standard output.
pub(crate) fn stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file is GitHub's: other commands of the step write to it as well.
    #[test]
    fn what_others_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        let mut rooms = Vec::new();
        for text in ["a\n", "b\n"] {
            append(&path, |room| {
                rooms.push(room);
                text.to_owned()
            })
            .unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\n\nb\n");
        assert_eq!(rooms, [1024 * 1024, 1024 * 1024 - 3]);
    }
}
