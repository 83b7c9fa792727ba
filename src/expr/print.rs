//! A parsed expression as text again: as it was written, or with something put in place of its parts.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, LiteralValue, operators};

use super::tree::{self, Loop};
use super::vocabulary::{CONTAINS, DIFFERS, ELEMENTS, EQUALS, FIELDS, WHOLE};

/// The expression as text. For every part `replace` is asked first; what it gives stands in place of the part.
pub(super) fn print(expression: &IdedExpr, replace: &dyn Fn(&IdedExpr) -> Option<String>) -> String {
    Printer { replace }.print(expression, 0)
}

/// The expression as it was written, up to white space and needless parentheses.
pub(super) fn source(expression: &IdedExpr) -> String {
    print(expression, &|_| None)
}

/// How strongly operators bind; a part that binds less than the place it stands in needs parentheses.
const TERNARY: u8 = 1;
const UNARY: u8 = 8;
const MEMBER: u8 = 9;

/// The sign of a binary operator and how strongly it binds.
pub(super) fn operator(function: &str) -> Option<(&'static str, u8)> {
    Some(match function {
        operators::LOGICAL_OR => ("||", 2),
        operators::LOGICAL_AND => ("&&", 3),
        EQUALS => ("==", 4),
        DIFFERS => ("!=", 4),
        operators::LESS => ("<", 4),
        operators::LESS_EQUALS => ("<=", 4),
        operators::GREATER => (">", 4),
        operators::GREATER_EQUALS => (">=", 4),
        CONTAINS => ("in", 4),
        operators::ADD => ("+", 5),
        operators::SUBSTRACT => ("-", 5),
        operators::MULTIPLY => ("*", 6),
        operators::DIVIDE => ("/", 6),
        operators::MODULO => ("%", 6),
        _ => return None,
    })
}

struct Printer<'a> {
    replace: &'a dyn Fn(&IdedExpr) -> Option<String>,
}

impl Printer<'_> {
    fn print(&self, expression: &IdedExpr, place: u8) -> String {
        if let Some(replaced) = (self.replace)(expression) {
            return replaced;
        }
        match &expression.expr {
            Expr::Literal(literal) => literal_text(literal),
            Expr::Ident(name) => name.clone(),
            Expr::Select(select) => {
                let path = format!("{}.{}", self.print(&select.operand, MEMBER), field(&select.field));
                if select.test { format!("has({path})") } else { path }
            }
            Expr::Call(call) => self.call(call, place),
            Expr::List(list) => format!("[{}]", self.all(&list.elements)),
            Expr::Map(map) => format!("{{{}}}", self.entries(&map.entries)),
            Expr::Struct(fields) => format!("{}{{{}}}", fields.type_name, self.entries(&fields.entries)),
            Expr::Comprehension(inner) => self.comprehension(inner),
            Expr::Unspecified => "…".to_owned(),
        }
    }

    fn call(&self, call: &CallExpr, place: u8) -> String {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let [condition, yes] = [condition, yes].map(|part| self.print(part, TERNARY + 1));
                parenthesized(format!("{condition} ? {yes} : {}", self.print(no, TERNARY)), TERNARY, place)
            }
            (operators::LOGICAL_NOT, [operand]) => format!("!{}", self.print(operand, UNARY)),
            (operators::NEGATE, [operand]) => format!("-{}", self.print(operand, UNARY)),
            (operators::INDEX, [operand, index]) => {
                format!("{}[{}]", self.print(operand, MEMBER), self.print(index, 0))
            }
            (operators::OPT_INDEX, [operand, index]) => {
                format!("{}[?{}]", self.print(operand, MEMBER), self.print(index, 0))
            }
            (FIELDS | ELEMENTS | WHOLE, [inner, ..]) => self.print(inner, place),
            (operators::OPT_SELECT, [operand, name]) => {
                let name = self.print(name, 0);
                format!("{}.?{}", self.print(operand, MEMBER), name.trim_matches('"'))
            }
            (function, [left, right]) if operator(function).is_some() => self.binary(function, [left, right], place),
            _ => self.function(call),
        }
    }

    fn binary(&self, function: &str, [left, right]: [&IdedExpr; 2], place: u8) -> String {
        let (sign, binds) = operator(function).unwrap_or(("?", 0));
        let text = format!("{} {sign} {}", self.print(left, binds), self.print(right, binds + 1));
        parenthesized(text, binds, place)
    }

    fn function(&self, call: &CallExpr) -> String {
        let target = call.target.as_ref().map(|target| self.print(target, MEMBER) + ".").unwrap_or_default();
        format!("{target}{}({})", call.func_name, self.all(&call.args))
    }

    fn comprehension(&self, inner: &ComprehensionExpr) -> String {
        if let Some(written) = Loop::of(inner) {
            return self.written_loop(&written);
        }
        let asked = if tree::bound(inner).is_some() { &inner.accu_init } else { &inner.iter_range };
        format!("{}.…", self.print(asked, MEMBER))
    }

    fn written_loop(&self, written: &Loop<'_>) -> String {
        let range = self.print(written.range, MEMBER);
        format!("{range}.{}({}, {})", written.kind.name(), written.variable, self.print(written.body, 0))
    }

    fn all(&self, parts: &[IdedExpr]) -> String {
        parts.iter().map(|part| self.print(part, 0)).collect::<Vec<_>>().join(", ")
    }

    fn entries(&self, entries: &[IdedEntryExpr]) -> String {
        let entry = |entry: &IdedEntryExpr| match &entry.expr {
            EntryExpr::StructField(field) => format!("{}: {}", field.field, self.print(&field.value, 0)),
            EntryExpr::MapEntry(entry) => format!("{}: {}", self.print(&entry.key, 0), self.print(&entry.value, 0)),
        };
        entries.iter().map(entry).collect::<Vec<_>>().join(", ")
    }
}

fn parenthesized(text: String, binds: u8, place: u8) -> String {
    if binds < place { format!("({text})") } else { text }
}

/// A field's name, in backticks where it is no plain name.
pub(super) fn field(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("`{name}`") }
}

fn literal_text(literal: &LiteralValue) -> String {
    match literal {
        LiteralValue::Boolean(bool) => bool.inner().to_string(),
        LiteralValue::Bytes(bytes) => format!("b{:?}", String::from_utf8_lossy(bytes.inner())),
        LiteralValue::Double(number) => format!("{:?}", number.inner()),
        LiteralValue::Int(number) => number.inner().to_string(),
        LiteralValue::Null => "null".to_owned(),
        LiteralValue::String(text) => serde_json::Value::from(text.inner()).to_string(),
        LiteralValue::UInt(number) => format!("{}u", number.inner()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::syntax::parse;

    fn check(text: &str, expected: &str) {
        assert_eq!(source(&parse(text).unwrap().tree), expected);
    }

    #[test]
    fn what_was_written_comes_back() {
        for text in [
            "service.healthy == service.desired",
            "!(a && b) || c",
            "a.b[0].c[\"d\"] + -1 < 2.5",
            "(a + b) * c - (d - e)",
            "(a ? b : c) ? d : e",
            "list.all(x, x.ok && x.n > 1)",
            "list.filter(x, x > 1).map(y, y * 2).exists(z, z == 4)",
            "list.exists_one(x, x == 1)",
            "has(a.b) && a.?b.orValue(1) in [1, 2u, null]",
            "{\"a\": 1, b: [true]}.size() == size(c)",
            "h.`content-type`.startsWith(\"text/\")",
        ] {
            check(text, text);
        }
        check("'a\"b' == ((c))", r#""a\"b" == c"#);
    }
}
