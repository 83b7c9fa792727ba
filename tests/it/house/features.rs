//! What tests and benchmarks ask of crates that the binary uses too, the binary asks for itself. Otherwise `cargo run` and
//! `cargo test` each build such a crate, and with `tokio` the whole SDK: minutes instead of seconds.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Every crate with the features that are turned on, a line each.
fn crates(edges: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p} {f}", "--edges", edges]);
    let output = cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim_end_matches(" (*)").trim_end().to_owned()).collect()
}

#[test]
fn tests_turn_on_nothing_in_the_crates_of_the_binary() {
    let (own, with_tests) = (crates("normal,build"), crates("normal,build,dev"));
    assert!(own.len() > 100, "{own:?}");
    assert_eq!(own.difference(&with_tests).collect::<Vec<_>>(), Vec::<&String>::new());
}
