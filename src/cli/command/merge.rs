//! `smoke merge RUN.json ...`: one run out of the shards of one. Nothing is looked at again; the verdict is made anew from
//! what the shards recorded.

use std::path::Path;

use smoke::record::{Part, Run};
use smoke::report::{Format, json};

use crate::cli::args::Merge;
use crate::cli::exit::Exit;
use crate::cli::reports::{self, RunFolder};
use crate::cli::settings::{Place, ReportKind, ReportTo};
use crate::cli::{complain, publish};

/// The file for the merged run's events.
const EVENTS: ReportTo = ReportTo { kind: ReportKind::Drawn(Format::Ndjson), place: Place::Folder };

/// Merges, writes every report, and ends as the whole run would have.
pub(crate) fn run(args: &Merge) -> Exit {
    let merged = match merged(args) {
        Ok(merged) => merged,
        Err(problems) => return problems.iter().fold(Exit::INVALID, |exit, problem| complain(exit, problem)),
    };
    let folder = match RunFolder::create(&args.output.reports, &merged.id) {
        Ok(folder) => folder,
        Err(error) => return complain(Exit::FAULT, &format!("a report cannot be written: {error}")),
    };
    // Its events were told by the shards; here they are drawn, as every other report.
    let drawn = |report: &ReportTo| match report.kind {
        ReportKind::Drawn(_) => report.clone(),
        ReportKind::Events => ReportTo { kind: EVENTS.kind, place: report.place.clone() },
    };
    let asked: Vec<ReportTo> = args.output.report.iter().map(drawn).chain([EVENTS]).collect();
    let mut unwritten = publish::publish(&merged, &folder, &asked);
    unwritten.extend(folder.point_latest().err());
    let taken = args.output.report.iter().any(|report| report.place == Place::Stdout);
    let told = publish::tell(&merged, &folder, taken, false);
    let written = publish::regret(&unwritten);
    let exit = merged.exit_code.map_or(Exit::FAULT, Exit::of);
    if told == Exit::PASSED && written == Exit::PASSED { exit } else { Exit::FAULT }
}

fn merged(args: &Merge) -> Result<Run, Vec<String>> {
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    for path in &args.runs {
        match read(path) {
            Ok(part) => parts.push(part),
            Err(problem) => problems.push(problem),
        }
    }
    if args.output.report.iter().filter(|report| report.place == Place::Stdout).count() > 1 {
        problems.push("only one --report can go to standard output (`-`)".to_owned());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Run::merge(parts).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn read(path: &Path) -> Result<Part, String> {
    let path = reports::record(path);
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
    let run = json::read(&text).map_err(|error| format!("{name}: {error}"))?;
    Ok(Part { name, run })
}
