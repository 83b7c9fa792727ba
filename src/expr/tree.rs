//! The shape of a parsed expression: its parts, the paths it reads, and the macros it was written with.

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};

use super::vocabulary::{FUNCTIONS, ORDERED};

/// The parts of an expression, in the order in which they are written.
pub(super) fn children(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Call(call) => call.target.iter().map(AsRef::as_ref).chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Struct(fields) => fields.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Comprehension(inner) => {
            vec![&inner.iter_range, &inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result]
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// Whether parts nest deeper than `limit`. Counted without recursion, since a deep one would overflow the stack.
pub(super) fn deeper_than(expression: &IdedExpr, limit: usize) -> bool {
    let mut waiting = vec![(expression, 1)];
    while let Some((part, depth)) = waiting.pop() {
        if depth > limit {
            return true;
        }
        waiting.extend(children(part).into_iter().map(|child| (child, depth + 1)));
    }
    false
}

/// A field, an index with a literal, or a name: the steps from the root, as far as they are static.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path<'tree> {
    /// Root first.
    pub(super) steps: Vec<&'tree str>,
    /// Whether something that is not static (`[0]`, `[i]`) cut it short.
    pub(super) cut: bool,
}

/// The path that an expression spells, if it is one all the way down to a name.
pub(super) fn path(expression: &IdedExpr) -> Option<Path<'_>> {
    let (operand, step) = match &expression.expr {
        Expr::Ident(name) => return Some(Path { steps: vec![name.trim_start_matches('.')], cut: false }),
        Expr::Select(select) if !select.test => (&*select.operand, Some(select.field.as_str())),
        Expr::Call(call) if call.func_name == operators::INDEX && call.args.len() == 2 => {
            (&call.args[0], text_literal(&call.args[1]))
        }
        _ => return None,
    };
    let mut path = path(operand)?;
    match step {
        Some(step) if !path.cut => path.steps.push(step),
        _ => path.cut = true,
    }
    Some(path)
}

/// Whether it reads `root`, or anything below it.
pub(super) fn reads(expression: &IdedExpr, root: &str) -> bool {
    match &expression.expr {
        Expr::Ident(name) => name.trim_start_matches('.') == root,
        _ => children(expression).into_iter().any(|child| reads(child, root)),
    }
}

/// The text of a text that is written out.
pub(super) fn text_literal(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The name of a namespaced function (`math.abs`) that a call on `target` spells, which is then no value.
pub(super) fn namespaced(target: &IdedExpr, function: &str) -> Option<String> {
    let Expr::Ident(namespace) = &target.expr else { return None };
    let name = format!("{namespace}.{function}");
    FUNCTIONS.contains(&name.as_str()).then_some(name)
}

/// What `optMap` and its like make of what they bind; none for a loop.
pub(super) fn bound(inner: &ComprehensionExpr) -> Option<&IdedExpr> {
    let empty = matches!(&inner.iter_range.expr, Expr::List(list) if list.elements.is_empty());
    (empty && inner.iter_var == "#unused").then_some(&inner.result)
}

/// Which macro a comprehension was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Macro {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Macro {
    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => operators::ALL,
            Self::Exists => operators::EXISTS,
            Self::ExistsOne => operators::EXISTS_ONE,
            Self::Filter => operators::FILTER,
            Self::Map => operators::MAP,
        }
    }
}

/// `range.all(variable, body)` and its kin, won back from what the parser made of it.
#[derive(Debug)]
pub(super) struct Loop<'tree> {
    pub(super) kind: Macro,
    pub(super) range: &'tree IdedExpr,
    pub(super) variable: &'tree str,
    pub(super) body: &'tree IdedExpr,
}

impl<'tree> Loop<'tree> {
    /// The macro behind a comprehension; none for those of extensions (`optMap`), which have another shape.
    pub(super) fn of(inner: &'tree ComprehensionExpr) -> Option<Self> {
        let Expr::Call(step) = &inner.loop_step.expr else { return None };
        let collects = matches!(inner.accu_init.expr, Expr::List(_));
        let (kind, body) = match (step.func_name.as_str(), step.args.as_slice()) {
            (operators::LOGICAL_AND, [_, body]) => (Macro::All, body),
            (operators::LOGICAL_OR, [_, body]) => (Macro::Exists, body),
            (operators::CONDITIONAL, [body, ..]) if collects => (Macro::Filter, body),
            (operators::CONDITIONAL, [body, ..]) => (Macro::ExistsOne, body),
            (operators::ADD, [_, added]) => (Macro::Map, only_element(added)?),
            _ => return None,
        };
        Some(Self { kind, range: range(&inner.iter_range), variable: &inner.iter_var, body })
    }
}

/// What was written, without what was put around it to keep an order.
fn range(iterated: &IdedExpr) -> &IdedExpr {
    match &iterated.expr {
        Expr::Call(call) if call.func_name == ORDERED => &call.args[0],
        _ => iterated,
    }
}

fn only_element(list: &IdedExpr) -> Option<&IdedExpr> {
    match &list.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    }
}
