//! Secrets, fetched once each and only if something reads them. What is at hand anyway is known besides, to be kept out
//! of reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::fetch::{fetch, glimpse, own_credentials};
use crate::diagnostic::Diagnostic;
use crate::redact::{Redactor, Secret};
use crate::scenario::Config;

/// Whether secrets are really fetched.
#[derive(Debug, Clone)]
pub(super) enum Fetching {
    /// From where `smoke.yaml` says, until nobody waits for it any more.
    Real(CancellationToken),
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
        matches!(self.fetching, Fetching::Pretended)
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
        let secret = match &self.fetching {
            Fetching::Pretended => Some(Secret::new("***")),
            Fetching::Real(given_up) => match fetch(name, source, &self.config.dir, given_up) {
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

    /// Every secret that was read, and those that are at hand: a program that a step starts may tell any of them.
    pub(super) fn into_secrets(mut self) -> Vec<(String, Secret)> {
        let mut secrets = Vec::new();
        if !self.pretends() {
            for (name, source) in &self.config.secrets {
                self.had.entry(name.clone()).or_insert_with(|| glimpse(source, &self.config.dir));
            }
            secrets.extend(own_credentials());
        }
        secrets.extend(self.had.into_iter().filter_map(|(name, secret)| Some((name, secret?))));
        secrets
    }
}
