//! SIGINT, SIGTERM and SIGHUP.

use smoke::engine::Stop;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

use super::hang_up;
use crate::cli::exit::Exit;

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    HangUp,
}

impl Signal {
    /// What the process ends with after it.
    pub(super) const fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::of(130),
            Self::Terminate => Exit::of(143),
            Self::HangUp => Exit::of(hang_up::CODE),
        }
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
            Self::HangUp => hang_up::NAME,
        }
    }

    /// What the engine is asked for.
    pub(super) const fn stop(self) -> Stop {
        match self {
            Self::Interrupt => Stop::Interrupted,
            Self::Terminate | Self::HangUp => Stop::Terminated,
        }
    }
}

/// Listens from the moment it is made.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Listener,
    terminate: Listener,
    /// None where SIGHUP is to be ignored.
    hang_up: Option<Listener>,
}

impl Signals {
    /// Takes the signals over from the system, which would end the process.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let hang_up = if hang_up::is_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hang_up })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Signal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(listener) => listener.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = hang_up => Signal::HangUp,
        }
    }
}
