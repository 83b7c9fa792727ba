//! `%…%`: the small part of regular expressions that CloudWatch Logs knows.

use regex::Regex;

/// Compiles what stands between two `%`.
///
/// # Errors
/// A character that CloudWatch Logs does not admit (parentheses, `!`, a space, anything not ASCII), or no expression.
pub(super) fn compile(text: &str) -> Result<Regex, String> {
    if let Some(refused) = text.chars().find(|&next| !admitted(next)) {
        return Err(format!("'{refused}' is not supported in a regular expression"));
    }
    let mut escapes = text.chars();
    while let Some(next) = escapes.next() {
        if next == '\\' {
            check_escape(escapes.next())?;
        }
    }
    Regex::new(text).map_err(|_| format!("%{text}% is not a regular expression"))
}

fn admitted(next: char) -> bool {
    next.is_ascii_alphanumeric() || ":_#=@/;,-".contains(next) || "^$?[]{}|\\*+.".contains(next)
}

/// Of the letters only the classes and `\x` may follow a backslash; any symbol may.
fn check_escape(next: Option<char>) -> Result<(), String> {
    match next {
        Some(next) if next.is_ascii_alphanumeric() && !"dDsSwWx".contains(next) => {
            Err(format!("\\{next} is not supported in a regular expression"))
        }
        Some(_) => Ok(()),
        None => Err("a regular expression ends with a backslash".to_owned()),
    }
}
