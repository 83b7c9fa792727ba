//! How AWS is reached.

use std::time::Duration;

/// `aws` of a target, filled in. What is `None` comes from the SDK's own chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsSettings {
    /// Region, for instance `eu-west-1`.
    pub region: Option<String>,
    /// Profile of the shared config file.
    pub profile: Option<String>,
    /// Role to assume.
    pub role_arn: Option<String>,
    /// Endpoint for every service.
    pub endpoint_url: Option<String>,
    /// Endpoint for one service (`logs`, `ecs`, `cloudwatch`, `sts`), stronger than `endpoint_url`.
    pub endpoint_urls: Vec<(String, String)>,
    /// Fixed credentials (access key id, secret key): the sandbox's; real targets leave this to the SDK's chain.
    pub credentials: Option<(String, String)>,
    /// How late a log line may become visible.
    pub log_lag: Option<Duration>,
}

/// The services that smoke talks to: the name in `endpoint_urls`, the SDK's service id, and the environment variable
/// that would move its endpoint.
pub(super) const SERVICES: [(&str, &str, &str); 4] = [
    ("logs", "CloudWatch Logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
    ("ecs", "ECS", "AWS_ENDPOINT_URL_ECS"),
    ("cloudwatch", "CloudWatch", "AWS_ENDPOINT_URL_CLOUDWATCH"),
    ("sts", "STS", "AWS_ENDPOINT_URL_STS"),
];

impl AwsSettings {
    /// The endpoint that these settings name for a service.
    pub(super) fn endpoint(&self, service: &str) -> Option<&str> {
        let own = self.endpoint_urls.iter().find(|(name, _)| name == service).map(|(_, url)| url);
        own.or(self.endpoint_url.as_ref()).map(String::as_str)
    }
}
