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

/// How lists are cut into pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paging {
    /// As long as was asked for.
    #[default]
    Plain,
    /// In short pages, each behind an empty one that goes on: AWS may do that at any time.
    Hollow,
}

impl Paging {
    /// The most entries of a page, of so many asked for.
    pub(crate) fn most(self, asked: usize, short: usize) -> usize {
        if self == Self::Hollow { asked.min(short) } else { asked }
    }

    /// One page of a list from a place on, and the place to go on from where there is more. A place is 0 at first, and
    /// what came with the page before after that: twice the number of entries, and one more where an empty page was
    /// given already.
    pub(crate) fn page<T>(self, items: Vec<T>, place: u64, size: usize) -> (Vec<T>, Option<u64>) {
        const SHORT: usize = 2;
        let offset = usize::try_from(place / 2).unwrap_or(usize::MAX);
        if self == Self::Hollow && place.is_multiple_of(2) && offset < items.len() {
            return (Vec::new(), Some(place + 1));
        }
        let next = offset.saturating_add(self.most(size, SHORT));
        let more = next < items.len();
        let page = items.into_iter().skip(offset).take(next - offset).collect();
        (page, more.then(|| 2 * next as u64))
    }
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
        let check = |paging: Paging, size, expected: &[&[i32]]| {
            let (mut place, mut pages) = (0, Vec::new());
            loop {
                let (page, next) = paging.page(vec![1, 2, 3, 4], place, size);
                pages.push(page);
                match next {
                    Some(next) => place = next,
                    None => break,
                }
            }
            assert_eq!(pages, expected, "{paging:?} by {size}");
        };
        check(Paging::Plain, 3, &[&[1, 2, 3], &[4]]);
        check(Paging::Plain, 4, &[&[1, 2, 3, 4]]);
        check(Paging::Hollow, 100, &[&[], &[1, 2], &[], &[3, 4]]);
        check(Paging::Hollow, 1, &[&[], &[1], &[], &[2], &[], &[3], &[], &[4]]);
        assert_eq!(Paging::Plain.page(vec![1, 2], u64::MAX, 2), (vec![], None));
        assert_eq!(Paging::Hollow.page(Vec::<i32>::new(), 0, 2), (vec![], None));
    }
}
