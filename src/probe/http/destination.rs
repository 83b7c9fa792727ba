//! Where a request goes: the API of the target or any other host, and whom a redirect leads to.

use reqwest::header::{self, HeaderMap};
use reqwest::{Method, StatusCode};
use url::Url;

use super::words;
use crate::probe::finding::Credentials;
use crate::probe::{LookError, LookErrorKind};

/// Headers of a step that another host may see; any other might hold a secret.
const HARMLESS: [header::HeaderName; 6] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_LANGUAGE,
    header::CONTENT_TYPE,
    header::RANGE,
    header::USER_AGENT,
];

/// The API under test: where paths are appended, and what is sent to no other host.
#[derive(Debug)]
pub(super) struct Api {
    /// Without a trailing slash in its path.
    pub(super) url: Url,
    /// `api.headers`; marked as sensitive where they may be secrets.
    pub(super) headers: HeaderMap,
}

/// One hop of a request.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    /// How.
    pub(super) method: Method,
    /// To whom.
    pub(super) url: Url,
    /// All headers, the API's own included where it is the one asked.
    pub(super) headers: HeaderMap,
    /// Whose credentials are among them.
    pub(super) credentials: Credentials,
    /// Whether the body goes along.
    pub(super) carries_body: bool,
}

/// The URL that was meant: a whole one as it is, a path behind the API's.
pub(super) fn locate(written: &str, query: &[(String, String)], api: Option<&Api>) -> Result<Url, LookError> {
    let unusable = |message: String| LookError::http(LookErrorKind::Unusable, message);
    let mut url = if is_whole(written) {
        Url::parse(written).map_err(|error| unusable(format!("the URL of this request cannot be read: {error}")))?
    } else {
        let api = api.ok_or_else(|| unusable(format!("`{written}` is a path, and the target has no api.url")))?;
        append(&api.url, written)
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable(format!("{} is neither http nor https", words::address(&url))));
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Whether it begins with a scheme; a path may well hold a URL further on.
pub(super) fn is_whole(written: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    written.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(letter))
}

fn append(base: &Url, written: &str) -> Url {
    let without_fragment = written.split_once('#').map_or(written, |(before, _)| before);
    let (path, query) = without_fragment.split_once('?').map_or((without_fragment, None), |(p, q)| (p, Some(q)));
    let mut url = base.clone();
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    url.set_path(&format!("{}{slash}{path}", base.path().trim_end_matches('/')));
    if query.is_some() {
        url.set_query(query);
    }
    url
}

impl Hop {
    /// The first hop. The API's headers go along only to its own origin; the step's own are stronger.
    pub(super) fn first(method: Method, url: Url, own: &HeaderMap, api: Option<&Api>) -> Self {
        let mut headers = match api {
            Some(api) if api.url.origin() == url.origin() => api.headers.clone(),
            _ => HeaderMap::new(),
        };
        for name in own.keys() {
            headers.remove(name);
        }
        headers.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
        let credentials = Credentials::of_request(&url, own, api);
        Self { method, url, headers, credentials, carries_body: true }
    }

    /// The hop that an answer asks for; none where it is not a redirect that is followed. 303 turns everything into a
    /// GET; 307 and 308 repeat the request as it was; 301 and 302 do so for a GET, and of anything else they leave open
    /// what is meant: browsers make a GET of it, and then nothing would have been sent. To another origin (scheme, host
    /// and port) only harmless headers go along, and never a body.
    pub(super) fn next(&self, status: StatusCode, answer: &HeaderMap, body: bool) -> Result<Option<Self>, LookError> {
        let Some(keeps_method) = self.keeps_method(status) else { return Ok(None) };
        let Some(url) = self.led_to(answer) else { return Ok(None) };
        let foreign = url.origin() != self.url.origin();
        let carries_body = self.carries_body && keeps_method;
        if foreign && carries_body && body {
            return Err(self.will_not_carry(status, &url));
        }
        let mut next = Self { url, carries_body, ..self.clone() };
        if !keeps_method {
            next.become_get();
        }
        if foreign {
            next.keep_harmless_headers();
            next.credentials = self.credentials.at_another_host();
        }
        Ok(Some(next))
    }

    /// Where a redirect leads that is none for a request such as this one.
    pub(super) fn declined(&self, status: StatusCode, answer: &HeaderMap) -> Option<Url> {
        let declines = matches!(status.as_u16(), 301 | 302) && self.keeps_method(status).is_none();
        declines.then(|| self.led_to(answer)).flatten()
    }

    fn led_to(&self, answer: &HeaderMap) -> Option<Url> {
        let location = std::str::from_utf8(answer.get(header::LOCATION)?.as_bytes()).ok()?;
        self.url.join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// None where the status is no redirect, or none for such a request.
    fn keeps_method(&self, status: StatusCode) -> Option<bool> {
        let only_reads = matches!(self.method, Method::GET | Method::HEAD);
        match status.as_u16() {
            301 | 302 => only_reads.then_some(true),
            303 => Some(only_reads),
            307 | 308 => Some(true),
            _ => None,
        }
    }

    fn become_get(&mut self) {
        self.method = Method::GET;
        for name in [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
            self.headers.remove(name);
        }
    }

    fn keep_harmless_headers(&mut self) {
        let all = std::mem::take(&mut self.headers);
        self.headers = HARMLESS.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect();
    }

    fn will_not_carry(&self, status: StatusCode, url: &Url) -> LookError {
        let (method, from, to) = (&self.method, words::address(&self.url), words::host(url));
        LookError::http(
            LookErrorKind::System,
            format!(
                "{method} {from} answered {} with a redirect to another host, {to}; the request's body is not sent \
                 there, as it may hold secrets (`redirects: 0` shows the redirect itself)",
                status.as_u16()
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(url: &str) -> Api {
        let headers = [(header::AUTHORIZATION, "Bearer t".parse().unwrap())].into_iter().collect();
        Api { url: Url::parse(url).unwrap(), headers }
    }

    fn check_location(base: &str, written: &str, expected: &str) {
        let query = [("tag".to_owned(), "a b".to_owned()), ("tag".to_owned(), "c".to_owned())];
        let located = locate(written, &query, Some(&api(base))).map_or_else(|error| error.message, String::from);
        assert_eq!(located, expected);
    }

    #[test]
    fn paths_are_appended_and_whole_urls_are_kept() {
        check_location("https://a.com", "/x", "https://a.com/x?tag=a+b&tag=c");
        check_location("https://a.com/v1/", "x?y=1#z", "https://a.com/v1/x?y=1&tag=a+b&tag=c");
        check_location("https://a.com/v1", "", "https://a.com/v1?tag=a+b&tag=c");
        check_location("https://a.com", "/x?to=http://b.com", "https://a.com/x?to=http://b.com&tag=a+b&tag=c");
        check_location("https://a.com", "/x:y", "https://a.com/x:y?tag=a+b&tag=c");
        check_location("https://a.com", "http://b.com/y", "http://b.com/y?tag=a+b&tag=c");
        check_location("https://a.com", "ftp://u:p@b.com/y?z", "ftp://b.com/y?… is neither http nor https");
        check_location("https://a.com", "http://:/", "the URL of this request cannot be read: empty host");
        let error = locate("/x", &[], None).unwrap_err();
        assert_eq!(error.message, "`/x` is a path, and the target has no api.url");
    }

    fn check_hop(method: Method, status: u16, location: &str, expected: &str) {
        let own = [(header::ACCEPT, "a/b".parse().unwrap()), (header::COOKIE, "c".parse().unwrap())];
        let own = own.into_iter().collect();
        let body = method == Method::POST || method == Method::PUT;
        let url = Url::parse("https://a.com/v1/x").unwrap();
        let first = Hop::first(method, url, &own, Some(&api("https://a.com")));
        let answer = [(header::LOCATION, location.parse().unwrap())].into_iter().collect();
        let seen = match first.next(StatusCode::from_u16(status).unwrap(), &answer, body) {
            Ok(None) => "shown".to_owned(),
            Ok(Some(hop)) => {
                let names: Vec<_> = hop.headers.keys().map(header::HeaderName::as_str).collect();
                let body = if hop.carries_body && body { " with its body" } else { "" };
                format!("{} {} {}{body}", hop.method, hop.url, names.join(","))
            }
            Err(error) => error.message,
        };
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_redirect_to_another_host_leaves_credentials_behind() {
        let url = Url::parse("https://a.com/v1/x").unwrap();
        let first = Hop::first(Method::GET, url, &HeaderMap::new(), Some(&api("https://a.com")));
        let to = |location: &str| {
            let answer = [(header::LOCATION, location.parse().unwrap())].into_iter().collect();
            first.next(StatusCode::FOUND, &answer, false).unwrap().unwrap().credentials
        };
        let found = [first.credentials.clone(), to("/y"), to("https://b.com/y")];
        assert_eq!(found, [Credentials::Target, Credentials::Target, Credentials::LeftBehind]);
    }

    #[test]
    fn redirects_are_followed_where_it_is_clear_what_is_meant_and_carry_nothing_to_others() {
        let all = "authorization,accept,cookie";
        check_hop(Method::GET, 302, "/y", &format!("GET https://a.com/y {all}"));
        check_hop(Method::GET, 302, "https://b.com/y", "GET https://b.com/y accept");
        check_hop(Method::GET, 301, "http://a.com/y", "GET http://a.com/y accept");
        check_hop(Method::GET, 308, "https://a.com:8443/y", "GET https://a.com:8443/y accept");
        check_hop(Method::HEAD, 301, "y", &format!("HEAD https://a.com/v1/y {all}"));
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            check_hop(method.clone(), 301, "/y", "shown");
            check_hop(method.clone(), 302, "https://b.com/y", "shown");
        }
        check_hop(Method::POST, 303, "/y", &format!("GET https://a.com/y {all}"));
        check_hop(Method::PUT, 303, "/y", &format!("GET https://a.com/y {all}"));
        check_hop(Method::HEAD, 303, "/y", &format!("HEAD https://a.com/y {all}"));
        check_hop(Method::POST, 307, "/y", &format!("POST https://a.com/y {all} with its body"));
        check_hop(Method::DELETE, 307, "//b.com/y", "DELETE https://b.com/y accept");
        check_hop(
            Method::POST,
            307,
            "https://b.com/y",
            "POST https://a.com/v1/x answered 307 with a redirect to another host, b.com:443; the request's body is \
             not sent there, as it may hold secrets (`redirects: 0` shows the redirect itself)",
        );
        check_hop(Method::GET, 302, "ftp://b.com/", "shown");
        check_hop(Method::GET, 304, "/y", "shown");
        check_hop(Method::GET, 200, "/y", "shown");
    }
}
