//! What of a piece of evidence is shown where there is little room.

use super::tally;
use crate::event::Evidence;

/// What the titles of exchanges with the API begin with.
const EXCHANGES: [&str; 4] = ["before, in ", "last request", "last response", "asked again"];

/// Some lines of a piece of evidence, and what is left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt<'text> {
    /// As they are.
    pub(super) lines: Vec<&'text str>,
    /// `3 lines before`; none where all is there.
    pub(super) left_out: Option<String>,
}

impl<'text> Excerpt<'text> {
    /// At most so many lines: of a log the last, since there it ended; of an exchange who was asked what, what the answer
    /// was, and how both begin, rather than their headers.
    pub(super) fn of(piece: &'text Evidence, at_most: usize) -> Self {
        let all: Vec<&str> = piece.text.lines().collect();
        let many = all.len().saturating_sub(at_most);
        if many == 0 {
            return Self { lines: all, left_out: None };
        }
        if EXCHANGES.iter().any(|words| piece.title.starts_with(words)) {
            let lines: Vec<&str> = without_headers(&all).into_iter().take(at_most).collect();
            let left_out = Some(format!("{} more", tally::several(all.len() - lines.len(), "line")));
            return Self { lines, left_out };
        }
        Self { lines: all[many..].to_vec(), left_out: Some(format!("{} before", tally::several(many, "line"))) }
    }
}

/// The lines of an exchange but for the headers: those between a first line or a status and the next empty line.
fn without_headers<'text>(all: &[&'text str]) -> Vec<&'text str> {
    let (mut head, mut before, mut kept) = (true, "", Vec::new());
    for line in all {
        head |= before.is_empty() && is_status(line);
        head &= !line.is_empty();
        if !(head && is_header(line) || line.is_empty() && before.is_empty()) {
            kept.push(*line);
        }
        before = line;
    }
    kept
}

/// `201 Created`.
fn is_status(line: &str) -> bool {
    let code = line.split(' ').next().unwrap_or_default();
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// `content-type: text/plain`.
fn is_header(line: &str) -> bool {
    let name = line.split_once(':').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_the_end_of_an_exchange_who_was_asked_and_the_answer() {
        #[track_caller]
        fn check(title: &str, text: &str, at_most: usize, lines: &[&str], left_out: Option<&str>) {
            let piece = Evidence { title: title.to_owned(), text: text.to_owned() };
            let Excerpt { lines: found, left_out: missing } = Excerpt::of(&piece, at_most);
            assert_eq!((found.as_slice(), missing.as_deref()), (lines, left_out));
        }
        check("last log lines of g", "a\nb\nc", 3, &["a", "b", "c"], None);
        check("last log lines of g", "a: 1\nb: 2\nc: 3", 2, &["b: 2", "c: 3"], Some("1 line before"));
        let asked = "POST http://127.0.0.1:1/orders\ncontent-type: application/json\n\n{\"qty\": 1}\n";
        let answered = "201 Created\nserver: x\ndate: today\n\n{\"id\": 3,\n\"note: x\": 2}";
        let both = format!("{asked}\n\n{answered}");
        let shown = [
            "POST http://127.0.0.1:1/orders",
            "",
            "{\"qty\": 1}",
            "",
            "201 Created",
            "",
            "{\"id\": 3,",
            "\"note: x\": 2}",
        ];
        check("before, in \"place\"", &both, 8, &shown, Some("4 lines more"));
        check("before, in \"place\"", &both, 5, &shown[..5], Some("7 lines more"));
        let again = format!("GET http://127.0.0.1:1/orders/3\n{answered}");
        check(
            "asked again after the failure: GET",
            &again,
            3,
            &["GET http://127.0.0.1:1/orders/3", "201 Created", ""],
            Some("4 lines more"),
        );
        check("last response", answered, 3, &["201 Created", "", "{\"id\": 3,"], Some("3 lines more"));
    }
}
