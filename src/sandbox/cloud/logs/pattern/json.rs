//! JSON patterns: `{ $.a = "x" && ( $.b > 1 || $.c[0] IS NULL ) }`.

use regex::Regex;
use serde_json::Value;

use super::scanner::Scanner;
use super::{glob, regular};

/// Parentheses inside each other; beyond that a pattern is refused rather than followed.
const DEEPEST: u32 = 32;

/// What must be true of a message's fields.
#[derive(Debug)]
pub(crate) enum Condition {
    /// `||`.
    Any(Vec<Condition>),
    /// `&&`.
    All(Vec<Condition>),
    /// One field.
    Field { selector: Vec<Part>, test: Test },
}

/// A step of a selector.
#[derive(Debug)]
pub(crate) enum Part {
    /// `.name` or `['name']`.
    Name(String),
    /// `[0]`.
    Index(usize),
    /// `[*]` or `.*`.
    Each,
}

/// What must be true of a field.
#[derive(Debug)]
pub(crate) enum Test {
    /// `= value`; `*` in it stands for anything.
    Is(Literal),
    /// `!= value`. A field that is not there is not unequal either [?].
    IsNot(Literal),
    /// `< <= > >=` a number.
    Compares(Comparison, f64),
    /// `IS NULL`.
    Null,
    /// `IS TRUE`, `IS FALSE`.
    Boolean(bool),
    /// `EXISTS`, `NOT EXISTS`.
    Exists(bool),
}

/// A value in a pattern.
#[derive(Debug)]
pub(crate) enum Literal {
    /// In quotes or bare.
    Text(String),
    /// A bare number.
    Number(f64),
    /// `%…%`.
    Regular(Regex),
}

/// An order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Reads a pattern with its braces.
pub(super) fn parse(text: &str) -> Result<Condition, String> {
    let mut scanner = Scanner::new(text);
    scanner.take("{");
    let condition = alternatives(&mut scanner, 0)?;
    scanner.skip_space();
    if !scanner.take("}") {
        return Err(format!("expected && or || or }} before '{}'", scanner.rest()));
    }
    scanner.skip_space();
    match scanner.rest() {
        "" => Ok(condition),
        rest => Err(format!("nothing may follow the closing }}, but there is '{rest}'")),
    }
}

fn alternatives(scanner: &mut Scanner, depth: u32) -> Result<Condition, String> {
    let mut any = vec![conjunction(scanner, depth)?];
    while scanner.take_word("||") {
        any.push(conjunction(scanner, depth)?);
    }
    Ok(Condition::Any(any))
}

fn conjunction(scanner: &mut Scanner, depth: u32) -> Result<Condition, String> {
    let mut all = vec![operand(scanner, depth)?];
    loop {
        scanner.skip_space();
        if !scanner.take("&&") {
            return Ok(Condition::All(all));
        }
        all.push(operand(scanner, depth)?);
    }
}

fn operand(scanner: &mut Scanner, depth: u32) -> Result<Condition, String> {
    scanner.skip_space();
    if !scanner.take("(") {
        return Ok(Condition::Field { selector: selector(scanner)?, test: test(scanner)? });
    }
    if depth == DEEPEST {
        return Err("too many parentheses inside each other".to_owned());
    }
    let condition = alternatives(scanner, depth + 1)?;
    scanner.skip_space();
    if scanner.take(")") { Ok(condition) } else { Err("the closing ) is missing".to_owned()) }
}

fn selector(scanner: &mut Scanner) -> Result<Vec<Part>, String> {
    if !scanner.take("$") {
        return Err(format!("expected a selector that begins with $ before '{}'", scanner.rest()));
    }
    let mut parts = Vec::new();
    loop {
        // `$.['name']` has a dot before its bracket, `$['name']` has none.
        if scanner.take(".[") || scanner.take("[") {
            parts.push(bracket(scanner)?);
        } else if scanner.take(".") {
            parts.push(name(scanner)?);
        } else if parts.is_empty() {
            return Err("a selector names a field: $.name".to_owned());
        } else {
            return Ok(parts);
        }
    }
}

fn name(scanner: &mut Scanner) -> Result<Part, String> {
    if scanner.take("*") {
        return Ok(Part::Each);
    }
    match scanner.take_while(|next| next.is_alphanumeric() || next == '_' || next == '-') {
        "" => Err(format!("expected a field's name before '{}'", scanner.rest())),
        name => Ok(Part::Name(name.to_owned())),
    }
}

fn bracket(scanner: &mut Scanner) -> Result<Part, String> {
    let part = match scanner.peek() {
        Some('*') if scanner.take("*") => Part::Each,
        Some('\'') if scanner.take("'") => Part::Name(scanner.quoted('\'')?),
        Some('"') if scanner.take("\"") => Part::Name(scanner.quoted('"')?),
        _ => {
            let digits = scanner.take_while(|next| next.is_ascii_digit());
            Part::Index(digits.parse().map_err(|_| "expected an index, '*' or a quoted name in []".to_owned())?)
        }
    };
    if scanner.take("]") { Ok(part) } else { Err("the closing ] is missing".to_owned()) }
}

fn test(scanner: &mut Scanner) -> Result<Test, String> {
    if scanner.take_word("IS") {
        return state(scanner);
    }
    if scanner.take_word("NOT") {
        return if scanner.take_word("EXISTS") {
            Ok(Test::Exists(false))
        } else {
            Err("expected EXISTS after NOT".to_owned())
        };
    }
    if scanner.take_word("EXISTS") {
        return Ok(Test::Exists(true));
    }
    scanner.skip_space();
    for (sign, order) in [
        ("<=", Comparison::LessOrEqual),
        ("<", Comparison::Less),
        (">=", Comparison::GreaterOrEqual),
        (">", Comparison::Greater),
    ] {
        if scanner.take(sign) {
            return number_after(scanner, sign).map(|number| Test::Compares(order, number));
        }
    }
    if scanner.take("!=") {
        return literal(scanner).map(Test::IsNot);
    }
    if scanner.take("=") {
        return literal(scanner).map(Test::Is);
    }
    Err(format!("expected = != < <= > >= IS or NOT EXISTS before '{}'", scanner.rest()))
}

fn state(scanner: &mut Scanner) -> Result<Test, String> {
    for (word, test) in [("NULL", Test::Null), ("TRUE", Test::Boolean(true)), ("FALSE", Test::Boolean(false))] {
        if scanner.take_word(word) {
            return Ok(test);
        }
    }
    Err("expected NULL, TRUE or FALSE after IS".to_owned())
}

fn number_after(scanner: &mut Scanner, sign: &str) -> Result<f64, String> {
    match literal(scanner)? {
        Literal::Number(number) => Ok(number),
        Literal::Text(_) | Literal::Regular(_) => Err(format!("{sign} compares numbers only")),
    }
}

/// A bare value is a number or a word of letters, digits and `_ . : *`; a UUID has hyphens and must be quoted.
fn literal(scanner: &mut Scanner) -> Result<Literal, String> {
    scanner.skip_space();
    if scanner.take("\"") {
        return scanner.quoted('"').map(Literal::Text);
    }
    if scanner.take("%") {
        return regular::compile(scanner.percent_quoted()?).map(Literal::Regular);
    }
    let text = scanner.take_while(|next| !next.is_whitespace() && !"(){}&|=<>".contains(next));
    let numeric = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    match text.parse() {
        Ok(number) if numeric => return Ok(Literal::Number(number)),
        _ => {}
    }
    let bare = !text.is_empty() && text.chars().all(|next| next.is_alphanumeric() || "_.:*".contains(next));
    if bare { Ok(Literal::Text(text.to_owned())) } else { Err(format!("Invalid character(s) in term '{text}'")) }
}

impl Condition {
    /// Whether it is true of a message.
    pub(super) fn holds(&self, message: &Value) -> bool {
        match self {
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(message)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(message)),
            Self::Field { selector, test } => {
                let selected = select(message, selector);
                match test {
                    Test::Exists(wanted) => *wanted != selected.is_empty(),
                    test => selected.iter().any(|value| test.holds(value)),
                }
            }
        }
    }
}

fn select<'value>(message: &'value Value, selector: &[Part]) -> Vec<&'value Value> {
    selector.iter().fold(vec![message], |values, part| values.into_iter().flat_map(|value| part.of(value)).collect())
}

impl Part {
    fn of<'value>(&self, value: &'value Value) -> Vec<&'value Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(fields)) => fields.get(name).into_iter().collect(),
            (Self::Index(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
            (Self::Each, Value::Array(items)) => items.iter().collect(),
            (Self::Each, Value::Object(fields)) => fields.values().collect(),
            _ => Vec::new(),
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(literal) => literal.equals(value),
            Self::IsNot(literal) => !value.is_null() && !literal.equals(value),
            Self::Compares(order, number) => value.as_f64().is_some_and(|value| order.holds(value, *number)),
            Self::Null => value.is_null(),
            Self::Boolean(wanted) => value.as_bool() == Some(*wanted),
            Self::Exists(wanted) => *wanted,
        }
    }
}

impl Literal {
    /// Strings equal strings and numbers numbers [?]; a number also fits a text with a star in it, as `4*` does.
    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text), Value::String(value)) => glob::matches(text, value),
            (Self::Text(text), Value::Number(value)) => text.contains('*') && glob::matches(text, &value.to_string()),
            (Self::Text(text), Value::Bool(_)) => text == "*",
            (Self::Number(number), Value::Number(value)) => {
                value.as_f64().is_some_and(|value| (value - number).abs() <= f64::EPSILON * number.abs())
            }
            (Self::Regular(regex), Value::String(value)) => regex.is_match(value),
            _ => false,
        }
    }
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}
