//! Programs that a scenario needs beside smoke: whether they are there, and how to get them.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::scenario::Scenario;

/// How to get some that are often needed.
const SOURCES: [(&str, &str); 4] = [
    ("aws", "https://aws.amazon.com/cli, or `pip install awscli`"),
    ("python3", "https://www.python.org/downloads, or your system's packages"),
    ("terraform", "https://developer.hashicorp.com/terraform/install"),
    ("jq", "https://jqlang.org/download, or your system's packages"),
];

/// The programs that a scenario `requires` and that are not on PATH.
#[must_use]
pub fn missing_programs(scenario: &Scenario) -> Vec<String> {
    let missing = scenario.requires.iter().filter(|(name, _)| !is_on_path(name));
    missing.map(|(name, _)| name.clone()).collect()
}

/// Why a scenario that nobody asked for by name is skipped; none where it need not be.
pub(super) fn reason(scenario: &Scenario) -> Option<String> {
    let missing = missing_programs(scenario);
    let told = missing.iter().map(|name| format!("needs `{name}`, which is not on PATH: {}", source(name)));
    (!missing.is_empty()).then(|| told.collect::<Vec<_>>().join("; "))
}

/// What is said of a scenario that was asked for.
pub(super) fn refused(scenario: &Scenario) -> impl Iterator<Item = Diagnostic> {
    scenario.requires.iter().filter(|(name, _)| !is_on_path(name)).map(|(name, location)| {
        let message = format!("the scenario `{}` needs the program `{name}`, which is not on PATH", scenario.id);
        Diagnostic::at(location, message).help(source(name))
    })
}

fn source(name: &str) -> String {
    match SOURCES.iter().find(|(known, _)| *known == name) {
        Some((_, source)) => format!("get it from {source}"),
        None => format!("install {name}, or put the folder that holds it on PATH"),
    }
}

fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| is_program(&folder.join(name)))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_may_be_run_is_a_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tool");
        std::fs::write(&file, "").unwrap();
        assert!(!is_program(&file) && !is_program(folder.path()));
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert!(is_program(&file));
        assert!(is_on_path("sh") && !is_on_path("no-such-program"));
    }

    #[test]
    fn where_to_get_it_is_said() {
        assert_eq!(source("aws"), "get it from https://aws.amazon.com/cli, or `pip install awscli`");
        assert_eq!(source("kubectl"), "install kubectl, or put the folder that holds it on PATH");
    }
}
