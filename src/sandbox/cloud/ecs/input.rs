//! What the operations read from their input in the same way.

use serde_json::{Value, json};

use super::arns::cluster_arn;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::CLUSTER;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token::{self, Paging};

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

/// A list that is answered in pages.
pub(super) struct List {
    /// The member that holds it.
    pub(super) key: &'static str,
    /// All of it.
    pub(super) items: Vec<Value>,
    /// So many entries a page, unless `maxResults` says otherwise.
    pub(super) size: usize,
    /// How pages are cut.
    pub(super) paging: Paging,
}

/// One page of a list.
pub(super) fn paged(members: &Members, input: &Value, list: List) -> Result<Value, Refusal> {
    let List { key, items, size, paging } = list;
    let request = token::fingerprint(key, input);
    let place = match members.text("nextToken")? {
        None => 0,
        Some(text) => {
            let [place] =
                token::read(request, text).ok_or_else(|| members.wrong("Invalid token: the nextToken is not valid"))?;
            place
        }
    };
    let size = members.size("maxResults", 1, 100)?.unwrap_or(size);
    let (page, next) = paging.page(items, place, size);
    let mut answer = json!({ key: page });
    if let Some(next) = next {
        answer["nextToken"] = token::write(request, &[next]).into();
    }
    Ok(answer)
}
