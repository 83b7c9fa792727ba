//! What the operations read from their input in the same way.

use super::arns::cluster_arn;
use crate::sandbox::cloud::list::Dialect;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::CLUSTER;
use crate::sandbox::cloud::refusal::Refusal;

/// The code of ECS for a parameter that is wrong.
pub(super) const WRONG: &str = "InvalidParameterException";

/// How ECS speaks of pages.
pub(super) const PAGES: Dialect = Dialect {
    token: "nextToken",
    size: ("maxResults", 100),
    lost: |members| members.wrong("Invalid token: the nextToken is not valid"),
};

/// Holds `cluster` against the one there is. Where it is not given, AWS means the cluster `default`.
pub(super) fn check_cluster(members: &Members) -> Result<(), Refusal> {
    let cluster = members.text("cluster")?.unwrap_or("default");
    if cluster == CLUSTER || cluster == cluster_arn() {
        Ok(())
    } else {
        Err(Refusal::new("ClusterNotFoundException", "Cluster not found."))
    }
}

/// Tags may be asked for; there are none.
pub(super) fn check_include(members: &Members) -> Result<(), Refusal> {
    match members.texts("include", 1)?.unwrap_or_default().first() {
        Some(&other) if other != "TAGS" => Err(members.wrong(format!("{other} cannot be included"))),
        _ => Ok(()),
    }
}
