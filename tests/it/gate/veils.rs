//! What Terraform's files call sensitive, and secrets that nobody reads, are in no report, however they came there.

use std::path::{Path, PathBuf};

use super::stand::Project;

const FILES: &str = r#"
variable "db" {
  sensitive = true
  default   = { user = "app", password = "hunter2hunter2" }
}
variable "pin" {
  type      = number
  sensitive = true
  default   = "hunter2-pin-pin"
}
locals {
  indexed = aws_db_instance.x["password"]
  all     = aws_db_instance.x
}
resource "aws_db_instance" "x" {
  password = var.db.password
  plain    = "hunter2hunter2"
  tags     = sensitive({ a = "hunter2-made-so" })
}
output "db" { value = aws_db_instance.x }
output "list" { value = [for key, value in aws_db_instance.x : value] }
output "text" { value = jsonencode(aws_db_instance.x) }
"#;

const LOOKS: &[&str] = &[
    r#"config.outputs.db.value.password == "x""#,
    r#"config.outputs.list.value == ["x"]"#,
    r#"json(config.outputs.text.value).password == "x""#,
    r#"config.locals.indexed == "x""#,
    r#"config.locals.all.password == "x""#,
    r#"config.variables.db.value.password == "x""#,
    "config.variables.pin.value == 1",
    // Nothing says that this one is sensitive; it is known by now.
    r#"config.resources["aws_db_instance.x"].values.plain == "x""#,
    r#"config.resources["aws_db_instance.x"].written.tags == "x""#,
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    std::fs::read_dir(folder).unwrap().flat_map(|entry| below(entry.unwrap().path())).collect()
}

#[test]
fn no_report_holds_what_the_files_call_sensitive() {
    let step = |look: &&str| {
        format!("  - name: '{look}'\n    terraform: {{ dir: ../infra }}\n    expect: '{look}'\n    enforce: false\n")
    };
    let passes =
        "  - name: all\n    terraform: { dir: ../infra }\n    expect: config.resources.size() == 1\n    as: kept\n";
    let scenario = format!("steps:\n{passes}{}", LOOKS.iter().map(step).collect::<String>());
    let config = "targets: { local: { sandbox: {} } }\n";
    let project = Project::of(&[("smoke.yaml", config), ("scenarios/a.yaml", &scenario), ("infra/main.tf", FILES)]);
    let reports = ["junit", "html", "markdown", "json", "github", "ndjson"].map(|format| ["--report", format]);
    let ended = project.smoke(&[&["run", "--verbose"][..], &reports.concat()].concat());
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(project.run_json()["scenarios"][0]["steps"][0]["verdict"], "passed", "{said}");
    let files = files(&project.runs()[0]);
    assert!(files.len() >= 5, "{files:?}");
    for path in files {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("hunter2"), "{}: {text}", path.display());
    }
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn no_report_holds_a_secret_that_nobody_reads() {
    let config =
        "secrets: { prod: { env: PROD_TOKEN }, kept: { file: kept.txt } }\ntargets: { local: { sandbox: {} } }\n";
    let scenario = "steps:\n  - name: all\n    exec: { run: [/bin/sh, -c, \"export; cat ../kept.txt; exit 1\"] }\n    \
                    expect: output.code == 0\n";
    let files = [("smoke.yaml", config), ("scenarios/a.yaml", scenario), ("kept.txt", "hunter2-kept\n")];
    let variables = [
        ("PATH", "/usr/bin:/bin"),
        ("PROD_TOKEN", "hunter2-prod"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2-access-key"),
        ("AWS_SESSION_TOKEN", "hunter2-session-token"),
        // So short a one is an emulator's, and would blank words.
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "test"),
    ];
    let project = Project::of(&files).with(&variables);
    let ended = project.smoke(&["run", "--verbose"]);
    let json = project.latest("run.json");
    for text in [&ended.stdout, &ended.stderr, &json] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(json.contains("PROD_TOKEN=") && json.contains("AUTHORIZATION_TOKEN") && json.contains("test"), "{json}");
}
