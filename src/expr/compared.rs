//! What a path is compared with, for those who know what it can be.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::tree::{children, path};
use super::vocabulary::{CONTAINS, DIFFERS, EQUALS};
use super::{Expression, Value};
use crate::diagnostic::Location;

/// A path beside a value that is written out, in a `==`, a `!=` or the list of an `in`.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Root first: `["target", "name"]`.
    pub path: Vec<String>,
    /// A text, a number or a truth value.
    pub literal: Value,
    /// Where the value stands; the whole expression where it is written several times.
    pub location: Location,
}

impl Expression {
    /// Everything that it compares with something that is written out.
    #[must_use]
    pub fn compared(&self) -> Vec<Compared> {
        let mut pairs = Vec::new();
        visit(self.tree(), &mut pairs);
        let compared = pairs.into_iter().filter_map(|(read, literal)| {
            let path = path(read).filter(|path| !path.cut)?.steps.into_iter().map(str::to_owned).collect();
            let literal = value(literal)?;
            let location = self.word(&super::to_text(&literal));
            Some(Compared { path, literal, location })
        });
        compared.collect()
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
