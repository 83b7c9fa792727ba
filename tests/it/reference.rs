//! The reference deployment in `fixtures/bulk-import-prod/`: what other tools say of it. Where one of them is missing,
//! that is said and nothing else.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test: what goes wrong ends it, and a skip is said")]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bulk-import-prod")
}

/// Runs a tool on the reference; what it wrote must be nothing, and its code 0.
fn has_no_complaint(command: &mut Command) {
    match command.current_dir(root()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: {} is not on PATH", command.get_program().display());
        }
        Err(error) => panic!("{command:?}: {error}"),
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && told.is_empty(), "{command:?}: {told}");
        }
    }
}

/// Every file below the reference whose name ends so.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no file ends in {ending}");
    found
}

#[test]
fn terraform_finds_its_files_formatted() {
    has_no_complaint(Command::new("terraform").args(["fmt", "-check", "-recursive", "-list=true"]));
}

#[test]
fn bash_reads_its_scripts() {
    for script in files("sh") {
        has_no_complaint(Command::new("bash").arg("-n").arg(script));
    }
}

#[test]
fn shellcheck_finds_nothing_in_its_scripts() {
    has_no_complaint(Command::new("shellcheck").arg("--external-sources").args(files("sh")));
}

#[test]
fn python_compiles_its_files() {
    let compile = "import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path)";
    has_no_complaint(Command::new("python3").args(["-c", compile]).args(files("py")));
}
