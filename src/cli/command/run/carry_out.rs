//! The engine runs on a task, its events are taken in on another, and signals are listened for beside both.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smoke::engine::{self, Equipment, Purpose, Stop};
use smoke::event::{Event, RunHeader};
use smoke::plan::Plan;
use smoke::redact::Redactor;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::drill;
use super::finished::Finished;
use super::recorder::Recorder;
use super::signals::{Signal, Signals};
use super::surroundings::Surroundings;
use crate::cli::exit::Exit;
use crate::cli::settings::Talk;
use crate::cli::terminal::Screen;

/// How long all clean-up of one scenario may take.
const CLEANUP_WITHIN: Duration = Duration::from_mins(1);
/// How many events are taken in at once, at most, before the screen is looked after.
const AT_ONCE: usize = 1024;
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
    /// How much is said.
    pub(crate) talk: Talk,
}

/// Why it is over.
enum End {
    /// The engine came to its end, or fell over.
    Engine(Option<String>),
    /// A second signal.
    Left(Signal),
}

/// Carries the plan out, and writes the reports however that ends.
pub(super) async fn carry_out(
    manner: Manner,
    plan: Plan,
    (header, purpose): (RunHeader, Purpose),
    (surroundings, signals): (Surroundings, Signals),
    recorder: &Arc<Mutex<Recorder>>,
) -> Finished {
    let Surroundings { sandbox, instruments, redactor, identity: _ } = surroundings;
    let (tell, told) = mpsc::unbounded_channel();
    let (ask, asked) = watch::channel(Stop::No);
    let equipment = Equipment { instruments, redactor: Arc::clone(&redactor), events: tell, stop: asked, purpose };
    let Manner { jobs, fail_fast, talk } = manner;
    let options = engine::Options { jobs, fail_fast, cleanup_within: CLEANUP_WITHIN };
    let screen = Screen::on_stderr(talk, &crate::cli::command::environment);
    let work = engine::run(Arc::new(plan), header, equipment, options);
    let engine = tokio::spawn(drill::at("engine", work));
    let mut watcher = tokio::spawn(drill::at("watcher", watch_events(Arc::clone(recorder), told, screen)));
    let end = drill::at("main", until_over(engine, &mut watcher, ask, (signals, recorder))).await;
    let at_once = matches!(end, End::Left(_));
    let finished = conclude(recorder, end, watcher, &redactor).await;
    if let Some(sandbox) = sandbox {
        // Stopping it waits for the requests that are on their way; whoever leaves at once does not.
        let within = if at_once { LEAVE_WITHIN } else { STOP_WITHIN };
        let _ = tokio::time::timeout(within, sandbox.stop()).await;
    }
    finished
}

/// Takes events in as they come; they never wait for the screen, which shows what there is from time to time.
async fn watch_events(recorder: Arc<Mutex<Recorder>>, mut events: UnboundedReceiver<Event>, mut screen: Screen) {
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(AT_ONCE);
    loop {
        tokio::select! {
            many = events.recv_many(&mut batch, AT_ONCE) => {
                if many == 0 {
                    break;
                }
                let mut recorder = locked(&recorder);
                for event in batch.drain(..) {
                    recorder.take(&event);
                    screen.told(&recorder.run, &event);
                }
            }
            _ = frames.tick(), if screen.moves() => {
                let recorder = locked(&recorder);
                screen.draw(&recorder.run, recorder.now());
            }
        }
    }
    screen.end();
}

/// A panic elsewhere does not take the record with it: what it holds is still what happened.
pub(super) fn locked(recorder: &Mutex<Recorder>) -> MutexGuard<'_, Recorder> {
    recorder.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn until_over(
    mut engine: JoinHandle<()>,
    watcher: &mut JoinHandle<()>,
    ask: watch::Sender<Stop>,
    (mut signals, recorder): (Signals, &Mutex<Recorder>),
) -> End {
    let mut deaf = false;
    loop {
        tokio::select! {
            ended = &mut engine => return End::Engine(ended.err().map(fell_over)),
            signal = signals.next() => {
                if *ask.borrow() != Stop::No {
                    return End::Left(signal);
                }
                if signal == Signal::HangUp {
                    locked(recorder).hang_up();
                }
                // The engine keeps a receiver; where it does not, it has ended, and the next round says so.
                let _ = ask.send(signal.stop());
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

/// Lets the watcher take in what was told last, and closes the record.
async fn conclude(recorder: &Mutex<Recorder>, end: End, watcher: JoinHandle<()>, redactor: &Redactor) -> Finished {
    let (why, exit) = match end {
        End::Engine(fault) => {
            let without_a_word = || "internal error: the run ended without a word".to_owned();
            settle(watcher).await;
            (fault.unwrap_or_else(without_a_word), Exit::FAULT)
        }
        End::Left(signal) => {
            watcher.abort();
            settle(watcher).await;
            let name = signal.name();
            (format!("left at once on a second {name}; what was running was not cleaned up"), signal.exit())
        }
    };
    // The words of a panic are nobody's events, and were not cleaned before.
    locked(recorder).finish(&redactor.clean(&why), exit.code())
}

/// Waits until the watcher has ended, which it does with the last sender. Where a task that fell over holds on to one,
/// the record is closed without it.
async fn settle(watcher: JoinHandle<()>) {
    if !watcher.is_finished() {
        let _ = tokio::time::timeout(WATCHER_WITHIN, watcher).await;
    }
}
