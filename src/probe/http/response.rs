//! What came back, and what is said of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header;
#[cfg(any(test, fuzzing))]
use reqwest::header::HeaderMap;
use serde::Serialize;

use super::exchange::Exchange;
use super::reading::{charset, decode, is_json, joined, media_type, no_json};
use super::words;
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
    /// What of it is not known: all that is read from a text of which only the beginning was read.
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
        let text = decode(bytes, charset(&exchange.headers));
        let json = if exchange.cut || !is_json(&media_type, &text) { None } else { serde_json::from_str(&text).ok() };
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
            unknowns: if exchange.cut { unread() } else { Vec::new() },
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
        said + &self.exchange.way()
    }

    /// What is wrong, where this alone shows it: a status from 400 on, a redirect that is not followed or one too many, a
    /// page instead of data.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let status = self.exchange.status;
        let page = media_type(&self.exchange.headers) == "text/html";
        // A good answer need not be put in words.
        let answered = || format!("{} answered {}", self.exchange.shown, words::status(status));
        let said = || match self.first_words() {
            words if words.is_empty() => words,
            words => format!(": {words}"),
        };
        match status.as_u16() {
            400.. => Some(answered() + &said()),
            300..400 if self.exchange.declined.is_some() => self.exchange.why_not_followed(),
            300..400 if self.exchange.way.followed > 0 => {
                Some(format!("{}, still a redirect after {} of them", answered(), self.exchange.way.followed))
            }
            _ if page => Some(format!("{} with an HTML page{}", answered(), said())),
            _ => reason(&self.body)
                .map(|why| format!("{} says {}", self.exchange.shown, words::line(&self.redactor.clean(&why), REASON))),
        }
    }

    /// What it shows of the system.
    #[must_use]
    pub fn finding(&self) -> Answer {
        Answer {
            read: self.exchange.method.only_reads(),
            asked: self.exchange.shown.clone(),
            status: self.status,
            // What comes with a redirect is for people anyway.
            page: self.exchange.declined.is_none() && media_type(&self.exchange.headers) == "text/html",
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
        if !below || self.exchange.cut || !self.body.is_string() {
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
        if media_type(&self.exchange.headers) == "text/html" && self.text.trim_start().starts_with('<') {
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
        let headers = &self.exchange.headers;
        let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        // The server's own clock, where it tells: ours may go differently.
        let now = headers.get(header::DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or_else(Utc::now);
        Some((http_date(value)? - now).to_std().unwrap_or_default())
    }

    fn shown(&self) -> String {
        let Exchange { status, headers, cut, .. } = &self.exchange;
        let note = if *cut { "\n(longer than 4 MiB; the rest was not read, and `body` was not parsed)" } else { "" };
        let status = words::status(*status);
        format!(
            "{status}\n{}\n{}{note}",
            words::header_lines(headers),
            words::cut(&self.redactor.clean(&self.text), EVIDENCE)
        )
    }

    /// The sentence in which the other side says what is wrong; else how its answer begins.
    fn first_words(&self) -> String {
        let said = match media_type(&self.exchange.headers).as_str() {
            "text/html" => Some(title(&self.text)),
            _ => message(&self.body).map(str::to_owned),
        };
        words::line(&self.redactor.clean(said.as_deref().unwrap_or(&self.text)), FIRST_WORDS)
    }
}

/// Whoever judges the beginning of a text as if it were the whole may miss what matters.
fn unread() -> Vec<Unknown> {
    let why = Gap::lasting("the answer was longer than 4 MiB, and only its beginning was read");
    ["response.text", "response.body"].map(|path| Unknown { path: path.to_owned(), why: why.clone() }).into()
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
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

/// The title of an HTML page; else its text without the tags.
fn title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let from = lower.find("<title>").map(|at| at + "<title>".len());
    let titled = from.and_then(|from| page[from..].split('<').next()).map(str::trim).filter(|title| !title.is_empty());
    let without_tags =
        || page.split('<').filter_map(|piece| Some(piece.split_once('>')?.1)).collect::<Vec<_>>().join(" ");
    titled.map_or_else(without_tags, str::to_owned)
}
