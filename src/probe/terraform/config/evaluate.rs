//! The values of expressions, as far as the files tell them. A list or object of which one part is not known is known
//! in all others.

use std::collections::BTreeMap;

use cel::objects::Key;
use hcl::eval::Context;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};

use super::declared::{Declared, Written};
use super::hcl_value::from_hcl;
use super::known::Known;
use super::types::{Type, revealed};
use super::variable::Variable;
use crate::expr::{self, Value, Withheld};

/// How deep locals may refer to each other. A circle of them ends here.
const DEEPEST: usize = 32;

/// What is known of one module.
pub(super) struct Evaluation<'f> {
    declared: &'f Declared<'f>,
    pub(super) variables: BTreeMap<String, Variable>,
    pub(super) known: Known,
    context: Context<'static>,
}

impl<'f> Evaluation<'f> {
    /// Tells all that can be told.
    pub(super) fn of(declared: &'f Declared<'f>, variables: BTreeMap<String, Variable>) -> Self {
        let known = Known::of(declared, &variables);
        let context = known.context();
        Self { declared, variables, known, context }
    }

    /// The value of an expression, where all of it is known.
    pub(super) fn known_value(&self, expression: &Expression) -> Option<hcl::Value> {
        self.known.evaluate(expression, &self.context).ok().map(|(value, _)| value)
    }

    /// The value of an expression as expressions of a scenario see it.
    pub(super) fn value(&self, written: Written<'_>) -> Value {
        self.at_depth(written, 0)
    }

    fn at_depth(&self, written: Written<'_>, depth: usize) -> Value {
        let inner = |expression| self.at_depth(Written { expression, ..written }, depth);
        match written.expression {
            Expression::Array(items) => expr::list(items.iter().map(inner)),
            // With a key that is not known or sensitive, so is the whole: nobody knows which keys there are, or may.
            Expression::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| Some((self.key(key)?, inner(value.expr()))));
                fields.collect::<Option<Vec<_>>>().map_or_else(|| self.whole(written), expr::object)
            }
            Expression::Parenthesis(group) => inner(group.inner()),
            Expression::FuncCall(call) if is_jsonencode(call) => call.args.get(0).map_or(Value::Null, inner),
            Expression::Conditional(condition) if self.known.is_sensitive(&condition.cond_expr) => self.whole(written),
            Expression::Conditional(condition) => {
                let (one, other) = (&condition.true_expr, &condition.false_expr);
                match self.condition(Written { expression: &condition.cond_expr, ..written }) {
                    Ok(true) => of_one_type(inner(one), &inner(other)),
                    Ok(false) => of_one_type(inner(other), &inner(one)),
                    Err(why) => Withheld::Unknown(why).into_value(),
                }
            }
            Expression::Traversal(traversal) => match self.named(traversal, depth) {
                Some(value) => value,
                None => self.whole(written),
            },
            _ => self.whole(written),
        }
    }

    /// Whether a condition holds, as Terraform converts it; else why that is not known.
    fn condition(&self, written: Written<'_>) -> Result<bool, String> {
        let value = self.known.evaluate(written.expression, &self.context).map(|(value, _)| from_hcl(&value));
        match value.and_then(|value| Type::Bool.convert(value)) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err(unknown(written, "this is neither true nor false")),
            Err(why) => Err(unknown(written, &why)),
        }
    }

    /// What a path below a local or a variable leads to, which may be known in parts.
    fn named(&self, traversal: &Traversal, depth: usize) -> Option<Value> {
        let Expression::Variable(root) = &traversal.expr else { return None };
        let (first, below) = traversal.operators.split_first()?;
        let TraversalOperator::GetAttr(name) = first.value() else { return None };
        let value = match root.as_str() {
            "var" => self.variables.get(name.as_str()).map(Variable::shown),
            "local" if depth < DEEPEST => {
                self.declared.locals.get(name.as_str()).map(|written| self.at_depth(*written, depth + 1))
            }
            _ => None,
        };
        below.iter().try_fold(value?, |value, step| self.part(&value, step.value()))
    }

    /// A part of a value, where it is certain which one is meant, and that it is there.
    fn part(&self, value: &Value, step: &TraversalOperator) -> Option<Value> {
        if let Some(Withheld::Unknown(_)) = Withheld::of(value) {
            return Some(value.clone());
        }
        let index = match step {
            TraversalOperator::GetAttr(name) => hcl::Value::from(name.as_str()),
            TraversalOperator::Index(index) if !self.known.is_sensitive(index) => self.known_value(index)?,
            _ => return None,
        };
        match (value, index) {
            (Value::Map(fields), hcl::Value::String(name)) => fields.map.get(&Key::from(name.as_str())).cloned(),
            (Value::List(items), hcl::Value::Number(index)) => {
                items.get(usize::try_from(index.as_u64()?).ok()?).cloned()
            }
            _ => None,
        }
    }

    /// The value of something that is known as a whole or not at all.
    fn whole(&self, written: Written<'_>) -> Value {
        match self.known.evaluate(written.expression, &self.context) {
            Ok((value, true)) => Withheld::Sensitive(from_hcl(&value)).into_value(),
            Ok((value, false)) => from_hcl(&value),
            Err(why) => Withheld::Unknown(unknown(written, &why)).into_value(),
        }
    }

    fn key(&self, key: &ObjectKey) -> Option<String> {
        match key {
            ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => {
                Some(name.as_str().to_owned())
            }
            ObjectKey::Expression(expression) => match self.known.evaluate(expression, &self.context) {
                Ok((hcl::Value::String(text), false)) => Some(text),
                Ok((other @ (hcl::Value::Number(_) | hcl::Value::Bool(_)), false)) => Some(other.to_string()),
                Ok(_) | Err(_) => None,
            },
        }
    }
}

/// What a condition chooses becomes text where it might have chosen a text.
fn of_one_type(chosen: Value, other: &Value) -> Value {
    match (&chosen, revealed(other)) {
        (Value::Int(_) | Value::Float(_) | Value::Bool(_), Value::String(_)) => {
            Type::Text.convert(chosen).unwrap_or_else(|why| Withheld::Unknown(why).into_value())
        }
        _ => chosen,
    }
}

fn is_jsonencode(call: &FuncCall) -> bool {
    !call.name.is_namespaced() && call.name.name.as_str() == "jsonencode" && call.args.len() == 1
}

/// What the files do not tell.
fn unknown(written: Written<'_>, why: &str) -> String {
    let at = written.file.at(written.expression.span());
    let text = written.text();
    let text = if text.chars().count() > 80 { text.chars().take(80).chain(['…']).collect() } else { text };
    format!("the files do not tell `{text}` ({at}): {why}")
}
