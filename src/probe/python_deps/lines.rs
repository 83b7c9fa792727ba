//! A requirements file as pip reads it: from bytes to text, from text to logical lines, from a line to what it asks for.

use encoding_rs::Encoding;

use crate::probe::local_file;

/// One logical line: comments gone, continuations joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The line it begins on, counted from 1.
    pub(super) number: usize,
    /// What stands there, without comment, trimmed. `${NAME}` stays: what it holds may be a secret.
    pub(super) text: String,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something to install, as written, without its options.
    Requirement(String),
    /// `-e`.
    Editable(String),
    /// `-r`: another file.
    File(String),
    /// `-c`: a file that only constrains versions.
    Constraints(String),
    /// An option of pip's that names no package.
    Option,
}

/// Text of a file: a byte-order mark decides, then a coding cookie in the first two lines, else UTF-8.
///
/// # Errors
/// The bytes are not what the file says they are.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    local_file::text(bytes, cookie).map(std::borrow::Cow::into_owned)
}

/// `# -*- coding: latin-1 -*-` (PEP 263).
fn cookie(bytes: &[u8]) -> Option<&'static Encoding> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2).filter(|line| line.first() == Some(&b'#'));
    lines.filter_map(|line| std::str::from_utf8(line).ok()).find_map(|line| {
        let (_, after) = line.split_once("coding")?;
        let (label, _) = word(after.strip_prefix([':', '='])?.trim_start_matches([' ', '\t']));
        let label = label.replace('_', "-");
        // Python knows `latin-1` too.
        Encoding::for_label(label.as_bytes()).or_else(|| Encoding::for_label(label.replace('-', "").as_bytes()))
    })
}

/// The letters, digits and signs of names that a text begins with, and what follows.
pub(super) fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len()))
}

/// The logical lines of a file that say something.
pub(super) fn logical(text: &str) -> Vec<Line> {
    let said = joined(text).into_iter().map(|(number, text)| (number, without_comment(&text).trim().to_owned()));
    let said = said.filter(|(_, text)| !text.is_empty());
    said.map(|(number, text)| Line { number, text }).collect()
}

/// A line that ends in a backslash goes on in the next one; a comment does not.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in split(text).into_iter().enumerate() {
        let comment = line.trim_start().starts_with('#');
        let goes_on = line.ends_with('\\') && !comment;
        let part = if goes_on { line.trim_matches('\\') } else { line };
        let (number, mut whole) = open.take().unwrap_or((index + 1, String::new()));
        // So that a comment stays one when it is joined to what stands before it.
        whole.push_str(if comment { " " } else { "" });
        whole.push_str(part);
        if goes_on {
            open = Some((number, whole));
        } else {
            lines.push((number, whole));
        }
    }
    lines.extend(open);
    lines
}

/// Lines as Python splits them.
fn split(text: &str) -> Vec<&str> {
    let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let (mut lines, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(breaks) {
        lines.push(&rest[..at]);
        let after = &rest[at..];
        let length = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(1, char::len_utf8) };
        rest = &after[length..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// A `#` begins a comment at the beginning of a line and after white space, so that `…#egg=name` is none.
fn without_comment(line: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    line.match_indices('#').find(begins).map_or(line, |(at, _)| &line[..at])
}

/// Whether a text names a variable that pip would fill in.
pub(super) fn has_variable(text: &str) -> bool {
    filled_in(text, &|_| Some("filled in".to_owned())) != text
}

/// `${NAME}` with its value; as it is where there is no such variable.
pub(super) fn filled_in(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("${") {
        let name = rest[at + 2..].split('}').next().unwrap_or_default();
        let closed = rest[at + 2 + name.len()..].starts_with('}');
        let proper = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        let value = if closed && proper { variable(name).filter(|value| !value.is_empty()) } else { None };
        let end = if value.is_some() { at + name.len() + 3 } else { at + 2 };
        filled.push_str(&rest[..at]);
        filled.push_str(value.as_deref().unwrap_or("${"));
        rest = &rest[end..];
    }
    filled + rest
}

/// What a line asks for: everything up to the first option is a requirement, options that follow one are its own.
pub(super) fn asked(text: &str) -> Asked {
    let words: Vec<&str> = text.split(' ').collect();
    let first_option = words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len());
    let requirement = words[..first_option].join(" ");
    if !requirement.trim().is_empty() {
        return Asked::Requirement(requirement.trim().to_owned());
    }
    let options = &text[text.find('-').unwrap_or(0)..];
    let valued = |names: [&str; 2]| names.into_iter().find_map(|name| value(options, name));
    None.or_else(|| valued(["--requirement", "-r"]).map(Asked::File))
        .or_else(|| valued(["--constraint", "-c"]).map(Asked::Constraints))
        .or_else(|| valued(["--editable", "-e"]).map(Asked::Editable))
        .unwrap_or(Asked::Option)
}

/// The value of an option: `--requirement file`, `--requirement=file`, `-r file`, `-rfile`; quotes taken off.
fn value(options: &str, name: &str) -> Option<String> {
    let after = options.strip_prefix(name)?;
    let long = name.starts_with("--");
    let value = match after.chars().next()? {
        '=' if long => &after[1..],
        c if c.is_whitespace() => after,
        _ if long => return None,
        _ => after,
    };
    let value = value.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let value = unquoted.unwrap_or(value);
    (!value.is_empty()).then(|| value.to_owned())
}
