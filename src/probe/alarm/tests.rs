use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::aws::Window;
use crate::aws::peer::{Answer, Peer};
use crate::aws::{AlarmFacts, AlarmKind, AlarmSubject, MetricFacts, Suppression, Term, Transition};
use crate::probe::{Instruments, Recent, http};
use crate::target::TargetSettings;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// Dimensions of these names.
fn by_name(names: &[&str]) -> BTreeMap<String, String> {
    names.iter().map(|name| ((*name).to_owned(), "some".to_owned())).collect()
}

/// An alarm as it should be: the window opened at 0, and it is looked at ten minutes later.
fn quiet() -> AlarmFacts {
    let metric = MetricFacts {
        namespace: "ECS/ContainerInsights".to_owned(),
        name: "RunningTaskCount".to_owned(),
        comparison: "LessThanThreshold".to_owned(),
        threshold: Some(1.0),
        period: 60,
        evaluation_periods: 5,
        datapoints: 5,
        missing_data: "breaching".to_owned(),
        dimensions: by_name(&["ClusterName", "ServiceName"]),
        statistic: "Minimum".to_owned(),
        math: Vec::new(),
    };
    let alarm = AlarmKind {
        state: "OK".to_owned(),
        since: Some(at(-3600)),
        changed_at: Some(at(-3600)),
        enabled: true,
        actions: vec!["arn:aws:sns:eu-west-1:1:oncall".to_owned()],
        subject: AlarmSubject::Metric(metric),
        ..AlarmKind::default()
    };
    let name = "worker-down".to_owned();
    let (history, mutes, others) = (Ok(Vec::new()), Ok(Vec::new()), Vec::new());
    AlarmFacts { name, seen_at: at(600), alarm: Some(alarm), history, mutes, others }
}

fn change(seconds: i64, from: &str, to: &str) -> Transition {
    let reason = "Threshold Crossed: 1 datapoint [0.0]".to_owned();
    Transition { at: at(seconds), from: from.to_owned(), to: to.to_owned(), reason }
}

fn denied() -> LookError {
    let message = "not allowed to call cloudwatch:DescribeAlarmHistory: AccessDenied".to_owned();
    LookError { kind: LookErrorKind::Denied, message, retry_after: None }
}

/// Changes a quiet alarm, and says what is then seen: `silent`; the cause, or why it is not known; the summary.
fn check(alter: impl FnOnce(&mut AlarmFacts), silent: Option<bool>, why: Option<&str>, summary: &str) {
    let mut facts = quiet();
    alter(&mut facts);
    let seen = AlarmsSeen::new(vec![AlarmSeen::of(&facts, at(0))], false);
    let unknown = seen.unknowns.iter().find(|unknown| unknown.path == "alarm.silent");
    let said = seen.cause().or_else(|| unknown.map(|unknown| unknown.why.reason.clone()));
    assert_eq!((seen.alarms[0].silent, said.as_deref(), seen.summary().as_str()), (silent, why, summary));
}

fn with(facts: &mut AlarmFacts, alter: impl FnOnce(&mut AlarmKind)) {
    alter(facts.alarm.as_mut().unwrap());
}

#[test]
fn a_quiet_alarm_is_silent() {
    check(|_| {}, Some(true), None, "OK since 07:00:00");
}

#[test]
fn an_alarm_that_came_and_went_between_two_looks_is_not_silent() {
    let alter = |facts: &mut AlarmFacts| {
        facts.history = Ok(vec![change(60, "OK", "ALARM"), change(120, "ALARM", "OK")]);
        with(facts, |alarm| (alarm.since, alarm.changed_at) = (Some(at(120)), Some(at(120))));
    };
    let why = "the alarm worker-down went to ALARM at 08:01:00: Threshold Crossed: 1 datapoint [0.0]";
    check(alter, Some(false), Some(why), "OK since 08:02:00");
}

#[test]
fn an_alarm_from_before_the_window_is_said_so() {
    let alter = |facts: &mut AlarmFacts| {
        with(facts, |alarm| (alarm.state, alarm.reason) = ("ALARM".to_owned(), "no data".to_owned()));
    };
    let why = "the alarm worker-down was in ALARM already when the window opened (since 2027-01-15 07:00:00): no data";
    check(alter, Some(false), Some(why), "ALARM since 07:00:00");
    let recovered = |facts: &mut AlarmFacts| {
        facts.history = Ok(vec![change(30, "ALARM", "OK")]);
        with(facts, |alarm| alarm.since = Some(at(30)));
    };
    let why = "the alarm worker-down was in ALARM already when the window opened, and went to OK at 08:00:30";
    check(recovered, Some(false), Some(why), "OK since 08:00:30");
}

#[test]
fn an_alarm_now_decides_even_where_the_history_may_not_be_read() {
    let alter = |facts: &mut AlarmFacts| {
        facts.history = Err(denied());
        with(facts, |alarm| {
            alarm.state = "ALARM".to_owned();
            alarm.since = Some(at(10));
        });
    };
    let why = "the alarm worker-down went to ALARM at 08:00:10: no reason given";
    check(alter, Some(false), Some(why), "ALARM since 08:00:10");
}

#[test]
fn what_cannot_be_known_is_unknown() {
    let history = "the history of the alarm worker-down cannot be read: not allowed to call \
                   cloudwatch:DescribeAlarmHistory: AccessDenied";
    check(|facts| facts.history = Err(denied()), None, Some(history), "OK since 07:00:00");
    let no_data = |facts: &mut AlarmFacts| {
        with(facts, |alarm| {
            (alarm.state, alarm.reason) = ("INSUFFICIENT_DATA".to_owned(), "Unchecked".to_owned());
        });
    };
    let why = "the alarm worker-down is in INSUFFICIENT_DATA: Unchecked";
    check(no_data, None, Some(why), "INSUFFICIENT_DATA since 07:00:00");
}

/// `OK → ALARM → OK` behind a change that the history does show is not silence.
#[test]
fn a_change_that_the_history_does_not_show_yet_is_waited_for() {
    #[track_caller]
    fn check(changed_at: i64, told: &[(i64, &str, &str)], known: bool) {
        let mut facts = quiet();
        facts.history = Ok(told.iter().map(|(seconds, from, to)| change(*seconds, from, to)).collect());
        with(&mut facts, |alarm| alarm.changed_at = Some(at(changed_at)));
        let seen = AlarmsSeen::new(vec![AlarmSeen::of(&facts, at(0))], false);
        assert_eq!(seen.alarms[0].silent, known.then_some(true));
        let why = "the alarm worker-down has changed in the window, and its history does not show it yet";
        let unknown: Vec<_> =
            seen.unknowns.iter().map(|one| (one.path.as_str(), one.why.reason.as_str(), one.why.passing)).collect();
        let expected = [("alarm.history", why, true), ("alarm.silent", why, true)];
        assert_eq!(unknown, if known { &[][..] } else { &expected });
        let evidence = seen.evidence().remove(0).text;
        assert_eq!(evidence.contains("no change in the window"), known && told.is_empty(), "{evidence}");
    }
    const NONE: &str = "INSUFFICIENT_DATA";
    check(20, &[], false);
    check(20, &[(2, NONE, "OK")], false);
    check(20, &[(2, NONE, "OK"), (20, NONE, "OK")], true);
    // The two may give it times that differ a little; and the history may be newer than the alarm as it was described.
    check(20, &[(19, NONE, "OK")], true);
    check(20, &[(25, NONE, "OK")], true);
    check(-20, &[], true);
}

#[test]
fn a_mute_alarm_is_not_silent() {
    let why = "the alarm worker-down is mute: its actions are disabled";
    let disabled = |facts: &mut AlarmFacts| with(facts, |alarm| alarm.enabled = false);
    check(disabled, Some(false), Some(why), "OK since 07:00:00; mute");
    let why = "the alarm worker-down is mute: it has no action for ALARM, so it tells nobody";
    let without = |facts: &mut AlarmFacts| with(facts, |alarm| alarm.actions.clear());
    check(without, Some(false), Some(why), "OK since 07:00:00; mute");
    let why = "the alarm worker-down is mute: the mute rule night is active";
    check(|facts| facts.mutes = Ok(vec!["night".to_owned()]), Some(false), Some(why), "OK since 07:00:00; mute");
    let why = "the alarm worker-down is mute: the mute rules night, deploys are active";
    let twice = |facts: &mut AlarmFacts| facts.mutes = Ok(vec!["night".to_owned(), "deploys".to_owned()]);
    check(twice, Some(false), Some(why), "OK since 07:00:00; mute");
}

#[test]
fn an_alarm_over_others_is_mute_while_it_is_suppressed_and_not_known_while_it_is_held_up() {
    #[track_caller]
    fn check_held(by: Option<&str>, silent: Option<bool>, why: Option<&str>, mute: &str) {
        let held = |by: &str| Suppression {
            by: by.to_owned(),
            suppressor: "maintenance".to_owned(),
            reason: "maintenance is in ALARM".to_owned(),
        };
        let (rule, suppressed) = ("ALARM(down)".to_owned(), by.map(held));
        let alter = |facts: &mut AlarmFacts| {
            with(facts, |alarm| alarm.subject = AlarmSubject::Alarms { rule, suppressed });
        };
        let summary = format!(
            "OK since 07:00:00{mute}; whether the alarms in its rule could have fired was not looked at (ALARM(down))"
        );
        check(alter, silent, why, &summary);
    }
    check_held(None, Some(true), None, "");
    let why =
        "the alarm worker-down is mute: its actions are suppressed by the alarm maintenance (maintenance is in ALARM)";
    check_held(Some("Alarm"), Some(false), Some(why), "; mute");
    for by in ["WaitPeriod", "ExtensionPeriod"] {
        let why = format!(
            "the actions of the alarm worker-down are held up just now ({by} of its suppressor maintenance): maintenance \
             is in ALARM"
        );
        check_held(Some(by), None, Some(&why), "");
    }
}

#[test]
fn what_is_not_evaluated_is_not_known_and_what_is_in_part_is_said() {
    #[track_caller]
    fn check_state(state: &str, silent: Option<bool>, why: Option<&str>, doubt: &str) {
        let alter = |facts: &mut AlarmFacts| {
            with(facts, |alarm| (alarm.evaluation, alarm.reason) = (Some(state.to_owned()), "why".to_owned()));
        };
        check(alter, silent, why, &format!("OK since 07:00:00{doubt}"));
    }
    let wrong = "the alarm worker-down is not evaluated, because something is wrong with its configuration \
                 (EVALUATION_ERROR): why";
    check_state("EVALUATION_ERROR", None, Some(wrong), "");
    let trouble =
        "the alarm worker-down is not evaluated just now, because CloudWatch has trouble (EVALUATION_FAILURE): why";
    check_state("EVALUATION_FAILURE", None, Some(trouble), "");
    check_state("PARTIAL_DATA", Some(true), None, "; was judged by a part of its data (PARTIAL_DATA)");
}

#[test]
fn what_was_not_looked_at_is_said_where_it_was_silent() {
    let log = |facts: &mut AlarmFacts| with(facts, |alarm| alarm.subject = AlarmSubject::Log);
    let summary = "OK since 07:00:00; whether its query could have found anything was not looked at";
    check(log, Some(true), None, summary);
    let summary = "OK since 07:00:00; whether a mute rule silences it is not known: not allowed to call \
                   cloudwatch:DescribeAlarmHistory: AccessDenied";
    check(|facts| facts.mutes = Err(denied()), Some(true), None, summary);
    let loud = |facts: &mut AlarmFacts| {
        facts.mutes = Err(denied());
        facts.history = Ok(vec![change(60, "OK", "ALARM")]);
    };
    let why = "the alarm worker-down went to ALARM at 08:01:00: Threshold Crossed: 1 datapoint [0.0]";
    check(loud, Some(false), Some(why), "OK since 07:00:00");
}

#[test]
fn an_unknown_alarm_is_not_a_silent_one() {
    let alter = |facts: &mut AlarmFacts| {
        facts.alarm = None;
        facts.others = vec!["backend-down".to_owned(), "worker-dwon".to_owned()];
    };
    check(alter, Some(false), Some("no alarm named worker-down (nearest: worker-dwon)"), "no such alarm");
}

#[test]
fn what_another_alarm_did_is_no_reason_why_one_is_not_there() {
    let mut loud = quiet();
    with(&mut loud, |alarm| alarm.state = "ALARM".to_owned());
    let gone = AlarmFacts { name: "gone".to_owned(), alarm: None, ..quiet() };
    let explains = |facts: &[AlarmFacts]| {
        let seen = AlarmsSeen::made_up(facts, true);
        let (text, why) = seen.absent().unwrap();
        let gone = "no alarm named gone (or a composite one, which AWS shows only where cloudwatch:DescribeAlarms is \
                    allowed on *)";
        assert_eq!((text.as_str(), why.as_str()), ("alarms.gone.exists", gone));
        let judged = Judged { text, kind: "expect".to_owned(), held: Some(false), detail: Some(why) };
        seen.explains(&judged)
    };
    assert!(explains(&[quiet(), gone.clone()]));
    assert!(!explains(&[loud, gone]));
}

#[test]
fn that_an_alarm_is_mute_is_no_reason_why_its_history_is_not_known() {
    let mut mute = quiet();
    with(&mut mute, |alarm| alarm.enabled = false);
    let explains = |held| {
        let text = "alarm.history.size() == 0".to_owned();
        AlarmsSeen::made_up(&[mute.clone()], false).explains(&Judged {
            text,
            kind: "expect".to_owned(),
            held,
            detail: None,
        })
    };
    assert_eq!([None, Some(false)].map(explains), [false, true]);
}

#[test]
fn doubts_are_said() {
    let alter = |facts: &mut AlarmFacts| {
        facts.seen_at = at(90);
        of_metric(facts, |metric| metric.missing_data = "ignore".to_owned());
    };
    let summary = "OK since 07:00:00; could not have fired in this window (period 60 s × 5); may stay quiet where the last \
                   task is gone (missing data: ignore): only breaching surely fires";
    check(alter, Some(true), None, summary);
    let late = |facts: &mut AlarmFacts| facts.seen_at = at(479);
    let summary =
        "OK since 07:00:00; may not have had the time to fire in this window (period 60 s × 5, data up to 3 min late)";
    check(late, Some(true), None, summary);
    check(|facts| facts.seen_at = at(480), Some(true), None, "OK since 07:00:00");
    // One that went off has shown that it could.
    let loud = |facts: &mut AlarmFacts| {
        alter(facts);
        facts.history = Ok(vec![change(60, "OK", "ALARM")]);
    };
    let why = "the alarm worker-down went to ALARM at 08:01:00: Threshold Crossed: 1 datapoint [0.0]";
    check(loud, Some(false), Some(why), "OK since 07:00:00");
}

/// On a green run nobody opens `run.json`: what the silence does not prove is a line of its own there.
#[test]
fn what_the_silence_that_was_judged_does_not_prove_is_told_of_the_run() {
    #[track_caller]
    fn check(text: &str, alter: impl FnOnce(&mut AlarmFacts), expected: &[&str]) {
        let mut facts = AlarmFacts { seen_at: at(90), ..quiet() };
        alter(&mut facts);
        let seen = AlarmsSeen::new(vec![AlarmSeen::of(&facts, at(0))], false);
        let judged = Judged { text: text.to_owned(), kind: "expect".to_owned(), held: Some(true), detail: None };
        assert_eq!(seen.doubts(&[judged]), expected);
    }
    let short = "alarm worker-down: could not have fired in this window (period 60 s × 5)";
    let forgiving = "alarm worker-down: may stay quiet where the last task is gone (missing data: ignore): only breaching \
                     surely fires";
    let ignoring = |facts: &mut AlarmFacts| of_metric(facts, |metric| metric.missing_data = "ignore".to_owned());
    check("alarm.silent", |_| {}, &[short]);
    check("alarm.silent", ignoring, &[short, forgiving]);
    check("!alarm.history.exists(change, change.to == 'ALARM')", |_| {}, &[short]);
    check("alarm.silent", |facts| facts.seen_at = at(600), &[]);
    // Who did not ask whether it was silent went by something else; and where it was not, the step says so itself.
    check("alarm.enabled", |_| {}, &[]);
    check("alarm.silent", |facts| facts.history = Ok(vec![change(60, "OK", "ALARM")]), &[]);
}

#[test]
fn where_missing_data_is_not_bad_news_it_is_said_that_only_breaching_surely_fires() {
    #[track_caller]
    fn check_treatment(name: &str, comparison: &str, treatment: &str, doubt: Option<&str>) {
        let alter = |metric: &mut MetricFacts| {
            // Below two: one that is fired by a last task, too, and so is armed whatever the treatment.
            (metric.name, metric.threshold) = (name.to_owned(), Some(2.0));
            (metric.comparison, metric.missing_data) = (comparison.to_owned(), treatment.to_owned());
        };
        let doubt = doubt.map(|doubt| format!("; {doubt} fires")).unwrap_or_default();
        let doubt = doubt.replace("…", &format!("(missing data: {treatment}): only breaching"));
        check(|facts| of_metric(facts, alter), Some(true), None, &format!("OK since 07:00:00{doubt}"));
    }
    let tasks = Some("may stay quiet where the last task is gone … surely");
    let other = Some("stays quiet where the metric has no data at all …");
    for treatment in ["missing", "ignore", "notBreaching"] {
        check_treatment("RunningTaskCount", "LessThanThreshold", treatment, tasks);
        check_treatment("HealthyHostCount", "LessThanOrEqualToThreshold", treatment, other);
        // That nothing comes in is no reason for too many.
        check_treatment("RunningTaskCount", "GreaterThanThreshold", treatment, None);
    }
    check_treatment("RunningTaskCount", "LessThanThreshold", "breaching", None);
}

#[test]
fn spans_without_data_are_said() {
    #[track_caller]
    fn check_spans(changes: &[(i64, &str, &str)], doubt: &str) {
        let history = changes.iter().map(|(seconds, from, to)| change(*seconds, from, to)).collect();
        let alter = |facts: &mut AlarmFacts| facts.history = Ok(history);
        check(alter, Some(true), None, &format!("OK since 07:00:00{doubt}"));
    }
    const NONE: &str = "INSUFFICIENT_DATA";
    check_spans(&[(60, "OK", NONE), (120, NONE, "OK")], "; had no data from 08:01:00 to 08:02:00");
    check_spans(&[(30, NONE, "OK")], "; had no data until 08:00:30");
    // What ended before the window opened is nobody's concern.
    check_spans(&[(-60, "OK", NONE), (-30, NONE, "OK")], "");
    let often: Vec<_> = (0..5).flat_map(|n| [(n * 60, "OK", NONE), (n * 60 + 20, NONE, "OK")]).collect();
    let doubt = "; had no data from 08:00:00 to 08:00:20, from 08:01:00 to 08:01:20, from 08:02:00 to 08:02:20 and 2 \
                 times more";
    check_spans(&often, doubt);
}

fn of_metric(facts: &mut AlarmFacts, alter: impl FnOnce(&mut MetricFacts)) {
    with(facts, |alarm| match &mut alarm.subject {
        AlarmSubject::Metric(metric) => alter(metric),
        other => panic!("no metric: {other:?}"),
    });
}

#[track_caller]
fn check_unarmed(alter: impl FnOnce(&mut MetricFacts), why: &str) {
    let said = format!("the alarm worker-down can never fire: {why}");
    let summary = format!("OK since 07:00:00; can never fire: {why}");
    check(|facts| of_metric(facts, alter), Some(false), Some(&said), &summary);
}

#[test]
fn an_alarm_that_can_never_fire_is_not_silent() {
    let elsewhere = "RunningTaskCount is in ECS/ContainerInsights, not in AWS/ECS, so it never has data";
    check_unarmed(|metric| metric.namespace = "AWS/ECS".to_owned(), elsewhere);
    let forgiving = "where no task runs its metric has no data, and missing data counts as good (notBreaching); \
                     breaching is wanted";
    check_unarmed(|metric| metric.missing_data = "notBreaching".to_owned(), forgiving);
    check_unarmed(|metric| metric.threshold = Some(0.0), "RunningTaskCount is never below its threshold (0.0)");
    let misspelt = "ECS/ContainerInsights has RunningTaskCount, not RunningTaskcount, so it never has data";
    check_unarmed(|metric| metric.name = "RunningTaskcount".to_owned(), misspelt);
    for (dimensions, shown) in [
        (&["ServiceName"][..], "ServiceName"),
        (&["ClusterName"], "ClusterName"),
        (&[], "none"),
        (&["clusterName", "ServiceName"], "ServiceName and clusterName"),
        (&["ClusterName", "ServiceName", "TaskId"], "ClusterName and ServiceName and TaskId"),
    ] {
        let why = format!(
            "RunningTaskCount has the dimensions ClusterName and ServiceName, not {shown}, so it never has data"
        );
        // Whatever it is compared with.
        check_unarmed(|metric| (metric.dimensions, metric.threshold) = (by_name(dimensions), Some(2.0)), &why);
    }
    // Without data it is in INSUFFICIENT_DATA, which is not the reason.
    let idle = |facts: &mut AlarmFacts| {
        of_metric(facts, |metric| metric.namespace = "AWS/ECS".to_owned());
        with(facts, |alarm| alarm.state = "INSUFFICIENT_DATA".to_owned());
    };
    let said = format!("the alarm worker-down can never fire: {elsewhere}");
    check(idle, Some(false), Some(&said), &format!("INSUFFICIENT_DATA since 07:00:00; can never fire: {elsewhere}"));
}

/// Where no task runs there is a point of zero, which is one point, or there is none.
#[test]
fn an_alarm_on_the_number_of_points_fires_at_most_where_they_stop() {
    let samples = |treatment: &'static str, threshold: f64| {
        move |metric: &mut MetricFacts| {
            (metric.statistic, metric.missing_data) = ("SampleCount".to_owned(), treatment.to_owned());
            metric.threshold = Some(threshold);
        }
    };
    let why = "SampleCount is how many data there are, not how many tasks run: it is at least one";
    check_unarmed(samples("missing", 1.0), why);
    check_unarmed(samples("ignore", 0.5), why);
    let doubt = "OK since 07:00:00; counts data, not tasks (SampleCount): only where there are none at all it may fire";
    check(|facts| of_metric(facts, samples("breaching", 1.0)), Some(true), None, doubt);
    // What others publish may come as often as they like.
    let other = |metric: &mut MetricFacts| {
        samples("breaching", 1.0)(metric);
        metric.namespace = "Ours".to_owned();
    };
    check(|facts| of_metric(facts, other), Some(true), None, "OK since 07:00:00");
}

#[test]
fn metric_math_can_never_fire_only_where_all_that_it_computes_with_has_no_data() {
    let nowhere = "RunningTaskCount is in ECS/ContainerInsights, not in AWS/ECS, so it never has data";
    let math = |expressions: &[&str], namespaces: &[&str], treatment: &str| {
        let expressions = expressions.iter().map(|text| Term::Expression((*text).to_owned()));
        let metrics = namespaces.iter().map(|namespace| Term::Metric {
            namespace: (*namespace).to_owned(),
            name: "RunningTaskCount".to_owned(),
            dimensions: by_name(&["ClusterName", "ServiceName"]),
        });
        let (math, treatment) = (expressions.chain(metrics).collect(), treatment.to_owned());
        move |metric: &mut MetricFacts| {
            *metric = MetricFacts {
                namespace: String::new(),
                name: String::new(),
                dimensions: BTreeMap::new(),
                statistic: String::new(),
                missing_data: treatment,
                math,
                ..metric.clone()
            };
        }
    };
    check_unarmed(math(&["m1*1"], &["AWS/ECS"], "notBreaching"), nowhere);
    check_unarmed(math(&[], &["AWS/ECS"], "breaching"), nowhere);
    // A function may fill in, or fetch; and another metric may have data.
    let doubt = format!("OK since 07:00:00; is computed from a metric that is not there: {nowhere}");
    for (expression, namespaces) in
        [("FILL(m1, 0)", &["AWS/ECS"][..]), ("SUM(METRICS())", &["AWS/ECS"]), ("m1+m2", &["AWS/ECS", "Ours"])]
    {
        check(|facts| of_metric(facts, math(&[expression], namespaces, "breaching")), Some(true), None, &doubt);
    }
    let well = math(&["FILL(m1, 0)"], &["ECS/ContainerInsights"], "notBreaching");
    check(|facts| of_metric(facts, well), Some(true), None, "OK since 07:00:00");
}

/// Names and dimensions are known of what AWS publishes, and of nothing else.
#[test]
fn an_alarm_on_what_others_publish_is_taken_at_its_word() {
    #[track_caller]
    fn check_other(namespace: &str, name: &str) {
        let alter = |metric: &mut MetricFacts| {
            (metric.namespace, metric.name) = (namespace.to_owned(), name.to_owned());
            metric.dimensions = by_name(&["Queue"]);
        };
        check(|facts| of_metric(facts, alter), Some(true), None, "OK since 07:00:00");
    }
    check_other("Ours", "RunningTaskCount");
    check_other("Ours", "RunningTaskcount");
    check_other("ECS/ContainerInsights", "CpuUtilized");
}

#[test]
fn an_alarm_that_fires_at_zero_or_on_too_many_tasks_is_armed() {
    let at_zero = |metric: &mut MetricFacts| {
        (metric.comparison, metric.threshold) = ("LessThanOrEqualToThreshold".to_owned(), Some(0.0));
    };
    check(|facts| of_metric(facts, at_zero), Some(true), None, "OK since 07:00:00");
    let too_many = |metric: &mut MetricFacts| {
        metric.comparison = "GreaterThanThreshold".to_owned();
        metric.missing_data = "notBreaching".to_owned();
    };
    check(|facts| of_metric(facts, too_many), Some(true), None, "OK since 07:00:00");
    // One task is left of three: that is a datum, and below two.
    let at_one = |metric: &mut MetricFacts| {
        (metric.threshold, metric.missing_data) = (Some(2.0), "notBreaching".to_owned());
    };
    let mut facts = quiet();
    of_metric(&mut facts, at_one);
    assert_eq!(AlarmSeen::of(&facts, at(0)).silent, Some(true));
}

#[test]
fn what_aws_does_not_say_just_now_may_come_with_another_look() {
    #[track_caller]
    fn check(alter: impl FnOnce(&mut AlarmFacts), passing: bool) {
        let mut facts = quiet();
        alter(&mut facts);
        let unknowns = AlarmSeen::of(&facts, at(0)).unknowns;
        let silent = unknowns.iter().find(|(field, _)| *field == "silent").map(|(_, why)| why.passing);
        assert_eq!(silent, Some(passing));
    }
    let throttled = LookError { kind: LookErrorKind::Obscured, ..denied() };
    check(|facts| facts.history = Err(throttled), true);
    check(|facts| with(facts, |alarm| alarm.changed_at = Some(at(30))), true);
    check(|facts| facts.history = Err(denied()), false);
    check(|facts| with(facts, |alarm| alarm.state = "INSUFFICIENT_DATA".to_owned()), false);
    let evaluation = |state: &str| {
        let state = Some(state.to_owned());
        move |facts: &mut AlarmFacts| with(facts, |alarm| alarm.evaluation = state)
    };
    check(evaluation("EVALUATION_FAILURE"), true);
    check(evaluation("EVALUATION_ERROR"), false);
    let held = |facts: &mut AlarmFacts| {
        let suppressed = Some(Suppression { by: "WaitPeriod".to_owned(), ..Suppression::default() });
        with(facts, |alarm| alarm.subject = AlarmSubject::Alarms { rule: String::new(), suppressed });
    };
    check(held, true);
}

/// AWS's clock is ahead by less than is noticed, and the alarm has recovered just before the window opened: what was seen
/// then was before it, whatever time AWS says that was.
#[tokio::test]
async fn what_was_seen_before_the_window_opened_is_not_in_it() {
    let time = |seconds: i64| json!({"$time": Utc::now().timestamp() + seconds});
    let recovered = time(3);
    let peer = Peer::start(move |operation, _| {
        let data = json!({"oldState": {"stateValue": "ALARM"}, "newState": {"stateValue": "OK"}}).to_string();
        Answer::Ok(match operation {
            "DescribeAlarms" => json!({"MetricAlarms": [{"AlarmName": "down", "StateValue": "OK",
                "StateTransitionedTimestamp": recovered, "ActionsEnabled": true, "AlarmActions": ["arn:sns"]}]}),
            "DescribeAlarmHistory" => json!({"AlarmHistoryItems": [{"Timestamp": recovered, "HistoryData": data}]}),
            _ => json!({"AlarmMuteRuleSummaries": []}),
        })
    });
    let http = http::Client::new(&TargetSettings::default()).unwrap();
    let aws = Some(peer.await.reader().await);
    let instruments = Instruments { http, aws, recent: Recent::default(), redactor: Arc::default() };
    let (window, step_start) = (Window::opening(), Instant::now());
    let vantage = Vantage {
        instruments: Arc::new(instruments),
        window: window.clone(),
        step_start,
        dir: PathBuf::new(),
        whole_log: false,
        anew: true,
        all_along: false,
        deadline: step_start + Duration::from_mins(1),
    };
    let silent = async |window: Window| {
        let query = Query::new(vec!["down".to_owned()], false).unwrap();
        let seen = query.look(&Vantage { window, ..vantage.clone() }).await.unwrap();
        let alarm = seen.alarms.into_iter().next().unwrap();
        (alarm.silent, alarm.history.map(|history| history.len()))
    };
    // Nobody has seen that it is over, so it may be that of the window.
    assert_eq!(silent(window.reopened()).await, (Some(false), Some(1)));
    assert_eq!(silent(window.clone()).await, (Some(false), Some(1)));
    assert_eq!(silent(window.reopened()).await, (Some(true), Some(0)));
    // Who looks further back than that wants to see it.
    assert_eq!(silent(window.reopened().reaching_back(TimeDelta::seconds(1))).await, (Some(false), Some(1)));
}

#[test]
fn evidence_holds_the_history() {
    let mut facts = quiet();
    facts.history = Ok(vec![change(60, "OK", "ALARM")]);
    let evidence = AlarmSeen::of(&facts, at(0)).evidence();
    assert_eq!(evidence.title, "alarm worker-down");
    assert_eq!(evidence.text, "OK since 07:00:00\n08:01:00 OK → ALARM: Threshold Crossed: 1 datapoint [0.0]");
}

#[test]
fn expressions_read_every_field_by_its_name_but_what_is_unknown() {
    let seen = |facts: &AlarmFacts| AlarmsSeen::new(vec![AlarmSeen::of(facts, at(0))], false).binding();
    let (name, value) = seen(&quiet());
    let json = expr::to_json(&value);
    let fields: std::collections::BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((name, fields), ("alarm", FIELDS.iter().copied().collect()));
    let unreadable = AlarmFacts { history: Err(denied()), ..quiet() };
    let json = expr::to_json(&seen(&unreadable).1);
    assert_eq!((json.get("silent"), json.get("history")), (None, None));
}
