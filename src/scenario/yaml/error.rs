//! What the parser says, in words that help.

use saphyr_parser::ScanError;

use super::places::Places;
use crate::diagnostic::{Diagnostic, Location};

/// A syntax error at its place.
pub(super) fn in_words(error: &ScanError, places: &Places) -> Diagnostic {
    let index = error.marker().index();
    let location = places.at(index, index + 1);
    let location = Location { end: location.start + location.text().trim_end_matches('\n').len(), ..location };
    let line = line_of(&location);
    let problem = Diagnostic::at(&location, message(error.info(), line));
    match help(error.info(), line, &location) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn message(info: &str, line: &str) -> String {
    if indented_by_tab(line) {
        return "a tab indents this line".to_owned();
    }
    format!("this is not YAML: {}", info.replace('`', "").replace('\'', "`"))
}

fn help(info: &str, line: &str, location: &Location) -> Option<&'static str> {
    if indented_by_tab(line) || info.contains("found a tab") {
        Some("indent with spaces")
    } else if info.contains("unknown escape character") {
        Some(r"between double quotes YAML takes `\` for itself: write `\\`, or put single quotes around the whole")
    } else if info.contains("trailing content") && behind_quote(location) {
        Some("the quote before it ends the text: inside of `\"…\"` write `'…'`, inside of `'…'` write `\"…\"`")
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

/// Whether a quote stands right before it, so that it was meant to stand inside of quotes.
fn behind_quote(location: &Location) -> bool {
    let before = location.source.text.get(..location.start).unwrap_or_default();
    before.ends_with(['"', '\''])
}

fn indented_by_tab(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with('\t')
}

fn line_of(location: &Location) -> &str {
    let text = &location.source.text;
    let start = text[..location.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[location.start..].find('\n').map_or(text.len(), |length| location.start + length);
    &text[start..end]
}
