//! `smoke cleanup`: finishes the clean-up that other runs left, by their journals.
//!
//! [`work`]: what is left, as plans of today. What cannot be finished is said, with what to do by hand.

mod work;

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use smoke::journal::{self, Entry, Pen, Shelved, State};
use smoke::scenario::Project;
use tokio_util::sync::CancellationToken;

use self::work::{Asked, Batch, Work};
use super::run::signals::Signals;
use super::run::{self, Errand, Manner, Prepared, Recorder, consent, vigil};
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::reports;
use crate::cli::settings::{JOBS, Talk};
use crate::cli::{complain, print};

/// Finishes what is left, on one target or on all; `dir` is the folder that was asked for, and the current one by now.
pub(crate) fn run(args: &Arc<args::Cleanup>, dir: Option<&Path>) -> Exit {
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
    let asked = Arc::clone(args);
    let (work, signals) = match vigil::keep(move |given_up| plan(&asked, shelved, given_up)) {
        Ok((Ok(work), signals)) => (work, signals),
        Ok((Err(exit), _)) | Err(exit) => return exit,
    };
    if work.is_none() {
        return print(&format!("nothing is left to be cleaned up below {}\n", args.reports.display()));
    }
    finish(args, dir, work, signals)
}

/// What can be done, with all leave for it. Nothing is sent anywhere before.
fn plan(args: &args::Cleanup, shelved: Vec<Shelved>, given_up: &CancellationToken) -> Result<Work, Exit> {
    let project = super::project(&[]).map_err(|diagnostics| {
        let exit = super::refuse(&diagnostics);
        work::unplanned(args, &shelved);
        exit
    })?;
    known(&project, args.target.as_deref()).map_err(|message| complain(Exit::INVALID, &message))?;
    let work = Work::of(Asked { project: &project, args, given_up }, shelved);
    for Batch { plan, .. } in &work.batches {
        let protected = project.config.targets.iter().any(|target| target.name == plan.target && target.protected);
        if protected && !args.yes && !given_up.is_cancelled() {
            let asked = consent::ask(&plan.target, "clean up after", plan.cases.len());
            asked.map_err(|message| complain(Exit::INVALID, &message))?;
        }
    }
    Ok(work)
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

/// Does what can be done.
fn finish(args: &args::Cleanup, dir: Option<&Path>, work: Work, mut signals: Signals) -> Exit {
    let Work { batches, exit } = work;
    let mut worst = exit;
    for batch in batches {
        worst = worst.worst(carry_out(args, dir, batch, &mut signals));
        if worst.is_signal() {
            break;
        }
    }
    worst
}

fn carry_out(args: &args::Cleanup, dir: Option<&Path>, batch: Batch, signals: &mut Signals) -> Exit {
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
    match run::conduct(prepared, Errand::CleanUp(rests), manner, recorder, signals) {
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
