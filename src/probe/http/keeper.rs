//! The server that keeps connections open. What must not be sent twice goes out on one that was used before only where the
//! server is known to keep such: one that is closed at the very moment when it is used again says nothing of the system, and
//! nobody could tell whether what was sent had arrived.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

/// How long that is known. No server closes a connection that was used so shortly before, unless it closes each at once.
const LATELY: Duration = Duration::from_secs(1);

/// The server that answered last on a connection which had been used before.
#[derive(Debug, Default)]
pub(super) struct Keeper(Mutex<Option<Answered>>);

#[derive(Debug)]
struct Answered {
    host: String,
    port: Option<u16>,
    at: Instant,
}

impl Keeper {
    /// It answered on such a connection.
    pub(super) fn note(&self, url: &Url) {
        let mut last = self.lock();
        let known = last.take().filter(|last| last.is(url)).map(|last| last.host);
        let host = known.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned());
        *last = Some(Answered { host, port: url.port_or_known_default(), at: Instant::now() });
    }

    /// Whether it did so just now.
    pub(super) fn is(&self, url: &Url) -> bool {
        self.lock().as_ref().is_some_and(|last| last.is(url) && last.at.elapsed() < LATELY)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Answered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answered {
    fn is(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str()) && url.port_or_known_default() == self.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_known_for_a_moment_and_of_one_server_only() {
        let url = |text: &str| Url::parse(text).unwrap();
        let (here, there) = (url("http://a.example/x"), url("http://b.example/x"));
        let keeper = Keeper::default();
        assert!(!keeper.is(&here), "nothing is known yet");
        keeper.note(&here);
        assert!(
            keeper.is(&url("http://a.example:80/y")) && !keeper.is(&there) && !keeper.is(&url("https://a.example/"))
        );
        tokio::time::advance(LATELY / 2).await;
        keeper.note(&here);
        tokio::time::advance(LATELY / 2).await;
        assert!(keeper.is(&here), "it was seen again meanwhile");
        tokio::time::advance(LATELY / 2).await;
        assert!(!keeper.is(&here));
        keeper.note(&there);
        assert!(keeper.is(&there) && !keeper.is(&here));
    }
}
