//! The reader against a scripted peer: what is sent, and what is made of the answers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::peer::{Answer, Peer};
use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn event(id: &str, seconds: i64, message: &str) -> Json {
    json!({"eventId": id, "timestamp": at(seconds).timestamp_millis(), "logStreamName": "w/app/t1", "message": message})
}

#[tokio::test]
async fn a_scan_follows_tokens_through_empty_pages_and_drops_repeats() {
    let peer = Peer::start(|_, body| {
        Answer::Ok(match body["nextToken"].as_str() {
            None => json!({"events": [event("1", 2, "b")], "nextToken": "one"}),
            Some("one") => json!({"events": [], "nextToken": "two"}),
            _ => json!({"events": [event("1", 2, "b"), event("2", 1, "a"), event("3", 1, "a")]}),
        })
    });
    let peer = peer.await;
    let scan = peer.reader().await.scan("/ecs/prod", Some("w/"), at(0)).await.unwrap();
    let lines: Vec<&str> = scan.lines.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["a", "b"]);
    let asked = peer.asked("FilterLogEvents");
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0]["startTime"], json!((at(0) - CLOCK_SKEW).timestamp_millis()));
    assert_eq!(asked[0]["logStreamNamePrefix"], json!("w/"));
    let ends: Vec<i64> = asked.iter().map(|page| page["endTime"].as_i64().unwrap()).collect();
    assert_eq!(
        ends,
        [(scan.began + CLOCK_SKEW).timestamp_millis(); 3],
        "lines that come meanwhile are for the next scan"
    );
}

#[tokio::test]
async fn a_thousand_scans_are_one_from_the_earliest_start() {
    let peer = Peer::start(|_, _| Answer::Ok(json!({"events": []}))).await;
    let reader = peer.reader().await;
    let scans = join_all((0..1000).map(|second| reader.scan("/ecs/prod", None, at(second)))).await;
    assert!(scans.iter().all(Result::is_ok));
    let asked = peer.asked("FilterLogEvents");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["startTime"], json!((at(0) - CLOCK_SKEW).timestamp_millis()));
    let used = reader.used();
    assert_eq!((used.calls, used.looks), (vec![("logs:FilterLogEvents".to_owned(), 1)], 1000));
}

#[tokio::test]
async fn a_group_that_is_not_there_is_the_systems_and_a_denial_is_not() {
    let peer = Peer::start(|_, body| match body["logGroupName"].as_str() {
        Some("/gone") => Answer::Error("ResourceNotFoundException", "The specified log group does not exist."),
        _ => Answer::Error("AccessDeniedException", "User: ci is not authorized"),
    });
    let peer = peer.await;
    let reader = peer.reader().await;
    let gone = reader.scan("/gone", None, at(0)).await.unwrap_err();
    assert_eq!((gone.kind, gone.message.as_str()), (LookErrorKind::System, "no log group /gone in eu-west-1"));
    let denied = reader.scan("/ecs/prod", None, at(0)).await.unwrap_err();
    let words = "not allowed to call logs:FilterLogEvents: AccessDenied: User: ci is not authorized";
    assert_eq!((denied.kind, denied.message.as_str()), (LookErrorKind::Denied, words));
}

#[tokio::test]
async fn throttling_is_retried_counted_and_then_obscures() {
    let peer = Peer::start(|_, _| Answer::Error("ThrottlingException", "Rate exceeded")).await;
    let reader = peer.reader().await;
    let error = reader.scan("/ecs/prod", None, at(0)).await.unwrap_err();
    let words = "AWS throttled logs:FilterLogEvents (Throttling: Rate exceeded)";
    assert_eq!((error.kind, error.message.as_str()), (LookErrorKind::Obscured, words));
    let used = reader.used();
    assert_eq!((used.calls, used.throttled), (vec![("logs:FilterLogEvents".to_owned(), 3)], 3));
}

#[tokio::test]
async fn whether_sts_only_has_no_time_for_us_decides_whether_it_is_asked_again() {
    async fn check(answer: fn() -> Answer, kind: LookErrorKind, expected: &str) {
        let peer = Peer::start(move |_, _| answer()).await;
        let error = peer.reader_in_a_role().await.service("prod", "worker").await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.starts_with(expected), "{error}");
        assert!(peer.asked("DescribeServices").is_empty());
    }
    let passing = LookErrorKind::Obscured;
    let throttled = "STS would not give the role just now: Throttling: no";
    let internal = "STS would not give the role just now: InternalFailure: no";
    let denied = "no AWS credentials: ";
    tokio::join!(
        check(|| Answer::Trouble(400, "Throttling"), passing, throttled),
        check(|| Answer::Trouble(500, "InternalFailure"), passing, internal),
        check(|| Answer::Html(503), passing, "STS would not give the role just now: it answered 503"),
        check(|| Answer::Trouble(403, "AccessDenied"), LookErrorKind::Denied, denied),
    );
}

#[tokio::test]
async fn a_look_that_had_to_wait_for_its_turn_says_so() {
    let reader = Peer::start(|_, _| Answer::Ok(json!({"events": []}))).await.reader().await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(1);
    let looks = (0..30).map(|at| {
        let group = format!("/ecs/{at}");
        let reader = &reader;
        async move { reader.before(deadline, "logs", reader.scan(&group, None, Utc::now())).await }
    });
    let late: BTreeSet<String> =
        join_all(looks).await.into_iter().filter_map(|seen| Some(seen.err()?.message)).collect();
    let why = "not everything was seen before the deadline: all calls together are sent no faster than 5 a second";
    assert_eq!(late.into_iter().collect::<Vec<_>>(), [why]);
}

#[tokio::test]
async fn one_throttled_attempt_is_outlasted() {
    let calls = AtomicU64::new(0);
    let peer = Peer::start(move |_, _| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Error("Throttling", "Rate exceeded"),
        _ => Answer::Ok(json!({"MetricAlarms": [], "CompositeAlarms": []})),
    });
    let peer = peer.await;
    let reader = peer.reader().await;
    assert_eq!(reader.alarm("down", at(0)).await.unwrap().alarm, None);
    assert_eq!(reader.used().throttled, 1);
}

#[tokio::test]
async fn a_balancers_page_obscures() {
    let peer = Peer::start(|_, _| Answer::Html(503)).await;
    let error = peer.reader().await.service("prod", "worker").await.unwrap_err();
    let words = "AWS answered 503 without a reason to ecs:DescribeServices";
    assert_eq!((error.kind, error.message.as_str()), (LookErrorKind::Obscured, words));
}

fn service(name: &str) -> Json {
    let deployment = json!({"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": "arn:x:task-definition/w:2",
        "rolloutState": "COMPLETED", "createdAt": 1_800_000_000.5});
    json!({"serviceName": name, "serviceArn": format!("arn:aws:ecs:eu-west-1:1:service/prod/{name}"), "status": "ACTIVE",
        "desiredCount": 1, "runningCount": 1, "deployments": [deployment], "events": []})
}

/// A cluster that has every service whose name begins with `w`, each with a running and a stopped task.
fn cluster(operation: &str, body: &Json) -> Answer {
    let names = |key: &str| -> Vec<String> { serde_json::from_value(body[key].clone()).unwrap() };
    Answer::Ok(match operation {
        "DescribeServices" => {
            let (there, gone): (Vec<_>, Vec<_>) = names("services").into_iter().partition(|name| name.starts_with('w'));
            let arn = |name: &String| format!("arn:aws:ecs:eu-west-1:1:service/prod/{name}");
            let failures: Vec<Json> = gone.iter().map(|name| json!({"arn": arn(name), "reason": "MISSING"})).collect();
            json!({"services": there.iter().map(|name| service(name)).collect::<Vec<_>>(), "failures": failures})
        }
        "ListTasks" => {
            let service = body["serviceName"].as_str().unwrap();
            let status = body["desiredStatus"].as_str().unwrap();
            match body["nextToken"].as_str() {
                None => json!({"taskArns": [], "nextToken": "more"}),
                Some(_) => json!({"taskArns": [format!("arn:task/prod/{service}-{status}")]}),
            }
        }
        "DescribeTasks" => {
            let task = |arn: &String| json!({"taskArn": arn, "startedBy": "ecs-svc/2", "healthStatus": "HEALTHY", "lastStatus": "RUNNING"});
            json!({"tasks": names("tasks").iter().map(task).collect::<Vec<_>>(), "failures": []})
        }
        "DescribeTaskDefinition" => {
            let container = json!({"name": "app", "image": "w:2", "healthCheck": {"command": ["true"]}});
            json!({"taskDefinition": {"containerDefinitions": [container]}})
        }
        "ListServiceDeployments" => json!({"serviceDeployments": [
            {"status": "SUCCESSFUL", "createdAt": 1_700_000_000.0},
            {"status": "ROLLBACK_SUCCESSFUL", "createdAt": 1_800_000_000.0},
        ]}),
        other => panic!("unexpected {other}"),
    })
}

#[tokio::test]
async fn services_are_asked_for_ten_at_a_time_and_what_is_missing_is_named() {
    let peer = Peer::start(cluster).await;
    let reader = peer.reader().await;
    let names: Vec<String> = (0..11).map(|number| format!("w{number}")).chain(["gone".to_owned()]).collect();
    let services = join_all(names.iter().map(|name| reader.service("prod", name))).await;
    let error = services[11].as_ref().unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (LookErrorKind::System, "no service gone in cluster prod"));
    let first = services[0].as_ref().unwrap();
    let tasks: Vec<&str> = first.tasks.as_ref().unwrap().iter().map(|task| task.id.as_str()).collect();
    assert_eq!(tasks, ["w0-RUNNING", "w0-STOPPED"]);
    let (status, created_at) = ("ROLLBACK_SUCCESSFUL".to_owned(), Some(at(0)));
    let last = LastDeployment { status, created_at, finished_at: None };
    assert_eq!(first.last_deployment, Ok(Some(last)));
    assert!(first.definition.as_ref().unwrap().health_check);
    assert_eq!(peer.asked("DescribeServices").len(), 2);
    // The tasks of up to ten services go into one call.
    assert_eq!(peer.asked("DescribeTasks").len(), 2);
}

#[tokio::test]
async fn a_thousand_looks_at_a_service_are_a_handful_of_calls() {
    let peer = Peer::start(cluster).await;
    let reader = peer.reader().await;
    for _ in 0..2 {
        let looks = join_all((0..1000).map(|_| reader.service("prod", "worker"))).await;
        assert!(looks.iter().all(Result::is_ok));
    }
    let used = reader.used();
    let count = |name: &str| used.calls.iter().find(|(call, _)| call == name).map(|(_, count)| *count);
    assert_eq!(used.looks, 2000);
    assert_eq!(count("ecs:DescribeServices"), Some(2));
    // A task definition never changes: it is asked for once.
    assert_eq!(count("ecs:DescribeTaskDefinition"), Some(1));
}

#[tokio::test]
async fn a_denied_part_does_not_spoil_the_rest() {
    let peer = Peer::start(|operation, body| match operation {
        "ListServiceDeployments" => Answer::Error("AccessDeniedException", "no"),
        "ListTasks" => Answer::Error("UnknownOperationException", ""),
        _ => cluster(operation, body),
    });
    let peer = peer.await;
    let service = peer.reader().await.service("prod", "worker").await.unwrap();
    assert_eq!(service.running, 1);
    let rolled = service.last_deployment.as_ref().unwrap_err();
    assert_eq!(rolled.message, "not allowed to call ecs:ListServiceDeployments: AccessDenied: no");
    let tasks = service.tasks.as_ref().unwrap_err();
    assert_eq!(tasks.message, "ecs:ListTasks is not to be had here: UnknownOperation");
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_the_systems() {
    let peer = Peer::start(|_, _| Answer::Error("ClusterNotFoundException", "Cluster not found.")).await;
    let error = peer.reader().await.service("prod", "worker").await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (LookErrorKind::System, "no cluster prod in eu-west-1"));
}

/// A script in which whatever names `bad` is refused with `code`.
fn refusing(
    code: &'static str,
    operation: &'static str,
    key: &'static str,
    others: fn(&str, &Json) -> Answer,
) -> impl Fn(&str, &Json) -> Answer + Send + Sync + 'static {
    move |asked, body| {
        let names = body[key].as_array().cloned().unwrap_or_default();
        let bad = names.iter().any(|name| name.as_str().is_some_and(|name| name.contains("bad")));
        if asked == operation && bad { Answer::Error(code, "not that one") } else { others(asked, body) }
    }
}

#[tokio::test]
async fn a_service_that_is_refused_spoils_no_other_in_its_batch() {
    async fn check(code: &'static str, expected: &str, calls: usize) {
        let reader = Peer::start(refusing(code, "DescribeServices", "services", cluster)).await;
        let (peer, reader) = (&reader, reader.reader().await);
        let services = join_all(["w1", "w-bad", "w2"].map(|name| reader.service("prod", name))).await;
        let running = services.iter().map(|service| service.as_ref().map(|service| service.running));
        let refused = services[1].as_ref().unwrap_err();
        assert_eq!(running.collect::<Vec<_>>(), [Ok(1), Err(refused), Ok(1)]);
        assert_eq!(refused.message, expected);
        assert_eq!(peer.asked("DescribeServices").len(), calls);
    }
    let denied = "not allowed to call ecs:DescribeServices: AccessDenied: not that one";
    check("AccessDeniedException", denied, 5).await;
    let wrong = "ecs:DescribeServices cannot be asked that: InvalidParameter: not that one";
    check("InvalidParameterException", wrong, 5).await;
}

#[tokio::test]
async fn whoever_is_not_known_at_all_is_asked_about_nothing_alone() {
    let peer = Peer::start(|_, _| Answer::Error("ExpiredTokenException", "too late")).await;
    let reader = peer.reader().await;
    let services = join_all(["w1", "w2"].map(|name| reader.service("prod", name))).await;
    assert!(services.iter().all(Result::is_err));
    assert_eq!(peer.asked("DescribeServices").len(), 1);
}

#[tokio::test]
async fn tasks_that_are_refused_spoil_no_other_services() {
    let peer = Peer::start(refusing("AccessDeniedException", "DescribeTasks", "tasks", cluster)).await;
    let reader = peer.reader().await;
    let services = join_all(["w1", "w-bad", "w2"].map(|name| reader.service("prod", name))).await;
    let tasks = services.iter().map(|service| {
        let tasks = service.as_ref().unwrap().tasks.as_ref();
        tasks.map(|tasks| tasks.iter().map(|task| task.id.clone()).collect()).map_err(|error| error.message.clone())
    });
    let own = |name: &str| Ok(["RUNNING", "STOPPED"].map(|status| format!("{name}-{status}")).to_vec());
    let denied = "not allowed to call ecs:DescribeTasks: AccessDenied: not that one".to_owned();
    assert_eq!(tasks.collect::<Vec<Result<Vec<String>, String>>>(), [own("w1"), Err(denied), own("w2")]);
}

fn alarms(operation: &str, body: &Json) -> Answer {
    let time = |seconds: i64| json!({"$time": at(seconds).timestamp()});
    Answer::Ok(match operation {
        "DescribeAlarms" if body.get("AlarmNames").is_none() => {
            json!({"MetricAlarms": [{"AlarmName": "worker-down"}], "CompositeAlarms": []})
        }
        "DescribeAlarms" => {
            let metric = json!({"AlarmName": "down", "StateValue": "OK", "StateTransitionedTimestamp": time(-60),
                "StateUpdatedTimestamp": time(5), "ActionsEnabled": true, "AlarmActions": ["arn:sns"], "Period": 60,
                "EvaluationPeriods": 3, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold",
                "Namespace": "ECS/ContainerInsights", "MetricName": "RunningTaskCount",
                "Statistic": "Minimum", "Dimensions": [{"Name": "ServiceName", "Value": "worker"}]});
            let composite = json!({"AlarmName": "any", "StateValue": "ALARM", "ActionsEnabled": false});
            json!({"MetricAlarms": [metric], "CompositeAlarms": [composite]})
        }
        "ListAlarmMuteRules" => json!({"AlarmMuteRuleSummaries": []}),
        "DescribeAlarmHistory" => {
            let data = |state: &str| json!({"newState": {"stateValue": state, "stateReason": "why"}}).to_string();
            let item = |state: &str, seconds| json!({"Timestamp": time(seconds), "HistoryData": data(state)});
            match body["NextToken"].as_str() {
                None => json!({"AlarmHistoryItems": [item("OK", 20)], "NextToken": "more"}),
                Some(_) => json!({"AlarmHistoryItems": [item("ALARM", 10)]}),
            }
        }
        other => panic!("unexpected {other}"),
    })
}

#[tokio::test]
async fn alarms_come_with_their_whole_history_metric_and_composite() {
    let peer = Peer::start(alarms).await;
    let reader = peer.reader().await;
    let (down, any) = tokio::join!(reader.alarm("down", at(0)), reader.alarm("any", at(0)));
    let down = down.unwrap();
    let history = down.history.as_ref().unwrap().iter().map(|change| (change.at, change.to.as_str()));
    assert_eq!(history.collect::<Vec<_>>(), [(at(10), "ALARM"), (at(20), "OK")]);
    let alarm = down.alarm.as_ref().unwrap();
    assert_eq!((alarm.state.as_str(), alarm.since, alarm.enabled), ("OK", Some(at(-60)), true));
    let metric = alarm.metric().unwrap();
    assert_eq!((metric.datapoints, metric.missing_data.as_str()), (3, "missing"));
    assert_eq!((metric.statistic.as_str(), metric.math.as_slice()), ("Minimum", &[][..]));
    assert_eq!(any.unwrap().alarm.as_ref().unwrap().metric(), None);
    let asked = peer.asked("DescribeAlarms");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["AlarmTypes"], json!(["MetricAlarm", "CompositeAlarm", "LogAlarm"]));
    assert_eq!(peer.asked("DescribeAlarmHistory")[0]["HistoryItemType"], json!("StateUpdate"));
}

#[tokio::test]
async fn an_alarm_that_is_refused_spoils_no_other_in_its_batch() {
    let peer = Peer::start(refusing("AccessDenied", "DescribeAlarms", "AlarmNames", alarms)).await;
    let reader = peer.reader().await;
    let (down, bad, any) =
        tokio::join!(reader.alarm("down", at(0)), reader.alarm("bad", at(0)), reader.alarm("any", at(0)));
    let state = |alarm: &Arc<AlarmFacts>| alarm.alarm.as_ref().unwrap().state.clone();
    assert_eq!((state(&down.unwrap()), state(&any.unwrap())), ("OK".to_owned(), "ALARM".to_owned()));
    let denied = "not allowed to call cloudwatch:DescribeAlarms: AccessDenied: not that one";
    assert_eq!(bad.unwrap_err().message, denied);
}

/// As [`alarms`], with the alarm `errors` of a log, which only comes back where log alarms are asked for.
fn log_alarms(operation: &str, body: &Json) -> Answer {
    let wanted = body["AlarmTypes"].as_array().is_some_and(|types| types.contains(&json!("LogAlarm")));
    match operation {
        "DescribeAlarms" if wanted => {
            let alarm = json!({"AlarmName": "errors", "StateValue": "OK", "AlarmActions": ["arn:sns"],
                "EvaluationState": "EVALUATION_FAILURE"});
            Answer::Ok(json!({"MetricAlarms": [], "CompositeAlarms": [], "LogAlarms": [alarm]}))
        }
        "DescribeAlarmHistory" if !wanted => Answer::Ok(json!({"AlarmHistoryItems": []})),
        _ => alarms(operation, body),
    }
}

#[tokio::test]
async fn an_alarm_of_a_log_comes_back_too_with_its_history() {
    let reader = Peer::start(log_alarms).await.reader().await;
    let facts = reader.alarm("errors", at(0)).await.unwrap();
    let alarm = facts.alarm.as_ref().unwrap();
    assert_eq!((alarm.state.as_str(), &alarm.subject), ("OK", &AlarmSubject::Log));
    assert_eq!(alarm.evaluation.as_deref(), Some("EVALUATION_FAILURE"));
    assert_eq!(facts.history.as_ref().unwrap().len(), 2);
    // Its name is one that may have been meant, too.
    let other = reader.alarm("erors", at(0)).await.unwrap();
    assert_eq!((other.alarm.as_ref(), other.others.as_slice()), (None, &["errors".to_owned()][..]));
}

#[tokio::test]
async fn a_place_that_knows_no_log_alarms_is_asked_for_them_once() {
    async fn check(refused: &'static str, described: usize, told: usize) {
        let peer = Peer::start(move |operation, body| {
            let wanted = body["AlarmTypes"].as_array().is_some_and(|types| types.len() > 2);
            if operation == refused && wanted {
                return Answer::Error("ValidationError", "1 validation error detected: enum value set");
            }
            alarms(operation, body)
        });
        let peer = peer.await;
        let reader = peer.reader().await;
        for _ in 0..2 {
            assert!(reader.alarm("down", at(0)).await.unwrap().history.is_ok());
        }
        let asked = ["DescribeAlarms", "DescribeAlarmHistory"].map(|operation| peer.asked(operation));
        let with_logs = |bodies: &[Json]| bodies.iter().filter(|body| body["AlarmTypes"][2] == "LogAlarm").count();
        // What one operation does not know, the other may.
        assert_eq!(asked.each_ref().map(|bodies| with_logs(bodies)), [described, told], "{refused}");
    }
    // A history has two pages.
    check("DescribeAlarms", 1, 4).await;
    check("DescribeAlarmHistory", 2, 1).await;
}

#[tokio::test]
async fn what_holds_back_a_composite_alarm_is_told() {
    let peer = Peer::start(|operation, body| match operation {
        "DescribeAlarms" => Answer::Ok(json!({"CompositeAlarms": [{"AlarmName": "any", "StateValue": "OK",
            "AlarmRule": "ALARM(down)", "ActionsSuppressedBy": "Alarm", "ActionsSuppressor": "maintenance",
            "ActionsSuppressedReason": "maintenance is in ALARM"}]})),
        _ => alarms(operation, body),
    });
    let facts = peer.await.reader().await.alarm("any", at(0)).await.unwrap();
    let suppressed = Suppression {
        by: "Alarm".to_owned(),
        suppressor: "maintenance".to_owned(),
        reason: "maintenance is in ALARM".to_owned(),
    };
    let subject = AlarmSubject::Alarms { rule: "ALARM(down)".to_owned(), suppressed: Some(suppressed) };
    assert_eq!(facts.alarm.as_ref().unwrap().subject, subject);
}

#[tokio::test]
async fn mute_rules_are_asked_for_once_a_minute_and_may_be_refused() {
    async fn check(rules: impl Fn(&Json) -> Answer + Send + Sync + 'static, expected: Result<&[&str], &str>) {
        let peer = Peer::start(move |operation, body| match operation {
            "ListAlarmMuteRules" => rules(body),
            _ => alarms(operation, body),
        });
        let peer = peer.await;
        let reader = peer.reader().await;
        for _ in 0..3 {
            let facts = reader.alarm("down", at(0)).await.unwrap();
            let seen = facts.mutes.as_ref().map_err(|error| error.message.as_str());
            let names = seen.map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(names, expected.map(<[&str]>::to_vec));
        }
        let asked = peer.asked("ListAlarmMuteRules");
        assert_eq!((&asked[0]["AlarmName"], &asked[0]["Statuses"]), (&json!("down"), &json!(["ACTIVE"])));
        let firsts = asked.iter().filter(|body| body.get("NextToken").is_none()).count();
        assert_eq!(firsts, 1, "an answer is good for a while");
    }
    let rule = |name: &str, status: &str| json!({"AlarmMuteRuleArn": format!("arn:aws:cloudwatch:eu-west-1:1:alarm-mute-rule:{name}"), "Status": status});
    let pages = move |body: &Json| {
        Answer::Ok(match body["NextToken"].as_str() {
            None => json!({"AlarmMuteRuleSummaries": [rule("a:b", "ACTIVE")], "NextToken": "more"}),
            Some(_) => json!({"AlarmMuteRuleSummaries": [rule("night", "ACTIVE"), rule("past", "EXPIRED")]}),
        })
    };
    check(pages, Ok(&["a:b", "night"])).await;
    check(|_| Answer::Ok(json!({"AlarmMuteRuleSummaries": []})), Ok(&[])).await;
    let denied = "not allowed to call cloudwatch:ListAlarmMuteRules: AccessDenied: no";
    check(|_| Answer::Error("AccessDenied", "no"), Err(denied)).await;
    let unknown = "cloudwatch:ListAlarmMuteRules is not to be had here: UnknownOperation";
    check(|_| Answer::Error("UnknownOperationException", ""), Err(unknown)).await;
}

#[tokio::test]
async fn an_alarm_that_is_not_there_brings_names_of_others() {
    let peer = Peer::start(alarms).await;
    let alarm = peer.reader().await.alarm("wroker-down", at(0)).await.unwrap();
    assert_eq!((alarm.alarm.as_ref(), alarm.others.as_slice()), (None, &["worker-down".to_owned()][..]));
}

#[tokio::test]
async fn an_identity_that_may_not_be_asked_for_is_said_so() {
    let settings = AwsSettings {
        region: Some("eu-west-1".to_owned()),
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
        credentials: Some(("id".to_owned(), "secret".to_owned())),
        ..AwsSettings::default()
    };
    let lines = Reader::connect(&settings).await.unwrap().identity().await;
    assert!(lines[0].starts_with("AWS account unknown: sts:GetCallerIdentity got no answer: "), "{lines:?}");
    assert_eq!(lines[1..], ["AWS region eu-west-1", "AWS endpoint http://127.0.0.1:9, not AWS itself"]);
}

#[tokio::test]
async fn times_are_by_the_clock_of_aws() {
    let ahead = TimeDelta::minutes(4);
    let peer = Peer::start_ahead(ahead, |_, _| Answer::Ok(json!({"events": []}))).await;
    let reader = peer.reader().await;
    let early = Utc::now();
    // Whatever is asked first tells the time; what that is said to be was not known before it.
    reader.scan("/ecs/prod", None, at(0)).await.unwrap();
    let scan = reader.scan("/ecs/prod", None, at(0)).await.unwrap();
    for time in [scan.began, reader.now()] {
        let off = time - early;
        assert!(off > ahead - TimeDelta::seconds(5) && off < ahead + TimeDelta::seconds(30), "{off}");
    }
}

#[tokio::test]
async fn a_line_says_when_aws_took_it_in_unless_that_cannot_be() {
    let peer = Peer::start(|_, _| {
        let taken_in = |id: &str, ingested: Json| {
            let mut event = event(id, 7_200, id);
            event["ingestionTime"] = ingested;
            event
        };
        let times = [json!(at(0).timestamp_millis()), json!(at(-1).timestamp_millis()), json!(0), Json::Null];
        let events = times.into_iter().zip(["1", "2", "3", "4"]).map(|(time, id)| taken_in(id, time));
        Answer::Ok(json!({"events": events.collect::<Vec<_>>()}))
    });
    let reader = peer.await.reader().await;
    let window = Window::opening();
    assert_eq!(reader.surely_before(&window), None);
    let scan = reader.scan("/ecs/prod", None, at(0)).await.unwrap();
    let ingested: Vec<_> = scan.lines.iter().map(|line| line.ingested).collect();
    assert_eq!(ingested, [Some(at(0)), None, None, None]);
    assert!(reader.surely_before(&window).is_some_and(|surely| surely < reader.start_of(&window)));
}

#[tokio::test]
async fn a_window_that_opened_before_anything_was_known_of_the_clock_is_corrected() {
    async fn check(ahead: TimeDelta) {
        let peer = Peer::start_ahead(ahead, |_, _| Answer::Ok(json!({"events": []}))).await;
        let reader = peer.reader().await;
        let (window, opened) = (Window::opening(), Utc::now() + ahead);
        assert_eq!(reader.clock_difference(), None);
        let scan = || reader.since(&window, |since| reader.scan("/ecs/prod", None, since));
        let began = scan().await.unwrap().began;
        assert!(began >= opened - TimeDelta::seconds(2), "{began} is by the wrong clock");
        let start = reader.start_of(&window);
        assert!((start - opened).abs() < TimeDelta::seconds(30), "{start} {opened}");
        assert!(reader.clock_difference().is_some());
        // The first scan asked for other times than were meant.
        let asked = || -> Vec<i64> {
            let pages = peer.asked("FilterLogEvents");
            pages.iter().map(|page| page["startTime"].as_i64().unwrap()).collect()
        };
        let meant = (start - CLOCK_SKEW).timestamp_millis();
        assert_eq!((asked().len(), asked().last()), (2, Some(&meant)));
        scan().await.unwrap();
        assert_eq!((asked().len(), asked().last()), (3, Some(&meant)));
    }
    check(TimeDelta::minutes(3)).await;
    check(TimeDelta::minutes(-3)).await;
}

/// As [`cluster`], with a change to what is answered.
fn changed(operation: &str, body: &Json, change: impl FnOnce(&mut Json)) -> Answer {
    let Answer::Ok(mut answer) = cluster(operation, body) else { unreachable!("it has no errors") };
    change(&mut answer);
    Answer::Ok(answer)
}

#[tokio::test]
async fn a_service_that_is_being_deleted_says_so_and_one_that_is_deleted_is_not_there() {
    let with = |status: &'static str| {
        Peer::start(move |operation, body| {
            changed(operation, body, |answer| {
                if operation == "DescribeServices" {
                    answer["services"][0]["status"] = json!(status);
                }
            })
        })
    };
    let service = with("DRAINING").await.reader().await.service("prod", "worker").await.unwrap();
    assert_eq!(service.status, "DRAINING");
    let error = with("INACTIVE").await.reader().await.service("prod", "worker").await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (LookErrorKind::System, "no service worker in cluster prod"));
}

#[tokio::test]
async fn only_the_young_part_of_a_long_history_is_read_and_all_of_it_where_that_is_empty() {
    // Of the service `w-old` there is only one that is older than what runs by more than a day.
    let peer = Peer::start(|operation, body| {
        changed(operation, body, |answer| {
            if operation == "ListServiceDeployments" {
                let begun: f64 = if body["service"] == "w-old" { 1_799_000_000.0 } else { 1_799_950_000.0 };
                let after = body["createdAt"]["after"].as_f64().unwrap_or_default();
                let shown = begun > after;
                let one = json!({"status": "ROLLBACK_SUCCESSFUL", "createdAt": begun});
                *answer = json!({"serviceDeployments": if shown { vec![one] } else { vec![] }});
            }
        })
    });
    let peer = peer.await;
    let reader = peer.reader().await;
    let asked = |service: &str| -> Vec<Json> {
        let all = peer.asked("ListServiceDeployments").into_iter();
        all.filter(|body| body["service"] == service).map(|body| body["createdAt"].clone()).collect()
    };
    let recent = json!({"after": 1_799_913_600.5});
    for (service, begun, expected) in
        [("w", at(-50_000), vec![recent.clone()]), ("w-old", at(-1_000_000), vec![recent.clone(), Json::Null])]
    {
        let facts = reader.service("prod", service).await.unwrap();
        let last = facts.last_deployment.clone().unwrap().unwrap();
        assert_eq!((last.created_at, asked(service)), (Some(begun), expected));
    }
}

#[tokio::test]
async fn a_strategy_is_rolling_unless_it_is_said() {
    let peer = Peer::start(|operation, body| {
        changed(operation, body, |answer| {
            if operation == "DescribeServices" && answer["services"][0]["serviceName"] == "w-green" {
                answer["services"][0]["deploymentConfiguration"] = json!({"strategy": "BLUE_GREEN"});
            }
        })
    });
    let reader = peer.await.reader().await;
    let strategies = [reader.service("prod", "w").await, reader.service("prod", "w-green").await];
    assert_eq!(strategies.map(|service| service.unwrap().strategy.clone()), ["ROLLING", "BLUE_GREEN"]);
}

#[tokio::test]
async fn task_sets_are_not_taken_for_deployments() {
    let peer = Peer::start(|operation, body| {
        changed(operation, body, |answer| {
            if operation == "DescribeServices" {
                answer["services"][0]["deploymentController"] = json!({"type": "CODE_DEPLOY"});
            }
        })
    });
    let error = peer.await.reader().await.service("prod", "worker").await.unwrap_err();
    assert_eq!(error.kind, LookErrorKind::Denied);
    assert!(error.message.starts_with("service worker in cluster prod is deployed by CODE_DEPLOY, "), "{error}");
}

#[tokio::test]
async fn a_task_has_stopped_when_it_began_to_and_only_essential_containers_make_it_healthy() {
    let time = |seconds: i64| json!(at(seconds).timestamp());
    let peer = Peer::start(move |operation, body| {
        changed(operation, body, |answer| match operation {
            "DescribeTasks" => {
                answer["tasks"][0]["stoppingAt"] = time(-30);
                answer["tasks"][0]["executionStoppedAt"] = time(-10);
                answer["tasks"][0]["stoppedAt"] = time(20);
            }
            "DescribeTaskDefinition" => {
                answer["taskDefinition"]["containerDefinitions"][0]["essential"] = json!(false);
            }
            _ => {}
        })
    });
    let service = peer.await.reader().await.service("prod", "worker").await.unwrap();
    assert_eq!(service.tasks.as_ref().unwrap()[0].stopped_at, Some(at(-30)));
    assert!(!service.definition.as_ref().unwrap().health_check);
}

/// What `ListTasks` names as running and `DescribeTasks` does not know: once, or for good.
#[tokio::test]
async fn a_task_that_is_listed_and_not_described_yet_is_asked_for_again_and_else_not_known() {
    fn script(blind: u64, error: Option<&'static str>) -> impl Fn(&str, &Json) -> Answer + Send + Sync + 'static {
        let calls = AtomicU64::new(0);
        move |operation, body| match operation {
            "DescribeTasks" if calls.fetch_add(1, Ordering::SeqCst) < blind => {
                let Answer::Ok(mut answer) = cluster(operation, body) else { unreachable!("it has no errors") };
                let running = |task: &Json| task["taskArn"].as_str().unwrap().ends_with("-RUNNING");
                answer["tasks"].as_array_mut().unwrap().retain(|task| !running(task));
                answer["failures"] = json!([{"arn": "arn:task/prod/worker-RUNNING", "reason": "MISSING"}]);
                Answer::Ok(answer)
            }
            "DescribeTasks" => error.map_or_else(|| cluster(operation, body), |code| Answer::Error(code, "no")),
            _ => cluster(operation, body),
        }
    }
    let missing = "ecs:ListTasks names the task worker-RUNNING, and ecs:DescribeTasks does not know it yet";
    for (blind, error, expected) in [
        (1, None, Ok(vec!["worker-RUNNING", "worker-STOPPED"])),
        (2, None, Err(missing)),
        (1, Some("AccessDeniedException"), Err(missing)),
    ] {
        let peer = Peer::start(script(blind, error)).await;
        let service = peer.reader().await.service("prod", "worker").await.unwrap();
        let tasks = service.tasks.as_ref();
        let told = tasks.map(|tasks| tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>());
        assert!(tasks.err().is_none_or(|error| error.kind == LookErrorKind::Obscured));
        assert_eq!(told.map_err(|error| error.message.as_str()), expected);
        // The second time only what is missing.
        let asked = peer.asked("DescribeTasks");
        assert_eq!((asked.len(), &asked[1]["tasks"]), (2, &json!(["arn:task/prod/worker-RUNNING"])));
    }
}

/// A stopped task is forgotten after a while, and that says nothing.
#[tokio::test]
async fn a_stopped_task_that_ecs_has_forgotten_is_left_out() {
    let peer = Peer::start(|operation, body| {
        changed(operation, body, |answer| {
            if let Some(tasks) = answer["tasks"].as_array_mut() {
                tasks.retain(|task| task["taskArn"] != json!("arn:task/prod/worker-STOPPED"));
            }
        })
    });
    let peer = peer.await;
    let service = peer.reader().await.service("prod", "worker").await.unwrap();
    let ids: Vec<&str> = service.tasks.as_ref().unwrap().iter().map(|task| task.id.as_str()).collect();
    assert_eq!((ids, peer.asked("DescribeTasks").len()), (vec!["worker-RUNNING"], 1));
}

#[tokio::test]
async fn essential_containers_without_a_health_check_are_named() {
    let peer = Peer::start(|operation, body| {
        changed(operation, body, |answer| {
            if operation == "DescribeTaskDefinition" {
                answer["taskDefinition"]["containerDefinitions"] = json!([
                    {"name": "app", "healthCheck": {"command": ["true"], "startPeriod": 30}},
                    {"name": "proxy", "essential": true, "healthCheck": {"command": ["true"], "startPeriod": 300}},
                    {"name": "log", "essential": true},
                    {"name": "init", "essential": false},
                ]);
            }
        })
    });
    let service = peer.await.reader().await.service("prod", "worker").await.unwrap();
    let definition = service.definition.as_ref().unwrap();
    assert_eq!((definition.health_check, definition.unchecked.as_slice()), (true, &["log".to_owned()][..]));
    assert_eq!(definition.start_period, Some(TimeDelta::seconds(300)));
}
