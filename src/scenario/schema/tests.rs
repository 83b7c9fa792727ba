use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::diagnostic::Source;
use crate::scenario::scalar::{self, Numbers};
use crate::scenario::yaml::{self, Data, Node};
use crate::scenario::{Project, source};

#[test]
fn the_schemas_are_drawn_from_the_tables() {
    let scenario = super::scenario();
    assert_eq!(scenario["properties"]["retries"]["minimum"], 0);
    assert_eq!(scenario["required"], json!(["steps"]));
    assert_eq!(scenario["$defs"]["http"]["additionalProperties"], false);
    assert_eq!(scenario["$defs"]["step"]["required"], json!(["name"]));
    let config = super::config();
    assert_eq!(config["properties"]["targets"]["additionalProperties"]["anyOf"][0]["$ref"], "#/$defs/target");
}

/// What a file is as JSON, or nothing where it is no YAML.
fn json_of(path: &Path) -> Option<Value> {
    let source = source::read(path).ok()?;
    Some(node(&yaml::parse(&source).ok()?))
}

fn node(it: &Node) -> Value {
    match &it.data {
        Data::Plain(text) => crate::expr::to_json(&scalar::value(text, Numbers::AsJson)),
        Data::Quoted(text) => json!(text),
        Data::List(items) => items.iter().map(node).collect(),
        Data::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.name.clone(), node(value))).collect())
        }
    }
}

/// Whether a value conforms to a schema, as far as ours go.
fn conforms(value: &Value, schema: &Value, root: &Value) -> bool {
    let inner = |value: &Value, schema: &Value| conforms(value, schema, root);
    schema.as_object().is_none_or(|rules| {
        rules.iter().all(|(rule, wanted)| match rule.as_str() {
            "$ref" => inner(value, root.pointer(&wanted.as_str().unwrap()[1..]).unwrap()),
            "type" => types(wanted).iter().any(|wanted| is(value, wanted)),
            "required" => value
                .as_object()
                .is_none_or(|map| wanted.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))),
            "properties" => value.as_object().is_none_or(|map| {
                map.iter().all(|(key, value)| wanted.get(key).is_none_or(|schema| inner(value, schema)))
            }),
            "additionalProperties" => value.as_object().is_none_or(|map| {
                let known = |key: &String| schema["properties"].get(key).is_some();
                map.iter().all(|(key, value)| known(key) || (*wanted != json!(false) && inner(value, wanted)))
            }),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| inner(item, wanted))),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| wanted == r"\$\{\{" && text.contains("${{")),
            "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
            "anyOf" => wanted.as_array().unwrap().iter().any(|schema| inner(value, schema)),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|schema| inner(value, schema)).count() == 1,
            "$schema" | "$defs" | "title" | "description" | "examples" => true,
            other => panic!("the test does not know the rule {other}"),
        })
    })
}

fn types(wanted: &Value) -> Vec<&str> {
    match wanted {
        Value::Array(types) => types.iter().map(|it| it.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    }
}

fn is(value: &Value, wanted: &str) -> bool {
    match wanted {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("the test does not know the type {other}"),
    }
}

fn files(dir: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect()
}

#[test]
fn what_can_be_read_conforms() {
    let schema = super::scenario();
    let good = ["fixtures/good/scenarios", "scenarios", "scenarios/steps"].map(files).concat();
    assert!(good.len() >= 3);
    for path in good {
        assert!(conforms(&json_of(&path).unwrap(), &schema, &schema), "{}", path.display());
    }
    let config = super::config();
    for path in ["fixtures/good/smoke.yaml", "fixtures/bad/project/smoke.yaml"] {
        assert!(conforms(&json_of(Path::new(path)).unwrap(), &config, &config), "{path}");
    }
}

#[test]
fn what_has_the_wrong_shape_does_not_conform() {
    let schema = super::scenario();
    for name in ["unknown-key", "unknown-step-key", "unknown-probe", "no-probe", "two-probes", "no-name", "wrong-kinds"]
    {
        let path = format!("fixtures/bad/{name}.yaml");
        assert!(!conforms(&json_of(Path::new(&path)).unwrap(), &schema, &schema), "{path}");
    }
    let config = super::config();
    let path = "fixtures/bad/config/unknown-keys/smoke.yaml";
    assert!(!conforms(&json_of(Path::new(path)).unwrap(), &config, &config));
}

#[test]
fn a_list_of_steps_is_held_against_their_keys() {
    let schema = super::scenario();
    let step = json!({ "name": "look", "http": { "get": "/health" } });
    assert!(conforms(&json!([{ "use": "a.yaml" }, step]), &schema, &schema));
    for wrong in [json!([step, { "name": "look" }]), json!([step, { "name": "look", "htp": {} }]), json!("steps")] {
        assert!(!conforms(&wrong, &schema, &schema), "{wrong}");
    }
}

/// What is no text stands without quotes, for editors and for `check`.
#[test]
fn quotes_make_text_of_numbers_and_truth_values_everywhere() {
    #[track_caller]
    fn check(lines: &str, expected: bool) {
        let step = "  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
        let text = format!("steps:\n{step}{lines}\n");
        let (_, problems) = Project::of_texts("targets: { local: { sandbox: {} } }", &text);
        let schema = super::scenario();
        let conforms = conforms(&node(&yaml::parse(&Source::new("a.yaml", text)).unwrap()), &schema, &schema);
        assert_eq!((problems.is_empty(), conforms), (expected, expected), "{lines}: {problems:?}");
    }
    for (lines, value) in [
        ("    enforce: VALUE", "false"),
        ("    idempotent: VALUE", "true"),
        ("    capture: { token: { from: response.text, secret: VALUE } }", "true"),
        ("  - name: run\n    exec: { run: [ls], aws: VALUE }", "true"),
        ("  - name: go\n    http: { get: /, redirects: VALUE }", "0"),
        ("retries: VALUE", "2"),
    ] {
        check(&lines.replace("VALUE", value), true);
        check(&lines.replace("VALUE", &format!("\"{value}\"")), false);
    }
    check("  - name: go\n    http: { get: /, redirects: \"${{ 1 }}\" }", true);
    check("    enforce: \"${{ true }}\"", false);
}

#[test]
fn the_good_ones_have_nothing_wrong() {
    let (project, mut problems) = Project::survey(Path::new("fixtures/good"), &[]);
    problems.extend(crate::plan::check_all(
        &project,
        &["cluster", "worker", "log_group", "alarm"].map(|name| (name.to_owned(), "x".to_owned())),
    ));
    assert_eq!(crate::diagnostic::render(&problems, false), "");
    assert_eq!(project.scenarios.len(), 3);
}
