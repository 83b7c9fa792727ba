//! Diagnostics as text: the message, the place, the line with a caret, and what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Location};

/// Wide enough that a line of YAML is not cut, whatever the terminal: the text is also read in CI logs.
const WIDTH: usize = 160;

/// All of them, one after another with an empty line between, in the order given (see [`super::sort`]), ending with a
/// newline. Empty where there are none. `color` adds ANSI colours; nothing is said by colour alone.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let shown: Vec<_> = diagnostics.iter().map(|diagnostic| renderer.render(&[report(diagnostic)]) + "\n").collect();
    shown.join("\n")
}

fn report(diagnostic: &Diagnostic) -> Group<'_> {
    let title = Level::ERROR.primary_title(&diagnostic.message);
    let mut group = match &diagnostic.location {
        Some(location) => title.element(snippet(location, &diagnostic.label)),
        None => Group::with_title(title),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    group
}

fn snippet<'a>(location: &'a Location, label: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let caret = AnnotationKind::Primary.span(first_line(location));
    let caret = if label.is_empty() { caret } else { caret.label(label) };
    Snippet::source(&location.source.text).path(&location.source.path).annotation(caret)
}

/// The place, cut to the line it starts on: an error in a long block is shown by its first line.
fn first_line(location: &Location) -> std::ops::Range<usize> {
    let text = &location.source.text;
    let start = text.floor_char_boundary(location.start);
    let end = text.floor_char_boundary(location.end.max(start));
    let line = text[start..end].lines().next().unwrap_or_default();
    start..start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn at(text: &str, word: &str) -> Location {
        let start = text.find(word).unwrap();
        Location { source: Source::new("scenarios/a.yaml", text), start, end: start + word.len() }
    }

    fn check(diagnostic: Diagnostic, expected: &str) {
        assert_eq!(render(&[diagnostic], false), expected.trim_start_matches('\n'));
    }

    #[test]
    fn a_place_its_line_and_what_to_do() {
        let place = at("name: x\nexpct: true\n", "expct");
        check(
            Diagnostic::at(&place, "unknown key `expct`").label("not a key of a step").help("did you mean `expect`?"),
            r"
error: unknown key `expct`
 --> scenarios/a.yaml:2:1
  |
2 | expct: true
  | ^^^^^ not a key of a step
  |
  = help: did you mean `expect`?
",
        );
    }

    #[test]
    fn wide_letters_and_windows_line_ends_keep_the_caret_in_place() {
        check(
            Diagnostic::at(&at("größe: 1\r\nname: häh nope\r\n", "nope"), "not known"),
            r"
error: not known
 --> scenarios/a.yaml:2:11
  |
2 | name: häh nope
  |           ^^^^
",
        );
    }

    #[test]
    fn a_block_is_shown_by_its_first_line() {
        check(
            Diagnostic::at(&at("expect: |\n  a &&\n  b\n", "a &&\n  b"), "no value"),
            r"
error: no value
 --> scenarios/a.yaml:2:3
  |
2 |   a &&
  |   ^^^^
",
        );
    }

    #[test]
    fn the_end_of_a_file_and_no_file_at_all() {
        let text = "name: x";
        let end = Location { source: Source::new("a.yaml", text), start: 7, end: 7 };
        check(
            Diagnostic::at(&end, "no steps"),
            r"
error: no steps
 --> a.yaml:1:8
  |
1 | name: x
  |        ^
",
        );
        check(
            Diagnostic::nowhere("no target `x`").help("known: local"),
            "error: no target `x`\n |\n = help: known: local\n",
        );
    }

    #[test]
    fn several_have_an_empty_line_between() {
        let two = [Diagnostic::nowhere("one"), Diagnostic::nowhere("two")];
        assert_eq!(render(&two, false), "error: one\n\nerror: two\n");
        assert_eq!(render(&[], false), "");
        assert!(render(&two, true).contains("\u{1b}["));
    }
}
