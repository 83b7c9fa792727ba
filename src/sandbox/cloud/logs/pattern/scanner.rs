//! Walks over a pattern's characters; what all kinds of patterns have in common.

/// What is left of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'text> {
    rest: &'text str,
}

impl<'text> Scanner<'text> {
    /// At the beginning of `text`.
    pub(super) const fn new(text: &'text str) -> Self {
        Self { rest: text }
    }

    /// The next character, which stays.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// The next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// Skips white space.
    pub(super) fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `wanted` if it comes next.
    pub(super) fn take(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a keyword in capitals if it comes next, and white space before it.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let mut ahead = *self;
        ahead.skip_space();
        let taken = ahead.take(word) && !ahead.peek().is_some_and(|next| next.is_alphanumeric() || next == '_');
        if taken {
            *self = ahead;
        }
        taken
    }

    /// Takes characters for as long as they belong.
    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'text str {
        let end = self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// What stands between here, just behind an opening `quote`, and the closing one. `\"` and `\\` are one
    /// character each [?]: escaping is undocumented.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                '\\' if matches!(self.peek(), Some(escaped) if escaped == quote || escaped == '\\') => {
                    text.extend(self.next());
                }
                next if next == quote => return Ok(text),
                next => text.push(next),
            }
        }
        Err(format!("the closing {quote} is missing"))
    }

    /// What stands between here, just behind an opening `%`, and the closing one, backslashes and all.
    pub(super) fn percent_quoted(&mut self) -> Result<&'text str, String> {
        let text = self.take_while(|next| next != '%');
        if self.take("%") { Ok(text) } else { Err("the closing % is missing".to_owned()) }
    }

    /// What is left, for messages.
    pub(super) const fn rest(&self) -> &'text str {
        self.rest
    }
}
