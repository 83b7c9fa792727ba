//! HTTP for all cases of a run: one pool of connections for each way out, one count of requests.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use url::Url;

use super::destination::Api;
use super::keeper::Keeper;
use super::pools::{Pools, noting_connections};
use super::turnstile::{Turn, Turnstile};
use crate::plan::TargetSettings;
use crate::probe::{LookError, LookErrorKind};
use crate::target::{ApiHeader, base};

/// HTTP for all cases of a run.
#[derive(Debug)]
pub struct Client {
    /// Connections that are used again.
    kept: Pools,
    /// Connections of which each is for one request only.
    single: Pools,
    keeper: Keeper,
    api: Option<Api>,
    requests: AtomicU64,
    turnstile: Turnstile,
}

/// What came of sending.
pub(super) struct Sent {
    /// The answer's head, or why there is none.
    pub(super) answer: reqwest::Result<reqwest::Response>,
    /// Whether it went out on a connection that had been used before. Such a one may have been closed by the server at
    /// the very moment when it was used, which says nothing about the system's health.
    pub(super) reused: bool,
}

impl Client {
    /// A client for the API of a target.
    ///
    /// # Errors
    /// Where the TLS stack cannot be set up, the base URL is not one, or a header of the API cannot be sent.
    pub fn new(settings: &TargetSettings) -> Result<Self, LookError> {
        let api = settings.api_url.as_deref().map(|url| api_at(url, settings)).transpose()?;
        let (kept, single, keeper) = (Pools::kept(), Pools::single(), Keeper::default());
        // What cannot be set up is better said before anything is sent.
        api.as_ref().map(|api| kept.towards(&api.url)).transpose()?;
        Ok(Self { kept, single, keeper, api, requests: AtomicU64::new(0), turnstile: Turnstile::default() })
    }

    /// Requests sent so far, redirects and repetitions included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn api(&self) -> Option<&Api> {
        self.api.as_ref()
    }

    /// Waits until there is room for one more exchange.
    pub(super) async fn turn(&self) -> Turn<'_> {
        self.turnstile.turn().await
    }

    /// The pool for such a request. `alone` wants a connection of its own; so does what must not be sent twice, where
    /// nobody knows whether the server keeps those that it has.
    pub(super) fn pool(&self, method: &Method, url: &Url, alone: bool) -> Result<&reqwest::Client, LookError> {
        let again = !alone && (method.is_idempotent() || self.keeper.is(url));
        if again { self.kept.towards(url) } else { self.single.towards(url) }
    }

    /// Sends, and counts.
    pub(super) async fn send(&self, pool: &reqwest::Client, request: reqwest::Request) -> Sent {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (answer, reused) = noting_connections(pool.execute(request)).await;
        if let Some(answer) = answer.as_ref().ok().filter(|_| reused) {
            self.keeper.note(answer.url());
        }
        Sent { answer, reused }
    }
}

/// Lets this process open as many files as the system admits at most, since every exchange that goes on at the same time
/// may need a connection of its own. For the binary to call once, before it sends anything. What cannot be changed is
/// left as it is: then a run of very many scenarios side by side may say `Too many open files`.
pub fn allow_many_connections() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn api_at(url: &str, settings: &TargetSettings) -> Result<Api, LookError> {
    let unusable = |message: String| LookError::http(LookErrorKind::Unusable, message);
    let url = base(url).map_err(|why| unusable(format!("api.url {why}")))?;
    let mut headers = HeaderMap::new();
    for ApiHeader { name, value, plain } in &settings.api_headers {
        let (name, mut value) = header(name, value.reveal())?;
        value.set_sensitive(!plain);
        headers.append(name, value);
    }
    Ok(Api { url, headers })
}

/// A header as it can be sent. Its value is not shown where it cannot, as it may be a secret.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), LookError> {
    let unusable = |message: String| LookError::http(LookErrorKind::Unusable, message);
    let parsed =
        HeaderName::try_from(name).map_err(|_| unusable(format!("`{name}` cannot be the name of a header")))?;
    let value = HeaderValue::try_from(value)
        .map_err(|_| unusable(format!("the value of the header {parsed} holds a line break or a control character")))?;
    Ok((parsed, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_as_the_system_admits_may_be_opened() {
        allow_many_connections();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
