//! What went before an answer: the step's request, where redirects led, and what was sent in the end.

use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use url::Url;

use super::Method;
use super::content::Content;
use super::destination::Hop;
use super::words;
use crate::event::Evidence;
use crate::redact::Redactor;

/// What went before an answer, kept for evidence.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) way: Way,
    /// Where the answer would have led a GET.
    pub(super) declined: Option<Url>,
    /// What the step's request carried.
    pub(super) content: Option<Arc<Content>>,
    /// The step's method; a redirect may have changed the last request's.
    pub(super) method: Method,
    /// The step's request in a few words.
    pub(super) shown: String,
    /// Whether the answer was longer than what was read of it.
    pub(super) cut: bool,
}

/// The way from the step's request to the one that was answered.
#[derive(Debug)]
pub(super) struct Way {
    /// The last request.
    pub(super) hop: Hop,
    /// How many redirects were followed.
    pub(super) followed: usize,
    /// The path that the step asked, where a redirect led on from there.
    asked: Option<String>,
    /// The last request as the step meant it, and its answer, which made a GET of it.
    turned: Option<Box<(Hop, StatusCode)>>,
}

impl From<Hop> for Way {
    fn from(hop: Hop) -> Self {
        Self { hop, followed: 0, asked: None, turned: None }
    }
}

impl Way {
    /// Follows a redirect.
    pub(super) fn go_on(&mut self, status: StatusCode, next: Hop) {
        let before = std::mem::replace(&mut self.hop, next);
        self.followed += 1;
        self.asked.get_or_insert_with(|| before.url.path().to_owned());
        if before.method != self.hop.method {
            self.turned = Some(Box::new((before, status)));
        }
    }

    /// Where the answer came from, where that is not where the request went.
    pub(super) fn words(&self) -> String {
        let Self { followed, hop, .. } = self;
        let redirects = if *followed == 1 { "a redirect".to_owned() } else { format!("{followed} redirects") };
        if *followed == 0 { String::new() } else { format!(" (after {redirects} to {})", words::address(&hop.url)) }
    }

    /// Whether another path was asked in the end; a slash at its end makes no other one.
    fn is_elsewhere(&self) -> bool {
        let answered = self.hop.url.path().trim_end_matches('/');
        self.asked.as_ref().is_some_and(|asked| asked.trim_end_matches('/') != answered)
    }
}

impl Exchange {
    /// Of an answer that nobody gave.
    #[cfg(any(test, fuzzing))]
    pub(super) fn made_up(status: StatusCode, headers: HeaderMap) -> Self {
        let url = Url::parse("https://u:p@a.com/x?y").unwrap_or_else(|_| unreachable!("a URL as it should be"));
        let first = Hop::first(reqwest::Method::GET, url, &headers, None);
        let hop = first.next(status, &headers, false).ok().flatten().unwrap_or(first);
        let (way, shown) = (Way::from(hop), "GET /x".to_owned());
        Self { status, headers, way, declined: None, content: None, method: Method::Get, shown, cut: false }
    }

    /// What answered, where that is not what a request that does something was sent to.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let elsewhere = self.way.is_elsewhere() && !self.method.only_reads();
        elsewhere.then(|| format!("{} {}", self.way.hop.method, words::address(&self.way.hop.url)))
    }

    /// Why a redirect was not followed.
    pub(super) fn why_not_followed(&self) -> Option<String> {
        let (code, to) = (self.status.as_u16(), words::address(self.declined.as_ref()?));
        let method = self.method.word();
        Some(format!("{} was answered {code} to {to}: a {method} does not follow that", self.shown))
    }

    /// The last request; before it the step's own, where a redirect made another of that.
    pub(super) fn requests(&self, redactor: &Redactor) -> Vec<Evidence> {
        let mut all = Vec::new();
        if let Some((hop, status)) = self.way.turned.as_deref() {
            let answered = format!("\nanswered {}\n", words::status(*status));
            all.push(Evidence { title: "first request".to_owned(), text: self.request(hop, "", redactor) + &answered });
        }
        let text = self.request(&self.way.hop, &self.way.words(), redactor);
        all.push(Evidence { title: "last request".to_owned(), text });
        all
    }

    fn request(&self, hop: &Hop, way: &str, redactor: &Redactor) -> String {
        let content = self.content.as_ref().filter(|_| hop.carries_body);
        let sent = content.map_or_else(String::new, |content| format!("\n{}\n", content.shown(redactor)));
        let url = words::whole(&hop.url, redactor);
        format!("{} {url}{way}\n{}{sent}", hop.method, words::header_lines(&hop.headers))
    }
}
