//! Roll-outs in plain time: every 50 ms the steps that are due are taken, and a script says what tasks do.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::gauge::Gauge;
use super::reconcile::{Step, health, is_checked, is_settled, reconcile};
use super::script::Script;
use super::stage::{WORKER, cue, is_set, set_up};
use super::step::apply;
use crate::sandbox::cloud::ecs::{Deployment, Fleet, Health, Limits, Rollout, Status, register};
use crate::sandbox::cloud::{Cloud, Disturbances, cloudwatch, ecs};
use crate::sandbox::fault::{Fault, FaultSet};

const LIMITS: Limits = Limits { minimum: 0, maximum: 100, breaker: true, rollback: true };

/// What becomes of a task that runs, by its revision.
type Fates = fn(&str) -> Fate;

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Well,
    Dies,
    Silent,
    /// Well, and it takes its time to stop.
    Lingers,
}

struct World {
    fleet: Fleet,
    now: DateTime<Utc>,
    script: Fates,
    /// The least and the most tasks that ran at once since the last look.
    ran: (usize, usize),
}

impl World {
    fn new(limits: Limits, script: Fates) -> Self {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut fleet = Fleet::default();
        for _ in 0..2 {
            let body = json!({"family": "w", "containerDefinitions": [
                {"name": "app", "image": "sandbox/backend:1", "healthCheck": {"command": ["CMD", "x"]}},
            ]});
            register(&mut fleet, &body, now).unwrap();
        }
        fleet.create_service("w", "w:1", limits, now);
        Self { fleet, now, script, ran: (usize::MAX, 0) }
    }

    fn running(&self) -> usize {
        self.fleet.tasks.iter().filter(|task| task.status == Status::Running).count()
    }

    fn pass(&mut self, milliseconds: i64) {
        for _ in 0..milliseconds / 50 {
            self.now += TimeDelta::milliseconds(50);
            self.tasks_live();
            loop {
                let steps = reconcile(&self.fleet, self.now);
                if steps.is_empty() {
                    break;
                }
                for step in steps {
                    apply(&mut self.fleet, &step, self.now);
                }
            }
            self.ran = (self.ran.0.min(self.running()), self.ran.1.max(self.running()));
        }
    }

    fn tasks_live(&mut self) {
        let ids: Vec<String> = self.fleet.tasks.iter().map(|task| task.id.clone()).collect();
        for id in ids {
            let task = self.fleet.task(&id).unwrap();
            match (task.status, (self.script)(&task.definition)) {
                (Status::Stopping, Fate::Lingers) => {}
                (Status::Stopping, _) => self.fleet.task_ended(&id, Some(0), self.now),
                (Status::Running, Fate::Dies) => self.fleet.task_ended(&id, Some(137), self.now),
                (Status::Running, fate) if is_checked(&self.fleet, task, self.now) => {
                    let beat = (fate != Fate::Silent).then_some(self.now);
                    let state = health(task, beat, TimeDelta::zero(), self.now);
                    self.fleet.set_health(&id, state);
                }
                _ => {}
            }
        }
    }

    fn rollouts(&self) -> Vec<(String, Rollout)> {
        let deployments = &self.fleet.service("w").unwrap().deployments;
        deployments.iter().map(|one| (one.definition.clone(), one.rollout)).collect()
    }

    fn events(&self) -> Vec<&str> {
        self.fleet.service("w").unwrap().events.iter().map(|event| event.message.as_str()).collect()
    }
}

#[test]
fn a_first_deployment_completes_once_its_task_is_healthy() {
    let mut world = World::new(LIMITS, |_| Fate::Well);
    world.pass(200);
    assert_eq!((world.running(), world.rollouts()), (1, vec![("w:1".to_owned(), Rollout::InProgress)]));
    world.pass(100);
    assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::Completed)]);
    assert!(is_settled(&world.fleet));
    assert_eq!(reconcile(&world.fleet, world.now), Vec::<Step>::new());
    assert_eq!(world.events()[0], "(service w) has reached a steady state.");
}

#[test]
fn a_task_that_is_not_healthy_keeps_the_deployment_in_progress_and_is_replaced() {
    let mut world = World::new(LIMITS, |_| Fate::Silent);
    world.pass(3000);
    assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::InProgress)]);
    world.pass(3000);
    let stopped = world.fleet.tasks.iter().find(|task| task.stopped.is_some()).unwrap();
    assert_eq!(stopped.health, Health::Unhealthy);
    assert_eq!(stopped.stop.as_ref().unwrap().reason, "Task failed container health checks");
}

#[test]
fn tasks_that_keep_dying_trip_the_circuit_breaker_and_nothing_is_started_then() {
    let mut world = World::new(LIMITS, |_| Fate::Dies);
    world.pass(5000);
    assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::Failed)]);
    assert_eq!(world.fleet.tasks.len(), 3);
    let task = &world.fleet.tasks[0];
    assert_eq!((task.status, task.exit_code), (Status::Stopped, Some(137)));
    assert_eq!(task.stop.as_ref().unwrap().code, "EssentialContainerExited");
    assert!(is_settled(&world.fleet));
    world.pass(60_000);
    assert_eq!(world.fleet.tasks.len(), 3);
}

#[test]
fn a_bad_revision_is_rolled_back_to_the_last_good_one() {
    let mut world = World::new(LIMITS, |revision| if revision == "w:2" { Fate::Dies } else { Fate::Well });
    world.pass(500);
    let first = world.fleet.service("w").unwrap().primary().unwrap().id.clone();
    world.fleet.service_mut("w").unwrap().deploy("w:2", world.now);
    world.pass(6000);
    assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::Completed), ("w:2".to_owned(), Rollout::Failed)]);
    assert_eq!(world.fleet.service("w").unwrap().primary().unwrap().id, first);
    assert_eq!(world.running(), 1);
}

#[test]
fn a_rolling_deployment_keeps_within_its_limits() {
    let check = |minimum, maximum, expected| {
        let mut world = World::new(Limits { minimum, maximum, ..LIMITS }, |_| Fate::Well);
        world.pass(500);
        world.ran = (usize::MAX, 0);
        world.fleet.service_mut("w").unwrap().deploy("w:2", world.now);
        world.pass(3000);
        assert_eq!(world.ran, expected, "{minimum} to {maximum} percent");
        assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::Completed), ("w:2".to_owned(), Rollout::Completed)]);
    };
    check(0, 100, (0, 1));
    check(100, 200, (1, 2));
}

#[test]
fn a_task_that_dies_after_it_was_healthy_is_replaced_at_once_and_the_deployment_stays_completed() {
    let mut world = World::new(LIMITS, |_| Fate::Well);
    world.pass(500);
    let id = world.fleet.tasks[0].id.clone();
    world.fleet.task_ended(&id, Some(1), world.now);
    world.pass(500);
    assert_eq!(world.running(), 1);
    assert_eq!(world.fleet.tasks.len(), 2);
    assert_eq!(world.rollouts(), [("w:1".to_owned(), Rollout::Completed)]);
    assert_eq!(world.fleet.service("w").unwrap().primary().unwrap().failed, 0);
}

#[test]
fn scaling_to_none_and_back_begins_no_deployment() {
    let mut world = World::new(LIMITS, |_| Fate::Well);
    world.pass(500);
    world.fleet.service_mut("w").unwrap().desired = 0;
    world.pass(500);
    assert_eq!(world.running(), 0);
    world.fleet.service_mut("w").unwrap().desired = 1;
    world.pass(500);
    assert_eq!((world.running(), world.rollouts().len()), (1, 1));
}

/// A stage that is set for some faults, and what becomes of it while the worker's tasks do as their revision says.
struct Play {
    world: World,
    script: Script,
    cloud: Cloud,
    gauge: Gauge,
}

impl Play {
    fn of(faults: &[Fault], script: Fates) -> Self {
        let faults: FaultSet = faults.iter().copied().collect();
        let (cloud, plot) = (Cloud::new(Disturbances::default()), Script::of(&faults));
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        set_up(&cloud, &plot, now).unwrap();
        let fleet = std::mem::take(&mut *cloud.fleet.lock());
        let world = World { fleet, now, script, ran: (usize::MAX, 0) };
        Self { world, gauge: Gauge::new(plot.feed), script: plot, cloud }
    }

    fn pass(mut self, milliseconds: i64) -> Self {
        for _ in 0..milliseconds / 50 {
            cue(&mut self.world.fleet, &self.script, self.world.now);
            self.world.pass(50);
            self.gauge.beat(&self.world.fleet, &mut self.cloud.watch.lock(), self.world.now);
        }
        self
    }

    /// The worker's roll-outs by revision, and the revisions of which tasks run.
    fn seen(&self) -> String {
        let Some(service) = self.world.fleet.service(WORKER) else { return "no service".to_owned() };
        let revision = |name: &str| name.rsplit(':').next().unwrap().to_owned();
        let rollout = |one: &Deployment| format!("{} {:?}", revision(&one.definition), one.rollout);
        let rollouts: Vec<String> = service.deployments.iter().map(rollout).collect();
        let tasks = self.world.fleet.tasks.iter().filter(|task| task.service == WORKER);
        let running = tasks.filter(|task| task.status == Status::Running);
        let running: Vec<String> = running.map(|task| revision(&task.definition)).collect();
        format!("{}; running {}", rollouts.join(", "), running.join(" "))
    }

    /// The alarm's state and the summaries of its changes.
    fn alarm(&self) -> Vec<String> {
        let mut watch = self.cloud.watch.lock();
        let mut ask =
            |operation: &str, request: &Value| cloudwatch::answer(&mut watch, operation, request, Utc::now()).unwrap();
        let alarms = ask("DescribeAlarms", &json!({}));
        let state = alarms["MetricAlarms"][0]["StateValue"].as_str().unwrap_or("none").to_owned();
        let request = json!({"HistoryItemType": "StateUpdate", "ScanBy": "TimestampAscending"});
        let history = ask("DescribeAlarmHistory", &request);
        let items = history["AlarmHistoryItems"].as_array().unwrap().iter();
        let change = |item: &Value| {
            item["HistorySummary"].as_str().unwrap().trim_start_matches("Alarm updated from ").to_owned()
        };
        [state].into_iter().chain(items.map(change)).collect()
    }
}

const WELL: Fates = |_| Fate::Well;
const NEW_DIES: Fates = |revision| if revision == "bulk-import-worker:2" { Fate::Dies } else { Fate::Well };
const OLD_LINGERS: Fates = |revision| if revision == "bulk-import-worker:1" { Fate::Lingers } else { Fate::Well };

#[test]
fn each_fault_of_the_fleet_shows_in_its_roll_outs() {
    let check = |faults: &[Fault], script: Fates, milliseconds, expected: &str| {
        let play = Play::of(faults, script).pass(milliseconds);
        assert_eq!(play.seen(), expected, "{faults:?} after {milliseconds} ms");
    };
    check(&[], WELL, 500, "1 Completed; running 1");
    check(&[Fault::ServiceMissing], WELL, 500, "no service");
    check(&[Fault::DesiredZero], WELL, 60_000, "1 Completed; running ");
    check(&[Fault::NoHealthCheck], WELL, 500, "1 Completed; running 1");
    check(&[Fault::WorkerNotRedeployed], WELL, 500, "1 Completed; running 1");
    check(&[Fault::DeploymentStuck], WELL, 60_000, "1 Completed, 2 InProgress; running 1");
    check(&[Fault::DeploymentRolledBack], NEW_DIES, 1_000, "1 Completed, 2 InProgress; running 1");
    check(&[Fault::DeploymentRolledBack], NEW_DIES, 4_000, "1 Completed, 2 Failed; running 1");
    check(&[Fault::SlowRollout], WELL, 3_500, "1 Completed, 2 InProgress; running 1");
    check(&[Fault::SlowRollout], WELL, 6_000, "1 Completed, 2 Completed; running 2");
    check(&[Fault::OldTaskDraining], OLD_LINGERS, 2_000, "1 Completed, 2 Completed; running 2");
    check(&[Fault::OldTaskEvents], OLD_LINGERS, 2_000, "1 Completed, 2 Completed; running 2");
    check(&[Fault::HealthUnknownFirst], WELL, 2_500, "1 InProgress; running 1");
    check(&[Fault::HealthUnknownFirst], WELL, 4_000, "1 Completed; running 1");
    // A release that is broken in itself fails as such, though there is one before it.
    check(&[Fault::SlowRollout], NEW_DIES, 20_000, "1 Completed, 2 Failed; running 1");
    check(&[Fault::DesiredZero, Fault::OldTaskDraining], WELL, 2_000, "1 Completed, 2 Completed; running ");
}

#[test]
fn a_task_that_finds_no_place_is_no_task_and_fails_nothing() {
    let play = Play::of(&[Fault::DeploymentStuck], WELL).pass(20_000);
    let service = play.world.fleet.service(WORKER).unwrap();
    let told = service.events.iter().filter(|event| event.message.contains("unable to place a task")).count();
    assert_eq!((told, service.primary().unwrap().failed, play.world.fleet.tasks.len()), (4, 0, 3));
    assert!(is_set(&play.world.fleet, &play.script));
}

#[test]
fn a_worker_that_was_not_redeployed_runs_an_older_image_than_the_backend() {
    let digests = |faults: &[Fault]| {
        let mut play = Play::of(faults, WELL).pass(500);
        let request = json!({"cluster": "local"});
        let now = play.world.now;
        let mut ask =
            |operation: &str, request: &Value| ecs::answer(&mut play.world.fleet, operation, request, now).unwrap();
        let tasks = ask("ListTasks", &request)["taskArns"].clone();
        let described = ask("DescribeTasks", &json!({"cluster": "local", "tasks": tasks}));
        let digest = |task: &Value| task["containers"][0]["imageDigest"].as_str().unwrap().to_owned();
        let digests: Vec<String> = described["tasks"].as_array().unwrap().iter().map(digest).collect();
        assert_eq!(digests.len(), 3);
        digests
    };
    let [backend, _, worker] = digests(&[]).try_into().unwrap();
    assert_eq!(backend, worker);
    let [backend, _, worker] = digests(&[Fault::WorkerNotRedeployed]).try_into().unwrap();
    assert_ne!(backend, worker);
}

#[test]
fn each_fault_of_the_alarm_shows_in_its_state_and_history() {
    let check = |faults: &[Fault], script: Fates, expected: &[&str]| {
        assert_eq!(Play::of(faults, script).pass(3_000).alarm(), expected, "{faults:?}");
    };
    let (first, fires, recovers) = ("INSUFFICIENT_DATA to OK", "OK to ALARM", "ALARM to OK");
    check(&[], WELL, &["OK", first]);
    check(&[Fault::AlarmMissing], WELL, &["none"]);
    check(&[Fault::AlarmFiring], WELL, &["ALARM", first, fires]);
    check(&[Fault::AlarmFiringBefore], WELL, &["ALARM", first, fires]);
    check(&[Fault::AlarmFlappedBefore], WELL, &["OK", first, fires, recovers]);
    check(&[Fault::AlarmInsufficientData], WELL, &["INSUFFICIENT_DATA"]);
    check(&[Fault::AlarmWrongMetric], WELL, &["INSUFFICIENT_DATA"]);
    let (flapped, nothing) = (Fault::AlarmFlappedBefore, Fault::AlarmInsufficientData);
    check(&[nothing, flapped], WELL, &["INSUFFICIENT_DATA", first, fires, recovers, "OK to INSUFFICIENT_DATA"]);
    check(&[Fault::AlarmFlapping], WELL, &["OK", first, fires, recovers]);
    // With no worker at all, only an alarm that watches the right thing in the right way fires.
    check(&[Fault::DesiredZero], WELL, &["ALARM", "INSUFFICIENT_DATA to ALARM"]);
    check(&[Fault::DesiredZero, Fault::AlarmWrongDimensions], WELL, &["OK", first]);
    check(&[Fault::DesiredZero, Fault::AlarmNotBreaching], WELL, &["OK", first]);
}

#[test]
fn what_an_alarm_watches_and_whom_it_tells_is_as_the_faults_say() {
    let check = |fault: Fault, pointer: &str, expected: Value| {
        let play = Play::of(&[fault], WELL);
        let alarms =
            cloudwatch::answer(&mut play.cloud.watch.lock(), "DescribeAlarms", &json!({}), Utc::now()).unwrap();
        assert_eq!(alarms["MetricAlarms"][0].pointer(pointer), Some(&expected), "{fault:?}");
    };
    check(Fault::AlarmDisabled, "/ActionsEnabled", json!(false));
    check(Fault::AlarmFiring, "/ActionsEnabled", json!(true));
    check(Fault::AlarmMuted, "/ActionsEnabled", json!(true));
    check(Fault::AlarmWrongMetric, "/Namespace", json!("AWS/ECS"));
    check(Fault::AlarmWrongMetric, "/TreatMissingData", json!("missing"));
    check(Fault::AlarmWrongDimensions, "/Dimensions/1/Value", json!("backend"));
    check(Fault::AlarmNotBreaching, "/TreatMissingData", json!("notBreaching"));
    check(Fault::AlarmFiring, "/TreatMissingData", json!("breaching"));
}

#[test]
fn the_release_before_is_sound_and_the_one_under_test_has_what_is_broken() {
    let check = |faults: &[Fault], broken: Fault, revision, before| {
        let script = Script::of(&faults.iter().copied().collect());
        assert_eq!((script.release().contains(broken), script.is_before(revision)), (true, before), "{faults:?}");
    };
    check(&[Fault::WorkerDown], Fault::WorkerDown, 1, false);
    check(&[Fault::DeploymentRolledBack], Fault::WorkerDown, 1, true);
    check(&[Fault::DeploymentRolledBack], Fault::WorkerDown, 2, false);
    check(&[Fault::OldTaskEvents], Fault::StuckQueued, 1, true);
    check(&[Fault::SlowRollout, Fault::ErrorLine], Fault::ErrorLine, 2, false);
}
