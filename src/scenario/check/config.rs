//! What can be wrong with a `smoke.yaml` that reads well.

use super::names::everywhere;
use crate::diagnostic::Diagnostic;
use crate::scenario::Config;

/// Undefined names and unknown secrets, all through it.
pub(in crate::scenario) fn config(config: &Config) -> Vec<Diagnostic> {
    let names = everywhere(config);
    let vars = config.vars.iter().map(|(_, value)| value);
    let targets = config.targets.iter().flat_map(|target| {
        let own = target.vars.iter().map(|(_, value)| value);
        own.chain(target.templates())
    });
    vars.chain(targets).flat_map(|template| names.hold(template.references())).collect()
}
