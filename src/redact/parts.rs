//! What a secret of JSON or a URL is made of: an AWS secret is an object with a user and a password more often than not,
//! a presigned URL holds its signature, and whoever tells one of them tells the secret.

use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use url::{Url, form_urlencoded};

use super::secret::Secret;
use super::telling::is_telling;

/// A shorter number is a port, a year or a count, and stands in every other line of a report.
const SHORTEST_NUMBER: usize = 6;
/// Words of JSON itself, which say nothing and would blank half of what is told.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// A shorter piece of a URL, in characters, is a word like any other, unless its name tells.
const SHORTEST_PIECE: usize = 16;

/// The texts and long numbers in a JSON object or list, the telling pieces of a URL; none where the secret is something
/// else.
pub(super) fn of(secret: &str) -> Vec<Secret> {
    let mut parts = Vec::new();
    if secret.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(secret)
    {
        gather(&json, &mut parts);
    } else if let Ok(url) = Url::parse(secret)
        && url.has_host()
    {
        pieces(&url, &mut parts);
    }
    parts
}

/// Who logs in, what is asked for, and of it what looks as if it admits whoever knows it: signatures, tokens, the path of
/// a webhook. The host is known to all.
fn pieces(url: &Url, parts: &mut Vec<Secret>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut take = |text: String, tells: bool| {
        if text.chars().count() >= Secret::SHORTEST && (tells || is_made(&text)) {
            parts.push(Secret::new(text));
        }
    };
    take(decoded(url.username()), false);
    take(decoded(url.password().unwrap_or_default()), true);
    if let Some(query) = url.query() {
        take(format!("{}?{query}", url.path()), false);
    }
    url.path_segments().into_iter().flatten().for_each(|segment| take(decoded(segment), false));
    for pairs in [url.query(), url.fragment()].into_iter().flatten() {
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            take(value.into_owned(), is_telling(&name) || name.starts_with("sig"));
        }
    }
}

/// Whether no person wrote it: `application/json` is long as well.
fn is_made(text: &str) -> bool {
    text.chars().count() >= SHORTEST_PIECE && text.contains(|letter: char| letter.is_numeric() || letter.is_uppercase())
}

fn gather(json: &Json, parts: &mut Vec<Secret>) {
    match json {
        Json::String(text) if text.chars().count() >= Secret::SHORTEST && !WORDS.contains(&text.as_str()) => {
            parts.push(Secret::new(text.as_str()));
        }
        Json::Number(number) if number.to_string().len() >= SHORTEST_NUMBER => {
            parts.push(Secret::new(number.to_string()));
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Json::Object(fields) => fields.values().for_each(|field| gather(field, parts)),
        Json::String(_) | Json::Number(_) | Json::Null | Json::Bool(_) => {}
    }
}
