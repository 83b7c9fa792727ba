//! Whose credentials go along with a request.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use url::Url;

use super::destination::Api;
use super::words;
use crate::probe::finding::Credentials;

/// What names of headers hold that carry credentials.
const TELLING: [&str; 6] = ["api-key", "apikey", "auth", "cookie", "secret", "token"];

impl Credentials {
    /// Of a first request: `own` are the step's own headers, which are stronger than the API's.
    pub(super) fn of_request(url: &Url, own: &HeaderMap, api: Option<&Api>) -> Self {
        let target = api.filter(|api| !api.headers.is_empty());
        let reached = target.filter(|api| api.url.origin() == url.origin());
        let instead = |name: &&HeaderName| reached.is_some_and(|api| api.headers.contains_key(*name));
        let telling = |name: &&HeaderName| TELLING.iter().any(|word| name.as_str().contains(word));
        let own_first = own.keys().find(|name| *name == AUTHORIZATION || instead(name) && telling(name));
        let own_else = || own.keys().find(telling).filter(|_| reached.is_none());
        match (own_first.or_else(own_else), target) {
            (Some(name), _) => Self::Step(format!("header {name}")),
            (None, _) if !url.username().is_empty() || url.password().is_some() => Self::Step("URL".to_owned()),
            (None, Some(_)) if reached.is_some() => Self::Target,
            (None, Some(api)) => Self::OnlyTo(words::host(&api.url)),
            (None, None) => Self::Nobody,
        }
    }

    /// Once a redirect has led to another host.
    pub(super) fn at_another_host(&self) -> Self {
        match self {
            Self::Target | Self::Step(_) | Self::LeftBehind => Self::LeftBehind,
            Self::OnlyTo(_) | Self::Nobody => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_own_are_stronger_and_the_targets_stay_at_home() {
        #[track_caller]
        fn check(url: &str, own: &[&'static str], target: &[&'static str], expected: &Credentials) {
            let headers = |names: &[&'static str]| -> HeaderMap {
                names.iter().map(|name| (HeaderName::from_static(name), "x".parse().unwrap())).collect()
            };
            let api = Api { url: Url::parse("https://api.com").unwrap(), headers: headers(target) };
            let found = Credentials::of_request(&Url::parse(url).unwrap(), &headers(own), Some(&api));
            assert_eq!(found, *expected);
        }
        let step = |place: &str| Credentials::Step(place.to_owned());
        let (at_home, away) = ("https://api.com/x", "https://other.com/x");
        check(at_home, &["accept", "idempotency-key"], &["authorization"], &Credentials::Target);
        check(at_home, &["x-csrf-token"], &["authorization"], &Credentials::Target);
        check(at_home, &["accept", "authorization"], &["x-api-key"], &step("header authorization"));
        check(at_home, &["accept", "x-api-key"], &["accept", "x-api-key"], &step("header x-api-key"));
        check(at_home, &["accept"], &[], &Credentials::Nobody);
        check(away, &["accept"], &["authorization"], &Credentials::OnlyTo("api.com:443".to_owned()));
        check(away, &["cookie"], &["authorization"], &step("header cookie"));
        check("https://me:pw@other.com", &[], &["authorization"], &step("URL"));
        check(away, &[], &[], &Credentials::Nobody);
    }
}
