//! What the faults and the weather mean for the fleet, the log, the alarm and the AWS endpoint: here, and nowhere else,
//! they are put into the words of those who then play them.

use chrono::TimeDelta;

use super::feed::{Feed, Figure};
use super::member::Leave;
use crate::sandbox::cloud::cloudwatch::Missing;
use crate::sandbox::cloud::{Delivery, Disturbances, Manner, Paging};
use crate::sandbox::fault::{Fault, FaultSet};

/// Log lines become visible up to so late.
const LOG_LAG: TimeDelta = TimeDelta::seconds(20);
/// A straggler becomes visible so late.
const STRAGGLER: TimeDelta = TimeDelta::seconds(3);
/// The log driver loses what comes sooner after the line before. On however slow a machine, an import's end follows sooner
/// on what goes before it.
const FULL_BUFFER: TimeDelta = TimeDelta::seconds(5);
/// So far the workers' clocks are behind.
const CLOCKS_BEHIND: TimeDelta = TimeDelta::seconds(3);
/// A task that is killed again and again lives so long once it is healthy.
const SHORT_LIFE: TimeDelta = TimeDelta::milliseconds(1500);
/// So long a slow roll-out fetches its image.
const SLOW_PULL: TimeDelta = TimeDelta::seconds(4);
/// So long health stays UNKNOWN after a task runs: scaled down from an interval of half a minute.
const LATE_CHECK: TimeDelta = TimeDelta::seconds(3);
/// CPU units of a task, and more than there are.
const CPU: u32 = 256;
const TOO_MUCH_CPU: u32 = 16_384;

/// The whole of it.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The worker's service; none where it was never created.
    pub(super) worker: Option<Casting>,
    /// The alarm; none where it was never created.
    pub(super) alarm: Option<Watching>,
    /// Whether a mute rule silences the alarm.
    pub(super) muted: bool,
    /// What the metric had to say before the start.
    pub(super) past: Past,
    /// What it says from then on.
    pub(super) feed: Feed,
    /// What kills the worker's tasks.
    pub(super) blow: Option<Blow>,
    /// So far the workers' clocks are behind.
    pub(super) clocks_behind: TimeDelta,
    /// What is broken in the release under test. The one before it is sound.
    pub(super) release: FaultSet,
}

/// The worker's service, and how the release under test is rolled out.
#[derive(Debug, Clone)]
pub(super) struct Casting {
    /// How many tasks it wants.
    pub(super) desired: usize,
    /// Whether its container has a health check, and how long after its start the first is made.
    pub(super) first_check: Option<TimeDelta>,
    /// How many seconds it may take to start before a check that fails counts.
    pub(super) start_period: u32,
    /// Whether it runs an older image than the backend.
    pub(super) outdated: bool,
    /// CPU units of a task.
    pub(super) cpu: u32,
    /// How long the image is fetched; the usual time where it is not said.
    pub(super) pull: Option<TimeDelta>,
    /// Where there is a deployment before it: how its tasks take their leave.
    pub(super) before: Option<Leave>,
    /// Whether the circuit breaker rolls back.
    pub(super) rollback: bool,
}

/// What the alarm watches, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watching {
    /// Where it looks for the metric.
    pub(super) namespace: &'static str,
    /// Whether it watches the worker, and not the backend.
    pub(super) worker: bool,
    /// What missing data counts for.
    pub(super) missing: Missing,
    /// Whether it may tell anybody.
    pub(super) enabled: bool,
    /// Whether a single point is enough, in both directions.
    pub(super) nervous: bool,
}

/// What the metric had to say before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    /// Nothing: all of it has just been created.
    None,
    /// It was there for a while, and fell below the threshold for a moment minutes ago.
    Dip,
    /// Likewise, and there has been no data for some time.
    DipThenNothing,
    /// It fell a minute ago.
    Fall,
}

/// What kills a worker's task, exit 137.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    /// Its memory runs out so long after it became healthy.
    AfterLife(TimeDelta),
    /// It begins on an import.
    AtWork,
}

impl Script {
    /// What `faults` mean.
    pub(crate) fn of(faults: &FaultSet) -> Self {
        let has = |fault| faults.contains(fault);
        Self {
            worker: (!has(Fault::ServiceMissing)).then(|| Casting::of(faults)),
            alarm: (!has(Fault::AlarmMissing)).then(|| Watching::of(faults)),
            muted: has(Fault::AlarmMuted),
            past: Past::of(faults),
            feed: feed(faults),
            blow: match () {
                () if has(Fault::WorkerCrashLoop) => Some(Blow::AfterLife(SHORT_LIFE)),
                () if has(Fault::TaskReplaced) => Some(Blow::AtWork),
                () => None,
            },
            clocks_behind: if has(Fault::ClockSkew) { CLOCKS_BEHIND } else { TimeDelta::zero() },
            release: release(faults),
        }
    }

    /// The same, where the worker may take so many seconds to start before a check that fails counts.
    pub(crate) fn starting_within(mut self, seconds: u32) -> Self {
        if let Some(worker) = &mut self.worker {
            worker.start_period = seconds;
        }
        self
    }

    /// What is broken in the release under test.
    pub(crate) fn release(&self) -> FaultSet {
        self.release.clone()
    }

    /// Whether a revision of the worker's is the one before that under test.
    pub(super) fn is_before(&self, revision: u32) -> bool {
        revision == 1 && self.worker.as_ref().is_some_and(|worker| worker.before.is_some())
    }
}

/// A bad release that is rolled back dies as it starts; one whose tasks leave the work to older ones leases nothing.
fn release(faults: &FaultSet) -> FaultSet {
    let bad = faults.contains(Fault::DeploymentRolledBack).then_some(Fault::WorkerDown);
    let idle = faults.contains(Fault::OldTaskEvents).then_some(Fault::StuckQueued);
    bad.into_iter().chain(idle).fold(faults.clone(), |release, fault| release.with(fault))
}

impl Casting {
    fn of(faults: &FaultSet) -> Self {
        let has = |fault| faults.contains(fault);
        let before = match () {
            () if has(Fault::OldTaskEvents) => Some(Leave::Never),
            () if has(Fault::OldTaskDraining) => Some(Leave::Late),
            () if [Fault::SlowRollout, Fault::DeploymentStuck, Fault::DeploymentRolledBack].into_iter().any(has) => {
                Some(Leave::AtOnce)
            }
            () => None,
        };
        let first_check = if has(Fault::HealthUnknownFirst) { LATE_CHECK } else { TimeDelta::zero() };
        Self {
            desired: usize::from(!has(Fault::DesiredZero)),
            first_check: (!has(Fault::NoHealthCheck)).then_some(first_check),
            start_period: 0,
            outdated: has(Fault::WorkerNotRedeployed),
            cpu: if has(Fault::DeploymentStuck) { TOO_MUCH_CPU } else { CPU },
            pull: has(Fault::SlowRollout).then_some(SLOW_PULL),
            // Where something else is wrong with the release, that is to be seen, and not a roll-back.
            rollback: before.is_none() || has(Fault::DeploymentRolledBack),
            before,
        }
    }
}

impl Watching {
    fn of(faults: &FaultSet) -> Self {
        let has = |fault| faults.contains(fault);
        let wrong_metric = has(Fault::AlarmWrongMetric);
        Self {
            namespace: if wrong_metric { "AWS/ECS" } else { "ECS/ContainerInsights" },
            worker: !has(Fault::AlarmWrongDimensions),
            missing: match () {
                () if has(Fault::AlarmNotBreaching) => Missing::NotBreaching,
                // What it is where nobody said anything.
                () if wrong_metric || has(Fault::AlarmInsufficientData) => Missing::Nothing,
                () => Missing::Breaching,
            },
            enabled: !has(Fault::AlarmDisabled),
            nervous: has(Fault::AlarmFlapping),
        }
    }
}

impl Past {
    fn of(faults: &FaultSet) -> Self {
        match () {
            () if faults.contains(Fault::AlarmFiringBefore) => Self::Fall,
            () if !faults.contains(Fault::AlarmFlappedBefore) => Self::None,
            () if faults.contains(Fault::AlarmInsufficientData) => Self::DipThenNothing,
            () => Self::Dip,
        }
    }
}

fn feed(faults: &FaultSet) -> Feed {
    let has = |fault| faults.contains(fault);
    let figure = match () {
        () if has(Fault::AlarmInsufficientData) => Figure::None,
        () if has(Fault::AlarmFiringBefore) => Figure::Zero,
        () if has(Fault::AlarmFiring) => Figure::SoonZero,
        () if has(Fault::AlarmFlapping) => Figure::Dips,
        () => Figure::True,
    };
    Feed { figure, silent_at_zero: has(Fault::AlarmNotBreaching) }
}

/// What `faults` mean for the AWS endpoint and the way of log lines.
pub(crate) fn disturbances(faults: &FaultSet) -> Disturbances {
    let has = |fault| faults.contains(fault);
    let manner = |denied, throttled, html| match () {
        () if has(denied) => Manner::Denying,
        () if has(throttled) => Manner::Throttling,
        () if has(html) => Manner::Html,
        () => Manner::Willing,
    };
    let if_any = |fault, time| if has(fault) { time } else { TimeDelta::zero() };
    Disturbances {
        logs: manner(Fault::LogsDenied, Fault::LogsThrottled, Fault::LogsHtml),
        ecs: manner(Fault::EcsDenied, Fault::EcsThrottled, Fault::EcsHtml),
        monitoring: manner(Fault::CloudwatchDenied, Fault::CloudwatchThrottled, Fault::CloudwatchHtml),
        bursts: has(Fault::ThrottlingBursts),
        paging: if has(Fault::EmptyPages) { Paging::Hollow } else { Paging::Plain },
        delivery: Delivery {
            buffer: has(Fault::LogDriverDrops).then_some(FULL_BUFFER),
            lag: if_any(Fault::LogLag, LOG_LAG),
            stragglers: if_any(Fault::LateEvents, STRAGGLER),
            twice: has(Fault::DuplicateLines),
        },
    }
}

/// How late a log line may become visible, apart from what a busy machine adds.
pub(crate) fn log_lag(faults: &FaultSet) -> TimeDelta {
    let Delivery { lag, stragglers, .. } = disturbances(faults).delivery;
    lag + stragglers
}
