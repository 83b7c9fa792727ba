//! What can be wrong with a `smoke.yaml` that reads well.

use super::names::{everywhere, unfilled};
use crate::diagnostic::Diagnostic;
use crate::scenario::Config;
use crate::scenario::reader::Foreign;

/// Undefined names and unknown secrets, all through it, and what would be sent as it stands.
pub(in crate::scenario) fn config(config: &Config, foreign: &[Foreign]) -> Vec<Diagnostic> {
    let names = everywhere(config);
    let vars = config.vars.iter().map(|(_, value)| value);
    let targets = config.targets.iter().flat_map(|target| {
        let own = target.vars.iter().map(|(_, value)| value);
        own.chain(target.templates())
    });
    let undefined = vars.chain(targets).flat_map(|template| names.hold(template.references()));
    undefined.chain(unfilled(foreign, &names)).collect()
}
