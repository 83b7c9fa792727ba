//! Lines as they are put below each other, indented, and coloured where that is wanted.

use crate::verdict::Verdict;

/// What has been written so far.
pub(super) struct Sheet {
    color: bool,
    text: String,
}

impl Sheet {
    /// An empty one.
    pub(super) const fn new(color: bool) -> Self {
        Self { color, text: String::new() }
    }

    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A text in the colour of a verdict.
    pub(super) fn tinted(&self, verdict: Verdict, text: &str) -> String {
        self.paint(ansi(verdict), text)
    }

    /// The verdict as the first word of a headline.
    pub(super) fn loud(&self, verdict: Verdict) -> String {
        self.tinted(verdict, &verdict.word().to_uppercase())
    }

    /// The first word of a headline that tells of no verdict, and should be known.
    pub(super) fn warning(&self, word: &str) -> String {
        self.paint("33", word)
    }

    /// All of it.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

const fn ansi(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "1;32",
        Verdict::Failed => "1;31",
        Verdict::Inconclusive | Verdict::Aborted => "1;33",
        Verdict::Skipped => "2",
    }
}
