//! What is changed about a tree before it is evaluated.
//!
//! `==`, `!=` and `in` become functions of our own, which know of values that are withheld. What `x.?a` and `x[?0]` are
//! asked of must be something that has fields or elements (see [`super::owner`]). And `map` and `filter` go through an
//! object's keys in their order: the interpreter takes them as its hash table has them, so that the same look would read
//! differently each time and count as a change while waiting.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, operators};
use cel::common::types::MAP_TYPE;
use cel::common::value::{CowVal, Val};
use cel::{ExecutionError, Value};

use super::tree::{Loop, Macro};
use super::value::sorted;
use super::vocabulary::{CONTAINS, DIFFERS, ELEMENTS, EQUALS, FIELDS, ORDERED};

/// Puts [`ORDERED`] around what every `map` and `filter` of the expression goes through, [`FIELDS`] and [`ELEMENTS`] around
/// what optional parts are asked of, and our own comparisons in the place of the interpreter's.
pub(super) fn settle(expression: &mut IdedExpr) {
    if let Expr::Call(call) = &mut expression.expr {
        if let Some(own) = own_comparison(&call.func_name) {
            own.clone_into(&mut call.func_name);
        }
        if let (Some(own), Some(asked)) = (asked_by(&call.func_name), call.args.first_mut()) {
            put_around(own, asked);
        }
    }
    if let Expr::Comprehension(inner) = &mut expression.expr
        && Loop::of(inner).is_some_and(|written| matches!(written.kind, Macro::Map | Macro::Filter))
    {
        put_around(ORDERED, &mut inner.iter_range);
    }
    for part in parts(&mut expression.expr) {
        settle(part);
    }
}

fn put_around(function: &str, part: &mut IdedExpr) {
    let call = CallExpr { func_name: function.to_owned(), target: None, args: vec![std::mem::take(part)] };
    *part = IdedExpr { id: 0, expr: Expr::Call(call) };
}

fn asked_by(function: &str) -> Option<&'static str> {
    match function {
        operators::OPT_SELECT => Some(FIELDS),
        operators::OPT_INDEX => Some(ELEMENTS),
        _ => None,
    }
}

fn own_comparison(function: &str) -> Option<&'static str> {
    match function {
        operators::EQUALS => Some(EQUALS),
        operators::NOT_EQUALS => Some(DIFFERS),
        operators::IN => Some(CONTAINS),
        _ => None,
    }
}

fn parts(expression: &mut Expr) -> Vec<&mut IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.iter_mut().map(AsMut::as_mut).chain(&mut call.args).collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map.entries.iter_mut().flat_map(|entry| entry_parts(&mut entry.expr)).collect(),
        Expr::Struct(fields) => fields.entries.iter_mut().flat_map(|entry| entry_parts(&mut entry.expr)).collect(),
        Expr::Comprehension(inner) => {
            vec![&mut inner.iter_range, &mut inner.accu_init, &mut inner.loop_step, &mut inner.result]
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_parts(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

/// The keys of a map in their order; anything else as it is.
pub(super) fn ordered<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    if range.get_type() != &MAP_TYPE {
        return Ok(range);
    }
    let Value::Map(fields) = Value::try_from(range.as_ref())? else { return Ok(range) };
    let keys: Vec<Value> = sorted(&fields).map(|(key, _)| key.clone().into()).collect();
    let keys: Box<dyn Val> = Value::List(keys.into()).try_into()?;
    Ok(CowVal::Owned(keys))
}
