//! A secret's text, which does not print itself.

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// A secret's text. It has no `Display`; its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A shorter text, in characters, is found in every other word, so that a report without it would say nothing.
    pub const SHORTEST: usize = 4;

    /// Keeps `text` as a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}
