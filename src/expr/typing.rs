//! What can never be right about an expression, whatever is looked at: found from the kinds of what it reads. What is not
//! certain is let pass.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};

use super::certain;
use super::explain::{is_arithmetic, is_predicate};
use super::kind::Kind;
use super::mismatch::{self, Misfit};
use super::nothing;
use super::operand;
use super::optional::{self, Parts};
use super::print::source;
use super::takes;
use super::tree::{self, Loop, Macro, text_literal};
use super::vocabulary::{CONTAINS, DIFFERS, ELEMENTS, EQUALS, FIELDS, METHODS, ORDERED, WHOLE};
use crate::diagnostic::{listed, nearest};

/// The kinds of names; a name that is not among them may be anything.
pub(super) type Kinds<'k> = [(&'k str, Kind)];

/// Everything in `tree` that can never be right.
pub(super) fn misfits(tree: &IdedExpr, kinds: &Kinds<'_>) -> Vec<Misfit> {
    let mut walk = Walk::new(kinds);
    walk.visit(tree);
    walk.misfits
}

/// The kind of the whole, as far as it is certain.
pub(super) fn kind(tree: &IdedExpr, kinds: &Kinds<'_>) -> Kind {
    Walk::new(kinds).kind(tree)
}

/// Whether it computes with numbers, texts or times, so that it cannot come to true or false.
pub(super) fn computes(tree: &IdedExpr) -> bool {
    matches!(&tree.expr, Expr::Call(call) if is_arithmetic(call))
}

#[derive(Clone)]
struct Name<'tree> {
    text: &'tree str,
    kind: Kind,
    /// Whether a macro bound it.
    bound: bool,
    /// Whether nothing optional can be found in it.
    plain: bool,
}

struct Walk<'tree> {
    /// The names that can be read, those of the innermost macro last.
    names: Vec<Name<'tree>>,
    misfits: Vec<Misfit>,
}

impl<'tree> Walk<'tree> {
    fn new(kinds: &Kinds<'tree>) -> Self {
        let names = kinds.iter().map(|(text, kind)| Name { text, kind: *kind, bound: false, plain: true }).collect();
        Self { names, misfits: Vec::new() }
    }

    fn visit(&mut self, part: &'tree IdedExpr) {
        match &part.expr {
            Expr::Comprehension(inner) => return self.visit_loop(inner),
            Expr::Select(select) => {
                let kind = self.kind(&select.operand);
                if !select.test {
                    self.field(&select.operand, &select.field, kind);
                }
                self.misfits.extend(operand::selected(&select.operand, &select.field, kind, ""));
            }
            Expr::Call(call) => {
                self.comparison(call);
                let operands = operand::misfits(call, &|part| self.kind(part));
                let taken = takes::misfits(call, &|part| self.kind(part));
                self.misfits.extend(operands.into_iter().chain(taken).chain(certain::misfits(call)));
            }
            _ => {}
        }
        for child in tree::children(part) {
            self.visit(child);
        }
    }

    /// Of the macros of extensions (`optMap`) too little is known.
    fn visit_loop(&mut self, inner: &'tree ComprehensionExpr) {
        let Some(Loop { range, variable, body, .. }) = Loop::of(inner) else { return };
        self.visit(range);
        self.misfits.extend(optional::gone_through(range, self));
        self.names.push(self.item(range, variable));
        self.visit(body);
        self.names.pop();
    }

    /// What a loop calls `variable`.
    fn item(&self, range: &IdedExpr, variable: &'tree str) -> Name<'tree> {
        let plain = tree::path(range).is_some() && self.is_plain(range);
        Name { text: variable, kind: self.kind(range).item(), bound: true, plain }
    }

    /// The kind of a part where it is not null, as far as it is certain.
    fn kind(&self, part: &IdedExpr) -> Kind {
        self.written(part).there()
    }

    fn written(&self, part: &IdedExpr) -> Kind {
        match &part.expr {
            Expr::Literal(literal) => mismatch::of_literal(literal),
            Expr::Ident(name) => self.named(name).map_or(Kind::Any, |name| name.kind),
            Expr::Select(select) if select.test => Kind::Bool,
            Expr::Select(select) => self.kind(&select.operand).field(&select.field).unwrap_or(Kind::Any),
            Expr::List(list) if list.elements.iter().any(|item| self.kind(item) == Kind::Optional) => {
                Kind::List(&Kind::Optional)
            }
            Expr::List(_) => Kind::List(&Kind::Any),
            Expr::Map(_) => Kind::Map(&Kind::Any),
            Expr::Call(call) => self.called(call),
            Expr::Comprehension(inner) => match (Loop::of(inner), tree::bound(inner)) {
                (Some(written), _) => self.looped(&written),
                (None, Some(result)) => self.kind(result),
                (None, None) => Kind::Any,
            },
            Expr::Struct(_) | Expr::Unspecified => Kind::Any,
        }
    }

    /// The kind of what is always there: a field of what has just these fields, all the way.
    fn always(&self, part: &IdedExpr) -> Option<Kind> {
        let path = tree::path(part).filter(|path| !path.cut)?;
        let (root, fields) = path.steps.split_first()?;
        let field = |kind: Kind, field: &&str| if matches!(kind, Kind::Object(_)) { kind.field(field) } else { None };
        fields.iter().try_fold(self.named(root)?.kind, field)
    }

    fn named(&self, name: &str) -> Option<&Name<'tree>> {
        self.names.iter().rev().find(|known| known.text == name)
    }

    /// The same where the body of a loop stands.
    fn inside<'body>(&self, written: &Loop<'body>) -> Walk<'body>
    where
        'tree: 'body,
    {
        let mut names = self.names.clone();
        names.push(self.item(written.range, written.variable));
        Walk { names, misfits: Vec::new() }
    }

    fn looped(&self, written: &Loop<'_>) -> Kind {
        match written.kind {
            Macro::All | Macro::Exists | Macro::ExistsOne => Kind::Bool,
            Macro::Map if self.inside(written).kind(written.body) == Kind::Optional => Kind::List(&Kind::Optional),
            Macro::Map => Kind::List(&Kind::Any),
            Macro::Filter => match self.kind(written.range) {
                kind @ Kind::List(_) => kind,
                _ => Kind::List(&Kind::Any),
            },
        }
    }

    fn called(&self, call: &CallExpr) -> Kind {
        match (call.func_name.as_str(), call.args.as_slice()) {
            _ if is_predicate(call) => Kind::Bool,
            (name, _) if name.starts_with("get") && call.target.is_some() => Kind::Number,
            ("size" | "int" | "uint" | "double" | "indexOf" | "lastIndexOf", _) => Kind::Number,
            ("string" | "lowerAscii" | "upperAscii" | "uuid", _) => Kind::Text,
            ("duration", _) => Kind::Duration,
            ("timestamp" | "now", _) => Kind::Time,
            ("type", [_]) => Kind::Type,
            ("dyn", [inner]) if self.kind(inner) == Kind::Optional => Kind::Optional,
            (ORDERED | FIELDS | ELEMENTS | WHOLE, [inner, ..]) => self.kind(inner),
            (function, [left, right]) if call.target.is_none() && is_arithmetic(call) => {
                takes::result(function, self.kind(left), self.kind(right)).unwrap_or(Kind::Any)
            }
            _ if optional::brings(call) => Kind::Optional,
            (operators::CONDITIONAL, [_, yes, no]) => {
                Some(self.kind(yes)).filter(|it| *it == self.kind(no)).unwrap_or(Kind::Any)
            }
            (operators::INDEX, [inner, index]) => indexed(self.kind(inner), index),
            _ => Kind::Any,
        }
    }

    /// A field that is not there. Those of the names themselves are held against elsewhere, with all that is read.
    fn field(&mut self, operand: &IdedExpr, field: &str, kind: Kind) {
        let Kind::Object(fields) = kind else {
            self.misfits.extend(fieldless(operand, field, kind));
            return;
        };
        let outer = matches!(&operand.expr, Expr::Ident(name) if self.named(name).is_some_and(|name| !name.bound));
        if outer || fields.iter().any(|(known, _)| *known == field) {
            return;
        }
        let names = || fields.iter().map(|(name, _)| *name);
        let longer = || names().find(|name| name.starts_with(field)).map(str::to_owned);
        let help = match nearest(field, names()).or_else(longer) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there is {}", listed(names())),
        };
        let message = format!("`{}` has no field `{field}`", source(operand));
        self.misfits.push(Misfit { message, help, word: field.to_owned() });
    }

    fn comparison(&mut self, call: &CallExpr) {
        let mixed = optional::misfits(call, self);
        if !mixed.is_empty() {
            return self.misfits.extend(mixed);
        }
        let [left, right] = call.args.as_slice() else { return };
        self.misfits.extend(nothing::misfit(call, &|part| self.always(part)));
        match call.func_name.as_str() {
            EQUALS
            | DIFFERS
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS => {
                let ordered = !matches!(call.func_name.as_str(), EQUALS | DIFFERS);
                self.compare(left, right, ordered);
                self.compare(right, left, ordered);
            }
            CONTAINS => match &right.expr {
                Expr::List(list) => list.elements.iter().for_each(|item| self.compare(left, item, false)),
                _ => self.ask_for(right, left),
            },
            _ => {}
        }
    }

    /// Something that is read, with something that is written out.
    fn compare(&mut self, read: &IdedExpr, literal: &IdedExpr, ordered: bool) {
        if mismatch::written_out(read).is_none() {
            self.misfits.extend(mismatch::of(|| format!("`{}`", source(read)), self.kind(read), ordered, literal));
        }
    }

    /// Whether something that is written out is in something that is read.
    fn ask_for(&mut self, read: &IdedExpr, literal: &IdedExpr) {
        let items = match self.kind(read) {
            kind @ (Kind::List(_) | Kind::Map(_) | Kind::Lower(_)) => kind.item(),
            _ => return,
        };
        self.misfits.extend(mismatch::of(|| format!("an item of `{}`", source(read)), items, false, literal));
    }
}

impl Parts for Walk<'_> {
    fn kind(&self, part: &IdedExpr) -> Kind {
        self.kind(part)
    }

    /// What is written out, what is of another kind, and what is read from outside: nothing optional comes in.
    fn is_plain(&self, part: &IdedExpr) -> bool {
        let kind = self.kind(part);
        let null = matches!(part.expr, Expr::Literal(LiteralValue::Null));
        let outer = || tree::path(part).is_some_and(|path| self.named(path.steps[0]).is_none_or(|name| name.plain));
        kind != Kind::Optional && (null || kind.word().is_some() || outer())
    }
}

/// Text, numbers and lists have methods, and no fields.
fn fieldless(operand: &IdedExpr, field: &str, kind: Kind) -> Option<Misfit> {
    let word = kind.word().filter(|_| !matches!(kind, Kind::Map(_) | Kind::Lower(_) | Kind::Optional))?;
    let written = source(operand);
    let getter = format!("get{field}");
    let named = |method: &&str| **method == *field || method.eq_ignore_ascii_case(&getter);
    let method = match field {
        "length" | "len" | "count" => Some("size"),
        _ => METHODS.iter().copied().find(named),
    };
    let help = match method {
        Some(method) => format!("it is called: `{written}.{method}()`"),
        None => "compare it as it is".to_owned(),
    };
    let message = format!("`{written}` is {word}, and has no field `{field}`");
    Some(Misfit { message, help, word: field.to_owned() })
}

fn indexed(kind: Kind, index: &IdedExpr) -> Kind {
    match kind {
        Kind::List(item) | Kind::Map(item) | Kind::Lower(item) => *item,
        Kind::Optional => kind,
        Kind::Object(_) => text_literal(index).and_then(|name| kind.field(name)).unwrap_or(Kind::Any),
        _ => Kind::Any,
    }
}
