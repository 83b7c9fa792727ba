//! Why a condition does not hold: the expression with values in place of what it reads.

use cel::common::ast::{CallExpr, Expr, operators};
use cel::{Context, IdedExpr};

use super::difference;
use super::print::{print, source};
use super::tree::{Loop, Macro};
use super::value::{key_text, sorted};
use super::vocabulary::{CONTAINS, DIFFERS, EQUALS};
use super::words::{SHOWN, cut};
use super::{Scope, Value, order, veil};

/// Longest explanation, in characters.
const LONGEST: usize = 1000;

/// How many elements of a list are gone through one by one when none of them fits.
const FEW: usize = 3;

/// Something to say about an expression as it is evaluated here.
#[derive(Clone, Copy)]
pub(super) struct Explainer<'here, 'parent, 'scope> {
    pub(super) context: &'here Context<'parent, 'scope>,
    pub(super) scope: &'here Scope,
}

impl<'scope> Explainer<'_, '_, 'scope> {
    /// The value of a part, if it has one.
    pub(super) fn value(&self, part: &IdedExpr) -> Option<Value> {
        Value::resolve(part, self.context).ok()
    }

    /// What `say` makes of a loop's body with the loop's variable bound.
    pub(super) fn with_element<T>(
        &self,
        written: &Loop<'_>,
        element: Value,
        say: impl FnOnce(&Explainer<'_, '_, 'scope>) -> T,
    ) -> T {
        let mut context = self.context.new_inner_scope();
        context.add_variable_from_value(written.variable, element);
        say(&Explainer { context: &context, scope: self.scope })
    }

    /// Why `expression`, which is false, is false.
    pub(super) fn broken(&self, expression: &IdedExpr) -> String {
        cut(&self.why_false(expression), LONGEST)
    }

    fn why_false(&self, expression: &IdedExpr) -> String {
        match &expression.expr {
            Expr::Call(call) => self.call(expression, call),
            Expr::Select(select) if select.test => {
                format!("{} has no field {}", source(&select.operand), select.field)
            }
            Expr::Comprehension(inner) => match Loop::of(inner).filter(|written| !veil::lies_on(written.range)) {
                Some(written) => self.broken_loop(expression, &written),
                None => is_false(expression),
            },
            _ => is_false(expression),
        }
    }

    fn call(&self, expression: &IdedExpr, call: &CallExpr) -> String {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => {
                let false_ones = [left, right].into_iter().filter(|part| self.is(part, false));
                false_ones.map(|part| self.why_false(part)).collect::<Vec<_>>().join("; ")
            }
            (operators::LOGICAL_OR, [left, right]) => {
                format!("{} || {}", self.why_false(left), self.why_false(right))
            }
            (operators::LOGICAL_NOT, [operand]) if is_plain(operand) => format!("{} is true", source(operand)),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                self.why_false(if self.is(condition, true) { yes } else { no })
            }
            (EQUALS, [left, right]) => {
                let veiled = veil::lies_on(expression);
                let sides = self.value(left).zip(self.value(right)).filter(|_| !veiled);
                let differing = sides.and_then(|(left, right)| difference::of_objects(&left, &right, self.scope));
                differing.unwrap_or_else(|| self.with_values(expression))
            }
            _ if is_predicate(call) => self.with_values(expression),
            _ => is_false(expression),
        }
    }

    pub(super) fn is(&self, part: &IdedExpr, wanted: bool) -> bool {
        matches!(self.value(part), Some(Value::Bool(bool)) if bool == wanted)
    }

    /// The expression with values in place of what it reads.
    pub(super) fn with_values(&self, expression: &IdedExpr) -> String {
        print(expression, &|part| self.in_place_of(part))
    }

    fn in_place_of(&self, part: &IdedExpr) -> Option<String> {
        let stays = match &part.expr {
            Expr::Literal(_) => true,
            Expr::Call(call) => is_predicate(call) || is_arithmetic(call),
            _ => false,
        };
        if stays {
            return None;
        }
        self.value(part).map(|value| veil::shown(part, &value, self.scope))
    }

    fn broken_loop(&self, expression: &IdedExpr, written: &Loop<'_>) -> String {
        let elements = self.elements(written);
        let range = cut(&source(written.range), SHOWN);
        match written.kind {
            Macro::All => self.first_breaking(written, elements).unwrap_or_else(|| is_false(expression)),
            Macro::Exists if elements.is_empty() => format!("{range} is empty"),
            Macro::Exists => self.none_of(written, elements, &range),
            Macro::ExistsOne => {
                let fitting = self.count(written, &elements);
                format!("{fitting} of {} in {range}, not exactly one", elements.len())
            }
            Macro::Filter | Macro::Map => is_false(expression),
        }
    }

    fn first_breaking(&self, written: &Loop<'_>, elements: Vec<(String, Value)>) -> Option<String> {
        elements.into_iter().find_map(|(name, element)| {
            self.with_element(written, element, |inside| {
                inside.is(written.body, false).then(|| format!("{name} breaks it: {}", inside.why_false(written.body)))
            })
        })
    }

    fn none_of(&self, written: &Loop<'_>, elements: Vec<(String, Value)>, range: &str) -> String {
        let headline = format!("none of {} in {range}", elements.len());
        if elements.len() > FEW {
            return headline;
        }
        let each = elements
            .into_iter()
            .map(|(_, element)| self.with_element(written, element, |inside| inside.why_false(written.body)));
        format!("{headline}: {}", each.collect::<Vec<_>>().join("; "))
    }

    /// For how many elements the body of a loop holds.
    pub(super) fn count(&self, written: &Loop<'_>, elements: &[(String, Value)]) -> usize {
        let fits =
            |element: &Value| self.with_element(written, element.clone(), |inside| inside.is(written.body, true));
        elements.iter().filter(|(_, element)| fits(element)).count()
    }

    /// What a loop goes through, each with a name to call it by; the keys of a map in their order.
    pub(super) fn elements(&self, written: &Loop<'_>) -> Vec<(String, Value)> {
        let range = cut(&source(written.range), SHOWN);
        match self.value(written.range) {
            Some(Value::List(items)) => {
                items.iter().enumerate().map(|(at, item)| (format!("{range}[{at}]"), item.clone())).collect()
            }
            Some(Value::Map(fields)) => {
                let keys = sorted(&fields)
                    .map(|(key, value)| (format!("{range}[{:?}]", key_text(key)), order::element(key, value)));
                keys.collect()
            }
            _ => Vec::new(),
        }
    }
}

fn is_false(expression: &IdedExpr) -> String {
    format!("{} is false", cut(&source(expression), SHOWN))
}

/// Whether it reads best by its name: `service.steady is true` rather than `!true`.
fn is_plain(operand: &IdedExpr) -> bool {
    match &operand.expr {
        Expr::Call(call) => !is_predicate(call),
        Expr::Literal(_) => false,
        _ => true,
    }
}

/// Whether a call asks something of its operands, so that these are what one wants to see.
pub(super) fn is_predicate(call: &CallExpr) -> bool {
    const SIGNS: [&str; 10] = [
        EQUALS,
        DIFFERS,
        operators::LESS,
        operators::LESS_EQUALS,
        operators::GREATER,
        operators::GREATER_EQUALS,
        CONTAINS,
        operators::LOGICAL_AND,
        operators::LOGICAL_OR,
        operators::LOGICAL_NOT,
    ];
    const METHODS: [&str; 4] = ["contains", "startsWith", "endsWith", "matches"];
    SIGNS.contains(&call.func_name.as_str()) || METHODS.contains(&call.func_name.as_str())
}

/// Whether a call computes a number or text from its operands by an operator.
pub(super) fn is_arithmetic(call: &CallExpr) -> bool {
    let signs = [
        operators::ADD,
        operators::SUBSTRACT,
        operators::MULTIPLY,
        operators::DIVIDE,
        operators::MODULO,
        operators::NEGATE,
    ];
    signs.contains(&call.func_name.as_str())
}
