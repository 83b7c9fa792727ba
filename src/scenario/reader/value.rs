//! Single values: text, templates, expressions, durations, flags and counts.

use std::str::FromStr;

use super::identifier::is_identifier;
use super::{Foreign, Reader, cut};
use crate::diagnostic::Diagnostic;
use crate::expr::{Expression, Template, Value};
use crate::scenario::duration;
use crate::scenario::scalar::{self, Numbers};
use crate::scenario::yaml::{Data, Node};

impl Reader {
    /// Text as it was written; `yes`, `1.0` and `0123` are text too.
    pub(super) fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let text = node.scalar().filter(|_| !node.is_nothing());
        if text.is_none() {
            self.unexpected(node, "text");
        }
        text
    }

    /// Text that holds no `${{ … }}`, because it must be known before anything is filled in.
    pub(super) fn fixed_text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.text(node)?;
        if text.contains("${{") {
            self.wrong(node, format!("{what} cannot hold `${{{{ … }}}}`"), "write it out");
            return None;
        }
        Some(text)
    }

    /// Text with `${{ … }}` in it.
    pub(super) fn template(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node)?;
        self.parsed(text, node)
    }

    fn parsed(&mut self, text: &str, node: &Node) -> Option<Template> {
        self.foreign.extend(Foreign::in_template(text, &node.location));
        if !text.contains("${{") {
            return Some(Template::fixed(Value::String(text.to_owned().into()), &node.location));
        }
        self.keep(Template::parse(text, &node.location))
    }

    fn keep<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|problems| self.problems.extend(problems)).ok()
    }

    /// Any YAML, with `${{ … }}` in its strings.
    pub(super) fn tree(&mut self, node: &Node, numbers: Numbers) -> Option<Template> {
        match &node.data {
            Data::Plain(text) if numbers == Numbers::AsJson && scalar::is_too_long(text) => {
                let help = format!("in quotes it is sent as text: `\"{text}\"`");
                self.wrong(node, "a whole number of so many digits is kept by no reader of JSON", help);
                None
            }
            Data::Plain(text) if !text.contains(['$', '{']) => {
                Some(Template::fixed(scalar::value(text, numbers), &node.location))
            }
            Data::Plain(text) | Data::Quoted(text) => self.parsed(text, node),
            Data::List(items) => {
                let items: Vec<_> = items.iter().filter_map(|item| self.tree(item, numbers)).collect();
                Some(Template::list(items, &node.location))
            }
            Data::Map(_) => {
                let entries = self.trees(node, "this", numbers);
                Some(Template::map(entries, &node.location))
            }
        }
    }

    /// A mapping of any YAML, in order.
    pub(super) fn trees(&mut self, node: &Node, what: &str, numbers: Numbers) -> Vec<(String, Template)> {
        let entries = self.entries(node, what).unwrap_or_default();
        let read = |(key, value): &(_, _)| Some((name_of(key), self.tree(value, numbers)?));
        entries.iter().filter_map(read).collect()
    }

    /// A mapping of text, in order.
    pub(super) fn templates(&mut self, node: &Node, what: &str) -> Vec<(String, Template)> {
        let entries = self.entries(node, what).unwrap_or_default();
        entries.iter().filter_map(|(key, value)| Some((key.name.clone(), self.template(value)?))).collect()
    }

    /// A CEL expression.
    pub(super) fn expression(&mut self, node: &Node) -> Option<Expression> {
        let text = node.scalar().filter(|_| !node.is_nothing());
        let Some(text) = text else {
            match node.data {
                Data::Map(_) => {
                    let message = format!("expected an expression, found {}", node.kind());
                    self.wrong(node, message, "write it as text, as in `response.status == 200`");
                }
                _ => self.unexpected(node, "an expression"),
            }
            return None;
        };
        if text.trim_start().starts_with("${{") {
            self.wrong(node, "this is an expression already", "write it without `${{ }}`");
            return None;
        }
        let expression =
            self.keep(Expression::compile(text, &node.location).map_err(|problems| cut::explained(problems, node)));
        if expression.is_some() {
            self.foreign.extend(Foreign::in_expression(text, &node.location));
        }
        expression
    }

    /// One expression or a list of them.
    pub(super) fn expressions(&mut self, node: &Node) -> Vec<Expression> {
        match &node.data {
            Data::List(items) if !items.is_empty() => items.iter().filter_map(|item| self.expression(item)).collect(),
            _ => self.expression(node).into_iter().collect(),
        }
    }

    /// A duration; checked here where it is written out, when it is filled in otherwise.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Template> {
        let text = self.text(node)?;
        if !text.contains("${{")
            && let Err(no) = duration::parse(text)
        {
            self.wrong(node, no.message, no.help);
            return None;
        }
        self.parsed(text, node)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, node: &Node) -> Option<bool> {
        self.literal(node, "`true` or `false`", "write one of the two")
    }

    /// A whole number from 0 on.
    pub(super) fn count(&mut self, node: &Node) -> Option<u32> {
        self.literal(node, "a whole number from 0 on", None)
    }

    /// What is no text, and so stands without quotes, as the schemas have it.
    fn literal<T: FromStr>(&mut self, node: &Node, wanted: &str, help: impl Into<Option<&'static str>>) -> Option<T> {
        let read = node.scalar().and_then(|text| text.parse().ok());
        let quoted = matches!(node.data, Data::Quoted(_));
        let (found, help) = match (&read, quoted) {
            (Some(_), false) => return read,
            (Some(_), true) => ("text in quotes".to_owned(), Some("write it without quotes")),
            (None, _) => (shown(node), help.into()),
        };
        let problem = Diagnostic::at(&node.head(), format!("expected {wanted}, found {found}"));
        self.complain(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
        None
    }

    /// One text or a list of them, each with its node.
    pub(super) fn words<'n>(&mut self, node: &'n Node) -> Vec<(&'n str, &'n Node)> {
        match &node.data {
            Data::List(items) => items.iter().filter_map(|item| Some((self.text(item)?, item))).collect(),
            _ => self.text(node).map(|text| (text, node)).into_iter().collect(),
        }
    }

    /// A name that later expressions can use.
    pub(super) fn name(&mut self, name: &str, location: &crate::diagnostic::Location) -> bool {
        let problem = if !is_identifier(name) {
            let help = "a name is made of letters, digits and `_`, and does not begin with a digit";
            Diagnostic::at(location, format!("`{name}` cannot be a name in expressions")).help(help)
        } else if RESERVED.contains(&name) {
            let help = format!("choose another, such as `my_{name}`");
            Diagnostic::at(location, format!("`{name}` means something else in expressions")).help(help)
        } else {
            return true;
        };
        self.complain(problem);
        false
    }
}

/// Names that captures and `with` cannot take: they are bound already, are functions, or are words of CEL.
pub(crate) const RESERVED: [&str; 26] = [
    "vars", "secret", "target", "run", "row", "response", "logs", "service", "services", "alarm", "alarms", "output",
    "plan", "config", "deps", "now", "json", "uuid", "true", "false", "null", "in", "has", "size", "type", "matches",
];

fn name_of(key: &crate::scenario::yaml::Key) -> String {
    key.name.clone()
}

fn shown(node: &Node) -> String {
    node.scalar().filter(|_| !node.is_nothing()).map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"))
}
