//! The folder that smoke works in, and what to say where something is missing in it.

use std::path::{Path, PathBuf};

use smoke::diagnostic::{Diagnostic, shown_path};
use smoke::scenario::Project;

/// The file that makes a folder a project.
pub(crate) const CONFIG: &str = "smoke.yaml";

/// The nearest folder above this one that has a `smoke.yaml`.
pub(crate) fn above() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().skip(1).find(|dir| dir.join(CONFIG).is_file()).map(Path::to_path_buf)
}

/// Why there is nothing to be done in a folder that has neither a `smoke.yaml` nor scenarios.
pub(crate) fn nothing_in(dir: &Path) -> Diagnostic {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let problem = Diagnostic::nowhere(format!("no smoke.yaml and no scenarios here ({})", whole.display()));
    match above() {
        Some(above) => problem.help(has_one(&above)),
        None => problem.help("`smoke init` writes first ones"),
    }
}

/// That a folder above has what is missing here, and how to get there.
pub(crate) fn has_one(above: &Path) -> String {
    let dir = shown_path(above);
    format!("{dir} has a smoke.yaml: work there, or say `-C {dir}`")
}

/// Whether there is nothing at all in a project.
pub(crate) fn is_bare(project: &Project) -> bool {
    !project.config.written && project.scenarios.is_empty()
}

/// The target where none is named: `local`, unless the targets there are were written down without it.
pub(crate) fn default_target(project: &Project) -> Result<String, String> {
    let targets = &project.config.targets;
    let implied = targets.iter().any(|target| target.name == LOCAL && target.is_implied());
    if !(project.config.written && implied) {
        return Ok(LOCAL.to_owned());
    }
    let written = targets.iter().filter(|target| !target.is_implied()).map(|target| target.name.as_str());
    let written = written.collect::<Vec<_>>().join(", ");
    let named = if written.is_empty() { "smoke.yaml names none".to_owned() } else { written };
    Err(format!("name a target: {named}; or add `local: {{ sandbox: {{}} }}` to the targets of smoke.yaml"))
}

/// The target that needs no file.
const LOCAL: &str = "local";
