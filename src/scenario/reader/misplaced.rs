//! Keys that are right, and stand in the wrong mapping.

use crate::scenario::schema::{API, AWS, CONFIG, HTTP, Object, SCENARIO, STEP, TARGET};

/// Where a key that `object` does not have belongs; none where no mapping nearby has it.
pub(super) fn home(key: &str, object: &Object) -> Option<String> {
    let takes = |other: &Object| other.names().any(|name| name == key);
    let probe = STEP.keys.iter().any(|key| key.name == object.name);
    Some(match object.name {
        _ if probe && takes(&STEP) => {
            format!("`{key}` belongs to the step: it stands beside `{}`, not in it", object.name)
        }
        "step" if takes(&SCENARIO) => {
            format!("`{key}` belongs to the scenario: it stands beside `steps`, not in a step")
        }
        "step" if takes(&HTTP) => format!("`{key}` belongs into `http`, indented below it"),
        "scenario" if takes(&STEP) => format!("`{key}` belongs to a step, below `steps`"),
        "scenario" if takes(&CONFIG) => format!("`{key}` belongs into smoke.yaml"),
        "target" if takes(&API) => format!("`{key}` belongs into `api`, indented below it"),
        "target" if takes(&AWS) => format!("`{key}` belongs into `aws`, indented below it"),
        "config" if takes(&TARGET) => format!("`{key}` belongs to a target, below `targets`"),
        "config" if takes(&SCENARIO) => format!("`{key}` belongs into a scenario, a file of its own below `scenarios`"),
        _ => return None,
    })
}
