//! Roll-outs in plain time: every 50 ms the steps that are due are taken, and a script says what tasks do.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::reconcile::{Step, health, is_settled, reconcile};
use super::step::apply;
use crate::sandbox::cloud::ecs::{Fleet, Health, Limits, Rollout, Status, register};

const LIMITS: Limits = Limits { minimum: 0, maximum: 100, breaker: true, rollback: true };

/// What becomes of a task that runs, by its revision.
type Script = fn(&str) -> Fate;

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Well,
    Dies,
    Silent,
}

struct World {
    fleet: Fleet,
    now: DateTime<Utc>,
    script: Script,
    /// The least and the most tasks that ran at once since the last look.
    ran: (usize, usize),
}

impl World {
    fn new(limits: Limits, script: Script) -> Self {
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
                (Status::Stopping, _) => self.fleet.task_ended(&id, Some(0), self.now),
                (Status::Running, Fate::Dies) => self.fleet.task_ended(&id, Some(137), self.now),
                (Status::Running, fate) => {
                    let beat = (fate == Fate::Well).then_some(self.now);
                    let state = health(task, beat, self.now);
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
