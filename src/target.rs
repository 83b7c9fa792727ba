//! A target as a run reaches it: where its API is, and where AWS is looked at.

use std::time::Duration;

use crate::redact::Secret;

/// A target with its templates filled in.
#[derive(Debug, Clone, Default)]
pub struct TargetSettings {
    /// Base URL of the API, without a trailing slash.
    pub api_url: Option<String>,
    /// Headers for the API's own host; may hold secrets.
    pub api_headers: Vec<(String, Secret)>,
    /// Where AWS is looked at; none: `logs`, `ecs` and `alarm` steps cannot be used.
    pub aws: Option<AwsSettings>,
}

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
