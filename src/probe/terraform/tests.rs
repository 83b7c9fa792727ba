//! Plans that others made, and files of our own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::{Query, plan};
use crate::diagnostic::{Location, Source};
use crate::expr::{Expression, Scope, Truth, Value, Withheld};

/// Plans that others made lie beside the repository, not in it.
const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/plans");

fn others() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(PLANS) else {
        println!("skipped: {PLANS} is not there, so plans that others made cannot be read");
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    paths.sort();
    paths
}

fn plan_of(name: &str) -> Option<Value> {
    let path = Path::new(PLANS).join(name);
    others().contains(&path).then(|| plan::read(&std::fs::read(&path).unwrap()).unwrap().value)
}

fn judged(root: &str, value: &Value, text: &str) -> String {
    let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
    let scope = Scope::default().with(root, value.clone());
    match Expression::compile(text, &location).unwrap().truth(&scope) {
        Truth::Held => "held".to_owned(),
        Truth::Broken { detail } => detail,
        Truth::Unknown { reason } | Truth::Misused { reason } | Truth::Unclear { reason } => reason,
    }
}

#[track_caller]
fn held(root: &str, value: &Value, text: &str) {
    assert_eq!(judged(root, value, text), "held", "{text}");
}

fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    let Value::Map(fields) = value else { panic!("{name}: no object") };
    &fields.map[&cel::objects::Key::from(name)]
}

fn names(value: &Value) -> BTreeSet<String> {
    let Value::Map(fields) = value else { panic!("no object") };
    fields.map.keys().map(ToString::to_string).collect()
}

/// How much of a value is not known, and how much is sensitive.
fn withheld(value: &Value) -> (usize, usize) {
    let add = |(unknown, sensitive): (usize, usize), more: (usize, usize)| (unknown + more.0, sensitive + more.1);
    match (value, Withheld::of(value)) {
        (_, Some(Withheld::Unknown(_))) => (1, 0),
        (_, Some(Withheld::Sensitive(_))) => (0, 1),
        (Value::List(items), _) => items.iter().map(withheld).fold((0, 0), add),
        (Value::Map(fields), _) => fields.map.values().map(withheld).fold((0, 0), add),
        _ => (0, 0),
    }
}

/// What is marked `true` in Terraform's own words.
fn marks(json: &Json) -> usize {
    match json {
        Json::Bool(mark) => usize::from(*mark),
        Json::Array(items) => items.iter().map(marks).sum(),
        Json::Object(fields) => fields.values().map(marks).sum(),
        _ => 0,
    }
}

#[test]
fn every_resource_of_every_plan_is_found_under_its_address() {
    let mut read = 0;
    for path in others().iter().filter(|path| !path.ends_with("tfjson-invalid.json")) {
        let bytes = std::fs::read(path).unwrap();
        let json: Json = serde_json::from_slice(&bytes).unwrap();
        let plan = plan::read(&bytes).unwrap_or_else(|why| panic!("{}: {why}", path.display())).value;
        let changes = json["resource_changes"].as_array().unwrap();
        let kept = changes.iter().filter(|change| change["change"]["actions"] != json!(["delete"]));
        let expected: BTreeSet<String> = kept.map(|change| change["address"].as_str().unwrap().to_owned()).collect();
        let resources = field(&plan, "resources");
        let managed = |name: &String| !name.contains("data.");
        let found: BTreeSet<String> = names(resources).into_iter().filter(managed).collect();
        assert_eq!(found, expected.into_iter().filter(managed).collect(), "{}", path.display());
        let unknown: usize = changes.iter().map(|change| marks(&change["change"]["after_unknown"])).sum();
        let seen: usize = names(resources).iter().map(|name| withheld(field(field(resources, name), "values")).0).sum();
        let hidden: usize = changes
            .iter()
            .map(|change| both(&change["change"]["after_unknown"], &change["change"]["after_sensitive"]))
            .sum();
        assert!(seen + hidden >= unknown, "{}: {seen} of {unknown} unknown values are told apart", path.display());
        read += 1;
    }
    println!("{read} plans that others made were read");
}

/// What is unknown inside something that is sensitive as a whole.
fn both(unknown: &Json, sensitive: &Json) -> usize {
    match (unknown, sensitive) {
        (unknown, Json::Bool(true)) => marks(unknown),
        (Json::Object(fields), _) => fields.iter().map(|(name, inner)| both(inner, &sensitive[name])).sum(),
        (Json::Array(items), _) => items.iter().enumerate().map(|(index, inner)| both(inner, &sensitive[index])).sum(),
        _ => 0,
    }
}

#[test]
fn modules_and_keys_and_counts_are_part_of_the_address() {
    if let Some(plan) = plan_of("compliance-actions_for_each_and_modules.json") {
        let repository =
            r#"plan.resources["module.ecr_repository[\"repository_1\"].aws_ecr_repository.ecr_repository"]"#;
        held("plan", &plan, &format!("{repository}.module == 'module.ecr_repository[\"repository_1\"]'"));
        held("plan", &plan, &format!("{repository}.type == 'aws_ecr_repository' && {repository}.key == null"));
        held("plan", &plan, r#"plan.resources["aws_iam_role.test_iam_role[\"repository_2\"]"].key == "repository_2""#);
        let data = r#"module.ecr_repository[\"repository_1\"].data.aws_ami.ubuntu"#;
        held("plan", &plan, &format!("plan.resources[\"{data}\"].mode == 'data'"));
    }
    if let Some(plan) = plan_of("tfjson-120_basic.json") {
        held("plan", &plan, "plan.resources['null_resource.baz[2]'].key == 2");
        held("plan", &plan, "plan.variables.map.value.number == 42 && plan.outputs.list.value == ['foo', 'bar']");
        held("plan", &plan, "'null_resource.foo' in plan.resources && plan.terraform_version == '1.2.0-rc1'");
    }
    if let Some(plan) = plan_of("tfjson-deep_module.json") {
        held(
            "plan",
            &plan,
            "plan.resources['module.foo.module.bar.null_resource.baz'].module == 'module.foo.module.bar'",
        );
    }
    if let Some(plan) = plan_of("tfjson-moved_block.json") {
        held("plan", &plan, "plan.changes.exists(a, plan.changes[a].previous_address != null)");
    }
    if let Some(plan) = plan_of("tfjson-action_reason.json") {
        held("plan", &plan, "plan.changes['null_resource.example'].action == 'replace'");
        held("plan", &plan, "plan.changes['null_resource.example'].reason == 'replace_because_tainted'");
    }
    if let Some(plan) = plan_of("compliance-test_issue_522.json") {
        let gone = "plan.changes['aws_cloudwatch_event_rule.Metricos_custom_alert_schedule_frequent[0]']";
        held("plan", &plan, &format!("{gone}.action == 'delete' && {gone}.after == null"));
        held(
            "plan",
            &plan,
            "!('aws_cloudwatch_event_rule.Metricos_custom_alert_schedule_frequent[0]' in plan.resources)",
        );
    }
}

#[test]
fn unknown_and_sensitive_are_told_apart_from_missing() {
    if let Some(plan) = plan_of("tfjson-120_basic.json") {
        let bar = "plan.resources['null_resource.bar']";
        assert_eq!(
            judged("plan", &plan, &format!("{bar}.values.triggers == null")),
            r#"plan.resources["null_resource.bar"].values.triggers is not told: it is known only after apply"#
        );
        assert_eq!(
            judged("plan", &plan, &format!("{bar}.values.trigger == null")),
            r#"plan.resources["null_resource.bar"].values has no field trigger (it has: id, triggers)"#
        );
        held("plan", &plan, &format!("has({bar}.values.id) && !has({bar}.values.none) && 'id' in {bar}.unknown"));
        held("plan", &plan, "plan.resources['module.foo.null_resource.aliased'].values.triggers == null");
        held("plan", &plan, "plan.outputs.foo.sensitive && plan.outputs.foo.value == 'bar'");
        assert_eq!(judged("plan", &plan, "plan.outputs.foo.value == 'x'"), r#"(sensitive) == "x""#);
        assert_eq!(
            judged("plan", &plan, "plan.outputs.interpolated.value == 'x'"),
            "plan.outputs.interpolated.value is not told: it is known only after apply"
        );
        held("plan", &plan, "!('nothing' in plan.outputs)");
        assert_eq!(crate::expr::to_json(&plan)["outputs"]["foo"]["value"], "(sensitive)");
    }
    if let Some(plan) = plan_of("compliance-test_issue_522.json") {
        let lambda = "plan.resources['aws_lambda_function.lambda']";
        held("plan", &plan, &format!("{lambda}.sensitive == ['environment[0].variables.EVENT_BUS_ARN']"));
        let seen = judged("plan", &plan, &format!("{lambda}.values.environment[0].variables.EVENT_BUS_ARN == 'x'"));
        assert!(seen == r#"(sensitive) == "x""# || seen.ends_with("it is known only after apply"), "{seen}");
    }
}

#[test]
fn sensitive_variables_of_a_plan_are_never_shown() {
    let document = json!({
        "format_version": "1.2", "planned_values": {"root_module": {}}, "variables": {"token": {"value": "hunter2hunter2"}},
        "configuration": {"root_module": {"variables": {"token": {"sensitive": true}}}},
    });
    let plan = plan::read(document.to_string().as_bytes()).unwrap();
    held("plan", &plan.value, "plan.variables.token.value == 'hunter2hunter2'");
    assert_eq!(judged("plan", &plan.value, "plan.variables.token.value == 'x'"), r#"(sensitive) == "x""#);
    assert!(plan.secrets.iter().eq(["hunter2hunter2"]));
    assert!(!crate::expr::to_text(&plan.value).contains("hunter2"));
}

#[test]
fn what_either_side_of_a_plan_marks_is_sensitive() {
    let resource = json!({"address": "t.x", "mode": "managed", "type": "t", "name": "x",
        "values": {"token": "hunter2hunter2"}, "sensitive_values": {"token": true}});
    let change = json!({"address": "t.x", "mode": "managed", "type": "t", "name": "x",
        "change": {"actions": ["no-op"], "after_unknown": {}, "after_sensitive": {}}});
    let configured = |mode: &str, reference: &str| json!({"mode": mode, "type": "t", "name": "x", "expressions": {"token": {"references": [reference]}}});
    let document = json!({
        "format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}, "resource_changes": [change],
        "configuration": {"root_module": {"resources": [configured("data", "var.other"), configured("managed", "var.own")]}},
    });
    let plan = plan::read(document.to_string().as_bytes()).unwrap();
    assert_eq!(judged("plan", &plan.value, "plan.resources['t.x'].values.token == 'x'"), r#"(sensitive) == "x""#);
    held("plan", &plan.value, "plan.resources['t.x'].references == ['var.own']");
    assert!(plan.secrets.iter().eq(["hunter2hunter2"]));
}

#[test]
fn json_inside_a_string_can_be_read() {
    let document = json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"address": "t.x", "type": "t", "name": "x", "values": {"container_definitions": "[{\"command\":[\"python\"]}]"}},
    ]}}});
    let plan = plan::read(document.to_string().as_bytes()).unwrap().value;
    held("plan", &plan, "json(plan.resources['t.x'].values.container_definitions)[0].command == ['python']");
}

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    assert_eq!(plan::read(bytes).unwrap_err(), expected);
}

#[test]
fn what_is_no_plan_is_refused_and_said_to_be_what_it_is() {
    refused(b"", "line 1, column 0: EOF while parsing a value; `terraform show -json` writes plans that can be read");
    refused(
        b"PK\x03\x04",
        "this is a plan as Terraform keeps it for itself, not JSON; write it with `terraform show -json FILE`",
    );
    refused(b"{}", "it has no `format_version`, so it is no plan that `terraform show -json` wrote");
    refused(
        br#"{"format_version": "1.0", "values": {}}"#,
        "this is a state, not a plan: `terraform plan -out FILE`, then `terraform show -json FILE`",
    );
    refused(
        br#"{"format_version": "2.0", "planned_values": {}}"#,
        "the plan has format 2.0, and smoke knows up to 1.x: a newer smoke may read it",
    );
    refused(br#"{"format_version": "new", "planned_values": {}}"#, "`new` is no format version of a plan");
    refused(
        br#"{"format_version": "1.2", "planned_values": {}, "errored": true}"#,
        "Terraform could not finish this plan: it is errored",
    );
    refused(br#"{"format_version": "1.2"}"#, "it has no `planned_values`, so it is no plan");
    if let Some(path) = others().iter().find(|path| path.ends_with("tfjson-invalid.json")) {
        let expected = "line 676, column 29: trailing characters; `terraform show -json` writes plans that can be read";
        refused(&std::fs::read(path).unwrap(), expected);
    }
}

/// A folder with one module, and what is seen of it.
struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { dir }
    }

    fn read(&self, vars: &Json) -> Result<super::TerraformSeen, String> {
        let vars = vars.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
        let dir = Some(self.dir.path().to_owned());
        Query { plan: None, dir, var_files: Vec::new(), vars: vars.collect() }.read()
    }

    #[track_caller]
    fn check(&self, vars: &Json, text: &str, expected: &str) {
        let seen = self.read(vars).unwrap();
        let folder = format!("{}/", self.dir.path().display());
        assert_eq!(judged("config", &seen.config.unwrap().value, text).replace(&folder, ""), expected, "{text}");
    }

    #[track_caller]
    fn held(&self, text: &str) {
        self.check(&json!({}), text, "held");
    }
}

const MAIN: &str = r#"
variable "desired" {
  type    = number
  default = 1
}
variable "environment" { type = string }
variable "token" {
  default   = "hunter2hunter2"
  sensitive = true
}
variable "unset" {}
locals {
  image = "registry/${var.environment}:${local.tag}"
  tag   = "v1"
  env   = [{ name = "A", value = var.environment }, { name = "B", value = aws_db.this.endpoint }]
  loop  = local.loop
}
resource "aws_ecs_cluster" "this" {
  name = var.environment
}
resource "aws_ecs_task_definition" "worker" {
  family = "worker"
  container_definitions = jsonencode([{
    name    = "worker"
    image   = local.image
    command = ["python", "worker.py"]
    environment = local.env
    token   = var.token
  }])
}
resource "aws_ecs_service" "worker" {
  name            = "worker"
  cluster         = aws_ecs_cluster.this.id
  desired_count   = var.desired
  task_definition = aws_ecs_task_definition.worker.arn
  network_configuration {
    subnets = data.aws_subnets.private.ids
  }
  dynamic "load_balancer" {
    for_each = []
    content {}
  }
  lifecycle { ignore_changes = [task_definition] }
}
resource "aws_alarm" "down" {
  count      = var.desired > 0 && var.environment == "prod" ? 1 : 0
  dimensions = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.worker.name }
}
resource "aws_thing" "each" {
  for_each = { a = 1, b = 2 }
  name     = each.key
}
data "aws_subnets" "private" {}
output "service" { value = aws_ecs_service.worker.name }
output "secret" {
  value     = "x-${var.token}"
  sensitive = true
}
module "child" {
  source = "./child"
  size   = var.desired + 1
  arn    = aws_ecs_cluster.this.arn
}
"#;

const CHILD: &str =
    "variable \"size\" {}\nvariable \"arn\" {}\nresource \"aws_q\" \"q\" {\n  size = var.size\n  arn = var.arn\n}\n";

fn files() -> Files {
    let tfvars = "environment = \"prod\"\ndesired = \"2\"\n";
    Files::new(&[("main.tf", MAIN), ("terraform.tfvars", tfvars), ("child/main.tf", CHILD)])
}

#[test]
fn the_files_tell_what_they_say_themselves() {
    let files = files();
    for text in [
        "config.resources['aws_ecs_service.worker'].values.desired_count == 2",
        "config.resources['aws_ecs_service.worker'].written.desired_count == 'var.desired'",
        "config.resources['aws_ecs_service.worker'].line == 31",
        "'aws_ecs_cluster.this.id' in config.resources['aws_ecs_service.worker'].references",
        "config.resources['aws_ecs_service.worker'].written.network_configuration[0].subnets == 'data.aws_subnets.private.ids'",
        "json(config.resources['aws_ecs_task_definition.worker'].values.container_definitions)[0].command == ['python', 'worker.py']",
        "json(config.resources['aws_ecs_task_definition.worker'].values.container_definitions)[0].image == 'registry/prod:v1'",
        "config.resources['aws_ecs_task_definition.worker'].values.container_definitions[0].environment[0].value == 'prod'",
        "config.resources['aws_alarm.down'].values.dimensions == {'ClusterName': 'prod', 'ServiceName': 'worker'}",
        "config.resources['aws_alarm.down'].count == 1",
        "config.resources['aws_thing.each'].count == 2",
        "config.resources['aws_ecs_service.worker'].count == 1",
        "config.outputs.service.value == 'worker' && config.outputs.service.written == 'aws_ecs_service.worker.name'",
        "config.variables.desired.default == 1 && config.variables.desired.given == 2 && config.variables.desired.value == 2",
        "config.variables.environment.value == 'prod' && !has(config.variables.environment.default)",
        "!has(config.variables.unset.given) && config.locals.image == 'registry/prod:v1'",
        "config.resources['module.child.aws_q.q'].values.size == 3",
        "config.resources['data.aws_subnets.private'].mode == 'data'",
        "config.variables.token.value == 'hunter2hunter2'",
    ] {
        files.held(text);
    }
}

#[test]
fn conditions_follow_the_variables_that_are_given() {
    let files = files();
    let alarm = "config.resources['aws_alarm.down'].count == 0";
    files.check(&json!({"desired": 0}), alarm, "held");
    files.check(&json!({"environment": "staging"}), alarm, "held");
    files.check(&json!({"desired": "0"}), alarm, "held");
    files.check(&json!({"desired": 3}), alarm, "1 == 0");
    files.check(
        &json!({"desired": "many"}),
        alarm,
        "config.resources[\"aws_alarm.down\"].count is not told: the files do not tell \
        `var.desired > 0 && var.environment == \"prod\"` (main.tf:46): desired is known only to Terraform",
    );
}

#[test]
fn what_only_a_plan_could_tell_is_not_guessed() {
    let files = files();
    let service = "config.resources['aws_ecs_service.worker'].values";
    files.check(
        &json!({}),
        &format!("{service}.cluster == 'x'"),
        "config.resources[\"aws_ecs_service.worker\"].values.cluster is \
        not told: the files do not tell `aws_ecs_cluster.this.id` (main.tf:33): id is known only to Terraform",
    );
    files.check(
        &json!({}),
        &format!("{service}.load_balancer.size() == 0"),
        "config.resources[\"aws_ecs_service.worker\"].values.load_balancer \
        is not told: the blocks load_balancer (main.tf:39) are generated: only a plan tells them",
    );
    files.check(
        &json!({}),
        "config.variables.unset.value == 1",
        "config.variables.unset.value is not told: variable unset \
        (main.tf:11) is given no value in the files",
    );
    files.check(
        &json!({}),
        "config.locals.loop == 1",
        "config.locals.loop is not told: the files do not tell `local.loop` \
        (main.tf:16): loop is known only to Terraform",
    );
    files.check(
        &json!({}),
        "config.resources['module.child.aws_q.q'].values.arn == 'x'",
        "config.resources[\"module.child.aws_q.q\"].values.arn \
        is not told: the files do not tell `aws_ecs_cluster.this.arn` (main.tf:62): arn is known only to Terraform",
    );
    files.check(
        &json!({}),
        "config.resources['aws_thing.each'].values.name == 'a'",
        "config.resources[\"aws_thing.each\"].values.name \
        is not told: the files do not tell `each.key` (main.tf:51): each is known only to Terraform",
    );
}

#[test]
fn sensitive_variables_are_never_shown() {
    let files = files();
    files.check(&json!({}), "config.variables.token.value == 'x'", r#"(sensitive) == "x""#);
    let definitions = "config.resources['aws_ecs_task_definition.worker'].values.container_definitions";
    files.check(&json!({}), &format!("{definitions}[0].token == 'x'"), r#"(sensitive) == "x""#);
    files.check(&json!({}), "config.outputs.secret.value == 'x'", r#"(sensitive) == "x""#);
    let seen = files.read(&json!({})).unwrap();
    let secrets: Vec<_> = seen.secrets().map(|secret| secret.reveal().to_owned()).collect();
    assert_eq!(secrets, ["hunter2hunter2", "x-hunter2hunter2"]);
    let all = crate::expr::to_json(&seen.config.unwrap().value).to_string();
    assert!(!all.contains("hunter2"), "{all}");
}

/// Everything through which something sensitive may come out: parts of it, what it is a part of, what is made of it.
const SECRETIVE: &str = r#"
variable "db" {
  sensitive = true
  default   = { user = "hunter2-user", password = "hunter2-password", ports = ["hunter2-port"] }
}
variable "pin" {
  type      = number
  sensitive = "true"
  default   = "hunter2-pin"
}
variable "once" {
  ephemeral = true
  default   = "hunter2-once"
}
variable "given" {
  sensitive = true
  default   = "hunter2-default"
}
variable "number" {
  sensitive = true
  default   = 1234567890
}
locals {
  all     = aws_db.x
  indexed = aws_db.x["password"]
  below   = aws_db["x"].password
  named   = var["db"]
  each    = [for key, value in aws_db.x : value]
  encoded = jsonencode(aws_db.x)
  splat   = aws_db.x[*].password
  parts   = { user = var.db.user, open = "open" }
  key     = { (var.db.user) = 1 }
  chosen  = var.db.user == "hunter2-user" ? "hunter2-yes" : "hunter2-no"
  sum     = var.db.password + 1
  missing = { a = 1 }[var.db.password]
  upper   = upper(var.db.password) + 1
  root    = var
  locals  = local
  made    = sensitive("hunter2-made")
  port    = "at ${var.number}"
  gone    = "%{for port in var.db.ports}${port}%{endfor}"
}
resource "aws_db" "x" {
  password = var.db.password
  open     = "open"
}
output "db" { value = aws_db.x }
output "encoded" { value = local.encoded }
module "child" {
  source   = "./child"
  password = var.db.password
  pin      = "hunter2-argument"
}
"#;

const SECRETIVE_CHILD: &str = "variable \"password\" {}\nvariable \"pin\" {\n  type = number\n  sensitive = true\n}\n\
    variable \"own\" {\n  default = \"hunter2-own\"\n  sensitive = true\n}\n\
    resource \"aws_q\" \"q\" {\n  password = var.password\n  pin = var.pin\n  own = [var.own]\n}\n";

fn secretive() -> Files {
    let files = [("main.tf", SECRETIVE), ("child/main.tf", SECRETIVE_CHILD)];
    Files::new(&[&files[..], &[("terraform.tfvars", "given = \"hunter2-given\"\n")]].concat())
}

/// What is shown of a value: itself, and all the reasons why parts of it are not.
fn shown(value: &Value) -> String {
    match (value, Withheld::of(value)) {
        (_, Some(Withheld::Unknown(why))) => why.clone(),
        (_, Some(Withheld::Sensitive(_))) => "(sensitive)".to_owned(),
        (Value::List(items), _) => items.iter().map(shown).collect::<Vec<_>>().join("\n"),
        (Value::Map(fields), _) => {
            fields.map.iter().map(|(name, value)| format!("{name} {}", shown(value))).collect::<Vec<_>>().join("\n")
        }
        _ => crate::expr::to_text(value),
    }
}

#[test]
fn nothing_sensitive_comes_out_in_any_form() {
    let seen = secretive().read(&json!({})).unwrap();
    let secrets: BTreeSet<String> = seen.secrets().map(|secret| secret.reveal().to_owned()).collect();
    let parts = ["user", "password", "port", "pin", "once", "default", "given", "argument", "own", "yes", "made"];
    let mut expected: BTreeSet<String> = parts.iter().map(|part| format!("hunter2-{part}")).collect();
    expected.extend(["1234567890", "at 1234567890"].map(str::to_owned));
    assert_eq!(secrets, expected);
    let mut all = shown(&seen.config.unwrap().value);
    for written in ["\"hunter2-user\" ?", "? \"hunter2-yes\"", ": \"hunter2-no\"", "sensitive(\"hunter2-made\")"] {
        all = all.replace(written, "");
    }
    assert!(!all.to_lowercase().contains("hunter2") && !all.contains("1234567890"), "{all}");
}

#[test]
fn what_is_made_of_something_sensitive_is_sensitive() {
    let files = secretive();
    for name in ["indexed", "below", "splat", "key", "chosen", "made", "port", "gone"] {
        files.check(&json!({}), &format!("config.locals.{name} == 'x'"), r#"(sensitive) == "x""#);
    }
    for text in [
        "config.locals.indexed == 'hunter2-password' && config.locals.parts.open == 'open'",
        "config.resources['aws_db.x'].sensitive == ['password'] && config.resources['aws_db.x'].unknown == []",
        "config.resources['aws_db.x'].values.open == 'open'",
        "config.resources['module.child.aws_q.q'].sensitive == ['own[0]', 'password']",
        "config.resources['module.child.aws_q.q'].unknown == ['pin']",
        "config.variables.once.sensitive && config.variables.pin.sensitive",
    ] {
        files.held(text);
    }
    let pin = "config.variables.pin.value == 1";
    files.check(
        &json!({}),
        pin,
        "config.variables.pin.value is not told: variable pin (main.tf:6): this text is no number",
    );
    let sum = "config.locals.sum == 1";
    files.check(
        &json!({}),
        sum,
        "config.locals.sum is not told: the files do not tell `var.db.password + 1` (main.tf:34): \
         it reads something sensitive, and cannot be computed here",
    );
}

/// Its provider adds to a resource what no file says.
#[test]
fn a_resource_is_not_told_as_a_whole() {
    let whole = |text: &str, root: &str, line: usize| {
        format!(
            "is not told: the files do not tell `{text}` (main.tf:{line}): all of {root} is known only to Terraform"
        )
    };
    let files = secretive();
    let check = |name: &str, text: &str, root: &str, line: usize| {
        let expected = format!("config.locals.{name} {}", whole(text, root, line));
        files.check(&json!({}), &format!("config.locals.{name} == 'x'"), &expected);
    };
    check("all", "aws_db.x", "aws_db", 24);
    check("each", "[for key, value in aws_db.x : value]", "aws_db", 28);
    check("root", "var", "var", 37);
    check("locals", "local", "local", 38);
    files.check(
        &json!({}),
        "config.locals.encoded == 'x'",
        &format!("config.locals.encoded {}", whole("aws_db.x", "aws_db", 29)),
    );
    let null = Files::new(&[(
        "main.tf",
        "resource \"aws_x\" \"x\" {\n  name = null\n}\nlocals { named = aws_x.x.name == null ? 0 : 1 }\n",
    )]);
    null.check(
        &json!({}),
        "config.locals.named == 0",
        "config.locals.named is not told: the files do not tell `aws_x.x.name == null` (main.tf:4): aws_x is known only \
         to Terraform",
    );
}

const REPEATED: &str = r#"
variable "on" { default = false }
variable "later" {}
variable "names" { default = ["a", "b", "a"] }
locals { sizes = { (aws_x.y.id) = 1, b = 2 } }
module "none" {
  source = "./child"
  count  = var.on ? 1 : 0
}
module "never" {
  source   = "./child"
  for_each = {}
}
module "three" {
  source = "./child"
  count  = "3"
}
module "two" {
  source   = "./child"
  for_each = toset(var.names)
}
module "later" {
  source = "./child"
  count  = var.later
}
module "no_number" {
  source = "./child"
  count  = "many"
}
module "keyed" {
  source   = "./child"
  for_each = local.sizes
}
resource "aws_x" "y" {}
resource "aws_x" "text" { count = "1" }
"#;

const REPEATED_CHILD: &str = "resource \"aws_q\" \"one\" {}\nresource \"aws_q\" \"two\" {\n  count = 2\n}\n\
    resource \"aws_q\" \"none\" {\n  count = 0\n}\nmodule \"deep\" {\n  source = \"../deep\"\n  for_each = { a = 1, b = 2 }\n}\n";

#[test]
fn there_are_as_many_of_a_resource_as_of_its_module() {
    let deep = "resource \"aws_q\" \"q\" {}\n";
    let files = Files::new(&[("main.tf", REPEATED), ("child/main.tf", REPEATED_CHILD), ("deep/main.tf", deep)]);
    let check = |module: &str, resource: &str, count: usize| {
        files.held(&format!("config.resources['module.{module}.{resource}'].count == {count}"));
    };
    for (module, count) in [("none", 0), ("never", 0), ("three", 3), ("two", 2)] {
        check(module, "aws_q.one", count);
        check(module, "aws_q.two", 2 * count);
        check(module, "aws_q.none", 0);
        check(module, "module.deep.aws_q.q", 2 * count);
    }
    check("later", "aws_q.none", 0);
    files.held("config.resources['aws_x.text'].count == 1");
    files.check(&json!({"on": true}), "config.resources['module.none.aws_q.two'].count == 2", "held");
    let later = |module: &str, resource: &str, why: &str| {
        let count = format!("config.resources[\"module.{module}.{resource}\"].count");
        files.check(&json!({}), &format!("{count} == 0"), &format!("{count} is not told: {why}"));
    };
    later("later", "aws_q.one", "variable later (main.tf:3) is given no value in the files");
    later("later", "module.deep.aws_q.q", "variable later (main.tf:3) is given no value in the files");
    later("no_number", "aws_q.two", "`\"many\"` (main.tf:28) says no number");
    let keys = "the files do not tell `{ (aws_x.y.id) = 1, b = 2 }` (main.tf:5): aws_x is known only to Terraform";
    later("keyed", "aws_q.one", keys);
}

#[test]
fn what_terraform_is_told_to_leave_alone_is_seen() {
    let files = Files::new(&[(
        "main.tf",
        r#"
variable "kept" { default = true }
resource "aws_x" "none" {}
resource "aws_x" "two" {
  lifecycle {
    ignore_changes  = [task_definition, network[0].subnets, "desired_count"]
    prevent_destroy = var.kept
  }
}
resource "aws_x" "all" {
  lifecycle { ignore_changes = all }
}
resource "aws_x" "nested" {
  placement {
    count    = 3
    provider = "x"
    lifecycle { days = 1 }
  }
}
"#,
    )]);
    for text in [
        "config.resources['aws_x.none'].lifecycle == {'ignore_changes': []}",
        "config.resources['aws_x.two'].lifecycle.ignore_changes == ['task_definition', 'network[0].subnets', 'desired_count']",
        "config.resources['aws_x.two'].lifecycle.prevent_destroy == true",
        "config.resources['aws_x.all'].lifecycle.ignore_changes == ['all']",
        "config.resources['aws_x.two'].values == {}",
        "config.resources['aws_x.nested'].values.placement == [{'count': 3, 'provider': 'x', 'lifecycle': [{'days': 1}]}]",
    ] {
        files.held(text);
    }
    let seen = files.read(&json!({})).unwrap();
    let path = ["config", "resources", "aws_x.two", "lifecycle", "ignore_changes"].map(str::to_owned);
    assert!(seen.place(&path).is_some_and(|at| at.ends_with("main.tf:5")));
}

#[test]
fn every_part_has_its_place() {
    let files = files();
    let seen = files.read(&json!({})).unwrap();
    let check = |path: &[&str], expected: Option<&str>| {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        let place = seen.place(&path).map(|at| at.rsplit('/').next().unwrap());
        assert_eq!(place, expected, "{path:?}");
    };
    let service = "aws_ecs_service.worker";
    check(&["config", "resources", service, "values", "desired_count"], Some("main.tf:34"));
    check(&["config", "resources", service, "values", "network_configuration"], Some("main.tf:36"));
    check(&["config", "resources", service, "values", "nothing"], Some("main.tf:31"));
    check(&["config", "resources", "aws_alarm.down", "count"], Some("main.tf:46"));
    check(&["config", "variables", "desired", "value"], Some("terraform.tfvars:2"));
    check(&["config", "variables", "desired", "default"], Some("main.tf:2"));
    check(&["config", "outputs", "service", "value"], Some("main.tf:54"));
    check(&["config", "resources"], None);
    check(&["plan", "resources"], None);
}

#[track_caller]
fn unreadable(files: &[(&str, &str)], expected: &str) {
    let files = Files::new(files);
    let folder = files.dir.path().display().to_string();
    let why = files.read(&json!({})).unwrap_err();
    assert_eq!(why.replace(&folder, "DIR"), expected);
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    unreadable(&[], "DIR: there is no .tf file in this folder");
    unreadable(
        &[("a.tf", "a = 1\nb = \n")],
        "DIR/a.tf:2: this is no HCL: invalid expression; expected `\"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit",
    );
    unreadable(
        &[("a.tf", ""), ("b.tf.json", "{}")],
        "DIR/b.tf.json: smoke does not read Terraform's JSON syntax, override files or OpenTofu's own files",
    );
    unreadable(
        &[("a.tf", ""), ("a.tofu", "")],
        "DIR/a.tofu: smoke does not read Terraform's JSON syntax, override files or OpenTofu's own files",
    );
    unreadable(
        &[("a.tf", "output \"x\" {}\n"), ("b.tf", "\noutput \"x\" {}\n")],
        "DIR/b.tf:2: x is declared a second time; the other is at DIR/a.tf:1",
    );
    unreadable(
        &[("a.tf", "provider \"aws\" {}\nprovider \"aws\" {\n  alias = \"b\"\n}\nprovider \"aws\" {}\n")],
        "DIR/a.tf:5: aws is declared a second time; the other is at DIR/a.tf:1",
    );
    unreadable(
        &[("a.tf", ""), ("terraform.tfvars", "x = var.y\n")],
        "DIR/terraform.tfvars:1: a variable's value is written out: var is known only to Terraform",
    );
    unreadable(
        &[("a.tf", "module \"m\" {\n  source = \"./m\"\n}\n")],
        "DIR/a.tf:1: module m cannot be read: DIR/m: there is no such folder",
    );
}

/// What a variable is under a type, and what Terraform 1.11 says it is; nothing where smoke should not tell.
#[track_caller]
fn typed(declared: &str, given: &str, expected: Option<&str>) {
    let text = format!("variable \"x\" {{\n  {declared}\n}}\nresource \"aws_y\" \"y\" {{}}\n");
    let call = format!("module \"m\" {{\n  source = \"./m\"\n  x = {given}\n}}\nresource \"aws_y\" \"y\" {{}}\n");
    let child = format!("{text}resource \"aws_x\" \"x\" {{\n  x = var.x\n}}\n");
    let files = Files::new(&[("main.tf", &call), ("m/main.tf", &child)]);
    let seen = files.read(&json!({})).unwrap().config.unwrap().value;
    let value = field(field(field(field(&seen, "resources"), "module.m.aws_x.x"), "values"), "x");
    let told = (!matches!(Withheld::of(value), Some(Withheld::Unknown(_)))).then(|| crate::expr::to_text(value));
    assert_eq!(told.as_deref(), expected, "{declared}: {given}");
}

#[test]
fn values_become_of_the_type_that_is_declared() {
    for (declared, given, expected) in [
        ("", r#"[1, "a"]"#, Some(r#"[1,"a"]"#)),
        ("type = any", r#""true""#, Some("true")),
        ("type = string", "1.50", Some("1.5")),
        ("type = number", r#""1e3""#, Some("1000")),
        ("type = number", r#""many""#, None),
        ("type = bool", r#""1""#, Some("true")),
        ("type = bool", "1", None),
        ("type = string", "[1]", None),
        ("type = list(string)", "[1, true]", Some(r#"["1","true"]"#)),
        ("type = list(string)", "[1, aws_y.y.id]", Some(r#"["1","(not known)"]"#)),
        ("type = list(string)", "{ a = 1 }", None),
        ("type = list(any)", "[1, true]", None),
        ("type = list(any)", "[1, aws_y.y.id]", None),
        ("type = list(any)", r#"["a", aws_y.y.id]"#, Some(r#"["a","(not known)"]"#)),
        ("type = list(any)", "[{ a = 1 }, { b = 1 }]", None),
        ("type = list(any)", "[{ a = 1 }, { a = 2 }]", Some(r#"[{"a":1},{"a":2}]"#)),
        ("type = set(string)", r#"["b", "a", "b"]"#, Some(r#"["a","b"]"#)),
        ("type = set(number)", r#"["10", 9]"#, Some("[9,10]")),
        ("type = set(string)", r#"["b", aws_y.y.id]"#, None),
        ("type = set(object({ a = number }))", "[{ a = 1 }]", Some(r#"[{"a":1}]"#)),
        ("type = set(object({ a = number }))", "[{ a = 2 }, { a = 1 }]", None),
        ("type = map(number)", r#"{ b = "2", a = 1, n = null }"#, Some(r#"{"a":1,"b":2,"n":null}"#)),
        ("type = map(any)", r#"{ b = 1, a = "x" }"#, Some(r#"{"a":"x","b":"1"}"#)),
        ("type = map(string)", "{ a = 1, b = aws_y.y.id }", Some(r#"{"a":"1","b":"(not known)"}"#)),
        ("type = object({ a = number })", r#"{ a = "1", b = 2 }"#, Some(r#"{"a":1}"#)),
        ("type = object({ a = number })", "{}", None),
        ("type = object({ a = optional(number, \"7\") })", "{}", Some(r#"{"a":7}"#)),
        ("type = object({ a = optional(number, 7) })", "{ a = null }", Some(r#"{"a":7}"#)),
        ("type = object({ a = optional(string) })", "{}", Some(r#"{"a":null}"#)),
        ("type = tuple([string, number])", r#"[1, "2"]"#, Some(r#"["1",2]"#)),
        ("type = tuple([string])", "[1, 2]", None),
        ("type = strange", "1", None),
        ("type = number\n  default = 1", "null", Some("null")),
        ("type = number\n  default = \"1\"\n  nullable = false", "null", Some("1")),
        // What `jsonencode` makes of it is no text here as long as it is not known.
        ("type = string", "jsonencode([{ a = aws_y.y.id, b = 1 }])", Some(r#"[{"a":"(not known)","b":1}]"#)),
    ] {
        typed(declared, given, expected);
    }
}

#[test]
fn what_a_condition_hangs_on_is_no_value_of_its_own() {
    let files = Files::new(&[(
        "main.tf",
        r#"
variable "pinned" { default = "true" }
variable "odd" { default = "odd" }
variable "list" {
  type    = list(string)
  default = []
}
locals {
  chosen = var.pinned ? "a" : "b"
  odd    = var.odd ? "a" : "b"
  none   = null ? "a" : "b"
  empty  = var.list == [] ? "a" : "b"
  other  = var.list != ["x"]
}
"#,
    )]);
    files.held("config.locals.chosen == 'a' && config.locals.other");
    let untold = |name: &str, text: &str, line: usize, why: &str| {
        let expected =
            format!("config.locals.{name} is not told: the files do not tell `{text}` (main.tf:{line}): {why}");
        files.check(&json!({}), &format!("config.locals.{name} == 'odd'"), &expected);
    };
    untold("odd", "var.odd", 10, "this is neither true nor false");
    untold("none", "null", 11, "this is neither true nor false");
    let types = "whether two collections are equal hangs on their types, which only Terraform knows";
    untold("empty", "var.list == []", 12, types);
}

#[test]
fn values_are_given_to_variables_that_there_are() {
    let check = |name: &str, expected: &str| {
        let files = files();
        let folder = files.dir.path().display().to_string();
        let why = files.read(&json!({ name: 1 })).unwrap_err();
        assert_eq!(
            why.replace(&folder, "DIR"),
            format!("DIR: the module declares no variable `{name}`, which `vars` names; {expected}")
        );
    };
    check("desird", "did you mean `desired`?");
    check("banana", "it declares `desired`, `environment`, `token`, `unset`");
}

/// One resource, and modules of which nobody reads the files.
const ELSEWHERE: &str = r#"module "ecs" { source = "terraform-aws-modules/ecs/aws" }
module "none" {
  source = "git::https://example.com/x.git"
  count  = 0
}
module "child" { source = "./child" }
resource "aws_sns_topic" "t" { name = "t" }
"#;

#[test]
fn what_modules_hold_that_are_not_read_is_not_known() {
    let child = "module \"deep\" { source = \"git::https://example.com/y.git\" }\n";
    let files = Files::new(&[("main.tf", ELSEWHERE), ("child/main.tf", child)]);
    for text in [
        "config.resources['aws_sns_topic.t'].type == 'aws_sns_topic'",
        "'aws_sns_topic.t' in config.resources && !('aws_x.y' in config.resources)",
        "!('module.none.aws_x.y' in config.resources) && !('module.child.aws_x.y' in config.resources)",
        "config.resources[?'aws_sns_topic.t'].hasValue() && !config.resources[?'aws_x.y'].hasValue()",
        "config.resources.exists(it, config.resources[it].type == 'aws_sns_topic')",
        "!config.resources.all(it, config.resources[it].type != 'aws_sns_topic')",
    ] {
        files.held(text);
    }
    let ecs = "module ecs (main.tf:1) comes from `terraform-aws-modules/ecs/aws`, and smoke reads modules from folders beside \
        only: a plan tells what it holds";
    let git = "module deep (child/main.tf:1) comes from `git::https://example.com/y.git`, and smoke reads modules from folders \
        beside only: a plan tells what it holds";
    for (text, expected) in [
        (
            "config.resources['module.ecs.aws_x.y'].count == 1",
            format!("config.resources[\"module.ecs.aws_x.y\"] is not told: {ecs}"),
        ),
        ("'module.ecs.aws_x.y' in config.resources", ecs.to_owned()),
        ("'module.child.module.deep.aws_x.y' in config.resources", git.to_owned()),
        ("config.resources[?'module.ecs.aws_x.y'].hasValue()", ecs.to_owned()),
    ] {
        files.check(&json!({}), text, &expected);
    }
    let seen = files.read(&json!({})).unwrap();
    assert_eq!(seen.summary(), "1 resources in 2 files");
    for text in [
        "config.resources.size() == 1",
        "size(config.resources) == 3",
        "config.resources == {}",
        "config.resources.all(it, config.resources[it].type != 'aws_alarm')",
        "config.resources.all(it, !it.startsWith('module.ecs.'))",
        "config.resources.exists(it, config.resources[it].type == 'aws_alarm')",
        "config.resources.filter(it, it.startsWith('module.ecs.')) == []",
        "config.resources[?config.resources['aws_sns_topic.t'].address].hasValue()",
    ] {
        let why = judged("config", &seen.config.as_ref().unwrap().value, text);
        assert!(why.contains("a plan tells what it holds") || why.contains("not all keys"), "{text}: {why}");
    }
    let why = judged("config", &seen.config.unwrap().value, "config.resources['aws_x.y'].count == 1");
    assert!(why.starts_with("config.resources has no field aws_x.y (it has: "), "{why}");
}

#[test]
fn of_what_is_known_in_parts_each_part_is_known() {
    let files = Files::new(&[(
        "main.tf",
        r#"
variable "environment" { default = "prod" }
locals {
  settings = {
    prod    = { desired = 0, ports = [80, aws_x.y.port], role = aws_x.y.arn }
    staging = { desired = 1, role = aws_x.y.arn }
  }
  chosen = local.settings[var.environment].desired
  plain  = local.settings.prod.desired
  port   = local.settings.prod.ports[0]
  count  = local.settings[var.environment].desired > 0 ? 1 : 0
  role   = local.settings.prod.role
  below  = local.settings.prod.role.name
}
resource "aws_x" "y" {}
"#,
    )]);
    files.held("config.locals.chosen == 0 && config.locals.plain == 0 && config.locals.port == 80");
    files.check(&json!({"environment": "staging"}), "config.locals.chosen == 1", "held");
    for name in ["role", "below"] {
        let expected = format!(
            "config.locals.{name} is not told: the files do not tell `aws_x.y.arn` (main.tf:5): aws_x is known only to Terraform"
        );
        files.check(&json!({}), &format!("config.locals.{name} == 'x'"), &expected);
    }
}

#[test]
fn json_in_a_sensitive_text_is_sensitive_in_all_its_parts() {
    let resource = json!({"address": "t.x", "mode": "managed", "type": "t", "name": "x",
        "values": {"all": "[{\"name\": \"w\", \"token\": \"hunter2hunter2\", \"cpu\": 256}]"}, "sensitive_values": {"all": true}});
    let document = json!({ "format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}, "resource_changes": [] });
    let plan = plan::read(document.to_string().as_bytes()).unwrap();
    let all = "json(plan.resources['t.x'].values.all)";
    held("plan", &plan.value, &format!("{all}[0].name == 'w' && {all}[0].cpu == 256 && {all}.size() == 1"));
    assert_eq!(judged("plan", &plan.value, &format!("{all}[0].token == 'x'")), r#"(sensitive) == "x""#);
    let whole = judged("plan", &plan.value, &format!("{all} == []"));
    assert!(!whole.contains("hunter2") && whole.contains("(sensitive)"), "{whole}");
}

#[test]
fn a_plan_says_whether_it_is_whole() {
    let check = |more: &str, text: &str| {
        let document = format!(r#"{{"format_version": "1.2", "planned_values": {{}} {more}}}"#);
        let utf16: Vec<u8> =
            std::iter::once(0xfeff).chain(document.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [document.as_bytes(), utf16.as_slice()] {
            held("plan", &plan::read(bytes).unwrap().value, text);
        }
    };
    check(r#", "complete": false, "applyable": true"#, "plan.complete == false && plan.applyable == true");
    check(r#", "complete": true, "applyable": false"#, "plan.complete && !plan.applyable");
    check("", "plan.complete == null && plan.applyable == null");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    /// Whatever stands in a file, it is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\n]{0,80}") {
        let _ = plan::read(text.as_bytes());
        super::read_files(&text);
    }
}

/// Whatever smoke computes from the files, Terraform itself computes too.
const COMPUTED: &str = r#"
variable "environment" { type = string }
variable "count_text" {
  type    = number
  default = "3"
}
variable "flag" {
  type    = bool
  default = "true"
}
variable "names" {
  type    = list(string)
  default = ["a", "b"]
}
variable "tags" {
  default = { team = "x", cost = 7 }
}
variable "token" {
  default   = "hunter2hunter2"
  sensitive = true
}
locals {
  prefix = "${var.environment}-import"
  both   = concat(var.names, ["c"])
  url    = "https://${local.prefix}.example.org:${var.count_text}"
  deep   = { one = { two = [local.prefix, { three = var.flag }] } }
}
resource "terraform_data" "conditions" {
  input = {
    and       = var.count_text > 0 && var.environment == "prod" ? 1 : 0
    or        = var.count_text < 0 || var.flag
    not       = !var.flag
    unequal   = var.environment != "staging"
    sum       = var.count_text + 2 * 3 - 1
    modulo    = 7 % 4
    negative  = -var.count_text
    nested    = var.flag ? (var.count_text >= 3 ? "many" : "few") : "none"
    text_is_no_number = "3" == 3
    null_is_null      = null == null
  }
}
resource "terraform_data" "texts" {
  input = {
    prefix   = local.prefix
    url      = local.url
    only     = "${var.count_text}"
    lower    = lower("ABC")
    joined   = join(",", local.both)
    escaped  = "a$${b} \"c\" \u00e4\n"
    heredoc  = <<-EOT
      one
        two ${var.environment}
    EOT
    directive = "%{if var.flag}yes%{else}no%{endif}"
  }
}
resource "terraform_data" "collections" {
  input = {
    both     = local.both
    first    = var.names[0]
    team     = var.tags.team
    cost     = var.tags["cost"]
    merged   = merge(var.tags, { team = "y" })
    length   = length(local.both) + length(var.tags) + length("abc")
    contains = contains(var.names, "b")
    most     = max(1, var.count_text, 2)
    upper    = [for name in var.names : upper(name)]
    mapped   = { for name in var.names : name => length(name) if name != "a" }
    deep     = local.deep
    quoted   = { "a b" = 1, (var.environment) = 2, plain = 3 }
  }
}
variable "workers" {
  type    = map(number)
  default = { prod = "0", staging = "1" }
}
variable "alarms" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "sizes" {
  type    = set(number)
  default = ["10", 9, 9]
}
variable "ports" {
  type    = list(number)
  default = ["80", "443"]
}
variable "mixed" {
  type    = list(any)
  default = [1, "a", true]
}
variable "pair" {
  type    = tuple([string, number])
  default = [1, "2"]
}
variable "never" {
  type     = number
  nullable = false
  default  = 4
}
variable "maybe" {
  type    = number
  default = 4
}
variable "pinned" { default = "true" }
variable "zero" { default = "0" }
variable "unsorted" { default = { zulu = "z", alpha = "a" } }
variable "services" {
  type = map(object({
    desired = optional(number, 1)
    env     = optional(map(string), {})
    public  = optional(bool, false)
    nested  = optional(object({ deep = optional(string, "x") }), {})
    nothing = optional(string)
  }))
  default = {
    worker = { desired = "2", public = "false", env = { A = 1 } }
    api    = { desired = null, beyond = 1, nested = { deep = 3 } }
  }
}
resource "terraform_data" "typed" {
  input = {
    workers   = var.workers
    none      = var.workers["prod"] == 0 ? 0 : 1
    alarms    = tolist(var.alarms)
    alarm     = length(var.alarms)
    sizes     = tolist(var.sizes)
    ports     = var.ports
    contains  = contains(var.ports, 80)
    mixed     = var.mixed
    made      = tolist([true, "a"])
    pair      = var.pair
    never     = var.never
    maybe     = var.maybe == null ? "null" : "given"
    services  = var.services
    public    = { for name, it in var.services : name => it.public ? "public" : "private" }
    pinned    = var.pinned ? "yes" : "no"
    text      = "${var.pinned ? "yes" : "no"}"
    zero      = var.zero ? "yes" : "no"
    branch    = var.flag ? 1 : "one"
    order     = [for name, value in var.unsorted : name]
    literal   = [for name, value in { b = 1, a = 2 } : "${name}=${value}"]
    nested    = [for name in [for key, value in { for name in ["d", "c"] : name => 1 } : key] : name]
    directive = "%{for name, value in var.unsorted}${name}%{endfor}"
    escaped   = "as ${jsonencode({ b = "<&>", a = 1 })}"
    kinds     = "3" == 3 || [1] == ["1"] || [] == {}
  }
}
resource "terraform_data" "encoded" {
  input = jsonencode([{ name = local.prefix, list = local.both, none = null, on = var.flag }])
}
resource "terraform_data" "counted" {
  count = var.environment == "prod" ? 2 : 0
  input = local.prefix
}
resource "terraform_data" "keyed" {
  for_each = { for name in var.names : name => name }
  input    = "same"
}
resource "terraform_data" "linked" {
  input = terraform_data.texts.input.prefix
}
resource "terraform_data" "later" {
  input = terraform_data.texts.output
}
resource "terraform_data" "secret" {
  input = { token = "x-${var.token}", open = 1 }
}
module "child" {
  source = "./child"
  size   = var.count_text * 2
}
output "url" { value = local.url }
output "token" {
  value     = var.token
  sensitive = true
}
"#;

const COMPUTED_CHILD: &str =
    "variable \"size\" {}\nresource \"terraform_data\" \"sized\" {\n  input = var.size + 1\n}\n";

#[test]
fn terraform_itself_computes_the_same() {
    let terraform = |dir: &Path, arguments: &[&str]| {
        let mut command = std::process::Command::new("terraform");
        command.arg(format!("-chdir={}", dir.display())).args(arguments).env("CHECKPOINT_DISABLE", "1").output()
    };
    let files = Files::new(&[
        ("main.tf", COMPUTED),
        ("terraform.tfvars", "environment = \"prod\"\nnever = null\nmaybe = null\n"),
        ("child/main.tf", COMPUTED_CHILD),
    ]);
    let dir = files.dir.path();
    let Ok(version) = terraform(dir, &["version"]) else {
        println!("skipped: there is no terraform, so its own reading cannot be had");
        return;
    };
    for arguments in [&["init", "-input=false", "-no-color"][..], &["plan", "-input=false", "-no-color", "-out=plan"]] {
        let output = terraform(dir, arguments).unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let plan = plan::read(&terraform(dir, &["show", "-json", "plan"]).unwrap().stdout).unwrap().value;
    let config = files.read(&json!({})).unwrap().config.unwrap().value;
    let alike = |text: &str, expected: &str| {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        let scope = Scope::default().with("plan", plan.clone()).with("config", config.clone());
        let seen = match Expression::compile(text, &location).unwrap().truth(&scope) {
            Truth::Held => "held".to_owned(),
            other => format!("{other:?}"),
        };
        assert!(seen.starts_with(expected), "{text}: {seen}");
    };
    for name in ["conditions", "texts", "collections", "typed"] {
        let Value::Map(fields) =
            field(field(field(field(&plan, "resources"), &format!("terraform_data.{name}")), "values"), "input")
        else {
            panic!("{name}")
        };
        for key in fields.map.keys() {
            let side = |root: &str| format!("{root}.resources['terraform_data.{name}'].values.input['{key}']");
            alike(&format!("{} == {}", side("config"), side("plan")), "held");
        }
    }
    for text in [
        "json(config.resources['terraform_data.encoded'].values.input) == json(plan.resources['terraform_data.encoded'].values.input)",
        "config.resources['terraform_data.counted'].count == plan.resources.filter(it, it.startsWith('terraform_data.counted[')).size()",
        "config.resources['terraform_data.keyed'].count == plan.resources.filter(it, it.startsWith('terraform_data.keyed[')).size()",
        "config.resources['terraform_data.counted'].values.input == plan.resources['terraform_data.counted[1]'].values.input",
        "config.resources['terraform_data.linked'].values.input == plan.resources['terraform_data.linked'].values.input",
        "config.resources['module.child.terraform_data.sized'].values.input == plan.resources['module.child.terraform_data.sized'].values.input",
        "config.resources['terraform_data.secret'].values.input.token == plan.resources['terraform_data.secret'].values.input.token",
        "config.outputs.url.value == plan.outputs.url.value && config.outputs.token.value == plan.outputs.token.value",
        "config.variables.count_text.value == 3 && config.variables.flag.value == true",
        "'input.token' in plan.resources['terraform_data.secret'].sensitive && plan.outputs.token.sensitive && config.outputs.token.sensitive",
        "'terraform_data.texts.output' in config.resources['terraform_data.later'].references",
        "'terraform_data.texts.output' in plan.resources['terraform_data.later'].references",
    ] {
        alike(text, "held");
    }
    for root in ["plan", "config"] {
        alike(&format!("{root}.resources['terraform_data.later'].values.input == 1"), "Unknown");
    }
    for value in [&plan, &config] {
        assert!(!crate::expr::to_text(value).contains("hunter2"));
    }
    println!("the same as {}", String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or_default());
}

/// The plan of the reference deployment was not made by Terraform; so it is held against the files.
#[test]
fn the_plan_of_the_reference_says_what_its_files_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bulk-import-prod");
    let dir = Some(root.join("infrastructure/terraform/prod"));
    let query = Query { plan: Some(root.join("plan.json")), dir, var_files: Vec::new(), vars: Vec::new() };
    let seen = query.read().unwrap();
    let (plan, config) = (seen.plan.unwrap(), seen.config.unwrap());
    let (planned, written) = (field(&plan.value, "resources"), field(&config.value, "resources"));
    let (mut compared, mut later) = (0, 0);
    for address in names(written) {
        let resource = field(written, &address);
        let counted = names(field(resource, "written")).contains("count");
        let address = format!("{address}{}", if counted { "[0]" } else { "" });
        for name in names(field(resource, "values")) {
            let sides = Scope::default()
                .with("files", field(resource, "values").clone())
                .with("plan", field(field(planned, &address), "values").clone());
            let text = match name.as_str() {
                "container_definitions" => format!("json(plan.{name}) == files.{name}"),
                "cpu" | "memory" => format!("int(plan.{name}) == files.{name}"),
                _ => format!("plan.{name} == files.{name}"),
            };
            let location = Location { source: Source::new("a.yaml", text.as_str()), start: 0, end: text.len() };
            match Expression::compile(&text, &location).unwrap().truth(&sides) {
                Truth::Held => compared += 1,
                Truth::Unknown { .. } => later += 1,
                other => panic!("{address}: {text}: {other:?}"),
            }
        }
    }
    assert_eq!((names(planned).len(), later), (10, 6), "service cluster and task definition are told by apply alone");
    assert_eq!(compared, 75);
}
