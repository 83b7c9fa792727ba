//! `fixtures/bad`: everything that can be wrong, each beside exactly what is said about it. After a deliberate change
//! of words: `BLESS=1 cargo test --test it bad_`, then read the difference.

use std::path::{Path, PathBuf};

use smoke::diagnostic;
use smoke::plan::check_all;
use smoke::scenario::Project;

/// What the sandbox brings.
const SANDBOX_VARS: [(&str, &str); 5] = [
    ("cluster", "sandbox"),
    ("worker", "bulk-import-worker"),
    ("backend", "backend"),
    ("log_group", "/ecs/sandbox"),
    ("alarm", "bulk-import-worker-down"),
];

/// What `smoke check` would write.
fn said(dir: &Path, paths: &[PathBuf]) -> String {
    let (project, mut problems) = Project::survey(dir, paths);
    let sandbox = SANDBOX_VARS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    problems.extend(check_all(&project, &sandbox));
    diagnostic::sort(&mut problems);
    problems.dedup();
    diagnostic::render(&problems, false)
}

/// Compares with the file that lies beside; gives the difference.
fn check(dir: &Path, paths: &[PathBuf], expected: &Path) -> Option<String> {
    let seen = said(dir, paths);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(expected, &seen).expect("the fixtures can be written");
    }
    let wanted = std::fs::read_to_string(expected).unwrap_or_default();
    (seen != wanted || seen.is_empty()).then(|| format!("{}:\n{seen}", expected.display()))
}

fn entries(dir: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("the fixtures are there");
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

#[test]
fn bad_scenarios_give_the_errors_beside_them() {
    let scenarios = entries("fixtures/bad").into_iter().filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let project = Path::new("fixtures/bad/project");
    let different: Vec<String> = scenarios
        .filter_map(|path| check(project, std::slice::from_ref(&path), &path.with_extension("stderr")))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn bad_configurations_give_the_errors_beside_them() {
    let dirs = entries("fixtures/bad/config");
    let different: Vec<String> = dirs.iter().filter_map(|dir| check(dir, &[], &dir.join("smoke.stderr"))).collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}
