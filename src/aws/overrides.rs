//! Endpoints that the environment or the AWS config file would put in the place of AWS. A left-over one would let a gate
//! pass against an emulator, so only `smoke.yaml` may name one.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::failure::look_error;
use super::settings::{AwsSettings, SERVICES};
use crate::look::{LookError, LookErrorKind};

/// An endpoint that somebody else set.
#[derive(Debug, PartialEq, Eq)]
struct Override {
    /// `ecs`, …
    service: &'static str,
    /// The variable or file that sets it.
    origin: &'static str,
    /// Where it leads.
    url: String,
}

/// Refuses what `smoke.yaml` does not name.
///
/// # Errors
/// The first override of a service for which the settings name no endpoint.
pub(super) fn refuse(settings: &AwsSettings, sdk: &SdkConfig) -> Result<(), LookError> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|url| !url.is_empty());
    let configured = |id: &str| {
        let key = ServiceConfigKey::builder().service_id(id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
        key.ok().and_then(|key| sdk.service_config()?.load_config(key))
    };
    let found = SERVICES.iter().filter_map(|&(service, id, own)| {
        effective(service, own, is_set, configured(id).as_deref().or(sdk.endpoint_url()))
    });
    judge(settings, found)
}

/// Who decides that a service's calls go to `url`: its own variable, the common one, the config file. None where they go to
/// AWS, be it since the SDK is told to ignore all three.
fn effective(
    service: &'static str,
    own: &'static str,
    is_set: impl Fn(&str) -> bool,
    url: Option<&str>,
) -> Option<Override> {
    let origin = [own, "AWS_ENDPOINT_URL"].into_iter().find(|name| is_set(name));
    let origin = origin.unwrap_or("endpoint_url in the AWS config file");
    url.filter(|url| !url.is_empty()).map(|url| Override { service, origin, url: url.to_owned() })
}

fn judge(settings: &AwsSettings, found: impl Iterator<Item = Override>) -> Result<(), LookError> {
    let mut stray = found.filter(|found| settings.endpoint(found.service).is_none());
    let Some(Override { service, origin, url }) = stray.next() else { return Ok(()) };
    Err(look_error(
        LookErrorKind::Unusable,
        format!(
            "{origin} would send {service} to {url} instead of AWS, and smoke.yaml does not name that; unset it, or \
             write aws: {{ endpoint_url: {url} }} for the target"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};

    use super::*;

    fn check(variables: &[(&str, &str)], file: Option<&str>, settings: &AwsSettings, expected: Result<(), &str>) {
        let of = |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, url)| *url);
        let found = SERVICES.iter().filter_map(|&(service, _, own)| {
            let url = of(own).or(of("AWS_ENDPOINT_URL")).or(file);
            effective(service, own, |name| of(name).is_some(), url)
        });
        assert_eq!(judge(settings, found).map_err(|error| error.message), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_left_over_endpoint_is_refused_by_name() {
        let settings = AwsSettings::default();
        check(&[], None, &settings, Ok(()));
        let words = "AWS_ENDPOINT_URL_ECS would send ecs to http://localhost:1 instead of AWS, and smoke.yaml does not \
                     name that; unset it, or write aws: { endpoint_url: http://localhost:1 } for the target";
        check(&[("AWS_ENDPOINT_URL_ECS", "http://localhost:1")], None, &settings, Err(words));
        check(
            &[("AWS_ENDPOINT_URL", "http://e")],
            None,
            &settings,
            Err(
                "AWS_ENDPOINT_URL would send logs to http://e instead of AWS, and smoke.yaml does not name that; unset it, \
             or write aws: { endpoint_url: http://e } for the target",
            ),
        );
        check(
            &[],
            Some("http://f"),
            &settings,
            Err(
                "endpoint_url in the AWS config file would send logs to http://f instead of AWS, and smoke.yaml does not \
             name that; unset it, or write aws: { endpoint_url: http://f } for the target",
            ),
        );
    }

    #[tokio::test]
    #[expect(deprecated, reason = "the new name of the type is in a crate that is needed for nothing else")]
    async fn what_the_sdk_is_told_to_ignore_leads_nowhere() {
        use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};

        async fn check(config: &str, expected: Result<(), &str>) {
            let files = ProfileFiles::builder().with_contents(ProfileFileKind::Config, format!("[default]\n{config}"));
            let loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).empty_test_environment();
            let loader = loader.region(Region::new("eu-west-1")).profile_files(files.build());
            let refused = refuse(&AwsSettings::default(), &loader.load().await).map_err(|error| error.message);
            assert_eq!(refused, expected.map_err(str::to_owned));
        }
        let words = "endpoint_url in the AWS config file would send logs to http://f instead of AWS, and smoke.yaml does \
                     not name that; unset it, or write aws: { endpoint_url: http://f } for the target";
        check("endpoint_url = http://f", Err(words)).await;
        check("endpoint_url = http://f\nignore_configured_endpoint_urls = false", Err(words)).await;
        check("endpoint_url = http://f\nignore_configured_endpoint_urls = true", Ok(())).await;
        // Whatever the environment holds.
        assert_eq!(effective("ecs", "AWS_ENDPOINT_URL_ECS", |_| true, None), None);
    }

    #[test]
    fn what_smoke_yaml_names_wins_over_the_environment() {
        let general = AwsSettings { endpoint_url: Some("http://mine".to_owned()), ..AwsSettings::default() };
        check(&[("AWS_ENDPOINT_URL_STS", "http://e"), ("AWS_ENDPOINT_URL", "http://e")], None, &general, Ok(()));
        let only_ecs = vec![("ecs".to_owned(), "http://mine".to_owned())];
        let only_ecs = AwsSettings { endpoint_urls: only_ecs, ..AwsSettings::default() };
        check(&[("AWS_ENDPOINT_URL_ECS", "http://e")], None, &only_ecs, Ok(()));
        check(
            &[("AWS_ENDPOINT_URL_STS", "http://e")],
            None,
            &only_ecs,
            Err(
                "AWS_ENDPOINT_URL_STS would send sts to http://e instead of AWS, and smoke.yaml does not name that; unset \
             it, or write aws: { endpoint_url: http://e } for the target",
            ),
        );
    }
}
