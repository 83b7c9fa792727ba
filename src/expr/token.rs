//! CEL's words. The parser of the cel crate gives no tokens away; we need them to find the end of a template, to say
//! what stands where an expression breaks off, and to point at names.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword; also a name in backticks.
    Name,
    Number,
    /// A string or bytes literal, quotes and prefix included.
    Text,
    /// An operator, bracket or separator that CEL knows.
    Symbol,
    /// A literal that is never closed; reaches to the end of the text.
    Unclosed,
    /// A character that CEL has no use for.
    Stray,
}

/// A word of an expression and where it stands: byte offsets into the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'text> {
    pub(super) kind: Kind,
    pub(super) text: &'text str,
    pub(super) start: usize,
}

impl Token<'_> {
    /// One past its last byte.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this word: as a name or a sign, or as what a text says between its quotes.
    pub(super) fn says(&self, wanted: &str) -> bool {
        let text = if self.kind == Kind::Text { self.text.trim_matches(['"', '\'']) } else { self.text };
        text == wanted
    }
}

/// The tokens of `text`; white space and comments are left out.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at = skip_blank(text, at);
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = measure(rest);
        let token = Token { kind, text: &rest[..length], start: at };
        at += length;
        Some(token)
    })
}

fn skip_blank(text: &str, mut at: usize) -> usize {
    loop {
        at += text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if !text[at..].starts_with("//") {
            return at;
        }
        at = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    }
}

/// Kind and length of the token that `rest` begins with.
fn measure(rest: &str) -> (Kind, usize) {
    if let Some(literal) = literal(rest) {
        return literal;
    }
    let first = rest.chars().next().unwrap_or_default();
    if first.is_ascii_alphabetic() || first == '_' {
        let end = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'));
        return (Kind::Name, end.unwrap_or(rest.len()));
    }
    let second = rest.as_bytes().get(1).copied().unwrap_or_default();
    if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
        return (Kind::Number, number(rest.as_bytes()));
    }
    symbol(rest, first)
}

fn symbol(rest: &str, first: char) -> (Kind, usize) {
    match (rest.as_bytes(), first) {
        ([b'&', b'&', ..] | [b'|', b'|', ..] | [b'=' | b'!' | b'<' | b'>', b'=', ..], _) => (Kind::Symbol, 2),
        (
            _,
            '(' | ')' | '[' | ']' | '{' | '}' | '.' | ',' | ':' | '?' | '-' | '+' | '*' | '/' | '%' | '!' | '<' | '>',
        ) => (Kind::Symbol, 1),
        _ => (Kind::Stray, first.len_utf8()),
    }
}

/// Digits, letters (`0x1F`, `3u`, `1e5`), a point before a digit, a sign behind the `e` of an exponent.
fn number(bytes: &[u8]) -> usize {
    let hexadecimal = bytes.get(1).is_some_and(|second| second.eq_ignore_ascii_case(&b'x'));
    let mut end = 1;
    while let Some(&byte) = bytes.get(end) {
        let next_is_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let exponent = !hexadecimal && bytes[end - 1].eq_ignore_ascii_case(&b'e');
        let belongs = match byte {
            b'.' => next_is_digit,
            b'+' | b'-' => exponent && next_is_digit,
            _ => byte.is_ascii_alphanumeric() || byte == b'_',
        };
        if !belongs {
            break;
        }
        end += 1;
    }
    end
}

/// A quoted literal, with its prefix (`r`, `b`, both) and in one or three quotes; a name in backticks.
fn literal(rest: &str) -> Option<(Kind, usize)> {
    if !rest.starts_with(['"', '\'', '`', 'r', 'R', 'b', 'B']) {
        return None;
    }
    if let Some(name) = rest.strip_prefix('`') {
        return Some(name.find('`').map_or((Kind::Unclosed, rest.len()), |end| (Kind::Name, end + 2)));
    }
    let prefix = rest.len() - rest.trim_start_matches(['r', 'R', 'b', 'B']).len();
    let quote = rest[prefix..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if prefix > 2 {
        return None;
    }
    let raw = rest[..prefix].contains(['r', 'R']);
    let triple = quote.to_string().repeat(3);
    let closing = if rest[prefix..].starts_with(&triple) { triple } else { quote.to_string() };
    let body = prefix + closing.len();
    Some(match closed_at(&rest[body..], &closing, raw) {
        Some(end) => (Kind::Text, body + end),
        None => (Kind::Unclosed, rest.len()),
    })
}

/// Length up to and including the closing quotes.
fn closed_at(body: &str, closing: &str, raw: bool) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && !raw {
            escaped = true;
        } else if body[at..].starts_with(closing) {
            return Some(at + closing.len());
        }
    }
    None
}

/// What closes an expression in a text.
pub(super) const CLOSING: &str = "}}";

/// Where the `}}` is that closes an expression: not inside a literal, and not one that closes maps of its own.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut before = None;
    for token in tokens(text) {
        match (token.kind, token.text) {
            (Kind::Symbol, "{") => open += 1,
            (Kind::Symbol, "}") if open > 0 => open -= 1,
            (Kind::Symbol, "}") if before.is_some_and(|before| before + 1 == token.start) => return before,
            (Kind::Symbol, "}") => {
                before = Some(token.start);
                continue;
            }
            _ => {}
        }
        before = None;
    }
    // A literal that is never closed swallows the end; the expression's own diagnostic says so better.
    let unclosed = tokens(text).any(|token| token.kind == Kind::Unclosed);
    text.find(CLOSING).filter(|_| unclosed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found: Vec<_> = tokens(text).map(|token| (token.kind, token.text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_of_each_kind() {
        use Kind::{Name, Number, Stray, Symbol, Text, Unclosed};
        check("a.b_1 >= 2.5e-3", &[(Name, "a"), (Symbol, "."), (Name, "b_1"), (Symbol, ">="), (Number, "2.5e-3")]);
        check("0x1F+3u", &[(Number, "0x1F"), (Symbol, "+"), (Number, "3u")]);
        check(r#"'it\'s' r"\" x"#, &[(Text, r"'it\'s'"), (Text, r#"r"\""#), (Name, "x")]);
        check("'''a 'b' c'''}}", &[(Text, "'''a 'b' c'''"), (Symbol, "}"), (Symbol, "}")]);
        check("h.`content-type`", &[(Name, "h"), (Symbol, "."), (Name, "`content-type`")]);
        check("a // b\n c", &[(Name, "a"), (Name, "c")]);
        check("a = é", &[(Name, "a"), (Stray, "="), (Stray, "é")]);
        check("'abc", &[(Unclosed, "'abc")]);
        check("rb.x br'y'", &[(Name, "rb"), (Symbol, "."), (Name, "x"), (Text, "br'y'")]);
        check(" ", &[]);
    }
}
