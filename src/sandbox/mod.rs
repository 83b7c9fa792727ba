//! The embedded `local` target: a small real bulk-import service, and an endpoint that speaks AWS's protocols for it.
//!
//! * `service`: the API, its database, the worker.
//! * `cloud`: the AWS-compatible endpoint and the state behind it. It knows nothing of the service.
//! * `conductor`: runs the service's tasks as the cloud's fleet wants it, and measures them.
//! * `fault`: the ways to break it.

mod cloud;
mod conductor;
#[cfg(any(test, fuzzing))]
pub mod door;
mod fault;
mod log;
mod service;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::plan::{AwsSettings, TargetSettings};
use cloud::{Cloud, place};
use conductor::{Script, Workplace};
use service::{Database, PythonWorker};

pub use fault::{Entry, Fault, FaultSet, Kind};

/// How long a start may take before it has failed.
const START: Duration = Duration::from_secs(20);
/// How many seconds the Python worker may take to start, on a machine that is busy.
const PYTHON_START: u32 = 60;
/// Log lines are visible at once, in good weather; this much covers a machine that is busy.
const LOG_LAG: Duration = Duration::from_secs(2);

/// A running sandbox; stops when dropped or [`Sandbox::stop`]ped.
#[derive(Debug)]
pub struct Sandbox {
    api: SocketAddr,
    aws: SocketAddr,
    log_lag: Duration,
    stop: watch::Sender<bool>,
    parts: Vec<JoinHandle<()>>,
    _reserved: Option<TcpSocket>,
}

/// Which worker the sandbox runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Worker {
    /// The one that is built in.
    #[default]
    Rust,
    /// The reference deployment's own, as a process.
    Python,
}

/// What a sandbox is started with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The worker.
    pub worker: Worker,
    /// Faults to break it with.
    pub faults: Vec<Fault>,
    /// Port of the API; any free one where it is not set. Binds to 127.0.0.1 only.
    pub api_port: Option<u16>,
    /// Port of the AWS-compatible endpoint, likewise.
    pub aws_port: Option<u16>,
}

impl Options {
    /// Whether a sandbox can be started so.
    ///
    /// # Errors
    /// In words, with what to do: there is no Python for the worker in Python, or that worker does not have a fault.
    pub fn check(&self) -> Result<(), String> {
        if self.worker == Worker::Rust {
            return Ok(());
        }
        let builtin = self.faults.iter().filter(|fault| fault.is_in_worker()).find_map(|fault| fault.entry());
        if let Some(entry) = builtin {
            return Err(format!(
                "the fault {} is one of the worker that is built in, and the Python worker does not have it; leave \
                 --worker out",
                entry.name
            ));
        }
        service::find_python()
    }
}

impl Sandbox {
    /// Starts all of it on the current tokio runtime and returns once the API answers and the alarm was evaluated
    /// once; the roll-outs are still going on then.
    ///
    /// # Errors
    /// Where a port cannot be bound, the database cannot be opened, or it does not come up.
    pub async fn start(options: Options) -> io::Result<Self> {
        let faults: FaultSet = options.faults.into_iter().collect();
        let front = Front::open(options.api_port, &faults).await?;
        let aws_listener = bind(options.aws_port).await?;
        let (api, aws) = (front.address()?, aws_listener.local_addr()?);
        let database = Database::create().map_err(io::Error::other)?;
        let log_lag = LOG_LAG + conductor::log_lag(&faults).to_std().unwrap_or_default();
        let worker = match options.worker {
            Worker::Rust => None,
            Worker::Python => Some(PythonWorker::unpack()?),
        };
        let start_period = if worker.is_some() { PYTHON_START } else { 0 };
        let script = Arc::new(Script::of(&faults).starting_within(start_period));
        let cloud = Arc::new(Cloud::new(conductor::disturbances(&faults)));
        conductor::set_up(&cloud, &script, Utc::now()).map_err(io::Error::other)?;
        let (stop, stopped) = watch::channel(false);
        let mut parts = vec![tokio::spawn(cloud::serve(aws_listener, Arc::clone(&cloud), stopped.clone()))];
        if faults.contains(Fault::ForeignNoise) {
            parts.push(tokio::spawn(service::make_noise(database.clone(), stopped.clone())));
        }
        let (listener, reserved) = match front {
            Front::Listening(listener) => (Some(listener), None),
            Front::Reserved(socket) => (None, Some(socket)),
        };
        let answering = listener.is_some().then_some(api);
        // A release that listens on a port of which nobody knows, where it is not the one that was kept for it.
        let port = answering.map(|api| api.port());
        let workplace = Workplace { database, faults: script.release(), api: local(port), worker, listener };
        parts.push(tokio::spawn(conductor::conduct(Arc::clone(&cloud), workplace, Arc::clone(&script), stopped)));
        let sandbox = Self { api, aws, log_lag, stop, parts, _reserved: reserved };
        match tokio::time::timeout(START, conductor::came_up(&cloud, &script, answering)).await {
            Ok(()) => Ok(sandbox),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the sandbox's API did not come up within 20 s")),
        }
    }

    /// How a run reaches it: API URL, AWS endpoint, region, credentials.
    #[must_use]
    pub fn settings(&self) -> TargetSettings {
        TargetSettings {
            api_url: Some(format!("http://{}", self.api)),
            api_headers: Vec::new(),
            aws: Some(AwsSettings {
                region: Some(place::REGION.to_owned()),
                endpoint_url: Some(format!("http://{}", self.aws)),
                credentials: Some((place::ACCESS_KEY.to_owned(), place::SECRET_KEY.to_owned())),
                log_lag: Some(self.log_lag),
                ..AwsSettings::default()
            }),
        }
    }

    /// The `vars` it brings: `cluster`, `worker`, `backend`, `intake_worker`, `log_group`, `alarm`.
    #[must_use]
    pub fn vars() -> Vec<(&'static str, &'static str)> {
        vec![
            ("cluster", place::CLUSTER),
            ("worker", conductor::WORKER),
            ("backend", conductor::BACKEND),
            ("intake_worker", conductor::INTAKE),
            ("log_group", conductor::LOG_GROUP),
            ("alarm", conductor::ALARM),
        ]
    }

    /// Stops all of it and waits until it has: tasks end, ports are free, the database's folder is gone.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for part in std::mem::take(&mut self.parts) {
            // A part that panicked has ended, too.
            let _ = part.await;
        }
    }
}

/// Where clients look for the API.
enum Front {
    /// Somebody listens.
    Listening(TcpListener),
    /// With the fault `api-down` nobody does; the port is kept all the same, so that nobody else can.
    Reserved(TcpSocket),
}

impl Front {
    async fn open(port: Option<u16>, faults: &FaultSet) -> io::Result<Self> {
        if !faults.contains(Fault::ApiDown) {
            return bind(port).await.map(Self::Listening);
        }
        let socket = TcpSocket::new_v4()?;
        let address = local(port);
        socket.bind(address).map_err(|error| cannot_listen(address, &error))?;
        Ok(Self::Reserved(socket))
    }

    fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Listening(listener) => listener.local_addr(),
            Self::Reserved(socket) => socket.local_addr(),
        }
    }
}

async fn bind(port: Option<u16>) -> io::Result<TcpListener> {
    let address = local(port);
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))
}

fn local(port: Option<u16>) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
}
