//! `smoke.yaml`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Reader;
use crate::diagnostic::{Diagnostic, Location, Source};
use crate::expr::{Template, Value};
use crate::scenario::config::{Api, Aws, Config, Origin, SecretSource, Target};
use crate::scenario::scalar::Numbers;
use crate::scenario::schema;
use crate::scenario::yaml::{Key, Node};

/// The target that needs no file.
const LOCAL: &str = "local";

/// The configuration where there is no file: the sandbox as `local`.
pub(crate) fn built_in(dir: &Path) -> Config {
    let source = Source::new("smoke.yaml (built in)", "");
    let targets = vec![sandbox(&source)];
    Config { source, written: false, dir: dir.to_path_buf(), secrets: Vec::new(), targets, vars: Vec::new() }
}

fn sandbox(source: &Arc<Source>) -> Target {
    let location = Location { source: Arc::clone(source), start: 0, end: 0 };
    Target { name: LOCAL.to_owned(), location, protected: false, sandbox: true, api: None, aws: None, vars: Vec::new() }
}

impl Reader {
    /// The whole file. What cannot be read is left out.
    pub(crate) fn config(&mut self, root: &Node, source: &Arc<Source>, dir: &Path) -> Config {
        let mut config = Config { source: Arc::clone(source), written: true, ..built_in(dir) };
        config.targets.clear();
        if let Some(mapping) = self.mapping(root, &schema::CONFIG) {
            config.secrets = mapping.get("secrets").map(|node| self.secrets(node)).unwrap_or_default();
            config.targets = mapping.get("targets").map(|node| self.targets(node)).unwrap_or_default();
            config.vars = mapping.get("vars").map(|node| self.vars(node)).unwrap_or_default();
        }
        if !config.targets.iter().any(|target| target.name == LOCAL) {
            config.targets.insert(0, sandbox(source));
        }
        config
    }

    /// `vars`, wherever they stand.
    pub(super) fn vars(&mut self, node: &Node) -> Vec<(String, Template)> {
        for (key, _) in self.entries(node, "`vars`").unwrap_or_default() {
            self.variable_name(key);
        }
        self.trees(node, "`vars`", Numbers::IfFaithful)
    }

    fn variable_name(&mut self, key: &Key) {
        let good = key.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !good || key.name.is_empty() || key.name.starts_with(|letter: char| letter.is_ascii_digit()) {
            let message = format!("`{}` cannot be the name of a variable", key.name);
            let help = "a name is made of letters, digits and `_`, and does not begin with a digit";
            self.complain(Diagnostic::at(&key.location, message).help(help));
        }
    }

    fn secrets(&mut self, node: &Node) -> Vec<(String, SecretSource)> {
        let entries = self.entries(node, "`secrets`").unwrap_or_default();
        // One that is wrong is there all the same: nobody who reads it is to blame.
        let stand_in = || Origin::Env(String::new());
        let mut source = |key: &Key, value: &Node| {
            let origin = self.secret(key, value).unwrap_or_else(stand_in);
            SecretSource { location: key.location.clone(), origin }
        };
        entries.iter().map(|(key, value)| (key.name.clone(), source(key, value))).collect()
    }

    fn secret(&mut self, key: &Key, node: &Node) -> Option<Origin> {
        let mapping = self.mapping(node, &schema::SECRET)?;
        let found = mapping.among(&["env", "file", "command"]);
        let [(kind, value)] = found.as_slice() else {
            if found.is_empty() && mapping.has_unknown() {
                return None;
            }
            let message = format!("the secret `{}` comes from {} places", key.name, found.len());
            self.complain(
                Diagnostic::at(&key.location, message).help("write exactly one of `env`, `file` and `command`"),
            );
            return None;
        };
        Some(match kind.name.as_str() {
            "env" => Origin::Env(self.fixed_text(value, "the name of an environment variable")?.to_owned()),
            "file" => Origin::File(PathBuf::from(self.fixed_text(value, "the path of a secret")?)),
            _ => Origin::Command(self.command(value)?),
        })
    }

    fn command(&mut self, node: &Node) -> Option<Vec<String>> {
        let items = self.list(node, "words: the program and its arguments");
        let words: Vec<String> = items.iter().filter_map(|item| self.text(item).map(str::to_owned)).collect();
        (!words.is_empty()).then_some(words)
    }

    fn targets(&mut self, node: &Node) -> Vec<Target> {
        let entries = self.entries(node, "`targets`").unwrap_or_default();
        entries.iter().filter_map(|(key, value)| self.target(key, value)).collect()
    }

    fn target(&mut self, key: &Key, node: &Node) -> Option<Target> {
        let mapping = self.mapping(node, &schema::TARGET)?;
        let api = mapping.get("api").map(|node| self.api(node));
        let aws = mapping.get("aws").map(|node| self.aws(node));
        let written = mapping.get("sandbox").is_some();
        if let Some(node) = mapping.get("sandbox") {
            self.mapping(node, &schema::SANDBOX);
        }
        for (other, _) in mapping.among(&["api", "aws"]).iter().filter(|_| written) {
            let message = format!("a sandbox brings its own `{}`", other.name);
            self.complain(Diagnostic::at(&other.location, message).help("leave out one of the two"));
        }
        let nowhere = mapping.get("api").is_none() && mapping.get("aws").is_none();
        Some(Target {
            name: key.name.clone(),
            location: key.location.clone(),
            protected: mapping.get("protected").and_then(|node| self.flag(node)).unwrap_or_default(),
            sandbox: written || (key.name == LOCAL && nowhere),
            api,
            aws,
            vars: mapping.get("vars").map(|node| self.vars(node)).unwrap_or_default(),
        })
    }

    fn api(&mut self, node: &Node) -> Api {
        let mapping = self.mapping(node, &schema::API);
        let under = |key: &str| mapping.as_ref().and_then(|mapping| mapping.get(key));
        let headers = under("headers").map(|node| self.headers(node)).unwrap_or_default();
        let url = under("url").and_then(|node| self.base_url(node));
        // Something stands in for a wrong URL, so that no step is blamed for an API that is not there.
        let stand_in = || Template::fixed(Value::String("https://api.invalid".to_owned().into()), &node.head());
        Api { url: url.unwrap_or_else(stand_in), headers }
    }

    fn base_url(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node)?;
        let fixed = !text.contains("${{");
        if fixed && !text.starts_with("http://") && !text.starts_with("https://") {
            self.wrong(node, "the URL of an API begins with `https://` or `http://`", "write the whole URL");
            return None;
        }
        self.template(node)
    }

    fn aws(&mut self, node: &Node) -> Aws {
        let Some(mapping) = self.mapping(node, &schema::AWS) else { return Aws::default() };
        let mut text = |key: &str| mapping.get(key).and_then(|node| self.template(node));
        let (region, profile) = (text("region"), text("profile"));
        let (role_arn, endpoint_url) = (text("role_arn"), text("endpoint_url"));
        let endpoint_urls = mapping.get("endpoint_urls").map(|node| self.endpoints(node)).unwrap_or_default();
        let log_lag = mapping.get("log_lag").and_then(|node| self.duration(node));
        Aws { region, profile, role_arn, endpoint_url, endpoint_urls, log_lag }
    }

    fn endpoints(&mut self, node: &Node) -> Vec<(String, Template)> {
        if self.mapping(node, &schema::ENDPOINTS).is_none() {
            return Vec::new();
        }
        self.templates(node, "`endpoint_urls`")
    }
}
