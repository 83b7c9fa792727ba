//! What is known of a module's names: variables, locals, arguments of resources, as far as the files tell them.

use std::collections::{BTreeMap, BTreeSet};

use hcl::eval::Context;
use hcl_edit::expr::Expression;

use super::declared::{Declared, Written};
use super::functions;
use super::hcl_value::{evaluate, lack};
use super::references::{self, Read};
use super::variable::Variable;

type Fields = hcl::Map<String, hcl::Value>;

/// What has a value.
#[derive(Debug, Default)]
pub(super) struct Known {
    variables: Fields,
    locals: Fields,
    /// By type and name.
    resources: BTreeMap<String, BTreeMap<String, Fields>>,
    /// Names whose values are sensitive: `var.password`, `local.url`.
    sensitive: BTreeSet<String>,
}

impl Known {
    /// Everything that can be told. What depends on something else is told once that is; hence the rounds.
    pub(super) fn of(declared: &Declared<'_>, variables: &BTreeMap<String, Variable>) -> Self {
        let mut known = Self::default();
        for (name, variable) in variables {
            known.variables.extend(variable.known.clone().map(|value| (name.clone(), value)));
            if variable.sensitive {
                known.sensitive.insert(format!("var.{name}"));
            }
        }
        while known.round(declared) {}
        known
    }

    /// Tells what can be told by now. False where nothing new came about.
    fn round(&mut self, declared: &Declared<'_>) -> bool {
        let context = self.context();
        let locals = declared.locals.iter().filter(|(name, _)| !self.locals.contains_key(**name));
        let locals: Vec<(String, hcl::Value, bool)> = locals
            .filter_map(|(name, written)| {
                let (value, sensitive) = self.evaluate(written.expression, &context).ok()?;
                Some(((*name).to_owned(), value, sensitive))
            })
            .collect();
        let arguments: Vec<_> = arguments(declared)
            .filter(|(kind, name, key, _)| !self.has(kind, name, key))
            .filter_map(|(kind, name, key, written)| {
                let known = self.evaluate(written.expression, &context).ok();
                // What is null is left to the provider.
                let (value, sensitive) = known.filter(|(value, _)| !value.is_null())?;
                Some(([kind, name, key].map(str::to_owned), value, sensitive))
            })
            .collect();
        drop(context);
        let progress = !locals.is_empty() || !arguments.is_empty();
        for (name, value, sensitive) in locals {
            self.sensitive.extend(sensitive.then(|| format!("local.{name}")));
            self.locals.insert(name, value);
        }
        for ([kind, name, key], value, sensitive) in arguments {
            self.sensitive.extend(sensitive.then(|| format!("{kind}.{name}.{key}")));
            self.resources.entry(kind).or_default().entry(name).or_default().insert(key, value);
        }
        progress
    }

    fn has(&self, kind: &str, name: &str, key: &str) -> bool {
        self.resources.get(kind).and_then(|names| names.get(name)).is_some_and(|fields| fields.contains_key(key))
    }

    /// What expressions are evaluated in.
    pub(super) fn context(&self) -> Context<'static> {
        let mut context = Context::new();
        functions::declare(&mut context);
        context.declare_var("var", hcl::Value::Object(self.variables.clone()));
        context.declare_var("local", hcl::Value::Object(self.locals.clone()));
        for (kind, names) in &self.resources {
            let names = names.iter().map(|(name, fields)| (name.clone(), hcl::Value::Object(fields.clone())));
            context.declare_var(hcl::Identifier::sanitized(kind), hcl::Value::Object(names.collect()));
        }
        context
    }

    /// The value of an expression in a context of these names, and whether it is sensitive.
    ///
    /// # Errors
    /// Why the files do not tell it.
    pub(super) fn evaluate(
        &self,
        expression: &Expression,
        context: &Context<'_>,
    ) -> Result<(hcl::Value, bool), String> {
        let read = references::read_by(expression);
        if let Some(name) = self.whole(&read) {
            return Err(format!("all of {name} is known only to Terraform"));
        }
        let sensitive = self.reads_sensitive(&read);
        match evaluate(expression, context) {
            Ok(value) => Ok((value, sensitive)),
            Err(_) if sensitive => Err("it reads something sensitive, and cannot be computed here".to_owned()),
            Err(error) => Err(lack(error.kind())),
        }
    }

    /// Whether an expression reads something sensitive, be it known or not.
    pub(super) fn is_sensitive(&self, expression: &Expression) -> bool {
        self.reads_sensitive(&references::read_by(expression))
    }

    /// Whether something sensitive is read: all of it, a part of it, or what it is a part of.
    fn reads_sensitive(&self, read: &Read) -> bool {
        let sensitive = |path: &String| self.sensitive.iter().any(|name| within(path, name) || within(name, path));
        read.made_sensitive || read.found.iter().any(sensitive)
    }

    /// What is read as a whole of which only parts are known: a resource, since its provider adds to it.
    fn whole<'r>(&self, read: &'r Read) -> Option<&'r str> {
        let whole = |(root, steps): &&(String, usize)| match root.as_str() {
            "var" | "local" => *steps == 0,
            root => *steps < 2 && self.resources.contains_key(root),
        };
        read.depths.iter().find(whole).map(|(root, _)| root.as_str())
    }
}

/// Whether a path is another or lies below it.
fn within(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The arguments of all resources of which there is one: type, name, argument, value.
fn arguments<'d>(declared: &'d Declared<'_>) -> impl Iterator<Item = (&'d str, &'d str, &'d str, Written<'d>)> {
    let once =
        declared.resources.iter().filter(|(address, stanza)| !stanza.repeated() && !address.starts_with("data."));
    once.flat_map(|(address, stanza)| {
        let (kind, name) = address.split_once('.').unwrap_or((address, ""));
        let attributes = stanza.block.body.attributes();
        attributes.map(move |attribute| {
            let written = Written { expression: &attribute.value, file: stanza.file };
            (kind, name, attribute.key.as_str(), written)
        })
    })
}
