//! Secrets, fetched once each and only if something reads them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::redact::{Redactor, Secret};
use crate::scenario::Config;
use crate::scenario::config::{Origin, SecretSource};

/// Whether secrets are really fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetching {
    /// From where `smoke.yaml` says.
    Real,
    /// `smoke check`: something stands in for each.
    Pretended,
}

/// Knows the secrets that were read so far.
#[derive(Debug)]
pub(super) struct Vault<'c> {
    config: &'c Config,
    fetching: Fetching,
    had: BTreeMap<String, Option<Secret>>,
    redactor: Arc<Redactor>,
}

impl<'c> Vault<'c> {
    pub(super) fn new(config: &'c Config, fetching: Fetching) -> Self {
        Self { config, fetching, had: BTreeMap::new(), redactor: Arc::default() }
    }

    /// Whether something stands in for secrets.
    pub(super) fn pretends(&self) -> bool {
        self.fetching == Fetching::Pretended
    }

    /// Every name that `smoke.yaml` has.
    pub(super) fn names(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.config.secrets.iter().map(|(name, _)| name.as_str())
    }

    /// A secret; none where there is no such or where it cannot be had, which is complained about once.
    pub(super) fn get(&mut self, name: &str, problems: &mut Vec<Diagnostic>) -> Option<Secret> {
        if let Some(had) = self.had.get(name) {
            return had.clone();
        }
        let (_, source) = self.config.secrets.iter().find(|(known, _)| known == name)?;
        let secret = match self.fetching {
            Fetching::Pretended => Some(Secret::new("***")),
            Fetching::Real => match fetch(name, source, &self.config.dir) {
                Ok(text) => Some(Secret::new(text)),
                Err(problem) => {
                    problems.push(problem);
                    None
                }
            },
        };
        if let Some(secret) = &secret {
            self.redactor.learn(secret);
        }
        self.had.insert(name.to_owned(), secret.clone());
        secret
    }

    /// What knows the secrets that were read, now and later.
    pub(super) fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.redactor)
    }

    /// Takes the secrets out of what is said of a plan: a file or a duration may be named by one.
    pub(super) fn clean(&self, problems: &mut [Diagnostic]) {
        for problem in problems {
            problem.each_text(&mut |text| *text = self.redactor.clean(text).into_owned());
        }
    }

    /// Every secret that was read, in the order of their names.
    pub(super) fn into_secrets(self) -> Vec<(String, Secret)> {
        self.had.into_iter().filter_map(|(name, secret)| Some((name, secret?))).collect()
    }
}

fn fetch(name: &str, source: &SecretSource, dir: &Path) -> Result<String, Diagnostic> {
    let no = |message: String, help: &str| Diagnostic::at(&source.location, message).help(help.to_owned());
    let text = match &source.origin {
        Origin::Env(variable) => std::env::var(variable).map_err(|_| {
            let message = format!("the secret `{name}` cannot be had: {variable} is not set");
            no(message, "set it in the environment that smoke is started in")
        })?,
        Origin::File(path) => std::fs::read_to_string(dir.join(path)).map_err(|error| {
            let message = format!("the secret `{name}` cannot be had: {}: {error}", path.display());
            no(message, "the file is named relative to smoke.yaml")
        })?,
        Origin::Command(words) => output(words, dir).map_err(|reason| {
            let message = format!("the secret `{name}` cannot be had: `{}` {reason}", words.join(" "));
            no(message, "run it by hand to see why")
        })?,
    };
    let text = match source.origin {
        Origin::Env(_) => text.as_str(),
        Origin::File(_) | Origin::Command(_) => without_newline(&text),
    };
    if text.is_empty() {
        return Err(no(format!("the secret `{name}` is empty"), "an empty secret cannot be kept out of reports"));
    }
    if text.chars().count() < Secret::SHORTEST {
        let message = format!("the secret `{name}` has fewer than {} characters", Secret::SHORTEST);
        return Err(no(message, "kept out of the reports, so short a text would blank them; was the right value set?"));
    }
    Ok(text.to_owned())
}

fn without_newline(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// What a program writes. Its complaints go to the terminal; they are not ours to repeat.
fn output(words: &[String], dir: &Path) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    if !dir.as_os_str().is_empty() {
        command.current_dir(dir);
    }
    let output = command.output().map_err(|error| format!("cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| "wrote something that is not UTF-8".to_owned())
}
