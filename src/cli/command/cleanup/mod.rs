//! `smoke cleanup`: finishes the clean-up that other runs left, by their journals.
//!
//! [`work`]: what is left, as plans of today. What cannot be finished is said, with what to do by hand.

mod work;

use std::path::Path;

use chrono::Utc;
use smoke::journal::{self, Entry, Pen, Shelved, State};
use smoke::scenario::Project;

use self::work::{Batch, Work};
use super::run::{self, Errand, Manner, Prepared, Recorder, consent};
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::reports;
use crate::cli::settings::{JOBS, Talk};
use crate::cli::{complain, print};

/// Finishes what is left, on one target or on all; `dir` is the folder that was asked for, and the current one by now.
pub(crate) fn run(args: &args::Cleanup, dir: Option<&Path>) -> Exit {
    run::trace(args.talk.verbose);
    let shelved = match journal::unfinished(&args.reports) {
        Ok(shelved) => shelved,
        Err(error) => {
            return complain(Exit::FAULT, &format!("{} cannot be read: {error}", args.reports.display()));
        }
    };
    if let Some(run) = &args.settled {
        return settle(&args.reports, run, shelved);
    }
    let project = match super::project(&[]) {
        Ok(project) => project,
        Err(diagnostics) => return super::refuse(&diagnostics),
    };
    if let Err(message) = known(&project, args.target.as_deref()) {
        return complain(Exit::INVALID, &message);
    }
    let work = Work::of(&project, args, shelved);
    if work.is_none() {
        return print(&format!("nothing is left to be cleaned up below {}\n", args.reports.display()));
    }
    finish(args, dir, &project, work)
}

/// A target that was named must be there.
fn known(project: &Project, target: Option<&str>) -> Result<(), String> {
    let names: Vec<&str> = project.config.targets.iter().map(|target| target.name.as_str()).collect();
    match target {
        Some(target) if !names.contains(&target) => {
            Err(format!("no target is called {target}; there are {}", names.join(", ")))
        }
        _ => Ok(()),
    }
}

/// Does what can be done. Nothing is sent anywhere before all leave is given.
fn finish(args: &args::Cleanup, dir: Option<&Path>, project: &Project, work: Work) -> Exit {
    let Work { batches, exit } = work;
    for Batch { plan, .. } in &batches {
        let protected = project.config.targets.iter().any(|target| target.name == plan.target && target.protected);
        if protected
            && !args.yes
            && let Err(message) = consent::ask(&plan.target, "clean up after", plan.cases.len())
        {
            return complain(Exit::INVALID, &message);
        }
    }
    let mut worst = exit;
    for batch in batches {
        worst = worst.worst(carry_out(args, dir, batch));
        if worst.is_signal() {
            break;
        }
    }
    worst
}

fn carry_out(args: &args::Cleanup, dir: Option<&Path>, batch: Batch) -> Exit {
    let started = Utc::now();
    let id = reports::new_id(&args.reports, started);
    let recorder = match Recorder::open_behind(&args.reports, &id, &[]) {
        Ok(recorder) => recorder,
        Err(error) => return complain(Exit::FAULT, &format!("a report cannot be written: {error}")),
    };
    let Batch { plan, rests } = batch;
    let prepared = Prepared { plan, sandbox: None, id, started };
    let talk = Talk::wanted(args.talk.quiet, args.talk.verbose);
    let manner = Manner { jobs: JOBS, fail_fast: false, may_be_idle: false, talk };
    match run::conduct(prepared, Errand::CleanUp(rests), manner, recorder) {
        Ok(finished) => run::finish(&finished, dir, false, Some(&run::again::place(dir, &args.reports))),
        Err(error) => complain(Exit::FAULT, &format!("cannot start: {error}")),
    }
}

/// A person has seen to what a run left.
fn settle(base: &Path, run: &str, shelved: Vec<Shelved>) -> Exit {
    let path = base.join(run).join(journal::NAME);
    let Some(shelved) = shelved.into_iter().find(|shelved| shelved.path == path) else {
        return complain(Exit::INVALID, &format!("nothing is left of a run {run} below {}", base.display()));
    };
    let file = match shelved.state {
        State::Left(file, _) => file,
        State::Alive => return complain(Exit::INVALID, &format!("the run {run} still goes on")),
        State::Broken(why) => return complain(Exit::FAULT, &format!("{}: {why}", path.display())),
    };
    let pen = Pen::resume(file);
    match pen.write(&[Entry::Settled]).and_then(|()| pen.synced()) {
        Ok(()) => print(&format!("{run} is settled\n")),
        Err(error) => complain(Exit::FAULT, &error.to_string()),
    }
}
