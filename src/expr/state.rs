//! What an expression reads just now, in a few words.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, operators};

use super::Value;
use super::explain::{Explainer, is_arithmetic, is_predicate};
use super::print::source;
use super::tree::{self, Loop};
use super::words::{BRIEF, brief, cut};

impl Explainer<'_, '_, '_> {
    /// The values of what the expression reads, each once, separated by commas; empty where it reads nothing.
    pub(super) fn state(&self, expression: &IdedExpr) -> String {
        let mut said = Vec::new();
        self.collect(expression, &mut said);
        let mut seen = std::collections::HashSet::new();
        said.retain(|(operand, _)| seen.insert(operand.clone()));
        said.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(", ")
    }

    /// Adds each operand with what is to be said of it.
    fn collect(&self, part: &IdedExpr, said: &mut Vec<(String, String)>) {
        let words = match &part.expr {
            Expr::Literal(_) => return,
            Expr::Call(call) if is_transparent(call) => {
                return tree::children(part).into_iter().for_each(|child| self.collect(child, said));
            }
            Expr::List(list) => return list.elements.iter().for_each(|element| self.collect(element, said)),
            Expr::Select(select) if select.test => presence(&select.field, self.value(part).as_ref()),
            Expr::Comprehension(inner) => match Loop::of(inner) {
                Some(written) => self.loop_state(part, &written),
                None => self.operand(part),
            },
            _ => self.operand(part),
        };
        said.push((source(part), words));
    }

    fn operand(&self, part: &IdedExpr) -> String {
        let name = name(part);
        match self.value(part) {
            Some(Value::Bool(true)) => name,
            Some(Value::Bool(false)) => format!("not {name}"),
            Some(value) => brief(&value, self.scope),
            None => format!("{name} missing"),
        }
    }

    /// `2 of 3`, whatever the loop asks of them; the value where it is no question.
    fn loop_state(&self, part: &IdedExpr, written: &Loop<'_>) -> String {
        match self.value(part) {
            Some(Value::Bool(_)) => {
                let elements = self.elements(written);
                format!("{} of {}", self.count(written, &elements), elements.len())
            }
            Some(value) => brief(&value, self.scope),
            None => format!("{} missing", name(written.range)),
        }
    }
}

fn presence(field: &str, there: Option<&Value>) -> String {
    match there {
        Some(Value::Bool(true)) => format!("{field} present"),
        _ => format!("{field} missing"),
    }
}

/// Whether the operands say more than the result.
fn is_transparent(call: &CallExpr) -> bool {
    is_predicate(call) || is_arithmetic(call) || call.func_name == operators::CONDITIONAL
}

/// The word that names a part: the last step of a path.
fn name(part: &IdedExpr) -> String {
    match tree::path(part) {
        Some(path) if !path.cut => path.steps.last().map(|step| (*step).to_owned()).unwrap_or_default(),
        _ => cut(&source(part), BRIEF),
    }
}
