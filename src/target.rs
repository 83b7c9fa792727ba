//! A target as a run reaches it: where its API is, and where AWS is looked at.

use std::time::Duration;

use url::Url;

use crate::redact::Secret;

/// A target with its templates filled in.
#[derive(Debug, Clone, Default)]
pub struct TargetSettings {
    /// Base URL of the API, without a trailing slash.
    pub api_url: Option<String>,
    /// Headers for the API's own host.
    pub api_headers: Vec<ApiHeader>,
    /// Where AWS is looked at; none: `logs`, `ecs` and `alarm` steps cannot be used.
    pub aws: Option<AwsSettings>,
}

impl TargetSettings {
    /// Base URL of the API as it is shown: without a user and a password in it.
    #[must_use]
    pub fn api_shown(&self) -> Option<String> {
        let (whole, parsed) = self.api()?;
        let Some(mut url) = parsed.filter(|url| !url.username().is_empty() || url.password().is_some()) else {
            return Some(whole.to_owned());
        };
        // Where there is no host there is nobody to log in to, so that neither can fail.
        let _ = (url.set_username(""), url.set_password(None));
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    /// What of it must not be told: the API's headers, as far as they may be secrets, and a password in its URL.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let headers = self.api_headers.iter().filter(|header| !header.plain).map(|header| header.value.clone());
        let written = self.api().and_then(|(_, url)| Some(url?.password()?.to_owned()));
        let meant =
            written.as_deref().map(|password| percent_encoding::percent_decode_str(password).decode_utf8_lossy());
        let passwords = written.iter().cloned().chain(meant.map(std::borrow::Cow::into_owned));
        let telling = passwords.filter(|password| password.chars().count() >= Secret::SHORTEST);
        headers.chain(telling.map(Secret::new)).collect()
    }

    fn api(&self) -> Option<(&str, Option<Url>)> {
        self.api_url.as_deref().map(|url| (url, Url::parse(url).ok()))
    }
}

/// The URL of an API as one behind which the paths of requests can be put.
///
/// # Errors
/// Why they cannot.
pub fn base(url: &str) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must begin with http:// or https:// and name a host");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with a path: what follows `?` or `#` belongs to the steps that want it");
    }
    Ok(url)
}

/// A header for the API's own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiHeader {
    /// As written.
    pub name: String,
    /// What is sent; may be a secret.
    pub value: Secret,
    /// Whether it is none: it is written out in `smoke.yaml`, under a name that no credential has.
    pub plain: bool,
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
    /// How late a log line may become visible; see [`Self::log_lag`].
    pub log_lag: Option<Duration>,
}

/// How late a log line may become visible where nothing is said.
const LOG_LAG: Duration = Duration::from_secs(15);

impl AwsSettings {
    /// How late a log line may become visible: `aws.log_lag`, or 15 s.
    #[must_use]
    pub fn log_lag(&self) -> Duration {
        self.log_lag.unwrap_or(LOG_LAG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_can_be_put_behind_the_url_of_an_api() {
        #[track_caller]
        fn check(url: &str, expected: Option<&str>) {
            assert_eq!(base(url).err(), expected, "{url}");
        }
        check("https://api.example.com", None);
        check("http://u:p@[::1]:81/api/v1/", None);
        check("api.example.com/v1", Some("is not a URL"));
        let scheme = Some("must begin with http:// or https:// and name a host");
        check("localhost:8080", scheme);
        check("ftp://api.example.com", scheme);
        let path = Some("must end with a path: what follows `?` or `#` belongs to the steps that want it");
        check("http://h/echo?x=1", path);
        check("http://h/echo?", path);
        check("http://h#x", path);
    }

    #[test]
    fn who_logs_in_at_the_api_is_not_shown() {
        #[track_caller]
        fn check(url: &str, shown: &str, secrets: &[&str]) {
            let settings = TargetSettings { api_url: Some(url.to_owned()), ..TargetSettings::default() };
            let kept = settings.secrets();
            let kept: Vec<&str> = kept.iter().map(Secret::reveal).collect();
            assert_eq!((settings.api_shown().as_deref(), kept.as_slice()), (Some(shown), secrets));
        }
        check("http://u:p4ss@host:81/api", "http://host:81/api", &["p4ss", "p4ss"]);
        check("https://u:p%40ss@host", "https://host", &["p%40ss", "p@ss"]);
        check("https://u@host/", "https://host", &[]);
        check("https://u:abc@host", "https://host", &[]);
        check("https://host/a@b:c", "https://host/a@b:c", &[]);
        check("HTTP://Host", "HTTP://Host", &[]);
        check("no url", "no url", &[]);
    }
}
