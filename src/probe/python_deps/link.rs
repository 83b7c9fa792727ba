//! URLs of packages: read as they are written, compared without what only names them, shown without who may have them.

use std::fmt;
use std::path::Path;

use pep508_rs::Pep508Url;
use url::Url;

/// A URL as it is written. The parser's own would fill in variables of the environment, which are secrets more often
/// than not; and what two files say of a package must not depend on who reads them.
#[derive(Debug)]
pub(super) struct Link(pub(super) String);

/// What stands behind `name @` is no URL.
#[derive(Debug)]
pub(super) struct NoLink;

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

impl fmt::Display for NoLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what stands behind the `@` is no URL")
    }
}

impl std::error::Error for NoLink {}

impl Pep508Url for Link {
    type Err = NoLink;

    fn parse_url(url: &str, _: Option<&Path>) -> Result<Self, NoLink> {
        let whole = url.contains("${") || Url::parse(url).is_ok();
        if whole { Ok(Self(url.to_owned())) } else { Err(NoLink) }
    }
}

/// A URL without `#egg=name`, which only names what it leads to.
pub(super) fn unnamed(url: &str) -> String {
    let Some((link, fragment)) = url.rsplit_once('#') else { return url.to_owned() };
    let kept: Vec<&str> = fragment.split('&').filter(|part| !part.starts_with("egg=")).collect();
    if kept.is_empty() { link.to_owned() } else { format!("{link}#{}", kept.join("&")) }
}

/// A text without the users and passwords of the URLs in it. A variable (`${TOKEN}`) says nothing and stays, and so does
/// the login of ssh.
pub(super) fn shown(text: &str) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("://") {
        let (scheme, after) = rest.split_at(at + 3);
        shown.push_str(scheme);
        let end = after.find(|c: char| c.is_whitespace() || "/?#".contains(c)).unwrap_or(after.len());
        let user = after[..end].rsplit_once('@').map_or("", |(user, _)| user);
        shown.push_str(&masked(user, scheme.ends_with("ssh://")));
        rest = &after[user.len()..];
    }
    shown + rest
}

fn masked(user: &str, ssh: bool) -> String {
    let login = !user.contains(':') && (ssh || user == "git");
    let parts = user.split(':').map(|part| if login || says_nothing(part) { part } else { "***" });
    parts.collect::<Vec<_>>().join(":")
}

/// Nothing at all, or a variable.
fn says_nothing(part: &str) -> bool {
    let name = part.strip_prefix("${").and_then(|part| part.strip_suffix('}'));
    part.is_empty() || name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_part_of_a_url() {
        fn check(url: &str, expected: &str) {
            assert_eq!(unnamed(url), expected);
        }
        check("https://x/a.zip", "https://x/a.zip");
        check("git+https://x/a.git@v1#egg=a[b]", "git+https://x/a.git@v1");
        check("git+https://x/a.git#egg=a&subdirectory=s", "git+https://x/a.git#subdirectory=s");
        check("https://x/a.zip#sha256=00", "https://x/a.zip#sha256=00");
    }

    #[test]
    fn users_and_passwords_are_not_shown() {
        fn check(text: &str, expected: &str) {
            assert_eq!(shown(text), expected);
        }
        check("a @ https://user:hunter2@x/a.zip", "a @ https://***:***@x/a.zip");
        check("a @ https://ghp_1@x", "a @ https://***@x");
        check("git+https://u:p@ss@x/a.git@v1#egg=a", "git+https://***:***@x/a.git@v1#egg=a");
        check("git+https://${TOKEN}@x/a.git@v1", "git+https://${TOKEN}@x/a.git@v1");
        check("https://${A}:${B}@x https://me:${B}@x", "https://${A}:${B}@x https://***:${B}@x");
        check("https://${A:-hunter2}@x", "https://***:***@x");
        check("git+ssh://git@x/a.git@v1 git+https://git@x/a", "git+ssh://git@x/a.git@v1 git+https://git@x/a");
        check("git+ssh://me:hunter2@x/a", "git+ssh://***:***@x/a");
        check("https://x/a@b?c@d#e@f a@b", "https://x/a@b?c@d#e@f a@b");
        check("\"https://u:p\u{e9}'\"@x\"", "\"https://***:***@x\"");
    }
}
