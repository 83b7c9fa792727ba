//! Whose lines count: the tasks that `from_tasks` names, and those of the same deployment that started later.
//!
//! At the end of a stream's name stands the id of the task that wrote it. Tasks as an `ecs` step brings them also say which
//! deployment started them, and what they run. So a task that is not among them, for instance one that was
//! added because there was much to do, can be asked for: it counts where the same deployment started it. Of a tag that
//! moved meanwhile, as a sidecar's may, such a task runs another image: only of what that container writes it is not known
//! whether it counts. When a task started is not asked: no line that bears its id is from before it was made, and a
//! container may log long before the task counts as started.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use crate::aws::{self, ContainerFacts, LogLine, Reader, TaskFacts};

/// The tasks whose lines count.
#[derive(Debug, Default)]
pub(super) struct Authors {
    /// By id.
    named: BTreeSet<String>,
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
    /// One of the deployment under test, and those of its containers that run what none of the named tasks runs.
    Kin(Vec<ContainerFacts>),
    /// Not one of them; what it is, where that is known.
    Foreign(String),
    /// ECS does not know it; since when that is so. What it tells comes late: a task that was only just made is not there.
    Missing(Instant),
    /// It could not be asked: why.
    Unknown(String),
}

/// How long a task that ECS does not know may have been only just made.
const SETTLING: Duration = Duration::from_secs(30);

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
        let named = tasks.iter().map(id).collect::<Option<_>>()?;
        Some(Self { named, kin: Kin::of(tasks), asked: Mutex::default() })
    }

    /// Whether no task is named.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The ids of those that are named.
    #[cfg(test)]
    pub(super) fn ids(&self) -> Vec<&str> {
        self.named.iter().map(String::as_str).collect()
    }

    /// What the author of a line is to this query.
    pub(super) fn judge(&self, line: &LogLine) -> Author {
        if self.named.contains(line.task()) {
            return Author::Ours;
        }
        let Some(id) = line.task_id() else { return Author::Foreign(Some("which is no task's stream".to_owned())) };
        match self.asked().get(id) {
            Some(Stranger::Kin(others)) => match others.iter().find(|other| wrote(other, line, id)) {
                Some(other) => Author::Unknown(format!("its container {} runs another image", other.name)),
                None => Author::Ours,
            },
            Some(Stranger::Missing(_)) => Author::Unknown("ECS does not know it yet".to_owned()),
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
                Ok(tasks) => match tasks.iter().find(|task| task.id == id) {
                    Some(task) => kin.judge(task),
                    None => Stranger::missing(asked.get(&id), Instant::now()),
                },
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

impl Stranger {
    /// One that ECS does not know; what it was `before`.
    fn missing(before: Option<&Self>, now: Instant) -> Self {
        match before {
            Some(Self::Missing(since)) if now - *since < SETTLING => Self::Missing(*since),
            Some(Self::Missing(_)) => Self::Foreign("which ECS does not know".to_owned()),
            _ => Self::Missing(now),
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

    fn judge(&self, task: &TaskFacts) -> Stranger {
        let deployment = task.deployment.as_deref().unwrap_or_default();
        if !self.deployments.contains(deployment) {
            return Stranger::Foreign(match deployment {
                "" => "which no deployment started".to_owned(),
                other => format!("which deployment {other} started"),
            });
        }
        let is_other = |digest: &String| !self.digests.is_empty() && !self.digests.contains(digest);
        let others = task.containers.iter().filter(|container| container.digest.as_ref().is_some_and(is_other));
        Stranger::Kin(others.cloned().collect())
    }
}

/// Whether that container of a task wrote a line: `prefix/container/id` with `awslogs`, `container-firelens-id` behind any
/// prefix with `FireLens`.
fn wrote(container: &ContainerFacts, line: &LogLine, id: &str) -> bool {
    let before = line.stream.strip_suffix(id).unwrap_or_default();
    let (before, apart): (&str, &[char]) = match before.strip_suffix("-firelens-") {
        Some(before) => (before, &['/', '-']),
        None => (before.trim_end_matches('/'), &['/']),
    };
    before.strip_suffix(&container.name).is_some_and(|before| before.is_empty() || before.ends_with(apart))
}

fn id(task: &Json) -> Option<String> {
    let text = task.as_str().or_else(|| task["id"].as_str()).or_else(|| task["arn"].as_str())?;
    Some(aws::short_name(text).to_owned())
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

    fn container(name: &str, digest: &str) -> ContainerFacts {
        ContainerFacts { name: name.to_owned(), digest: Some(digest.to_owned()), ..ContainerFacts::default() }
    }

    fn task(deployment: Option<&str>, containers: &[ContainerFacts]) -> TaskFacts {
        TaskFacts { deployment: deployment.map(str::to_owned), containers: containers.to_vec(), ..TaskFacts::default() }
    }

    fn named() -> Json {
        json!([{"id": "t1", "arn": "arn:aws:ecs:eu-west-1:1:task/prod/t1", "deployment": "ecs-svc/2",
            "started_at": "2027-01-15T08:00:00Z", "digests": ["sha256:2"]}])
    }

    #[test]
    fn a_task_that_is_not_named_counts_if_the_same_deployment_started_it() {
        let kin = Kin::of(named().as_array().unwrap()).unwrap();
        let (app, agent) = (|| container("app", "sha256:2"), || container("agent", "sha256:9"));
        let check = |task: TaskFacts, expected: Stranger| assert_eq!(kin.judge(&task), expected);
        let foreign = |what: &str| Stranger::Foreign(what.to_owned());
        check(task(Some("ecs-svc/2"), &[app()]), Stranger::Kin(Vec::new()));
        check(task(Some("ecs-svc/1"), &[app()]), foreign("which deployment ecs-svc/1 started"));
        check(task(None, &[app()]), foreign("which no deployment started"));
        check(task(Some("ecs-svc/2"), &[app(), agent()]), Stranger::Kin(vec![agent()]));
        let unknown = Kin { digests: BTreeSet::new(), ..kin.clone() };
        assert_eq!(unknown.judge(&task(Some("ecs-svc/2"), &[app()])), Stranger::Kin(Vec::new()));
    }

    #[test]
    fn only_what_a_container_with_another_image_writes_is_in_doubt() {
        let id = "0123456789abcdef0123456789abcdef";
        let authors = Authors::of(&named()).unwrap();
        let others = vec![container("agent", "sha256:9")];
        authors.asked().insert(id.to_owned(), Stranger::Kin(others));
        let check = |before: &str, expected: Author| {
            let line = LogLine::new(chrono::DateTime::UNIX_EPOCH, format!("{before}{id}"), "{}");
            assert_eq!(authors.judge(&line), expected, "{before}");
        };
        let doubt = || Author::Unknown("its container agent runs another image".to_owned());
        check("worker/app/", Author::Ours);
        check("worker/agent/", doubt());
        check("worker/agent-firelens-", doubt());
        check("agent-firelens-", doubt());
        check("from-fluent-bit-agent-firelens-", doubt());
        check("worker/app-firelens-", Author::Ours);
        check("worker/my-agent/", Author::Ours);
        check("", Author::Ours);
    }

    #[test]
    fn a_line_counts_whenever_its_task_wrote_it() {
        let authors = Authors::of(&named()).unwrap();
        let stranger = "0123456789abcdef0123456789abcdef";
        let check = |stream: &str, time: &str, expected: Author| {
            let time = chrono::DateTime::parse_from_rfc3339(time).unwrap().to_utc();
            assert_eq!(authors.judge(&LogLine::new(time, stream, "{}")), expected, "{stream}");
        };
        check("worker/app/t1", "2027-01-15T08:00:09Z", Author::Ours);
        // A sidecar that the worker waits for logs before the task counts as started.
        check("worker/sidecar/t1", "2027-01-15T07:59:09Z", Author::Ours);
        check(&format!("worker/app/{stranger}"), "2027-01-15T08:00:09Z", Author::Foreign(None));
        let nobody = || Author::Foreign(Some("which is no task's stream".to_owned()));
        check(&format!("2026/11/26/[$LATEST]{stranger}"), "2027-01-15T08:00:09Z", nobody());
        check("worker/app/t9", "2027-01-15T08:00:09Z", nobody());
    }

    #[test]
    fn a_task_that_ecs_does_not_know_may_have_been_only_just_made() {
        let first = Instant::now();
        let after = |before: &Stranger, secs| Stranger::missing(Some(before), first + Duration::from_secs(secs));
        assert_eq!(Stranger::missing(None, first), Stranger::Missing(first));
        assert_eq!(
            Stranger::missing(Some(&Stranger::Unknown("throttled".to_owned())), first),
            Stranger::Missing(first)
        );
        assert_eq!(after(&Stranger::Missing(first), 29), Stranger::Missing(first));
        assert_eq!(after(&Stranger::Missing(first), 30), Stranger::Foreign("which ECS does not know".to_owned()));
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
