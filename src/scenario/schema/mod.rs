//! The keys that `smoke.yaml` and scenarios may have: one table, which the reader holds files against and from which
//! the JSON Schemas for editors are drawn, so that the two cannot drift apart.

mod config_keys;
mod json;
mod scenario_keys;
mod shape;

pub(crate) use config_keys::{API, AWS, CONFIG, ENDPOINTS, SANDBOX, SECRET, TARGET};
pub(crate) use scenario_keys::{
    ALARM, CAPTURE, ECS, EXEC, HTTP, LOGS, PART, PROBES, PYTHON_DEPS, SCENARIO, STEP, STEP_OR_USE, TERRAFORM, USE,
};
pub(crate) use shape::{Key, Object, Shape};

/// The JSON Schema of scenario files and of lists of steps for `use`, draft 2020-12.
#[must_use]
pub fn scenario() -> serde_json::Value {
    json::document("a smoke scenario, or a list of steps", &SCENARIO, Some(&STEP_OR_USE))
}

/// The JSON Schema of `smoke.yaml`, draft 2020-12.
#[must_use]
pub fn config() -> serde_json::Value {
    json::document("smoke.yaml", &CONFIG, None)
}

#[cfg(test)]
mod tests;
