//! Unstructured patterns: `ERROR "in file" -DEBUG`, `?ERROR ?WARN`, `%regex%`.

use regex::Regex;

use super::regular;
use super::scanner::Scanner;

/// Words that must, may or must not stand in a message. Case counts; a word may be part of a longer one [?].
#[derive(Debug, Default)]
pub(crate) struct Terms {
    all: Vec<Word>,
    any: Vec<Word>,
    none: Vec<Word>,
}

#[derive(Debug)]
enum Word {
    Text(String),
    Regular(Regex),
}

/// Reads terms with white space between them.
pub(super) fn parse(text: &str) -> Result<Terms, String> {
    let mut scanner = Scanner::new(text);
    let mut terms = Terms::default();
    loop {
        scanner.skip_space();
        let into = match scanner.peek() {
            None => return Ok(terms),
            Some('?') if scanner.take("?") => &mut terms.any,
            Some('-') if scanner.take("-") => &mut terms.none,
            Some(_) => &mut terms.all,
        };
        into.push(word(&mut scanner)?);
    }
}

fn word(scanner: &mut Scanner) -> Result<Word, String> {
    if scanner.take("\"") {
        return scanner.quoted('"').map(Word::Text);
    }
    if scanner.take("%") {
        return regular::compile(scanner.percent_quoted()?).map(Word::Regular);
    }
    let text = scanner.take_while(|next| !next.is_whitespace());
    let plain = !text.is_empty() && text.chars().all(|next| next.is_alphanumeric() || next == '_');
    // Anything but letters, digits and underscores stands in quotes, or is refused.
    if plain { Ok(Word::Text(text.to_owned())) } else { Err(format!("Invalid character(s) in term '{text}'")) }
}

impl Terms {
    /// Whether a message has them. Beside terms that must be there, those that may be are ignored, as AWS does.
    pub(super) fn match_message(&self, message: &str) -> bool {
        let has = |word: &Word| word.stands_in(message);
        !self.none.iter().any(has)
            && self.all.iter().all(has)
            && (!self.all.is_empty() || self.any.is_empty() || self.any.iter().any(has))
    }
}

impl Word {
    fn stands_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regular(regex) => regex.is_match(message),
        }
    }
}
