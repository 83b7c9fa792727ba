//! The embedded `local` target: a small real bulk-import service, and an endpoint that speaks AWS's protocols for it.

mod fault;
mod log;
mod service;

pub use fault::{Fault, FaultSet};

use crate::plan::TargetSettings;

/// A running sandbox; stops when dropped or [`Sandbox::stop`]ped.
#[derive(Debug)]
pub struct Sandbox {}

impl Sandbox {
    /// How a run reaches it: API URL, AWS endpoint, region, credentials.
    #[must_use]
    pub fn settings(&self) -> TargetSettings {
        todo!()
    }

    /// The `vars` it brings: `cluster`, `worker`, `backend`, `log_group`, `alarm`.
    #[must_use]
    pub fn vars() -> Vec<(&'static str, &'static str)> {
        todo!()
    }
}

/// What a sandbox is started with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Faults to break it with.
    pub faults: Vec<Fault>,
    /// Port of the API; any free one where it is not set. Binds to 127.0.0.1 only.
    pub api_port: Option<u16>,
    /// Port of the AWS-compatible endpoint, likewise.
    pub aws_port: Option<u16>,
}

impl Sandbox {
    /// Starts all of it and returns once the API answers and the first roll-out has begun.
    ///
    /// # Errors
    /// Where a port cannot be bound or the database cannot be opened.
    pub async fn start(_options: Options) -> std::io::Result<Self> {
        todo!()
    }

    /// Stops all of it and waits until it has.
    pub async fn stop(self) {
        todo!()
    }
}
