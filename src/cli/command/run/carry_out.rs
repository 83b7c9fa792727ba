//! The engine runs on a task, its events are taken in on another, and signals are listened for beside both.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smoke::aws::Reader;
use smoke::engine::{self, Equipment, Purpose, Stop};
use smoke::event::{AwsUse, Event, RunHeader};
use smoke::plan::Plan;
use smoke::probe::Instruments;
use smoke::record::Run;
use smoke::redact::Redactor;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

use super::drill;
use super::finished::Finished;
use super::recorder::Recorder;
use super::signals::{self, Signals};
use super::surroundings::Surroundings;
use crate::cli::exit::Exit;
use crate::cli::settings::Talk;
use crate::cli::terminal::Screen;

/// How long all clean-up of one scenario may take.
const CLEANUP_WITHIN: Duration = Duration::from_mins(1);
/// How many events are taken in at once, at most, before the screen is looked after.
const AT_ONCE: usize = 1024;
/// For how long events gather before they are taken in together: nobody sees so short a time, and a thousand scenarios tell
/// of much in it.
const HANDFUL: Duration = Duration::from_millis(20);
/// How often the screen is drawn.
const FRAME: Duration = Duration::from_millis(100);

/// How long the sandbox may take to stop, and where somebody wants to leave at once.
const STOP_WITHIN: Duration = Duration::from_secs(10);
const LEAVE_WITHIN: Duration = Duration::from_millis(300);
/// How long the watcher may take for what was told last.
const WATCHER_WITHIN: Duration = Duration::from_secs(5);

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// At most so many scenarios side by side.
    pub(crate) jobs: usize,
    /// Start nothing more once a scenario has failed.
    pub(crate) fail_fast: bool,
    /// Whether it is well that nothing is judged.
    pub(crate) may_be_idle: bool,
    /// How much is said.
    pub(crate) talk: Talk,
}

/// Why it is over.
enum End {
    /// The engine came to its end, or fell over.
    Engine(Option<String>),
    /// A second signal.
    Left(Stop),
}

/// Carries the plan out, and writes the reports however that ends.
pub(super) async fn carry_out(
    manner: Manner,
    plan: Plan,
    (header, purpose): (RunHeader, Purpose),
    (surroundings, signals): (Surroundings, &mut Signals),
    recorder: &Arc<Mutex<Recorder>>,
) -> Finished {
    let Surroundings { sandbox, instruments, redactor, identity: _ } = surroundings;
    let counted = Arc::clone(&instruments);
    let (tell, told) = mpsc::unbounded_channel();
    let (ask, asked) = watch::channel(Stop::No);
    let equipment = Equipment { instruments, redactor: Arc::clone(&redactor), events: tell, stop: asked, purpose };
    let Manner { jobs, fail_fast, may_be_idle, talk } = manner;

    let options = engine::Options { jobs, fail_fast, cleanup_within: CLEANUP_WITHIN, may_be_idle };
    let screen = Screen::on_stderr(talk, &crate::cli::command::environment);
    let plan = Arc::new(plan);
    let work = engine::run(Arc::clone(&plan), header, equipment, options);
    // The process ends with it: nobody needs to take it apart before the reports are written.
    std::mem::forget(plan);
    let engine = tokio::spawn(drill::at("engine", work));
    let over = CancellationToken::new();
    let watching = watch_events(Arc::clone(recorder), told, screen, over.clone());
    let mut watcher = tokio::spawn(drill::at("watcher", watching));
    let end = drill::at("main", until_over(engine, &mut watcher, ask, signals)).await;
    over.cancel();
    let at_once = matches!(end, End::Left(_));
    settle(&end, watcher).await;
    count(&mut locked(recorder).run, &counted);
    // Connections that nobody needs any more make room for the reports.
    drop(counted);
    let finished = conclude(recorder, end, &redactor);
    if let Some(sandbox) = sandbox {
        // Stopping it waits for the requests that are on their way; whoever leaves at once does not.
        let within = if at_once { LEAVE_WITHIN } else { STOP_WITHIN };
        let _ = timeout(within, sandbox.stop()).await;
    }
    finished
}

/// Takes events in as they come, a handful at a time; they never wait for the screen, which shows what there is from time
/// to time. Once the engine's work is over, nothing more is waited for.
async fn watch_events(
    recorder: Arc<Mutex<Recorder>>,
    mut events: UnboundedReceiver<Event>,
    mut screen: Screen,
    over: CancellationToken,
) {
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(AT_ONCE);
    loop {
        tokio::select! {
            many = events.recv_many(&mut batch, AT_ONCE) => {
                if many == 0 {
                    break;
                }
                take_in(&recorder, &mut batch, &mut screen);
                let _ = timeout(HANDFUL, over.cancelled()).await;
            }
            _ = frames.tick(), if screen.moves() => {
                let recorder = locked(&recorder);
                screen.draw(&recorder.run, recorder.now());
            }
        }
    }
    screen.end();
}

fn take_in(recorder: &Mutex<Recorder>, batch: &mut Vec<Event>, screen: &mut Screen) {
    let mut recorder = locked(recorder);
    recorder.keep(batch);
    for event in batch.drain(..) {
        recorder.run.apply(&event);
        screen.told(&recorder.run, &event);
    }
}

/// A panic elsewhere does not take the record with it: what it holds is still what happened.
pub(super) fn locked(recorder: &Mutex<Recorder>) -> MutexGuard<'_, Recorder> {
    recorder.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn until_over(
    mut engine: JoinHandle<()>,
    watcher: &mut JoinHandle<()>,
    ask: watch::Sender<Stop>,
    signals: &mut Signals,
) -> End {
    let mut deaf = false;
    loop {
        tokio::select! {
            ended = &mut engine => return End::Engine(ended.err().map(fell_over)),
            signal = signals.next() => {
                if *ask.borrow() != Stop::No {
                    return End::Left(signal);
                }
                // The engine keeps a receiver; where it does not, it has ended, and the next round says so.
                let _ = ask.send(signal);
            }
            // The watcher ends before the engine only by a fault of ours: then nobody takes events in any more.
            _ = &mut *watcher, if !deaf => {
                deaf = true;
                let _ = ask.send(Stop::Interrupted);
            }
        }
    }
}

fn fell_over(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => words(panic.as_ref()),
        Err(error) => format!("internal error: {error}"),
    }
}

/// A panic in words.
pub(super) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("internal error: {}", text.unwrap_or_else(|| "no words for it".to_owned()))
}

/// Counts what was sent, where the engine did not come to say it itself.
fn count(run: &mut Run, instruments: &Instruments) {
    if run.ended.is_none() {
        run.http_requests = instruments.http.requests();
        run.aws = instruments.aws.as_ref().map_or_else(AwsUse::default, Reader::used);
    }
}

/// Closes the record.
fn conclude(recorder: &Mutex<Recorder>, end: End, redactor: &Redactor) -> Finished {
    let (why, exit) = match end {
        End::Engine(fault) => {
            let without_a_word = || "internal error: the run ended without a word".to_owned();
            (fault.unwrap_or_else(without_a_word), Exit::FAULT)
        }
        End::Left(signal) => {
            let name = signal.signal().unwrap_or("whichever");
            (
                format!("left at once on a second signal, {name}; what was running was not cleaned up"),
                signals::exit(signal),
            )
        }
    };
    // The words of a panic are nobody's events, and were not cleaned before.
    locked(recorder).finish(&redactor.clean(&why), exit.code())
}

/// Lets the watcher take in what was told last, which it ends with. Where a task that fell over holds on to a sender, the
/// record is closed without it. Whoever leaves at once waits only for what was told by then: the engine still goes on.
async fn settle(end: &End, mut watcher: JoinHandle<()>) {
    let within = if matches!(end, End::Left(_)) { HANDFUL } else { WATCHER_WITHIN };
    if !watcher.is_finished() && timeout(within, &mut watcher).await.is_err() {
        watcher.abort();
    }
}
