//! `nextToken`: opaque to clients, bound to the operation and the request that it came from.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A place to go on from, for the request it was made for.
pub(crate) fn write(request: u64, position: &[u64]) -> String {
    let parts: Vec<String> = std::iter::once(&request).chain(position).map(u64::to_string).collect();
    URL_SAFE_NO_PAD.encode(parts.join("."))
}

/// The place that a token names; none if it was not made by [`write()`] for the same request with `N` parts.
pub(crate) fn read<const N: usize>(request: u64, token: &str) -> Option<[u64; N]> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let parts: Vec<u64> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    match parts.split_first() {
        Some((&made_for, position)) if made_for == request => position.try_into().ok(),
        _ => None,
    }
}

/// What a token is bound to: the operation and all members but those that may change from page to page.
pub(crate) fn fingerprint(operation: &str, input: &Value) -> u64 {
    const MAY_CHANGE: [&str; 6] = ["nextToken", "NextToken", "limit", "maxResults", "MaxRecords", "MaxDatapoints"];
    let mut hasher = DefaultHasher::new();
    operation.hash(&mut hasher);
    for (name, value) in input.as_object().into_iter().flatten() {
        if !MAY_CHANGE.contains(&name.as_str()) {
            (name, value.to_string()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// One page of a list, from an offset, and the offset of the next page where there is one.
pub(crate) fn page<T>(items: Vec<T>, offset: usize, size: usize) -> (Vec<T>, Option<usize>) {
    let next = offset.saturating_add(size);
    let more = next < items.len();
    (items.into_iter().skip(offset).take(size).collect(), more.then_some(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_holds_for_its_own_request_only() {
        let request = fingerprint("FilterLogEvents", &json!({"logGroupName": "g", "limit": 3}));
        let later = fingerprint("FilterLogEvents", &json!({"logGroupName": "g", "limit": 9, "nextToken": "x"}));
        let other = fingerprint("FilterLogEvents", &json!({"logGroupName": "h", "limit": 3}));
        let token = write(request, &[7, u64::MAX]);
        assert_eq!(read(later, &token), Some([7, u64::MAX]));
        assert_eq!(read::<2>(other, &token), None);
        assert_eq!(read::<1>(request, &token), None);
        assert_eq!(read::<2>(request, "!"), None);
    }

    #[test]
    fn pages_cover_the_list_once() {
        assert_eq!(page(vec![1, 2, 3], 0, 2), (vec![1, 2], Some(2)));
        assert_eq!(page(vec![1, 2, 3], 2, 2), (vec![3], None));
        assert_eq!(page(vec![1, 2], 0, 2), (vec![1, 2], None));
        assert_eq!(page(vec![1, 2], 9, 2), (vec![], None));
    }
}
