//! What came back, and what is said of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
#[cfg(any(test, fuzzing))]
use reqwest::header::{self, HeaderMap};
use serde::Serialize;

use super::exchange::Exchange;
use super::page::{self, is_page};
use super::reading::{charset, decode, is_json, joined, media_type, no_json, packing};
use super::{retry_after, words};
use crate::event::Evidence;
use crate::probe::finding::Answer;
use crate::probe::{Gap, Unknown};
use crate::redact::Redactor;

/// How much of an answer is shown in a summary, in a cause, and as evidence; in bytes.
const SUMMARY: usize = 200;
const FIRST_WORDS: usize = 160;
const EVIDENCE: usize = 4096;
/// How much of the reason that a resource gives.
const REASON: usize = 300;

/// `response`.
#[derive(Debug, Serialize)]
pub struct Response {
    /// For instance 200.
    pub status: i64,
    /// By name in lower case; one that occurs more than once is joined with `, `.
    pub headers: BTreeMap<String, String>,
    /// Parsed where it is JSON; else the text.
    pub body: serde_json::Value,
    /// As it came, by its charset; UTF-8 where it names none. Its first 4 MiB.
    pub text: String,
    /// From sending to the answer's last byte, redirects included.
    pub elapsed: cel::Duration,
    /// Where the answer came from, after redirects; without user and password.
    pub url: String,
    /// What of it is not known: all that is read from a text that was not read, or of which only the beginning was.
    #[serde(skip)]
    pub(in crate::probe) unknowns: Vec<Unknown>,
    #[serde(skip)]
    exchange: Exchange,
    #[serde(skip)]
    redactor: Arc<Redactor>,
}

impl Response {
    pub(super) fn new(exchange: Exchange, bytes: Vec<u8>, elapsed: Duration) -> Self {
        let media_type = media_type(&exchange.headers);
        let unread = unread(&exchange, &bytes);
        let text = decode(bytes, charset(&exchange.headers));
        let json =
            if unread.is_some() || !is_json(&media_type, &text) { None } else { serde_json::from_str(&text).ok() };
        let mut url = exchange.way.hop.url.clone();
        // Neither can fail on a URL with a host, and one without a host was never asked.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Self {
            status: i64::from(exchange.status.as_u16()),
            headers: joined(&exchange.headers),
            body: json.unwrap_or_else(|| text.clone().into()),
            text,
            elapsed: cel::Duration(chrono::Duration::from_std(elapsed).unwrap_or_default()),
            url: url.into(),
            unknowns: unread.map(unknown).unwrap_or_default(),
            exchange,
            redactor: Arc::default(),
        }
    }

    /// An answer that nobody gave, whose one header has this value under several names that are read here.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn made_up(status: u16, header: &str, bytes: Vec<u8>) -> Self {
        let names = [header::CONTENT_TYPE, header::RETRY_AFTER, header::DATE, header::LOCATION];
        let value = header::HeaderValue::from_str(header).ok();
        let headers: HeaderMap = names.into_iter().filter_map(|name| Some((name, value.clone()?))).collect();
        let exchange = Exchange::made_up(StatusCode::from_u16(status).unwrap_or_default(), headers);
        Self::new(exchange, bytes, Duration::ZERO)
    }

    /// The same; what is shown of it is cleaned by `redactor`, as it knows secrets at that moment.
    pub(super) fn cleaned_by(self, redactor: &Arc<Redactor>) -> Self {
        Self { redactor: Arc::clone(redactor), ..self }
    }

    /// In one line: `200 {"status":"queued"}`.
    #[must_use]
    pub fn summary(&self) -> String {
        let words = words::line(&self.redactor.clean(&self.text), SUMMARY);
        let said =
            if words.is_empty() { words::status(self.exchange.status) } else { format!("{} {words}", self.status) };
        let asks = self.asks().map_or_else(String::new, |asks| format!(" ({asks})"));
        said + &asks + &self.exchange.way.words()
    }

    /// What is wrong, where this alone shows it: a status from 400 on, a redirect that is not followed or one too many, a
    /// page instead of data.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let status = self.exchange.status;
        // A good answer need not be put in words.
        let answered = || format!("{} answered {}", self.exchange.shown, words::status(status));
        match status.as_u16() {
            400.. => {
                let asks = self.asks().map_or_else(String::new, |asks| format!("; {asks}"));
                Some(answered() + &self.said() + &asks)
            }
            300..400 if self.exchange.declined.is_some() => self.exchange.why_not_followed(),
            300..400 if self.exchange.way.followed > 0 => {
                Some(format!("{}, still a redirect after {} of them", answered(), self.exchange.way.followed))
            }
            _ if self.is_page() => Some(answered() + &self.said()),
            _ => reason(&self.body)
                .map(|why| format!("{} says {}", self.exchange.shown, words::line(&self.redactor.clean(&why), REASON))),
        }
    }

    /// What the answer says itself, as the end of a sentence: `: no database`, ` with an HTML page (server nginx): Sign in`.
    fn said(&self) -> String {
        let words = match self.first_words() {
            words if words.is_empty() => words,
            words => format!(": {words}"),
        };
        if !self.is_page() {
            return words;
        }
        let server = page::server(&self.exchange.headers).map(|server| self.redactor.clean(&server).into_owned());
        let server = server.map_or_else(String::new, |server| format!(" (server {server})"));
        format!(" with an HTML page{server}{words}")
    }

    fn is_page(&self) -> bool {
        is_page(&self.exchange.headers, &self.text)
    }

    /// What it shows of the system.
    #[must_use]
    pub fn finding(&self) -> Answer {
        Answer {
            read: self.exchange.method.only_reads(),
            asked: self.exchange.shown.clone(),
            status: self.status,
            // What comes with a redirect is for people anyway.
            page: self.exchange.declined.is_none() && self.is_page(),
            gateway: page::gateway(&self.exchange.headers),
            told: self.cause(),
            state: self.state(),
            credentials: self.exchange.way.hop.credentials.clone(),
        }
    }

    /// What the resource says of its own state: the text of its `status` or `state`.
    #[must_use]
    pub fn state(&self) -> Option<String> {
        let state = ["status", "state"].iter().find_map(|name| self.body.get(*name)?.as_str())?;
        Some(words::line(&self.redactor.clean(state), FIRST_WORDS))
    }

    /// Why there is nothing at a path below `response.body`: where that is no more than text.
    pub(in crate::probe) fn remark(&self, path: &[String]) -> Option<String> {
        let below = path.len() > 2 && path[0] == "response" && path[1] == "body";
        // First, since it is asked at every look, and the text may be long.
        if !below || !self.unknowns.is_empty() || !self.body.is_string() {
            return None;
        }
        no_json(&media_type(&self.exchange.headers), &self.text)
    }

    /// Whether it was another request that was answered in the end, or would be: the step's own was answered with a
    /// redirect, as is usual once something was made.
    #[must_use]
    pub fn is_redirected(&self) -> bool {
        self.exchange.way.followed > 0 || matches!(self.status, 302 | 303)
    }

    /// Of an answer that says yes: what was expected of it and what came, where it is none to what was asked. A page is
    /// for people, be it one to log in, and so is what a redirect to another path led to. (An empty body is no page,
    /// whatever its type: some frameworks call everything HTML.)
    pub(crate) fn strays(&self) -> Option<(String, String)> {
        if self.status >= 400 {
            return None;
        }
        if self.is_page() {
            return Some(("an answer by the API".to_owned(), "a page".to_owned()));
        }
        let answered = self.exchange.elsewhere()?;
        Some((format!("the answer to {}", self.exchange.shown), format!("that to {answered}")))
    }

    /// Whether a gateway answered that it could not reach the system just now: 502, 503 or 504.
    #[must_use]
    pub fn gateway_trouble(&self) -> bool {
        matches!(
            self.exchange.status,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        )
    }

    /// What to keep when the step did not pass: the last request and the answer to it.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut all = self.exchange.requests(&self.redactor);
        all.push(Evidence { title: "last response".to_owned(), text: self.shown() });
        all
    }

    /// How long the other side asked to be left alone: `Retry-After`, in seconds or as a date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::pause(&self.exchange.headers)
    }

    /// The same as it was asked: `Retry-After: 120`.
    #[must_use]
    pub fn asks(&self) -> Option<String> {
        retry_after::asked(&self.exchange.headers)
    }

    fn shown(&self) -> String {
        let Exchange { status, headers, .. } = &self.exchange;
        let note = self.unknowns.first().map_or_else(String::new, |unknown| format!("\n({})", unknown.why.reason));
        let status = words::status(*status);
        let head = format!("{status}\n{}", words::header_lines(headers));
        let text = words::cut(&self.redactor.clean(&self.text), EVIDENCE);
        if text.is_empty() { head } else { format!("{head}\n{text}{note}") }
    }

    /// The sentence in which the other side says what is wrong; else how its answer begins.
    fn first_words(&self) -> String {
        let said = if self.is_page() { Some(page::title(&self.text)) } else { message(&self.body).map(str::to_owned) };
        words::line(&self.redactor.clean(said.as_deref().unwrap_or(&self.text)), FIRST_WORDS)
    }
}

/// Why the text that came is not the text that was sent.
fn unread(exchange: &Exchange, bytes: &[u8]) -> Option<String> {
    if exchange.cut {
        return Some("the answer was longer than 4 MiB, and only its beginning was read".to_owned());
    }
    let coding = packing(&exchange.headers).filter(|_| !bytes.is_empty())?;
    Some(format!("the answer came with content-encoding {coding}, and only gzip is unpacked"))
}

/// Whoever judges the beginning of a text as if it were the whole may miss what matters; so may who judges a packed one.
fn unknown(why: String) -> Vec<Unknown> {
    let why = Gap::lasting(why);
    ["response.text", "response.body"].map(|path| Unknown { path: path.to_owned(), why: why.clone() }).into()
}

/// The sentence in an error answer, by the names that APIs give it.
fn message(body: &serde_json::Value) -> Option<&str> {
    ["message", "detail", "error", "title"].iter().find_map(|name| match body.get(name)? {
        serde_json::Value::String(text) => Some(text.as_str()),
        nested => message(nested),
    })
}

/// What a resource says of itself when something is wrong with it: `failed: the disk is full`.
fn reason(body: &serde_json::Value) -> Option<String> {
    let text = |name: &str| body.get(name)?.as_str().filter(|text| !text.trim().is_empty());
    // Of several errors the first says what kind it is.
    let listed =
        || body.get("errors")?.get(0).and_then(|first| first.as_str().or_else(|| first.get("reason")?.as_str()));
    let why = text("reason").or_else(|| text("error")).or_else(listed)?;
    Some(text("status").map_or_else(|| why.to_owned(), |status| format!("{status}: {why}")))
}
