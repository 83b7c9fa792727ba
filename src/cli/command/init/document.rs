//! The first `smoke.yaml`, and the list of its targets.

use std::fmt::Write as _;

use super::facts::Facts;
use super::found::Found;

const HEAD: &str = "\
# Which systems smoke may look at, and how it gets there. `smoke check` says what is wrong with this file, and
# `smoke schema config` what can stand in it.

# Never in this file itself, and in no report: from the environment (`env`), a file (`file`) or a program (`command`).
# Only those that the target at hand needs are fetched.
secrets:
  api_token: { env: SMOKE_API_TOKEN }

targets:
  # A small bulk-import service inside smoke. It brings its own vars; nothing needs to be installed.
  local:
    sandbox: {}
";

const EXAMPLE: &str = "
  # Your own. `aws` takes a region, and a profile or a role_arn where the SDK's own chain is not what you want.
  # staging:
  #   api:
  #     url: https://api.staging.example.com
  #     headers: { authorization: \"Bearer ${{ secret.api_token }}\" }
  #   aws: { region: eu-west-1 }
  #   vars:
  #     cluster: staging
  #     worker: bulk-import-worker
  #     log_group: /ecs/staging
  #     alarm: bulk-import-worker-down
";

/// A target of the first `smoke.yaml`.
#[derive(Debug)]
pub(super) struct Target<'found> {
    /// Its name; no two are alike.
    pub(super) name: String,
    found: &'found Found,
}

/// One target for each folder that speaks of a deployment.
pub(super) fn targets(found: &[Found]) -> Vec<Target<'_>> {
    let mut targets: Vec<Target<'_>> = Vec::new();
    for found in found {
        let wanted = word(found.facts.environment.as_deref().unwrap_or(&found.name));
        let wanted = if wanted.is_empty() { "deployed".to_owned() } else { wanted };
        let taken = |name: &str| name.is_empty() || name == "local" || targets.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let name = std::iter::once(wanted.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        targets.push(Target { name, found });
    }
    targets
}

/// A name as targets have it.
fn word(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect()
}

/// The whole file.
pub(super) fn smoke_yaml(targets: &[Target<'_>]) -> String {
    let mut text = HEAD.to_owned();
    for target in targets {
        target.write(&mut text);
    }
    if targets.is_empty() {
        text.push_str(EXAMPLE);
    }
    text
}

impl Target<'_> {
    fn write(&self, text: &mut String) {
        let Facts { environment: _, region, cluster, worker, backend, log_group, alarm } = &self.found.facts;
        let _ = write!(text, "\n  # As {} has it. Put in where its API is.\n  {}:\n", self.found.folder, self.name);
        if self.name.starts_with("prod") || self.name == "live" {
            text.push_str("    protected: true # only scenarios that list it; asks first, or needs --yes\n");
        }
        text.push_str("    api:\n      url: https://api.example.com\n");
        text.push_str("      headers: { authorization: \"Bearer ${{ secret.api_token }}\" }\n");
        let _ = writeln!(
            text,
            "    aws: {{ region: {} }}{}",
            quoted(region.as_deref().unwrap_or("eu-west-1")),
            doubt(region.as_ref())
        );
        text.push_str("    vars:\n");
        let known = [
            ("cluster", cluster, "main"),
            ("worker", worker, "bulk-import-worker"),
            ("backend", backend, "backend"),
            ("log_group", log_group, "/ecs/main"),
            ("alarm", alarm, "bulk-import-worker-down"),
        ];
        for (name, value, example) in known {
            let _ = writeln!(
                text,
                "      {name}: {}{}",
                quoted(value.as_deref().unwrap_or(example)),
                doubt(value.as_ref())
            );
        }
    }
}

/// What stands behind a value that is only an example.
fn doubt(value: Option<&String>) -> &'static str {
    if value.is_some() { "" } else { " # not found in the files: put in your own" }
}

/// A value as YAML has it.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_/.".contains(letter);
    let word = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') && text.chars().all(plain);
    let reserved = ["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    // Text in JSON is text in YAML. Nothing in it is to be filled in.
    if word && !reserved { text.to_owned() } else { serde_json::Value::from(text.replace("${{", "$ {{")).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &str, environment: Option<&str>) -> Found {
        let facts =
            Facts { environment: environment.map(str::to_owned), cluster: Some("c".to_owned()), ..Facts::default() };
        let name = folder.rsplit('/').next().unwrap_or_default().to_owned();
        Found { folder: folder.to_owned(), name, facts }
    }

    #[test]
    fn no_two_targets_have_one_name() {
        let found = [
            found("infra/prod", Some("prod")),
            found("infra/eu", Some("prod")),
            found("infra/stage", None),
            found("infra/local", None),
        ];
        let targets = targets(&found);
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        assert_eq!(names, ["prod", "prod-2", "stage", "local-2"]);
    }

    #[test]
    fn what_was_not_found_is_marked() {
        let found = [found("infra/prod", None)];
        let text = smoke_yaml(&targets(&found));
        let below = text.split("  # As infra/prod has it").nth(1).unwrap();
        assert_eq!(
            below,
            ". Put in where its API is.\n  prod:\n    protected: true # only scenarios that list it; asks first, or needs \
             --yes\n    api:\n      url: https://api.example.com\n      headers: { authorization: \"Bearer ${{ \
             secret.api_token }}\" }\n    aws: { region: eu-west-1 } # not found in the files: put in your own\n    vars:\n      \
             cluster: c\n      worker: bulk-import-worker # not found in the files: put in your own\n      backend: backend # not \
             found in the files: put in your own\n      log_group: /ecs/main # not found in the files: put in your own\n      \
             alarm: bulk-import-worker-down # not found in the files: put in your own\n"
        );
    }

    #[test]
    fn values_are_yaml() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text), expected);
        check("/ecs/prod", "/ecs/prod");
        check("bulk-import-worker", "bulk-import-worker");
        check("no", "\"no\"");
        check("12", "\"12\"");
        check("a: b #c", "\"a: b #c\"");
    }
}
