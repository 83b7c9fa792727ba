//! Whatever ends a run, its reports are whole and say so; and what it leaves can be cleaned up.

use super::endless::{ENDLESS, project};
use super::stand::Server;

/// A panic at `place`, while there is something to be cleaned up.
#[track_caller]
fn check(place: &str, leaves: bool) {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    let now = project.root().join("now");
    let project = project.with(&[("SMOKE_DRILL", &format!("{place}:{}", now.display()))]);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    std::fs::write(&now, "").unwrap();
    let ended = run.end();
    ended.check(4, "internal error");
    let run = project.run_json();
    assert_eq!((&run["run"]["verdict"], &run["run"]["exit_code"]), (&"aborted".into(), &4.into()), "{run}");
    assert!(run["run"]["broken_off"].as_str().unwrap().starts_with("internal error: "), "{run}");
    assert_eq!(run["scenarios"][0]["verdict"], "aborted");
    quick_junit::Report::deserialize_from_str(&project.latest("junit.xml")).unwrap();
    assert_eq!(server.imports().len(), usize::from(leaves), "{}{}", ended.stdout, ended.stderr);
    let project = project.with(&[("SMOKE_DRILL", "")]);
    project.smoke(&["cleanup"]).check(0, if leaves { "✓ passed" } else { "nothing is left" });
    assert_eq!(server.imports(), Vec::<String>::new());
    if leaves {
        assert!(run["scenarios"][0]["leftovers"][0]["what"].as_str().unwrap().starts_with("import_id = "), "{run}");
    }
}

#[test]
fn a_panic_in_the_engine() {
    check("engine", true);
}

#[test]
fn a_panic_in_what_takes_events_in() {
    // The engine still lives, and cleans up.
    check("watcher", false);
}

#[test]
fn a_panic_on_the_main_thread() {
    check("main", true);
}

#[test]
fn a_folder_for_reports_that_goes_away() {
    let server = Server::start(&[]);
    let project = project(&server, &ENDLESS.replace("\"completed\"\n    within: 10m", "\"completed\"\n    within: 4s"));
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    let folder = project.runs().remove(0);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "a file in its place").unwrap();
    let ended = run.end();
    ended.check(4, "a report could not be written: ");
    // Many files, two reasons, and no path of what is not there.
    assert_eq!(ended.stderr.matches("a report could not be written: ").count(), 2, "{}", ended.stderr);
    assert!(ended.stderr.contains(" more alike)"), "{}", ended.stderr);
    assert!(!ended.stdout.contains("run.json") && !ended.stdout.contains("report.html"), "{}", ended.stdout);
    assert_eq!(server.imports(), Vec::<String>::new());
}

#[test]
fn a_full_disk() {
    let server = Server::start(&[]);
    let look = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
    let project = project(&server, look);
    project.smoke(&["run", "sandbox", "--report", "ndjson=/dev/full"]).check(4, "No space left on device");
    // Everything else is as it should be.
    assert_eq!(project.run_json()["run"]["verdict"], "passed");
}

#[test]
fn what_cannot_be_noted_is_not_sent() {
    let server = Server::start(&[]);
    let first = "steps:
  - name: look first
    http: { get: /health }
    expect: response.status == 200
    for: 3s
";
    let project = project(&server, &ENDLESS.replace("steps:\n", first));
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\""]);
    let folder = project.runs().remove(0);
    std::fs::create_dir(folder.join("journal.ndjson")).unwrap();
    let ended = run.end();
    ended.check(4, "the clean-up journal cannot be written: ");
    ended.check(4, "so nothing was sent");
    assert_eq!(server.imports(), Vec::<String>::new());
    assert_eq!(project.run_json()["scenarios"][0]["steps"][1]["verdict"], "aborted");
}
