//! The environment in which the aws CLI and the SDKs reach what smoke looks at.

use super::settings::{AwsSettings, SERVICES};

/// Variables to set, and such to take away. What the settings leave to the SDK's own chain is left to the program's, but
/// never an endpoint: one that `smoke.yaml` does not name would let it deploy to somewhere else. Those that it names are not
/// to be ignored either; where it names none, what the environment says of ignoring them holds for the program as for us.
pub(super) fn environment(settings: &AwsSettings, region: &str) -> Vec<(String, Option<String>)> {
    let mut variables = vec![
        ("AWS_REGION".to_owned(), Some(region.to_owned())),
        ("AWS_DEFAULT_REGION".to_owned(), Some(region.to_owned())),
        ("AWS_ENDPOINT_URL".to_owned(), settings.endpoint_url.clone()),
    ];
    for (service, _, variable) in SERVICES {
        let own = settings.endpoint_urls.iter().find(|(name, _)| name == service).map(|(_, url)| url.clone());
        variables.push((variable.to_owned(), own));
    }
    if settings.endpoint_url.is_some() || !settings.endpoint_urls.is_empty() {
        variables.push(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS".to_owned(), Some("false".to_owned())));
    }
    if let Some(profile) = &settings.profile {
        variables.push(("AWS_PROFILE".to_owned(), Some(profile.clone())));
    }
    if let Some((id, secret)) = &settings.credentials {
        variables.push(("AWS_ACCESS_KEY_ID".to_owned(), Some(id.clone())));
        variables.push(("AWS_SECRET_ACCESS_KEY".to_owned(), Some(secret.clone())));
        variables.extend(["AWS_SESSION_TOKEN", "AWS_PROFILE"].map(|name| (name.to_owned(), None)));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(settings: &AwsSettings, expected: &str) {
        let told = environment(settings, "eu-west-1");
        let told = told.iter().map(|(name, value)| match value {
            Some(value) => format!("{name}={value}\n"),
            None => format!("-{name}\n"),
        });
        assert_eq!(told.collect::<String>(), expected);
    }

    #[test]
    fn a_real_target_leaves_credentials_to_the_chain_and_takes_left_over_endpoints_away() {
        check(
            &AwsSettings { profile: Some("prod".to_owned()), ..AwsSettings::default() },
            "AWS_REGION=eu-west-1\nAWS_DEFAULT_REGION=eu-west-1\n-AWS_ENDPOINT_URL\n\
             -AWS_ENDPOINT_URL_CLOUDWATCH_LOGS\n-AWS_ENDPOINT_URL_ECS\n-AWS_ENDPOINT_URL_CLOUDWATCH\n-AWS_ENDPOINT_URL_STS\nAWS_PROFILE=prod\n",
        );
    }

    #[test]
    fn the_sandbox_is_reached_with_its_own_credentials_and_nobody_elses() {
        let settings = AwsSettings {
            endpoint_url: Some("http://a".to_owned()),
            endpoint_urls: vec![("ecs".to_owned(), "http://b".to_owned())],
            credentials: Some(("id".to_owned(), "key".to_owned())),
            ..AwsSettings::default()
        };
        check(
            &settings,
            "AWS_REGION=eu-west-1\nAWS_DEFAULT_REGION=eu-west-1\nAWS_ENDPOINT_URL=http://a\n\
             -AWS_ENDPOINT_URL_CLOUDWATCH_LOGS\nAWS_ENDPOINT_URL_ECS=http://b\n-AWS_ENDPOINT_URL_CLOUDWATCH\n\
             -AWS_ENDPOINT_URL_STS\nAWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false\nAWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY=key\n\
             -AWS_SESSION_TOKEN\n-AWS_PROFILE\n",
        );
    }
}
