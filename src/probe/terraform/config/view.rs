//! A module as expressions see it, and the place of each part.

use std::collections::BTreeMap;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};

use super::declared::{Declared, Stanza, Written};
use super::evaluate::Evaluation;
use super::{count, lifecycle, references, variables};
use crate::expr::{self, Value, Withheld};
use crate::probe::terraform::withheld;

/// Arguments and blocks that say something about a resource rather than being part of it. Further down, the names are free.
const META: [&str; 7] = ["count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"];

/// A module with what is known of it.
pub(super) struct View<'v> {
    pub(super) declared: &'v Declared<'v>,
    pub(super) evaluation: &'v Evaluation<'v>,
    /// Its address; empty for the root module.
    pub(super) module: &'v str,
    /// How many there are of the module.
    pub(super) count: &'v Value,
}

type Places = BTreeMap<String, String>;

impl View<'_> {
    /// Every resource: its address, what is seen of it, and where its parts stand.
    pub(super) fn resources(&self) -> Vec<(String, Value, Places)> {
        self.declared.resources.iter().map(|(address, stanza)| self.resource(address, *stanza)).collect()
    }

    fn resource(&self, local: &str, stanza: Stanza<'_>) -> (String, Value, Places) {
        let dot = if self.module.is_empty() { "" } else { "." };
        let address = format!("{}{dot}{local}", self.module);
        let labels = &stanza.block.labels;
        let text = |index: usize| labels.get(index).map_or(Value::Null, |label| Value::from(label.as_str()));
        let mode = if stanza.block.ident.as_str() == "data" { "data" } else { "managed" };
        let references = references::of_body(&stanza.block.body);
        let values = self.values(&stanza.block.body, stanza, &META);
        let (unknown, sensitive) = withheld::paths(&values);
        let fields = [
            ("address", Value::from(address.as_str())),
            ("mode", Value::from(mode)),
            ("type", text(0)),
            ("name", text(1)),
            ("module", Value::from(self.module)),
            ("count", count::times(self.count, &count::of(&stanza, self.evaluation))),
            ("lifecycle", lifecycle::of(&stanza, self.evaluation)),
            ("values", values),
            ("unknown", texts(&unknown)),
            ("sensitive", texts(&sensitive)),
            ("written", written(&stanza.block.body, stanza, &META)),
            ("references", texts(&references)),
            ("file", Value::from(stanza.file.shown.as_str())),
            ("line", line(stanza)),
        ];
        let root = format!("resources.{address}");
        let mut places = Places::from([(root.clone(), stanza.at())]);
        for part in ["values", "written"] {
            places_below(&stanza.block.body, stanza, &format!("{root}.{part}"), &mut places);
        }
        for meta in ["count", "for_each"] {
            places.extend(stanza.attribute(meta).map(|written| (format!("{root}.count"), written.at())));
        }
        let lifecycle = stanza.block.body.get_blocks("lifecycle").next();
        places.extend(lifecycle.map(|block| (format!("{root}.lifecycle"), stanza.file.at(block.span()))));
        (address, expr::object(fields.map(|(name, value)| (name.to_owned(), value))), places)
    }

    /// Arguments with their values, blocks as lists of such.
    fn values(&self, body: &Body, stanza: Stanza<'_>, meta: &[&str]) -> Value {
        let own = body.attributes().filter(|attribute| !meta.contains(&attribute.key.as_str()));
        let attributes = own.map(|attribute| {
            let written = Written { expression: &attribute.value, file: stanza.file };
            (attribute.key.as_str().to_owned(), self.evaluation.value(written))
        });
        let blocks = blocks(body, meta).into_iter().map(|(name, blocks)| {
            (name.to_owned(), expr::list(blocks.iter().map(|block| self.values(&block.body, stanza, &[]))))
        });
        let generated = dynamic(body).map(|(name, block)| {
            let at = stanza.file.at(block.span());
            let why = format!("the blocks {name} ({at}) are generated: only a plan tells them");
            (name.to_owned(), Withheld::Unknown(why).into_value())
        });
        expr::object(attributes.chain(blocks).chain(generated))
    }

    /// `outputs`, `variables`, `locals`.
    pub(super) fn rest(&self) -> Vec<(String, Value)> {
        let outputs = self.declared.outputs.iter().map(|(name, stanza)| ((*name).to_owned(), self.output(*stanza)));
        let variables = self.declared.variables.iter().filter_map(|(name, stanza)| {
            Some(((*name).to_owned(), variables::fields(name, self.evaluation.variables.get(*name)?, stanza)))
        });
        let locals = self.declared.locals.iter().map(|(name, it)| ((*name).to_owned(), self.evaluation.value(*it)));
        vec![
            ("outputs".to_owned(), expr::object(outputs)),
            ("variables".to_owned(), expr::object(variables)),
            ("locals".to_owned(), expr::object(locals)),
        ]
    }

    fn output(&self, stanza: Stanza<'_>) -> Value {
        let written = stanza.attribute("value");
        let value = written.map_or(Value::Null, |written| self.evaluation.value(written));
        let sensitive = stanza.is_sensitive();
        let value = if sensitive { Withheld::Sensitive(value).into_value() } else { value };
        let references = written.map(|written| references::of(written.expression)).unwrap_or_default();
        let fields = [
            ("value", value),
            ("written", Value::from(written.map(|written| written.text()).unwrap_or_default().as_str())),
            ("sensitive", Value::Bool(sensitive)),
            ("references", texts(&references)),
            ("file", Value::from(stanza.file.shown.as_str())),
            ("line", line(stanza)),
        ];
        expr::object(fields.map(|(name, value)| (name.to_owned(), value)))
    }

    /// What the provider of each kind is given that has no alias.
    pub(super) fn providers(&self) -> impl Iterator<Item = (String, Value)> {
        let given = |stanza: &Stanza<'_>| self.values(&stanza.block.body, *stanza, &[]);
        self.declared.providers.iter().map(move |(kind, stanza)| ((*kind).to_owned(), given(stanza)))
    }

    /// Where outputs, variables and locals stand.
    pub(super) fn other_places(&self) -> Places {
        let outputs = self.declared.outputs.iter().map(|(name, it)| (format!("outputs.{name}"), it.at()));
        let locals = self.declared.locals.iter().map(|(name, it)| (format!("locals.{name}"), it.at()));
        let variables = self.declared.variables.iter().map(|(name, it)| (format!("variables.{name}"), it.at()));
        let given =
            self.evaluation.variables.iter().filter_map(|(name, variable)| Some((name, variable.given_at.clone()?)));
        let given = given
            .flat_map(|(name, at)| ["given", "value"].map(|part| (format!("variables.{name}.{part}"), at.clone())));
        outputs.chain(locals).chain(variables).chain(given).collect()
    }
}

/// Arguments as they are written, blocks as lists of such.
fn written(body: &Body, stanza: Stanza<'_>, meta: &[&str]) -> Value {
    let attributes = body.attributes().map(|attribute| {
        let written = Written { expression: &attribute.value, file: stanza.file };
        (attribute.key.as_str().to_owned(), Value::from(written.text().as_str()))
    });
    let blocks = blocks(body, meta).into_iter().map(|(name, blocks)| {
        (name.to_owned(), expr::list(blocks.iter().map(|block| written(&block.body, stanza, &[]))))
    });
    expr::object(attributes.chain(blocks))
}

/// The blocks of a body by name, without those that say something about the resource.
fn blocks<'b>(body: &'b Body, meta: &[&str]) -> BTreeMap<&'b str, Vec<&'b Block>> {
    let mut named = BTreeMap::<&str, Vec<&Block>>::new();
    for block in body.blocks().filter(|block| !meta.contains(&block.ident.as_str()) && !block.has_ident("dynamic")) {
        named.entry(block.ident.as_str()).or_default().push(block);
    }
    named
}

/// Blocks that are generated, by the name of what they generate.
fn dynamic(body: &Body) -> impl Iterator<Item = (&str, &Block)> {
    body.get_blocks("dynamic").filter_map(|block| Some((block.labels.first()?.as_str(), block)))
}

fn places_below(body: &Body, stanza: Stanza<'_>, path: &str, places: &mut Places) {
    for attribute in body.attributes() {
        places.insert(format!("{path}.{}", attribute.key.as_str()), stanza.file.at(attribute.span()));
    }
    for block in body.blocks() {
        let name = block.ident.as_str();
        // An expression's path ends where it counts into a list, so the first of several stands for all.
        places.entry(format!("{path}.{name}")).or_insert_with(|| stanza.file.at(block.span()));
    }
}

fn line(stanza: Stanza<'_>) -> Value {
    Value::Int(i64::try_from(stanza.line()).unwrap_or(i64::MAX))
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t String>) -> Value {
    expr::list(texts.into_iter().map(|text| Value::from(text.as_str())))
}
