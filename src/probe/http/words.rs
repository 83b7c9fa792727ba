//! Text about exchanges, fit for people: short, on one line, without what belongs to nobody's eyes.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::redact::{Redactor, is_telling};

/// The first `most` bytes of a text, on a character boundary, with `…` where something is missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(most)]) }
}

/// The beginning of a text on one line, white space folded.
pub(super) fn line(text: &str, most: usize) -> String {
    // Folding never makes a text longer than it was; four times as much is plenty to fill the line.
    let head = &text[..text.floor_char_boundary(most.saturating_mul(4))];
    let folded = head.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if head.len() < text.len() && folded.len() <= most { "…" } else { "" };
    cut(&folded, most) + more
}

/// How long, as people say it: `300 ms`, `1.5 s`, `30 s`, `2 min`.
pub(super) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_millis() {
        0..1000 => format!("{} ms", duration.as_millis()),
        1000..10_000 => format!("{} s", (seconds * 10.0).round() / 10.0),
        10_000..120_000 => format!("{seconds:.0} s"),
        _ => format!("{:.0} min", seconds / 60.0),
    }
}

/// A URL for messages: no user, no password, no fragment, and of the query only that there is one.
pub(super) fn address(url: &Url) -> String {
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{}{}{query}", url.origin().ascii_serialization(), url.path())
}

/// How much of a query is shown as evidence, in bytes.
const QUERY: usize = 1024;

/// A URL as it was sent, for evidence: no user, no password, and of what looks like a credential only its name.
pub(super) fn whole(url: &Url, redactor: &Redactor) -> String {
    let Some(query) = url.query() else { return address(url) };
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_telling(name) => format!("{name}=***"),
        _ => pair.to_owned(),
    });
    let query = masked.collect::<Vec<_>>().join("&");
    format!("{}{}?{}", url.origin().ascii_serialization(), url.path(), cut(&redactor.clean(&query), QUERY))
}

/// Host and port, as one would name them to say who did not answer.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A status as one says it: `404 Not Found`, `299` where nobody has given it a name.
pub(super) fn status(status: StatusCode) -> String {
    let code = status.as_u16();
    status.canonical_reason().map_or_else(|| code.to_string(), |reason| format!("{code} {reason}"))
}

/// Headers, a line each; those that look like a secret without their values.
pub(super) fn header_lines(headers: &HeaderMap) -> String {
    headers.iter().fold(String::new(), |lines, (name, value)| {
        let text = if is_secret(name, value) { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        format!("{lines}{name}: {text}\n")
    })
}

/// Whether the header's value had better not be shown.
fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || is_telling(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Secret;

    #[test]
    fn durations_read_as_people_say_them() {
        let said = [0, 300, 1000, 1500, 9980, 30_000, 119_000, 120_000].map(|ms| time(Duration::from_millis(ms)));
        assert_eq!(said, ["0 ms", "300 ms", "1 s", "1.5 s", "10 s", "30 s", "119 s", "2 min"]);
    }

    #[test]
    fn lines_are_folded_and_cut_on_characters() {
        fn check(text: &str, most: usize, expected: &str) {
            assert_eq!(line(text, most), expected);
        }
        check("{\n  \"a\": 1\n}", 40, "{ \"a\": 1 }");
        check("abcdef", 3, "abc…");
        check("ää", 4, "ää");
        check("ääää", 5, "ää…");
        check(&format!("a{}b", " ".repeat(50)), 5, "a…");
    }

    #[test]
    fn addresses_hold_neither_users_nor_queries() {
        let url = Url::parse("https://me:pw@api.example.com/a/b?token=x#y").unwrap();
        assert_eq!(address(&url), "https://api.example.com/a/b?…");
        assert_eq!(host(&url), "api.example.com:443");
    }

    #[test]
    fn what_was_sent_is_shown_with_its_query_and_without_what_is_secret() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::new("hunt er2"));
        let check = |query: &str, expected: &str| {
            let url = Url::parse(&format!("https://me:pw@a.com/b{query}#y")).unwrap();
            assert_eq!(whole(&url, &redactor), format!("https://a.com/b{expected}"));
        };
        check("", "");
        check("?", "?");
        check("?import_id=7f&page=2&flag", "?import_id=7f&page=2&flag");
        check("?X-Amz-Signature=ab%3D&access_token=x&y=1", "?X-Amz-Signature=***&access_token=***&y=1");
        check("?q=hunt+er2&r=hunt%20er2", "?q=***&r=***");
        check(&format!("?q={}", "x".repeat(2000)), &format!("?q={}…", "x".repeat(1022)));
    }

    #[test]
    fn headers_that_look_like_secrets_are_masked() {
        let headers: HeaderMap = [("accept", "*/*"), ("authorization", "Bearer x"), ("x-api-key", "k")]
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .into_iter()
            .collect();
        assert_eq!(header_lines(&headers), "accept: */*\nauthorization: ***\nx-api-key: ***\n");
    }
}
