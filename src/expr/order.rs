//! What is changed about a tree before it is evaluated.
//!
//! `==`, `!=` and `in` become functions of our own, which know of values that are withheld. What `x.?a` and `x[?0]` are
//! asked of must be something that has fields or elements (see [`super::owner`]), and what is counted must be known as a
//! whole. And loops go through an object's keys in their order: the interpreter takes them as its hash table has them, so
//! that the same look would read differently each time and count as a change while waiting. Keys that are not known stand
//! last in it, as something that nobody knows.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, LiteralValue, operators};
use cel::common::types::MAP_TYPE;
use cel::common::value::{CowVal, Val};
use cel::objects::Key;
use cel::{ExecutionError, Value};

use super::tree::Loop;
use super::value::sorted;
use super::vocabulary::{CONTAINS, DIFFERS, ELEMENTS, EQUALS, FIELDS, ORDERED, WHOLE};
use super::withheld::Withheld;

/// Puts [`ORDERED`] around what every loop of the expression goes through, [`WHOLE`] around what is counted, [`FIELDS`] and
/// [`ELEMENTS`] around what optional parts are asked of, and our own comparisons in the place of the interpreter's.
///
/// The numbers that the parser gives to parts are taken away: what is written alike is then equal.
pub(super) fn settle(expression: &mut IdedExpr) {
    expression.id = 0;
    if let Expr::Call(call) = &mut expression.expr {
        if let Some(own) = own_comparison(&call.func_name) {
            own.clone_into(&mut call.func_name);
        }
        if let (Some(own), [asked, key]) = (asked_by(&call.func_name), call.args.as_mut_slice()) {
            put_around(own, asked, Some(written_out(key)));
        }
        if call.func_name == "size"
            && let Some(counted) = call.target.as_deref_mut().or(call.args.first_mut())
        {
            put_around(WHOLE, counted, None);
        }
    }
    if let Expr::Comprehension(inner) = &mut expression.expr
        && Loop::of(inner).is_some()
    {
        put_around(ORDERED, &mut inner.iter_range, None);
    }
    for part in parts(&mut expression.expr) {
        settle(part);
    }
}

/// A key that is written out; else nothing, so that what it reads is not read twice.
fn written_out(key: &IdedExpr) -> IdedExpr {
    let literal = match &key.expr {
        Expr::Literal(literal) => literal.clone(),
        _ => LiteralValue::Null,
    };
    IdedExpr { id: 0, expr: Expr::Literal(literal) }
}

fn put_around(function: &str, part: &mut IdedExpr, with: Option<IdedExpr>) {
    let args = std::iter::once(std::mem::take(part)).chain(with).collect();
    let call = CallExpr { func_name: function.to_owned(), target: None, args };
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
        Expr::Map(map) => map.entries.iter_mut().flat_map(entry_parts).collect(),
        Expr::Struct(fields) => fields.entries.iter_mut().flat_map(entry_parts).collect(),
        Expr::Comprehension(inner) => {
            let ComprehensionExpr { iter_range, accu_init, loop_cond, loop_step, result, .. } = &mut **inner;
            vec![iter_range, accu_init, loop_cond, loop_step, result]
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_parts(entry: &mut IdedEntryExpr) -> Vec<&mut IdedExpr> {
    entry.id = 0;
    match &mut entry.expr {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

/// The keys of a map in their order, those that are not known as such; anything else as it is.
pub(super) fn ordered<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    if range.get_type() != &MAP_TYPE {
        return Ok(range);
    }
    let Value::Map(fields) = Value::try_from(range.as_ref())? else { return Ok(range) };
    let keys: Vec<Value> = sorted(&fields).map(|(key, value)| element(key, value)).collect();
    let keys: Box<dyn Val> = Value::List(keys.into()).try_into()?;
    Ok(CowVal::Owned(keys))
}

/// What a loop takes for a key.
pub(super) fn element(key: &Key, value: &Value) -> Value {
    match Withheld::of(value) {
        Some(Withheld::Rest(why)) => Withheld::Unknown(why.clone()).into_value(),
        _ => key.clone().into(),
    }
}
