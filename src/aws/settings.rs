//! How AWS is reached.

pub use crate::target::AwsSettings;

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
