//! What the parser says, in words that help.

use saphyr_parser::ScanError;

use super::places::Places;
use crate::diagnostic::{Diagnostic, Location};

/// A syntax error at its place.
pub(super) fn in_words(error: &ScanError, places: &Places) -> Diagnostic {
    let index = error.marker().index();
    let location = places.at(index, index + 1);
    let location = Location { end: location.start + location.text().trim_end_matches('\n').len(), ..location };
    let (line, before) = (line_of(&location), before(&location));
    let problem = Diagnostic::at(&location, message(error.info(), line, before));
    match help(error.info(), line, before) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn message(info: &str, line: &str, before: &str) -> String {
    if indented_by_tab(line) {
        return "a tab indents this line".to_owned();
    }
    if before.ends_with(":\t") {
        return "a tab stands behind `:`".to_owned();
    }
    format!("this is not YAML: {}", info.replace('`', "").replace('\'', "`"))
}

fn help(info: &str, line: &str, before: &str) -> Option<&'static str> {
    if indented_by_tab(line) || info.contains("found a tab") {
        Some("indent with spaces")
    } else if before.ends_with(":\t") {
        Some("write a space in its place")
    } else if is_misplaced(info, before) {
        Some("its indentation fits none of the lines above: what belongs together begins in the same column")
    } else if info.contains("unknown escape character") {
        Some(r"between double quotes YAML takes `\` for itself: write `\\`, or put single quotes around the whole")
    } else if info.contains("trailing content") && before.ends_with(['"', '\'']) {
        Some("the quote before it ends the text: inside of `\"…\"` write `'…'`, inside of `'…'` write `\"…\"`")
    } else if info.contains("parsing a block") && before.trim_end().ends_with([']', '}']) && !line.contains("${{") {
        Some("an expression that begins with a bracket needs quotes around the whole of it")
    } else if line.contains("${{") {
        Some("inside `{ … }` and `[ … ]`, text with `${{ … }}` needs quotes around it")
    } else if line.contains(": \"") || line.contains(": '") {
        Some("an expression that begins with a quote needs quotes around the whole of it")
    } else if info.contains("mapping values") {
        Some("text that holds `: ` needs quotes around it")
    } else {
        None
    }
}

/// Whether a line begins in a column in which nothing above it does. One that is indented too deep goes on with the text
/// above it, up to the `:` of its own key.
fn is_misplaced(info: &str, before: &str) -> bool {
    let word = before.trim_start_matches(' ');
    let is_key =
        !word.is_empty() && word.len() < before.len() && word.chars().all(|it| it.is_alphanumeric() || it == '_');
    (info.contains("parsing a block") && word.is_empty()) || (info.contains("mapping values") && is_key)
}

fn indented_by_tab(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with('\t')
}

/// What stands before it on its line.
fn before(location: &Location) -> &str {
    let before = &location.source.text[..location.start];
    &before[before.rfind('\n').map_or(0, |newline| newline + 1)..]
}

fn line_of(location: &Location) -> &str {
    let text = &location.source.text;
    let start = location.start - before(location).len();
    let end = text[location.start..].find('\n').map_or(text.len(), |length| location.start + length);
    &text[start..end]
}
