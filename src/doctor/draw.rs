//! The tree as text. Pure.

use std::fmt::Write as _;

use super::finding::{Finding, Mark};
use crate::report::story::one_line;

/// A mark as it is shown.
#[must_use]
pub const fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Well => "✓",
        Mark::Unknown => "?",
        Mark::Wrong => "✗",
    }
}

/// The tree, a line each; what is to be done stands below what it is about. `paint` colours a mark and leaves its letters
/// as they are.
#[must_use]
pub fn tree(findings: &[Finding], paint: &dyn Fn(Mark, &str) -> String) -> String {
    let mut text = String::new();
    for finding in findings {
        draw(finding, ("", ""), paint, &mut text);
    }
    text
}

/// What there was, in a line.
#[must_use]
pub fn numbers(findings: &[Finding]) -> String {
    let count = |mark| findings.iter().map(|finding| finding.count(mark)).sum::<usize>();
    format!("{} as they should be, {} wrong, {} not known", count(Mark::Well), count(Mark::Wrong), count(Mark::Unknown))
}

fn draw(finding: &Finding, (first, rest): (&str, &str), paint: &dyn Fn(Mark, &str) -> String, text: &mut String) {
    let Finding { mark, what, why, todo, below } = finding;
    let why = why.as_deref().map_or(String::new(), |why| format!(": {}", one_line(why)));
    let _ = writeln!(text, "{first}{} {}{why}", paint(*mark, sign(*mark)), one_line(what));
    let stem = if below.is_empty() { "  " } else { "│ " };
    if let Some(todo) = todo {
        let _ = writeln!(text, "{rest}{stem}→ {}", one_line(todo));
    }
    for (index, part) in below.iter().enumerate() {
        let (branch, stem) = if index + 1 == below.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        draw(part, (&format!("{rest}{branch}"), &format!("{rest}{stem}")), paint, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hang_below_what_they_are_of() {
        let finding = Finding::wrong("alarm down", "no such alarm").todo("create it").with([
            Finding::well("cloudwatch:DescribeAlarms", None),
            Finding::unknown("history", "throttled").todo("try again").with([Finding::well("part", None)]),
        ]);
        let expected = "\
✗ alarm down: no such alarm
│ → create it
├─ ✓ cloudwatch:DescribeAlarms
└─ ? history: throttled
   │ → try again
   └─ ✓ part
";
        assert_eq!(tree(std::slice::from_ref(&finding), &|_, sign| sign.to_owned()), expected);
        assert_eq!(numbers(std::slice::from_ref(&finding)), "2 as they should be, 1 wrong, 1 not known");
        assert_eq!(finding.worst(), Mark::Wrong);
        let heading = Finding { mark: Mark::Wrong, ..Finding::well("API", None).with([finding]) };
        assert_eq!(numbers(&[heading, Finding::well("alone", None)]), "3 as they should be, 1 wrong, 1 not known");
    }
}
