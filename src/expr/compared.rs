//! What a path is compared with, for those who know what it can be.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::tree::{children, path, text_literal};
use super::vocabulary::{CONTAINS, DIFFERS, EQUALS};
use super::{Expression, Value};
use crate::diagnostic::Location;

/// A path beside a value that is written out, in a `==`, a `!=` or the list of an `in`.
#[derive(Debug)]
pub struct Compared<'e> {
    /// Root first: `["target", "name"]`.
    pub path: Vec<&'e str>,
    /// A text, a number or a truth value.
    pub literal: Value,
    expression: &'e Expression,
}

impl Compared<'_> {
    /// Where the value stands; the whole expression where it is written several times.
    #[must_use]
    pub fn location(&self) -> Location {
        self.expression.word(&super::to_text(&self.literal))
    }
}

impl Expression {
    /// Every path from `root` that it compares with something that is written out.
    #[must_use]
    pub fn compared(&self, root: &str) -> Vec<Compared<'_>> {
        if !self.references().iter().any(|reference| reference.path.first().is_some_and(|first| first == root)) {
            return Vec::new();
        }
        let mut pairs = Vec::new();
        visit(self.tree(), &mut pairs);
        let compared = pairs.into_iter().filter_map(|(read, literal)| {
            let literal = value(literal)?;
            let path = path(read).filter(|path| !path.cut && path.steps[0] == root)?.steps;
            Some(Compared { path, literal, expression: self })
        });
        compared.collect()
    }

    /// Every text that is written out as a key of the map at a path: `path["key"]`, `"key" in path`.
    #[must_use]
    pub fn keys_of(&self, map: &[&str]) -> Vec<&str> {
        let read = self.references().iter().filter_map(|reference| match reference.path.split_at_checked(map.len()) {
            Some((before, [key, ..])) if before == map => Some(key.as_str()),
            _ => None,
        });
        let mut keys: Vec<&str> = read.collect();
        // Of `"key" in path` only the path is read.
        if self.references().iter().any(|reference| reference.path == map) {
            gather_keys(self.tree(), map, &mut keys);
        }
        keys
    }
}

fn gather_keys<'tree>(part: &'tree IdedExpr, map: &[&str], keys: &mut Vec<&'tree str>) {
    if let Expr::Call(call) = &part.expr
        && let (CONTAINS, [key, asked]) = (call.func_name.as_str(), call.args.as_slice())
        && path(asked).is_some_and(|path| !path.cut && path.steps == map)
    {
        keys.extend(text_literal(key));
    }
    for child in children(part) {
        gather_keys(child, map, keys);
    }
}

fn visit<'tree>(part: &'tree IdedExpr, pairs: &mut Vec<(&'tree IdedExpr, &'tree IdedExpr)>) {
    if let Expr::Call(call) = &part.expr
        && let [left, right] = call.args.as_slice()
    {
        match (call.func_name.as_str(), &right.expr) {
            (EQUALS | DIFFERS, _) => pairs.extend([(left, right), (right, left)]),
            (CONTAINS, Expr::List(list)) => pairs.extend(list.elements.iter().map(|item| (left, item))),
            _ => {}
        }
    }
    for child in children(part) {
        visit(child, pairs);
    }
}

fn value(part: &IdedExpr) -> Option<Value> {
    let Expr::Literal(literal) = &part.expr else { return None };
    match literal {
        LiteralValue::Boolean(bool) => Some(Value::Bool(*bool.inner())),
        LiteralValue::Int(number) => Some(Value::Int(*number.inner())),
        LiteralValue::UInt(number) => Some(Value::UInt(*number.inner())),
        LiteralValue::Double(number) => Some(Value::Float(*number.inner())),
        LiteralValue::String(text) => Some(Value::from(text.inner())),
        LiteralValue::Bytes(_) | LiteralValue::Null => None,
    }
}
