//! Where a step stands after one look.

use super::expectation::{Judge, One, unknown};
use crate::event::Judged;
use crate::expr::{Expression, Scope};
use crate::probe::{Demand, DemandState, LookError, LookErrorKind, Observation};
use crate::scenario::model::Step;
use crate::verdict::Verdict;

/// What one look brought.
pub type Seen = Result<Observation, LookError>;

/// What one look says of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Where the step stands.
    pub standing: Standing,
    /// Everything that was judged in this look, in the order in which the step words it.
    pub judged: Vec<Judged>,
}

impl Assessment {
    /// Whether another look would only go on with what this one began: all that `until` waits for was so.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        let held = |judged: &Judged| judged.kind != "until" || judged.held == Some(true);
        matches!(self.standing, Standing::Open { .. }) && self.judged.iter().all(held)
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is decided; looking again would change nothing.
    Settled(Verdict),
    /// Look again while the patience lasts; then `verdict` holds.
    Open {
        /// What is said of it if time runs out now.
        verdict: Verdict,
        /// How long looking again makes sense.
        patience: Patience,
    },
}

/// How long looking again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as the step says (`within`).
    Within,
    /// A few seconds: a gateway's 502 or a broken connection on something that may be asked twice.
    Blink,
    /// Up to half a minute: AWS would not answer just now.
    Throttle,
    /// Once: all that is open is denied, and permissions do not come while a step waits.
    Once,
}

/// Judges one look. `scope` has the observation bound under its name.
#[must_use]
pub fn assess(step: &Step, seen: &Seen, scope: &Scope) -> Assessment {
    match seen {
        Err(error) => Assessment { standing: unseen(step, error), judged: unjudged(step, &error.message) },
        Ok(observation) => look(step, observation, scope),
    }
}

/// Whether the step waits for something, and so has a deadline of its own.
fn waits(step: &Step) -> bool {
    !step.until.is_empty() || step.probe.waits()
}

fn unseen(step: &Step, error: &LookError) -> Standing {
    match error.kind {
        LookErrorKind::Denied | LookErrorKind::Unequipped => Standing::Settled(Verdict::Inconclusive),
        LookErrorKind::Unusable => Standing::Settled(Verdict::Failed),
        LookErrorKind::Obscured => {
            let patience = if waits(step) { Patience::Within } else { Patience::Throttle };
            Standing::Open { verdict: Verdict::Inconclusive, patience }
        }
        LookErrorKind::System | LookErrorKind::Late | LookErrorKind::Broken | LookErrorKind::Unreachable => {
            broken(step, error.kind)
        }
    }
}

/// The system did not answer, or not as it should.
fn broken(step: &Step, kind: LookErrorKind) -> Standing {
    let verdict = Verdict::Failed;
    match (may_repeat(step), waits(step)) {
        (false, _) => Standing::Settled(verdict),
        (true, true) => Standing::Open { verdict, patience: Patience::Within },
        // How long an answer may take is known: one that took longer is as wrong as one that says no.
        (true, false) if kind == LookErrorKind::Late => Standing::Settled(verdict),
        (true, false) => Standing::Open { verdict, patience: Patience::Blink },
    }
}

/// Whether the probe may be used again without doing something twice.
fn may_repeat(step: &Step) -> bool {
    step.idempotent || step.probe.idempotent()
}

fn unjudged(step: &Step, reason: &str) -> Vec<Judged> {
    let of = |kind: &str, list: &[Expression]| {
        list.iter().map(|expression| unknown(kind, expression, reason)).collect::<Vec<_>>()
    };
    [of("until", &step.until), of("expect", &step.expect)].concat()
}

fn look(step: &Step, observation: &Observation, scope: &Scope) -> Assessment {
    let judge = Judge::new(observation, scope);
    if let Some(absent) = judge.absent(step) {
        let why = absent.detail.clone().unwrap_or_default();
        return Assessment { standing: missing(step), judged: [vec![absent], unjudged(step, &why)].concat() };
    }
    let mut judged = Vec::new();
    let unsure = match judge.fail_if(&step.fail_if) {
        Ok(unsure) => unsure,
        Err(broken) => return Assessment { standing: Standing::Settled(Verdict::Failed), judged: vec![broken] },
    };
    judged.extend(observation.demands().iter().map(demand));
    if observation.demands().iter().any(|demand| demand.broken().is_some()) {
        return Assessment { standing: Standing::Settled(Verdict::Failed), judged };
    }
    let until = judge.all("until", &step.until);
    let open = not_yet(observation.demands(), &until);
    judged.extend(until.into_iter().map(|one| one.judged));
    if let Some((verdict, patience)) = open {
        return Assessment { standing: Standing::Open { verdict, patience }, judged };
    }
    let mut last = judge.all("expect", &step.expect);
    last.extend(unsure);
    last.extend(judge.strayed(step));
    let standing = settle(step, observation, &last);
    judged.extend(last.into_iter().map(|one| one.judged));
    Assessment { standing, judged }
}

/// What it asks about is not there. Whoever waits may see it come.
fn missing(step: &Step) -> Standing {
    let verdict = Verdict::Failed;
    if waits(step) { Standing::Open { verdict, patience: Patience::Within } } else { Standing::Settled(verdict) }
}

/// What the look is worth once there is nothing left to wait for.
fn settle(step: &Step, observation: &Observation, last: &[One]) -> Standing {
    let passing = || last.iter().filter(|one| one.verdict == Verdict::Inconclusive).all(|one| one.passing);
    match last.iter().map(|one| one.verdict).max().unwrap_or(Verdict::Passed) {
        Verdict::Failed if observation.gateway_trouble() && may_repeat(step) => {
            Standing::Open { verdict: Verdict::Failed, patience: Patience::Blink }
        }
        Verdict::Inconclusive if passing() && may_repeat(step) => {
            let patience = if observation.is_ripening() { Patience::Within } else { Patience::Throttle };
            Standing::Open { verdict: Verdict::Inconclusive, patience }
        }
        verdict => Standing::Settled(verdict),
    }
}

/// The verdict if time ran out now, where something is still waited for. It is *failed* as soon as one thing that was
/// waited for was seen not to be so; *inconclusive* where all that is missing could not be seen. Where we may not even see
/// it, there is nothing to wait for.
fn not_yet(demands: &[Demand], until: &[One]) -> Option<(Verdict, Patience)> {
    let demanded = demands.iter().map(|demand| match demand.state {
        DemandState::Met => Verdict::Passed,
        DemandState::Unknown(_) => Verdict::Inconclusive,
        DemandState::Open(_) | DemandState::Broken(_) => Verdict::Failed,
    });
    let worst = demanded.chain(until.iter().map(|one| one.verdict)).max().filter(|worst| *worst != Verdict::Passed)?;
    let all_met = demands.iter().all(|demand| demand.state == DemandState::Met);
    let denied = all_met && until.iter().all(|one| one.denied || one.verdict == Verdict::Passed);
    Some((worst, if denied { Patience::Once } else { Patience::Within }))
}

fn demand(demand: &Demand) -> Judged {
    let (held, detail) = match &demand.state {
        DemandState::Met => (Some(true), None),
        DemandState::Open(detail) | DemandState::Broken(detail) => (Some(false), Some(detail.clone())),
        DemandState::Unknown(reason) => (None, Some(reason.clone())),
    };
    Judged { text: demand.text.clone(), kind: demand.kind.to_owned(), held, detail }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::aws::AlarmFacts;
    use crate::expr::{from_json, withhold};
    use crate::probe::Gap;
    use crate::probe::alarm::AlarmsSeen;
    use crate::probe::http::Response;
    use crate::probe::logs::LogsSeen;
    use crate::scenario::Project;
    use serde_json::json;

    const CONFIG: &str = "targets: { prod: { aws: { region: eu-west-1 } } }";

    /// A step that looks at a service, and has these lines.
    fn step(lines: &str) -> Arc<Step> {
        let scenario =
            format!("steps:\n- name: look\n  ecs: {{ cluster: c, service: s }}\n  expect: service.steady\n{lines}");
        let (project, problems) = Project::of_texts(CONFIG, &scenario);
        assert_eq!(problems, []);
        Arc::clone(&project.scenarios[0].steps[0])
    }

    #[test]
    fn what_is_not_known_just_now_is_looked_at_again() {
        let (step, observation) = (step(""), Observation::Http(Box::new(Response::made_up(200, "x", Vec::new()))));
        let check = |passing: &[bool], failed: bool, expected: Standing| {
            let gap = |passing: &bool| Gap { reason: "throttled".to_owned(), passing: *passing, denied: false };
            let unseen = passing.iter().map(|passing| One::unseen("expect", &step.expect[0], Some(&gap(passing)), ""));
            let failed = failed.then(|| One::seen("expect", &step.expect[0], false, None));
            let last: Vec<One> = unseen.chain(failed).collect();
            assert_eq!(settle(&step, &observation, &last), expected, "{passing:?}");
        };
        let again = Standing::Open { verdict: Verdict::Inconclusive, patience: Patience::Throttle };
        check(&[true, true], false, again);
        check(&[true, false], false, Standing::Settled(Verdict::Inconclusive));
        check(&[true], true, Standing::Settled(Verdict::Failed));
        check(&[], false, Standing::Settled(Verdict::Passed));
    }

    #[test]
    fn a_denial_is_not_waited_for_unless_something_else_is_open() {
        #[track_caller]
        fn check(until: &[Option<Gap>], failed: bool, demand: Option<DemandState>, expected: (Verdict, Patience)) {
            let step = step("");
            let one = |gap: &Option<Gap>| match gap {
                Some(gap) => One::unseen("until", &step.expect[0], Some(gap), ""),
                None => One::seen("until", &step.expect[0], true, None),
            };
            let failed = failed.then(|| One::seen("until", &step.expect[0], false, None));
            let until: Vec<One> = until.iter().map(one).chain(failed).collect();
            let demand = demand.map(|state| Demand { kind: "image", text: "worker:2".to_owned(), state });
            assert_eq!(not_yet(demand.as_slice(), &until), Some(expected));
        }
        let gap = |passing, denied| Some(Gap { reason: "why".to_owned(), passing, denied });
        let (denied, throttled, no_data) = (gap(false, true), gap(true, false), gap(false, false));
        let (once, within) = ((Verdict::Inconclusive, Patience::Once), (Verdict::Inconclusive, Patience::Within));
        check(&[denied.clone(), None], false, None, once);
        check(&[denied.clone(), None], false, Some(DemandState::Met), once);
        check(&[denied.clone(), throttled], false, None, within);
        check(&[no_data], false, None, within);
        check(&[denied.clone(), None], false, Some(DemandState::Unknown("lag".to_owned())), within);
        check(&[denied], true, None, (Verdict::Failed, Patience::Within));
    }

    #[test]
    fn what_holds_only_since_a_log_is_empty_is_not_known_where_nobody_is_heard() {
        #[track_caller]
        fn check(expectation: &str, silent: Option<&str>, expected: Option<bool>) {
            let scenario = format!(
                "steps:\n- name: look\n  logs: {{ group: g }}\n  as: log\n  expect: \"{expectation}\"\n\
                 - name: later\n  ecs: {{ cluster: c, service: s }}\n  expect: \"{}\"",
                expectation.replace("logs.", "log.")
            );
            let (project, problems) = Project::of_texts(CONFIG, &scenario);
            assert_eq!(problems, []);
            let gap = |why: &str| Gap { reason: why.to_owned(), passing: false, denied: false };
            let seen = Observation::Logs(LogsSeen::made_up(silent.map(gap)));
            let (mut own, later) = (Scope::default(), Scope::default().with("log", seen.whole()));
            seen.bind_in(&mut own);
            let why = silent.filter(|_| expected.is_none());
            let check = |step: &Step, seen: Observation, scope: &Scope, why: Option<String>| {
                let Assessment { judged, .. } = assess(step, &Ok(seen), scope);
                let told = judged[0].detail.clone().filter(|_| expected.is_none());
                assert_eq!((judged[0].held, told), (expected, why), "{expectation}");
            };
            let steps = &project.scenarios[0].steps;
            check(&steps[0], seen, &own, why.map(str::to_owned));
            // So it is where a later step looks at something else, and reads what this one kept.
            let seen = Observation::Http(Box::new(Response::made_up(200, "x", Vec::new())));
            check(&steps[1], seen, &later, why.map(|why| format!("log.events is not told: {why}")));
        }
        let silent = Some("no line in /ecs/prod");
        check("logs.events.all(e, e.fields.level != 'ERROR')", silent, None);
        check("logs.events.all(e, e.fields.level != 'ERROR')", None, Some(true));
        check("logs.events.size() == 0", silent, None);
        check("!logs.events.exists(e, e.fields.level == 'ERROR')", silent, None);
        check("logs.complete && logs.events == []", silent, None);
        // What does not hold was seen not to; what holds anyway does not depend on it.
        check("logs.events.exists(e, e.fields.event == 'end')", silent, Some(false));
        check("logs.complete || logs.events.size() == 0", silent, Some(true));
    }

    /// Such a `fail_if` would never fire, whatever there is.
    #[test]
    fn an_optional_value_beside_a_plain_one_fails_the_step() {
        for lines in ["until: response.status == 200\n  fail_if", "until", "expect"] {
            let kind = lines.rsplit(' ').next().unwrap();
            let scenario = format!(
                "steps:\n- name: look\n  http: {{ get: 'http://localhost/' }}\n  \
                 {lines}: \"{{'a': response.headers[?'x']}}.a == 'y'\"\n- name: judge\n  alarm: a\n  expect: alarm.exists"
            );
            let (project, problems) = Project::of_texts(CONFIG, &scenario);
            assert_eq!(problems, []);
            let seen = Observation::Http(Box::new(Response::made_up(200, "x", Vec::new())));
            let mut scope = Scope::default();
            seen.bind_in(&mut scope);
            let Assessment { judged, .. } = assess(&project.scenarios[0].steps[0], &Ok(seen), &scope);
            let judged = judged.into_iter().find(|judged| judged.kind == kind).unwrap();
            assert_eq!(judged.held, Some(false), "{judged:?}");
            assert!(judged.detail.as_ref().is_some_and(|why| why.ends_with(".orValue(…)")), "{judged:?}");
        }
    }

    #[test]
    fn an_alarm_that_is_not_there_has_failed_where_the_step_does_not_say_what_that_means() {
        #[track_caller]
        fn check(lines: &str, standing: Standing) {
            let other = "- name: other\n  ecs: { cluster: c, service: s }\n  expect: service.steady";
            let scenario = format!("steps:\n- name: look\n  {lines}\n{other}");
            let (project, problems) = Project::of_texts(CONFIG, &scenario);
            assert_eq!(problems, [], "{lines}");
            let absent = AlarmFacts {
                name: "down".to_owned(),
                seen_at: DateTime::UNIX_EPOCH,
                alarm: None,
                history: Ok(Vec::new()),
                mutes: Ok(Vec::new()),
                others: vec!["dwon".to_owned()],
            };
            let several = lines.contains("names");
            let seen = Observation::Alarm(AlarmsSeen::made_up(&[absent], several));
            let mut scope = Scope::default();
            seen.bind_in(&mut scope);
            let assessment = assess(&project.scenarios[0].steps[0], &Ok(seen), &scope);
            assert_eq!(assessment.standing, standing, "{lines}");
            if standing != Standing::Settled(Verdict::Passed) {
                let told = &assessment.judged[0];
                let why = (told.text.ends_with(".exists"), told.held, told.detail.as_deref());
                assert_eq!(why, (true, Some(false), Some("no alarm named down (nearest: dwon)")), "{lines}");
            }
        }
        let (failed, passed) = (Standing::Settled(Verdict::Failed), Standing::Settled(Verdict::Passed));
        check("alarm: down\n  expect: alarm.state != 'ALARM'", failed);
        check("alarm: down\n  expect: alarm.history.size() == 0", failed);
        check("alarm: down\n  expect: \"!alarm.history.exists(change, change.to == 'ALARM')\"", failed);
        check("alarm: down\n  expect: \"!alarm.silent\"", failed);
        check("alarm: down\n  expect: alarm.silent", failed);
        check("alarm: down\n  as: watch", failed);
        check("alarm: { names: [ down ] }\n  expect: alarms.down.state != 'ALARM'", failed);
        let awaited = Standing::Open { verdict: Verdict::Failed, patience: Patience::Within };
        check("alarm: down\n  until: alarm.state != 'ALARM'", awaited);
        check("alarm: down\n  expect: \"!alarm.exists\"", passed);
        check("alarm: down\n  expect: alarm.state in ['OK', 'MISSING']", passed);
        check("alarm: down\n  until: \"!alarm.exists || !alarm.enabled\"", passed);
        check("alarm: down\n  capture: { there: alarm.exists }", passed);
        check("alarm: { names: [ down ] }\n  expect: alarms.all(name, !alarms[name].exists)", passed);
    }

    #[test]
    fn a_look_is_unfinished_where_another_only_goes_on_with_it() {
        #[track_caller]
        fn check(standing: Standing, until: &[Option<bool>], expected: bool) {
            let judged = |kind: &str, held| Judged { text: String::new(), kind: kind.to_owned(), held, detail: None };
            let until = until.iter().map(|held| judged("until", *held));
            let judged = until.chain([judged("none", None), judged("expect", None)]).collect();
            assert_eq!(Assessment { standing, judged }.is_unfinished(), expected);
        }
        let open = Standing::Open { verdict: Verdict::Inconclusive, patience: Patience::Within };
        check(open, &[], true);
        check(open, &[Some(true)], true);
        // It may come about later than what was claimed.
        check(open, &[Some(true), Some(false)], false);
        check(open, &[None], false);
        check(Standing::Settled(Verdict::Passed), &[], false);
    }

    #[test]
    fn what_would_fail_a_step_must_be_known_in_the_end() {
        #[track_caller]
        fn check(rollout: &str, steady: bool, expected: Standing, told: &[Option<bool>]) {
            let step = step("  until: service.rollout == \"COMPLETED\"\n  fail_if: service.failed\n");
            let mut service = from_json(&json!({"rollout": rollout, "steady": steady, "failed": false}));
            withhold(&mut service, &["failed"], "not allowed to call ecs:ListServiceDeployments");
            let seen = Ok(Observation::Http(Box::new(Response::made_up(200, "x", Vec::new()))));
            let Assessment { standing, judged } = assess(&step, &seen, &Scope::default().with("service", service));
            assert_eq!((standing, judged.iter().map(|one| one.held).collect::<Vec<_>>().as_slice()), (expected, told));
        }
        let waiting = Standing::Open { verdict: Verdict::Failed, patience: Patience::Within };
        check("IN_PROGRESS", false, waiting, &[Some(false)]);
        let unsure = Standing::Settled(Verdict::Inconclusive);
        check("COMPLETED", true, unsure, &[Some(true), Some(true), None]);
        check("COMPLETED", false, Standing::Settled(Verdict::Failed), &[Some(true), Some(false), None]);
    }
}
