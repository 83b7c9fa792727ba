//! SIGINT, SIGTERM and SIGHUP.

use smoke::engine::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Exit;

/// What the process ends with after a signal.
pub(super) fn exit(stop: Stop) -> Exit {
    stop.exit_code().map_or(Exit::FAULT, Exit::of)
}

/// Listens from the moment it is made.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None where SIGHUP is to be ignored.
    hang_up: Option<Signal>,
}

impl Signals {
    /// Takes the signals over from the system, which would end the process.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let hang_up = if is_hang_up_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hang_up })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Stop {
        let hang_up = async {
            match &mut self.hang_up {
                Some(listener) => listener.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupted,
            _ = self.terminate.recv() => Stop::Terminated,
            _ = hang_up => Stop::HungUp,
        }
    }
}

/// Whether whoever started smoke wants it to live on (`nohup`): then the signal is none of ours. Where the system does not
/// say so, it is.
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
