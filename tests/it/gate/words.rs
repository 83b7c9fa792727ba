//! What was typed, and where: a command line that means less than it says is refused, never taken for something else.

use super::stand::Project;

const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
const LOCAL: &str = "targets: { local: { sandbox: {} } }\n";

#[track_caller]
fn check(project: &Project, words: &[&str], code: i32, said: &str) {
    project.smoke(words).check(code, said);
}

fn runs(project: &Project) -> usize {
    std::fs::read_dir(project.reports()).unwrap().count()
}

#[test]
fn a_variable_that_no_selected_scenario_reads_is_refused() {
    let image = LOOK.replace("/health", "\"/health?${{ vars.image }}\"");
    let project =
        Project::of(&[("smoke.yaml", LOCAL), ("scenarios/health.yaml", LOOK), ("scenarios/deploy.yaml", &image)]);
    let refused = "no selected scenario reads the variable `image` that --var gives: selected is `health`";
    check(&project, &["run", "local", "health", "--var", "image=nope:1"], 2, refused);
    check(&project, &["run", "local", "health", "--var", "image=nope:1"], 2, "it is read by `deploy`");
    check(&project, &["run", "local", "--var", "image=nope:1"], 0, "2 passed");
    let project = project.with(&[("SMOKE_VAR", "image=nope:1")]);
    check(&project, &["run", "local", "health"], 2, refused);
}

#[test]
fn a_target_that_was_forgotten_is_not_the_sandbox() {
    let targets = "targets: { prod: { api: { url: \"http://127.0.0.1:1\" } } }\n";
    let project = Project::of(&[("smoke.yaml", targets), ("scenarios/look.yaml", LOOK)]);
    let named = "name a target: prod; or add `local: { sandbox: {} }`";
    check(&project, &["run"], 2, named);
    check(&project, &["run", "look"], 2, named);
    check(&project, &["list"], 2, named);
    check(&project, &["run", ""], 2, "an empty word is neither a target nor a scenario");
    check(&project, &["run", "look", "prod"], 2, "the target goes first: smoke run prod look");
    assert_eq!(runs(&project), 0);
    check(&project, &["run", "local"], 0, "1 passed");
    let none = Project::of(&[("scenarios/look.yaml", LOOK)]);
    check(&none, &["run"], 0, "there is no smoke.yaml here, so this runs on the sandbox inside smoke");
    check(&none, &["run", ""], 2, "an empty word");
}

#[test]
fn a_folder_with_nothing_in_it_is_not_sound() {
    let nothing = Project::of(&[("other/notes.txt", ""), ("other/deep/a.yaml", "no: scenario\n")]);
    let said = format!("no smoke.yaml and no scenarios here ({})", nothing.root().canonicalize().unwrap().display());
    for command in ["check", "list", "run"] {
        check(&nothing, &[command], 2, &said);
    }
    check(&nothing, &["check", "other"], 2, "no smoke.yaml and no scenarios here");
    check(&nothing, &["check", "/"], 2, "no smoke.yaml and no scenarios here (/)");
}

#[test]
fn a_folder_means_the_project_in_it() {
    let two = "targets: { local: { sandbox: {} }, qa: {} }\n";
    let project = Project::of(&[
        ("smoke.yaml", LOCAL),
        ("scenarios/a.yaml", LOOK),
        ("inner/smoke.yaml", two),
        ("inner/scenarios/b.yaml", LOOK),
        ("loose/c.yaml", LOOK),
        ("loose/deep/d.yaml", "no: scenario\n"),
    ]);
    for words in [&["check", "."][..], &["check", "smoke.yaml"], &["check"]] {
        check(&project, words, 0, "1 scenario and 1 target: nothing wrong");
    }
    check(&project, &["check", "loose"], 0, "2 scenarios and 1 target: nothing wrong");
    check(&project, &["check", "inner", "inner/smoke.yaml"], 2, "has no `api`");
    let above = format!("{} has a smoke.yaml", project.root().canonicalize().unwrap().display());
    for words in [&["check"][..], &["list"], &["run", "c.yaml"], &["run"]] {
        check(&project, &[&["-C", "loose/deep/.."], words].concat(), 2, &above);
    }
}

#[test]
fn a_file_that_the_command_line_names_is_told_with_where_it_was_looked_for() {
    let file = LOOK.replace("{ get: /health }", "{ put: /health, multipart: { f: { path: \"${{ vars.file }}\" } } }");
    let project = Project::of(&[("smoke.yaml", LOCAL), ("scenarios/up.yaml", &file), ("big.csv", "a\n")]);
    let said = "the name comes from the command line, `--var file=big.csv`, and is seen from scenarios, where the scenario lies";
    check(&project, &["run", "local", "--var", "file=big.csv"], 2, said);
}

#[test]
fn an_endpoint_that_only_the_environment_names_leaves_no_run_behind() {
    let targets = "targets: { local: { sandbox: {} }, prod: { aws: { region: eu-west-1 } } }\n";
    let alarm = "steps:\n  - name: look\n    alarm: down\n    expect: alarm.silent\n";
    let project = Project::of(&[
        ("smoke.yaml", targets),
        ("scenarios/a.yaml", &format!("targets: [local]\n{LOOK}")),
        ("scenarios/b.yaml", &format!("targets: [prod]\n{alarm}")),
    ]);
    check(&project, &["run", "local"], 0, "1 passed");
    let latest = std::fs::read_link(project.reports().join("latest")).unwrap();
    let project = project.with(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]);
    let ended = project.smoke(&["run", "prod"]);
    ended.check(2, "error: ").check(2, "AWS_ENDPOINT_URL");
    assert_eq!(ended.stdout, "");
    assert_eq!((std::fs::read_link(project.reports().join("latest")).unwrap(), runs(&project)), (latest, 2));
    // The SDK is told not to use it; without credentials nothing is sent to anybody.
    let ignoring = [("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let ended = project.with(&ignoring).smoke(&["run", "prod"]);
    ended.check(3, "credentials");
    assert!(!ended.stdout.contains("127.0.0.1"), "{}", ended.stdout);
}

/// Each part is one job, and the merge decides: a job that had nothing to judge is not red where the whole is not.
#[test]
fn a_part_that_fell_to_skipped_scenarios_is_no_error_and_no_verdict() {
    let off = LOOK.replace("- name: ", "- when: \"false\"\n    name: ");
    let part = |first: &str, typed: &str, index: &str, of: &str, code: i32, said: &str| {
        let environment = [("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", of)];
        let files = [("smoke.yaml", LOCAL), ("scenarios/a.yaml", first), ("scenarios/b.yaml", &off)];
        let run = Project::of(&files).with(&environment);
        run.smoke(&["run", "--shard", typed]).check(code, said);
        (run.reports().join("latest/run.json").to_str().unwrap().to_owned(), run)
    };
    let idle = "shard 2/2 was judged: every expectation was skipped; the verdict is that of all shards together";
    let (one, kept) = part(LOOK, "auto", "1", "2", 0, "1 passed");
    let (two, skipped) = part(LOOK, "auto", "2", "2", 0, idle);
    assert_eq!(skipped.run_json()["run"]["verdict"], "skipped");
    check(&kept, &["merge", &one, &two], 0, "1 passed, 1 skipped");
    let nothing = "nothing was judged: every expectation was skipped";
    part(LOOK, "2/2", "2", "2", 2, nothing);
    part(&off, "auto", "1", "1", 2, nothing);
    // Where it is so everywhere, the whole says so.
    let (other, all) = part(&off, "auto", "1", "2", 0, "shard 1/2 was judged: every expectation was skipped");
    check(&all, &["merge", &other, &two], 2, "nothing was judged");
}

#[test]
fn a_part_that_the_ci_system_left_empty_is_no_error_and_no_verdict() {
    let project = Project::of(&[("smoke.yaml", LOCAL), ("scenarios/a.yaml", LOOK)]);
    check(&project, &["run", "--shard", "2/2"], 2, "there is only 1 to run\n |\n = help: use at most 1 shard\n");
    let record = |index: &str, said: &str| {
        let environment = [("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", "2")];
        let run = Project::of(&[("smoke.yaml", LOCAL), ("scenarios/a.yaml", LOOK)]).with(&environment);
        run.smoke(&["run", "--shard", "auto"]).check(0, said);
        (run.reports().join("latest/run.json").to_str().unwrap().to_owned(), run)
    };
    let (one, kept) = record("1", "1 passed");
    let (two, empty) = record("2", "shard 2/2 is empty");
    assert_eq!(empty.run_json()["run"]["verdict"], "skipped");
    check(&project, &["merge", &one, &two], 0, "1 passed");
    check(&project, &["merge", &two], 3, "shard 1/2 is missing");
    drop(kept);
}
