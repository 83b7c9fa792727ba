//! `smoke.yaml` as it was written.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Location, Source};
use crate::expr::Template;

/// The whole of `smoke.yaml`. Where there is no file, the built-in one: one target, `local`, the sandbox.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub source: Arc<Source>,
    /// Whether there is such a file.
    pub written: bool,
    /// The folder it stands in; `scenarios/` and `reports/` lie beside it.
    pub dir: PathBuf,
    /// `secrets`, in order.
    pub secrets: Vec<(String, SecretSource)>,
    /// `targets`, in order.
    pub targets: Vec<Target>,
    /// `vars` for all targets.
    pub vars: Vec<(String, Template)>,
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSource {
    /// Where the entry stands.
    pub location: Location,
    /// How it is had.
    pub origin: Origin,
}

/// How a secret is had. A trailing newline is taken off files and commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Env(String),
    /// A file, relative to `smoke.yaml`.
    File(PathBuf),
    /// A program and its arguments; its standard output.
    Command(Vec<String>),
}

/// A deployed environment.
#[derive(Debug)]
pub struct Target {
    /// Its key under `targets`.
    pub name: String,
    /// Where the key stands.
    pub location: Location,
    /// A scenario runs here only if it lists the target; asks on a terminal, needs `--yes` elsewhere.
    pub protected: bool,
    /// `sandbox: {}`: the embedded local target.
    pub sandbox: bool,
    /// The API under test.
    pub api: Option<Api>,
    /// Where AWS is looked at.
    pub aws: Option<Aws>,
    /// The target's own `vars`.
    pub vars: Vec<(String, Template)>,
}

impl Target {
    /// Whether nobody wrote it down: the sandbox that every configuration has.
    #[must_use]
    pub fn is_implied(&self) -> bool {
        self.location.start == self.location.end
    }

    /// Everything in `api` and `aws` that may read something.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let api = self.api.iter().flat_map(|api| std::iter::once(&api.url).chain(api.headers.iter().map(|(_, it)| it)));
        api.chain(self.aws.iter().flat_map(Aws::templates))
    }
}

impl Aws {
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let single = [&self.region, &self.profile, &self.role_arn, &self.endpoint_url, &self.log_lag];
        single.into_iter().flatten().chain(self.endpoint_urls.iter().map(|(_, url)| url))
    }
}

/// `api`.
#[derive(Debug)]
pub struct Api {
    /// What a path in an `http` step is appended to.
    pub url: Template,
    /// Sent with every request to that host, and to no other.
    pub headers: Vec<(String, Template)>,
}

/// `aws`; what is not set comes from the SDK's own chain.
#[derive(Debug, Default)]
pub struct Aws {
    /// `region`.
    pub region: Option<Template>,
    /// `profile`.
    pub profile: Option<Template>,
    /// `role_arn`, assumed before looking.
    pub role_arn: Option<Template>,
    /// `endpoint_url` for every service.
    pub endpoint_url: Option<Template>,
    /// `endpoint_urls`: for one service each: `logs`, `ecs`, `cloudwatch`, `sts`; stronger than `endpoint_url`.
    pub endpoint_urls: Vec<(String, Template)>,
    /// `log_lag`: how late a log line may become visible; 15 s where it is not set.
    pub log_lag: Option<Template>,
}
