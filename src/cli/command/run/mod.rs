//! `smoke run`: from what was typed to the exit code.
//!
//! [`prepare`]: everything that can be wrong is found, and nothing is sent. [`surroundings`]: what looks are made with.
//! [`carry_out`]: the engine runs, events are taken in. [`recorder`]: events become a record, and reports at the end,
//! whatever happens.

mod carry_out;
mod consent;
mod finished;
mod prepare;
mod recorder;
mod revision;
pub(crate) mod signals;
mod surroundings;

use std::io::{IsTerminal as _, Write as _};

use chrono::Utc;
use smoke::event::RunHeader;
use smoke::report::console;
use smoke::sandbox::Fault;

use self::finished::Finished;
use self::prepare::{Prepared, Refusal, prepare};
use self::recorder::Recorder;
use self::signals::Signals;
use self::surroundings::{Surroundings, Trouble};
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::settings::RunSettings;
use crate::cli::terminal::Paint;
use crate::cli::{complain, print};

/// Runs what was asked for.
pub(crate) fn run(args: &args::Run) -> Exit {
    let settings = match RunSettings::new(args, &super::environment) {
        Ok(settings) => settings,
        Err(message) => return complain(Exit::INVALID, &message),
    };
    trace(args.verbose);
    let prepared = match prepare(&settings) {
        Ok(prepared) => prepared,
        Err(Refusal::Diagnostics(diagnostics)) => return super::refuse(&diagnostics),
        Err(Refusal::Said(message)) => return complain(Exit::INVALID, &message),
    };
    let recorder = match Recorder::open(&args.reports, &prepared.id, &args.report) {
        Ok(recorder) => recorder,
        Err(error) => return complain(Exit::FAULT, &format!("a report cannot be written: {error}")),
    };
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let exit = runtime.block_on(journey(&settings, prepared, recorder));
            // On a second signal work may still be going on; nobody waits for it.
            runtime.shutdown_background();
            exit
        }
        Err(error) => complain(Exit::FAULT, &format!("cannot start: {error}")),
    }
}

/// What smoke does inside, on standard error. Never what libraries say: their words may hold secrets.
fn trace(verbose: u8) {
    let filter = match verbose {
        0 => return,
        1 => "off,smoke=info",
        2 => "off,smoke=debug",
        _ => "off,smoke=trace",
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn journey(settings: &RunSettings<'_>, mut prepared: Prepared, mut recorder: Recorder) -> Exit {
    let header = header(&prepared);
    let finished = match surroundings(&mut prepared, &settings.args.fault).await {
        Ok((surroundings, signals)) => {
            // All times of the run are measured from here. Counted from when smoke was called, they would lag behind the
            // clock by as long as somebody was asked or the sandbox started, and windows would open that much too early.
            let header = RunHeader { identity: surroundings.identity.clone(), started: Utc::now(), ..header };
            carry_out::carry_out(settings, prepared, header, (surroundings, signals, recorder)).await
        }
        Err(Trouble { exit, message }) => recorder.never_began(header, &message, exit),
    };
    finish(settings, &finished)
}

/// Everything that a run needs around it; a signal that comes meanwhile ends it before it began.
async fn surroundings(prepared: &mut Prepared, faults: &[Fault]) -> Result<(Surroundings, Signals), Trouble> {
    let deaf = |error| Trouble { exit: Exit::FAULT, message: format!("cannot listen for signals: {error}") };
    let mut signals = Signals::listen().map_err(deaf)?;
    tokio::select! {
        built = Surroundings::build(prepared, faults) => Ok((built?, signals)),
        stop = signals.next() => {
            let name = stop.signal().unwrap_or("a signal");
            let message = format!("stopped by {name} before it began; nothing was sent");
            Err(Trouble { exit: signals::exit(stop), message })
        }
    }
}

fn header(prepared: &Prepared) -> RunHeader {
    RunHeader {
        id: prepared.id.clone(),
        target: prepared.plan.target.clone(),
        started: prepared.started,
        smoke: env!("CARGO_PKG_VERSION").to_owned(),
        identity: Vec::new(),
        revision: revision::of(&super::environment),
    }
}

/// The last words, and the exit code.
fn finish(settings: &RunSettings<'_>, finished: &Finished) -> Exit {
    let Finished { run, shown_at, unwritten } = finished;
    let taken = settings.stdout_is_taken();
    let is_terminal = if taken { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    let color = Paint::wanted(is_terminal, &super::environment).color();
    let summary = console::summary(run, &console::Style { color, run_json: Some(shown_at) });
    if taken {
        let _ = std::io::stderr().write_all(summary.as_bytes());
    } else {
        print(&summary);
    }
    for error in unwritten {
        complain(Exit::FAULT, &format!("a report could not be written: {error}"));
    }
    let exit = run.exit_code.map_or(Exit::FAULT, Exit::of);
    if exit == Exit::INVALID && run.broken_off.is_none() {
        complain(exit, "nothing was judged: every expectation was skipped, so this run says nothing");
    }
    if unwritten.is_empty() { exit } else { Exit::FAULT }
}
