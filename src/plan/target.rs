//! A target with its templates filled in, and what expressions see of it.

use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::variables::{Variables, map};
use super::{AwsSettings, TargetSettings};
use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Scope, Template, Value, from_json, to_json};
use crate::redact::{Secret, is_telling};
use crate::scenario::config::{Api, Aws, Target};
use crate::scenario::duration;
use crate::target::{ApiHeader, base};

/// `target` and `run`, before the URL of the API is known.
pub(super) fn scope(target: &Target, run_id: &str, started: DateTime<Utc>) -> Scope {
    let run = [
        ("id".to_owned(), Value::String(run_id.to_owned().into())),
        ("started".to_owned(), Value::Timestamp(started.fixed_offset())),
    ];
    let target = [
        ("name".to_owned(), Value::String(target.name.clone().into())),
        ("protected".to_owned(), Value::Bool(target.protected)),
    ];
    Scope::at(started).with("target", map(target.into_iter())).with("run", map(run.into_iter()))
}

/// Adds the URL of the API to `target`.
pub(super) fn settle(scope: &mut Scope, settings: &TargetSettings) {
    let (Some(url), Some(target)) = (&settings.api_url, scope.get("target")) else { return };
    let mut target = to_json(target);
    target["api"] = serde_json::json!({ "url": url });
    scope.bind("target", from_json(&target));
}

/// Fills in `api` and `aws`. The sandbox's are known only once it runs.
pub(super) fn settings(
    target: &Target,
    variables: &mut Variables<'_, '_, '_>,
) -> Result<TargetSettings, Vec<Diagnostic>> {
    let mut filling = Filling { variables, problems: Vec::new() };
    let (api_url, api_headers) = target.api.as_ref().map(|api| filling.api(api)).unwrap_or_default();
    let aws = target.aws.as_ref().map(|aws| filling.aws(aws));
    let settings = TargetSettings { api_url, api_headers, aws };
    if filling.problems.is_empty() { Ok(settings) } else { Err(filling.problems) }
}

struct Filling<'f, 'p, 'v, 'c> {
    variables: &'f mut Variables<'p, 'v, 'c>,
    problems: Vec<Diagnostic>,
}

impl Filling<'_, '_, '_, '_> {
    fn api(&mut self, api: &Api) -> (Option<String>, Vec<ApiHeader>) {
        let url = self.pieces(&api.url).map(|pieces| joined(&pieces).trim_end_matches('/').to_owned());
        if let Some(url) = url.as_ref().filter(|_| !(guessed(&api.url) && self.variables.pretends()))
            && let Err(why) = base(url)
        {
            self.problems.push(Diagnostic::at(api.url.location(), format!("`{url}` {why}")));
        }
        let headers = api.headers.iter().filter_map(|(name, value)| {
            // What stands in the repository for all to read is no secret, unless it sounds like one.
            let plain = value.is_fixed() && !is_telling(name);
            Some(ApiHeader { name: name.clone(), value: Secret::new(self.text(value)?), plain })
        });
        (url, headers.collect())
    }

    fn aws(&mut self, aws: &Aws) -> AwsSettings {
        let endpoint_urls = &aws.endpoint_urls;
        let endpoint_urls =
            endpoint_urls.iter().filter_map(|(name, url)| Some((name.clone(), self.text(url)?))).collect();
        let mut text = |template: &Option<Template>| template.as_ref().and_then(|template| self.text(template));
        AwsSettings {
            region: text(&aws.region),
            profile: text(&aws.profile),
            role_arn: text(&aws.role_arn),
            endpoint_url: text(&aws.endpoint_url),
            endpoint_urls,
            credentials: None,
            log_lag: aws.log_lag.as_ref().and_then(|lag| self.duration(lag)),
        }
    }

    fn text(&mut self, template: &Template) -> Option<String> {
        Some(self.pieces(template)?.into_iter().map(|(_, text)| text).collect())
    }

    fn pieces(&mut self, template: &Template) -> Option<Vec<(bool, String)>> {
        self.variables.read(&template.references());
        match template.pieces(&self.variables.bound()) {
            Ok(pieces) => Some(pieces),
            Err(error) => {
                self.variables.complain(template, error);
                None
            }
        }
    }

    fn duration(&mut self, template: &Template) -> Option<std::time::Duration> {
        let text = self.text(template)?;
        let no = match duration::parse(&text) {
            Ok(duration) => return Some(duration),
            Err(no) => no,
        };
        self.problems.push(Diagnostic::at(template.location(), no.message).help(no.help));
        None
    }
}

/// The URL of an API in one piece. A value that stands in it before the `@` is of who logs in, whatever its letters; a
/// colon may part the user from the password in it.
fn joined(pieces: &[(bool, String)]) -> String {
    const LOGIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b':');
    let at_host = |url: &str| url.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#']));
    let mut url = String::new();
    for (at, (written, text)) in pieces.iter().enumerate() {
        let mut ahead = pieces[at + 1..].iter().filter(|(written, _)| *written);
        let end = ahead.find_map(|(_, text)| text.chars().find(|letter| "@/?#".contains(*letter)));
        if !written && end == Some('@') && at_host(&url) {
            url.extend(utf8_percent_encode(text, LOGIN));
        } else {
            url.push_str(text);
        }
    }
    url
}

/// Whether something may stand in for a secret in it, so that nothing can be said of its text.
fn guessed(template: &Template) -> bool {
    let secret = |reference: &Reference| reference.path.first().is_some_and(|root| root == "secret");
    template.references().into_iter().any(secret)
}
