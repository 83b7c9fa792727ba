//! What goes without saying of a step that expects nothing: that what it did came off.

use super::draft::List;
use crate::expr::Expression;
use crate::probe::Probe;
use crate::probe::http::Http;
use crate::scenario::model::{Implied, Step};

/// The expectation of a step that has neither `until` nor `expect`. None where it only looks, and where what came of it is
/// kept, to be judged by a later step.
pub(super) fn implied(step: &Step, list: List) -> Option<(Expression, Implied)> {
    let (text, decisive) = match &step.probe {
        Probe::Http(http) => (status(http, list), ["response", "status"]),
        Probe::Exec(_) => ("output.code == 0", ["output", "code"]),
        Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) | Probe::Terraform(_) | Probe::PythonDeps(_) => return None,
    };
    let mut captured = step.capture.iter().flat_map(|capture| capture.from.references());
    let keeps = step.keep_as.is_some() || captured.any(|read| read.path.starts_with(&decisive.map(str::to_owned)));
    let what = if list == List::Finally { Implied::TakenAway } else { Implied::CameOff };
    if keeps { None } else { Expression::compile(text, &step.location).ok().map(|expression| (expression, what)) }
}

/// Who does something and is only told to go elsewhere has not done it, unless it was the redirect that was asked for.
/// Clean-up wants it gone, and it may be gone already.
fn status(http: &Http, list: List) -> &'static str {
    match (http.method.only_reads(), list) {
        (true, List::Finally) => "response.status < 400 || response.status in [404, 410]",
        (false, List::Finally) => "response.status < 300 || response.status in [404, 410]",
        (false, _) if http.redirects.is_none() => "response.status < 300",
        _ => "response.status < 400",
    }
}
