//! Secrets: a type that cannot be printed, and the one place where text is cleaned of them.

/// A secret's text. It has no `Display`; its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
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
        f.write_str("***")
    }
}

/// Knows every secret of a run and cleans text of them: raw, and in the forms they take on the way (base64, URL- and
/// JSON-escaped, inside a `Basic` header). Shared by all cases; secrets may be added while it runs (`capture: secret`).
#[derive(Debug, Default)]
pub struct Redactor {}

impl Redactor {
    /// Learns a secret. Empty ones are refused: they would blank everything.
    pub fn learn(&self, _secret: &Secret) {
        todo!()
    }

    /// The text with every secret replaced by `***`, longest first.
    #[must_use]
    pub fn clean<'text>(&self, _text: &'text str) -> std::borrow::Cow<'text, str> {
        todo!()
    }

    /// Whether there is nothing to clean, so that work can be saved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        todo!()
    }
}
