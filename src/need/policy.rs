//! The least IAM policy: what each call may be narrowed to, as AWS's service authorization reference has it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::Needs;
use crate::aws::{Action, Thing, short_name};

/// Whose resources are meant, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// For instance `123456789012`.
    pub id: Option<String>,
    /// For instance `eu-west-1`.
    pub region: Option<String>,
}

/// What a call is narrowed by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Narrowed {
    /// By the resource it is about.
    To(String),
    /// By the cluster in which it is asked, since it knows no resource of its own.
    InCluster(String),
    /// Not at all: AWS knows no narrower one.
    Not,
}

/// How the names of regions begin that are not in the partition `aws`; where the region is open, the partition is too.
const PARTITIONS: [(&str, &str); 8] = [
    ("*", "*"),
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// The policy, as IAM takes it.
#[must_use]
pub fn policy(needs: &Needs, account: &Account) -> Json {
    let mut granted = BTreeMap::<Action, BTreeSet<Narrowed>>::new();
    for thing in needs.things.keys().cloned().chain(needs.later.iter().filter_map(|(kind, _)| any(kind))) {
        for action in thing.actions() {
            granted.entry(*action).or_default().insert(narrowed(*action, &thing, account));
        }
    }
    if !granted.is_empty() {
        granted.entry(Action::GetCallerIdentity).or_default().insert(Narrowed::Not);
    }
    // What is narrowed in the same way is one statement, a service each.
    let mut statements = BTreeMap::<(&str, BTreeSet<Narrowed>), Vec<&str>>::new();
    for (action, narrowed) in granted {
        let service = action.name().split(':').next().unwrap_or_default();
        statements.entry((service, narrowed)).or_default().push(action.name());
    }
    let mut numbers = BTreeMap::new();
    let statements = statements.into_iter().map(|((service, narrowed), actions)| {
        let number = numbers.entry(service).or_insert(0);
        *number += 1;
        statement(&sid(service, *number), &actions, &narrowed)
    });
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}

/// What a step may name while it runs.
fn any(kind: &str) -> Option<Thing> {
    let any = || "*".to_owned();
    match kind {
        "ecs" => Some(Thing::Service { cluster: any(), name: any() }),
        "logs" => Some(Thing::LogGroup { name: any(), prefix: None }),
        "alarm" => Some(Thing::Alarm { name: any() }),
        _ => None,
    }
}

fn narrowed(action: Action, thing: &Thing, account: &Account) -> Narrowed {
    match (action, thing) {
        (Action::DescribeServices | Action::ListServiceDeployments, Thing::Service { cluster, name }) => {
            let path = format!("service/{}/{}", short_name(cluster), short_name(name));
            Narrowed::To(arn("ecs", &path, (cluster, name), account))
        }
        (Action::DescribeTasks, Thing::Service { cluster, .. }) => {
            Narrowed::To(arn("ecs", &format!("task/{}/*", short_name(cluster)), (cluster, ""), account))
        }
        (Action::ListTasks, Thing::Service { cluster, .. }) if cluster != "*" => {
            Narrowed::InCluster(arn("ecs", &format!("cluster/{}", short_name(cluster)), (cluster, ""), account))
        }
        // With `:*` the ARN means the group as calls name it.
        (Action::FilterLogEvents, Thing::LogGroup { name, .. }) => {
            Narrowed::To(arn("logs", &format!("log-group:{name}:*"), ("", ""), account))
        }
        // Of composite alarms AWS tells only those who may ask for all.
        _ => Narrowed::Not,
    }
}

/// An ARN; what is not known of it is taken from the ARN that somebody wrote instead of a name, else left open.
fn arn(service: &str, path: &str, (cluster, name): (&str, &str), account: &Account) -> String {
    let written = [name, cluster].into_iter().find(|text| text.starts_with("arn:"));
    let part = |index: usize| written.and_then(|arn| arn.split(':').nth(index)).filter(|part| !part.is_empty());
    let region = part(3).or(account.region.as_deref()).unwrap_or("*");
    let id = part(4).or(account.id.as_deref()).unwrap_or("*");
    let partition = part(1).unwrap_or_else(|| partition(region));
    format!("arn:{partition}:{service}:{region}:{id}:{path}")
}

/// The partition of a region, by how its name begins.
fn partition(region: &str) -> &'static str {
    let of = PARTITIONS.iter().find(|(begins, _)| region.starts_with(begins));
    of.map_or("aws", |(_, partition)| partition)
}

fn statement(sid: &str, actions: &[&str], narrowed: &BTreeSet<Narrowed>) -> Json {
    let arns = |pick: fn(&Narrowed) -> Option<&String>| narrowed.iter().filter_map(pick).collect::<Vec<_>>();
    let resources = arns(|one| if let Narrowed::To(arn) = one { Some(arn) } else { None });
    let clusters = arns(|one| if let Narrowed::InCluster(arn) = one { Some(arn) } else { None });
    let open = narrowed.contains(&Narrowed::Not);
    let resource = if resources.is_empty() || open { json!("*") } else { json!(resources) };
    let mut statement = json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource });
    if !clusters.is_empty() && !open {
        statement["Condition"] = json!({ "ArnLike": { "ecs:cluster": clusters } });
    }
    statement
}

fn sid(service: &str, number: usize) -> String {
    let mut letters = service.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let number = if number == 1 { String::new() } else { number.to_string() };
    format!("Smoke{}{}{number}", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(things: Vec<Thing>, later: Vec<(&'static str, String)>, account: &Account, expected: &Json) {
        let things = things.into_iter().map(|thing| (thing, "a.yaml:1".to_owned())).collect();
        let policy = policy(&Needs { things, later }, account);
        assert_eq!(policy["Version"], "2012-10-17");
        assert_eq!(policy["Statement"], *expected, "{policy:#}");
    }

    fn account() -> Account {
        Account { id: Some("123456789012".into()), region: Some("eu-west-1".into()) }
    }

    #[test]
    fn each_call_is_granted_as_narrowly_as_aws_allows() {
        let service = |name: &str| Thing::Service { cluster: "prod".into(), name: name.into() };
        let things = vec![
            service("worker"),
            service("backend"),
            Thing::LogGroup { name: "/ecs/prod".into(), prefix: Some("worker/".into()) },
            Thing::Alarm { name: "down".into() },
        ];
        let allow = |sid: &str, actions: &[&str], resource: Json| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource});
        let mut listing = allow("SmokeEcs2", &["ecs:ListTasks"], json!("*"));
        listing["Condition"] = json!({"ArnLike": {"ecs:cluster": ["arn:aws:ecs:eu-west-1:123456789012:cluster/prod"]}});
        let services = json!([
            "arn:aws:ecs:eu-west-1:123456789012:service/prod/backend",
            "arn:aws:ecs:eu-west-1:123456789012:service/prod/worker"
        ]);
        let alarms = ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:ListAlarmMuteRules"];
        check(
            things,
            vec![],
            &account(),
            &json!([
                allow("SmokeCloudwatch", &alarms, json!("*")),
                allow("SmokeEcs", &["ecs:DescribeServices", "ecs:ListServiceDeployments"], services),
                allow("SmokeEcs2", &["ecs:DescribeTasks"], json!(["arn:aws:ecs:eu-west-1:123456789012:task/prod/*"])),
                { "Sid": "SmokeEcs3", "Effect": "Allow", "Action": ["ecs:ListTasks"], "Resource": "*", "Condition": listing["Condition"] },
                allow("SmokeEcs4", &["ecs:DescribeTaskDefinition"], json!("*")),
                allow("SmokeLogs", &["logs:FilterLogEvents"], json!(["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/prod:*"])),
                allow("SmokeSts", &["sts:GetCallerIdentity"], json!("*")),
            ]),
        );
    }

    #[test]
    fn what_is_not_known_stays_open_and_what_an_arn_says_is_taken() {
        #[track_caller]
        fn first(cluster: &str, account: &Account, expected: &str) {
            let thing = Thing::Service { cluster: cluster.to_owned(), name: "worker".into() };
            assert_eq!(narrowed(Action::DescribeTasks, &thing, account), Narrowed::To(expected.to_owned()));
        }
        first("prod", &Account::default(), "arn:*:ecs:*:*:task/prod/*");
        first("arn:aws:ecs:eu-west-1:1:cluster/prod", &Account::default(), "arn:aws:ecs:eu-west-1:1:task/prod/*");
        let sovereign = "arn:aws-eusc:ecs:eusc-de-east-1:1:cluster/prod";
        first(sovereign, &account(), "arn:aws-eusc:ecs:eusc-de-east-1:1:task/prod/*");
        // Also where its region is not one that we know.
        first("arn:aws-new:ecs:xy-east-1:1:cluster/prod", &account(), "arn:aws-new:ecs:xy-east-1:1:task/prod/*");
        for (region, partition) in [
            ("us-west-2", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            let account = Account { region: Some(region.into()), id: None };
            first("prod", &account, &format!("arn:{partition}:ecs:{region}:*:task/prod/*"));
        }
    }

    #[test]
    fn where_nothing_is_looked_at_nothing_is_granted() {
        check(vec![], vec![], &account(), &json!([]));
        let policy = policy(&Needs { later: vec![("logs", "a.yaml:1".into())], ..Needs::default() }, &account());
        assert_eq!(policy["Statement"][0]["Resource"], json!(["arn:aws:logs:eu-west-1:123456789012:log-group:*:*"]));
    }
}
