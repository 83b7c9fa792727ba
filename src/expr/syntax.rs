//! Text to tree, and what is wrong with the text in words that a person understands.

use cel::IdedExpr;
use cel::parser::{ParseError, ParseErrors, PrattParser};

use super::environment::environment;
use super::literal::refused;
use super::token::{Kind, Token, tokens};
use super::vocabulary::{EXTENSION_MACROS, FUNCTIONS, METHODS};
use super::{loanwords, order, tree};
use crate::diagnostic::nearest;

/// Longest expression, bytes. Far beyond what anybody writes; it bounds what a slip of a template can cost.
const LONGEST: usize = 16 * 1024;

/// How deep an expression may nest. The interpreter recurses, and takes some 35 KiB a level when it is not optimized;
/// the threads it runs on have stacks of 2 MiB. A chain of `&&` or `||` counts as few levels, however long.
const DEEPEST: usize = 32;

/// One thing that is wrong with an expression, with the bytes of it that are meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    fn new(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self { start, end, message: message.into(), help: None }
    }

    fn on(token: &Token<'_>, message: impl Into<String>) -> Self {
        Self::new(token.start, token.end(), message)
    }

    fn help(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into);
        self
    }
}

/// An expression that makes a sentence.
#[derive(Debug)]
pub(super) struct Parsed<'text> {
    pub(super) tree: IdedExpr,
    /// Its words: the tree does not say where in the text anything stands.
    pub(super) words: Vec<Token<'text>>,
}

/// Parses an expression.
///
/// # Errors
/// Every word that CEL does not have and every function it does not know; and where the words are right, the first
/// place at which they make no sentence: what a parser says after that is guesswork.
pub(super) fn parse(text: &str) -> Result<Parsed<'_>, Vec<Fault>> {
    if text.len() > LONGEST {
        return Err(vec![Fault::new(0, text.len(), format!("an expression may not be longer than {LONGEST} bytes"))]);
    }
    let words: Vec<_> = tokens(text).collect();
    if words.is_empty() {
        return Err(vec![Fault::new(0, text.len(), "the expression is empty")]);
    }
    let mut faults = misspelt(text, &words);
    let spelt = faults.is_empty();
    faults.extend((0..words.len()).filter_map(|at| unknown_function(&words, at)));
    faults.extend((0..words.len()).filter_map(|at| refused_literal(&words, at)));
    let tree = if spelt { grammatical(text, &words).map_err(|fault| faults.push(fault)).ok() } else { None };
    faults.sort_by_key(|fault| fault.start);
    match tree.filter(|_| faults.is_empty()) {
        Some(tree) => Ok(Parsed { tree, words }),
        None => Err(faults),
    }
}

/// Every word that CEL does not have.
fn misspelt(text: &str, words: &[Token<'_>]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        // What belongs to an operator of other languages was told with it.
        if faults.last().is_none_or(|fault| fault.end <= word.start) {
            faults.extend(foreign_operator(text, &words[at..]).or_else(|| misspelt_word(text, word)));
        }
    }
    faults
}

fn misspelt_word(text: &str, token: &Token<'_>) -> Option<Fault> {
    if token.kind == Kind::Unclosed {
        let quote = token.text.trim_start_matches(['r', 'R', 'b', 'B']).chars().next().unwrap_or('"');
        return Some(Fault::on(token, format!("the text that begins here is never closed with {quote}")));
    }
    if token.kind != Kind::Stray {
        return None;
    }
    let template = text[token.start..].strip_prefix("${{").and_then(|inside| inside.split_once("}}"));
    if let Some((inside, _)) = template {
        let inside = inside.trim();
        let end = text[token.start..].find("}}").map_or(token.end(), |length| token.start + length + 2);
        let fault = Fault::new(token.start, end, "this is an expression already");
        return Some(fault.help(Some(format!("names are read as they are: write `{inside}`"))));
    }
    if token.text.chars().all(char::is_whitespace) {
        return Some(
            Fault::on(token, "this is no plain space, though it looks like one").help(Some("write a plain space")),
        );
    }
    let help = match token.text {
        "=" => Some("`==` compares"),
        "&" => Some("`&&` means and"),
        "|" => Some("`||` means or"),
        "$" => Some("names are read as they are, without `$`, as in `vars.name` and `response.body.id`"),
        ";" => Some("nothing ends an expression"),
        "“" | "”" | "„" | "‘" | "’" => Some("text stands in straight quotes: \"…\" or '…'"),
        _ => None,
    };
    Some(Fault::on(token, format!("`{}` means nothing here", token.text)).help(help))
}

fn unknown_function(words: &[Token<'_>], at: usize) -> Option<Fault> {
    let word = &words[at];
    let called = words.get(at + 1).is_some_and(|next| next.text == "(");
    if word.kind != Kind::Name || !called || word.text == "in" {
        return None;
    }
    let dot = at.checked_sub(1).is_some_and(|before| words[before].text == ".");
    if !dot {
        if FUNCTIONS.contains(&word.text) {
            return None;
        }
        let hint = || nearest(word.text, FUNCTIONS.iter().copied()).map(|name| format!("did you mean `{name}`?"));
        let hint =
            loanwords::word(word.text).or_else(|| loanwords::function(word.text)).map(str::to_owned).or_else(hint);
        let message = format!("there is no function `{}`", word.text);
        return Some(Fault::on(word, message).help(hint.or_else(|| method(word))));
    }
    let namespaced = at.checked_sub(2).map(|root| format!("{}.{}", words[root].text, word.text));
    if METHODS.contains(&word.text) || namespaced.is_some_and(|name| FUNCTIONS.contains(&name.as_str())) {
        return None;
    }
    let hint = || nearest(word.text, METHODS.iter().copied()).map(|name| format!("did you mean `{name}`?"));
    let hint = loanwords::method(word.text).or_else(|| loanwords::function(word.text)).map(str::to_owned).or_else(hint);
    Some(Fault::on(word, format!("there is no method `{}`", word.text)).help(hint))
}

fn refused_literal(words: &[Token<'_>], at: usize) -> Option<Fault> {
    refused(words, at).map(|(message, help)| Fault::on(&words[at + 2], message).help(Some(help)))
}

fn method(word: &Token<'_>) -> Option<String> {
    METHODS.contains(&word.text).then(|| format!("it is called on a value: `value.{}(…)`", word.text))
}

fn grammatical(text: &str, words: &[Token<'_>]) -> Result<IdedExpr, Fault> {
    let parser = PrattParser::new().enable_optional_syntax(true).enable_ident_escape_syntax(true);
    let mut tree = parser.parse(text).map_err(|errors| first_fault(text, words, &errors))?;
    if words.windows(2).any(|two| two[1].text == "(" && EXTENSION_MACROS.contains(&two[0].text)) {
        let parser = environment().parser().enable_ident_escape_syntax(true);
        tree = parser.parse(text).map_err(|errors| first_fault(text, words, &errors))?;
    }
    // What is written in few words does not nest deep.
    if words.len() > DEEPEST && tree::deeper_than(&tree, DEEPEST) {
        return Err(too_deep(text));
    }
    order::settle(&mut tree);
    Ok(tree)
}

fn too_deep(text: &str) -> Fault {
    Fault::new(0, text.len(), format!("the expression nests deeper than {DEEPEST} levels"))
}

fn first_fault(text: &str, words: &[Token<'_>], errors: &ParseErrors) -> Fault {
    let first = errors.errors.iter().min_by_key(|error| error.pos);
    match first {
        Some(error) if error.msg.contains("limit exceeded") || error.pos.0 < 1 => too_deep(text),
        Some(error) => sentence(words, offset(text, error.pos), error),
        None => Fault::new(0, text.len(), "the expression cannot be read"),
    }
}

/// The parser counts lines and columns from 1, columns in bytes.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    before + column
}

/// What the parser means, said of the words around the place.
fn sentence(words: &[Token<'_>], offset: usize, error: &ParseError) -> Fault {
    let at = words.partition_point(|word| word.end() <= offset);
    let before = at.checked_sub(1).map_or(String::new(), |before| format!(" after `{}`", words[before].text));
    let wanted = wanted(&error.msg);
    let Some(word) = words.get(at) else {
        let end = words.last().map_or(0, Token::end);
        let wanted = wanted.unwrap_or_else(|| "something more".to_owned());
        return Fault::new(end, end, format!("expected {wanted}{before}"));
    };
    if let Some(whole) = about_one_word(&error.msg, word) {
        return Fault::on(word, whole).help(loanwords::number(word.text).or_else(|| escape(&error.msg)));
    }
    let message = match wanted {
        Some(wanted) => format!("expected {wanted}{before}, found `{}`", word.text),
        None => format!("`{}` does not belong here{before}", word.text).replace("here after", "after"),
    };
    let behind = at.checked_sub(1).and_then(|before| loanwords::word(words[before].text));
    Fault::on(word, message).help(loanwords::word(word.text).or(behind))
}

fn escape(message: &str) -> Option<String> {
    message.contains("unescape").then(|| r"a `\` of its own is written `\\`, or the text as in r'\d+'".to_owned())
}

/// What would have gone on rightly; none where nothing more was wanted.
fn wanted(message: &str) -> Option<String> {
    if message.contains("expecting expression") || message == "unexpected token" {
        return Some("an expression".to_owned());
    }
    if message.contains("identifier") && message.starts_with("expected") || message.contains("field name") {
        return Some("a name".to_owned());
    }
    let after = message.split_once("expecting ").or_else(|| message.split_once("expected ")).map(|(_, after)| after)?;
    let quoted = after.strip_prefix('\'')?.split('\'').next()?;
    Some(format!("`{quoted}`"))
}

fn about_one_word(message: &str, word: &Token<'_>) -> Option<String> {
    let text = word.text;
    if message.contains("reserved identifier") {
        return Some(format!("`{text}` is a reserved word and cannot be a name"));
    }
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let plain = digits.len() < text.len() && !text.starts_with("0x");
    if plain && !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_alphabetic()) && digits != "u" {
        return Some(format!("`{text}` is not a number"));
    }
    if message.contains("int literal") {
        return Some(format!("{text} is not a whole number of 64 bits"));
    }
    if message.contains("literal") && word.kind == Kind::Number {
        return Some(format!("`{text}` is not a number"));
    }
    if message.contains("has() macro") {
        return Some("has() asks for a field, as in `has(response.body.id)`".to_owned());
    }
    if message.contains("simple name") {
        return Some("the first argument must be a new name, as in `list.all(item, item > 0)`".to_owned());
    }
    (word.kind == Kind::Text && !message.contains("expected") && !message.contains("expecting"))
        .then(|| format!("the text cannot be read: {message}"))
}

/// An operator of another language.
fn foreign_operator(text: &str, words: &[Token<'_>]) -> Option<Fault> {
    let word = words.first().filter(|word| matches!(word.kind, Kind::Stray | Kind::Symbol))?;
    let (theirs, ours) = loanwords::operator(&text[word.start..])?;
    let message = format!("`{theirs}` means nothing here");
    Some(Fault::new(word.start, word.start + theirs.len(), message).help(Some(ours)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each fault as `the bytes that are meant: the message (the help)`.
    fn check(text: &str, expected: &[&str]) {
        let faults = parse(text).err().unwrap_or_default();
        let shown: Vec<_> = faults
            .iter()
            .map(|fault| {
                let help = fault.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
                format!("{}: {}{help}", &text[fault.start..fault.end], fault.message)
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn what_breaks_off_is_said_by_what_stands_before() {
        check("a ==", &[": expected an expression after `==`"]);
        check("a == ", &[": expected an expression after `==`"]);
        check("a &&\n  b ||\n", &[": expected an expression after `||`"]);
        check("(a + b", &[": expected `)` after `b`"]);
        check("[1, 2", &[": expected `]` after `2`"]);
        check("f.size(", &[": expected `)` after `(`"]);
        check("a.", &[": expected a name after `.`"]);
        check("a ? b", &[": expected `:` after `b`"]);
        check("{'a' 1}", &["1: expected `:` after `'a'`, found `1`"]);
        check("", &[": the expression is empty"]);
        check("  ", &["  : the expression is empty"]);
    }

    #[test]
    fn what_does_not_belong_is_named() {
        check("a b", &["b: `b` does not belong after `a`"]);
        check("a == == b", &["==: expected an expression after `==`, found `==`"]);
        check("a and b", &["and: `and` does not belong after `a` (`&&` means and)"]);
        check("not a", &["a: `a` does not belong after `not` (`!` means not, as in `!(…)`)"]);
        check("a = 1", &["=: `=` means nothing here (`==` compares)"]);
        check(
            "a & b | c",
            &["&: `&` means nothing here (`&&` means and)", "|: `|` means nothing here (`||` means or)"],
        );
        check(
            "a == “x”",
            &[
                "“: `“` means nothing here (text stands in straight quotes: \"…\" or '…')",
                "”: `”` means nothing here (text stands in straight quotes: \"…\" or '…')",
            ],
        );
        check("größe == 1", &["ö: `ö` means nothing here", "ß: `ß` means nothing here"]);
        check("a == 'x", &["'x: the text that begins here is never closed with '"]);
        check("a)", &["): `)` does not belong after `a`"]);
        check("if == 1", &["if: `if` is a reserved word and cannot be a name"]);
        check(
            "99999999999999999999 == a",
            &["99999999999999999999: 99999999999999999999 is not a whole number of 64 bits"],
        );
        check("has(a)", &["a: has() asks for a field, as in `has(response.body.id)`"]);
        check("[1].all(1, true)", &["1: the first argument must be a new name, as in `list.all(item, item > 0)`"]);
    }

    #[test]
    fn unknown_functions_are_all_named_with_what_was_meant() {
        check(
            "a.startswith('b') && siez(a) > 1",
            &[
                "startswith: there is no method `startswith` (did you mean `startsWith`?)",
                "siez: there is no function `siez` (did you mean `size`?)",
            ],
        );
        check("not (a)", &["not: there is no function `not` (`!` means not, as in `!(…)`)"]);
        check("a.foo() ==", &["foo: there is no method `foo`", ": expected an expression after `==`"]);
        check(
            "contains(a, 'b')",
            &["contains: there is no function `contains` (it is called on a value: `value.contains(…)`)"],
        );
        check("math.abs(a) == 1 && optional.of(a).orValue(2) == 1", &[]);
        check("a.sortBy(x, x.id).size() == 1 && a.?b.optMap(y, y + 1).hasValue()", &[]);
        check("a in (b)", &[]);
    }

    #[test]
    fn literals_that_would_be_refused_are_refused_now() {
        check(
            "a.matches('(x')",
            &[
                r"'(x': '(x' is not a regular expression (brackets and points of their own are written `\\(`, `\\[`, `\\.`)",
            ],
        );
        check(
            "a < duration('5 parsecs')",
            &["'5 parsecs': '5 parsecs' is not a duration (as in '1.5s', '2m' or '1h30m')"],
        );
        check("timestamp('today') < a", &["'today': 'today' is not a time (as in '2024-05-01T10:00:00Z')"]);
        check(r"a.matches('\\(x') && duration('1h30m') > duration(b) && timestamp('2024-05-01T10:00:00Z') < c", &[]);
    }

    #[test]
    fn depth_and_length_have_limits() {
        let deep = |text: String| parse(&text).err().map(|faults| faults[0].message.clone());
        let too_deep = Some(format!("the expression nests deeper than {DEEPEST} levels"));
        assert_eq!(deep(format!("{}1{}", "[".repeat(5000), "]".repeat(5000))), too_deep);
        assert_eq!(deep(format!("a{}", ".b".repeat(5000))), too_deep);
        assert_eq!(deep(vec!["a"; 5000].join("+")), too_deep);
        assert_eq!(deep(format!("{}a", "!-".repeat(5000))), too_deep);
        assert_eq!(deep(format!("{}a", "!-".repeat(DEEPEST / 2))), too_deep);
        assert_eq!(deep(format!("-{}a", "!-".repeat(DEEPEST / 2 - 1))), None);
        assert_eq!(
            deep("a".repeat(LONGEST + 1)),
            Some(format!("an expression may not be longer than {LONGEST} bytes"))
        );
        assert_eq!(deep(format!("{}true{}", "(".repeat(5000), ")".repeat(5000))), None);
        assert_eq!(deep(vec!["a"; 1000].join(" && ")), None);
    }
}
