//! What an expression reads just now, in a few words.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, operators};

use super::explain::{Explainer, is_arithmetic, is_predicate};
use super::print::source;
use super::tree::{self, Loop};
use super::vocabulary::WHOLE;
use super::words::{BRIEF, cut};
use super::{Value, nothing, veil};

/// Something that an expression reads, and what is to be said of it.
struct Said {
    source: String,
    /// What stands before the words, where they do not say themselves what they are.
    label: Option<String>,
    words: String,
}

/// Text under one of these names says itself what it is: `queued`.
const SPEAKING: [&str; 2] = ["status", "state"];

impl Explainer<'_, '_, '_> {
    /// The values of what the expression reads, each once and with its name, separated by commas; empty where it reads
    /// nothing.
    pub(super) fn state(&self, expression: &IdedExpr) -> String {
        let mut said = Vec::new();
        self.collect(expression, &mut said);
        let mut seen = std::collections::HashSet::new();
        said.retain(|Said { source, .. }| seen.insert(source.clone()));
        let alike = |label: &String| said.iter().filter(|other| other.label.as_ref() == Some(label)).count() > 1;
        let spoken = said.iter().map(|Said { source, label, words }| match label {
            Some(label) if alike(label) => format!("{} {words}", cut(source, BRIEF)),
            Some(label) => format!("{label} {words}"),
            None => words.clone(),
        });
        spoken.collect::<Vec<_>>().join(", ")
    }

    /// Adds each operand with what is to be said of it.
    fn collect(&self, part: &IdedExpr, said: &mut Vec<Said>) {
        let (label, words) = match &part.expr {
            Expr::Literal(_) => return,
            Expr::Call(call) if is_transparent(call) => {
                if let Some(asked) = nothing::asked(call).filter(|asked| self.is_large(asked)) {
                    // That it is there is all that is asked.
                    let words = format!("{} present", name(asked));
                    return said.push(Said { source: source(asked), label: None, words });
                }
                return tree::children(part).into_iter().for_each(|child| self.collect(child, said));
            }
            Expr::List(list) => return list.elements.iter().for_each(|element| self.collect(element, said)),
            Expr::Select(select) if select.test => (None, presence(&select.field, self.value(part).as_ref())),
            Expr::Comprehension(inner) => match Loop::of(inner) {
                Some(written) => self.loop_state(part, &written),
                None => self.operand(part),
            },
            _ => self.operand(part),
        };
        said.push(Said { source: source(part), label, words });
    }

    fn is_large(&self, part: &IdedExpr) -> bool {
        matches!(self.value(part), Some(Value::Map(_) | Value::List(_)))
    }

    /// The label that an operand needs, if any, and its words.
    fn operand(&self, part: &IdedExpr) -> (Option<String>, String) {
        let name = name(part);
        match self.value(part) {
            Some(Value::Bool(true)) => (None, name),
            Some(Value::Bool(false)) => (None, format!("not {name}")),
            Some(value) => {
                let speaks = matches!(value, Value::String(_)) && SPEAKING.contains(&name.as_str());
                (Some(name).filter(|_| !speaks), veil::brief(part, &value, self.scope))
            }
            None => (None, format!("{name} missing")),
        }
    }

    /// `tasks 2 of 3`, whatever the loop asks of them; the value where it is no question.
    fn loop_state(&self, part: &IdedExpr, written: &Loop<'_>) -> (Option<String>, String) {
        let label = Some(name(written.range));
        match self.value(part) {
            Some(Value::Bool(_)) => {
                let elements = self.elements(written);
                (label, format!("{} of {}", self.count(written, &elements), elements.len()))
            }
            Some(value) => (label, veil::brief(part, &value, self.scope)),
            None => (None, format!("{} missing", name(written.range))),
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

/// The word that names a part: the last step of a path; of a list that is counted its own.
fn name(part: &IdedExpr) -> String {
    if let Expr::Call(CallExpr { func_name, target: Some(counted), .. }) = &part.expr
        && func_name == "size"
    {
        return name(counted);
    }
    if let Expr::Call(CallExpr { func_name, args, .. }) = &part.expr
        && func_name == WHOLE
    {
        return name(&args[0]);
    }
    match tree::path(part) {
        Some(path) if !path.cut => path.steps.last().map(|step| (*step).to_owned()).unwrap_or_default(),
        _ => cut(&source(part), BRIEF),
    }
}
