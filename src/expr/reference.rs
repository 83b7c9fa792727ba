//! What an expression reads.

use std::collections::BTreeMap;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, operators};

use super::environment::environment;
use super::syntax::Parsed;
use super::token::{Kind, Token};
use super::tree::{self, Loop, Path};
use super::vocabulary::{CONTAINS, DIFFERS, EQUALS};

/// A path that is read, and the bytes of the expression in which it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) path: Vec<String>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Every path that the expression reads, in the order in which they are written.
pub(super) fn reads(Parsed { tree, words }: &Parsed<'_>) -> Vec<Read> {
    let mut walk = Walk { bound: Vec::new(), found: Vec::new() };
    walk.visit(tree);
    let mut seen = BTreeMap::new();
    let placed = walk.found.into_iter().map(|found| (found.bound, place(words, found.path, &mut seen)));
    placed.filter(|(bound, _)| !bound).map(|(_, read)| read).collect()
}

struct Walk<'tree> {
    /// Names that macros around the present part have bound.
    bound: Vec<&'tree str>,
    found: Vec<Found<'tree>>,
}

struct Found<'tree> {
    path: Vec<&'tree str>,
    /// Whether its root is a macro's variable, or it is a type. Then it is no reference, but it is written, and so it is
    /// counted.
    bound: bool,
}

impl<'tree> Walk<'tree> {
    fn visit(&mut self, part: &'tree IdedExpr) {
        if let Some(path) = tree::path(part) {
            self.note(path);
            return self.visit_indices(part);
        }
        match &part.expr {
            Expr::Comprehension(inner) => self.visit_loop(inner),
            // `a.?b` and `has(a.b)` ask whether there is a `b`; only `a` must be there.
            Expr::Call(call) if call.func_name == operators::OPT_SELECT => self.visit(&call.args[0]),
            Expr::Call(call) => {
                let target = call.target.iter().filter(|target| tree::namespaced(target, &call.func_name).is_none());
                let operands = target.map(AsRef::as_ref).chain(&call.args);
                if compares_types(call) {
                    operands.for_each(|part| self.visit_type(part));
                } else {
                    operands.for_each(|part| self.visit(part));
                }
            }
            _ => tree::children(part).into_iter().for_each(|child| self.visit(child)),
        }
    }

    /// Indices inside a path may read something of their own: `rows[run.index]`.
    fn visit_indices(&mut self, part: &'tree IdedExpr) {
        match &part.expr {
            Expr::Select(select) => self.visit_indices(&select.operand),
            Expr::Call(call) => {
                self.visit_indices(&call.args[0]);
                self.visit(&call.args[1]);
            }
            _ => {}
        }
    }

    /// What stands beside a `type(…)`: `string` and its like are types there, and a list may have them in it. Anywhere
    /// else they are names like any other.
    fn visit_type(&mut self, part: &'tree IdedExpr) {
        if let Expr::List(list) = &part.expr {
            return list.elements.iter().for_each(|item| self.visit_type(item));
        }
        let path = tree::path(part).filter(|path| environment().types().find_type(&path.steps.join(".")).is_some());
        match path {
            Some(path) => self.found.push(Found { path: path.steps, bound: true }),
            None => self.visit(part),
        }
    }

    fn note(&mut self, path: Path<'tree>) {
        let bound = self.bound.contains(&path.steps[0]);
        self.found.push(Found { bound, path: path.steps });
    }

    fn visit_loop(&mut self, inner: &'tree ComprehensionExpr) {
        self.visit(&inner.iter_range);
        let outside = self.bound.len();
        self.bound.extend([inner.iter_var.as_str(), inner.accu_var.as_str()]);
        match Loop::of(inner) {
            Some(written) => {
                self.found.push(Found { path: vec![written.variable], bound: true });
                self.visit(written.body);
            }
            None => [&inner.accu_init, &inner.loop_step, &inner.result].into_iter().for_each(|part| self.visit(part)),
        }
        self.bound.truncate(outside);
    }
}

/// Whether a call compares with what `type(…)` gives.
fn compares_types(call: &CallExpr) -> bool {
    let asks = |part: &IdedExpr| matches!(&part.expr, Expr::Call(inner) if inner.func_name == "type" && inner.target.is_none());
    [EQUALS, DIFFERS, CONTAINS].contains(&call.func_name.as_str()) && call.args.iter().any(asks)
}

/// Finds the words of a path. The tree keeps no places, but its order is that of the text, so the nth path from a root
/// belongs to the nth time that the root is written.
/// `seen` has how far each root was looked for.
fn place<'tree>(words: &[Token<'_>], path: Vec<&'tree str>, seen: &mut BTreeMap<&'tree str, usize>) -> Read {
    let next = seen.entry(path[0]).or_default();
    let at = (*next..words.len()).find(|&at| is_root(words, at, path[0]));
    *next = at.map_or(words.len(), |at| at + 1);
    let (start, end) = at.map_or((0, usize::MAX), |at| (words[at].start, path_end(words, at, &path[1..])));
    Read { path: path.into_iter().map(str::to_owned).collect(), start, end }
}

fn is_root(words: &[Token<'_>], at: usize, root: &str) -> bool {
    if words[at].text != root || words[at].kind != Kind::Name {
        return false;
    }
    let field = at.checked_sub(1).is_some_and(|before| words[before].text == ".");
    let after_value = at.checked_sub(2).is_some_and(|before| ends_value(&words[before]));
    let called = words.get(at + 1).is_some_and(|next| next.text == "(");
    !(called || field && after_value)
}

fn ends_value(word: &Token<'_>) -> bool {
    matches!(word.kind, Kind::Name | Kind::Text) || matches!(word.text, ")" | "]" | "}" | "?")
}

fn path_end(words: &[Token<'_>], root: usize, steps: &[&str]) -> usize {
    let mut last = root;
    for step in steps {
        let word = |ahead| words.get(last + ahead).map_or("", |word: &Token<'_>| word.text);
        last += match (word(1), word(2)) {
            (".", name) if name.trim_matches('`') == *step => 2,
            ("[", text) if text.contains(step) => 3,
            _ => break,
        };
    }
    words[last.min(words.len() - 1)].end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::syntax::parse;

    /// Each path as `path.in.dots @ the text it stands in`.
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<_> = reads(&parse(text).unwrap())
            .iter()
            .map(|read| format!("{} @ {}", read.path.join("."), &text[read.start..read.end]))
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn paths_as_far_as_they_are_static() {
        check("response.body.id == 3", &["response.body.id @ response.body.id"]);
        check("vars['x'] == vars.y", &["vars.x @ vars['x']", "vars.y @ vars.y"]);
        check("service.tasks[0].id", &["service.tasks @ service.tasks"]);
        check("rows[run.index].a", &["rows @ rows", "run.index @ run.index"]);
        check("h.`content-type`.x", &["h.content-type.x @ h.`content-type`.x"]);
        check("a.b.size() + size(c) + d.trim()", &["a.b @ a.b", "c @ c", "d @ d"]);
    }

    #[test]
    fn functions_types_and_bound_names_are_no_references() {
        check("math.abs(a) == 1 && type(b) == string", &["a @ a", "b @ b"]);
        check("type(a) in [int, string] && string == b", &["a @ a", "string @ string", "b @ b"]);
        check("type(b) != double || type == c", &["b @ b", "type @ type", "c @ c"]);
        check("h.content-type == type(b)", &["h.content @ h.content", "type @ type", "b @ b"]);
        check("h.content-type.startsWith('x')", &["h.content @ h.content", "type @ type"]);
        check("list.all(x, x.ok && y.ok)", &["list @ list", "y.ok @ y.ok"]);
        check("a.exists(x, b.all(x, x == c)) && x.z", &["a @ a", "b @ b", "c @ c", "x.z @ x.z"]);
        check("a.filter(x, x > 1).map(y, y + n)", &["a @ a", "n @ n"]);
        check("{'k': a.b, c: [d]}", &["a.b @ a.b", "c @ c", "d @ d"]);
    }

    #[test]
    fn asking_for_a_field_reads_only_what_is_asked() {
        check("has(response.body.id)", &["response.body @ response.body"]);
        check("response.?body.?id.orValue(1) == 1", &["response @ response"]);
    }
}
