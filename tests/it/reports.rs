//! Recorded runs (`fixtures/runs/*/events.ndjson`) and every report that is drawn of them, held beside each other.
//!
//! `SMOKE_BLESS=1 cargo test reports` writes the reports anew; look at what changed before it is committed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use smoke::record::Run;
use smoke::report::{Format, evidence, json, ndjson};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs")
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    names
}

/// The record of a recorded run; where its events just end, it is closed as after a panic.
fn recorded(name: &str) -> Run {
    let text = std::fs::read_to_string(folder().join(name).join("events.ndjson")).unwrap();
    let mut run = Run::default();
    let mut last = None;
    for line in text.lines() {
        let event = ndjson::read(line).unwrap();
        run.apply(&event);
        last = Some(event.at);
    }
    run.close_aborted("internal error: attempt to divide by zero", 4, last.unwrap());
    run
}

fn junit(name: &str) -> Report {
    Report::deserialize_from_str(&Format::Junit.draw(&recorded(name), None)).unwrap()
}

fn cases(report: &Report) -> impl Iterator<Item = &TestCase> {
    report.test_suites.iter().flat_map(|suite| &suite.test_cases)
}

fn check(name: &str, format: Format, file: &str) {
    let path = folder().join(name).join(file);
    let drawn = format.draw(&recorded(name), Some(&format!("reports/{name}/run.json")));
    if std::env::var_os("SMOKE_BLESS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(drawn, expected, "{name}/{file} changed; SMOKE_BLESS=1 writes it anew");
}

#[test]
fn every_recorded_run_is_drawn_as_it_was() {
    for name in names() {
        for (format, _, file) in drawn() {
            check(&name, format, file);
        }
    }
}

/// Every format and its file, but for the events, which the runs are recorded in.
fn drawn() -> impl Iterator<Item = (Format, &'static str, &'static str)> {
    Format::all().iter().copied().filter(|(format, _, _)| *format != Format::Ndjson)
}

/// Told again, a run's events make the same record; of one that broke off, up to where it did.
#[test]
fn events_told_again_make_the_same_record() {
    for name in names() {
        let run = recorded(&name);
        let mut again = Run::default();
        for line in Format::Ndjson.draw(&run, None).lines() {
            again.apply(&ndjson::read(line).unwrap());
        }
        again.close_aborted(run.broken_off.as_deref().unwrap_or_default(), run.exit_code.unwrap(), run.ended.unwrap());
        assert_eq!(again, run, "{name}");
    }
}

/// Flaky scenarios, shadow checks, leftovers: each is told by every report, and turns none of them red.
#[test]
fn every_report_tells_what_decides_nothing() {
    #[track_caller]
    fn check(name: &str, said: &[(Format, &str)]) {
        let run = recorded(name);
        for (format, words) in said {
            let text = format.draw(&run, None);
            assert!(text.contains(words), "{name}: {words:?} is not in {text}");
        }
    }
    let flaky = "passed at attempt 2";
    check(
        "flaky",
        &[
            (Format::Json, "\"flaky\": true"),
            (Format::Junit, "<flakyFailure "),
            (Format::Html, flaky),
            (Format::Markdown, flaky),
            (Format::Github, "::warning file=scenarios/twice.yaml,title=flaky%3A twice::passed at attempt 2%0A"),
            (Format::Text, "FLAKY twice: passed at attempt 2"),
        ],
    );
    let shadow =
        "shadow check failed: bulk-import-worker: 3 tasks stopped in the window (enforce: false, decides nothing)";
    check(
        "shadow",
        &[
            (Format::Json, "\"enforced\": false"),
            (Format::Junit, &format!("<skipped message=\"{shadow}\"/>")),
            (Format::Html, shadow),
            (Format::Markdown, shadow),
            (
                Format::Github,
                &format!(
                    "::notice file=scenarios/watched.yaml,line=6,title=watched › guard \"few restarts\"::{shadow}"
                ),
            ),
            (Format::Text, &format!("SHADOW watched › guard \"few restarts\": {shadow}")),
        ],
    );
    check(
        "shadow",
        &[(Format::Text, "✓ passed"), (Format::Markdown, "## ✓ passed: "), (Format::Html, "<h1>1 scenario: 1 passed")],
    );
    let left = "DELETE https";
    let warned = "title=left behind%3A ";
    check(
        "leftovers",
        &[
            (Format::Json, left),
            (Format::Junit, left),
            (Format::Html, left),
            (Format::Markdown, left),
            (Format::Github, warned),
            (Format::Text, "LEFT BEHIND"),
        ],
    );
}

/// The first line of a summary is the verdict and its cause.
#[test]
fn a_summary_begins_with_why() {
    #[track_caller]
    fn check(name: &str, expected: &str) {
        let text = Format::Markdown.draw(&recorded(name), None);
        assert_eq!(text.lines().next(), Some(expected), "{name}");
    }
    check(
        "failed",
        "## ✗ failed: no worker is running: bulk-import-worker wants 1, has 0; last task stopped 1 s ago: Essential container in task exited, exit 137",
    );
    check("passed", "## ✓ passed: 1 scenario: 1 passed; 8 steps, 11 expectations");
    check("aborted", "## ! aborted: broken off: internal error: attempt to divide by zero");
}

/// Nothing is said twice at the top of a summary.
#[test]
fn a_summary_does_not_repeat_its_heading() {
    for name in names() {
        let text = Format::Markdown.draw(&recorded(&name), None);
        let (heading, rest) = text.split_once('\n').unwrap();
        let why = heading.split_once(": ").unwrap().1;
        let top = rest.split("\n### ").take(2).collect::<String>();
        assert!(!top.contains(why), "{name}: {text}");
    }
}

/// What decided may have scrolled away by the end.
#[test]
fn a_text_ends_with_what_decided() {
    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let text = Format::Text.draw(&recorded(name), Some("r/run.json"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(&lines[lines.len() - expected.len()..], expected, "{name}");
    }
    let failed = "FAILED bulk-import › guard \"the worker stays up\": no worker is running: bulk-import-worker wants 1, \
                  has 0; last task stopped 1 s ago: Essential container in task exited, exit 137";
    check("failed", &["", failed, "  at scenarios/bulk-import.yaml:19"]);
    check("passed", &["  draw it again: smoke report r/run.json"]);
    let text = Format::Text.draw(&recorded("passed"), Some("sp ace ü/run.json"));
    assert!(text.ends_with("\n  draw it again: smoke report 'sp ace ü/run.json'\n"), "{text}");
    let aborted = "ABORTED bulk-import › step \"wait until it can be reviewed\": broken off: internal error: attempt to divide by zero";
    check("aborted", &["", aborted, "  at scenarios/bulk-import.yaml:33"]);
}

/// Each fact of what was tested stands under its own name.
#[test]
fn a_page_names_what_was_tested() {
    let mut run = recorded("passed");
    run.identity = ["API http://a", "AWS account 1 as x", "AWS region r", "AWS endpoint e"].map(str::to_owned).to_vec();
    run.scenarios[0].notes = vec!["tested worker: image w:1".to_owned()];
    let page = Format::Html.draw(&run, None);
    for (label, value) in
        [("API", "http://a"), ("AWS account", "1 as x"), ("Region", "r"), ("Endpoint", "e"), ("worker", "image w:1")]
    {
        assert!(page.contains(&format!("<dt>{label}</dt><dd>{value}</dd>")), "{label}");
    }
}

/// Rows of a matrix that failed alike are one card.
#[test]
fn a_page_tells_of_rows_that_failed_alike_once() {
    let mut run = recorded("failed");
    let one = run.scenarios.remove(0);
    run.scenarios = (0..200)
        .map(|nth| {
            let mut row = one.clone();
            row.id = format!("bulk-import[n={nth}]");
            if nth % 7 != 3 {
                row.verdict = Some(smoke::verdict::Verdict::Passed);
            }
            row
        })
        .collect();
    let page = Format::Html.draw(&run, None);
    assert_eq!(page.matches("<article ").count(), 1);
    assert!(page.contains("<strong>29 of 200 rows</strong>: <a href=\"#scenario-4\">n=3</a>"), "{page}");
    assert_eq!(Format::Text.draw(&run, None).matches("stopped tasks").count(), 1);
}

/// What reports say where evidence lies is where it is written.
#[test]
fn reports_name_the_files_of_evidence() {
    for name in names() {
        let run = recorded(&name);
        for file in evidence::files(&run) {
            assert!(
                Format::Html.draw(&run, None).contains(&format!("href=\"{}\"", file.path)),
                "{name}: {}",
                file.path
            );
        }
    }
    let files = evidence::files(&recorded("failed"));
    let guard = "evidence/bulk-import/the-worker-stays-up";
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, [format!("{guard}-stopped-tasks.txt"), format!("{guard}-last-events-of-the-service.txt")]);
    assert_eq!(files[0].text, "4f1c…  exit 137  Essential container in task exited\n");
    let flaky = evidence::files(&recorded("flaky"));
    assert_eq!(flaky[0].path, "evidence/twice/attempt-1-upload-a-small-file-last-response.txt");
    for format in [Format::Junit, Format::Markdown] {
        assert!(format.draw(&recorded("failed"), None).contains(paths[0]));
    }
}

#[test]
fn what_is_written_reads_back_and_draws_the_same() {
    for name in names() {
        let run = recorded(&name);
        let text = Format::Json.draw(&run, None);
        let again = json::read(&text).unwrap();
        assert_eq!(again, run, "{name}");
        for (format, _, file) in Format::all() {
            assert_eq!(format.draw(&again, None), format.draw(&run, None), "{name}/{file}");
        }
    }
}

#[test]
fn counts_add_up() {
    for name in names() {
        let counts = recorded(&name).counts();
        let sum = counts.passed + counts.failed + counts.inconclusive + counts.skipped + counts.aborted;
        assert_eq!(sum, counts.scenarios, "{name}");
    }
}

/// GitLab and others know a test case by class and name, and keep only the first of two.
#[test]
fn junit_cases_are_told_apart_by_class_and_name() {
    for name in names() {
        let report = junit(&name);
        let mut seen = HashSet::new();
        for case in cases(&report) {
            let id = (case.classname.clone().unwrap(), case.name.clone());
            assert!(!id.1.is_empty() && seen.insert(id.clone()), "{name}: {id:?}");
        }
    }
}

/// Names are keys of histories: no run's id, no time.
#[test]
fn junit_names_hold_no_ids() {
    for name in names() {
        let (report, run) = (junit(&name), recorded(&name));
        let suites = report.test_suites.iter().map(|suite| suite.name.as_str());
        let all = cases(&report).map(|case| case.name.as_str()).chain(suites).chain(report.name.as_deref());
        for text in all {
            assert!(!text.contains(&run.id) && !text.contains("20261123"), "{name}: {text}");
        }
    }
}

/// Some consumers show only `message`, some only the body.
#[test]
fn junit_headlines_stand_in_both_places() {
    for name in names() {
        for case in cases(&junit(&name)) {
            if let TestCaseStatus::NonSuccess { message, description, .. } = &case.status {
                let (message, body) = (message.as_deref().unwrap(), description.as_deref().unwrap());
                assert_eq!(body.lines().next(), Some(message), "{name}");
            }
        }
    }
}

/// Where the cause lies deeper than what the step says, it comes first everywhere, and the step's sentence below it, once.
#[test]
fn a_deeper_cause_comes_first_and_what_the_step_says_once_below() {
    let own = "expected a.state == \"done\", saw \"queued\" == \"done\", after waiting 20 s";
    let deeper = "the worker runs but takes up nothing: still queued after 20 s";
    let mut run = recorded("failed");
    let guard = run.scenarios[0].guards.iter_mut().find(|guard| guard.name == "the worker stays up").unwrap();
    guard.cause = Some(own.to_owned());
    run.scenarios[0].cause = Some(deeper.to_owned());
    run.scenarios[0].notes = vec![own.to_owned(), "worker: image w:1".to_owned()];
    let junit = Report::deserialize_from_str(&Format::Junit.draw(&run, None)).unwrap();
    let decided = cases(&junit).find(|case| *case.name == *"the worker stays up").unwrap();
    let TestCaseStatus::NonSuccess { message, description, .. } = &decided.status else { panic!("{decided:?}") };
    let body: Vec<&str> = description.as_deref().unwrap().lines().collect();
    assert_eq!((message.as_deref(), &body[..2]), (Some(deeper), [deeper, own].as_slice()));
    assert_eq!(body.iter().filter(|line| line.contains("after waiting 20 s")).count(), 1, "{body:?}");
    // The page tells of the step in its table too.
    for (format, times) in [(Format::Html, 2), (Format::Markdown, 1), (Format::Github, 1), (Format::Text, 1)] {
        let text = format.draw(&run, None);
        assert!(text.find(deeper) < text.find("after waiting 20 s"), "{text}");
        assert_eq!(text.matches("after waiting 20 s").count(), times, "{text}");
        assert!(text.contains("image w:1"), "{text}");
    }
}

/// Why nothing could be seen is said once, not again for each expectation.
#[test]
fn why_nothing_was_seen_is_not_said_of_each_expectation() {
    let mut run = recorded("failed");
    let guard = run.scenarios[0].guards.iter_mut().find(|guard| guard.name == "the worker stays up").unwrap();
    let why = "no AWS credentials were found";
    guard.cause = Some(why.to_owned());
    for expectation in &mut guard.expectations {
        (expectation.held, expectation.detail) = (None, Some(why.to_owned()));
    }
    run.scenarios[0].cause = Some(why.to_owned());
    for format in [Format::Text, Format::Github, Format::Junit] {
        let text = format.draw(&run, None);
        assert!(text.contains("service.healthy == service.desired → not known"), "{text}");
        // The output of a test case has all that was judged, as it was.
        let again = text.split("<system-out>").next().unwrap();
        assert!(!again.contains(&format!("→ {why}")), "{text}");
    }
}

/// The report must not be green where the run is not: some consumers look at nothing else.
#[test]
fn junit_is_red_where_the_run_is() {
    for name in names() {
        let (report, run) = (junit(&name), recorded(&name));
        assert_eq!(report.failures + report.errors > 0, !run.green(), "{name}");
        for (suite, scenario) in report.test_suites.iter().zip(&run.scenarios) {
            let red = scenario.verdict > Some(smoke::verdict::Verdict::Passed);
            assert_eq!(suite.failures + suite.errors > 0, red, "{name}: {}", suite.name.as_str());
        }
    }
}

#[test]
fn junit_says_which_kind_of_red() {
    #[track_caller]
    fn check(name: &str, case: &str, expected: (NonSuccessKind, &str)) {
        let report = junit(name);
        let case = cases(&report).find(|found| found.name == *case).unwrap();
        let TestCaseStatus::NonSuccess { kind, ty, .. } = &case.status else { panic!("{case:?}") };
        assert_eq!((*kind, ty.as_deref()), (expected.0, Some(expected.1)));
    }
    check("failed", "the worker stays up", (NonSuccessKind::Failure, "Failed"));
    check("inconclusive", "the alarm is silent", (NonSuccessKind::Error, "Inconclusive"));
    check("aborted", "wait until it can be reviewed", (NonSuccessKind::Error, "Aborted"));
    check("failed-again", "the scenario as a whole", (NonSuccessKind::Failure, "Failed"));
}

/// Jenkins and others read these two, with the text in `stackTrace`, and not the `…Error` forms.
#[test]
fn junit_reruns_are_failures_with_a_stack_trace() {
    let text = Format::Junit.draw(&recorded("flaky"), None);
    assert!(text.contains("<flakyFailure "), "{text}");
    for name in names() {
        let text = Format::Junit.draw(&recorded(&name), None);
        assert!(!text.contains("flakyError") && !text.contains("rerunError"), "{name}");
        assert_eq!(
            text.matches("<flakyFailure").count() + text.matches("<rerunFailure").count(),
            text.matches("<stackTrace>").count()
        );
    }
}

#[test]
fn junit_says_where_a_step_stands() {
    for name in names() {
        for case in cases(&junit(&name)) {
            assert!(case.extra.contains_key("file"), "{name}: {case:?}");
            assert!(case.extra.contains_key("line") || case.name == *"the scenario as a whole", "{name}: {case:?}");
        }
    }
}

#[test]
fn text_cannot_move_the_cursor() {
    for name in names() {
        let text = Format::Text.draw(&recorded(&name), None);
        let odd = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(odd, None, "{name}");
    }
}

/// The sample in `reports/` is what smoke really writes.
#[test]
fn the_sample_is_drawn_of_its_own_record() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample");
    let run = json::read(&std::fs::read_to_string(sample.join("run.json")).unwrap()).unwrap();
    for file in evidence::files(&run) {
        check_sample(&sample.join(&file.path), &file.text);
    }
    for (format, _, file) in drawn() {
        check_sample(&sample.join(file), &format.draw(&run, Some("reports/sample/run.json")));
    }
}

#[track_caller]
fn check_sample(path: &Path, drawn: &str) {
    if std::env::var_os("SMOKE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, drawn).unwrap();
    }
    assert_eq!(drawn, std::fs::read_to_string(path).unwrap_or_default(), "{}", path.display());
}
