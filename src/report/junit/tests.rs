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

/// A shadow check decides nothing, and what came of it is still to be read.
#[test]
fn a_shadow_check_passes_and_says_so() {
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
    let run = Run { scenarios: vec![scenario], ..Run::default() };
    let report = Report::deserialize_from_str(&render(&run)).unwrap();
    assert_eq!((report.tests, report.failures + report.errors + report.skipped), (1, 0));
    let output = report.test_suites[0].test_cases[0].system_out.as_deref();
    assert_eq!(output, Some("shadow check (enforce: false): failed: 3 restarts"));
}
