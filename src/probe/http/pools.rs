//! Connections, a pool for each way out. One that may speak TLS reads all the authorities that the system trusts, which
//! costs more than a short run does otherwise: it is set up with the first request that goes that way.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use tower::util::MapRequestLayer;
use url::{Host, Url};

use crate::probe::{LookError, LookErrorKind};

/// A connection that nobody used for so long is not used again; servers close theirs soon after.
const IDLE: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// Whether the request that is being sent had to ask for a connection of its own.
    static CONNECTS: Cell<bool>;
}

/// The pools.
#[derive(Debug)]
pub(super) struct Pools {
    /// How many connections that nobody uses are kept for each server.
    idle: usize,
    /// Through a proxy where the environment names one.
    outward: OnceLock<reqwest::Client>,
    /// For this machine itself, which no proxy can reach.
    loopback: OnceLock<reqwest::Client>,
    /// The same, without TLS.
    plain: OnceLock<reqwest::Client>,
}

impl Pools {
    /// Connections that are used again.
    pub(super) const fn kept() -> Self {
        Self::of(usize::MAX)
    }

    /// A connection of its own for each request.
    pub(super) const fn single() -> Self {
        Self::of(0)
    }

    const fn of(idle: usize) -> Self {
        Self { idle, outward: OnceLock::new(), loopback: OnceLock::new(), plain: OnceLock::new() }
    }

    /// The pool that leads to the URL, which is set up where it was not yet.
    pub(super) fn towards(&self, url: &Url) -> Result<&reqwest::Client, LookError> {
        let builder = reqwest::Client::builder;
        match (is_loopback(url), url.scheme()) {
            (true, "http") => self.set_up(&self.plain, || builder().no_proxy().tls_certs_only([])),
            (true, _) => self.set_up(&self.loopback, || builder().no_proxy()),
            (false, _) => self.set_up(&self.outward, builder),
        }
    }

    fn set_up<'pool>(
        &self,
        pool: &'pool OnceLock<reqwest::Client>,
        builder: impl FnOnce() -> reqwest::ClientBuilder,
    ) -> Result<&'pool reqwest::Client, LookError> {
        if let Some(pool) = pool.get() {
            return Ok(pool);
        }
        let built = build(builder().pool_max_idle_per_host(self.idle))?;
        Ok(pool.get_or_init(|| built))
    }
}

/// What sending brings, and whether it went out on a connection that had been used before.
pub(super) async fn noting_connections<T>(sending: impl Future<Output = T>) -> (T, bool) {
    CONNECTS
        .scope(Cell::new(false), async {
            let brought = sending.await;
            (brought, !CONNECTS.with(Cell::get))
        })
        .await
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
    fn authorities_are_read_only_where_something_may_speak_tls() {
        fn check(url: &str, expected: [bool; 3]) {
            let pools = Pools::kept();
            pools.towards(&Url::parse(url).unwrap()).unwrap();
            let Pools { idle: _, outward, loopback, plain } = pools;
            assert_eq!([outward, loopback, plain].map(|pool| pool.get().is_some()), expected, "{url}");
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
