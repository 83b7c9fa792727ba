//! What the files of a module declare.

use std::collections::BTreeMap;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, BlockLabel};

use super::folder::{File, Folder};

/// A block and the file that it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stanza<'f> {
    pub(super) block: &'f Block,
    pub(super) file: &'f File,
}

/// An expression and the file that it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'f> {
    pub(super) expression: &'f Expression,
    pub(super) file: &'f File,
}

/// A call of a module.
#[derive(Debug)]
pub(super) struct Call<'f> {
    pub(super) name: &'f str,
    /// Where its files are, where that is written out.
    pub(super) source: Option<&'f str>,
    pub(super) stanza: Stanza<'f>,
}

/// Everything that a module declares, by name; resources by address.
#[derive(Debug, Default)]
pub(super) struct Declared<'f> {
    pub(super) resources: BTreeMap<String, Stanza<'f>>,
    pub(super) variables: BTreeMap<&'f str, Stanza<'f>>,
    pub(super) outputs: BTreeMap<&'f str, Stanza<'f>>,
    pub(super) modules: BTreeMap<&'f str, Stanza<'f>>,
    pub(super) locals: BTreeMap<&'f str, Written<'f>>,
    /// The provider of each kind that has no alias.
    pub(super) providers: BTreeMap<&'f str, Stanza<'f>>,
}

impl<'f> Declared<'f> {
    /// Gathers the blocks of all files.
    ///
    /// # Errors
    /// Something is declared twice.
    pub(super) fn of(folder: &'f Folder) -> Result<Self, String> {
        let mut declared = Self::default();
        for file in &folder.files {
            for block in file.body.blocks() {
                declared.add(Stanza { block, file })?;
            }
        }
        Ok(declared)
    }

    fn add(&mut self, stanza: Stanza<'f>) -> Result<(), String> {
        let labels: Vec<&'f str> = stanza.block.labels.iter().map(BlockLabel::as_str).collect();
        let before = match (stanza.block.ident.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) => self.resources.insert(format!("{kind}.{name}"), stanza),
            ("data", [kind, name]) => self.resources.insert(format!("data.{kind}.{name}"), stanza),
            ("variable", [name]) => self.variables.insert(name, stanza),
            ("output", [name]) => self.outputs.insert(name, stanza),
            ("module", [name]) => self.modules.insert(name, stanza),
            ("locals", []) => return self.add_locals(stanza),
            ("provider", [kind]) if stanza.attribute("alias").is_none() => self.providers.insert(kind, stanza),
            _ => None,
        };
        match before {
            Some(before) => Err(format!(
                "{}: {} is declared a second time; the other is at {}",
                stanza.at(),
                labels.join("."),
                before.at()
            )),
            None => Ok(()),
        }
    }

    fn add_locals(&mut self, stanza: Stanza<'f>) -> Result<(), String> {
        for attribute in stanza.block.body.attributes() {
            let written = Written { expression: &attribute.value, file: stanza.file };
            if self.locals.insert(attribute.key.as_str(), written).is_some() {
                let at = stanza.file.at(attribute.span());
                return Err(format!("{at}: the local {} is declared a second time", attribute.key.as_str()));
            }
        }
        Ok(())
    }

    /// The modules that this one calls.
    pub(super) fn calls(&self) -> impl Iterator<Item = Call<'f>> {
        self.modules.iter().map(|(name, stanza)| {
            let source = stanza.attribute("source").and_then(|written| written.expression.as_str());
            Call { name, source, stanza: *stanza }
        })
    }
}

impl<'f> Stanza<'f> {
    /// `file:line` of its head.
    pub(super) fn at(&self) -> String {
        self.file.at(self.block.span())
    }

    /// The line of its head.
    pub(super) fn line(&self) -> usize {
        self.file.line(self.block.span())
    }

    /// What is written for one of its attributes.
    pub(super) fn attribute(&self, name: &str) -> Option<Written<'f>> {
        let attribute = self.block.body.get_attribute(name)?;
        Some(Written { expression: &attribute.value, file: self.file })
    }

    /// Whether a variable or an output is marked so. What is ephemeral is meant to be told nowhere, either.
    pub(super) fn is_sensitive(&self) -> bool {
        let denied = |mark: &Expression| mark.as_bool() == Some(false) || mark.as_str() == Some("false");
        ["sensitive", "ephemeral"].iter().filter_map(|mark| self.attribute(mark)).any(|mark| !denied(mark.expression))
    }

    /// Whether there are several of it, or none.
    pub(super) fn repeated(&self) -> bool {
        self.attribute("count").is_some() || self.attribute("for_each").is_some()
    }
}

impl<'f> Call<'f> {
    /// The folder of a module that lies beside the one that calls it.
    pub(super) fn folder(&self) -> Option<&'f str> {
        self.source.filter(|source| source.starts_with("./") || source.starts_with("../"))
    }

    /// Its address in a module.
    pub(super) fn address(&self, module: &str) -> String {
        let dot = if module.is_empty() { "" } else { "." };
        format!("{module}{dot}module.{}", self.name)
    }

    /// `file:line` of the call.
    pub(super) fn at(&self) -> String {
        self.stanza.at()
    }
}

impl Written<'_> {
    /// As it stands in the file, white space in one.
    pub(super) fn text(&self) -> String {
        self.file.written(self.expression.span())
    }

    /// `file:line`.
    pub(super) fn at(&self) -> String {
        self.file.at(self.expression.span())
    }
}
