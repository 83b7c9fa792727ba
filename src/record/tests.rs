//! The laws of the fold: whatever is told, and wherever it breaks off, the record holds.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::event::{AwsUse, CaseOutline, Event, Fact, Leftover, Look, Outcome, Phase, RunHeader, StepOutline, StepRef};
use crate::verdict::Verdict;

const VERDICTS: [Verdict; 5] =
    [Verdict::Skipped, Verdict::Passed, Verdict::Inconclusive, Verdict::Aborted, Verdict::Failed];

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

fn run_started(cases: usize) -> Fact {
    let step = |phase| StepOutline {
        phase,
        name: "upload".into(),
        probe: "http".into(),
        file: "scenarios/a.yaml".into(),
        line: 3,
        enforced: true,
    };
    let case = |index| CaseOutline {
        id: format!("case-{index}"),
        name: "a case".into(),
        file: "scenarios/a.yaml".into(),
        reads: Some(vec!["image".into()]),
        steps: Phase::ALL.into_iter().chain([Phase::Step]).map(step).collect(),
    };
    let run = RunHeader {
        id: "20261123T224100Z-7f3a".into(),
        target: "local".into(),
        started: at(0),
        smoke: "0.1.0".into(),
        identity: Vec::new(),
        revision: None,
        shard: None,
        whole: None,
        options: None,
        embedded: false,
        folder: None,
    };
    Fact::RunStarted { run, cases: (0..cases).map(case).collect() }
}

fn outcome(verdict: Verdict) -> Outcome {
    Outcome {
        verdict,
        enforced: true,
        duration_ms: 5,
        looks: 1,
        changes: Vec::new(),
        expectations: Vec::new(),
        cause: Some("it did".into()),
        evidence: Vec::new(),
        captured: Vec::new(),
    }
}

fn look(at_ms: u64, state: &str) -> Look {
    Look { at_ms, took_ms: 1, state: state.into(), summary: state.into() }
}

fn folded(facts: impl IntoIterator<Item = Fact>) -> Run {
    let mut run = Run::default();
    for (ms, fact) in (0..).zip(facts) {
        run.apply(&Event { at: at(ms), fact });
    }
    run
}

fn step_ref() -> impl Strategy<Value = StepRef> {
    // Now and then one that was not planned.
    (0..3usize, prop::sample::select(Phase::ALL.to_vec()), 0..3usize).prop_map(|(case, phase, index)| StepRef {
        case,
        phase,
        index,
    })
}

fn fact() -> impl Strategy<Value = Fact> {
    let verdict = || prop::sample::select(VERDICTS.to_vec());
    prop_oneof![
        2 => (0..3usize, 1..4u32).prop_map(|(case, attempt)| Fact::ScenarioStarted { case, attempt }),
        1 => (0..3usize).prop_map(|case| Fact::WindowOpened { case }),
        4 => step_ref().prop_map(|step| Fact::StepStarted { step, until: None, within_ms: Some(9) }),
        4 => (step_ref(), 0..99u64).prop_map(|(step, ms)| Fact::Looked { step, look: look(ms, "queued") }),
        4 => (step_ref(), verdict()).prop_map(|(step, verdict)| Fact::StepEnded { step, outcome: outcome(verdict) }),
        2 => (0..3usize, verdict(), any::<bool>()).prop_map(|(case, verdict, retrying)| Fact::ScenarioEnded {
            case,
            verdict,
            cause: None,
            notes: Vec::new(),
            retrying,
        }),
        1 => (0..3usize).prop_map(|case| Fact::LeftBehind {
            case,
            leftover: Leftover { step: "remove".into(), what: "DELETE /1".into(), why: "refused".into(), attempt: None },
        }),
        1 => Just(Fact::StopRequested { signal: "SIGINT".into() }),
        1 => verdict().prop_map(|verdict| Fact::RunEnded {
            verdict,
            exit_code: 1,
            aws: AwsUse::default(),
            http_requests: 0,
            learnt: vec!["times are AWS's".into()],
        }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_told_the_record_can_be_closed_and_drawn(
        facts in prop::collection::vec(fact(), 0..60),
        planned in any::<bool>(),
    ) {
        let started = planned.then(|| run_started(2));
        let mut run = folded(started.into_iter().chain(facts));
        run.close_aborted("killed", 4, at(1000));
        prop_assert!(run.verdict.is_some() && run.exit_code.is_some() && run.ended.is_some());
        for scenario in &run.scenarios {
            prop_assert!(scenario.verdict.is_some());
            prop_assert!(scenario.all().all(|(_, _, step)| step.verdict.is_some()));
        }
        let again = crate::report::json::read(&crate::report::Format::Json.draw(&run, None)).unwrap();
        prop_assert_eq!(&again, &run);
        let junit = crate::report::junit::render(&run);
        prop_assert!(quick_junit::Report::deserialize_from_str(&junit).is_ok());
        prop_assert!(!crate::report::console::summary(&run, &crate::report::console::Style::default()).is_empty());
    }
}

const UPLOAD: StepRef = StepRef { case: 0, phase: Phase::Step, index: 0 };

fn started(attempt: u32) -> [Fact; 2] {
    [Fact::ScenarioStarted { case: 0, attempt }, Fact::StepStarted { step: UPLOAD, until: None, within_ms: None }]
}

fn ended(verdict: Verdict, retrying: bool) -> [Fact; 2] {
    let cause = (verdict != Verdict::Passed).then(|| "it did".to_owned());
    [
        Fact::StepEnded { step: UPLOAD, outcome: outcome(verdict) },
        Fact::ScenarioEnded { case: 0, verdict, cause, notes: Vec::new(), retrying },
    ]
}

#[test]
fn the_first_and_the_last_looks_are_kept_and_every_change() {
    let states = ["queued", "queued", "processing", "queued"];
    let looks =
        (0..100u64).map(|ms| Fact::Looked { step: UPLOAD, look: look(ms, states[usize::try_from(ms / 25).unwrap()]) });
    let run = folded([run_started(1)].into_iter().chain(started(1)).chain(looks));
    let step = &run.scenarios[0].steps[0];
    let kept: Vec<u64> = step.looks.kept.iter().map(|look| look.at_ms).collect();
    assert_eq!((step.looks.total, kept), (100, vec![0, 1, 2, 3, 4, 95, 96, 97, 98, 99]));
    let changes: Vec<_> = step.changes.iter().map(|c| (c.state.as_str(), c.from_ms, c.to_ms)).collect();
    assert_eq!(changes, [("queued", 0, 49), ("processing", 50, 74), ("queued", 75, 99)]);
}

#[test]
fn a_pass_after_a_failure_is_flaky_and_the_failure_is_kept_in_short() {
    let facts = [run_started(1)].into_iter().chain(started(1)).chain(ended(Verdict::Failed, true));
    let run = folded(facts.chain(started(2)).chain(ended(Verdict::Passed, false)));
    let scenario = &run.scenarios[0];
    assert!(scenario.flaky());
    let failed = AttemptStep {
        phase: Phase::Step,
        index: 0,
        verdict: Verdict::Failed,
        duration_ms: 5,
        cause: Some("it did".into()),
        expectations: Vec::new(),
        evidence: Vec::new(),
    };
    let earlier = Attempt {
        number: 1,
        verdict: Verdict::Failed,
        duration_ms: 3,
        cause: Some("it did".into()),
        steps: vec![failed],
    };
    assert_eq!(scenario.earlier, [earlier]);
    assert_eq!((scenario.attempt, scenario.cause.as_deref()), (2, None));
}

#[test]
fn what_is_learnt_on_the_way_stands_in_the_header() {
    let end = |learnt: &str| Fact::RunEnded {
        verdict: Verdict::Passed,
        exit_code: 0,
        aws: AwsUse::default(),
        http_requests: 0,
        learnt: vec![learnt.to_owned()],
    };
    let Fact::RunStarted { run, cases } = run_started(1) else { unreachable!("it has started") };
    let run = RunHeader { identity: vec!["AWS region eu-west-1".to_owned()], ..run };
    let run = folded([Fact::RunStarted { run, cases }, end("a clock is off")]);
    assert_eq!(run.identity, ["AWS region eu-west-1", "a clock is off"]);
}

#[test]
fn what_was_not_reached_says_why() {
    #[track_caller]
    fn check(facts: Vec<Fact>, expected: &[(Verdict, &str)]) {
        let mut run = folded(facts);
        run.close_aborted("killed", 4, at(1000));
        let said = run.scenarios.iter().map(|scenario| {
            let step = &scenario.steps[1];
            (step.verdict.unwrap(), step.cause.as_deref().unwrap())
        });
        assert_eq!(said.collect::<Vec<_>>(), expected);
    }
    let planned = |more: Vec<Fact>| [run_started(1)].into_iter().chain(more).collect::<Vec<_>>();
    let failed = started(1).into_iter().chain(ended(Verdict::Failed, false)).collect();
    check(planned(failed), &[(Verdict::Skipped, "not reached: \"upload\" failed")]);
    check(planned(started(1).into()), &[(Verdict::Skipped, "not reached: killed")]);
    let never = Fact::ScenarioEnded {
        case: 0,
        verdict: Verdict::Skipped,
        cause: Some("not started: the run was stopped".into()),
        notes: Vec::new(),
        retrying: false,
    };
    check(planned(vec![never]), &[(Verdict::Skipped, "not reached: the run was stopped")]);
}

#[test]
fn what_is_left_says_of_which_attempt_it_is_where_there_were_several() {
    let left = |what: &str| {
        let leftover = Leftover { step: "remove".into(), what: what.into(), why: "refused".into(), attempt: None };
        Fact::LeftBehind { case: 0, leftover }
    };
    let told = |run: &Run| {
        let all = run.scenarios[0].leftovers.iter();
        all.map(|left| (left.what.clone(), left.attempt)).collect::<Vec<_>>()
    };
    let once = [run_started(1)].into_iter().chain(started(1)).chain([left("DELETE /1")]);
    assert_eq!(told(&folded(once.clone())), [("DELETE /1".to_owned(), None)]);
    let again = once.chain(ended(Verdict::Failed, true)).chain(started(2)).chain([left("DELETE /2")]);
    let mut run = folded(again);
    // It is broken off before the clean-up of the second attempt.
    run.scenarios[0].cleanup = run.scenarios[0].steps.clone();
    run.close_aborted("killed", 4, at(1000));
    let left = [("DELETE /1", Some(1)), ("DELETE /2", Some(2)), ("upload", Some(2)), ("upload", Some(2))];
    assert_eq!(told(&run), left.map(|(what, attempt)| (what.to_owned(), attempt)));
}

#[test]
fn an_aborted_run_keeps_what_was_known() {
    let mut run = folded([run_started(2)].into_iter().chain(started(1)));
    run.close_aborted("internal error: boom", 4, at(1000));
    let verdicts: Vec<_> = run.scenarios.iter().map(|scenario| scenario.verdict.unwrap()).collect();
    assert_eq!(verdicts, [Verdict::Aborted, Verdict::Skipped]);
    let step = &run.scenarios[0].steps[0];
    assert_eq!((step.verdict, step.duration_ms), (Some(Verdict::Aborted), 998));
    assert_eq!(step.cause.as_deref(), Some("broken off: internal error: boom"));
    assert_eq!((run.verdict, run.exit_code), (Some(Verdict::Aborted), Some(4)));
}

#[test]
fn the_step_that_failed_first_is_to_blame_and_not_a_guard_that_followed() {
    #[track_caller]
    fn check(ends: &[(Phase, Verdict)], expected: Phase) {
        let told = ends.iter().map(|(phase, verdict)| Fact::StepEnded {
            step: StepRef { case: 0, phase: *phase, index: 0 },
            outcome: outcome(*verdict),
        });
        let run = folded([run_started(1)].into_iter().chain(told));
        assert_eq!(run.scenarios[0].culprit().unwrap().0, expected);
    }
    check(&[(Phase::Step, Verdict::Failed), (Phase::Guard, Verdict::Failed)], Phase::Step);
    check(&[(Phase::Step, Verdict::Inconclusive), (Phase::Guard, Verdict::Failed)], Phase::Guard);
    check(&[(Phase::Step, Verdict::Inconclusive), (Phase::Guard, Verdict::Inconclusive)], Phase::Step);
}

#[test]
fn no_step_is_to_blame_for_what_is_worse_than_each() {
    #[track_caller]
    fn check(step: Verdict, scenario: Verdict, expected: bool) {
        let facts = started(1).into_iter().chain(ended(step, true)).chain(started(2)).chain(ended(step, false));
        let mut run = folded([run_started(1)].into_iter().chain(facts));
        run.scenarios[0].verdict = Some(scenario);
        assert_eq!(run.scenarios[0].culprit().is_some(), expected, "{step} {scenario}");
    }
    check(Verdict::Failed, Verdict::Failed, true);
    check(Verdict::Failed, Verdict::Aborted, true);
    check(Verdict::Inconclusive, Verdict::Inconclusive, true);
    check(Verdict::Inconclusive, Verdict::Failed, false);
    check(Verdict::Inconclusive, Verdict::Aborted, false);
}
