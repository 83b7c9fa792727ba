//! Poetry's own ways to say which version: `^1.2`, `~1.2`, `1.*`, a bare `1.2.3`.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

/// What Poetry's constraint means in PEP 440: `^1.2` is `>=1.2,<2`.
///
/// # Errors
/// It cannot be said in PEP 440 (`||`), or is no constraint.
pub(super) fn specifiers(constraint: &str) -> Result<VersionSpecifiers, String> {
    let constraint = constraint.trim();
    if constraint.contains('|') {
        return Err(format!("`{constraint}` has alternatives, which a requirements file cannot have"));
    }
    let parts: Vec<String> = parts(constraint).iter().map(|text| part(text)).collect::<Result<_, _>>()?;
    VersionSpecifiers::from_str(&parts.join(",")).map_err(|_| format!("`{constraint}` is no version constraint"))
}

/// What stands between commas or spaces, an operator with its version.
fn parts(constraint: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in constraint.split([',', ' ', '\t']).filter(|word| !word.is_empty() && *word != "*") {
        let operator = |text: &String| text.chars().all(|c| "<>=!~^".contains(c));
        match parts.last_mut().filter(|last| operator(last)) {
            Some(last) => last.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    parts
}

fn part(text: &str) -> Result<String, String> {
    let version = |text: &str| Version::from_str(text.trim()).map_err(|_| format!("`{text}` is no version"));
    if let Some(text) = text.strip_prefix('^') {
        let lowest = version(text)?;
        return Ok(format!(">={lowest},<{}", dotted(&after_caret(lowest.release()))));
    }
    if let Some(text) = text.strip_prefix('~').filter(|text| !text.starts_with('=')) {
        let lowest = version(text)?;
        return Ok(format!(">={lowest},<{}", dotted(&after_tilde(lowest.release()))));
    }
    match text.chars().next() {
        Some(c) if c.is_ascii_digit() || c == 'v' => Ok(format!("=={text}")),
        Some('=') if !text.starts_with("==") => Ok(format!("={text}")),
        _ => Ok(text.to_owned()),
    }
}

/// `^` lets everything change but the first number that is not zero.
fn after_caret(release: &[u64]) -> Vec<u64> {
    let first = release.iter().position(|number| *number != 0).unwrap_or(release.len().saturating_sub(1));
    next(release, first)
}

/// `~` lets the last of three change, else the last but one, as far as there are so many.
fn after_tilde(release: &[u64]) -> Vec<u64> {
    next(release, usize::from(release.len() > 1))
}

fn next(release: &[u64], at: usize) -> Vec<u64> {
    let mut next = release[..=at.min(release.len().saturating_sub(1))].to_vec();
    if let Some(last) = next.last_mut() {
        *last = last.saturating_add(1);
    }
    next
}

fn dotted(release: &[u64]) -> String {
    release.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(constraint: &str, expected: &str) {
        let seen = specifiers(constraint).map_or_else(|why| why, |specifiers| specifiers.to_string());
        assert_eq!(seen, expected, "{constraint}");
    }

    /// The table of Poetry's documentation.
    #[test]
    fn what_poetry_means_in_pep_440() {
        check("^1.2.3", ">=1.2.3, <2");
        check("^1.2", ">=1.2, <2");
        check("^1", ">=1, <2");
        check("^0.2.3", ">=0.2.3, <0.3");
        check("^0.0.3", ">=0.0.3, <0.0.4");
        check("^0.0", ">=0.0, <0.1");
        check("^0", ">=0, <1");
        check("~1.2.3", ">=1.2.3, <1.3");
        check("~1.2", ">=1.2, <1.3");
        check("~1", ">=1, <2");
        check("~=1.2", "~=1.2");
        check("*", "");
        check("1.*", "==1.*");
        check("1.2.3", "==1.2.3");
        check("=1.2.3", "==1.2.3");
        check(">= 1.2, < 1.5", ">=1.2, <1.5");
        check("!= 1.2.3", "!=1.2.3");
        check(">=1.2 <1.5", ">=1.2, <1.5");
        check("^ 1.2  !=1.3", ">=1.2, !=1.3, <2");
        check(">=1 2 3", ">=1, ==2, ==3");
        check(">= 1, <", "`>= 1, <` is no version constraint");
        check("^1 || ^2", "`^1 || ^2` has alternatives, which a requirements file cannot have");
        check("^x", "`x` is no version");
        check("newest", "`newest` is no version constraint");
    }
}
