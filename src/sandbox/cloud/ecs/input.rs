//! What the operations read from their input in the same way.

use serde_json::{Value, json};

use super::arns::cluster_arn;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::CLUSTER;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token;

/// The code of ECS for a parameter that is wrong.
pub(super) const WRONG: &str = "InvalidParameterException";

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

/// One page of a list, `default` entries unless `maxResults` says otherwise.
pub(super) fn paged(
    members: &Members,
    input: &Value,
    list: (&str, Vec<Value>),
    default: usize,
) -> Result<Value, Refusal> {
    let (key, items) = list;
    let request = token::fingerprint(key, input);
    let offset = match members.text("nextToken")? {
        None => 0,
        Some(text) => {
            let [offset] =
                token::read(request, text).ok_or_else(|| members.wrong("Invalid token: the nextToken is not valid"))?;
            usize::try_from(offset).unwrap_or(usize::MAX)
        }
    };
    let size = members.size("maxResults", 1, 100)?.unwrap_or(default);
    let (page, next) = token::page(items, offset, size);
    let mut answer = json!({ key: page });
    if let Some(next) = next {
        answer["nextToken"] = token::write(request, &[next as u64]).into();
    }
    Ok(answer)
}
