//! Why an expression has no value: the innermost part that fails, said in words.

use cel::common::ast::{CallExpr, Expr, operators};
use cel::objects::{Map, OptionalValue};
use cel::{ExecutionError, IdedExpr};

use super::explain::Explainer;
use super::print::{operator, source};
use super::tree::{self, Loop};
use super::value::{key_text, optional, sorted};
use super::vocabulary::{ELEMENTS, FIELDS};
use super::words::{SHOWN, cut, kind};
use super::{Value, Withheld, equality, mixed, veil, withheld};
use crate::redact::MASK;

/// How many fields of an object are named when the one asked for is not there.
const NAMED: usize = 8;

impl Explainer<'_, '_, '_> {
    /// Why `expression` has no value, or none that is true or false where that is asked for.
    pub(super) fn reason(&self, expression: &IdedExpr) -> String {
        match Value::resolve(expression, self.context) {
            Ok(value) => self.not_boolean(expression, &value),
            Err(error) => self.failure(expression, &error),
        }
    }

    /// Why `expression` can be judged neither way, where that is because something it reads is not known. `error` is
    /// what the interpreter said, if it said anything.
    pub(super) fn withheld(&self, expression: &IdedExpr, error: Option<&ExecutionError>) -> Option<String> {
        let named = self.withheld_part(expression);
        named.or_else(|| error.and_then(withheld::unknown))
    }

    /// The innermost part that is withheld, and why.
    fn withheld_part(&self, part: &IdedExpr) -> Option<String> {
        let why = match self.value(part) {
            Some(value) => Withheld::of(&value).map(Withheld::reason),
            None => self.untold(part),
        };
        if let Some(why) = why {
            return Some(format!("{} is not told: {why}", cut(&source(part), SHOWN)));
        }
        if let Expr::Comprehension(inner) = &part.expr
            && let Some(written) = Loop::of(inner)
        {
            let inside =
                |(_, element)| self.with_element(&written, element, |inside| inside.withheld_part(written.body));
            return self.withheld_part(written.range).or_else(|| self.elements(&written).into_iter().find_map(inside));
        }
        tree::children(part).into_iter().find_map(|child| self.withheld_part(child))
    }

    /// Why a field that is not there is not told: it may be one of those that are not known.
    fn untold(&self, part: &IdedExpr) -> Option<String> {
        let (owner, key) = match &part.expr {
            Expr::Select(select) => (&*select.operand, Value::from(select.field.as_str())),
            Expr::Call(call) if call.func_name == operators::INDEX => (&call.args[0], self.value(&call.args[1])?),
            _ => return None,
        };
        match (self.value(owner)?, key) {
            (Value::Map(fields), Value::String(key)) => withheld::untold(&fields, &key).map(str::to_owned),
            _ => None,
        }
    }

    fn not_boolean(&self, expression: &IdedExpr, value: &Value) -> String {
        let written = cut(&source(expression), SHOWN);
        format!("{written} is {} ({}), not true or false", kind(value), veil::shown(expression, value, self.scope))
    }

    pub(super) fn failure(&self, part: &IdedExpr, error: &ExecutionError) -> String {
        if let Expr::Comprehension(inner) = &part.expr
            && let Some(written) = Loop::of(inner)
        {
            return self.loop_failure(&written, error);
        }
        match self.failing_child(part) {
            Some((child, error)) => self.failure(child, &error),
            None => self.own_failure(part, error),
        }
    }

    /// The part that keeps the whole from having a value; of a condition only the branch that is taken counts.
    fn failing_child<'tree>(&self, part: &'tree IdedExpr) -> Option<(&'tree IdedExpr, ExecutionError)> {
        let mut parts = tree::children(part);
        match &part.expr {
            Expr::Call(call) if call.func_name == operators::CONDITIONAL => match self.value(parts[0]) {
                Some(Value::Bool(true)) => drop(parts.remove(2)),
                Some(Value::Bool(false)) => drop(parts.remove(1)),
                _ => parts.truncate(1),
            },
            Expr::Call(call) => {
                let namespaced = call.target.as_ref().is_some_and(|on| tree::namespaced(on, &call.func_name).is_some());
                parts.drain(..usize::from(namespaced));
            }
            // A comprehension of an extension: its other parts need variables that only it binds.
            Expr::Comprehension(_) => parts.truncate(1),
            _ => {}
        }
        parts.into_iter().find_map(|child| Value::resolve(child, self.context).err().map(|error| (child, error)))
    }

    fn loop_failure(&self, written: &Loop<'_>, error: &ExecutionError) -> String {
        match Value::resolve(written.range, self.context) {
            Err(error) => self.failure(written.range, &error),
            Ok(Value::List(_) | Value::Map(_)) if veil::lies_on(written.range) => {
                format!("what is asked of each item of {} has no value", cut(&source(written.range), SHOWN))
            }
            Ok(Value::List(_) | Value::Map(_)) => self.body_failure(written, error),
            Ok(other) => format!("{} is {}, not a list", cut(&source(written.range), SHOWN), kind(&other)),
        }
    }

    fn body_failure(&self, written: &Loop<'_>, error: &ExecutionError) -> String {
        let reason = self.elements(written).into_iter().find_map(|(name, element)| {
            self.with_element(written, element, |inside| match Value::resolve(written.body, inside.context) {
                Err(error) => Some(format!("in {name}: {}", inside.failure(written.body, &error))),
                Ok(Value::Bool(_)) => None,
                Ok(value) => Some(format!("in {name}: {}", inside.not_boolean(written.body, &value))),
            })
        });
        reason.unwrap_or_else(|| self.in_other_words(written.body, error))
    }

    fn own_failure(&self, part: &IdedExpr, error: &ExecutionError) -> String {
        match &part.expr {
            Expr::Ident(name) => format!("{name} has no value"),
            Expr::Select(select) => self.no_field(&select.operand, &select.field),
            Expr::Call(call) if call.func_name == operators::INDEX => self.no_element(call),
            Expr::Call(call) if call.func_name == FIELDS => self.no_owner(&call.args[0], "an object"),
            Expr::Call(call) if equality::is_mixed(error) => self.mixed_operand(part, call),
            Expr::Call(call) if call.func_name == ELEMENTS => self.no_owner(&call.args[0], "a list or an object"),
            Expr::Call(call) => self.failed_call(part, call, error),
            _ => self.in_other_words(part, error),
        }
    }

    fn no_field(&self, operand: &IdedExpr, field: &str) -> String {
        let owner = cut(&source(operand), SHOWN);
        match self.value(operand) {
            Some(Value::Map(fields)) => format!("{owner} has no field {field} ({})", self.fields(operand, &fields)),
            Some(Value::Null) => format!("{owner} is null"),
            Some(other) => format!("{owner} is {}, not an object", kind(&other)),
            None => format!("{owner} has no field {field}"),
        }
    }

    /// What an optional part was asked of can have none.
    fn no_owner(&self, asked: &IdedExpr, wanted: &str) -> String {
        let value = self.value(asked);
        let held = |value| optional(value).and_then(OptionalValue::value).unwrap_or(value);
        let kind = value.as_ref().map_or("nothing", |value| kind(held(value)));
        format!("{} is {kind}, not {wanted}", cut(&source(asked), SHOWN))
    }

    /// The key that was asked for, text without its quotes.
    fn key(&self, part: &IdedExpr, value: &Value) -> String {
        if veil::lies_on(part) { MASK.to_owned() } else { cut(&self.scope.clean(super::to_text(value)), SHOWN) }
    }

    /// What there is in an object.
    fn fields(&self, owner: &IdedExpr, fields: &Map) -> String {
        if veil::lies_on(owner) {
            return format!("it has: {MASK}");
        }
        if fields.map.is_empty() {
            return "it is empty".to_owned();
        }
        let mut names: Vec<_> = sorted(fields).map(|(key, _)| self.scope.clean(key_text(key))).collect();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("it has: {}{rest}", cut(&names.join(", "), SHOWN))
    }

    fn no_element(&self, call: &CallExpr) -> String {
        let owner = cut(&source(&call.args[0]), SHOWN);
        match (self.value(&call.args[0]), self.value(&call.args[1])) {
            (Some(Value::Map(fields)), Some(index)) => {
                format!(
                    "{owner} has no field {} ({})",
                    self.key(&call.args[1], &index),
                    self.fields(&call.args[0], &fields)
                )
            }
            (Some(Value::List(items)), Some(Value::Int(index))) => {
                let elements = if items.len() == 1 { "element" } else { "elements" };
                let index = self.key(&call.args[1], &Value::Int(index));
                format!("{owner} has {} {elements}, so there is no [{index}]", items.len())
            }
            (Some(Value::List(_)), Some(index)) => {
                format!("{owner} is a list, and {} is no place in it", veil::shown(&call.args[1], &index, self.scope))
            }
            (Some(Value::Null), _) => format!("{owner} is null"),
            (other, _) => format!("{owner} is {}, not a list or an object", other.as_ref().map_or("nothing", kind)),
        }
    }

    fn failed_call(&self, part: &IdedExpr, call: &CallExpr, error: &ExecutionError) -> String {
        if mixed::is_logical(call) || call.func_name == operators::CONDITIONAL {
            let odd = tree::children(part).into_iter().find_map(|child| {
                let value = self.value(child).filter(|value| !matches!(value, Value::Bool(_)))?;
                Some(self.not_boolean(child, &value))
            });
            return odd.unwrap_or_else(|| self.in_other_words(part, error));
        }
        if misfit(error) { self.misfit(part, call) } else { self.in_other_words(part, error) }
    }

    /// The operands are of kinds for which the function is not made.
    fn misfit(&self, part: &IdedExpr, call: &CallExpr) -> String {
        let kinds: Vec<_> =
            tree::children(part).into_iter().filter_map(|child| self.value(child)).map(|value| kind(&value)).collect();
        let name = match (operator(&call.func_name), call.func_name.as_str()) {
            (Some((sign, _)), _) => sign.to_owned(),
            (None, operators::NEGATE) => "-".to_owned(),
            (None, function) => format!("{function}()"),
        };
        let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" and ") };
        format!("{name} does not go with {kinds}: {}", cut(&self.with_operands(part), SHOWN))
    }

    fn with_operands(&self, part: &IdedExpr) -> String {
        super::print::print(part, &|inner| {
            if std::ptr::eq(inner, part) {
                return None;
            }
            self.value(inner).map(|value| veil::shown(inner, &value, self.scope))
        })
    }

    fn in_other_words(&self, part: &IdedExpr, error: &ExecutionError) -> String {
        let written = cut(&source(part), SHOWN);
        match error {
            // It may say of what it complains.
            _ if veil::lies_on(part) => format!("{written} has no value"),
            ExecutionError::FunctionError { message, .. } => {
                format!("{written}: {}", cut(&self.scope.clean(gist(message)), SHOWN))
            }
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                format!("{written} divides by zero")
            }
            ExecutionError::Overflow(..) => format!("the result of {written} is too large"),
            ExecutionError::DuplicateKey(_) => format!("{written} has the same key twice"),
            ExecutionError::UndeclaredReference(name) => format!("{name} has no value"),
            _ => format!("{written} has no value"),
        }
    }
}

/// What a function complains of, in one line: of a drawing of several lines (regular expressions) the last says what it
/// is about.
fn gist(message: &str) -> String {
    match message.lines().last() {
        Some(last) if message.contains('\n') => last.trim_start_matches("error: ").to_owned(),
        _ => message.to_owned(),
    }
}

fn misfit(error: &ExecutionError) -> bool {
    matches!(
        error,
        ExecutionError::NoSuchOverload(_)
            | ExecutionError::UnsupportedBinaryOperator(..)
            | ExecutionError::ValuesNotComparable(..)
            | ExecutionError::UnexpectedType { .. }
            | ExecutionError::UnsupportedTargetType { .. }
            | ExecutionError::InvalidArgumentCount { .. }
            | ExecutionError::NotSupportedAsMethod { .. }
            | ExecutionError::UnsupportedKeyType(_)
    )
}
