//! What a run that was killed left is taken away by `smoke cleanup`; what cannot be is said.

use std::io::Read as _;
use std::net::TcpListener;

use rustix::process::Signal;

use super::endless::{CONTACTS, ENDLESS, project};
use super::stand::{Ended, Process, Project, Server, answering, await_that, hanging_up};

/// Kills a run as soon as it has told of an event.
fn killed_at(project: &Project, words: &[&str]) {
    let run = project.start(&["run", "sandbox"]);
    project.await_event(words);
    run.kill();
}

fn killed(project: &Project) {
    killed_at(project, &["\"looked\"", "review_ready"]);
}

/// `run.json` of the only run that came to an end: the clean-up's own.
fn record(project: &Project) -> serde_json::Value {
    let runs = std::fs::read_dir(project.reports()).unwrap().map(|entry| entry.unwrap().path());
    let mut records: Vec<_> = runs.filter_map(|run| std::fs::read_to_string(run.join("run.json")).ok()).collect();
    assert_eq!(records.len(), 1);
    serde_json::from_str(&records.remove(0)).unwrap()
}

/// The text of the only journal.
fn journal(project: &Project) -> String {
    let runs = std::fs::read_dir(project.reports()).unwrap().map(|entry| entry.unwrap());
    let runs = runs.filter(|run| !run.file_type().unwrap().is_symlink()).map(|run| run.path().join("journal.ndjson"));
    let mut found: Vec<_> = runs.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn nothing_is_left(ended: &Ended) {
    ended.check(0, "nothing is left to be cleaned up below ");
}

#[test]
fn after_kill_9_nothing_is_left_and_twice_is_safe() {
    let server = Server::start(&[]);
    for words in [["\"step_ended\"", "import_id"], ["\"step_started\"", "\"index\":1"], ["\"looked\"", "review_ready"]]
    {
        let project = project(&server, ENDLESS);
        killed_at(&project, &words);
        // What is left on one target is no business of another's.
        nothing_is_left(&project.smoke(&["cleanup", "local"]));
        assert_eq!(server.imports().len(), 1);
        let cleaned = project.smoke(&["cleanup", "sandbox"]);
        cleaned.check(0, "✓ passed");
        assert_eq!(server.imports(), Vec::<String>::new(), "{}", cleaned.stdout);
        let record = record(&project);
        assert_eq!((&record["run"]["verdict"], &record["run"]["exit_code"]), (&"passed".into(), &0.into()));
        let scenario = &record["scenarios"][0];
        assert_eq!((&scenario["id"], &scenario["leftovers"]), (&"endless".into(), &serde_json::json!([])));
        assert_eq!(scenario["cleanup"][0]["verdict"], "passed");
        assert!(scenario["notes"][0].as_str().unwrap().starts_with("left by the run 20"), "{scenario}");
        nothing_is_left(&project.smoke(&["cleanup"]));
    }
}

#[test]
fn old_and_new_runs_and_every_row_are_cleaned_up_after_at_once() {
    let server = Server::start(&[]);
    let rows = format!("matrix: [ {{ name: a }}, {{ name: b }} ]\n{ENDLESS}");
    let project = project(&server, &rows);
    for many in [2, 4] {
        let run = project.start(&["run", "sandbox"]);
        await_that("no imports", || server.imports().len() == many);
        for row in 0..2 {
            let of_row = |line: &str| line.contains(&format!("\"case\":{row}")) && line.contains("review_ready");
            await_that("nothing was seen of it", || project.latest("events.ndjson").lines().any(of_row));
        }
        run.kill();
    }
    let cleaned = project.smoke(&["cleanup"]);
    cleaned.check(0, "4 scenarios: 4 passed");
    assert_eq!(server.imports(), Vec::<String>::new());
    let ids: Vec<_> = record(&project)["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["endless[a]", "endless[b]", "endless[a] (2)", "endless[b] (2)"]);
}

#[test]
fn a_run_that_still_goes_on_is_left_alone() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    project.smoke(&["cleanup"]).check(0, "its run still goes on, or is cleaned up after just now; left alone");
    assert_eq!(server.imports().len(), 1);
    run.kill();
    // Two at once do not get in each other's way: one of them does it, the other leaves it alone or finds nothing.
    let two = [project.start(&["cleanup"]), project.start(&["cleanup"])].map(Process::end);
    assert_eq!(two.map(|ended| ended.code), [Some(0), Some(0)]);
    assert_eq!(server.imports(), Vec::<String>::new());
}

#[test]
fn a_run_that_came_to_its_end_leaves_nothing_to_do() {
    let server = Server::start(&[]);
    let quick = ENDLESS.replace("== \"completed\"", "== \"review_ready\"");
    let done = project(&server, &quick);
    done.smoke(&["run", "sandbox"]).check(0, "1 passed");
    assert!(journal(&done).contains("\"closed\""));
    nothing_is_left(&done.smoke(&["cleanup"]));
    // One that only looks does not even have a journal.
    let looks = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
    let only = project(&server, looks);
    only.smoke(&["run", "sandbox"]).check(0, "1 passed");
    assert!(!only.reports().join("latest/journal.ndjson").exists());
    nothing_is_left(&only.smoke(&["cleanup", "sandbox"]));
}

#[test]
fn a_target_that_is_elsewhere_today_is_refused() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    killed(&project);
    let url = server.config.split("api: { url: \"").nth(1).unwrap().split('"').next().unwrap();
    let config = project.root().join("smoke.yaml");
    std::fs::write(&config, server.config.replace(url, "http://127.0.0.1:1")).unwrap();
    let refused = project.smoke(&["cleanup"]);
    refused.check(2, &format!("sent to {url}, and sandbox is at http://127.0.0.1:1 today. Left behind, to be taken away by hand: what POST /api/v1/bulk-imports made; what came of it: import_id = "));
    assert_eq!(server.imports().len(), 1);
    std::fs::write(&config, &server.config).unwrap();
    project.smoke(&["cleanup"]).check(0, "✓ passed");
    assert_eq!(server.imports(), Vec::<String>::new());
    project.smoke(&["cleanup", "staging"]).check(2, "no target is called staging; there are ");
}

#[test]
fn an_api_that_does_not_answer_leaves_it_for_the_next_time() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    killed(&project);
    let scenario = project.root().join("scenarios/endless.yaml");
    std::fs::write(&scenario, ENDLESS.replace("delete: \"/api", "delete: \"http://127.0.0.1:1/api")).unwrap();
    let failed = project.smoke(&["cleanup"]);
    failed.check(
        1,
        "LEFT BEHIND endless › clean-up \"remove the import\": DELETE http://127.0.0.1:1/api/v1/bulk-imports/",
    );
    failed.check(1, "scenarios/endless.yaml has changed since that run: its clean-up is done as it is written now");
    assert_eq!(record(&project)["run"]["exit_code"], 1);
    std::fs::write(&scenario, ENDLESS).unwrap();
    project.smoke(&["cleanup"]).check(0, "✓ passed");
    assert_eq!(server.imports(), Vec::<String>::new());
}

#[test]
fn what_a_changed_scenario_calls_otherwise_is_said() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    killed(&project);
    let scenario = project.root().join("scenarios/endless.yaml");
    std::fs::write(&scenario, ENDLESS.replace("import_id", "upload")).unwrap();
    project
        .smoke(&["cleanup"])
        .check(1, "needs upload, which was not kept when the scenario ran: it has changed since");
    std::fs::remove_file(&scenario).unwrap();
    project.smoke(&["cleanup"]).check(1, "there is no such scenario any more. Left behind, to be taken away by hand: ");
    assert_eq!(server.imports().len(), 1);
}

/// What is told as left behind is found, though nothing but clean-up ever sent what may change something.
#[test]
fn clean_up_in_vain_is_finished_where_nothing_was_sent_before() {
    #[track_caller]
    fn check(server: &Server, scenario: &str, cleaned: &str) {
        let project = project(server, scenario);
        let again = format!("smoke cleanup sandbox --reports {}\n", project.reports().display());
        project.smoke(&["run", "sandbox"]).check(0, &format!("  finish it: {again}"));
        let junit = project.latest("junit.xml");
        assert!(junit.contains(" failures=\"0\" errors=\"0\"") && !junit.contains("<failure"), "{junit}");
        let run = std::fs::read_link(project.reports().join("latest")).unwrap();
        let left = project.smoke(&["cleanup", "sandbox"]);
        left.check(1, cleaned).check(1, &format!("  once that is mended: {again}"));
        project.smoke(&["cleanup", "--settled", run.to_str().unwrap()]).check(0, "is settled");
        nothing_is_left(&project.smoke(&["cleanup", "sandbox"]));
    }
    let server = Server::start(&[]);
    let look = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
    let delete =
        "finally:\n  - name: remove\n    http: { delete: \"/nowhere/PATH\" }\n    expect: response.status == 200\n";
    check(&server, &format!("{look}{delete}"), "LEFT BEHIND endless › clean-up \"remove\": DELETE ");
    let captured =
        format!("{look}    capture: {{ it: response.body.status }}\n{}", delete.replace("PATH", "${{ it }}"));
    check(&server, &captured, "/nowhere/ok: ");
    let secret = captured.replace("response.body.status }", "{ from: response.body.status, secret: true } }");
    check(&server, &secret, "take away by hand what DELETE ");
}

#[test]
fn what_needs_a_secret_of_then_says_how_it_is_settled() {
    let server = Server::start(&[]);
    let secret = ENDLESS.replace("import_id: response.body.id", "import_id: { from: response.body.id, secret: true }");
    let project = project(&server, &secret);
    killed(&project);
    let left = project.smoke(&["cleanup", "sandbox"]);
    let said =
        left.stdout.split("and then: smoke cleanup --settled ").nth(1).unwrap_or_else(|| panic!("{}", left.stdout));
    let run = said.split_whitespace().next().unwrap();
    project.smoke(&["cleanup", "--settled", run]).check(0, &format!("{run} is settled"));
    nothing_is_left(&project.smoke(&["cleanup", "sandbox"]));
}

#[test]
fn what_is_left_is_said_though_a_file_beside_cannot_be_read() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS);
    killed(&project);
    let beside = project.root().join("scenarios/z.yaml");
    std::fs::write(&beside, "stpes: []\n").unwrap();
    let refused = project.smoke(&["cleanup"]);
    let left = "cannot be planned any more, for these reasons. Left behind, to be taken away by hand: what POST \
                /api/v1/bulk-imports made; what came of it: import_id = ";
    refused.check(2, "z.yaml").check(2, left).check(2, "Once it is: smoke cleanup --settled ");
    let other = project.smoke(&["cleanup", "local"]);
    other.check(2, "z.yaml");
    assert!(!other.stderr.contains("Left behind"), "{}", other.stderr);
    std::fs::remove_file(beside).unwrap();
    project.smoke(&["cleanup"]).check(0, "✓ passed");
    assert_eq!(server.imports(), Vec::<String>::new());
}

#[test]
fn a_secret_is_not_in_the_journal_and_what_needs_it_is_said_until_it_is_settled() {
    let server = Server::start(&[]);
    let secret = ENDLESS.replace("response.body.id }", "{ from: response.body.id, secret: true } }");
    let project = project(&server, &secret);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.kill();
    let id = server.imports().remove(0);
    let journal = journal(&project);
    assert!(!journal.contains(&id) && journal.contains(r#""withheld":["import_id"]"#), "{journal}");
    for _ in 0..2 {
        let left = project.smoke(&["cleanup", "--quiet"]);
        left.check(1, "needs import_id, which was kept as a secret and is written nowhere: take away by hand what POST /api/v1/bulk-imports made");
        for run in project.runs() {
            let _ = std::fs::remove_file(run.join("run.json"));
        }
    }
    let run = project.runs().into_iter().find(|run| run.join("journal.ndjson").exists()).unwrap();
    let run = run.file_name().unwrap().to_owned();
    project.smoke(&["cleanup", "--settled", run.to_str().unwrap()]).check(0, "is settled");
    nothing_is_left(&project.smoke(&["cleanup"]));
    project.smoke(&["cleanup", "--settled", run.to_str().unwrap()]).check(2, "nothing is left of a run");
}

#[test]
fn a_protected_target_wants_leave() {
    let server = Server::start(&[]);
    let scenario = format!("targets: [sandbox]\n{ENDLESS}");
    let files = [
        ("smoke.yaml", server.config.replace("  sandbox:\n", "  sandbox:\n    protected: true\n")),
        ("scenarios/endless.yaml", scenario),
        ("contacts.csv", CONTACTS.to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let project = Project::of(&files).with(&server.variables());
    let run = project.start(&["run", "sandbox", "--yes"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.kill();
    project.smoke(&["cleanup"]).check(2, "sandbox is a protected target, and nobody can be asked here; pass --yes");
    assert_eq!(server.imports().len(), 1);
    project.smoke(&["cleanup", "--yes"]).check(0, "✓ passed");
    assert_eq!(server.imports(), Vec::<String>::new());
}

#[test]
fn values_of_then_and_secrets_of_today_are_used() {
    let server = Server::start(&[]);
    let scenario = "vars: { name: \"thing-${{ uuid() }}\" }
steps:
  - name: make
    http: { put: \"/things/${{ vars.name }}\" }
    expect: response.status == 404
  - name: wait
    http: { get: /health }
    until: response.status == 201
    within: 10m
finally:
  - name: remove
    http: { delete: \"/things/${{ vars.name }}/${{ vars.token }}\" }
    expect: response.status == 404
";
    let config = format!(
        "secrets: {{ key: {{ env: KEY }} }}\n{}",
        server.config.replace("vars: { ", "vars: { token: \"${{ secret.key }}-x\", ")
    );
    let project = Project::of(&[("smoke.yaml", &config), ("scenarios/put.yaml", scenario)]).with(&server.variables());
    let project = project.with(&[("KEY", "hunter2-hunter2")]);
    killed_at(&project, &["\"looked\"", "\"step\",\"index\":1"]);
    let journal = journal(&project);
    assert!(!journal.contains("hunter2") && journal.contains("thing-"), "{journal}");
    let name = journal.split("PUT ").nth(1).unwrap().split('"').next().unwrap().to_owned();
    project.smoke(&["cleanup", "--verbose"]).check(0, "✓ passed");
    let record = record(&project).to_string();
    assert!(!record.contains("hunter2"), "{record}");
    let evidence = project.smoke(&["cleanup"]);
    nothing_is_left(&evidence);
    assert!(name.starts_with("/things/thing-"), "{name}");
}

#[test]
fn what_was_never_answered_is_on_the_disk_before_it_is_sent_and_is_said_not_to_be_known() {
    let server = Server::start(&[]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let scenario = ENDLESS.replace("post: /api", &format!("post: {url}/api"));
    let project = project(&server, &scenario);
    let run = project.start(&["run", "sandbox"]);
    let mut request = [0; 64];
    let mut connection = silent.accept().unwrap().0;
    connection.read_exact(&mut request).unwrap();
    // It has arrived: so it was noted before.
    let noted = journal(&project);
    assert!(noted.contains("\"sending\"") && noted.contains("/api/v1/bulk-imports"), "{noted}");
    run.kill();
    let unknown = project.smoke(&["cleanup"]);
    unknown
        .check(3, &format!("LEFT BEHIND endless › step \"upload\": POST {url}/api/v1/bulk-imports: it was sent at "));
    unknown.check(3, "and no answer said what came of it: whether it made something is not known; look for it by hand");
    // Where it is done by hand, smoke is told so in the words that were said.
    let said = unknown.stdout.split("smoke cleanup --settled ").nth(1).unwrap();
    let run = said.split_whitespace().next().unwrap();
    assert!(unknown.stdout.contains("once that is mended: smoke cleanup sandbox"), "{}", unknown.stdout);
    project.smoke(&["cleanup", "--settled", run]).check(0, &format!("{run} is settled"));
    project.smoke(&["cleanup"]).check(0, "nothing is left");
    assert_eq!(record(&project)["run"]["verdict"], "inconclusive");
}

/// Variables are those that the run had. One that held a secret is noted nowhere: it is to be given again.
#[test]
fn a_variable_that_held_a_secret_is_given_again() {
    let server = Server::start(&[]);
    let wait = "get: \"/api/v1/bulk-imports/${{ import_id }}\"";
    let marked =
        "get: \"/api/v1/bulk-imports/${{ import_id }}\", headers: { x: \"${{ secret.key }} ${{ vars.mark }}\" }";
    let scenario =
        ENDLESS.replace(wait, marked).replace("delete: \"/api/v1/bulk-imports", "delete: \"/api/v1/${{ vars.folder }}");
    let scenario = format!("vars: {{ folder: nowhere }}\n{}", scenario.replace("[200, 204, 404]", "[204]"));
    let config = format!("secrets: {{ key: {{ env: KEY }} }}\n{}", server.config);
    let files = [("smoke.yaml", config.as_str()), ("scenarios/endless.yaml", &scenario), ("contacts.csv", CONTACTS)];
    let project = Project::of(&files).with(&server.variables()).with(&[("KEY", "bulk-imports")]);
    let run = project.start(&["run", "sandbox", "--var", "folder=bulk-imports", "--var", "mark=a"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.kill();
    project.smoke(&["cleanup"]).check(1, "DELETE /api/v1/nowhere/");
    project.smoke(&["cleanup", "--var", "folder=bulk-imports"]).check(0, "✓ passed");
    assert_eq!(server.imports(), Vec::<String>::new());
}

/// Two targets may be one place; each has its own variables, and its own clean-up.
#[test]
fn every_target_is_cleaned_up_by_itself_and_the_worst_is_what_it_ends_with() {
    let server = Server::start(&[]);
    let settings = server.config.split_once("  sandbox:\n").unwrap().1;
    let broken = settings.replace("vars: { ", "vars: { folder: nowhere, ");
    let config = format!("{}  broken:\n{broken}", server.config);
    let scenario = ENDLESS.replace("delete: \"/api/v1/bulk-imports", "delete: \"/api/v1/${{ vars.folder }}");
    let scenario = format!("vars: {{ folder: bulk-imports }}\n{}", scenario.replace("[200, 204, 404]", "[204]"));
    let files = [("smoke.yaml", config.as_str()), ("scenarios/endless.yaml", &scenario), ("contacts.csv", CONTACTS)];
    let project = Project::of(&files).with(&server.variables());
    for (made, target) in [(1, "broken"), (2, "sandbox")] {
        let run = project.start(&["run", target]);
        await_that("nothing was uploaded", || server.imports().len() == made);
        await_that("nothing was seen of it", || project.latest("events.ndjson").contains("review_ready"));
        run.kill();
    }
    let cleaned = project.smoke(&["cleanup"]);
    cleaned.check(1, " on broken, ").check(1, " on sandbox, ").check(1, "LEFT BEHIND endless › ");
    assert_eq!(server.imports().len(), 1, "{}", cleaned.stdout);
}

/// Each run brings the secrets that its own scenarios read; what cleans up after both knows them all.
#[test]
fn secrets_of_all_runs_that_are_cleaned_up_after_are_kept() {
    let server = Server::start(&[]);
    let config = format!("secrets: {{ one: {{ env: ONE }}, two: {{ env: TWO }} }}\n{}", server.config);
    let telling = |secret: &str| {
        format!(
            "{ENDLESS}  - name: tell\n    exec: {{ run: [/bin/echo, \"${{{{ secret.{secret} }}}}\"] }}\n    expect: output.stdout == import_id\n"
        )
    };
    let (one, two) = (telling("one"), telling("two"));
    let files = [
        ("smoke.yaml", config.as_str()),
        ("scenarios/one.yaml", one.as_str()),
        ("scenarios/two.yaml", two.as_str()),
        ("contacts.csv", CONTACTS),
    ];
    let secrets = [("ONE", "hunter2-of-one"), ("TWO", "hunter2-of-two")];
    let project = Project::of(&files).with(&server.variables()).with(&secrets);
    for (made, scenario) in [(1, "one"), (2, "two")] {
        let run = project.start(&["run", "sandbox", scenario]);
        await_that("nothing was uploaded", || server.imports().len() == made);
        await_that("nothing was seen of it", || project.latest("events.ndjson").contains("review_ready"));
        run.kill();
    }
    let cleaned = project.smoke(&["cleanup", "--verbose"]);
    cleaned.check(1, "LEFT BEHIND two › clean-up \"tell\"");
    assert!(!cleaned.stdout.contains("hunter2") && !cleaned.stderr.contains("hunter2"), "{}", cleaned.stdout);
    assert!(!record(&project).to_string().contains("hunter2"));
}

/// What a killed run made is known, and only what it should have read of it is not.
#[test]
fn what_is_only_half_known_is_left_and_said() {
    let server = Server::start(&[]);
    let of = ENDLESS.replace("${{ import_id }}\" }\n    expect", "${{ import_id }}?of=${{ rows }}\" }\n    expect");
    let scenario =
        of.replace("    within: 10m\n", "    within: 10m\n    capture: { rows: response.body.rows_total }\n");
    assert_ne!(of, ENDLESS);
    let project = project(&server, &scenario);
    killed(&project);
    let left = project.smoke(&["cleanup"]);
    left.check(
        1,
        "LEFT BEHIND endless › clean-up \"remove the import\": remove the import: needs rows, which was never",
    );
    left.check(1, &format!("captured, though import_id ({}) was", server.imports()[0]));
}

#[test]
fn what_was_answered_without_a_name_may_be_there_and_is_said() {
    let server = Server::start(&[]);
    for (answer, code) in [("504 Gateway Timeout", 1), ("500 Internal Server Error", 1), ("201 Created", 1)] {
        let scenario = ENDLESS.replace("post: /api", &format!("post: {}/api", answering(answer)));
        let project = project(&server, &scenario);
        let ended = project.smoke(&["run", "sandbox"]);
        ended.check(code, "LEFT BEHIND");
        ended.check(code, &format!("it was answered {}", &answer[..3]));
        project.smoke(&["cleanup"]).check(3, "and no answer said what came of it");
    }
    // One that was refused made nothing.
    let refused = ENDLESS.replace("post: /api", &format!("post: {}/api", answering("422 Unprocessable")));
    let project = project(&server, &refused);
    let ended = project.smoke(&["run", "sandbox"]);
    assert!(!ended.stdout.contains("LEFT BEHIND"), "{}", ended.stdout);
    nothing_is_left(&project.smoke(&["cleanup"]));
}

#[test]
fn a_program_that_was_killed_may_have_made_something() {
    let server = Server::start(&[]);
    let scenario = "steps:
  - name: make
    exec: { run: [/bin/sh, -c, \"echo thing > made; echo thing; sleep 20\"] }
    expect: output.code == 0
    capture: { thing: output.stdout }
finally:
  - name: remove
    exec: { run: [/bin/rm, \"${{ thing }}\"] }
    expect: output.code == 0
";
    let project = project(&server, scenario);
    let run = project.start(&["run", "sandbox"]);
    await_that("nothing made", || project.root().join("scenarios/made").exists());
    run.signal(Signal::INT);
    let why =
        "it was started, but did not come to its end (the run was interrupted): whether it made something is not known";
    run.end().check(130, why);
    project.smoke(&["cleanup"]).check(3, "no answer said what came of it: whether it made something is not known");
}

/// What a run tells as left, `smoke cleanup` knows of: also where no `finally` could take it away, or none that needs its
/// name.
#[test]
fn what_was_never_answered_is_told_by_both_whatever_clean_up_there_is() {
    let server = Server::start(&[]);
    let cut = hanging_up();
    let lost =
        format!("steps:\n  - name: order\n    http: {{ post: {cut}/orders }}\n    expect: response.status == 201\n");
    let finally =
        "finally:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n".to_owned();
    for clean_up in [String::new(), finally] {
        let project = project(&server, &format!("{lost}{clean_up}"));
        let told = format!("LEFT BEHIND endless › step \"order\": POST {cut}/orders: it was sent");
        project.smoke(&["run", "sandbox"]).check(1, &told);
        let run = std::fs::read_link(project.reports().join("latest")).unwrap();
        for _ in 0..2 {
            project.smoke(&["cleanup"]).check(3, &told).check(3, "whether it made something is not known");
        }
        project.smoke(&["cleanup", "--settled", run.to_str().unwrap()]).check(0, "is settled");
        nothing_is_left(&project.smoke(&["cleanup"]));
    }
    // One that may be sent twice is told by neither.
    let put = project(&server, &lost.replace("post:", "put:"));
    let ended = put.smoke(&["run", "sandbox"]);
    assert!(!ended.check(1, "connection closed by").stdout.contains("LEFT BEHIND"), "{}", ended.stdout);
    nothing_is_left(&put.smoke(&["cleanup"]));
}

/// Whoever has no `finally` means what it makes to stay.
#[test]
fn what_was_answered_is_nobodys_to_take_away_where_there_is_no_clean_up() {
    let server = Server::start(&[]);
    let project = project(&server, ENDLESS.split_once("finally:").unwrap().0);
    killed(&project);
    assert!(journal(&project).contains("\"answered\":true"), "{}", journal(&project));
    nothing_is_left(&project.smoke(&["cleanup"]));
    assert_eq!(server.imports().len(), 1);
}
