//! What goes without saying of a step that expects nothing: that what it did came off.

use super::scenario::List;
use crate::expr::Expression;
use crate::probe::Probe;
use crate::scenario::model::Step;

/// The expectation of a step that has neither `until` nor `expect`. None where it only looks, and where what came of it is
/// kept, to be judged by a later step.
pub(super) fn implied(step: &Step, list: List) -> Option<Expression> {
    let (text, decisive) = match &step.probe {
        // Clean-up wants it gone, and it may be gone already.
        Probe::Http(_) if list == List::Finally => {
            ("response.status < 400 || response.status in [404, 410]", ["response", "status"])
        }
        Probe::Http(_) => ("response.status < 400", ["response", "status"]),
        Probe::Exec(_) => ("output.code == 0", ["output", "code"]),
        Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) | Probe::Terraform(_) | Probe::PythonDeps(_) => return None,
    };
    let mut captured = step.capture.iter().flat_map(|capture| capture.from.references());
    let keeps = step.keep_as.is_some() || captured.any(|read| read.path.starts_with(&decisive.map(str::to_owned)));
    if keeps { None } else { Expression::compile(text, &step.location).ok() }
}
