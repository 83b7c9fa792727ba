//! `smoke run`: from what was typed to the exit code.
//!
//! [`prepare`]: everything that can be wrong is found, and nothing is sent; [`vigil`]: signals are heard meanwhile.
//! [`surroundings`]: what looks are made with. [`carry_out`]: the engine runs, events are taken in. [`recorder`]: events
//! become a record, and reports at the end, whatever happens.

pub(crate) mod again;
mod aim;
mod carry_out;
pub(crate) mod consent;
mod drill;
mod finished;
mod prepare;
mod recorder;
mod revision;
pub(crate) mod signals;
mod surroundings;
pub(crate) mod vigil;
mod workspace;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

use smoke::abreast::cores;
use smoke::engine::{Purpose, Rest};
use smoke::event::{RunHeader, Shard};
use smoke::journal::{self, Header, Pen};
use smoke::record::{Run, Scenario, Step};
use smoke::redact::Redactor;
use smoke::verdict::Verdict;

pub(crate) use self::carry_out::Manner;
use self::finished::Finished;
pub(crate) use self::prepare::Prepared;
use self::prepare::{Refusal, prepare};
pub(crate) use self::recorder::Recorder;
use self::signals::Signals;
pub(crate) use self::surroundings::{Surroundings, Trouble, knowing};
use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::settings::RunSettings;
use crate::cli::{complain, note, publish};

/// How many scenarios that wait one thread serves.
const A_THREAD: usize = 100;

/// What a plan is carried out for.
pub(crate) enum Errand<'args> {
    /// To run scenarios, as it was typed.
    Run {
        /// As typed.
        args: &'args args::Run,
        /// The folder to work in, as typed.
        dir: Option<&'args Path>,
        /// Which part of the plan this is, and of how many.
        shard: Option<(usize, usize)>,
    },
    /// To finish what other runs left of each case of the plan.
    CleanUp(Vec<Rest>),
}

/// Runs what was asked for; `dir` is the folder that was asked for, and the current one by now.
pub(crate) fn run(args: &Arc<args::Run>, dir: Option<&Path>) -> Exit {
    let settings = match RunSettings::new(args, &super::environment) {
        Ok(settings) => settings,
        Err(message) => return complain(Exit::INVALID, &message),
    };
    trace(args.talk.verbose);
    let meant = settings.clone();
    let (prepared, mut signals) = match vigil::keep(move |given_up| prepare(&meant, given_up)) {
        Ok((Ok(prepared), signals)) => (prepared, signals),
        Ok((Err(Refusal::Diagnostics(diagnostics)), _)) => return super::refuse(&diagnostics),
        Ok((Err(Refusal::Said(message)), _)) => return complain(Exit::INVALID, &message),
        Err(exit) => return exit,
    };
    let recorder = match Recorder::open(&args.output.reports, &prepared.id, &args.output.report) {
        Ok(recorder) => recorder,
        Err(error) => return complain(Exit::FAULT, &format!("a report cannot be written: {error}")),
    };
    let manner = Manner {
        jobs: settings.jobs,
        fail_fast: args.fail_fast,
        may_be_idle: settings.may_be_idle(),
        talk: settings.talk,
    };
    let errand = Errand::Run { args, dir, shard: settings.shard };
    match conduct(prepared, errand, manner, recorder, &mut signals) {
        Ok(finished) => {
            let exit = finish(&finished, dir, args.output.takes_stdout(), None);
            // The process ends with it: nobody needs to take it apart.
            std::mem::forget(finished);
            exit
        }
        Err(error) => complain(Exit::FAULT, &format!("cannot start: {error}")),
    }
}

/// Carries a plan out, and gives what is recorded of it, on whatever way it ends: reports are written by then.
pub(crate) fn conduct(
    prepared: Prepared,
    errand: Errand<'_>,
    manner: Manner,
    recorder: Recorder,
    signals: &mut Signals,
) -> std::io::Result<Finished> {
    let runtime = runtime(manner.jobs.min(prepared.plan.cases.len()), prepared.sandbox.is_some())?;
    // The words of a panic may hold secrets. They come with the report, cleaned.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "internal error{place}: please report it");
    }));
    let redactor = knowing(&prepared.plan);
    let recorder = Arc::new(Mutex::new(recorder));
    let journey = journey(prepared, errand, manner, &recorder, signals);
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(journey)));
    let finished = ended.unwrap_or_else(|panic| {
        let why = redactor.clean(&carry_out::words(panic.as_ref())).into_owned();
        carry_out::locked(&recorder).finish(&why, Exit::FAULT.code())
    });
    // On a second signal work may still be going on; nobody waits for it.
    runtime.shutdown_background();
    Ok(finished)
}

/// A runtime for so many scenarios side by side. They mostly wait, so one thread serves many of them; threads that have
/// little to do spend their time waking each other. A sandbox has one for itself.
fn runtime(abreast: usize, sandbox: bool) -> std::io::Result<tokio::runtime::Runtime> {
    let threads = abreast.div_ceil(A_THREAD).clamp(1, cores()) + usize::from(sandbox);
    tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()
}

/// What smoke does inside, on standard error. Never what libraries say: their words may hold secrets.
pub(crate) fn trace(verbose: u8) {
    let filter = match verbose {
        0 => return,
        1 => "off,smoke=info",
        2 => "off,smoke=debug",
        _ => "off,smoke=trace",
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn journey(
    mut prepared: Prepared,
    errand: Errand<'_>,
    manner: Manner,
    recorder: &Arc<Mutex<Recorder>>,
    signals: &mut Signals,
) -> Finished {
    let header = header(&prepared, &errand);
    if header.shard.is_some() && prepared.plan.cases.is_empty() {
        return carry_out::locked(recorder).empty(header);
    }
    let surroundings = match surroundings(&mut prepared, signals).await {
        Ok(built) => built,
        Err(Trouble { exit: Exit::INVALID, message }) => return carry_out::locked(recorder).refuse(&message),
        Err(Trouble { exit, message }) => {
            return carry_out::locked(recorder).never_began(header, &message, exit);
        }
    };
    // All times of the run are measured from here. Counted from when smoke was called, they would lag behind the
    // clock by as long as somebody was asked or the sandbox started, and windows would open that much too early.
    let header = RunHeader { identity: surroundings.identity.clone(), started: surroundings.now(), ..header };
    let purpose = match errand {
        Errand::Run { args, .. } => Purpose::Judge(pen(&prepared, &args.vars.var, &surroundings.redactor, recorder)),
        Errand::CleanUp(rests) => Purpose::CleanUp(Arc::new(rests)),
    };
    carry_out::carry_out(manner, prepared.plan, (header, purpose), (surroundings, signals), recorder).await
}

/// What writes the journal. What is made on the sandbox goes with the process: nobody could clean up there.
fn pen(prepared: &Prepared, vars: &[(String, String)], redactor: &Redactor, recorder: &Mutex<Recorder>) -> Pen {
    if prepared.sandbox.is_some() {
        return Pen::dry();
    }
    let header = Header {
        version: journal::VERSION,
        run: prepared.id.clone(),
        started: prepared.started,
        target: prepared.plan.target.clone(),
        api_url: prepared.plan.target_settings.api_url.as_ref().map(|url| redactor.clean(url).into_owned()),
        vars: vars.iter().filter(|(_, value)| redactor.clean(value) == value.as_str()).cloned().collect(),
    };
    Pen::new(&carry_out::locked(recorder).file(journal::NAME), header)
}

/// Everything that a run needs around it; a signal that comes meanwhile ends it before it began.
async fn surroundings(prepared: &mut Prepared, signals: &mut Signals) -> Result<Surroundings, Trouble> {
    tokio::select! {
        built = Surroundings::build(prepared) => built,
        stop = signals.next() => Err(vigil::stopped(stop)),
    }
}

fn header(prepared: &Prepared, errand: &Errand<'_>) -> RunHeader {
    let (options, shard, dir) = match errand {
        Errand::Run { args, dir, shard } => (Some(again::options(args, *dir, &knowing(&prepared.plan))), *shard, *dir),
        Errand::CleanUp(_) => (None, None, None),
    };
    RunHeader {
        id: prepared.id.clone(),
        target: prepared.plan.target.clone(),
        started: prepared.started,
        smoke: env!("CARGO_PKG_VERSION").to_owned(),
        identity: Vec::new(),
        revision: revision::of(&super::environment),
        shard: shard.map(|(index, of)| Shard { index, of }),
        whole: prepared.plan.whole.clone(),
        options,
        embedded: prepared.sandbox.is_some(),
        folder: workspace::folder(&super::environment, dir),
    }
}

/// What is said of a part in which nothing was judged, and which is content with that.
fn idle(shard: Shard, run: &Run) -> String {
    if run.scenarios.is_empty() {
        return format!("shard {shard} is empty: the other shards have all there is to run, and judge it");
    }
    format!("nothing of shard {shard} was judged: {}; the verdict is that of all shards together", unjudged(run))
}

/// Why nothing was judged.
fn unjudged(run: &Run) -> &'static str {
    if looked_at_shadows(run) { "only shadow checks were looked at" } else { "every expectation was skipped" }
}

/// Whether a shadow check was looked at, whatever came of it.
fn looked_at_shadows(run: &Run) -> bool {
    let looked = |step: &Step| step.verdict.is_some_and(|verdict| verdict != Verdict::Skipped);
    run.scenarios.iter().flat_map(Scenario::all).any(|(_, _, step)| !step.enforced && looked(step))
}

/// The last words, and the exit code. `taken`: a report went to standard output already. `cleans`: it only cleaned up, and
/// these options lead to what it cleaned up after.
pub(crate) fn finish(finished: &Finished, dir: Option<&Path>, taken: bool, cleans: Option<&[String]>) -> Exit {
    let Finished { run, folder, reports, unwritten, refused } = finished;
    if let Some(why) = refused {
        return complain(Exit::INVALID, why);
    }
    let told = publish::tell(run, folder, dir, taken, cleans);
    let written = publish::regret(unwritten);
    let exit = run.exit_code.map_or(Exit::FAULT, Exit::of);
    if let Some(shard) = run.shard.filter(|_| exit == Exit::PASSED && run.verdict == Some(Verdict::Skipped)) {
        note(&idle(shard, run));
    }
    if exit == Exit::INVALID && run.broken_off.is_none() {
        complain(exit, &format!("nothing was judged: {}, so this run says nothing", unjudged(run)));
    }
    publish::owned(run, folder, reports, [exit, told, written])
}
