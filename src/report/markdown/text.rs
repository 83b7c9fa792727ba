//! Text from outside in Markdown: it reads as it was, and structures nothing.

use crate::report::story;

/// How much of one text is shown, in characters.
const LONGEST: usize = 2000;

/// A text on one line, in bold. Stars beside white space would be stars.
pub(super) fn bold(text: &str) -> String {
    let line = story::one_line(text);
    let line = line.trim();
    if line.is_empty() { String::new() } else { format!("**{}**", inline(line)) }
}

/// A text in the middle of a line: in one line, with a backslash before whatever Markdown or GitHub would read as a mark.
pub(super) fn inline(text: &str) -> String {
    let text = story::one_line(text);
    let cut = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    let mut escaped = String::new();
    for (at, c) in text.chars().take(LONGEST).enumerate() {
        // At its beginning a text may stand where a list or a heading could begin.
        let begins = at == 0 && matches!(c, '+' | '-' | '=' | ':');
        let numbers = matches!(c, '.' | ')') && at > 0 && text.chars().take(at).all(|c| c.is_ascii_digit());
        if begins
            || numbers
            || matches!(c, '\\' | '`' | '#' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '!')
        {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped + cut
}

/// The same, set as code.
pub(super) fn code(text: &str) -> String {
    // Not between backticks: a text may have any number of them, and a cell of a table ends at a bar even there.
    format!("<code>{}</code>", inline(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_text() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(inline(text), expected);
        }
        check("no worker is running: wants 1, has 0", "no worker is running: wants 1, has 0");
        check("a_b *c* `d` [e](f) <g> | ~h~ &amp; $x$", r"a\_b \*c\* \`d\` \[e\](f) \<g\> \| \~h\~ \&amp; \$x\$");
        check("# a\n- b", r"\# a - b");
        check("12. a", r"12\. a");
        check("v1.2", "v1.2");
        check(&"x".repeat(3000), &format!("{}…", "x".repeat(2000)));
        assert_eq!(code("a|b`"), r"<code>a\|b\`</code>");
    }
}
