//! A request, filled in: sending it, following redirects, and reading the answer as far as it is wanted.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::client::{self, Client, Sent};
use super::content::Content;
use super::destination::{self, Hop};
use super::exchange::{Exchange, Way};
use super::failure::{self, Partial};
use super::reading::apart;
use super::response::Response;
use super::{Method, words};
use crate::probe::{LookError, LookErrorKind, Vantage};

/// How much of an answer is read, in bytes, after it was unpacked.
pub(super) const MOST: usize = 4 * 1024 * 1024;

/// How much of the body of a redirect is read, so that its connection can be used again.
const MOST_OF_REDIRECT: usize = 64 * 1024;

/// How long an exchange may take where nobody said so.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request, filled in.
#[derive(Debug)]
pub struct Request {
    pub(super) method: Method,
    /// As written: a path or a whole URL.
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) content: Option<Arc<Content>>,
    /// Of the whole exchange, redirects included, where that was said.
    pub(super) timeout: Option<Duration>,
    /// How many are followed.
    pub(super) redirects: usize,
}

/// The time that an exchange has.
#[derive(Debug, Clone, Copy)]
struct Time {
    started: Instant,
    limit: Instant,
    /// What it is when that is over: late, where it was the request's own time and not that of whoever looks.
    over: LookErrorKind,
}

/// As much of a body as was wanted.
pub(super) struct Read {
    /// Unpacked.
    pub(super) bytes: Vec<u8>,
    /// Whether there was more.
    pub(super) cut: bool,
}

impl Request {
    /// A plain GET, for whoever has no template to fill in.
    #[must_use]
    pub fn get(url: &str) -> Self {
        Self {
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            query: Vec::new(),
            content: None,
            timeout: Some(Duration::from_secs(10)),
            redirects: 10,
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen: no answer in time, no connection, a file that cannot be read. An answer, whatever
    /// its status, is no error.
    pub async fn look(&self, vantage: &Vantage) -> Result<Response, LookError> {
        let Vantage { instruments, all_along, deadline, .. } = vantage;
        let response = self.exchange(&instruments.http, *all_along, *deadline).await?;
        Ok(response.cleaned_by(&instruments.redactor))
    }

    /// In a few words: `DELETE /api/v1/bulk-imports/42`.
    #[must_use]
    pub fn describe(&self) -> String {
        let shown = match Url::parse(&self.url) {
            Ok(url) if url.has_host() => words::address(&url),
            _ => self.url.split(['?', '#']).next().unwrap_or_default().to_owned(),
        };
        format!("{} {shown}", self.method.word())
    }

    /// Sends and follows redirects until there is an answer to show; `alone` on a connection of its own each.
    pub(super) async fn exchange(
        &self,
        client: &Client,
        alone: bool,
        deadline: Instant,
    ) -> Result<Response, LookError> {
        let _turn = client.turn().await;
        let time = Time::until(deadline, self.timeout);
        let mut way = Way::from(self.first_hop(client)?);
        loop {
            let answer = self.send(client, &way.hop, alone, time).await.map_err(|error| self.behind(&way, error))?;
            let status = answer.status();
            let next = way.hop.next(status, answer.headers(), self.content.is_some());
            match if way.followed < self.redirects { next? } else { None } {
                Some(next) => {
                    self.read(answer, MOST_OF_REDIRECT, &way, time).await?;
                    way.go_on(status, next);
                }
                None => return self.finish(answer, way, time).await,
            }
        }
    }

    fn first_hop(&self, client: &Client) -> Result<Hop, LookError> {
        let mut own = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let (name, value) = client::header(name, value)?;
            own.append(name, value);
        }
        if matches!(self.content.as_deref(), Some(Content::Multipart(_))) {
            // Only the one that names the boundary can be right.
            own.remove(header::CONTENT_TYPE);
        }
        let url = destination::locate(&self.url, &self.query, client.api())?;
        let method = reqwest::Method::from_bytes(self.method.word().as_bytes()).unwrap_or_default();
        Ok(Hop::first(method, url, &own, client.api()))
    }

    /// One hop, up to the answer's head. On a connection that the server closed while nobody used it, a request that
    /// may be sent twice is sent once more; any other has then failed, as it may have arrived.
    async fn send(&self, client: &Client, hop: &Hop, alone: bool, time: Time) -> Result<reqwest::Response, LookError> {
        let first = self.send_once(client, hop, alone, time).await?;
        let sent = match &first.answer {
            Err(error) if first.reused && hop.method.is_idempotent() && failure::broke_off(error) => {
                self.send_once(client, hop, alone, time).await?
            }
            _ => first,
        };
        sent.answer.map_err(|error| failure::explain(&error, &hop.url))
    }

    async fn send_once(&self, client: &Client, hop: &Hop, alone: bool, time: Time) -> Result<Sent, LookError> {
        let pool = client.pool(&hop.method, &hop.url, alone)?;
        let mut request = pool.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
        if let Some(content) = self.content.as_ref().filter(|_| hop.carries_body) {
            request = content.put_on(request, hop.headers.contains_key(header::CONTENT_TYPE)).await?;
        }
        let request = request.build().map_err(|error| failure::explain(&error, &hop.url))?;
        let sent = timeout_at(time.limit, client.send(pool, request)).await;
        sent.map_err(|_| time.out(&format!("no answer from {}", words::address(&hop.url))))
    }

    async fn finish(&self, answer: reqwest::Response, way: Way, time: Time) -> Result<Response, LookError> {
        let (status, headers) = (answer.status(), apart(answer.headers()));
        let declined = way.hop.declined(status, &headers).filter(|_| way.followed < self.redirects);
        let read = self.read(answer, MOST, &way, time).await?;
        let exchange = Exchange {
            status,
            headers,
            way,
            declined,
            content: self.content.clone(),
            method: self.method,
            shown: self.describe(),
            cut: read.cut,
        };
        Ok(Response::new(exchange, read.bytes, time.started.elapsed()))
    }

    /// Reads a body until it ends or `most` bytes of it are there.
    async fn read(&self, mut answer: reqwest::Response, most: usize, way: &Way, time: Time) -> Result<Read, LookError> {
        let (url, status, whole) = (&way.hop.url, answer.status(), answer.content_length());
        let expected = whole.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut bytes = Vec::with_capacity(expected.min(most));
        loop {
            let chunk = timeout_at(time.limit, answer.chunk()).await;
            let late = |_| time.out(&format!("the answer of {} was not whole", words::address(url)));
            let chunk = chunk.map_err(late)?.map_err(|error| {
                let asked = self.asked(way);
                failure::stopped(&error, url, &Partial { asked: &asked, status, came: bytes.len(), whole })
            })?;
            let Some(chunk) = chunk else { return Ok(Read { bytes, cut: false }) };
            let room = most - bytes.len();
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                return Ok(Read { bytes, cut: true });
            }
        }
    }

    /// The request in a few words, and where it was led.
    fn asked(&self, way: &Way) -> String {
        format!("{}{}", self.describe(), way.words())
    }

    /// Where a redirect led nowhere, the request before it was sent, and may have done something.
    fn behind(&self, way: &Way, error: LookError) -> LookError {
        if way.followed == 0 {
            return error;
        }
        let kind = match error.kind {
            LookErrorKind::Unreachable | LookErrorKind::System => LookErrorKind::Broken,
            kind => kind,
        };
        let led = format!("{} was redirected to {}", self.describe(), words::address(&way.hop.url));
        LookError { kind, message: format!("{led}: {}", error.message), ..error }
    }
}

impl Time {
    fn until(deadline: Instant, timeout: Option<Duration>) -> Self {
        let started = Instant::now();
        let own = started + timeout.unwrap_or(TIMEOUT);
        let over = if own <= deadline { LookErrorKind::Late } else { LookErrorKind::System };
        Self { started, limit: own.min(deadline), over }
    }

    fn out(&self, what: &str) -> LookError {
        let waited = self.limit.duration_since(self.started);
        LookError::http(self.over, format!("{what} within {}", words::time(waited)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_has_used_up_the_time_of_a_request_is_late() {
        #[track_caller]
        fn check(timeout: Option<u64>, deadline: u64, expected: (u64, LookErrorKind)) {
            let timeout = timeout.map(Duration::from_secs);
            let time = Time::until(Instant::now() + Duration::from_secs(deadline), timeout);
            assert_eq!((time.limit.duration_since(time.started).as_secs(), time.over), expected);
        }
        check(Some(30), 60, (30, LookErrorKind::Late));
        check(Some(30), 20, (20, LookErrorKind::System));
        check(None, 60, (30, LookErrorKind::Late));
        check(None, 20, (20, LookErrorKind::System));
    }
}
