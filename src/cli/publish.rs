//! The reports of a run that is over: into its folder, and wherever else they were asked for.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use smoke::abreast::{abreast, threads_for};
use smoke::record::Run;
use smoke::report::console::{self, Style};
use smoke::report::{Format, evidence, markdown};

use super::command::environment;
use super::exit::Exit;
use super::reports::{self, RunFolder};
use super::settings::{Place, ReportTo};
use super::terminal::Paint;
use super::{complain, print};

/// The record, in a run's folder.
const RUN: &str = "run.json";
/// What every run writes into its folder at its end. Its events are there already, or are told again.
const ALWAYS: [Format; 4] = [Format::Json, Format::Junit, Format::Html, Format::Markdown];

/// Writes every report. One that cannot be written does not keep the others from it; all errors are given back.
pub(crate) fn publish(run: &Run, folder: &RunFolder, asked: &[ReportTo]) -> Vec<io::Error> {
    let mut unwritten = Vec::new();
    let wanted = Format::all().iter().filter(|(format, _, _)| in_folder(*format, asked));
    // The text comes last: it names `run.json`, where that could be written.
    let (last, others): (Vec<_>, Vec<_>) = wanted.partition(|(format, _, _)| *format == Format::Text);
    for wanted in [others, last] {
        let shown_at = folder.written(RUN);
        let written = abreast(threads_for(run.scenarios.len()), &wanted, |(format, _, name)| {
            folder.write(name, |out| format.draw_to(run, shown_at.as_deref(), out))
        });
        unwritten.extend(written.into_iter().filter_map(Result::err));
    }
    for file in evidence::files(run) {
        unwritten.extend(folder.write(&file.path, |out| out.write_all(file.text.as_bytes())).err());
    }
    for report in asked {
        unwritten.extend(elsewhere(run, report, folder.written(RUN).as_deref()).err());
    }
    unwritten
}

fn in_folder(format: Format, asked: &[ReportTo]) -> bool {
    ALWAYS.contains(&format) || asked.contains(&ReportTo { format, place: Place::Folder })
}

/// A report that goes somewhere else than to the run's folder.
fn elsewhere(run: &Run, report: &ReportTo, shown_at: Option<&str>) -> io::Result<()> {
    let format = report.format;
    match &report.place {
        Place::Folder => Ok(()),
        Place::File(path) => reports::write(path, |out| format.draw_to(run, shown_at, out)),
        Place::End(path) if format == Format::Markdown => append(path, |room| markdown::render(run, room)),
        Place::End(path) => append(path, |_| format.draw(run, shown_at)),
        Place::Stdout => stdout(&format.draw(run, shown_at)),
    }
}

/// Writes at the end of a file that others write to as well; `draw` is told for how many bytes there is room.
fn append(path: &Path, draw: impl FnOnce(usize) -> String) -> io::Result<()> {
    let written = || {
        let mut file = reports::at_end(path)?;
        let before = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let gap = if before > 0 { "\n" } else { "" };
        let text = draw(markdown::AT_MOST.saturating_sub(before + gap.len()));
        file.write_all(format!("{gap}{text}").as_bytes())
    };
    written().map_err(|error| reports::naming(path, &error))
}

/// The summary, in the words for people: on standard output, unless a report has taken that. What it names is there, seen
/// from where smoke was started: `dir` is the folder that it was told to work in.
pub(crate) fn tell(run: &Run, folder: &RunFolder, dir: Option<&Path>, taken: bool, cleans: Option<&[String]>) -> Exit {
    let is_terminal = if taken { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let color = Paint::wanted(is_terminal, &environment).color();
    let seen = |path: String| dir.map_or_else(|| path.clone(), |dir| dir.join(&path).display().to_string());
    let (run_json, report_html) = (folder.written(RUN).map(seen), folder.written("report.html").map(seen));
    let style = Style { color, run_json: run_json.as_deref(), report_html: report_html.as_deref(), cleans };
    let summary = console::summary(run, &style);
    if taken {
        // Nobody is left to be told that nobody can be told.
        let _ = io::stderr().write_all(summary.as_bytes());
        Exit::PASSED
    } else {
        print(&summary)
    }
}

/// What the process ends with: smoke's own fault where the summary could not be told or a report not be written, else
/// `exit`. The record owns up to it as well: reports are drawn again, wherever one takes the place of what was written.
pub(crate) fn owned(run: &Run, folder: &RunFolder, asked: &[ReportTo], [exit, told, written]: [Exit; 3]) -> Exit {
    if told == Exit::PASSED && written == Exit::PASSED {
        return exit;
    }
    let run = Run { exit_code: Some(Exit::FAULT.code()), ..run.clone() };
    let shown_at = folder.written(RUN);
    for (format, _, name) in Format::all().iter().filter(|(format, _, _)| in_folder(*format, asked)) {
        drop(folder.write(name, |out| format.draw_to(&run, shown_at.as_deref(), out)));
    }
    for report in asked.iter().filter(|report| matches!(&report.place, Place::File(path) if path.is_file())) {
        drop(elsewhere(&run, report, shown_at.as_deref()));
    }
    Exit::FAULT
}

/// Says what could not be written.
pub(crate) fn regret(unwritten: &[io::Error]) -> Exit {
    let told = regrets(unwritten);
    told.iter().fold(Exit::PASSED, |_, one| complain(Exit::FAULT, &format!("a report could not be written: {one}")))
}

/// Of many that failed alike one, and how many more.
fn regrets(unwritten: &[io::Error]) -> Vec<String> {
    let mut kinds: Vec<(io::ErrorKind, &io::Error, usize)> = Vec::new();
    for error in unwritten {
        match kinds.iter_mut().find(|(kind, _, _)| *kind == error.kind()) {
            Some((_, _, more)) => *more += 1,
            None => kinds.push((error.kind(), error, 0)),
        }
    }
    let said = |(_, first, more): &(io::ErrorKind, &io::Error, usize)| match more {
        0 => first.to_string(),
        more => format!("{first} (and {more} more alike)"),
    };
    kinds.iter().map(said).collect()
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

    #[test]
    fn a_full_disk_is_told_of_once() {
        let error = |kind, words: &str| io::Error::new(kind, words.to_owned());
        assert_eq!(regret(&[]), Exit::PASSED);
        let full = (0..12).map(|nth| error(io::ErrorKind::StorageFull, &format!("{nth}: no space")));
        let told = regrets(&full.chain([error(io::ErrorKind::NotFound, "x: no such file")]).collect::<Vec<_>>());
        assert_eq!(told, ["0: no space (and 11 more alike)", "x: no such file"]);
    }
}
