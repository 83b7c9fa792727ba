//! `smoke merge RUN.json ...`: one run out of the shards of one. Nothing is looked at again; the verdict is made anew from
//! what the shards recorded.

use std::path::Path;

use smoke::record::{Part, Run};
use smoke::report::Format;

use crate::cli::args::Merge;
use crate::cli::exit::Exit;
use crate::cli::reports::{self, RunFolder};
use crate::cli::settings::{Place, ReportTo};
use crate::cli::{complain, note, publish};

/// The file for the merged run's events.
const EVENTS: ReportTo = ReportTo { format: Format::Ndjson, place: Place::Folder };

/// Merges, writes every report, and ends as the whole run would have. `dir` is the folder that was asked for.
pub(crate) fn run(args: &Merge, dir: Option<&Path>) -> Exit {
    let merged = match merged(args) {
        Ok(merged) => merged,
        Err(problems) => return problems.iter().fold(Exit::INVALID, |exit, problem| complain(exit, problem)),
    };
    let folder = match RunFolder::create(&args.output.reports, &merged.id) {
        Ok(folder) => folder,
        Err(error) => return complain(Exit::FAULT, &format!("a report cannot be written: {error}")),
    };
    // Its events were told by the shards; here they are drawn, as every other report.
    let asked: Vec<ReportTo> = args.output.report.iter().cloned().chain([EVENTS]).collect();
    let mut unwritten = publish::publish(&merged, &folder, &asked);
    unwritten.extend(folder.point_latest().err());
    let told = publish::tell(&merged, &folder, dir, args.output.takes_stdout(), None);
    let written = publish::regret(&unwritten);
    let exit = merged.exit_code.map_or(Exit::FAULT, Exit::of);
    publish::owned(&merged, &folder, &asked, [exit, told, written])
}

fn merged(args: &Merge) -> Result<Run, Vec<String>> {
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    for path in &args.runs {
        match reports::read(path) {
            Ok((path, run)) => parts.push(Part { name: path.display().to_string(), run }),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(args.output.settled().err());
    if !problems.is_empty() {
        return Err(problems);
    }
    say_what_is_old(&parts);
    Run::merge(parts).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// An older smoke did not keep of which plan a record is a part.
fn say_what_is_old(parts: &[Part]) {
    let old = parts.iter().filter(|part| part.run.shard.is_some() && part.run.whole.is_none());
    let names: Vec<&str> = old.map(|part| part.name.as_str()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        note(&format!("{names}: nothing there tells which scenarios were shared out, so none would be missed"));
    }
}
