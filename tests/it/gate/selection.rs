//! Which scenarios a command line means, and what they are called.

use super::stand::Project;

fn ids(project: &Project) -> Vec<String> {
    let run = project.run_json();
    let scenarios = run["scenarios"].as_array().unwrap().iter();
    scenarios.map(|scenario| scenario["id"].as_str().unwrap().to_owned()).collect()
}

const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
const ROWS: &str = "matrix: [{ name: the first, n: 1 }, { n: 2 }]\n\
                    steps:\n  - name: look\n    http: { get: /health }\n    expect: row.n > 0\n";

#[test]
fn a_word_is_a_path_then_an_id_then_a_tag() {
    let tagged = |tag: &str| format!("tags: [{tag}]\n{LOOK}");
    let project = Project::of(&[
        ("smoke.yaml", "targets: { local: { sandbox: {} } }\n"),
        ("scenarios/alpha.yaml", LOOK),
        ("scenarios/beta.yaml", &tagged("alpha")),
        ("scenarios/gamma.yaml", &tagged("common")),
        ("scenarios/delta.yaml", &tagged("common")),
        ("scenarios/rows.yaml", ROWS),
        ("common/epsilon.yaml", LOOK),
    ]);
    let check = |words: &[&str], expected: &[&str]| {
        project.smoke(&[&["run", "local"], words].concat()).check(0, "passed");
        assert_eq!(ids(&project), expected, "{words:?}");
    };
    check(&["alpha"], &["alpha"]);
    check(&["scenarios/beta.yaml"], &["beta"]);
    check(&["common/epsilon.yaml", "alpha"], &["alpha", "epsilon"]);
    check(&["gamma", "rows"], &["gamma", "rows[the first]", "rows[n=2]"]);
    check(&["--tag", "alpha"], &["beta"]);
    project.smoke(&["run", "local", "alhpa"]).check(2, "did you mean `alpha`?");
}

#[test]
fn the_gate_runs_alone_though_others_have_its_id_as_a_tag() {
    let project = Project::ours();
    project.smoke(&["run", "local", "bulk-import"]).check(0, "1 scenario: 1 passed");
    assert_eq!(ids(&project), ["bulk-import"]);
}

#[test]
fn a_list_shows_what_would_run() {
    let listed = Project::ours().smoke(&["list", "local"]);
    listed.check(0, "10 of 10 would run on local");
    for line in
        ["bulk-import  bulk import of a small file", "  × 3 rows", "{ name: bad rows, file: ../fixtures/invalid.csv"]
    {
        assert!(listed.stdout.contains(line), "{}", listed.stdout);
    }
}

#[test]
fn this_repository_is_sound() {
    Project::ours().smoke(&["check"]).check(0, "nothing wrong");
}

/// A gate that nobody runs because of how its file is called would never turn red.
#[test]
fn an_ending_may_be_written_in_capitals() {
    let project = Project::of(&[
        ("smoke.yaml", "targets: { local: { sandbox: {} } }\n"),
        ("scenarios/gate.YAML", LOOK),
        ("elsewhere/later.Yml", "steps: nonsense\n"),
    ]);
    project.smoke(&["run"]).check(0, "1 passed");
    assert_eq!(ids(&project), ["gate"]);
    project.smoke(&["run", "scenarios/gate.YAML"]).check(0, "1 passed");
    project.smoke(&["check", "elsewhere"]).check(2, "elsewhere/later.Yml:1:8");
}
