//! The real binary: what it says and which exit code it gives. Runs themselves are tested elsewhere.

use std::path::Path;
use std::process::{Command, Output};

fn smoke(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
    // The environment of whoever runs the tests must not speak up.
    command.env_clear().args(args).output().unwrap()
}

struct Expected<'text> {
    code: i32,
    stdout: &'text str,
    stderr: &'text str,
}

/// Runs the binary and looks for words in what it says; an empty expectation means that nothing is said.
#[track_caller]
fn check(args: &[&str], expected: &Expected<'_>) -> String {
    let output = smoke(args);
    let said = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (said(&output.stdout), said(&output.stderr));
    let fits = |text: &str, wanted: &str| if wanted.is_empty() { text.is_empty() } else { text.contains(wanted) };
    assert_eq!(output.status.code(), Some(expected.code), "{args:?}\n{stdout}{stderr}");
    assert!(fits(&stdout, expected.stdout), "{args:?} said on standard output:\n{stdout}");
    assert!(fits(&stderr, expected.stderr), "{args:?} said on standard error:\n{stderr}");
    stdout
}

fn run_json(name: &str) -> String {
    Path::new("fixtures/runs").join(name).join("run.json").display().to_string()
}

/// CI systems leave variables that are set and empty; and whoever writes something else than yes or no is asked again.
#[test]
fn a_variable_without_a_value_says_nothing_and_one_with_a_wrong_value_is_refused() {
    let run = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
        let output = command.env_clear().env(name, value).args(["run", "no-such-scenario"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for name in ["SMOKE_FAULT", "SMOKE_TAG", "SMOKE_RETRIES", "SMOKE_REPORTS", "SMOKE_YES", "SMOKE_DIR", "SMOKE_SHARD"]
    {
        let (_, said) = run(name, "");
        assert!(said.contains("is called `no-such-scenario`"), "{name}: {said}");
    }
    let (code, said) = run("SMOKE_YES", "maybe");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("invalid value 'maybe' for '--yes'"), "{said}");
}

#[test]
fn help_and_version_are_results() {
    let version = concat!("smoke ", env!("CARGO_PKG_VERSION"), "\n");
    check(&["--version"], &Expected { code: 0, stdout: version, stderr: "" });
    check(&["--help"], &Expected { code: 0, stdout: "Exit codes:", stderr: "" });
    check(&["run", "--help"], &Expected { code: 0, stdout: "TARGET is the first word", stderr: "" });
}

/// Text that is wrapped in the source and again for the terminal has lines of one or two words.
#[test]
fn closing_texts_of_help_are_wrapped_once() {
    for command in ["doctor", "cleanup", "merge", "policy"] {
        let help = check(&[command, "--help"], &Expected { code: 0, stdout: "Usage:", stderr: "" });
        let closing = help.lines().rev().take_while(|line| !line.starts_with("  -V") && !line.starts_with("  -h"));
        let lines: Vec<&str> = closing.collect();
        for pair in lines.windows(2) {
            let [below, above] = [pair[0], pair[1]];
            let goes_on = !below.is_empty() && !below.starts_with(' ') && !above.starts_with(' ') && !above.is_empty();
            assert!(
                !goes_on || above.len() > 60 || above.ends_with([':', '.']),
                "{command}: {above:?} before {below:?}"
            );
        }
    }
}

#[test]
fn what_cannot_be_meant_is_invalid() {
    #[track_caller]
    fn refuses(args: &[&str], why: &str) {
        check(args, &Expected { code: 2, stdout: "", stderr: why });
    }
    refuses(&[], "Usage: smoke");
    refuses(&["rum"], "a similar subcommand exists: 'run'");
    refuses(&["rnu"], "a similar subcommand exists: 'run'");
    refuses(&["run", "--report", "junti"], "did you mean junit?");
    refuses(&["report", "run.json", "--report", "text"], "a similar argument exists: '--format'");
    refuses(&["run", "--format", "junit"], "a similar argument exists: '--report'");
    refuses(&["run", "--retires", "2"], "a similar argument exists: '--retries'");
    refuses(&["run", "--shard", "4/3"], "expected I/N with I from 1 to N, or auto");
    refuses(&["run", "--shard", "auto"], "--shard auto: no CI system says which part this is");
    refuses(&["run", "--fault", "worker-dwon"], "a similar value exists: 'worker-down'");
    refuses(&["run", "--timeout", "soon"], "write for instance 90s or 5m");
    refuses(&["policy", "prod", "--account", "foo"], "an account's id has 12 digits");
    refuses(&["run", "--jobs", "0"], "expected a whole number from 1 on");
    refuses(&["run", "--report", "pdf"], "no format is called pdf");
    refuses(&["run", "--quiet", "--verbose"], "cannot be used with");
    refuses(&["-C", "/no/such/folder", "list"], "cannot change to /no/such/folder: ");
}

#[test]
fn the_environment_sets_options() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
    let output = command.env_clear().env("SMOKE_SHARD", "9/3").arg("run").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("expected I/N with I from 1 to N, or auto"));
}

#[test]
fn completions_know_our_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        check(&["completions", shell], &Expected { code: 0, stdout: "skip-tag", stderr: "" });
    }
}

#[test]
fn a_recorded_run_is_drawn_again() {
    for (format, file) in [("json", "run.json"), ("junit", "junit.xml")] {
        let drawn = check(
            &["report", &run_json("failed"), "--format", format],
            &Expected { code: 0, stdout: "failed", stderr: "" },
        );
        let expected = std::fs::read_to_string(Path::new("fixtures/runs/failed").join(file)).unwrap();
        assert_eq!(drawn, expected);
    }
    check(&["report", "fixtures/runs/failed"], &Expected { code: 0, stdout: "FAILED bulk-import", stderr: "" });
    let text = check(&["report", &run_json("failed")], &Expected { code: 0, stdout: "FAILED bulk-import", stderr: "" });
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn what_is_no_recorded_run_says_why() {
    let no_such = Expected { code: 2, stdout: "", stderr: "error: no/such.json: No such file" };
    check(&["report", "no/such.json"], &no_such);
    let foreign = Expected { code: 2, stdout: "", stderr: "error: Cargo.toml: not JSON: " };
    check(&["report", "Cargo.toml"], &foreign);
}

#[test]
fn the_schema_of_a_run_is_printed() {
    let schema = check(&["schema", "run"], &Expected { code: 0, stdout: "schema_version", stderr: "" });
    serde_json::from_str::<serde_json::Value>(&schema).unwrap();
}

#[test]
fn faults_are_listed_without_starting_anything() {
    check(&["sandbox", "--list-faults"], &Expected { code: 0, stdout: "worker-down", stderr: "" });
}
