//! Why an expression has no value that compares an optional value with a plain one.

use cel::common::ast::{CallExpr, Expr, operators};
use cel::{ExecutionError, IdedExpr};

use super::explain::Explainer;
use super::print::source;
use super::value::optional;
use super::words::{SHOWN, cut};
use super::{Value, equality};

impl Explainer<'_, '_, '_> {
    /// Why `part` has no value, of which the interpreter said `error`, where that is because an optional value is compared
    /// with a plain one. Of conditions that are joined each may be the one.
    pub(super) fn mixed(&self, part: &IdedExpr, error: &ExecutionError) -> Option<String> {
        match &part.expr {
            Expr::Call(call) if is_logical(call) => call.args.iter().find_map(|joined| {
                let error = Value::resolve(joined, self.context).err()?;
                self.mixed(joined, &error)
            }),
            _ => equality::is_mixed(error).then(|| self.failure(part, error)),
        }
    }

    /// Which side of a comparison is the optional one; where it lies in a list or an object, the whole.
    pub(super) fn mixed_operand(&self, part: &IdedExpr, call: &CallExpr) -> String {
        let is_optional = |part: &&IdedExpr| self.value(part).is_some_and(|value| optional(&value).is_some());
        let Some(operand) = call.args.iter().find(is_optional) else {
            let written = cut(&source(part), SHOWN);
            return format!("{written} compares an optional value with a plain one: write .orValue(…) behind it");
        };
        let written = cut(&source(self.taken(operand)), SHOWN);
        format!("{written} is an optional value, and is compared with a plain one: write {written}.orValue(…)")
    }

    /// The branch of a condition that is taken; anything else as it is.
    fn taken<'tree>(&self, part: &'tree IdedExpr) -> &'tree IdedExpr {
        match &part.expr {
            Expr::Call(call) if call.func_name == operators::CONDITIONAL => {
                self.taken(&call.args[if self.is(&call.args[0], true) { 1 } else { 2 }])
            }
            _ => part,
        }
    }
}

/// Whether a call joins conditions, or turns one round.
pub(super) fn is_logical(call: &CallExpr) -> bool {
    [operators::LOGICAL_AND, operators::LOGICAL_OR, operators::LOGICAL_NOT].contains(&call.func_name.as_str())
}
