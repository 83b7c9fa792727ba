use super::*;

fn written(run: &Run) -> String {
    let mut text = Vec::new();
    write(run, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn what_is_no_run_says_why() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), expected);
    }
    check("", "not JSON: EOF while parsing a value at line 1 column 0");
    check("{\"schema_version\": 1, \"run\": {", "not JSON: EOF while parsing an object at line 1 column 30");
    check("{\"stats\": {}}", "not a run.json of smoke: it has no schema_version");
    check("[1]", "not a run.json of smoke: it has no schema_version");
    check(
        "{\"schema_version\": 2}",
        "written with schema_version 2, and this smoke reads only 1; use the smoke that wrote it, or a newer one",
    );
    check("{\n\"schema_version\": 1\n}", "not as schema_version 1 says: missing field `run` at line 3 column 1");
}

#[test]
fn an_empty_run_reads_back() {
    let mut run = Run { id: "20261123T224100Z-7f3a".into(), ..Run::default() };
    run.close_aborted("killed", 4, run.started);
    assert_eq!(read(&written(&run)).unwrap(), run);
}

/// What was written before options were kept can still be read.
#[test]
fn an_older_run_reads_too() {
    let run = Run { id: "20261123T224100Z-7f3a".into(), options: Some(vec!["--tag".into()]), ..Run::default() };
    let mut json: serde_json::Value = serde_json::from_str(&written(&run)).unwrap();
    let head = json["run"].as_object_mut().unwrap();
    assert!(head.remove("options").is_some() && head.remove("embedded").is_some());
    let older = read(&json.to_string()).unwrap();
    assert_eq!((older.options, older.embedded), (None, false));
}

#[track_caller]
fn check(schema: &serde_json::Value, definition: &str, fields: &str) {
    let place = if definition.is_empty() { "/properties".into() } else { format!("/$defs/{definition}/properties") };
    let properties = schema.pointer(&place).unwrap_or_else(|| panic!("no {place}"));
    for field in fields.split(' ') {
        assert!(properties.get(field).is_some(), "{definition} has no {field}");
    }
}

#[test]
fn the_schema_names_every_field_that_is_promised() {
    let schema = schema();
    check(&schema, "", "schema_version run counts scenarios");
    check(&schema, "Head", "id target verdict started ended exit_code revision shard whole options embedded folder");
    check(&schema, "Counts", "scenarios steps expectations passed failed inconclusive skipped");
    check(&schema, "Scenario", "id name file reads verdict flaky duration_ms cause steps guards cleanup leftovers");
    check(&schema, "Step", "name line probe verdict duration_ms looks changes expectations cause evidence");
    check(&schema, "Judged", "text held detail");
}
