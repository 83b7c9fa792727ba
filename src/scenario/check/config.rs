//! What can be wrong with a `smoke.yaml` that reads well.

use super::kinds;
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
    let written: Vec<_> = vars.chain(targets).collect();
    let undefined = written.iter().flat_map(|template| names.hold(template.references()));
    let misfits = kinds::filled(written.iter().copied());
    undefined.chain(misfits).chain(unfilled(foreign, &names)).collect()
}
