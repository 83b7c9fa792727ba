//! How long the other side asks to be left alone: `Retry-After`, in seconds or as a date.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{self, HeaderMap};

use super::words;

/// How much of it is shown, in bytes.
const SHOWN: usize = 40;

/// How long that is from now on.
pub(super) fn pause(headers: &HeaderMap) -> Option<Duration> {
    let value = written(headers)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // The server's own clock, where it tells: ours may go differently.
    let now = headers.get(header::DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or_else(Utc::now);
    Some((http_date(value)? - now).to_std().unwrap_or_default())
}

/// As it was asked, where it can be read: `Retry-After: 120`.
pub(super) fn asked(headers: &HeaderMap) -> Option<String> {
    pause(headers)?;
    Some(format!("Retry-After: {}", words::line(written(headers)?, SHOWN)))
}

fn written(headers: &HeaderMap) -> Option<&str> {
    Some(headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim())
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}
