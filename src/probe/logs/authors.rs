//! Whose lines count: the tasks that `from_tasks` names, and those of the same deployment that started later.
//!
//! The last part of a stream's name is the id of the task that wrote it. Tasks as an `ecs` step brings them also say which
//! deployment started them, what they run, and since when. So a task that is not among them, for instance one that was
//! added because there was much to do, can be asked for: it counts where the same deployment started it and it runs the
//! same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use tokio::time::Instant;

use crate::aws::{self, CLOCK_SKEW, LogLine, Reader, TaskFacts};

/// The tasks whose lines count.
#[derive(Debug, Default)]
pub(super) struct Authors {
    /// By id; since when each runs, where that is known.
    named: BTreeMap<String, Option<DateTime<Utc>>>,
    /// Where to ask for others: the cluster's name, and what they must have in common with those that are named.
    kin: Option<Kin>,
    /// Others that were asked for.
    asked: Mutex<BTreeMap<String, Stranger>>,
}

/// What makes a task one of the deployment under test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kin {
    cluster: String,
    deployments: BTreeSet<String>,
    digests: BTreeSet<String>,
}

/// A task that is not named.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stranger {
    /// One of the deployment under test, since then.
    Kin(Option<DateTime<Utc>>),
    /// Not one of them; what it is, where that is known.
    Foreign(String),
    /// It could not be asked: why.
    Unknown(String),
}

/// What the author of a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Author {
    /// Its lines count.
    Ours,
    /// They do not; what it is instead, where that was asked.
    Foreign(Option<String>),
    /// Whether they count is not known: why.
    Unknown(String),
}

impl Authors {
    /// From a list of task ids, ARNs, or tasks as `service.tasks` holds them; none where it is something else.
    pub(super) fn of(tasks: &Json) -> Option<Self> {
        let tasks = tasks.as_array()?;
        let named = tasks.iter().map(|task| Some((id(task)?, since(task)))).collect::<Option<_>>()?;
        Some(Self { named, kin: Kin::of(tasks), asked: Mutex::default() })
    }

    /// Whether no task is named.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The ids of those that are named.
    #[cfg(test)]
    pub(super) fn ids(&self) -> Vec<&str> {
        self.named.keys().map(String::as_str).collect()
    }

    /// What the author of a line is to this query.
    pub(super) fn judge(&self, line: &LogLine) -> Author {
        if let Some(since) = self.named.get(line.task()) {
            return Author::at(line, *since);
        }
        match self.asked().get(line.task()) {
            Some(Stranger::Kin(since)) => Author::at(line, *since),
            Some(Stranger::Foreign(what)) => Author::Foreign(Some(what.clone())),
            Some(Stranger::Unknown(why)) => Author::Unknown(why.clone()),
            None => Author::Foreign(None),
        }
    }

    /// Asks ECS for the tasks of these ids, unless it has answered that before. True where it was asked.
    pub(super) async fn ask(&self, ids: BTreeSet<String>, reader: &Reader, deadline: Instant) -> bool {
        let Some(kin) = &self.kin else { return false };
        let open = |id: &String| !matches!(self.asked().get(id), Some(Stranger::Kin(_) | Stranger::Foreign(_)));
        let ids: Vec<String> = ids.into_iter().filter(open).collect();
        if ids.is_empty() {
            return false;
        }
        let answer = reader.before(deadline, "ecs", reader.tasks(&kin.cluster, &ids)).await;
        let mut asked = self.asked();
        for id in ids {
            let stranger = match &answer {
                Ok(tasks) => kin.judge(tasks.iter().find(|task| task.id == id)),
                Err(error) => Stranger::Unknown(error.message.clone()),
            };
            asked.insert(id, stranger);
        }
        true
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<String, Stranger>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Author {
    /// The author of a line that counts if it was written while the task ran.
    fn at(line: &LogLine, since: Option<DateTime<Utc>>) -> Self {
        match since.filter(|since| line.time < *since - CLOCK_SKEW) {
            Some(since) => Self::Foreign(Some(format!("which only started at {}", since.format("%H:%M:%S")))),
            None => Self::Ours,
        }
    }
}

impl Kin {
    fn of(tasks: &[Json]) -> Option<Self> {
        let cluster = cluster(tasks.first()?["arn"].as_str()?)?;
        let deployments: BTreeSet<String> = tasks
            .iter()
            .filter_map(|task| task["deployment"].as_str())
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        let digests = tasks.iter().filter_map(|task| task["digests"].as_array()).flatten();
        let digests = digests.filter_map(Json::as_str).map(str::to_owned).collect();
        (!deployments.is_empty()).then_some(Self { cluster, deployments, digests })
    }

    fn judge(&self, task: Option<&TaskFacts>) -> Stranger {
        let Some(task) = task else { return Stranger::Foreign("which ECS does not know".to_owned()) };
        let deployment = task.deployment.as_deref().unwrap_or_default();
        if !self.deployments.contains(deployment) {
            return Stranger::Foreign(match deployment {
                "" => "which no deployment started".to_owned(),
                other => format!("which deployment {other} started"),
            });
        }
        // It must run all that they run. What AWS adds by itself it may run besides.
        let runs: BTreeSet<&String> =
            task.containers.iter().filter_map(|container| container.digest.as_ref()).collect();
        let whole = task.containers.iter().all(|container| container.digest.is_some());
        match self.digests.iter().find(|digest| whole && !runs.contains(*digest)) {
            Some(digest) => Stranger::Foreign(format!("which does not run {digest}")),
            None => Stranger::Kin(task.started_at),
        }
    }
}

fn id(task: &Json) -> Option<String> {
    let text = task.as_str().or_else(|| task["id"].as_str()).or_else(|| task["arn"].as_str())?;
    Some(aws::short_name(text).to_owned())
}

fn since(task: &Json) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(task["started_at"].as_str()?).ok()?.to_utc())
}

/// `arn:aws:ecs:region:account:task/cluster/id`; the old form without a cluster does not say where to ask.
fn cluster(arn: &str) -> Option<String> {
    match arn.split('/').collect::<Vec<_>>().as_slice() {
        [_, cluster, _] => Some((*cluster).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::ContainerFacts;

    fn task(deployment: Option<&str>, digest: &str) -> TaskFacts {
        let digest = Some(digest.to_owned());
        let containers = vec![ContainerFacts { digest, ..ContainerFacts::default() }];
        TaskFacts { deployment: deployment.map(str::to_owned), containers, ..TaskFacts::default() }
    }

    fn named() -> Json {
        json!([{"id": "t1", "arn": "arn:aws:ecs:eu-west-1:1:task/prod/t1", "deployment": "ecs-svc/2",
            "started_at": "2027-01-15T08:00:00Z", "digests": ["sha256:2"]}])
    }

    #[test]
    fn a_task_that_is_not_named_counts_if_the_same_deployment_started_the_same() {
        let kin = Kin::of(named().as_array().unwrap()).unwrap();
        let check = |task: Option<TaskFacts>, expected: Stranger| assert_eq!(kin.judge(task.as_ref()), expected);
        let foreign = |what: &str| Stranger::Foreign(what.to_owned());
        check(Some(task(Some("ecs-svc/2"), "sha256:2")), Stranger::Kin(None));
        check(Some(task(Some("ecs-svc/1"), "sha256:2")), foreign("which deployment ecs-svc/1 started"));
        check(Some(task(Some("ecs-svc/2"), "sha256:1")), foreign("which does not run sha256:2"));
        let mut helped = task(Some("ecs-svc/2"), "sha256:2");
        helped.containers.extend(task(None, "sha256:agent").containers);
        check(Some(helped), Stranger::Kin(None));
        check(Some(task(None, "sha256:2")), foreign("which no deployment started"));
        check(None, foreign("which ECS does not know"));
    }

    #[test]
    fn a_line_counts_only_from_when_its_task_ran() {
        let authors = Authors::of(&named()).unwrap();
        let line = |task: &str, time: &str| {
            let time = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
            authors.judge(&LogLine::new(time, format!("worker/app/{task}"), "{}"))
        };
        assert_eq!(line("t1", "2027-01-15T08:00:09Z"), Author::Ours);
        // Clocks differ a little.
        assert_eq!(line("t1", "2027-01-15T07:59:56Z"), Author::Ours);
        let early = Author::Foreign(Some("which only started at 08:00:00".to_owned()));
        assert_eq!(line("t1", "2027-01-15T07:59:54Z"), early);
        assert_eq!(line("t9", "2027-01-15T08:00:09Z"), Author::Foreign(None));
    }

    #[test]
    fn where_to_ask_is_known_only_of_whole_tasks() {
        let check = |tasks: &Json, expected: bool| assert_eq!(Authors::of(tasks).unwrap().kin.is_some(), expected);
        check(&named(), true);
        check(&json!(["t1"]), false);
        check(&json!([]), false);
        check(&json!([{"arn": "arn:aws:ecs:eu-west-1:1:task/t1", "deployment": "ecs-svc/2"}]), false);
        check(&json!([{"arn": "arn:aws:ecs:eu-west-1:1:task/prod/t1"}]), false);
    }
}
