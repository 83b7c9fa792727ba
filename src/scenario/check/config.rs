//! What can be wrong with a `smoke.yaml` that reads well.

use super::names::everywhere;
use crate::diagnostic::Diagnostic;
use crate::expr::Template;
use crate::scenario::Config;
use crate::scenario::config::{Api, Aws};

/// Undefined names and unknown secrets, all through it.
pub(in crate::scenario) fn config(config: &Config) -> Vec<Diagnostic> {
    let names = everywhere(config);
    let vars = config.vars.iter().map(|(_, value)| value);
    let targets = config.targets.iter().flat_map(|target| {
        let own = target.vars.iter().map(|(_, value)| value);
        own.chain(target.api.iter().flat_map(api)).chain(target.aws.iter().flat_map(aws))
    });
    vars.chain(targets).flat_map(|template| names.hold(template.references())).collect()
}

fn api(api: &Api) -> impl Iterator<Item = &Template> {
    std::iter::once(&api.url).chain(api.headers.iter().map(|(_, value)| value))
}

fn aws(aws: &Aws) -> impl Iterator<Item = &Template> {
    let single = [&aws.region, &aws.profile, &aws.role_arn, &aws.endpoint_url, &aws.log_lag];
    single.into_iter().flatten().chain(aws.endpoint_urls.iter().map(|(_, url)| url))
}
