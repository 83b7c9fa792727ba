//! From an answer's headers and bytes to text.

use std::collections::BTreeMap;

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};

/// The same headers in memory of their own. As they come they are parts of the buffer that the connection reads into:
/// who keeps one keeps all of that, and the connection has to get itself another.
pub(super) fn apart(headers: &HeaderMap) -> HeaderMap {
    let copy = |(name, value): (&HeaderName, &HeaderValue)| {
        // A header that was read can be read again.
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    headers.iter().filter_map(copy).collect()
}

/// By name in lower case; values of one name joined with `, `.
pub(super) fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        all.entry(name.as_str().to_owned())
            .and_modify(|before| {
                before.push_str(", ");
                before.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    all
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// In lower case, without parameters; empty where there is none.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    content_type(headers).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The charset that the type names.
pub(super) fn charset(headers: &HeaderMap) -> Option<&str> {
    content_type(headers).split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// By its type; an answer without one is JSON if it begins like it.
pub(super) fn is_json(media_type: &str, text: &str) -> bool {
    match media_type {
        "" => text.trim_start().starts_with(['{', '[']),
        _ => media_type.ends_with("/json") || media_type.ends_with("+json"),
    }
}

/// Why an answer's text was not read as JSON; none where it was, be it that it is a JSON text.
pub(super) fn no_json(media_type: &str, text: &str) -> Option<String> {
    match media_type {
        _ if text.trim().is_empty() => Some("the answer is empty".to_owned()),
        _ if is_json(media_type, text) => {
            let read = serde_json::from_str::<serde::de::IgnoredAny>(text);
            read.is_err().then(|| "it is not valid JSON".to_owned())
        }
        "" => Some("the answer has no content-type".to_owned()),
        // What calls itself something else is not read as JSON: whoever relies on the type would not read it either.
        _ if is_json("", text) => {
            Some(format!("its content-type is {media_type}; json(response.text) reads it all the same"))
        }
        _ => Some(format!("its content-type is {media_type}")),
    }
}

/// How an answer is still packed, in lower case; none where it is not. What was unpacked does not say so any more.
pub(super) fn packing(headers: &HeaderMap) -> Option<String> {
    let coding = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?.trim().to_ascii_lowercase();
    Some(coding).filter(|coding| !matches!(coding.as_str(), "" | "identity"))
}

/// The text, by its charset; UTF-8 where that is not known. A byte-order mark goes.
pub(super) fn decode(bytes: Vec<u8>, charset: Option<&str>) -> String {
    let encoding = charset.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
    if encoding == encoding_rs::UTF_8 && !bytes.starts_with(b"\xef\xbb\xbf") {
        return String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    encoding.decode(&bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn why_a_text_was_not_read_as_json_is_said_with_what_to_write() {
        #[track_caller]
        fn check(media_type: &str, text: &str, expected: Option<&str>) {
            assert_eq!(no_json(media_type, text).as_deref(), expected);
        }
        check("application/json", "{}", None);
        check("application/json", "{", Some("it is not valid JSON"));
        check("text/plain", " ", Some("the answer is empty"));
        check("text/plain", "ok", Some("its content-type is text/plain"));
        let all_the_same = "its content-type is text/plain; json(response.text) reads it all the same";
        check("text/plain", " {\"id\": 7}", Some(all_the_same));
        check("", "[1]", None);
        check("", "ok", Some("the answer has no content-type"));
    }

    #[test]
    fn headers_that_are_kept_keep_nothing_else() {
        let buffer = Bytes::from(b"200 text/csv a b".to_vec());
        let value = |at: std::ops::Range<usize>| HeaderValue::from_maybe_shared(buffer.slice(at)).unwrap();
        let mut read = HeaderMap::new();
        read.append(header::CONTENT_TYPE, value(4..12));
        read.append("x-tag", value(13..14));
        read.append("x-tag", value(15..16));
        let kept = apart(&read);
        assert_eq!(kept, read);
        drop(read);
        assert!(buffer.is_unique(), "something still points into it");
    }
}
