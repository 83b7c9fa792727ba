//! From the text of a JSON pattern to its condition.

use super::json::{Comparison, Condition, Literal, Part, Test};
use super::regular;
use super::scanner::Scanner;

/// Parentheses inside each other; beyond that a pattern is refused rather than followed.
const DEEPEST: u32 = 32;

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
