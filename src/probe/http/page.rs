//! An answer that is a page for people: what it says, and who wrote it.

use reqwest::header::{self, HeaderMap};

use super::reading::media_type;
use super::words;

/// How the `Server` of an answer begins that a load balancer, proxy or firewall wrote itself. Those that put their name on
/// what others wrote as well (nginx, Envoy, Cloudflare) say nothing by it.
const GATEWAYS: [&str; 8] = [
    "awselb",
    "cloudfront",
    "akamaighost",
    "bigip",
    "big-ip",
    "varnish",
    "squid",
    "microsoft-azure-application-gateway",
];
/// How much of a `Server` is shown, in bytes.
const SERVER: usize = 60;

/// Whether it is a page, rather than what is only called HTML: some frameworks call everything so.
pub(super) fn is_page(headers: &HeaderMap, text: &str) -> bool {
    media_type(headers) == "text/html" && text.trim_start().starts_with('<')
}

/// The `Server` that an answer names.
pub(super) fn server(headers: &HeaderMap) -> Option<String> {
    let server = headers.get(header::SERVER)?.to_str().ok()?;
    Some(words::line(server, SERVER)).filter(|server| !server.is_empty())
}

/// The same, where it is a load balancer, proxy or firewall, and the answer its own.
pub(super) fn gateway(headers: &HeaderMap) -> Option<String> {
    server(headers).filter(|server| {
        let server = server.to_ascii_lowercase();
        GATEWAYS.iter().any(|gateway| server.starts_with(gateway))
    })
}

/// The title of an HTML page; else its text without the tags.
pub(super) fn title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let from = lower.find("<title>").map(|at| at + "<title>".len());
    let titled = from.and_then(|from| page[from..].split('<').next()).map(str::trim).filter(|title| !title.is_empty());
    let without_tags =
        || page.split('<').filter_map(|piece| Some(piece.split_once('>')?.1)).collect::<Vec<_>>().join(" ");
    titled.map_or_else(without_tags, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wrote_a_page_is_said_where_it_shows() {
        #[track_caller]
        fn check(kind: &str, text: &str, from: &str, expected: (bool, Option<&str>, Option<&str>)) {
            let headers = [(header::CONTENT_TYPE, kind), (header::SERVER, from)];
            let headers = headers.map(|(name, value)| (name, value.parse().unwrap())).into_iter().collect();
            let seen = (is_page(&headers, text), server(&headers), gateway(&headers));
            let (page, server, gateway) = expected;
            assert_eq!(seen, (page, server.map(str::to_owned), gateway.map(str::to_owned)));
        }
        check("text/html", "<h1>a", "awselb/2.0", (true, Some("awselb/2.0"), Some("awselb/2.0")));
        check("text/html; charset=utf-8", "\n<a>", "CloudFront", (true, Some("CloudFront"), Some("CloudFront")));
        check("text/html", "<h1>a", "nginx/1.29", (true, Some("nginx/1.29"), None));
        check("text/html", "{\"id\": 7}", "", (false, None, None));
        check("text/html", "", "Werkzeug/3.1", (false, Some("Werkzeug/3.1"), None));
        check("application/json", "<h1>a", "", (false, None, None));
    }

    #[test]
    fn a_page_says_its_title_or_its_text() {
        assert_eq!(title("<html><TITLE> Sign in </TITLE><p>x"), "Sign in");
        assert_eq!(
            title("<title></title><h1>gone</h1><p>away").split_whitespace().collect::<Vec<_>>(),
            ["gone", "away"]
        );
    }
}
