use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::aws::{
    ContainerFacts, DefinitionFacts, DeploymentFacts, LastDeployment, ServiceEvent, ServiceFacts, TaskFacts, Window,
};
use crate::diagnostic::{Location, Source};
use crate::probe::{DemandState, Gap, Observation, Recent};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn denied(action: &str) -> LookError {
    let message = format!("not allowed to call {action}: AccessDenied");
    LookError { kind: LookErrorKind::Denied, message, retry_after: None }
}

fn task(id: &str, deployment: &str) -> TaskFacts {
    TaskFacts {
        id: id.to_owned(),
        arn: format!("arn:aws:ecs:eu-west-1:1:task/prod/{id}"),
        deployment: Some(deployment.to_owned()),
        status: "RUNNING".to_owned(),
        desired_status: "RUNNING".to_owned(),
        health: "HEALTHY".to_owned(),
        started_at: Some(at(-90)),
        containers: vec![ContainerFacts {
            name: "app".to_owned(),
            image: Some("worker:2".to_owned()),
            digest: Some("sha256:2".to_owned()),
            ..ContainerFacts::default()
        }],
        ..TaskFacts::default()
    }
}

fn stopped(id: &str, deployment: &str, seconds: i64) -> TaskFacts {
    let mut task = TaskFacts {
        status: "STOPPED".to_owned(),
        desired_status: "STOPPED".to_owned(),
        health: "UNKNOWN".to_owned(),
        stopped_at: Some(at(seconds)),
        stop_code: Some("EssentialContainerExited".to_owned()),
        stopped_reason: Some("Essential container in task exited".to_owned()),
        ..task(id, deployment)
    };
    task.containers[0].exit_code = Some(137);
    task.containers[0].reason = Some("OutOfMemoryError".to_owned());
    task
}

fn deployment(id: &str, status: &str, rollout: &str) -> DeploymentFacts {
    DeploymentFacts {
        id: id.to_owned(),
        status: status.to_owned(),
        task_definition: "arn:aws:ecs:eu-west-1:1:task-definition/worker:42".to_owned(),
        rollout: Some(rollout.to_owned()),
        created_at: Some(at(-120)),
        ..DeploymentFacts::default()
    }
}

/// The newest service deployment, and when it was through.
fn ended(status: &str, seconds: i64) -> LastDeployment {
    LastDeployment { status: status.to_owned(), created_at: Some(at(-130)), finished_at: Some(at(seconds)) }
}

/// A service as it should be: the window opened at 0, and it is looked at 60 s later.
fn well() -> ServiceFacts {
    let definition =
        DefinitionFacts { images: vec!["worker:2".to_owned()], health_check: true, ..DefinitionFacts::default() };
    ServiceFacts {
        name: "bulk-import-worker".to_owned(),
        seen_at: at(60),
        status: "ACTIVE".to_owned(),
        desired: 1,
        running: 1,
        pending: 0,
        deployments: vec![deployment("ecs-svc/2", "PRIMARY", "COMPLETED")],
        events: Vec::new(),
        strategy: "ROLLING".to_owned(),
        may_roll_back: true,
        tasks: Ok(vec![task("t1", "ecs-svc/2")]),
        definition: Ok(Arc::new(definition)),
        last_deployment: Ok(Some(ended("SUCCESSFUL", -60))),
    }
}

fn seen(facts: &ServiceFacts) -> Service {
    Service::of(facts, &since(0), &Expected::default())
}

/// Somebody whose window opened then, as the step began, and who saw nobody alive in it yet.
fn since(seconds: i64) -> Since {
    Since { window: at(seconds), step: at(seconds), seen: Window::opening() }
}

/// Changes a service that is well, and says what is then seen: `steady`, summary, cause.
fn check(change: impl FnOnce(&mut ServiceFacts), expected: (Option<bool>, &str, Option<&str>)) {
    let mut facts = well();
    change(&mut facts);
    let seen = ServicesSeen::new(vec![seen(&facts)], false);
    let cause = seen.cause();
    assert_eq!((seen.services[0].steady, seen.summary().as_str(), cause.as_deref()), expected);
}

#[test]
fn a_service_that_is_well_is_steady() {
    check(|_| {}, (Some(true), "1 of 1 running, 1 healthy, rollout COMPLETED", None));
}

#[test]
fn desired_zero_is_never_steady() {
    check(
        |facts| {
            (facts.desired, facts.running) = (0, 0);
            facts.tasks = Ok(Vec::new());
        },
        (
            Some(false),
            "0 of 0 running, 0 healthy, rollout COMPLETED, desired count is 0",
            Some("bulk-import-worker wants no task: its desired count is 0"),
        ),
    );
}

#[test]
fn no_worker_running_says_how_the_last_one_ended() {
    check(
        |facts| {
            facts.running = 0;
            facts.tasks = Ok(vec![stopped("t0", "ecs-svc/2", -30), stopped("t1", "ecs-svc/2", 20)]);
        },
        (
            Some(false),
            "0 of 1 running, 0 healthy, rollout COMPLETED, 1 stopped in the window",
            Some(
                "no worker is running: bulk-import-worker wants 1, has 0; last task stopped 40 s ago: \
                 OutOfMemoryError, exit 137",
            ),
        ),
    );
}

#[test]
fn a_pending_task_says_since_when() {
    check(
        |facts| {
            facts.name = "backend".to_owned();
            (facts.running, facts.pending) = (0, 1);
            let waiting = TaskFacts {
                status: "PROVISIONING".to_owned(),
                health: "UNKNOWN".to_owned(),
                created_at: Some(at(-30)),
                ..task("t1", "ecs-svc/2")
            };
            facts.tasks = Ok(vec![waiting]);
            facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned());
        },
        (
            Some(false),
            "0 of 1 running, 0 healthy, rollout IN_PROGRESS",
            Some("no task is running: backend wants 1, has 0; pending for 90 s"),
        ),
    );
}

/// Changes a service that is well, and says what explains other failures, and what only goes on meanwhile.
#[track_caller]
fn found(change: impl FnOnce(&mut ServiceFacts), told: Option<&str>, meanwhile: Option<&str>) {
    let mut facts = well();
    change(&mut facts);
    let finding = seen(&facts).finding();
    assert_eq!((finding.told.as_deref(), finding.meanwhile.as_deref()), (told, meanwhile));
}

#[test]
fn tasks_on_their_way_explain_nothing_else_and_those_that_fell_do() {
    fn growing(facts: &mut ServiceFacts) {
        (facts.desired, facts.pending) = (2, 1);
        let tasks = facts.tasks.as_mut().unwrap();
        tasks.push(TaskFacts { status: "PENDING".to_owned(), created_at: Some(at(57)), ..task("t2", "ecs-svc/2") });
    }
    let few = "only 1 of 2 tasks of bulk-import-worker are running; pending for 3 s";
    found(growing, None, Some(few));
    let after = |stop: TaskFacts| {
        |facts: &mut ServiceFacts| {
            growing(facts);
            facts.tasks.as_mut().unwrap().push(stop);
        }
    };
    let fell = "only 1 of 2 tasks of bulk-import-worker are running; last task stopped 40 s ago: OutOfMemoryError, exit \
                137; pending for 3 s";
    found(after(stopped("t0", "ecs-svc/2", 20)), Some(fell), None);
    // Before the window, or since fewer were wanted.
    let long_ago = "only 1 of 2 tasks of bulk-import-worker are running; last task stopped 70 s ago: OutOfMemoryError, \
                    exit 137; pending for 3 s";
    found(after(stopped("t0", "ecs-svc/2", -10)), None, Some(long_ago));
    let ill = |facts: &mut ServiceFacts| {
        growing(facts);
        facts.tasks.as_mut().unwrap()[0].health = "UNHEALTHY".to_owned();
    };
    found(ill, Some("1 of 2 tasks of bulk-import-worker fail their health check"), None);
    let none = "no worker is running: bulk-import-worker wants 1, has 0";
    found(|facts| facts.running = 0, Some(none), None);
    let rolling = |facts: &mut ServiceFacts| facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned());
    found(rolling, None, Some("the roll-out of bulk-import-worker is not through (IN_PROGRESS)"));
    let failed = |facts: &mut ServiceFacts| facts.deployments[0].rollout = Some("FAILED".to_owned());
    found(failed, Some("the roll-out of bulk-import-worker failed: "), None);
    let unchecked = |facts: &mut ServiceFacts| {
        facts.tasks.as_mut().unwrap()[0].health = "UNKNOWN".to_owned();
        facts.definition = Ok(Arc::new(DefinitionFacts::default()));
    };
    let never = "bulk-import-worker can never be steady: task definition worker:42 has no container healthCheck, so ECS \
                 can never call its tasks healthy (a Dockerfile's HEALTHCHECK does not count)";
    found(unchecked, None, Some(never));
    found(|_| {}, None, None);
}

#[test]
fn a_roll_back_is_not_steady_however_quiet_the_service_is() {
    let expected = (
        Some(false),
        "1 of 1 running, 1 healthy, rollout COMPLETED, rolled back to task definition worker:42",
        Some("bulk-import-worker was rolled back to task definition worker:42"),
    );
    check(|facts| facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 5))), expected);
    // Where ListServiceDeployments may not be called, the service's own events tell.
    for message in ["(service bulk-import-worker) rolling back to deployment ecs-svc/2.", "it was rolled back"] {
        check(|facts| told_only(facts, &[(10, message)]), expected);
    }
    // What a load balancer does after it is no news of the roll-out.
    let draining = (15, "(service bulk-import-worker) has begun draining connections on 1 tasks.");
    check(|facts| told_only(facts, &[draining, (10, "rolling back to (deployment ecs-svc/2)")]), expected);
}

/// A service whose deployments may not be listed, which can roll back on its own and has these events, the newest first.
fn told_only(facts: &mut ServiceFacts, events: &[(i64, &str)]) {
    facts.last_deployment = Err(denied("ecs:ListServiceDeployments"));
    let event = |(seconds, message): &(i64, &str)| ServiceEvent { at: at(*seconds), message: (*message).to_owned() };
    facts.events = events.iter().map(event).collect();
}

/// The newest service deployment has this state, and the roll-out of what runs that one.
#[test]
fn a_roll_back_says_how_far_it_is_and_to_what_where_that_runs_by_now() {
    #[track_caller]
    fn stands(status: &str, rollout: &str, failed: Option<&str>, expected: &str) {
        let mut facts = well();
        let created_at = Some(at(-130));
        let last = LastDeployment { status: status.to_owned(), created_at, finished_at: None };
        facts.last_deployment = Ok(Some(last));
        facts.deployments[0].rollout = Some(rollout.to_owned());
        facts.deployments.extend(failed.map(|id| deployment(id, "ACTIVE", "FAILED")));
        let service = seen(&facts);
        let cause = service.cause().unwrap();
        assert_eq!((cause.as_str(), service.failed), (&*format!("bulk-import-worker {expected}"), Some(true)));
    }
    let other = Some("ecs-svc/3");
    stands("ROLLBACK_REQUESTED", "IN_PROGRESS", None, "is about to be rolled back");
    stands("ROLLBACK_REQUESTED", "FAILED", None, "is about to be rolled back");
    stands("ROLLBACK_IN_PROGRESS", "FAILED", None, "is being rolled back");
    stands("ROLLBACK_IN_PROGRESS", "IN_PROGRESS", None, "is being rolled back");
    stands("ROLLBACK_IN_PROGRESS", "IN_PROGRESS", other, "is being rolled back to task definition worker:42");
    stands("ROLLBACK_FAILED", "FAILED", other, "could not be rolled back");
    stands("ROLLBACK_FAILED", "IN_PROGRESS", other, "could not be rolled back to task definition worker:42");
    stands("ROLLBACK_SUCCESSFUL", "COMPLETED", None, "was rolled back to task definition worker:42");
}

/// Yesterday's roll-back is all that there is to see, until today's update shows.
#[test]
fn a_roll_back_of_before_the_window_leaves_an_update_time_to_show() {
    #[track_caller]
    fn check(facts: &ServiceFacts, step: i64, looked: i64, expected: (Option<bool>, &DemandState)) {
        let facts = ServiceFacts { seen_at: at(looked), ..facts.clone() };
        let deployed = Expected::of(None, Some(&"worker:42".into())).unwrap();
        let service = Service::of(&facts, &Since { step: at(step), ..since(0) }, &deployed);
        assert_eq!((service.failed, &service.demands[0].state), expected, "seen at {looked}");
        assert_eq!(service.steady, Some(false));
        let why = service.unknowns.iter().find(|(field, _)| *field == "failed").map(|(_, why)| why);
        let old = "bulk-import-worker was rolled back to task definition worker:41 before the window, at 2027-01-14 \
                   08:00:00; an update of after that may not show yet";
        assert_eq!(why, service.failed.is_none().then(|| Gap::passing(old)).as_ref());
    }
    let mut facts = well();
    old(&mut facts);
    facts.deployments[0].created_at = Some(at(-86_500));
    facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", -86_400)));
    let runs = format!("bulk-import-worker runs task definition worker:41, image worker:1 ({OLD})");
    let before = "it was rolled back to task definition worker:41 before the window, at 2027-01-14 08:00:00";
    let open = DemandState::Open(format!("{runs}; {before}"));
    check(&facts, 0, 0, (None, &open));
    check(&facts, 0, 19, (None, &open));
    check(&facts, 0, 20, (Some(true), &open));
    // The scenario may have made the update itself, a moment before this step.
    check(&facts, 300, 301, (None, &open));
    let told = [(-86_400, "rolling back to deployment ecs-svc/2.")];
    let mut unlisted = facts.clone();
    told_only(&mut unlisted, &told);
    check(&unlisted, 0, 1, (None, &open));
}

/// Likewise one that is still under way, or was over only just now, of a deployment of before the window: the update that
/// is waited for may have been asked for since. One of within the window is that update.
#[test]
fn a_roll_back_that_goes_on_may_be_that_of_the_deploy_before() {
    #[track_caller]
    fn check(facts: &ServiceFacts, step: i64, looked: i64, failed: Option<bool>, says: &str) {
        let facts = ServiceFacts { seen_at: at(looked), ..facts.clone() };
        let deployed = Expected::of(None, Some(&"worker:42".into())).unwrap();
        let service = Service::of(&facts, &Since { step: at(step), ..since(0) }, &deployed);
        let said = format!("bulk-import-worker runs task definition worker:41, image worker:1 ({OLD}); it {says}");
        let state = if failed.is_none() { DemandState::Open(said) } else { DemandState::Broken(said) };
        assert_eq!((service.failed, &service.demands[0].state), (failed, &state), "seen at {looked}");
        assert_eq!(service.steady, Some(false));
        let why = service.unknowns.iter().find(|(field, _)| *field == "failed").map(|(_, why)| why);
        let past = Gap::passing(format!("bulk-import-worker {says}; an update of after that may not show yet"));
        assert_eq!(why, failed.is_none().then_some(&past));
    }
    let mut facts = well();
    old(&mut facts);
    let of = |status: &str, begun: i64, over: Option<i64>| {
        Ok(Some(LastDeployment { status: status.to_owned(), created_at: Some(at(begun)), finished_at: over.map(at) }))
    };
    for (status, over, says) in [
        ("ROLLBACK_REQUESTED", None, "is about to be rolled back"),
        ("ROLLBACK_IN_PROGRESS", None, "is being rolled back"),
        ("ROLLBACK_SUCCESSFUL", Some(0), "was rolled back to task definition worker:41"),
        ("ROLLBACK_FAILED", Some(0), "could not be rolled back"),
    ] {
        facts.last_deployment = of(status, -1, over);
        check(&facts, 0, 0, None, says);
        check(&facts, 0, 19, None, says);
        check(&facts, 300, 319, None, says);
        check(&facts, 0, 20, Some(true), says);
        facts.last_deployment = of(status, 0, over);
        check(&facts, 0, 1, Some(true), says);
    }
    // Where it may not be listed, its event says when it began.
    facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned());
    told_only(&mut facts, &[(-1, "rolling back to deployment ecs-svc/2.")]);
    check(&facts, 0, 19, None, "is being rolled back to task definition worker:41");
    told_only(&mut facts, &[(0, "rolling back to deployment ecs-svc/2.")]);
    check(&facts, 0, 1, Some(true), "is being rolled back to task definition worker:41");
}

/// The list of service deployments still has the roll-back of the deploy before, while the service shows the next one.
#[test]
fn a_list_that_is_late_does_not_break_what_is_there_already() {
    let mut facts = ServiceFacts { seen_at: at(3), ..well() };
    facts.deployments[0].created_at = Some(at(-1));
    let last = LastDeployment { finished_at: None, ..ended("ROLLBACK_IN_PROGRESS", 0) };
    facts.last_deployment = Ok(Some(last));
    let deployed = Expected::of(None, Some(&"worker:42".into())).unwrap();
    let service = Service::of(&facts, &since(0), &deployed);
    assert_eq!((service.failed, service.steady), (None, Some(false)));
    assert_eq!(service.demands[0].state, DemandState::Met);
}

/// An update to what runs already begins no deployment: then the roll-back to it stays the newest for ever.
#[test]
fn a_roll_back_of_long_ago_to_the_revision_that_is_deployed_does_not_count() {
    #[track_caller]
    fn check(status: &str, over: i64, (image, definition): (&str, &str), counts: bool) {
        let mut facts = well();
        old(&mut facts);
        facts.deployments[0].created_at = Some(at(-90_000));
        facts.last_deployment = Ok(Some(LastDeployment { created_at: Some(at(over - 300)), ..ended(status, over) }));
        let expected = Expected::of(Some(&image.into()), Some(&definition.into())).unwrap();
        let service = Service::of(&facts, &since(0), &expected);
        assert_eq!((service.failed, service.steady), (Some(counts), Some(!counts)), "{status} {over}");
        assert_eq!(service.demands[0].state, DemandState::Met);
        let remark = "bulk-import-worker was rolled back to task definition worker:41 before the window, at ";
        let said = service.subjects().iter().any(|subject| subject.starts_with(remark));
        assert_eq!(said, !counts);
    }
    let revision = ("", "worker:41");
    check("ROLLBACK_SUCCESSFUL", -3_600, revision, false);
    check("ROLLBACK_SUCCESSFUL", -3_600, (OLD, "worker:41"), false);
    // What was forced anew, or has other settings, is taken back to the same revision.
    check("ROLLBACK_SUCCESSFUL", -3_599, revision, true);
    check("ROLLBACK_FAILED", -3_600, revision, true);
    // An image is the same before and after a roll-back of settings.
    check("ROLLBACK_SUCCESSFUL", -3_600, (OLD, ""), true);
}

/// And a deployment without a health check, which the update may replace with one that has it.
#[test]
fn a_task_definition_of_before_the_window_may_be_the_one_that_is_replaced() {
    #[track_caller]
    fn check(begun: i64, looked: i64, failed: Option<bool>) {
        let mut facts = ServiceFacts { seen_at: at(looked), ..well() };
        unknown_health(&mut facts);
        facts.definition = Ok(Arc::new(DefinitionFacts::default()));
        facts.deployments[0].created_at = Some(at(begun));
        let service = Service::of(&facts, &since(0), &Expected::default());
        assert_eq!((service.failed, service.steady), (failed, Some(false)), "begun at {begun}, seen at {looked}");
        let never = "bulk-import-worker can never be steady: task definition worker:42 has no container healthCheck, so ECS \
                     can never call its tasks healthy (a Dockerfile's HEALTHCHECK does not count); an update of after that \
                     may not show yet";
        let why = service.unknowns.iter().map(|(field, why)| (*field, why.clone())).collect::<Vec<_>>();
        let expected = failed.is_none().then(|| ("failed", Gap::passing(never)));
        assert_eq!(why, expected.into_iter().collect::<Vec<_>>());
    }
    check(-1, 0, None);
    check(-1, 19, None);
    check(-1, 20, Some(true));
    check(0, 1, Some(true));
}

/// Likewise where yesterday's roll-out failed and nobody took it back.
#[test]
fn a_roll_out_that_failed_before_the_window_leaves_an_update_time_to_show() {
    #[track_caller]
    fn check(by: Option<i64>, looked: i64, failed: Option<bool>) {
        let mut facts = ServiceFacts { seen_at: at(looked), ..well() };
        let primary = &mut facts.deployments[0];
        (primary.rollout, primary.updated_at) = (Some("FAILED".to_owned()), by.map(at));
        let service = Service::of(&facts, &since(0), &Expected::default());
        assert_eq!((service.failed, service.steady), (failed, Some(false)), "{by:?}, seen at {looked}");
        let old = "the roll-out of bulk-import-worker failed before the window, at 2027-01-14 08:00:00; an update of \
                   after that may not show yet";
        let expected = if failed.is_none() { vec![("rollout", old), ("failed", old)] } else { Vec::new() };
        let told: Vec<_> = service.unknowns.iter().map(|(field, why)| (*field, why.reason.as_str())).collect();
        assert_eq!(told, expected);
        assert!(service.unknowns.iter().all(|(_, why)| why.passing));
        assert!(service.cause().unwrap().starts_with("the roll-out of bulk-import-worker failed: "));
    }
    check(Some(-86_400), 0, None);
    check(Some(-86_400), 19, None);
    // Nothing came after it: what was to be rolled out is not there.
    check(Some(-86_400), 20, Some(true));
    check(Some(0), 1, Some(true));
    check(None, 1, Some(true));
}

#[test]
fn an_old_roll_back_is_not_todays() {
    let expected = (None, "1 of 1 running, 1 healthy, rollout COMPLETED", None);
    check(|facts| told_only(facts, &[(-600, "rolling back to deployment ecs-svc/1.")]), expected);
    check(|facts| told_only(facts, &[(-600, "it was rolled back")]), expected);
}

#[test]
fn a_roll_back_that_cannot_be_excluded_leaves_steady_unknown() {
    let summary = "1 of 1 running, 1 healthy, rollout COMPLETED";
    let unreadable = |facts: &mut ServiceFacts| facts.last_deployment = Err(denied("ecs:ListServiceDeployments"));
    check(unreadable, (None, summary, None));
    // Without a circuit breaker nothing rolls back on its own.
    let no_breaker = |facts: &mut ServiceFacts| {
        unreadable(facts);
        facts.may_roll_back = false;
    };
    check(no_breaker, (Some(true), summary, None));
    let mut facts = well();
    no_breaker(&mut facts);
    let remark = "whether bulk-import-worker was rolled back by hand, or is to be updated, was not looked at: not allowed to \
                  call ecs:ListServiceDeployments: AccessDenied";
    let subjects = |facts: &ServiceFacts| seen(facts).subjects().split_off(1);
    assert_eq!((subjects(&facts), seen(&facts).failed), (vec![remark.to_owned()], Some(false)));
    // What takes back on its own is not believed, nor is one that speaks of it, or that AWS only did not answer for just now.
    let unsure = |change: &dyn Fn(&mut ServiceFacts)| {
        let mut facts = well();
        no_breaker(&mut facts);
        change(&mut facts);
        let service = seen(&facts);
        assert_eq!((service.steady, service.failed, subjects(&facts)), (None, None, Vec::new()));
    };
    for strategy in ["BLUE_GREEN", "LINEAR", "CANARY"] {
        unsure(&|facts| facts.strategy = strategy.to_owned());
    }
    unsure(&|facts| told_only(facts, &[(10, "rolling back to deployment ecs-svc/7.")]));
    let busy = LookError { kind: LookErrorKind::Obscured, ..denied("ecs:ListServiceDeployments") };
    unsure(&|facts| facts.last_deployment = Err(busy.clone()));
}

/// Behind a Classic Load Balancer ECS tells no rollout state: what the newest service deployment makes of it.
#[test]
fn without_a_rollout_state_the_service_deployment_says_it() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut ServiceFacts), steady: Option<bool>, expected: &str) {
        let mut facts = well();
        facts.deployments[0].rollout = None;
        change(&mut facts);
        let service = seen(&facts);
        let why = service.unknowns.iter().find(|(field, _)| *field == "steady").map(|(_, why)| why.reason.clone());
        let said = service.cause().or(why).unwrap_or_default();
        assert_eq!((service.steady, said.as_str()), (steady, expected));
    }
    let dark = "ECS tells no rollout state of it, as behind a Classic Load Balancer, and ";
    let not_yet = format!("{dark}lists no service deployment of it yet");
    check(|_| {}, Some(true), "");
    let back = "bulk-import-worker was rolled back to task definition worker:42";
    check(|facts| facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 5))), Some(false), back);
    let stopped = "the roll-out of bulk-import-worker is not through (STOPPED)";
    check(|facts| facts.last_deployment = Ok(Some(ended("STOPPED", 5))), Some(false), stopped);
    let pending = |facts: &mut ServiceFacts| {
        facts.last_deployment = Ok(Some(LastDeployment { finished_at: None, ..ended("IN_PROGRESS", 0) }));
    };
    let words = "the roll-out of bulk-import-worker is not through: a service deployment is IN_PROGRESS since 07:57:50";
    check(pending, Some(false), words);
    check(
        |facts| facts.deployments.push(DeploymentFacts { rollout: None, ..deployment("ecs-svc/1", "ACTIVE", "") }),
        Some(false),
        "the roll-out of bulk-import-worker is not through (2 deployments)",
    );
    // The list does not show yet what began after it, or it never held what began long ago.
    check(|facts| facts.last_deployment = Ok(Some(ended("SUCCESSFUL", -600))), None, &not_yet);
    check(|facts| facts.last_deployment = Ok(None), None, &not_yet);
    let old = |facts: &mut ServiceFacts| {
        facts.last_deployment = Ok(None);
        facts.deployments[0].created_at = Some(at(-100 * 86_400));
    };
    check(old, Some(true), "");
    let unlisted = |facts: &mut ServiceFacts| {
        facts.last_deployment = Err(denied("ecs:ListServiceDeployments"));
        facts.may_roll_back = false;
    };
    let words = format!("{dark}not allowed to call ecs:ListServiceDeployments: AccessDenied");
    check(unlisted, None, &words);
}

#[test]
fn an_update_that_only_the_list_of_service_deployments_shows_is_waited_for() {
    let wanted = |facts: &mut ServiceFacts, status: &str, seconds: i64| {
        let (status, created_at) = (status.to_owned(), Some(at(seconds)));
        facts.last_deployment = Ok(Some(LastDeployment { status, created_at, finished_at: None }));
    };
    for status in ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "SOMETHING_NEW"] {
        let words = format!("a service deployment is {status} since 08:00:50");
        let (summary, cause) = (
            format!("1 of 1 running, 1 healthy, rollout COMPLETED, {words}"),
            format!("the roll-out of bulk-import-worker is not through: {words}"),
        );
        check(|facts| wanted(facts, status, 50), (Some(false), &summary, Some(&cause)));
        let mut facts = well();
        wanted(&mut facts, status, 50);
        assert_eq!(seen(&facts).failed, Some(false), "{status}: it may come about");
    }
    // Where the service says itself that it is on its way, that is enough.
    let told = |facts: &mut ServiceFacts| {
        wanted(facts, "IN_PROGRESS", -86_400);
        facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned());
    };
    let cause = "the roll-out of bulk-import-worker is not through (IN_PROGRESS)";
    check(told, (Some(false), "1 of 1 running, 1 healthy, rollout IN_PROGRESS", Some(cause)));
    let cause = "the roll-out of bulk-import-worker is not through: a service deployment is IN_PROGRESS since 2027-01-14 08:00:00";
    let mut facts = well();
    wanted(&mut facts, "IN_PROGRESS", -86_400);
    assert_eq!(seen(&facts).cause().as_deref(), Some(cause));
    // A newer one, and one that ended without success: what runs says the rest.
    check(
        |facts| facts.last_deployment = Ok(Some(ended("STOPPED", -60))),
        (Some(true), "1 of 1 running, 1 healthy, rollout COMPLETED", None),
    );
}

#[test]
fn a_service_that_is_being_deleted_is_lost_however_well_it_is() {
    let deleted = |facts: &mut ServiceFacts| facts.status = "DRAINING".to_owned();
    let cause = Some("the service bulk-import-worker is being deleted (DRAINING)");
    check(deleted, (Some(false), "1 of 1 running, 1 healthy, rollout COMPLETED, being deleted (DRAINING)", cause));
    let mut facts = well();
    deleted(&mut facts);
    (facts.desired, facts.running, facts.tasks) = (0, 0, Ok(Vec::new()));
    let service = seen(&facts);
    assert_eq!((service.failed, service.cause().as_deref()), (Some(true), cause));
}

#[test]
fn two_deployments_are_not_steady() {
    check(
        |facts| facts.deployments.push(deployment("ecs-svc/1", "ACTIVE", "COMPLETED")),
        (
            Some(false),
            "1 of 1 running, 1 healthy, rollout COMPLETED, 2 deployments",
            Some("the roll-out of bulk-import-worker is not through (2 deployments)"),
        ),
    );
    check(
        |facts| facts.deployments.push(deployment("ecs-svc/1", "INACTIVE", "COMPLETED")),
        (Some(true), "1 of 1 running, 1 healthy, rollout COMPLETED", None),
    );
}

#[test]
fn health_counts_only_for_the_primary_deployment() {
    check(
        |facts| facts.tasks = Ok(vec![task("old", "ecs-svc/1")]),
        (
            Some(false),
            "1 of 1 running, 0 healthy, rollout COMPLETED",
            Some("0 of 1 tasks of bulk-import-worker are healthy: those that run are of another deployment"),
        ),
    );
    for tasks in [Vec::new(), vec![stopped("old", "ecs-svc/1", -200)]] {
        check(
            |facts| facts.tasks = Ok(tasks),
            (
                Some(false),
                "1 of 1 running, 0 healthy, rollout COMPLETED",
                Some("0 of 1 tasks of bulk-import-worker are healthy: ECS lists none that is to run"),
            ),
        );
    }
    check(
        |facts| {
            let tasks = facts.tasks.as_mut().unwrap();
            tasks[0].health = "UNHEALTHY".to_owned();
        },
        (
            Some(false),
            "1 of 1 running, 0 healthy, rollout COMPLETED",
            Some("1 of 1 task of bulk-import-worker fail their health check"),
        ),
    );
}

#[test]
fn a_missing_health_check_is_a_configuration_error() {
    check(
        |facts| {
            facts.tasks.as_mut().unwrap()[0].health = "UNKNOWN".to_owned();
            facts.definition = Ok(Arc::new(DefinitionFacts::default()));
        },
        (
            Some(false),
            "1 of 1 running, 0 healthy, rollout COMPLETED, task definition worker:42 has no container healthCheck, so \
             ECS can never call its tasks healthy",
            Some(
                "bulk-import-worker can never be steady: task definition worker:42 has no container healthCheck, so \
                 ECS can never call its tasks healthy (a Dockerfile's HEALTHCHECK does not count)",
            ),
        ),
    );
}

/// A definition of which only some essential containers have a health check.
fn partly_checked(unchecked: &[&str]) -> Arc<DefinitionFacts> {
    let unchecked = unchecked.iter().map(|name| (*name).to_owned()).collect();
    let start_period = Some(TimeDelta::seconds(300));
    Arc::new(DefinitionFacts { health_check: true, unchecked, start_period, ..DefinitionFacts::default() })
}

fn unknown_health(facts: &mut ServiceFacts) {
    facts.tasks.as_mut().unwrap()[0].health = "UNKNOWN".to_owned();
}

/// ECS may call it healthy yet: it was seen to.
#[test]
fn where_one_essential_container_has_a_health_check_those_without_are_waited_for_and_named() {
    let check = |unchecked: &[&str], who: &str| {
        let mut facts = well();
        unknown_health(&mut facts);
        facts.definition = Ok(partly_checked(unchecked));
        let service = seen(&facts);
        let cause = format!(
            "0 of 1 tasks of bulk-import-worker are healthy: health UNKNOWN since 07:58:30, for 2 min (startPeriod 300 s; no \
             healthCheck: {who})"
        );
        assert_eq!((service.cause(), service.failed, service.steady), (Some(cause), Some(false), Some(false)));
        facts.tasks.as_mut().unwrap()[0].health = "HEALTHY".to_owned();
        assert_eq!(seen(&facts).steady, Some(true));
    };
    check(&["proxy"], "proxy");
    check(&["proxy", "log"], "proxy, log");
}

#[test]
fn health_that_is_not_known_yet_says_since_when() {
    let cause = |change: &dyn Fn(&mut ServiceFacts), expected: Option<&str>| {
        let mut facts = well();
        unknown_health(&mut facts);
        facts.definition = Ok(partly_checked(&[]));
        change(&mut facts);
        let service = seen(&facts);
        assert_eq!((service.steady, service.cause().as_deref()), (Some(false), expected));
    };
    let since = "0 of 1 tasks of bulk-import-worker are healthy: health UNKNOWN since 07:58:30, for 2 min";
    cause(&|_| {}, Some(&format!("{since} (startPeriod 300 s)")));
    cause(&|facts| facts.definition = Err(denied("ecs:DescribeTaskDefinition")), Some(since));
    // That is why the roll-out is not through.
    cause(
        &|facts| facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned()),
        Some(&format!("{since} (startPeriod 300 s)")),
    );
    let two = |facts: &mut ServiceFacts| {
        (facts.desired, facts.running) = (2, 2);
        facts.tasks.as_mut().unwrap().push(task("t2", "ecs-svc/2"));
    };
    cause(
        &two,
        Some(
            "1 of 2 tasks of bulk-import-worker are healthy: health UNKNOWN since 07:58:30, for 2 min (startPeriod 300 s)",
        ),
    );
    // A task that fell has been replaced by it.
    let fell = "a task of bulk-import-worker stopped in the window at 08:00:20: OutOfMemoryError, exit 137";
    cause(&|facts| facts.tasks.as_mut().unwrap().push(stopped("t0", "ecs-svc/2", 20)), Some(fell));
}

#[test]
fn more_tasks_than_are_wanted_are_not_steady() {
    let cause = "tasks of bulk-import-worker: 1 wanted, 2 running, 0 pending";
    let more = |facts: &mut ServiceFacts| {
        facts.running = 2;
        facts.tasks.as_mut().unwrap().push(task("t2", "ecs-svc/2"));
    };
    check(more, (Some(false), "2 of 1 running, 2 healthy, rollout COMPLETED", Some(cause)));
}

#[test]
fn a_failed_roll_out_says_why() {
    check(
        |facts| {
            facts.deployments[0].rollout = Some("FAILED".to_owned());
            facts.deployments[0].rollout_reason = Some("tasks failed to start".to_owned());
        },
        (
            Some(false),
            "1 of 1 running, 1 healthy, rollout FAILED",
            Some("the roll-out of bulk-import-worker failed: tasks failed to start"),
        ),
    );
    check(
        |facts| {
            facts.deployments[0].rollout = Some("FAILED".to_owned());
            facts.deployments[0].rollout_reason = Some("tasks failed to start.".to_owned());
            facts.running = 0;
            facts.tasks = Ok(vec![stopped("t1", "ecs-svc/2", 10)]);
        },
        (
            Some(false),
            "0 of 1 running, 0 healthy, rollout FAILED, 1 stopped in the window",
            Some(
                "no worker is running: bulk-import-worker wants 1, has 0; its roll-out failed: tasks failed to start; \
                 last task stopped 50 s ago: OutOfMemoryError, exit 137",
            ),
        ),
    );
}

#[test]
fn stopped_and_retired_are_told_apart_and_only_in_the_window() {
    let mut facts = well();
    facts.tasks = Ok(vec![
        task("t1", "ecs-svc/2"),
        stopped("before", "ecs-svc/2", -1),
        stopped("within", "ecs-svc/2", 10),
        stopped("old", "ecs-svc/1", 5),
    ]);
    let seen = seen(&facts);
    let ids = |tasks: &Option<Vec<StoppedTask>>| -> Vec<String> {
        tasks.iter().flatten().map(|task| task.id.clone()).collect()
    };
    assert_eq!((ids(&seen.stopped), ids(&seen.retired)), (vec!["within".to_owned()], vec!["old".to_owned()]));
    assert_eq!(
        seen.cause().as_deref(),
        Some("a task of bulk-import-worker stopped in the window at 08:00:10: OutOfMemoryError, exit 137")
    );
}

#[test]
fn tasks_that_may_not_be_read_leave_their_fields_out_and_do_not_spoil_the_rest() {
    let mut facts = well();
    facts.tasks = Err(denied("ecs:ListTasks"));
    let seen = ServicesSeen::new(vec![seen(&facts)], true);
    let paths: Vec<&str> = seen.unknowns.iter().map(|unknown| unknown.path.as_str()).collect();
    let fields = ["healthy", "unhealthy", "digests", "tasks", "stopped", "retired", "steady"];
    assert_eq!(paths, fields.map(|field| format!("services.bulk-import-worker.{field}")));
    assert!(seen.unknowns.iter().all(|unknown| unknown.why.reason.contains("not allowed to call ecs:ListTasks")));
    let json = serde_json::to_value(&seen.services[0].images).unwrap();
    assert_eq!(json, serde_json::json!(["worker:2"]));
    assert_eq!(seen.summary(), "bulk-import-worker: 1 of 1 running, rollout COMPLETED");
}

/// Also where the name is only known when the expression is evaluated, and in a loop.
#[test]
fn what_may_not_be_read_is_neither_true_nor_false_however_it_is_reached() {
    let mut facts = well();
    facts.tasks = Err(denied("ecs:ListTasks"));
    let seen = Observation::Ecs(Arc::new(ServicesSeen::new(vec![seen(&facts)], true)));
    let vars = expr::from_json(&serde_json::json!({"worker": "bulk-import-worker"}));
    let bound = seen.bindings().into_iter();
    let scope = bound.fold(expr::Scope::default().with("vars", vars), |scope, (name, value)| scope.with(name, value));
    for text in
        ["services[vars.worker].steady", "!services[vars.worker].steady", "services.all(it, services[it].steady)"]
    {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        let truth = expr::Expression::compile(text, &location).unwrap().truth(&scope);
        assert!(
            matches!(&truth, expr::Truth::Unknown { reason } if reason.contains("ecs:ListTasks")),
            "{text}: {truth:?}"
        );
    }
}

#[test]
fn evidence_holds_deployments_events_and_stopped_tasks() {
    let mut facts = well();
    facts.tasks = Ok(vec![stopped("t1", "ecs-svc/2", 20)]);
    facts.events = vec![ServiceEvent { at: at(1), message: "has started 1 tasks".to_owned() }];
    let evidence = seen(&facts).evidence();
    let texts: Vec<(&str, &str)> = evidence.iter().map(|part| (part.title.as_str(), part.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            ("deployments of bulk-import-worker", "PRIMARY ecs-svc/2 worker:42: 0 of 0 running, 0 pending, COMPLETED"),
            ("events of bulk-import-worker, the newest first", "08:00:01 has started 1 tasks"),
            (
                "stopped tasks of bulk-import-worker",
                "08:00:20 t1 (EssentialContainerExited): OutOfMemoryError, exit 137"
            ),
        ]
    );
}

#[test]
fn evidence_names_the_task_of_a_taken_back_deployment_once() {
    let mut facts = well();
    facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 30)));
    facts.tasks = Ok(vec![task("t1", "ecs-svc/2"), stopped("t9", "ecs-svc/9", 20)]);
    let evidence = seen(&facts).evidence();
    let ended = evidence.iter().find(|part| part.title == "stopped tasks of bulk-import-worker").unwrap();
    let once = "08:00:20 t9 (of another deployment, EssentialContainerExited): OutOfMemoryError, exit 137";
    assert_eq!(ended.text, once);
}

#[test]
fn expressions_read_every_field_by_its_name() {
    let seen = ServicesSeen::new(vec![seen(&well())], false);
    let (name, value) = seen.binding();
    let json = expr::to_json(&value);
    let fields: std::collections::BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((name, fields), ("service", FIELDS.iter().copied().collect()));
    assert_eq!(json["tasks"][0]["id"], "t1");
    assert_eq!(json["healthy"], json["desired"]);
}

const OLD: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// Changes a service that is well and runs `worker:42` of the image NEW, expects something of it, and says what came of
/// that, what is told as the cause, and what is reported of it as tested.
#[track_caller]
fn expect(
    (image, definition): (&str, &str),
    change: impl FnOnce(&mut ServiceFacts),
    state: &DemandState,
    cause: Option<&str>,
    tested: usize,
) {
    let mut facts = well();
    let tasks = facts.tasks.as_mut().unwrap();
    tasks[0].containers[0].digest = Some(NEW.to_owned());
    change(&mut facts);
    let expected = Expected::of(Some(&image.into()), Some(&definition.into())).unwrap();
    let seen = ServicesSeen::new(vec![Service::of(&facts, &since(0), &expected)], false);
    let states: Vec<&DemandState> = seen.demands.iter().map(|demand| &demand.state).collect();
    assert_eq!((states, seen.cause().as_deref()), (vec![state], cause));
    assert_eq!(seen.services()[0].subjects().len(), tested);
}

fn old(facts: &mut ServiceFacts) {
    facts.deployments[0].task_definition = "arn:aws:ecs:eu-west-1:1:task-definition/worker:41".to_owned();
    let container = &mut facts.tasks.as_mut().unwrap()[0].containers[0];
    (container.image, container.digest) = (Some("worker:1".to_owned()), Some(OLD.to_owned()));
}

#[test]
fn what_was_deployed_is_met_by_digest_by_name_and_by_revision() {
    let check = |expected: (&str, &str)| expect(expected, |_| {}, &DemandState::Met, None, 2);
    check((NEW, ""));
    check((&format!("registry.example/worker@{NEW}"), ""));
    check(("worker:2", ""));
    check(("2", ""));
    check(("", "worker:42"));
    check(("", "arn:aws:ecs:eu-west-1:1:task-definition/worker:42"));
}

#[test]
fn what_is_not_rolled_out_yet_is_waited_for_and_says_what_runs_instead() {
    let runs = format!("bulk-import-worker runs task definition worker:41, image worker:1 ({OLD})");
    let check = |expected: (&str, &str), named: &str| {
        let cause = format!("bulk-import-worker is not what was deployed: expected {named}, but {runs}");
        expect(expected, old, &DemandState::Open(runs.clone()), Some(&cause), 1);
    };
    check((NEW, ""), &format!("image {NEW}"));
    check(("worker:2", ""), "image worker:2");
    check(("", "worker:42"), "task definition worker:42");
    // The same revision of another account's family.
    let other = "arn:aws:ecs:eu-west-1:2:task-definition/worker:41";
    check(("", other), &format!("task definition {other}"));
}

#[test]
fn a_new_revision_without_a_running_task_is_not_what_runs_yet() {
    let waiting = |facts: &mut ServiceFacts| {
        let task = &mut facts.tasks.as_mut().unwrap()[0];
        (task.status, task.health) = ("PENDING".to_owned(), "UNKNOWN".to_owned());
        task.containers[0].digest = None;
    };
    let state = DemandState::Open("no task of bulk-import-worker runs yet".to_owned());
    let cause = format!(
        "bulk-import-worker is not what was deployed: expected image {NEW}, but no task of bulk-import-worker runs yet"
    );
    expect((NEW, ""), waiting, &state, Some(&cause), 1);
}

#[test]
fn one_task_of_another_image_is_enough() {
    let mixed = |facts: &mut ServiceFacts| {
        let mut odd = task("t2", "ecs-svc/2");
        odd.containers[0].digest = Some(OLD.to_owned());
        facts.tasks.as_mut().unwrap().push(odd);
    };
    let runs = format!("bulk-import-worker runs task definition worker:42, image worker:2 ({OLD}, {NEW})");
    let cause = format!("bulk-import-worker is not what was deployed: expected image {NEW}, but {runs}");
    expect((NEW, ""), mixed, &DemandState::Open(runs.clone()), Some(&cause), 1);
}

#[test]
fn a_roll_back_breaks_at_once_and_says_to_which_revision() {
    let back = |facts: &mut ServiceFacts| {
        old(facts);
        facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 5)));
    };
    let runs = format!("bulk-import-worker runs task definition worker:41, image worker:1 ({OLD})");
    let state = DemandState::Broken(format!("{runs}; it was rolled back to task definition worker:41"));
    expect((NEW, ""), back, &state, Some("bulk-import-worker was rolled back to task definition worker:41"), 1);
    // A roll-back of before this deployment, which the list of deployments does not show yet, says nothing of it.
    let before = |facts: &mut ServiceFacts| {
        old(facts);
        facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", -600)));
    };
    let cause = format!("bulk-import-worker is not what was deployed: expected image {NEW}, but {runs}");
    expect((NEW, ""), before, &DemandState::Open(runs.clone()), Some(&cause), 1);
}

#[test]
fn an_image_that_cannot_be_seen_is_neither_right_nor_wrong() {
    let hidden = |facts: &mut ServiceFacts| facts.tasks = Err(denied("ecs:ListTasks"));
    let state = DemandState::Unknown("not allowed to call ecs:ListTasks: AccessDenied".to_owned());
    expect((NEW, ""), hidden, &state, None, 1);
}

#[test]
fn what_names_no_revision_is_refused_and_empty_text_expects_nothing() {
    let check = |definition: &str| {
        let message = format!("`{definition}` names no revision: a task_definition is `family:revision` or its ARN");
        assert_eq!(Expected::of(None, Some(&definition.into())), Err(EvaluationError::new(message)));
    };
    check("worker");
    check("worker:latest");
    check("arn:aws:ecs:eu-west-1:1:task-definition/worker");
    assert_eq!(Expected::of(Some(&"".into()), Some(&"".into())), Ok(Expected::default()));
    let message = "`image` is nothing but white space; leave it out to test whatever runs".to_owned();
    assert_eq!(Expected::of(Some(&" ".into()), None), Err(EvaluationError::new(message)));
    let message = "`image` is given without a value; leave it out to test whatever runs".to_owned();
    assert_eq!(Expected::of(Some(&Value::Null), None), Err(EvaluationError::new(message)));
}

#[test]
fn a_service_has_failed_where_waiting_cannot_help() {
    #[track_caller]
    fn check(image: &str, change: impl FnOnce(&mut ServiceFacts), expected: Option<bool>) {
        let mut facts = well();
        change(&mut facts);
        let image = Expected::of(Some(&image.into()), None).unwrap();
        assert_eq!(Service::of(&facts, &since(0), &image).failed, expected);
    }
    let unchecked = |facts: &mut ServiceFacts| {
        facts.tasks.as_mut().unwrap()[0].health = "UNKNOWN".to_owned();
        facts.definition = Ok(Arc::new(DefinitionFacts::default()));
    };
    check("", |_| {}, Some(false));
    check("", |facts| facts.running = 0, Some(false));
    check("", |facts| facts.deployments[0].rollout = Some("FAILED".to_owned()), Some(true));
    check("", |facts| facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 5))), Some(true));
    check("", |facts| facts.last_deployment = Ok(Some(ended("ROLLBACK_IN_PROGRESS", 5))), Some(true));
    check("", unchecked, Some(true));
    // What is still to come may have a health check.
    check(NEW, unchecked, Some(false));
    let hidden = |facts: &mut ServiceFacts| facts.last_deployment = Err(denied("ecs:ListServiceDeployments"));
    check("", hidden, None);
}

#[test]
fn a_roll_out_that_stands_still_gives_its_last_word() {
    let stuck = |facts: &mut ServiceFacts| {
        facts.deployments[0].rollout = Some("IN_PROGRESS".to_owned());
        let event = |seconds, message: &str| ServiceEvent { at: at(seconds), message: message.to_owned() };
        facts.events =
            vec![event(9, "has started 1 tasks"), event(8, "was unable to place a task. Reason: no capacity.")];
    };
    let cause = "the roll-out of bulk-import-worker is not through (IN_PROGRESS); its last word: was unable to place a \
                 task. Reason: no capacity.";
    check(stuck, (Some(false), "1 of 1 running, 1 healthy, rollout IN_PROGRESS", Some(cause)));
}

#[test]
fn a_roll_back_says_how_the_failed_deployments_last_task_ended() {
    let back = |facts: &mut ServiceFacts| {
        facts.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 5)));
        let mut replaced = stopped("t3", "ecs-svc/3", 40);
        replaced.stop_code = Some("ServiceSchedulerInitiated".to_owned());
        facts.tasks.as_mut().unwrap().extend([
            stopped("t2", "ecs-svc/2", 30),
            stopped("t0", "ecs-svc/3", 20),
            replaced,
        ]);
    };
    let mut facts = well();
    back(&mut facts);
    assert_eq!(
        seen(&facts).cause().as_deref(),
        Some(
            "bulk-import-worker was rolled back to task definition worker:42; last task stopped 40 s ago: \
             OutOfMemoryError, exit 137"
        )
    );
}

#[test]
fn containers_that_aws_adds_are_nobodys_and_a_digest_that_is_not_told_is_unknown() {
    let mut facts = well();
    let definition = DefinitionFacts { containers: vec!["app".to_owned()], ..DefinitionFacts::default() };
    facts.definition = Ok(Arc::new(definition));
    let agent = ContainerFacts {
        name: "aws-guardduty-agent-1".to_owned(),
        digest: Some("sha256:agent".to_owned()),
        ..ContainerFacts::default()
    };
    facts.tasks.as_mut().unwrap()[0].containers.push(agent);
    let service = seen(&facts);
    assert_eq!(service.digests, Some(vec!["sha256:2".to_owned()]));
    assert_eq!(service.tasks.unwrap()[0].digests, ["sha256:2"]);
    facts.tasks.as_mut().unwrap()[0].containers[0].digest = None;
    let service = seen(&facts);
    assert_eq!(service.digests, None);
    let unknown = ("digests", Gap::passing("ECS does not say yet which image task t1 runs"));
    assert!(service.unknowns.contains(&unknown), "{:?}", service.unknowns);
}

/// Containers beside `app`, and what is then said of what runs: images, digests, and why they are not known.
#[test]
fn without_the_task_definition_nobody_knows_whose_several_containers_are() {
    #[track_caller]
    fn check(definition: Result<DefinitionFacts, LookError>, others: &[&str], known: usize, why: Option<&Gap>) {
        let mut facts = well();
        facts.definition = definition.map(Arc::new);
        let other = |name: &&str| ContainerFacts {
            name: (*name).to_owned(),
            image: Some("other:1".to_owned()),
            digest: Some("sha256:9".to_owned()),
            ..ContainerFacts::default()
        };
        facts.tasks.as_mut().unwrap()[0].containers.extend(others.iter().map(other));
        let service = seen(&facts);
        let counts = [&service.images, &service.digests].map(|parts| parts.as_ref().map_or(0, Vec::len));
        assert_eq!(counts, [known; 2]);
        let expected: Vec<_> =
            why.iter().flat_map(|why| ["images", "digests"].map(|field| (field, (*why).clone()))).collect();
        assert_eq!(service.unknowns, expected);
    }
    let agents = ["aws-guardduty-agent-x1", "ecs-service-connect-a1"];
    let of = |names: &[&str]| {
        let containers = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(DefinitionFacts { containers, health_check: true, ..DefinitionFacts::default() })
    };
    let no = || Err(denied("ecs:DescribeTaskDefinition"));
    let why = "which containers are the service's own is not known: not allowed to call ecs:DescribeTaskDefinition: \
               AccessDenied";
    check(no(), &agents, 1, None);
    check(no(), &["proxy"], 0, Some(&Gap { denied: true, ..Gap::lasting(why) }));
    check(of(&["app"]), &["proxy"], 1, None);
    check(of(&["app", "proxy"]), &["proxy", agents[0]], 2, None);
    let message = "AWS throttled ecs:DescribeTaskDefinition".to_owned();
    let throttled = Err(LookError { kind: LookErrorKind::Obscured, message, retry_after: None });
    let why = "which containers are the service's own is not known: AWS throttled ecs:DescribeTaskDefinition";
    check(throttled, &["proxy"], 0, Some(&Gap::passing(why)));
}

#[test]
fn without_a_primary_deployment_nobody_knows_whose_tasks_they_are() {
    let mut facts = well();
    facts.deployments.clear();
    facts.tasks.as_mut().unwrap().push(stopped("t2", "ecs-svc/1", 5));
    let service = seen(&facts);
    assert!(service.stopped.is_none() && service.healthy.is_none() && service.steady == Some(false));
}

#[test]
fn what_was_seen_alive_in_the_window_has_stopped_in_it_whatever_its_time_says() {
    #[track_caller]
    fn check(alive: &[&str], stopped_in_it: &[&str]) {
        let mut facts = well();
        facts.tasks = Ok(vec![stopped("t1", "ecs-svc/2", -1), stopped("t0", "ecs-svc/1", -1), task("t2", "ecs-svc/2")]);
        let since = since(0);
        since.seen.saw_alive(alive.iter().copied());
        let service = Service::of(&facts, &since, &Expected::default());
        assert_eq!(service.gone(), stopped_in_it);
    }
    check(&[], &[]);
    check(&["t1", "t2"], &["t1"]);
    check(&["t0", "t1"], &["t1", "t0"]);
}

/// The same look, seen by `first` and `second`, whose windows opened then, and what they expect: one thing, or two?
#[test]
fn who_sees_the_same_shares_it() {
    #[track_caller]
    fn check(first: (&Arc<ServiceFacts>, i64, &str), second: (&Arc<ServiceFacts>, i64, &str), shared: bool) {
        let recent = Recent::default();
        let see = |(facts, window, image): (&Arc<ServiceFacts>, i64, &str)| {
            let expected = Expected::of(Some(&image.into()), None).unwrap();
            let seen = ServicesSeen::new(vec![Service::of(facts, &since(window), &expected)], false);
            recent.share(ServicesSeen { facts: vec![Arc::clone(facts)], ..seen }, ServicesSeen::is_the_same)
        };
        assert_eq!(Arc::ptr_eq(&see(first), &see(second)), shared);
    }
    let mut facts = well();
    facts.tasks.as_mut().unwrap().push(stopped("t0", "ecs-svc/2", 20));
    let (facts, later) = (Arc::new(facts.clone()), Arc::new(facts));
    check((&facts, 0, ""), (&facts, 10, ""), true);
    check((&facts, 0, ""), (&facts, 30, ""), false);
    check((&facts, 0, ""), (&later, 0, ""), false);
    check((&facts, 0, ""), (&facts, 0, "worker:3"), false);
    // A roll-back that is older than one window, and not than the other.
    let mut back = well();
    back.last_deployment = Ok(Some(ended("ROLLBACK_SUCCESSFUL", 30)));
    let back = Arc::new(back);
    check((&back, 0, ""), (&back, 10, ""), true);
    check((&back, 0, ""), (&back, 40, ""), false);
}
