//! Every fault and every weather: its name on the command line, and what it breaks.

/// Ways to break the sandbox on purpose, each where it would really break; and weather, which breaks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The worker's process dies as it starts, again and again.
    WorkerDown,
    /// The worker runs for a moment, is killed (exit 137) and replaced, again and again.
    WorkerCrashLoop,
    /// The deploy forgot the worker: it runs an older image than the backend.
    WorkerNotRedeployed,
    /// The worker's new deployment never gets a task to run, and never fails.
    DeploymentStuck,
    /// The worker's new deployment fails, and the circuit breaker rolls it back.
    DeploymentRolledBack,
    /// The worker's service was never created.
    ServiceMissing,
    /// The worker's desired count is 0.
    DesiredZero,
    /// The worker's task runs without a heartbeat, so its health check fails.
    TaskUnhealthy,
    /// The worker's task definition has no health check.
    NoHealthCheck,
    /// The worker's task is killed while it works, and replaced.
    TaskReplaced,
    /// Importing the rows fails in the worker.
    ImportFails,
    /// The worker lives, and leases nothing.
    StuckQueued,
    /// The worker leases an import, and never comes to its end.
    StuckProcessing,
    /// The worker rejects a file that is in order.
    ImportRejected,
    /// The API accepts a finalize and forgets it.
    FinalizeIgnored,
    /// The API refuses every finalize.
    FinalizeRefused,
    /// Fewer rows are imported than were sent.
    RowsMissing,
    /// The lease is broken: an import is processed twice.
    ProcessedTwice,
    /// Nothing listens where the API should.
    ApiDown,
    /// The API answers everything with 500.
    Api500,
    /// The API takes longer than anybody waits.
    ApiSlow,
    /// The API answers with HTML, as a wrongly routed load balancer does.
    ApiHtml,
    /// The API no longer takes the credentials.
    Api401,
    /// The worker no longer logs `bulk_import_start`.
    NoStartEvent,
    /// The worker no longer logs `bulk_import_end`.
    NoEndEvent,
    /// The worker logs the end before the start.
    EndBeforeStart,
    /// The worker logs an end with status failed, whatever the API says.
    EndFailed,
    /// The worker logs an ERROR for an import that comes through.
    ErrorLine,
    /// The worker logs its events under another import's id.
    ForeignEvents,
    /// A task of the deployment before takes up the import.
    OldTaskEvents,
    /// The log driver's buffer overflows: lines are lost.
    LogDriverDrops,
    /// The alarm was never created.
    AlarmMissing,
    /// The alarm fires before the run begins, and goes on.
    AlarmFiringBefore,
    /// The metric that the alarm watches falls below its threshold.
    AlarmFiring,
    /// The alarm fires and is OK again between two looks.
    AlarmFlapping,
    /// The alarm's metric has no data.
    AlarmInsufficientData,
    /// The alarm's actions are disabled: it tells nobody.
    AlarmDisabled,
    /// A mute rule silences the alarm: it tells nobody.
    AlarmMuted,
    /// The alarm watches AWS/ECS, where `RunningTaskCount` never has data.
    AlarmWrongMetric,
    /// The alarm watches another service.
    AlarmWrongDimensions,
    /// Missing data does not breach: with no task left the alarm stays OK.
    AlarmNotBreaching,
    /// CloudWatch Logs denies access.
    LogsDenied,
    /// ECS denies access.
    EcsDenied,
    /// CloudWatch denies access.
    CloudwatchDenied,
    /// CloudWatch Logs throttles every call.
    LogsThrottled,
    /// ECS throttles every call.
    EcsThrottled,
    /// CloudWatch throttles every call.
    CloudwatchThrottled,
    /// CloudWatch Logs answers with an HTML 500.
    LogsHtml,
    /// ECS answers with an HTML 500.
    EcsHtml,
    /// CloudWatch answers with an HTML 500.
    CloudwatchHtml,
    /// Log lines become visible up to 20 s after they were written.
    LogLag,
    /// Some log lines become visible after newer ones.
    LateEvents,
    /// Log lines are delivered twice.
    DuplicateLines,
    /// Answers come in many pages, some of them empty.
    EmptyPages,
    /// Other imports run meanwhile, and some of them fail.
    ForeignNoise,
    /// AWS throttles for some seconds now and then.
    ThrottlingBursts,
    /// A read is answered with a 502 now and then.
    GatewayBlips,
    /// A connection is closed before the answer to a read now and then.
    ClosedConnections,
    /// The roll-out is still going on when the run begins.
    SlowRollout,
    /// Health stays UNKNOWN for some seconds after a task runs.
    HealthUnknownFirst,
    /// The alarm fired and was OK again before the run began.
    AlarmFlappedBefore,
    /// A task of the deployment before is still draining.
    OldTaskDraining,
    /// The workers' clocks are some seconds off.
    ClockSkew,
}

/// Whether it must be found, or must change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something is broken: no run may pass.
    Fault,
    /// It happens on a good day too: no run may fail for it.
    Weather,
}

/// What is known of a fault.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Which.
    pub fault: Fault,
    /// Its name on the command line.
    pub name: &'static str,
    /// Whether it must be found.
    pub kind: Kind,
    /// What it breaks, in a few words.
    pub what: &'static str,
}

impl Fault {
    /// Every fault, then every weather.
    #[must_use]
    pub const fn catalogue() -> &'static [Entry] {
        CATALOGUE
    }

    /// What is known of this one.
    #[must_use]
    pub fn entry(self) -> Option<&'static Entry> {
        CATALOGUE.iter().find(|entry| entry.fault == self)
    }
}

const fn fault(fault: Fault, name: &'static str, what: &'static str) -> Entry {
    Entry { fault, name, kind: Kind::Fault, what }
}

const fn weather(fault: Fault, name: &'static str, what: &'static str) -> Entry {
    Entry { fault, name, kind: Kind::Weather, what }
}

const CATALOGUE: &[Entry] = &[
    // The fleet.
    fault(Fault::WorkerDown, "worker-down", "the worker's process dies as it starts, again and again"),
    fault(
        Fault::WorkerCrashLoop,
        "worker-crash-loop",
        "the worker runs for a moment, is killed (exit 137) and replaced, again and again",
    ),
    fault(
        Fault::WorkerNotRedeployed,
        "worker-not-redeployed",
        "the deploy forgot the worker: it runs an older image than the backend",
    ),
    fault(
        Fault::DeploymentStuck,
        "deployment-stuck",
        "the worker's new deployment never gets a task to run, and never fails",
    ),
    fault(
        Fault::DeploymentRolledBack,
        "deployment-rolled-back",
        "the worker's new deployment fails, and the circuit breaker rolls it back",
    ),
    fault(Fault::ServiceMissing, "service-missing", "the worker's service was never created"),
    fault(Fault::DesiredZero, "desired-zero", "the worker's desired count is 0"),
    fault(
        Fault::TaskUnhealthy,
        "task-unhealthy",
        "the worker's task runs without a heartbeat, so its health check fails",
    ),
    fault(Fault::NoHealthCheck, "no-health-check", "the worker's task definition has no health check"),
    fault(Fault::TaskReplaced, "task-replaced", "the worker's task is killed while it works, and replaced"),
    // The import.
    fault(Fault::ImportFails, "import-fails", "importing the rows fails in the worker"),
    fault(Fault::StuckQueued, "stuck-queued", "the worker lives, and leases nothing"),
    fault(Fault::StuckProcessing, "stuck-processing", "the worker leases an import, and never comes to its end"),
    fault(Fault::ImportRejected, "import-rejected", "the worker rejects a file that is in order"),
    fault(Fault::FinalizeIgnored, "finalize-ignored", "the API accepts a finalize and forgets it"),
    fault(Fault::FinalizeRefused, "finalize-refused", "the API refuses every finalize"),
    fault(Fault::RowsMissing, "rows-missing", "fewer rows are imported than were sent"),
    fault(Fault::ProcessedTwice, "processed-twice", "the lease is broken: an import is processed twice"),
    // The API.
    fault(Fault::ApiDown, "api-down", "nothing listens where the API should"),
    fault(Fault::Api500, "api-500", "the API answers everything with 500"),
    fault(Fault::ApiSlow, "api-slow", "the API takes longer than anybody waits"),
    fault(Fault::ApiHtml, "api-html", "the API answers with HTML, as a wrongly routed load balancer does"),
    fault(Fault::Api401, "api-401", "the API no longer takes the credentials"),
    // The log.
    fault(Fault::NoStartEvent, "no-start-event", "the worker no longer logs bulk_import_start"),
    fault(Fault::NoEndEvent, "no-end-event", "the worker no longer logs bulk_import_end"),
    fault(Fault::EndBeforeStart, "end-before-start", "the worker logs the end before the start"),
    fault(Fault::EndFailed, "end-failed", "the worker logs an end with status failed, whatever the API says"),
    fault(Fault::ErrorLine, "error-line", "the worker logs an ERROR for an import that comes through"),
    fault(Fault::ForeignEvents, "foreign-events", "the worker logs its events under another import's id"),
    fault(Fault::OldTaskEvents, "old-task-events", "a task of the deployment before takes up the import"),
    fault(Fault::LogDriverDrops, "log-driver-drops", "the log driver's buffer overflows: lines are lost"),
    // The alarm.
    fault(Fault::AlarmMissing, "alarm-missing", "the alarm was never created"),
    fault(Fault::AlarmFiringBefore, "alarm-firing-before", "the alarm fires before the run begins, and goes on"),
    fault(Fault::AlarmFiring, "alarm-firing", "the metric that the alarm watches falls below its threshold"),
    fault(Fault::AlarmFlapping, "alarm-flapping", "the alarm fires and is OK again between two looks"),
    fault(Fault::AlarmInsufficientData, "alarm-insufficient-data", "the alarm's metric has no data"),
    fault(Fault::AlarmDisabled, "alarm-disabled", "the alarm's actions are disabled: it tells nobody"),
    fault(Fault::AlarmMuted, "alarm-muted", "a mute rule silences the alarm: it tells nobody"),
    fault(
        Fault::AlarmWrongMetric,
        "alarm-wrong-metric",
        "the alarm watches AWS/ECS, where RunningTaskCount never has data",
    ),
    fault(Fault::AlarmWrongDimensions, "alarm-wrong-dimensions", "the alarm watches another service"),
    fault(
        Fault::AlarmNotBreaching,
        "alarm-not-breaching",
        "missing data does not breach: with no task left the alarm stays OK",
    ),
    // AWS.
    fault(Fault::LogsDenied, "logs-denied", "CloudWatch Logs denies access"),
    fault(Fault::EcsDenied, "ecs-denied", "ECS denies access"),
    fault(Fault::CloudwatchDenied, "cloudwatch-denied", "CloudWatch denies access"),
    fault(Fault::LogsThrottled, "logs-throttled", "CloudWatch Logs throttles every call"),
    fault(Fault::EcsThrottled, "ecs-throttled", "ECS throttles every call"),
    fault(Fault::CloudwatchThrottled, "cloudwatch-throttled", "CloudWatch throttles every call"),
    fault(Fault::LogsHtml, "logs-html", "CloudWatch Logs answers with an HTML 500"),
    fault(Fault::EcsHtml, "ecs-html", "ECS answers with an HTML 500"),
    fault(Fault::CloudwatchHtml, "cloudwatch-html", "CloudWatch answers with an HTML 500"),
    // Weather.
    weather(Fault::LogLag, "log-lag", "log lines become visible up to 20 s after they were written"),
    weather(Fault::LateEvents, "late-events", "some log lines become visible after newer ones"),
    weather(Fault::DuplicateLines, "duplicate-lines", "log lines are delivered twice"),
    weather(Fault::EmptyPages, "empty-pages", "answers come in many pages, some of them empty"),
    weather(Fault::ForeignNoise, "foreign-noise", "other imports run meanwhile, and some of them fail"),
    weather(Fault::ThrottlingBursts, "throttling-bursts", "AWS throttles for some seconds now and then"),
    weather(Fault::GatewayBlips, "gateway-blips", "a read is answered with a 502 now and then"),
    weather(
        Fault::ClosedConnections,
        "closed-connections",
        "a connection is closed before the answer to a read now and then",
    ),
    weather(Fault::SlowRollout, "slow-rollout", "the roll-out is still going on when the run begins"),
    weather(
        Fault::HealthUnknownFirst,
        "health-unknown-first",
        "health stays UNKNOWN for some seconds after a task runs",
    ),
    weather(Fault::AlarmFlappedBefore, "alarm-flapped-before", "the alarm fired and was OK again before the run began"),
    weather(Fault::OldTaskDraining, "old-task-draining", "a task of the deployment before is still draining"),
    weather(Fault::ClockSkew, "clock-skew", "the workers' clocks are some seconds off"),
];
