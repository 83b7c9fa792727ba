//! `fixtures/breakages`: each file is a small patch on the reference deployment, with the step that must turn red and
//! words of its cause. The real binary runs the scenario on a patched copy; nothing else may turn red.
//!
//! A breakage begins with `Key: value` lines, then a unified diff, which `git apply` takes as well; or it names a fault
//! of the sandbox instead, where what runs differs from the files. The diff's line numbers are not looked at here, so
//! that a breakage stays true while lines around it move.
//!
//! `fixtures/alternatives`: other ways to write the reference that are as right. Nothing may turn red.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value as Json;

use crate::tools::path_with_aws;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const REFERENCE: &str = "fixtures/bulk-import-prod";
/// How many are tried side by side. Most of a run is waiting.
const SIDE_BY_SIDE: usize = 4;

/// One way to get the reference wrong.
struct Breakage {
    /// The file's name without its ending.
    name: String,
    scenario: String,
    /// None where it is as right as the reference.
    step: Option<String>,
    /// Words that the cause must hold.
    cause: String,
    /// 1 where nothing else is said; 3 where it can only be inconclusive; 0 where nothing is wrong.
    exit: i32,
    /// The step of `finally` that must say what is left behind.
    leftover: Option<String>,
    /// What is broken in the sandbox rather than in the files.
    fault: Option<String>,
    patch: Vec<FilePatch>,
}

/// What becomes of one file: blocks of lines, each with what stands there and what shall.
struct FilePatch {
    path: String,
    hunks: Vec<(String, String)>,
}

impl Breakage {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (head, diff) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let keys: BTreeMap<&str, &str> = head.lines().filter_map(|line| line.split_once(": ")).collect();
        let key = |name: &str| keys.get(name).map(|value| (*value).to_owned());
        let needed = |name: &str| key(name).unwrap_or_else(|| panic!("{}: `{name}:` is missing", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let right = path.parent().is_some_and(|folder| folder.ends_with("alternatives"));
        let exit = keys.get("Exit").map_or(i32::from(!right), |code| code.parse().unwrap());
        Self {
            name,
            scenario: needed("Scenario"),
            step: (!right).then(|| needed("Step")),
            cause: if right { String::new() } else { needed("Cause") },
            exit,
            leftover: key("Leftover"),
            fault: key("Fault"),
            patch: patches(diff),
        }
    }

    /// A copy of everything that the scenario needs, patched.
    fn copy(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let scenario = format!("scenarios/{}.yaml", self.scenario);
        for part in ["smoke.yaml", &scenario, "scenarios/steps", "fixtures/contacts.csv", REFERENCE] {
            copy(&Path::new(ROOT).join(part), &folder.path().join(part));
        }
        for FilePatch { path, hunks } in &self.patch {
            let path = folder.path().join(REFERENCE).join(path);
            let mut text =
                std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}: {}", self.name, path.display()));
            for (old, new) in hunks {
                assert_eq!(text.matches(old.as_str()).count(), 1, "{}: not there once:\n{old}", self.name);
                text = text.replacen(old, new, 1);
            }
            std::fs::write(&path, text).unwrap();
        }
        folder
    }

    /// What is wrong with how it was caught.
    fn tried(&self) -> Result<(), String> {
        let folder = self.copy();
        let (code, run) = run(folder.path(), &self.scenario, self.fault.as_deref());
        let scenario = &run["scenarios"][0];
        let red: Vec<&str> = steps(scenario)
            .filter(|step| !matches!(step["verdict"].as_str(), Some("passed" | "skipped")))
            .filter_map(|step| step["name"].as_str())
            .collect();
        let own = steps(scenario)
            .filter(|step| step["name"].as_str() == self.step.as_deref())
            .filter_map(|step| step["cause"].as_str());
        let cause = scenario["cause"].as_str().into_iter().chain(own).collect::<Vec<_>>().join("; ");
        let left = scenario["leftovers"].as_array().into_iter().flatten().filter_map(|left| left["step"].as_str());
        let left: Vec<&str> = left.collect();
        let wanted: Vec<&str> = self.step.iter().chain(&self.leftover).map(String::as_str).collect();
        let told = red == wanted && left == self.leftover.iter().collect::<Vec<_>>();
        if code == Some(self.exit) && told && cause.contains(&self.cause) {
            return Ok(());
        }
        Err(format!(
            "{}\n  wanted: exit {}, {wanted:?}, {:?}\n  seen:   exit {code:?}, {red:?}, left behind {left:?}, {cause:?}",
            self.name, self.exit, self.cause
        ))
    }
}

/// The files of a unified diff, with the lines of each hunk before and after.
fn patches(diff: &str) -> Vec<FilePatch> {
    let mut patches: Vec<FilePatch> = Vec::new();
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ b/") {
            patches.push(FilePatch { path: path.to_owned(), hunks: Vec::new() });
        } else if line.starts_with("--- a/") {
            // The next file begins; its name stands in the line below.
        } else if line.starts_with("@@") {
            patches.last_mut().unwrap().hunks.push((String::new(), String::new()));
        } else if let Some((old, new)) = patches.last_mut().and_then(|patch| patch.hunks.last_mut()) {
            let (sign, text) = line.split_at_checked(1).unwrap_or((" ", ""));
            for (side, other) in [(old, "+"), (new, "-")] {
                if sign != other {
                    side.push_str(text);
                    side.push('\n');
                }
            }
        }
    }
    patches
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
}

/// Runs a scenario on the sandbox; gives the exit code and what was recorded.
fn run(folder: &Path, scenario: &str, fault: Option<&str>) -> (Option<i32>, Json) {
    // Deploy scripts find the aws CLI of the tests' own.
    let path = if scenario == "readiness" { None } else { path_with_aws() };
    let output = Command::new(env!("CARGO_BIN_EXE_smoke"))
        .envs(path.map(|path| ("PATH", path)))
        .arg("-C")
        .arg(folder)
        .args(["run", "local", scenario, "--quiet", "--reports", "reports"])
        .args(fault.iter().flat_map(|fault| ["--fault", fault]))
        .env_remove("SMOKE_TARGET")
        .output()
        .unwrap();
    let recorded = std::fs::read_to_string(folder.join("reports/latest/run.json"));
    let recorded = recorded.unwrap_or_else(|_| {
        let told = [output.stdout, output.stderr].concat();
        panic!("nothing was recorded: {} {}", output.status, String::from_utf8_lossy(&told))
    });
    (output.status.code(), serde_json::from_str(&recorded).unwrap())
}

fn steps(scenario: &Json) -> impl Iterator<Item = &Json> {
    ["ready", "guards", "steps", "cleanup"].into_iter().flat_map(|list| scenario[list].as_array().into_iter().flatten())
}

fn all(folder: &str) -> Vec<Breakage> {
    let entries = std::fs::read_dir(Path::new(ROOT).join("fixtures").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "patch"));
    paths.sort();
    paths.iter().map(|path| Breakage::read(path)).collect()
}

/// Tries all of them; each must turn its own step red, and nothing else; what is right, none.
#[expect(clippy::print_stdout, reason = "the figure is what the test is asked for")]
fn try_all(breakages: Vec<Breakage>) {
    let wrong = Mutex::new(Vec::new());
    let count = breakages.len();
    let waiting = Mutex::new(breakages.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let Some(next) = waiting.lock().unwrap().next() else { break };
                    if let Err(why) = next.tried() {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    println!("{} of {count} were told of as they must be", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_breakage_of_what_is_written_turns_its_own_step_red_and_nothing_else() {
    try_all(all("breakages").into_iter().filter(|breakage| breakage.scenario == "readiness").collect());
}

#[test]
fn each_breakage_of_deploying_and_rolling_back_turns_its_own_step_red_and_nothing_else() {
    if path_with_aws().is_some() {
        try_all(all("breakages").into_iter().filter(|breakage| breakage.scenario != "readiness").collect());
    }
}

#[test]
fn what_is_as_right_as_the_reference_turns_nothing_red() {
    try_all(all("alternatives"));
}

#[test]
fn the_reference_itself_is_ready() {
    let whole = Breakage {
        name: "none".to_owned(),
        scenario: "readiness".to_owned(),
        step: None,
        cause: String::new(),
        exit: 0,
        leftover: None,
        fault: None,
        patch: Vec::new(),
    };
    let folder = whole.copy();
    let (code, run) = run(folder.path(), "readiness", None);
    let verdicts: Vec<&str> = steps(&run["scenarios"][0]).filter_map(|step| step["verdict"].as_str()).collect();
    assert!(verdicts.iter().all(|verdict| *verdict == "passed") && verdicts.len() > 20, "{verdicts:?}");
    assert_eq!(code, Some(0));
}
