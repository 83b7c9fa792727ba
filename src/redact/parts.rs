//! What a secret of JSON or a URL is made of: an AWS secret is an object with a user and a password more often than not,
//! a presigned URL holds its signature, and whoever tells one of them tells the secret.

use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use url::form_urlencoded;

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
    } else if let Some((scheme, rest)) = secret.trim().split_once("://")
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.:".contains(letter))
    {
        pieces(rest, &mut parts);
    }
    parts
}

/// Who logs in, what is asked for, and of it what looks as if it admits whoever knows it: signatures, tokens, the path of
/// a webhook. The host is known to all. `rest` is what stands behind `://`; of the URLs of databases some have several
/// hosts, or none, so it is not held to be one that could be asked.
fn pieces(rest: &str, parts: &mut Vec<Secret>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut take = |text: String, tells: bool| {
        let long = text.chars().count() >= Secret::SHORTEST && !WORDS.contains(&text.as_str());
        if long && (tells || is_made(&text)) {
            parts.push(Secret::new(text));
        }
    };
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    if let Some((user, _)) = authority.rsplit_once('@') {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        take(decoded(user), false);
        take(decoded(password), true);
    }
    if !query.is_empty() {
        take(format!("{path}?{query}"), false);
    }
    path.split('/').for_each(|segment| take(decoded(segment), false));
    for pairs in [query, fragment] {
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            take(value.into_owned(), is_a_credential(&name));
        }
    }
}

/// Whether a pair of that name holds what admits whoever knows it: by its last word, as `authSource` names a database.
fn is_a_credential(name: &str) -> bool {
    let start = name.rfind(|letter: char| !letter.is_alphanumeric() || letter.is_uppercase());
    let last = name[start.unwrap_or_default()..].trim_start_matches(|letter: char| !letter.is_alphanumeric());
    is_telling(last) || ["sig", "pwd"].iter().any(|word| last.eq_ignore_ascii_case(word))
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
