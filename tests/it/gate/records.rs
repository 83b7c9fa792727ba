//! What a run writes, and how it can be told to.

use super::stand::Project;

const LOOK: &str =
    "tags: [quick]\nsteps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == vars.wanted\n";
const CONFIG: &str = "targets: { local: { sandbox: {} } }\nvars: { wanted: 200 }\n";

fn project() -> Project {
    let slow = LOOK.replace("quick", "slow");
    Project::of(&[("smoke.yaml", CONFIG), ("scenarios/look.yaml", LOOK), ("scenarios/other.yaml", &slow)])
}

#[test]
fn a_run_has_a_folder_of_its_own_and_latest_points_to_it() {
    let project = project();
    for _ in 0..2 {
        project.smoke(&["run"]).check(0, "2 passed");
    }
    let id = project.run_json()["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read_link(project.reports().join("latest")).unwrap().to_str(), Some(id.as_str()));
    let mut names: Vec<_> =
        std::fs::read_dir(project.reports()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 3, "two runs and `latest`: {names:?}");
    let mut files: Vec<_> =
        std::fs::read_dir(project.reports().join(&id)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["events.ndjson", "junit.xml", "report.html", "run.json", "summary.md"]);
    let events = project.latest("events.ndjson");
    let facts: Vec<serde_json::Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&facts[0]["fact"], &facts[facts.len() - 1]["fact"]), (&"run_started".into(), &"run_ended".into()));
}

#[test]
fn reports_are_drawn_again_to_the_byte() {
    let project = Project::ours();
    project.smoke(&["run", "--fault", "import-fails", "--jobs", "4"]).check(1, "failed");
    let run = project.reports().join("latest/run.json");
    let drawn = [("junit", "junit.xml"), ("json", "run.json"), ("html", "report.html"), ("markdown", "summary.md")];
    for (format, name) in drawn {
        let drawn = project.smoke(&["report", run.to_str().unwrap(), "--format", format]);
        assert_eq!((drawn.code, drawn.stdout), (Some(0), project.latest(name)));
    }
}

#[test]
fn reports_go_where_they_are_told_to() {
    let project = project();
    let arguments = ["run", "look", "--report", "junit=out/j.xml", "--report", "json=-"];
    // Only a run's own folders are made: another that is not there is more likely a slip.
    project.smoke(&arguments).check(4, "out/j.xml: there is no folder out");
    assert_eq!(std::fs::read_dir(project.reports()).unwrap().count(), 0);
    std::fs::create_dir(project.root().join("out")).unwrap();
    let ended = project.smoke(&arguments);
    ended.check(0, "1 passed");
    assert_eq!(ended.stdout, project.latest("run.json"));
    assert_eq!(std::fs::read_to_string(project.root().join("out/j.xml")).unwrap(), project.latest("junit.xml"));
}

#[test]
fn options_stand_anywhere_and_in_the_environment() {
    let count = |project: &Project| project.run_json()["counts"]["scenarios"].as_u64();
    let plain = project();
    plain.smoke(&["run", "--jobs", "1", "local", "look", "--quiet", "--var", "wanted=200"]).check(0, "1 passed");
    plain.smoke(&["run", "--var", "wanted=201"]).check(1, "200 == 201");
    let told = project().with(&[("SMOKE_TAG", "quick"), ("SMOKE_VAR", "wanted=404"), ("SMOKE_REPORT", "junit=j.xml")]);
    told.smoke(&["run"]).check(1, "200 == 404");
    assert_eq!(count(&told), Some(1));
    assert_eq!(std::fs::read_to_string(told.root().join("j.xml")).unwrap(), told.latest("junit.xml"));
    told.smoke(&["run", "--var", "wanted=200", "--report", "html=h.html"]).check(0, "passed");
    assert_eq!(std::fs::read_to_string(told.root().join("h.html")).unwrap(), told.latest("report.html"));
    assert_eq!(std::fs::read_to_string(told.root().join("j.xml")).unwrap(), told.latest("junit.xml"));
    told.smoke(&["run", "--report", "html=j.xml"]).check(2, "only one --report can go to j.xml");
}

#[test]
fn of_quiet_and_verbose_the_one_that_was_typed_counts() {
    #[track_caller]
    fn check(set: (&str, &str), typed: &str, looks: bool) {
        let ended = project().with(&[set]).smoke(&["run", "look", typed, "--var", "wanted=200"]);
        ended.check(0, "1 passed");
        assert_eq!(!ended.stderr.is_empty(), looks, "{}", ended.stderr);
    }
    check(("SMOKE_VERBOSE", "1"), "-q", false);
    check(("SMOKE_QUIET", "1"), "-v", true);
    let both = project().with(&[("SMOKE_QUIET", "1"), ("SMOKE_VERBOSE", "1")]);
    both.smoke(&["run"]).check(2, "the argument '--quiet' cannot be used with '--verbose...'");
}

#[test]
fn it_works_as_if_started_elsewhere() {
    let (here, there) = (project(), project());
    let dir = there.root().to_str().unwrap();
    here.smoke(&["-C", dir, "run", "look"]).check(0, "1 passed");
    here.smoke(&["list", "-C", dir]).check(0, "look");
}

/// Evidence lies beside the reports, under the names that they give it.
#[test]
fn evidence_is_kept_as_files() {
    let project = project();
    project.smoke(&["run", "look", "--var", "wanted=201"]).check(1, "200 == 201");
    let evidence = &project.run_json()["scenarios"][0]["steps"][0]["evidence"];
    assert_eq!(evidence[1]["title"], "last response");
    let path = "evidence/look/look-last-response.txt";
    assert_eq!(project.latest(path).trim_end(), evidence[1]["text"].as_str().unwrap().trim_end());
    assert!(project.latest("report.html").contains(path) && project.latest("junit.xml").contains(path));
}

/// GitHub's file for a step's summary is shared by all commands of the step.
#[test]
fn a_steps_summary_is_added_to_and_annotations_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.md");
    std::fs::write(&summary, "from before\n").unwrap();
    let project = project().with(&[("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]);
    let to = format!("markdown={}", summary.display());
    let ended = project.smoke(&["run", "look", "--var", "wanted=201", "--report", "github", "--report", &to]);
    ended.check(1, "FAILED look");
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), format!("from before\n\n{}", project.latest("summary.md")));
    let first = "::error file=scenarios/look.yaml,line=3,title=failed%3A look › step \"look\"::";
    assert!(ended.stdout.starts_with(first), "{}", ended.stdout);
}

#[test]
fn a_steps_summary_is_known_however_it_is_spelt() {
    for spelt in ["summary.md", "./summary.md", "scenarios/../summary.md"] {
        let project = project();
        let summary = project.root().join("summary.md");
        std::fs::write(&summary, "from before\n").unwrap();
        let elsewhere = self::project().with(&[("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]);
        let (dir, to) = (project.root().to_str().unwrap(), format!("markdown={spelt}"));
        elsewhere.smoke(&["-C", dir, "run", "look", "--report", &to]).check(0, "1 passed");
        let expected = format!("from before\n\n{}", elsewhere.latest("summary.md"));
        assert_eq!(std::fs::read_to_string(&summary).unwrap(), expected, "{spelt}");
    }
}

/// What the system under test says is no command to the CI system that reads smoke's output.
#[test]
fn nothing_that_was_seen_becomes_a_command() {
    let forged = "::error::forged\\n##[error]forged\\n  ::set-output name=x::y\\n";
    let exec = format!(
        "steps:\n  - name: say\n    exec: {{ run: [printf, \"{forged}\"] }}\n    expect: output.stdout == \"\"\n"
    );
    let project = Project::of(&[("smoke.yaml", CONFIG), ("scenarios/say.yaml", &exec)]);
    for more in [&[][..], &["--verbose"], &["--report", "junit=-"], &["--report", "html=-"], &["--report", "ndjson=-"]]
    {
        let ended = project.smoke(&[&["run", "say"], more].concat());
        ended.check(1, "FAILED say");
        for line in ended.stdout.lines().chain(ended.stderr.lines()) {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{more:?}: {line}");
        }
    }
    assert!(project.latest("run.json").contains("forged"));
}
