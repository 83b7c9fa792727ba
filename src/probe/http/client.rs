//! HTTP for all cases of a run: one pool of connections, one count of requests.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tower::util::MapRequestLayer;
use url::{Host, Url};

use super::destination::Api;
use super::turnstile::{Turn, Turnstile};
use crate::plan::TargetSettings;
use crate::probe::{LookError, LookErrorKind};
use crate::target::ApiHeader;

/// A connection that nobody used for so long is not used again; servers close theirs soon after.
const IDLE: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// Whether the request that is being sent had to ask for a connection of its own.
    static CONNECTS: Cell<bool>;
}

/// HTTP for all cases of a run: one pool of connections for each way out, one count of requests. A pool that may speak
/// TLS reads all the authorities that the system trusts, which costs more than a short run does otherwise: it is set up
/// with the first request that goes that way.
#[derive(Debug)]
pub struct Client {
    /// Through a proxy where the environment names one.
    outward: OnceLock<reqwest::Client>,
    /// For this machine itself, which no proxy can reach.
    loopback: OnceLock<reqwest::Client>,
    /// The same, without TLS.
    plain: OnceLock<reqwest::Client>,
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
        let (outward, loopback, plain) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let requests = AtomicU64::new(0);
        let client = Self { outward, loopback, plain, api, requests, turnstile: Turnstile::default() };
        // What cannot be set up is better said before anything is sent.
        client.api.as_ref().map(|api| client.towards(&api.url)).transpose()?;
        Ok(client)
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

    /// The pool that leads to the URL.
    pub(super) fn towards(&self, url: &Url) -> Result<&reqwest::Client, LookError> {
        let builder = reqwest::Client::builder;
        match (is_loopback(url), url.scheme()) {
            (true, "http") => set_up(&self.plain, || builder().no_proxy().tls_certs_only([])),
            (true, _) => set_up(&self.loopback, || builder().no_proxy()),
            (false, _) => set_up(&self.outward, builder),
        }
    }

    /// Sends, and counts.
    pub(super) async fn send(&self, pool: &reqwest::Client, request: reqwest::Request) -> Sent {
        self.requests.fetch_add(1, Ordering::Relaxed);
        CONNECTS
            .scope(Cell::new(false), async {
                let answer = pool.execute(request).await;
                Sent { answer, reused: !CONNECTS.with(Cell::get) }
            })
            .await
    }
}

/// Lets this process open as many files as the system admits at most, since every exchange that goes on at the same time
/// may need a connection of its own. For the binary to call once, before it sends anything. What cannot be changed is
/// left as it is: then a run of very many scenarios side by side may say `Too many open files`.
pub fn allow_many_connections() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// The pool, which is set up where it was not yet.
fn set_up(
    pool: &OnceLock<reqwest::Client>,
    builder: impl FnOnce() -> reqwest::ClientBuilder,
) -> Result<&reqwest::Client, LookError> {
    if let Some(pool) = pool.get() {
        return Ok(pool);
    }
    let built = build(builder())?;
    Ok(pool.get_or_init(|| built))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, LookError> {
    builder
        .user_agent(concat!("smoke/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .pool_idle_timeout(IDLE)
        .connector_layer(MapRequestLayer::new(note_connecting))
        .build()
        .map_err(|error| LookError::http(LookErrorKind::Unusable, format!("HTTP cannot be set up: {error}")))
}

/// The pool asks for a connection only where it has none that is free.
fn note_connecting<T>(destination: T) -> T {
    // A connection that is opened in the background belongs to no request.
    let _ = CONNECTS.try_with(|connects| connects.set(true));
    destination
}

fn api_at(url: &str, settings: &TargetSettings) -> Result<Api, LookError> {
    let unusable = |message: String| LookError::http(LookErrorKind::Unusable, message);
    let url = Url::parse(url).map_err(|error| unusable(format!("api.url is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(unusable("api.url must begin with http:// or https:// and name a host".to_owned()));
    }
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
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

    #[test]
    fn authorities_are_read_only_where_something_may_speak_tls() {
        fn check(api: &str, expected: [bool; 3]) {
            let settings = TargetSettings { api_url: Some(api.to_owned()), ..TargetSettings::default() };
            let Client { outward, loopback, plain, .. } = Client::new(&settings).unwrap();
            assert_eq!([outward, loopback, plain].map(|pool| pool.get().is_some()), expected, "{api}");
        }
        check("http://127.0.0.1:8080", [false, false, true]);
        check("https://localhost:8443", [false, true, false]);
        check("http://api.example.com", [true, false, false]);
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        fn check(url: &str, expected: bool) {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
        check("http://127.0.0.1:8080/", true);
        check("http://127.9.9.9/", true);
        check("http://[::1]/", true);
        check("http://localhost:1/", true);
        check("http://api.localhost/", true);
        check("http://localhost.example.com/", false);
        check("http://10.0.0.1/", false);
    }
}
