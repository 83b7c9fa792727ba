use quick_junit::TestCaseStatus;

use super::*;
use crate::record::Step;

/// A test case is drawn for a run that broke off before it had a plan: an empty report would look green.
#[test]
fn a_run_that_never_began_is_red() {
    let mut run = Run { target: "prod".into(), ..Run::default() };
    run.close_aborted("no credentials", 3, run.started);
    let report = Report::deserialize_from_str(&render(&run)).unwrap();
    assert_eq!((report.tests, report.errors), (1, 1));
}

#[test]
fn files_are_named_as_the_repository_calls_them() {
    let scenario = Scenario { id: "a".into(), file: "scenarios/a.yaml".into(), ..Scenario::default() };
    let run = Run { folder: Some("e2e".into()), scenarios: vec![scenario], ..Run::default() };
    let text = render(&run);
    assert_eq!(text.matches("file=\"e2e/scenarios/a.yaml\"").count(), 2, "{text}");
    assert!(!text.contains("file=\"scenarios"), "{text}");
}

/// Scenarios that passed say nothing of a run that broke off behind them.
#[test]
fn a_run_that_broke_off_is_red_whatever_its_scenarios_say() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Run), expected: (usize, &str)) {
        let passed = Scenario { id: "a".into(), verdict: Some(Verdict::Passed), ..Scenario::default() };
        let mut run =
            Run { verdict: Some(Verdict::Passed), exit_code: Some(0), scenarios: vec![passed], ..Run::default() };
        change(&mut run);
        let text = render(&run);
        assert_eq!(Report::deserialize_from_str(&text).unwrap().errors, expected.0, "{text}");
        assert!(text.contains(expected.1), "{text}");
    }
    check(|_| {}, (0, "name=\"a\""));
    let broken_off = |verdict, code| {
        move |run: &mut Run| {
            (run.verdict, run.exit_code, run.broken_off) = (Some(verdict), Some(code), Some("boom".into()));
        }
    };
    check(broken_off(Verdict::Aborted, 4), (1, "<error message=\"boom\" type=\"Aborted\">boom</error>"));
    check(broken_off(Verdict::Inconclusive, 3), (1, "<error message=\"boom\" type=\"Inconclusive\">"));
    let unjudged = |run: &mut Run| (run.verdict, run.exit_code) = (Some(Verdict::Skipped), Some(2));
    check(unjudged, (1, "message=\"nothing was judged, so this run says nothing\""));
}

/// A clean-up that failed leaves the verdict as it is: the report is red where its scenario is, and no redder.
#[test]
fn a_clean_up_that_failed_is_as_red_as_its_scenario() {
    #[track_caller]
    fn check(of_scenario: Verdict, of_clean_up: Verdict, expected: (usize, usize), said: &str) {
        let outline = crate::event::StepOutline {
            phase: crate::event::Phase::Finally,
            name: "remove it".into(),
            probe: "http".into(),
            file: "a.yaml".into(),
            line: 9,
            enforced: true,
        };
        let step = Step { verdict: Some(of_clean_up), cause: Some("409".into()), ..Step::planned(&outline) };
        let scenario = Scenario { verdict: Some(of_scenario), cleanup: vec![step], ..Scenario::default() };
        let report =
            Report::deserialize_from_str(&render(&Run { scenarios: vec![scenario], ..Run::default() })).unwrap();
        let suite = &report.test_suites[0];
        assert_eq!((suite.failures, suite.skipped), expected);
        let (TestCaseStatus::Skipped { message, .. } | TestCaseStatus::NonSuccess { message, .. }) =
            &suite.test_cases[0].status
        else {
            panic!("nothing is told of it")
        };
        assert_eq!(message.as_deref(), Some(said));
    }
    let quiet = "clean-up failed: 409 (leaves the verdict as it is)";
    check(Verdict::Passed, Verdict::Failed, (0, 1), quiet);
    check(Verdict::Inconclusive, Verdict::Failed, (0, 1), quiet);
    // Of what failed it no step tells here, so the scenario as a whole does.
    check(Verdict::Failed, Verdict::Failed, (2, 0), "409");
    check(Verdict::Passed, Verdict::Inconclusive, (0, 1), "clean-up inconclusive: 409 (leaves the verdict as it is)");
    check(Verdict::Failed, Verdict::Skipped, (1, 1), "409");
}

/// A shadow check decides nothing, and what came of it is to be seen: of test cases that pass, nobody shows the output.
#[test]
fn a_shadow_check_that_failed_is_skipped_with_its_reason() {
    let outline = crate::event::StepOutline {
        phase: crate::event::Phase::Step,
        name: "few restarts".into(),
        probe: "ecs".into(),
        file: "a.yaml".into(),
        line: 3,
        enforced: false,
    };
    let step = Step { verdict: Some(Verdict::Failed), cause: Some("3 restarts".into()), ..Step::planned(&outline) };
    let scenario = Scenario { verdict: Some(Verdict::Passed), steps: vec![step], ..Scenario::default() };
    let run = Run { scenarios: vec![scenario], exit_code: Some(0), ..Run::default() };
    let report = Report::deserialize_from_str(&render(&run)).unwrap();
    assert_eq!((report.tests, report.failures + report.errors, report.skipped), (1, 0, 1));
    let TestCaseStatus::Skipped { message, .. } = &report.test_suites[0].test_cases[0].status else { panic!() };
    let said = "shadow check failed: 3 restarts (enforce: false, decides nothing)";
    assert_eq!(message.as_deref(), Some(said));
    let output = report.test_suites[0].test_cases[0].system_out.as_deref();
    assert_eq!(output, Some(said));
}
