//! Expressions that YAML ended before their end, since they stand without quotes.

use crate::diagnostic::Diagnostic;
use crate::scenario::yaml::{Data, Node};

/// What is wrong with an expression; where YAML took a part of it for its own and nothing else helps, that is told.
pub(super) fn explained(problems: Vec<Diagnostic>, node: &Node) -> Vec<Diagnostic> {
    let Some(why) = why(node) else { return problems };
    problems.into_iter().map(|it| if it.help.is_none() { it.help(why) } else { it }).collect()
}

/// What YAML took for its own where a text is not whole; none where it is, or has quotes.
fn why(node: &Node) -> Option<&'static str> {
    let Data::Plain(text) = &node.data else { return None };
    if is_whole(text) {
        return None;
    }
    let all = node.location.source.text.as_str();
    let before = all.get(..node.location.start).unwrap_or_default().trim_end();
    let after = all.get(node.location.end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    if after.starts_with('#') {
        Some("` #` begins a comment: text that holds it needs quotes around it")
    } else if after.starts_with(',') || before.ends_with(',') {
        Some("inside `[ … ]` and `{ … }`, text that holds `,` needs quotes around it")
    } else {
        None
    }
}

/// Whether every quote and bracket has its other one.
fn is_whole(text: &str) -> bool {
    let (mut quote, mut open) = (None, 0);
    for letter in text.chars() {
        match (quote, letter) {
            (Some(begun), _) => quote = Some(begun).filter(|begun| *begun != letter),
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ']' | '}') => open -= 1,
            (None, _) => {}
        }
    }
    quote.is_none() && open == 0
}
