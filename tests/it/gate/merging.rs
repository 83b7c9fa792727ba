//! Shards of a run, put together again.

use std::path::PathBuf;

use smoke::event::{Leftover, Shard};
use smoke::record::{Part, Run, Scenario};
use smoke::report::Format;
use smoke::verdict::Verdict;

use super::stand::Project;

const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == vars.wanted\n";
const CONFIG: &str = "targets: { local: { sandbox: {} } }\nvars: { wanted: 200 }\n";

fn project() -> Project {
    let scenarios = ["a", "b", "c"].map(|name| format!("scenarios/{name}.yaml"));
    let files: Vec<_> = scenarios.iter().map(|path| (path.as_str(), LOOK)).collect();
    Project::of(&[&[("smoke.yaml", CONFIG)], files.as_slice()].concat())
}

/// Runs one shard and gives the path of its record.
fn shard(project: &Project, shard: &str, code: i32, more: &[&str]) -> PathBuf {
    project.smoke(&[&["run", "--shard", shard], more].concat()).check(code, "");
    std::fs::canonicalize(project.reports().join("latest/run.json")).unwrap()
}

/// From now on another status is wanted.
fn want(project: &Project, status: u16) {
    std::fs::write(project.root().join("smoke.yaml"), CONFIG.replace("200", &status.to_string())).unwrap();
}

fn merge(project: &Project, runs: &[&PathBuf], code: i32, said: &str) {
    let runs = runs.iter().map(|run| run.to_str().unwrap());
    project.smoke(&std::iter::once("merge").chain(runs).collect::<Vec<_>>()).check(code, said);
}

#[test]
fn shards_make_the_run_that_they_are_parts_of() {
    let project = project();
    project.smoke(&["run"]).check(0, "3 passed");
    let ids = |project: &Project| {
        let run = project.run_json();
        run["scenarios"].as_array().unwrap().iter().map(|scenario| scenario["id"].clone()).collect::<Vec<_>>()
    };
    let whole = ids(&project);
    let (one, two) = (shard(&project, "1/2", 0, &[]), shard(&project, "2/2", 0, &[]));
    merge(&project, &[&two, &one], 0, "3 passed");
    let merged = project.run_json();
    assert_eq!(ids(&project), whole);
    assert_eq!((&merged["run"]["shard"], &merged["run"]["http_requests"]), (&serde_json::Value::Null, &3.into()));
    for file in ["junit.xml", "report.html", "events.ndjson"] {
        assert!(project.latest(file).contains("scenarios/c.yaml"), "{file}");
    }
    assert!(project.latest("summary.md").contains("<code>c</code>"));
    // Every report that is drawn says what the process ended with.
    let (first, second) = (one.to_str().unwrap(), two.to_str().unwrap());
    let full = project.smoke(&["merge", first, second, "--report", "markdown=/dev/full"]);
    full.check(4, "a report could not be written: /dev/full");
    for (file, told) in [("run.json", "\"exit_code\": 4"), ("events.ndjson", "\"exit_code\":4")] {
        assert!(project.latest(file).contains(told), "{file}");
    }
    want(&project, 201);
    let failed = shard(&project, "2/2", 1, &[]);
    merge(&project, &[&one, &failed], 1, "FAILED b › step \"look\"");
}

/// Journals lie with the shards' own runs, so nothing would be found where the merged one is kept.
#[test]
fn what_a_shard_left_is_finished_where_it_ran() {
    let scenario = |id: &str| Scenario {
        id: id.into(),
        verdict: Some(Verdict::Passed),
        leftovers: vec![Leftover { step: "remove".into(), what: "DELETE /7".into(), why: "500".into(), attempt: None }],
        ..Scenario::default()
    };
    let part = |index: usize| {
        let (id, target) = (format!("r{index}"), "prod".to_owned());
        let options = Some(vec!["--reports".to_owned(), format!("out{index}"), "--tag".to_owned(), "t".to_owned()]);
        let (verdict, exit_code) = (Some(Verdict::Passed), Some(0));
        let scenarios = vec![scenario(&format!("s{index}"))];
        let shard = Some(Shard { index, of: 2 });
        let run = Run { id, target, options, verdict, exit_code, scenarios, shard, ..Run::default() };
        Part { name: format!("{index}.json"), run }
    };
    let text = |run: &Run| Format::Text.draw(run, None);
    let alone = text(&part(1).run);
    assert!(alone.contains("  finish it: smoke cleanup prod --reports out1\n"), "{alone}");
    let merged = Run::merge(vec![part(1), part(2)]).unwrap();
    assert_eq!(merged.options, Some(vec!["--tag".to_owned(), "t".to_owned()]));
    let said = "  finish it where the shards ran, each with the --reports that it had: smoke cleanup prod\n";
    assert!(text(&merged).contains(said), "{}", text(&merged));
}

/// A shard that is not there did not fail, whatever the others did.
#[test]
fn what_is_missing_beside_a_failure_is_inconclusive() {
    let project = project();
    let one = shard(&project, "1/3", 0, &[]);
    want(&project, 201);
    let two = shard(&project, "2/3", 1, &[]);
    merge(&project, &[&one, &two], 1, "INCONCLUSIVE: shard 3/3 is missing: what it ran is not known");
    let junit = project.latest("junit.xml");
    let whole = junit.split("<testcase ").find(|case| case.contains("the run as a whole")).unwrap();
    assert!(whole.contains("<error ") && whole.contains("type=\"Inconclusive\""), "{whole}");
}

#[test]
fn what_is_missing_or_no_part_is_said() {
    let project = project();
    let (one, two) = (shard(&project, "1/2", 0, &[]), shard(&project, "2/2", 0, &[]));
    merge(&project, &[&one], 3, "shard 2/2 is missing: what it ran is not known");
    assert!(project.latest("junit.xml").contains("shard 2/2 is missing"));
    merge(&project, &[&one, &two, &one], 2, "are both shard 1/2; leave out the one that does not count");
    project.smoke(&["run"]).check(0, "3 passed");
    let whole = std::fs::canonicalize(project.reports().join("latest/run.json")).unwrap();
    merge(&project, &[&one, &whole], 2, "is no shard: it was run without --shard");
    let nowhere = project.reports().join("nowhere.json");
    merge(&project, &[&one, &nowhere], 2, "nowhere.json: No such file");
}

/// b would never have run, and nobody would have missed it.
#[test]
fn shards_of_different_selections_are_no_run() {
    let project = project();
    let one = shard(&project, "1/2", 0, &["a", "b"]);
    let two = shard(&project, "2/2", 0, &["b", "c"]);
    merge(&project, &[&one, &two], 2, "of a plan with a (scenarios/a.yaml), ");
    merge(&project, &[&one, &two], 2, " of one with c (scenarios/c.yaml) instead");
    let tagged = shard(&project, "2/2", 0, &["--var", "wanted=200"]);
    let untagged = shard(&project, "1/2", 0, &[]);
    merge(&project, &[&untagged, &tagged], 2, "run.json has options none, ");
    merge(&project, &[&one, &shard(&project, "2/2", 0, &["a", "b"])], 0, "2 passed");
}

/// What an older smoke recorded can still be merged, and it is said what nobody can know.
#[test]
fn records_without_the_whole_are_merged_as_ever() {
    let project = project();
    let shards = ["1/2", "2/2"].map(|part| shard(&project, part, 0, &[]));
    for record in &shards {
        let mut json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
        assert_eq!(json["run"]["whole"][2], serde_json::json!({"id": "c", "file": "scenarios/c.yaml"}));
        json["run"].as_object_mut().unwrap().remove("whole");
        std::fs::write(record, json.to_string()).unwrap();
    }
    let [one, two] = &shards;
    merge(&project, &[one, two], 0, "nothing there tells which scenarios were shared out");
    merge(&project, &[one, two], 0, "3 passed");
}
