//! Colour, where it is wanted; it never says anything that the words beside it do not say.

use smoke::report::story;
use smoke::verdict::Verdict;

/// Colours or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    color: bool,
}

impl Paint {
    /// No colours.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { color: false };

    /// As the user wants it: `NO_COLOR` is stronger than `CLICOLOR_FORCE`, which is stronger than what the stream is.
    pub(crate) fn wanted(is_terminal: bool, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let said = |name: &str, value: &str| env(name).as_deref() == Some(value);
        let color = if set("NO_COLOR") {
            false
        } else if set("CLICOLOR_FORCE") && !said("CLICOLOR_FORCE", "0") {
            true
        } else {
            is_terminal && !said("TERM", "dumb") && !said("CLICOLOR", "0")
        };
        Self { color }
    }

    /// Whether there are colours.
    pub(crate) const fn color(self) -> bool {
        self.color
    }

    /// Mark and word of a verdict: `✓ passed`.
    pub(crate) fn verdict(self, verdict: Verdict) -> String {
        self.as_verdict(verdict, &format!("{} {verdict}", story::mark(verdict)))
    }

    /// A text in the colour of a verdict.
    pub(crate) fn as_verdict(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Passed => "32",
            Verdict::Failed => "31",
            Verdict::Inconclusive | Verdict::Aborted => "33",
            Verdict::Skipped => "2",
        };
        self.with(code, text)
    }

    /// What matters less.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_as_the_user_wants_it() {
        #[track_caller]
        fn check(is_terminal: bool, env: &[(&str, &str)], expected: bool) {
            let find = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Paint::wanted(is_terminal, &find).color(), expected);
        }
        check(true, &[], true);
        check(false, &[], false);
        check(true, &[("NO_COLOR", "1")], false);
        check(true, &[("NO_COLOR", "")], true);
        check(false, &[("CLICOLOR_FORCE", "1")], true);
        check(false, &[("CLICOLOR_FORCE", "0")], false);
        check(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false);
        check(true, &[("CLICOLOR", "0")], false);
        check(true, &[("TERM", "dumb")], false);
    }
}
