//! What an observation shows of the system, in plain data: what a diagnosis is made from.
//!
//! An observation is made for expressions, a finding for whoever asks afterwards what was wrong. Findings hold words that
//! were cleaned of secrets before they were cut.

/// One thing that was seen of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An answer to a request.
    Answer(Answer),
    /// Nobody answered a request: why.
    NoAnswer(String),
    /// A request was answered, and that led to nothing: how.
    HalfAnswer(String),
    /// A service.
    Service(ServiceFinding),
    /// A log.
    Log(LogFinding),
    /// An alarm.
    Alarm(AlarmFinding),
}

/// An answer to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The request: `POST /api/v1/bulk-imports`.
    pub asked: String,
    /// Whether the request only read.
    pub read: bool,
    /// For instance 200.
    pub status: i64,
    /// Whether it is an HTML page.
    pub page: bool,
    /// The load balancer, proxy or firewall that says itself that it wrote the answer: `awselb/2.0`.
    pub gateway: Option<String>,
    /// What is wrong with it, where it shows that.
    pub told: Option<String>,
    /// What the resource says of its own state: the text of its `status` or `state`.
    pub state: Option<String>,
    /// Whose credentials the request carried.
    pub credentials: Credentials,
}

/// Whose credentials a request carried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// The target's: `api.headers`.
    #[default]
    Target,
    /// The step's own; where it has them: `header authorization`.
    Step(String),
    /// None: the target's go to this host only.
    OnlyTo(String),
    /// None: a redirect led to another host, which is not given any.
    LeftBehind,
    /// None: neither the step nor the target has any.
    Nobody,
}

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceFinding {
    /// Its name.
    pub name: String,
    /// Whether as many tasks as are wanted run and are healthy.
    pub well: bool,
    /// What is wrong with it, where that may be why something else is wrong.
    pub told: Option<String>,
    /// Whether that is only that it wants no task.
    pub emptied: bool,
    /// What is else not as it should be, where nothing worse is: tasks on their way beside those that run, a roll-out that
    /// is not through.
    pub meanwhile: Option<String>,
    /// In one line: `1 of 1 running, 1 healthy, rollout COMPLETED`.
    pub summary: String,
    /// What it runs: `sandbox/backend:2 (sha256:…)`; empty where that is not known.
    pub image: String,
}

/// A log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFinding {
    /// Who logs there.
    pub author: String,
    /// Where that is: `/ecs/prod bulk-import-worker/*`.
    pub place: String,
    /// Whether certain events were asked for; else it holds what everybody logged.
    pub demanding: bool,
    /// The first event of the sequence that was seen: `bulk_import_start at 08:00:01 by task 9f3c`.
    pub begun: Option<String>,
    /// The first entry of the sequence that was not seen, where nothing like it was seen either: `{event: …}`.
    pub absent: Option<String>,
    /// An entry of the sequence that was seen too often, and how often.
    pub repeated: Option<String>,
    /// What was logged and must not be; of a log of which nothing was asked, its last error.
    pub error: Option<String>,
    /// Its last line.
    pub last: Option<String>,
}

/// An alarm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmFinding {
    /// What is wrong with it, where something is.
    pub told: Option<String>,
    /// Whether it is or was in ALARM.
    pub fired: bool,
}
