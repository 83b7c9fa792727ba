//! What an error tells: its code, and what it stems from.

use std::error::Error;

/// Codes that say `slow down`, without the `Exception` that some services append.
pub(super) const THROTTLES: [&str; 7] = [
    "Throttling",
    "Throttled",
    "ThrottledRequest",
    "TooManyRequests",
    "LimitExceeded",
    "RequestLimitExceeded",
    "SlowDown",
];

/// A code without its namespace and without `Exception`.
pub(super) fn stem(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.strip_suffix("Exception").unwrap_or(code)
}

/// An error and what it stems from, each said once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = inner.source();
    }
    parts.join(": ")
}
