//! The doors through which text comes in from outside, each as a function that takes whatever comes. They are there for
//! `fuzz/` (`cfg(fuzzing)`) and for the tests below, which knock at the same doors with less patience.
//!
//! What holds behind all of them is that nothing makes them panic; some assert a law of their own beside that.

#![expect(clippy::missing_panics_doc, reason = "a law that does not hold panics: that is what doors are for")]

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::aws::{LogLine, Scan};
use crate::diagnostic::{self, Diagnostic, Location, Source};
use crate::expr::{Expression, Scope, Template, Value, from_json, to_json, to_text};
use crate::plan;
use crate::probe::http::Response;
use crate::probe::logs::{Logs, LogsSeen, Query, Since};
use crate::record::Run;
use crate::redact::{Redactor, Secret};
use crate::report::{Format, json, ndjson};
use crate::scenario::Project;

pub use crate::probe::door::{python_deps, terraform_files, terraform_plan};
pub use crate::sandbox::door::{cbor, cloud, csv, filter_pattern};

/// The configuration that scenarios are read beside.
const CONFIG: &str =
    "targets:\n  prod:\n    protected: true\n    api: { url: https://a.com }\n    aws: { region: eu-west-1 }\n";
/// The scenario that configurations are read beside.
const SCENARIO: &str = "steps:\n- name: look\n  http: { get: /health }\n  expect: response.status == 200\n";

/// A scenario file, beside a good `smoke.yaml`.
pub fn scenario(text: &str) {
    project(CONFIG, text);
}

/// A `smoke.yaml`, beside a good scenario.
pub fn config(text: &str) {
    project(text, SCENARIO);
}

fn project(config: &str, scenario: &str) {
    let (project, mut problems) = Project::of_texts(config, scenario);
    problems.extend(plan::check_all(&project, &[("alarm".to_owned(), "a".to_owned())]));
    shown(&problems);
}

/// A CEL expression, as it stands in a file.
pub fn expression(text: &str) {
    match Expression::compile(text, &location(text)) {
        Ok(expression) => {
            let scope = scope();
            expression.references().iter().for_each(|reference| inside(&reference.location));
            let _ = expression.state(&scope);
            let _ = expression.truth(&scope);
            if let Ok(value) = expression.evaluate(&scope) {
                written(&value);
            }
        }
        Err(problems) => shown(&problems),
    }
}

/// A string with `${{ … }}` in it.
pub fn template(text: &str) {
    match Template::parse(text, &location(text)) {
        Ok(template) => {
            template.references().iter().for_each(|reference| inside(&reference.location));
            if let Ok(value) = template.evaluate(&scope()) {
                written(&value);
            }
        }
        Err(problems) => shown(&problems),
    }
}

/// A `text` pattern of a `logs` step, and a line that it is held against.
pub fn text_pattern(pattern: &str, line: &str) {
    let fixed = |text: &str| Template::fixed(Value::String(Arc::new(text.to_owned())), &location(""));
    let logs = Logs {
        group: fixed("/ecs/prod"),
        stream_prefix: None,
        from_tasks: None,
        sequence: Vec::new(),
        none: vec![vec![("level".to_owned(), fixed("ERROR"))]],
        text: Some(fixed(pattern)),
    };
    if let Ok(query) = logs.resolve(&Scope::default()) {
        look_through(&query, line);
    }
}

/// An answer of the API, with one header that is read in several ways.
pub fn response(status: u16, header: &str, body: &[u8]) {
    let seen = Response::made_up(status, header, body.to_vec());
    let _ = (seen.summary(), seen.cause(), seen.evidence(), seen.retry_after());
    let _ = crate::expr::from_observation(&seen);
}

/// A log, line by line, as somebody else's program wrote it.
pub fn log(text: &str) {
    let ours = |event: &str| json!({"event": event, "import_id": "3"});
    let query = Query::everything("/ecs/prod", Some("worker/"));
    look_through(&query.demanding(&[ours("start"), ours("end")], &[json!({"level": "ERROR"})]), text);
}

fn look_through(query: &Query, text: &str) {
    let began = DateTime::UNIX_EPOCH;
    let line = |message: &str| Arc::new(LogLine::new(began, "worker/app/9f3c", message));
    let scan = Scan { began, lines: text.lines().map(line).collect() };
    let seen =
        LogsSeen::of(query, &scan, Since::at(began), (began, Duration::from_secs(15)), &Arc::new(Redactor::default()));
    let _ = (seen.summary(), seen.cause(), seen.evidence(), crate::expr::from_observation(&seen));
}

/// A `run.json`, drawn as every report. What is written of it reads back as the same run.
pub fn run_json(text: &str) {
    if let Ok(run) = json::read(text) {
        assert_eq!(
            json::read(&Format::Json.draw(&run, None)).ok().as_ref(),
            Some(&run),
            "a run reads back as another one"
        );
        drawn(&run);
    }
}

/// An `events.ndjson`, folded and drawn.
pub fn events(text: &str) {
    let mut run = Run::default();
    text.lines().filter_map(|line| ndjson::read(line).ok()).for_each(|event| run.apply(&event));
    drawn(&run);
}

fn drawn(run: &Run) {
    for (format, _, _) in Format::all() {
        assert_eq!(format.draw(run, None), format.draw(run, None), "the same run gives other bytes");
    }
}

/// A text that may hold a secret. Nothing of the secret's own text is left of it.
pub fn redaction(secret: &str, text: &str) {
    let redactor = Redactor::default();
    redactor.learn(&Secret::new(secret));
    let cleaned = redactor.clean(text);
    let refused = secret.chars().all(|letter| letter.is_whitespace() || letter == '*');
    assert!(refused || !cleaned.contains(secret) || "***".contains(secret), "{cleaned:?} holds {secret:?}");
}

/// Draws problems as people see them, and holds that each stands somewhere in its file.
fn shown(problems: &[Diagnostic]) {
    problems.iter().filter_map(|problem| problem.location.as_ref()).for_each(inside);
    let _ = diagnostic::render(problems, true);
    assert!(problems.is_empty() || !diagnostic::render(problems, false).is_empty(), "nothing is said");
}

fn inside(location: &Location) {
    let Location { source, start, end } = location;
    assert!(source.text.get(*start..*end).is_some(), "{start}..{end} is no part of {:?}", source.text);
}

fn written(value: &Value) {
    let _ = (to_text(value), to_json(value));
}

fn location(text: &str) -> Location {
    Location { source: Source::new("a.yaml", text), start: 0, end: text.len() }
}

/// Something of every kind.
fn scope() -> Scope {
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let response = json!({
        "status": 200, "text": "{\"a\": [1]}", "headers": {"content-type": "application/json"},
        "body": {"id": "ä42", "rows": [1, 2.5, null, true, {"n": -9_007_199_254_740_993_i64}], "big": u64::MAX},
    });
    Scope::at(now)
        .with("vars", from_json(&json!({"cluster": "prod", "n": 3})))
        .with("response", from_json(&response))
        .with("elapsed", Value::Duration(chrono::TimeDelta::MAX))
        .with("started", Value::Timestamp(now.fixed_offset()))
        .with("nothing", Value::Null)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words that mean something at a door, in any order, with anything between them.
    fn soup(words: &'static [&'static str]) -> impl Strategy<Value = String> {
        let word = prop_oneof![4 => prop::sample::select(words).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
        prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
    }

    const YAML: &[&str] = &[
        "name: ",
        "steps:\n",
        "ready:\n",
        "guards:\n",
        "finally:\n",
        "  - ",
        "- name: x\n",
        "  http: { get: /x }\n",
        "  expect: ",
        "response.status == 200",
        "\n",
        "  ",
        ": ",
        "{ ",
        " }",
        "[ ",
        " ]",
        "matrix: ",
        "use: ",
        "with: ",
        "${{ vars.a }}",
        "'",
        "\"",
        "&a ",
        "*a",
        "|\n",
        ">-\n",
        "# x\n",
        "\t",
        "? ",
        "!!str ",
        "<<: ",
        "---\n",
        "ä",
        "within: 5m\n",
        "  until: ",
        "  capture: { id: response.body.id }\n",
        "targets: ",
        "vars: ",
        "secrets: ",
        "sandbox: {}\n",
        "api: { url: ",
        "aws: ",
        "  logs: { group: g, sequence: [ { a: b } ] }\n",
        "\r\n",
        "\u{feff}",
    ];
    const CEL: &[&str] = &[
        "response",
        ".body",
        ".rows",
        ".status",
        "[0]",
        "[",
        "]",
        "(",
        ")",
        " == ",
        " != ",
        " && ",
        " || ",
        "!",
        " in ",
        "200",
        "-1",
        "9223372036854775808",
        "1u",
        "1.5e3",
        "'ä'",
        "\"x\"",
        "b'\\xff'",
        "r'\\d'",
        ".map(x, ",
        ".all(x, ",
        ".exists(",
        "x",
        "has(",
        "size(",
        "json(",
        "now()",
        "uuid()",
        "timestamp(",
        "duration('5s')",
        " ? ",
        " : ",
        ",",
        "{",
        "}",
        "null",
        "true",
        " + ",
        " - ",
        " % ",
        " / ",
        ".matches('(')",
        "string(",
        "int(",
        "elapsed",
        "started",
        "${{",
        "}}",
        "$${{",
        "vars.n",
        ".?b",
        "[?0]",
        "\\",
        "\n",
        "//",
        "nothing",
    ];
    const LOG: &[&str] = &[
        "{",
        "}",
        "\"event\":",
        "\"start\"",
        "\"end\"",
        ",",
        "\"level\":\"ERROR\"",
        "\"import_id\":",
        "3",
        "\"3\"",
        "[",
        "]",
        "null",
        "\n",
        "plain text ",
        "(?P<level>",
        "ERROR",
        ")",
        "\\d+",
        ".*",
        "^",
        "(?P<a>x)",
        "{9999}",
        "|",
        "ü",
    ];

    const PATTERN: &[&str] = &[
        "{ ",
        " }",
        "$.event",
        "$.a[0]",
        "$.*",
        " = ",
        " != ",
        " > ",
        " >= ",
        "\"x\"",
        "1.5e3",
        "-",
        "?",
        "ERROR",
        "&& ",
        "|| ",
        "( ",
        " )",
        "NOT EXISTS",
        "IS NULL",
        "IS TRUE",
        "EXISTS",
        "%",
        "^a.*",
        "%",
        "*",
        "\"",
        "\\",
        "[",
        "]",
        "ä",
    ];
    const HEADER: &[&str] = &[
        "application/",
        "json",
        "text/",
        "html",
        ";",
        " charset=",
        "utf-16",
        "\"utf-8\"",
        "windows-1252",
        "/y",
        "//b.com",
        "https://b.com",
        "ftp:",
        "-1",
        "1e9",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "99999999999999999999",
        "é",
        "?",
        "#",
        "%",
    ];
    const BODY: &[&str] = &[
        "{",
        "}",
        "\"message\":",
        "\"error\":",
        "\"reason\":",
        "\"status\":",
        "\"failed\"",
        "{\"error\":{}}",
        "<title>",
        "İ",
        "</title>",
        "<html>",
        "<",
        ">",
        "[",
        "]",
        ",",
        "null",
        "1e999",
        "\\u0000",
        "\u{feff}",
        "ß",
        "<TITLE>",
        " ",
        "\n",
    ];
    const AWS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"logGroupName\"",
        "\"/ecs/sandbox\"",
        "\"startTime\"",
        "-1",
        "9223372036854775807",
        "\"nextToken\"",
        "\"AAAA\"",
        "\"limit\"",
        "0",
        "\"services\"",
        "\"cluster\"",
        "\"sandbox\"",
        "\"tasks\"",
        "\"filterPattern\"",
        "\"{ $.a = 1 }\"",
        "\"AlarmNames\"",
        "\"MaxRecords\"",
        "1e999",
        "null",
        "true",
        "\"\"",
    ];

    const HCL: &[&str] = &[
        "resource \"t\" \"n\" {\n",
        "}\n",
        "variable \"v\" {}\n",
        "locals {\n",
        "a = ",
        "count = ",
        "for_each = ",
        "var.v",
        "local.a",
        "t.n.a",
        "[0]",
        "[*]",
        "\"${",
        "}\"",
        "\n",
        "{",
        "}",
        "[",
        "]",
        "jsonencode(",
        "merge(",
        ")",
        " ? ",
        " : ",
        " == ",
        " / ",
        "0",
        "-1.5",
        "null",
        "<<EOT\n",
        "EOT\n",
        "# x\n",
        "ä",
    ];
    const PLAN: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"format_version\":\"1.2\"",
        "\"planned_values\":",
        "\"root_module\":",
        "\"resources\":",
        "\"resource_changes\":",
        "\"change\":",
        "\"after_unknown\":",
        "\"address\":\"a.b\"",
        "\"type\":\"a\"",
        "\"name\":\"b\"",
        "\"values\":",
        "true",
        "null",
        "1",
    ];
    const PYTHON: &[&str] = &[
        "a",
        "==1",
        ">=2,<3",
        "[x]",
        " ; os_name == 'nt'",
        " @ https://x/a.zip",
        "-r requirements.txt",
        "-e ",
        "git+https://x#egg=a",
        " \\\n",
        "\n",
        " # x",
        "[project]\nname = \"me\"\n",
        "dependencies = [",
        "\"a==1\", ",
        "]\n",
        "[tool.poetry.dependencies]\n",
        "a = \"^1\"\n",
        "[dependency-groups]\n",
        "{include-group = \"g\"}",
        "g = [",
        "ä",
        "${X}",
    ];

    proptest! {
        // A quarter of what is usual (`PROPTEST_CASES`): most of these go through the whole of a reader.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

        #[test]
        fn no_yaml_makes_it_panic(text in soup(YAML)) {
            scenario(&text);
            config(&text);
        }

        #[test]
        fn no_expression_makes_it_panic(text in soup(CEL)) {
            expression(&text);
            template(&text);
            template(&format!("a ${{{{ {text} }}}} b"));
        }

        #[test]
        fn no_log_makes_it_panic(text in soup(LOG), pattern in soup(LOG)) {
            log(&text);
            text_pattern(&pattern, &text);
        }

        #[test]
        fn no_request_makes_it_panic(operation: u8, text in soup(AWS), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            cloud(&[&[operation], text.as_bytes()].concat());
            cloud(&[&[operation], bytes.as_slice()].concat());
            cbor(&bytes);
            csv(&bytes);
        }

        #[test]
        fn no_answer_makes_it_panic(status in 200..600_u16, header in soup(HEADER), body in soup(BODY), bytes: Vec<u8>) {
            response(status, &header, body.as_bytes());
            response(status, &header, &bytes);
        }

        #[test]
        fn no_pattern_makes_it_panic(pattern in soup(PATTERN), message in soup(LOG)) {
            filter_pattern(&pattern, &message);
            filter_pattern(&format!("{{ {pattern} }}"), &message);
        }

        #[test]
        fn no_file_of_a_project_makes_it_panic(files in soup(HCL), plan in soup(PLAN), one in soup(PYTHON), other in soup(PYTHON)) {
            terraform_files(&files);
            terraform_plan(plan.as_bytes());
            python_deps(&one, &other);
        }

        #[test]
        fn no_secret_is_left(secret in "\\PC{1,6}", before in "\\PC{0,12}", after in "\\PC{0,12}") {
            redaction(&secret, &format!("{before}{secret}{after}"));
        }
    }

    /// Recorded runs with something cut out of them or put into them.
    #[test]
    fn no_broken_record_makes_it_panic() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs");
        for run in std::fs::read_dir(folder).unwrap() {
            let run = run.unwrap().path();
            let read = |name: &str| std::fs::read_to_string(run.join(name)).unwrap();
            let (record, told) = (read("run.json"), read("events.ndjson"));
            run_json(&record);
            events(&told);
            for step in 1..10 {
                let at = |text: &str| text.floor_char_boundary(text.len() * step / 10);
                run_json(&record[..at(&record)]);
                run_json(&record.replace(&step.to_string(), "-1"));
                events(&told[at(&told)..]);
                events(&told.replace(&format!(":{step}"), ":9999"));
            }
        }
    }
}
