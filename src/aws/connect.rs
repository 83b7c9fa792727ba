//! From settings to clients.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ecs::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use chrono::{DateTime, Utc};

use super::alarm_types::AlarmTypes;
use super::failure::look_error;
use super::meter::{Ledger, Meter};
use super::overrides;
use super::pace::Pace;
use super::profile::OfProfile;
use super::settings::{AwsSettings, SERVICES};
use crate::look::{LookError, LookErrorKind};

/// `FilterLogEvents` is 5/s for a whole account in eu-central-1 and four other regions, and cannot be raised.
const LOGS_RATE: (f64, f64) = (5.0, 5.0);
/// ECS gives reads back at 20/s and holds 100; others look too.
const ECS_RATE: (f64, f64) = (10.0, 40.0);
/// `DescribeAlarms` is 9/s.
const CLOUDWATCH_RATE: (f64, f64) = (5.0, 10.0);

/// One client a service, each with its pace.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) ecs: aws_sdk_ecs::Client,
    pub(super) ecs_pace: Arc<Pace>,
    pub(super) logs: aws_sdk_cloudwatchlogs::Client,
    pub(super) logs_pace: Arc<Pace>,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) cloudwatch_pace: Arc<Pace>,
    /// Which types of alarm `DescribeAlarms` knows here, and which `DescribeAlarmHistory`.
    pub(super) alarm_types: AlarmTypes,
    pub(super) history_types: AlarmTypes,
    pub(super) sts: aws_sdk_sts::Client,
    /// The region that is looked at.
    pub(super) region: String,
    /// What was sent, and AWS's clock.
    pub(super) ledger: Arc<Ledger>,
}

impl Clients {
    /// The time of day by AWS's clock, UTC.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ledger.clock.now()
    }

    /// The pace of a service that is looked at.
    pub(super) fn pace_of(&self, service: &str) -> &Pace {
        match service {
            "ecs" => &self.ecs_pace,
            "logs" => &self.logs_pace,
            _ => &self.cloudwatch_pace,
        }
    }
}

/// Builds the clients. Nothing is sent, but for what the SDK's credential chain needs (a role to assume is only tried
/// with the first call).
///
/// # Errors
/// No region anywhere; an endpoint from outside that `smoke.yaml` does not name.
pub(super) async fn connect(settings: &AwsSettings, ledger: &Arc<Ledger>) -> Result<Clients, LookError> {
    let sdk = loader(settings).load().await;
    overrides::refuse(settings, &sdk)?;
    let region = sdk.region().map(ToString::to_string).ok_or_else(no_region)?;
    let sdk = if is_plain(settings) { sdk.into_builder().http_client(trusting_nobody()).build() } else { sdk };
    let sdk = assume_role(settings, of_profile(settings, sdk)).await;
    Ok(clients(settings, &sdk, ledger, region))
}

fn loader(settings: &AwsSettings) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(40))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    if let Ok(name) = AppName::new("smoke") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some((id, secret)) = &settings.credentials {
        loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "smoke"));
    }
    loader
}

fn of_profile(settings: &AwsSettings, sdk: SdkConfig) -> SdkConfig {
    let (Some(profile), Some(places)) = (settings.profile.clone(), sdk.credentials_provider()) else { return sdk };
    let provider = SharedCredentialsProvider::new(OfProfile { profile, places });
    sdk.into_builder().credentials_provider(provider).build()
}

async fn assume_role(settings: &AwsSettings, sdk: SdkConfig) -> SdkConfig {
    let Some(role) = &settings.role_arn else { return sdk };
    let mut towards_sts = sdk.clone().into_builder();
    towards_sts.set_endpoint_url(settings.endpoint("sts").map(str::to_owned));
    let provider =
        AssumeRoleProvider::builder(role).session_name("smoke").configure(&towards_sts.build()).build().await;
    sdk.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

fn clients(settings: &AwsSettings, sdk: &SdkConfig, ledger: &Arc<Ledger>, region: String) -> Clients {
    let pace = |(rate, burst)| Arc::new(Pace::new(rate, burst));
    let meter = |service, pace: &Arc<Pace>| Meter { service, ledger: Arc::clone(ledger), pace: Arc::clone(pace) };
    let url = |service| settings.endpoint(service).map(str::to_owned);
    let (ecs_pace, logs_pace, cloudwatch_pace) = (pace(ECS_RATE), pace(LOGS_RATE), pace(CLOUDWATCH_RATE));
    let mut ecs = aws_sdk_ecs::config::Builder::from(sdk).interceptor(meter("ecs", &ecs_pace));
    let mut logs = aws_sdk_cloudwatchlogs::config::Builder::from(sdk).interceptor(meter("logs", &logs_pace));
    let mut cloudwatch =
        aws_sdk_cloudwatch::config::Builder::from(sdk).interceptor(meter("cloudwatch", &cloudwatch_pace));
    let mut sts = aws_sdk_sts::config::Builder::from(sdk).interceptor(meter("sts", &pace(ECS_RATE)));
    // Set last, on each builder: there it wins over AWS_ENDPOINT_URL_… of the environment.
    ecs.set_endpoint_url(url("ecs"));
    logs.set_endpoint_url(url("logs"));
    cloudwatch.set_endpoint_url(url("cloudwatch"));
    sts.set_endpoint_url(url("sts"));
    Clients {
        ecs: aws_sdk_ecs::Client::from_conf(ecs.build()),
        ecs_pace,
        logs: aws_sdk_cloudwatchlogs::Client::from_conf(logs.build()),
        logs_pace,
        cloudwatch: aws_sdk_cloudwatch::Client::from_conf(cloudwatch.build()),
        cloudwatch_pace,
        alarm_types: AlarmTypes::default(),
        history_types: AlarmTypes::default(),
        sts: aws_sdk_sts::Client::from_conf(sts.build()),
        region,
        ledger: Arc::clone(ledger),
    }
}

/// Whether none of the services is called over TLS.
fn is_plain(settings: &AwsSettings) -> bool {
    SERVICES.iter().all(|(service, _, _)| settings.endpoint(service).is_some_and(|url| url.starts_with("http://")))
}

/// A client for endpoints without TLS. The usual one reads and parses all authorities that the system trusts, which takes
/// longer than the first look.
fn trusting_nobody() -> SharedHttpClient {
    let nobody = TlsContext::builder().with_trust_store(TrustStore::empty()).build();
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    match nobody {
        Ok(nobody) => builder.tls_context(nobody).build_https(),
        Err(_) => builder.build_https(),
    }
}

fn no_region() -> LookError {
    let words = "no AWS region is set; write aws: { region: … } for the target in smoke.yaml, or set AWS_REGION";
    look_error(LookErrorKind::Unusable, words)
}
