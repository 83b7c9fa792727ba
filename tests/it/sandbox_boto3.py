"""Walks the sandbox's AWS-compatible endpoint with boto3 and its paginators and waiters.

Where and with which credentials comes from the environment, as for any program that uses boto3.
"""

import concurrent.futures
import datetime
import json
import os
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ONCE = Config(retries={"total_max_attempts": 1})
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 8})

CLUSTER, BACKEND, WORKER = "local", "backend", "bulk-import-worker"
GROUP, ALARM = "/ecs/local", "bulk-import-worker-down"

ecs = boto3.client("ecs", config=PATIENT)
logs = boto3.client("logs", config=PATIENT)
cloudwatch = boto3.client("cloudwatch", config=PATIENT)


def same(seen, expected, what=""):
    assert seen == expected, f"{what}: expected {expected!r}, saw {seen!r}"


def refused(code, call, **request):
    """The call is refused with this code and HTTP 400 or 403; the message."""
    try:
        call(**request)
    except ClientError as error:
        same(error.response["Error"]["Code"], code, f"{call.__name__}({request})")
        metadata = error.response["ResponseMetadata"]
        assert metadata["HTTPStatusCode"] in (400, 403), metadata
        assert metadata["RequestId"], metadata
        return error.response["Error"]["Message"]
    raise AssertionError(f"{call.__name__}({request}) was not refused")


def eventually(what, look, within=20):
    """Looks again until there is something."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {within} s")


def service(name=WORKER):
    return ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]


def primary(name=WORKER):
    return next(one for one in service(name)["deployments"] if one["status"] == "PRIMARY")


def rolled_out(name=WORKER):
    return eventually(f"{name} is rolled out", lambda: primary(name)["rolloutState"] == "COMPLETED" and primary(name))


def alarm():
    return cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]


def transitions():
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=ALARM, HistoryItemType="StateUpdate", ScanBy="TimestampAscending", PaginationConfig={"PageSize": 1}
    )
    return [item for page in pages for item in page["AlarmHistoryItems"]]


def identity():
    sts = boto3.client("sts")
    same(sts.get_caller_identity()["Account"], "000000000000")
    stranger = boto3.client("ecs", aws_access_key_id="AKIAREAL", aws_secret_access_key="x")
    refused("UnrecognizedClientException", stranger.list_services, cluster=CLUSTER)
    refused("UnrecognizedClientException", boto3.client("cloudwatch", aws_access_key_id="A", aws_secret_access_key="x").describe_alarms)
    refused("InvalidAction", sts.get_session_token)


def clusters_and_services():
    same(ecs.list_clusters()["clusterArns"], ["arn:aws:ecs:eu-central-1:000000000000:cluster/local"])
    answer = ecs.describe_clusters(clusters=[CLUSTER, "prod"], include=["SETTINGS"])
    same(answer["clusters"][0]["settings"], [{"name": "containerInsights", "value": "enabled"}])
    same(answer["failures"][0]["reason"], "MISSING")
    pages = list(ecs.get_paginator("list_services").paginate(cluster=CLUSTER, PaginationConfig={"PageSize": 1}))
    same([len(page["serviceArns"]) for page in pages], [1, 1, 1])
    answer = ecs.describe_services(cluster=CLUSTER, services=[WORKER, "none"])
    same([one["serviceName"] for one in answer["services"]], [WORKER])
    same([(one["arn"][-5:], one["reason"]) for one in answer["failures"]], [("/none", "MISSING")])
    ecs.get_waiter("services_stable").wait(
        cluster=CLUSTER, services=[BACKEND, WORKER], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    refused("ClusterNotFoundException", ecs.describe_services, cluster="prod", services=[WORKER])
    refused("InvalidParameterException", ecs.describe_services, cluster=CLUSTER, services=[WORKER] * 11)
    refused("UnknownOperationException", ecs.list_container_instances, cluster=CLUSTER)
    refused("InvalidParameterException", ecs.list_tasks, cluster=CLUSTER, containerInstance="x")


def tasks():
    deployment = rolled_out()
    pages = ecs.get_paginator("list_tasks").paginate(cluster=CLUSTER, serviceName=WORKER)
    arns = [arn for page in pages for arn in page["taskArns"]]
    same(len(arns), 1)
    answer = ecs.describe_tasks(cluster=CLUSTER, tasks=[arns[0], "0" * 32])
    same(answer["failures"][0]["reason"], "MISSING")
    task = answer["tasks"][0]
    same((task["lastStatus"], task["healthStatus"], task["startedBy"]), ("RUNNING", "HEALTHY", deployment["id"]))
    assert task["containers"][0]["imageDigest"].startswith("sha256:"), task
    assert isinstance(task["startedAt"], datetime.datetime), task
    ecs.get_waiter("tasks_running").wait(cluster=CLUSTER, tasks=arns, WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    same(ecs.list_tasks(cluster=CLUSTER, startedBy=deployment["id"])["taskArns"], arns)
    same(ecs.list_tasks(cluster=CLUSTER, family=WORKER, desiredStatus="STOPPED")["taskArns"], [])
    refused("ServiceNotFoundException", ecs.list_tasks, cluster=CLUSTER, serviceName="none")
    refused("InvalidParameterException", ecs.describe_tasks, cluster=CLUSTER, tasks=["0" * 32] * 101)
    refused("InvalidParameterException", ecs.describe_tasks, cluster=CLUSTER, tasks=[])
    return arns[0].rsplit("/", 1)[1]


def upload():
    """An import, for its log lines; its id."""
    boundary = "boundary"
    body = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"content-type: text/csv\r\n\r\nname,email\r\nAda,ada@example.com\r\n\r\n--{boundary}--\r\n"
    )
    request = urllib.request.Request(
        os.environ["API_URL"] + "/api/v1/bulk-imports",
        body.encode(),
        {"content-type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["id"]


def log_events(task):
    groups = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/ecs/")
    same([group["logGroupName"] for page in groups for group in page["logGroups"]], [GROUP])
    stream = f"{WORKER}/{WORKER}/{task}"
    streams = [one for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=GROUP) for one in page["logStreams"]]
    assert stream in [one["logStreamName"] for one in streams], streams
    assert all("lastEventTimestamp" not in one for one in streams), streams
    import_id = upload()
    pattern = '{ $.event = "bulk_import_start" && $.import_id = "%s" }' % import_id
    paginator = logs.get_paginator("filter_log_events")

    def look():
        pages = list(paginator.paginate(logGroupName=GROUP, logStreamNamePrefix=f"{WORKER}/", filterPattern=pattern))
        events = [event for page in pages for event in page["events"]]
        assert all(page["searchedLogStreams"] == [] for page in pages), pages
        if events:
            same(pages[0]["events"], [], "the first page of a filtered scan")
        return events

    events = eventually("the worker logs the start", look)
    same(len(events), 1)
    event = events[0]
    same(event["logStreamName"], stream)
    same(json.loads(event["message"])["import_id"], import_id)
    at = event["timestamp"]
    inclusive = paginator.paginate(logGroupName=GROUP, startTime=at, endTime=at, logStreamNames=[stream])
    ids = [one["eventId"] for page in inclusive for one in page["events"]]
    assert event["eventId"] in ids, ids
    page = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True)
    while page["events"]:
        token = page["nextForwardToken"]
        page = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True, nextToken=token)
    same(page["nextForwardToken"], token, "the token at the end")
    refused("ResourceNotFoundException", logs.filter_log_events, logGroupName="/none")
    refused("ResourceNotFoundException", logs.get_log_events, logGroupName=GROUP, logStreamName="none")
    for wrong in (
        {"logStreamNames": [stream], "logStreamNamePrefix": "w"},
        {"logStreamNames": [stream] * 101},
        {"filterPattern": "{ $.import_id = 5d1b-6c }"},
        {"nextToken": "none"},
        {"unmask": True},
    ):
        refused("InvalidParameterException", logs.filter_log_events, logGroupName=GROUP, **wrong)
    refused("UnknownOperationException", logs.describe_destinations)


def alarms():
    seen = eventually("the alarm is OK", lambda: alarm()["StateValue"] == "OK" and alarm(), within=3)
    same((seen["Namespace"], seen["MetricName"], seen["Threshold"]), ("ECS/ContainerInsights", "RunningTaskCount", 1.0))
    same((seen["Period"], seen["TreatMissingData"], seen["ActionsEnabled"]), (10, "breaching", True))
    assert isinstance(seen["StateTransitionedTimestamp"], datetime.datetime), seen
    unknown = cloudwatch.describe_alarms(AlarmNames=["none"])
    same((unknown["MetricAlarms"], unknown["CompositeAlarms"]), ([], []))
    same(cloudwatch.describe_alarms(AlarmNames=[ALARM], AlarmTypes=["CompositeAlarm"])["MetricAlarms"], [])
    changes = [json.loads(item["HistoryData"]) for item in transitions()]
    same([(one["oldState"]["stateValue"], one["newState"]["stateValue"]) for one in changes], [("INSUFFICIENT_DATA", "OK")])
    refused("InvalidParameterCombination", cloudwatch.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="a")
    refused("InvalidParameterValue", cloudwatch.describe_alarms, AlarmNames=["a"] * 101)
    refused("InvalidParameterValue", cloudwatch.describe_alarms, ChildrenOfAlarmName="a")
    refused("InvalidNextToken", cloudwatch.describe_alarms, NextToken="a")
    refused("UnknownOperationException", cloudwatch.list_dashboards)


def metrics():
    dimensions = [{"Name": "ClusterName", "Value": CLUSTER}, {"Name": "ServiceName", "Value": WORKER}]
    listed = cloudwatch.get_paginator("list_metrics").paginate(Namespace="ECS/ContainerInsights", Dimensions=dimensions)
    names = [one["MetricName"] for page in listed for one in page["Metrics"]]
    same(names, ["PendingTaskCount", "RunningTaskCount"])
    now = datetime.datetime.now(datetime.timezone.utc)
    query = {
        "Id": "running",
        "MetricStat": {
            "Metric": {"Namespace": "ECS/ContainerInsights", "MetricName": "RunningTaskCount", "Dimensions": dimensions},
            "Period": 1,
            "Stat": "Minimum",
        },
    }
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[query], StartTime=now - datetime.timedelta(minutes=5), EndTime=now, MaxDatapoints=2
    )
    values = [value for page in pages for result in page["MetricDataResults"] for value in result["Values"]]
    assert values and set(values) == {1.0}, values


def throttling():
    impatient = boto3.client("logs", config=ONCE)
    codes = []

    def call(_):
        try:
            impatient.filter_log_events(logGroupName=GROUP, limit=1)
        except ClientError as error:
            codes.append((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]))

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        list(pool.map(call, range(24)))
    assert codes and set(codes) == {("ThrottlingException", 400)}, codes
    logs.filter_log_events(logGroupName=GROUP, limit=1)  # boto3 tries again, and gets through.


def deploys():
    """What a deploy script does: a new revision, the service updated, the roll-out watched."""
    before = rolled_out()
    described = ecs.describe_task_definition(taskDefinition=WORKER)["taskDefinition"]
    keys = ("family", "networkMode", "containerDefinitions", "requiresCompatibilities", "cpu", "memory")
    new = {key: described[key] for key in keys}
    arn = ecs.register_task_definition(**new)["taskDefinition"]["taskDefinitionArn"]
    same(ecs.list_task_definitions(familyPrefix=WORKER, sort="DESC")["taskDefinitionArns"][0], arn)
    updated = ecs.update_service(cluster=CLUSTER, service=WORKER, taskDefinition=arn)["service"]
    same([one["status"] for one in updated["deployments"]], ["PRIMARY", "ACTIVE"])
    after = rolled_out()
    assert after["id"] != before["id"] and after["taskDefinition"] == arn, after
    stopped = ecs.list_tasks(cluster=CLUSTER, serviceName=WORKER, desiredStatus="STOPPED")["taskArns"]
    task = ecs.describe_tasks(cluster=CLUSTER, tasks=stopped)["tasks"][0]
    same((task["stopCode"], task["startedBy"]), ("ServiceSchedulerInitiated", before["id"]))

    new["containerDefinitions"][0]["image"] = "sandbox/nowhere:1"
    bad = ecs.register_task_definition(**new)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service=WORKER, taskDefinition=bad)

    def statuses():
        listed = ecs.list_service_deployments(cluster=CLUSTER, service=WORKER)["serviceDeployments"]
        return [one["status"] for one in listed], listed[0]["serviceDeploymentArn"]

    eventually("the bad revision is rolled back", lambda: statuses()[0][0] == "ROLLBACK_SUCCESSFUL")
    same(statuses()[0], ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"])
    whole = ecs.describe_service_deployments(serviceDeploymentArns=[statuses()[1]])["serviceDeployments"][0]
    same(whole["deploymentCircuitBreaker"]["status"], "TRIGGERED")
    same(service()["taskDefinition"], arn)

    ecs.update_service(cluster=CLUSTER, service=BACKEND, forceNewDeployment=True)
    rolled_out(BACKEND)
    with urllib.request.urlopen(os.environ["API_URL"] + "/health") as answer:
        same(answer.status, 200)


def healthy():
    identity()
    alarms()
    clusters_and_services()
    log_events(tasks())
    metrics()
    throttling()
    deploys()


def worker_down():
    failed = eventually("the circuit breaker", lambda: primary()["rolloutState"] == "FAILED" and primary())
    same(failed["rolloutStateReason"], "ECS deployment circuit breaker: tasks failed to start.")
    same(failed["runningCount"], 0)
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=WORKER, desiredStatus="STOPPED")["taskArns"]
    stopped = ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
    same({one["stopCode"] for one in stopped}, {"EssentialContainerExited"})
    assert all(one["containers"][0]["exitCode"] != 0 for one in stopped), stopped
    messages = [event["message"] for event in service()["events"]]
    assert any("unable to consistently start tasks" in message for message in messages), messages
    eventually("the alarm fires", lambda: alarm()["StateValue"] == "ALARM")
    rolled_out(BACKEND)


def alarm_firing():
    rolled_out()
    eventually("the alarm fires", lambda: alarm()["StateValue"] == "ALARM", within=5)
    summaries = [item["HistorySummary"] for item in transitions()]
    same(summaries, ["Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM"])
    same(service()["runningCount"], 1)


{"healthy": healthy, "worker-down": worker_down, "alarm-firing": alarm_firing}[sys.argv[1]]()
