//! SIGINT and SIGTERM.

use smoke::engine::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Exit;

/// What the process ends with after a signal.
pub(super) fn exit(stop: Stop) -> Exit {
    Exit::of(if stop == Stop::Terminated { 143 } else { 130 })
}

/// Listens from the moment it is made.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes both signals over from the system, which would end the process.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupted,
            _ = self.terminate.recv() => Stop::Terminated,
        }
    }
}
