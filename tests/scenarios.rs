//! Scenario files as `cargo test` cases: one test a scenario that the target admits, named after the scenario's id.
//!
//! `cargo test --test scenarios` runs them on the sandbox, `SMOKE_TARGET=staging cargo test --test scenarios` on another
//! target; names, filters, `--list`, `--ignored` and nextest work as with any test. Each test runs the real binary, so
//! that what is tested is what users run.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use smoke::diagnostic;
use smoke::plan::missing_programs;
use smoke::scenario::{Project, Scenario};

#[expect(clippy::print_stderr, reason = "a test of its own harness says itself why it cannot begin")]
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var("SMOKE_TARGET").unwrap_or_else(|_| "local".to_owned());
    match trials(root, &target) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(told) => {
            eprintln!("{told}");
            ExitCode::from(2)
        }
    }
}

fn trials(root: &Path, target: &str) -> Result<Vec<Trial>, String> {
    let project = Project::load(root, &[]).map_err(|diagnostics| diagnostic::render(&diagnostics, false))?;
    let protected = project.config.targets.iter().any(|known| known.name == target && known.protected);
    let admitted = project.scenarios.iter().filter(|scenario| match &scenario.targets {
        Some(targets) => targets.iter().any(|(name, _)| name == target),
        None => !protected,
    });
    // What cannot run here for want of a program is shown as ignored.
    let trial = |scenario: &Scenario| {
        let (root, target, id) = (root.to_owned(), target.to_owned(), scenario.id.clone());
        let test = Trial::test(id.clone(), move || run(&root, &target, &id)).with_kind("scenario");
        test.with_ignored_flag(!missing_programs(scenario).is_empty())
    };
    Ok(admitted.map(|scenario| trial(scenario)).collect())
}

/// Runs one scenario; what a person would read on the terminal becomes the test's message.
fn run(root: &Path, target: &str, id: &str) -> Result<(), Failed> {
    let reports = tempfile::tempdir().map_err(|error| format!("no folder for the reports: {error}"))?;
    let output = Command::new(binary())
        .args(["-C".as_ref(), root.as_os_str(), "run".as_ref(), target.as_ref(), id.as_ref()])
        .args(["--quiet".as_ref(), "--reports".as_ref(), reports.path().as_os_str()])
        .env_remove("SMOKE_TARGET")
        .output()
        .map_err(|error| format!("smoke could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    Err(Failed::from(format!("{}\n{told}", output.status)))
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_smoke"))
}
