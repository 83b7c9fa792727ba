//! The address of a request, filled in: what a value holds stays in that part of it where the value stands.

use std::ops::Range;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::destination::is_whole;
use crate::expr::{EvaluationError, Scope, Template};

/// What would end a path, or means something else in it. A slash may well be meant.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#').add(b'\\');

/// What would end a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'#');

/// What would end one value of a query, or means something else in it.
const QUERY_VALUE: &AsciiSet = &QUERY.add(b'%').add(b'&').add(b'+');

/// Fills in an address. One that is a single expression is taken as it comes, and so is a value that it begins with and
/// that is an address itself; what stands in a path further on is a part of that path.
///
/// # Errors
/// Where a value is missing, or makes `.` or `..` of a part of the path: that would lead elsewhere.
pub(super) fn fill(template: &Template, scope: &Scope) -> Result<String, EvaluationError> {
    let mut pieces = template.pieces(scope)?;
    if pieces.len() == 1 {
        return Ok(pieces.remove(0).1);
    }
    let mut address = Address::default();
    for (written, text) in pieces {
        if written { address.text.push_str(&text) } else { address.fill(&text) }
    }
    match address.astray() {
        Some(dots) => Err(EvaluationError::new(format!(
            "a value makes `{dots}` of a part of the path {}, which leads elsewhere: that is not sent",
            address.path()
        ))),
        None => Ok(address.text),
    }
}

/// An address as far as it is filled in.
#[derive(Default)]
struct Address {
    text: String,
    /// Where values stand.
    values: Vec<Range<usize>>,
}

impl Address {
    fn fill(&mut self, value: &str) {
        let start = self.text.len();
        if self.takes_as_it_is(value) {
            self.text.push_str(value);
        } else {
            self.text.extend(utf8_percent_encode(value, self.meaning()));
        }
        self.values.push(start..self.text.len());
    }

    /// What means something where the address ends by now. Behind a `?` or `&` a whole query may stand.
    fn meaning(&self) -> &'static AsciiSet {
        let query = self.text.split_once('?').map(|(_, query)| query).or_else(|| self.text.split_once('#').map(|_| ""));
        match query.map(|query| query.rsplit('&').next().unwrap_or_default()) {
            Some(part) if part.contains('=') => QUERY_VALUE,
            Some(_) => QUERY,
            None => PATH,
        }
    }

    /// An address to begin with; and what stands where a host does is not for us to write otherwise.
    fn takes_as_it_is(&self, value: &str) -> bool {
        match self.text.split_once("://") {
            _ if self.text.is_empty() => value.starts_with('/') || is_whole(value),
            Some((_, host)) => is_whole(&self.text) && !host.contains(['/', '?', '#']),
            None => false,
        }
    }

    fn path_range(&self) -> Range<usize> {
        let host = if is_whole(&self.text) { self.text.find("://").map_or(0, |at| at + "://".len()) } else { 0 };
        let start = if host == 0 { 0 } else { self.text[host..].find('/').map_or(self.text.len(), |at| host + at) };
        let end = self.text[start..].find(['?', '#']).map_or(self.text.len(), |at| start + at);
        start..end
    }

    fn path(&self) -> &str {
        &self.text[self.path_range()]
    }

    /// The part of the path that a value made to lead elsewhere. Whoever writes one out means it.
    fn astray(&self) -> Option<&str> {
        let mut start = self.path_range().start;
        self.path().split(['/', '\\']).find(|part| {
            let range = start..start + part.len();
            start = range.end + 1;
            is_dots(part) && self.values.iter().any(|value| value.start <= range.end && range.start <= value.end)
        })
    }
}

/// Also with its dots percent-encoded, which are the same to a URL.
fn is_dots(part: &str) -> bool {
    matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Location, Source};

    #[track_caller]
    fn check(text: &str, value: &str, expected: Result<&str, &str>) {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        let scope = Scope::default().with("t", crate::expr::Value::from(value));
        let filled = fill(&Template::parse(text, &location).unwrap(), &scope).map_err(|error| error.message);
        assert_eq!(filled, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn a_value_stays_in_its_part_of_the_address() {
        check("/o/${{ t }}", "a?b#c", Ok("/o/a%3Fb%23c"));
        check("/o/${{ t }}/x?y=1", "50% a\\b\n", Ok("/o/50%25%20a%5Cb%0A/x?y=1"));
        check("/o/${{ t }}", "a/ü", Ok("/o/a/%C3%BC"));
        check("/o?q=${{ t }}&r=1", "a&b#c?d%20", Ok("/o?q=a%26b%23c?d%2520&r=1"));
        check("/o?p=1&q=x${{ t }}", "1+1=2", Ok("/o?p=1&q=x1%2B1=2"));
        check("/o?${{ t }}", "a=1&b=%20 #c", Ok("/o?a=1&b=%20%20%23c"));
        check("/o?p=1&${{ t }}", "a=1&b=2", Ok("/o?p=1&a=1&b=2"));
        check("/o#${{ t }}", "a b", Ok("/o#a%20b"));
        // What is an address as a whole, or begins one, is taken as it is.
        check("${{ t }}", "/o?a=1#b", Ok("/o?a=1#b"));
        check("${{ t }}/x", "/o/a%20b", Ok("/o/a%20b/x"));
        check("${{ t }}/x", "https://a.com/b%20c", Ok("https://a.com/b%20c/x"));
        check("${{ t }}/x", "a?b", Ok("a%3Fb/x"));
        check("https://${{ t }}/x", "a.com:8080", Ok("https://a.com:8080/x"));
        check("https://a.com/${{ t }}", "?", Ok("https://a.com/%3F"));
    }

    #[test]
    fn a_value_that_leads_elsewhere_is_not_sent() {
        let up = |dots: &str, path: &str| {
            format!("a value makes `{dots}` of a part of the path {path}, which leads elsewhere: that is not sent")
        };
        check("/o/${{ t }}", "..", Err(&up("..", "/o/..")));
        check("/o/${{ t }}/x", "a/../..", Err(&up("..", "/o/a/../../x")));
        check("/o/.${{ t }}?q", ".", Err(&up("..", "/o/..")));
        check("${{ t }}/x", "https://a.com/%2E%2e", Err(&up("%2E%2e", "/%2E%2e/x")));
        check("/o/../${{ t }}", "x", Ok("/o/../x"));
        check("/o/${{ t }}", "...", Ok("/o/..."));
        check("/o/${{ t }}", "%2e%2e", Ok("/o/%252e%252e"));
        check("/o?q=/${{ t }}", "..", Ok("/o?q=/.."));
        check("https://${{ t }}/", "..", Ok("https://../"));
    }
}
