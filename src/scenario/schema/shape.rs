//! What the tables of keys are made of.

/// What may stand under a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Text; `${{ … }}` is filled in. A number or truth value is taken as it was written.
    Text,
    /// Text in which something is filled in.
    Template,
    /// `90s`, `5m`, `1m 30s`.
    Duration,
    /// One CEL expression.
    Expression,
    /// One CEL expression or a list of them.
    Expressions,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 on.
    Count,
    /// Any YAML.
    Tree,
    /// A mapping with known keys.
    Object(&'static Object),
    /// A mapping whose keys the user chooses.
    Map(&'static Shape),
    /// A list.
    List(&'static Shape),
    /// One of these.
    Either(&'static [Shape]),
    /// A list of steps and `use`s.
    Steps,
}

/// A mapping with known keys.
#[derive(Debug)]
pub(crate) struct Object {
    /// Under which it stands in `$defs`.
    pub(crate) name: &'static str,
    /// With its article, for messages: `a step`.
    pub(crate) what: &'static str,
    /// Its keys, in the order in which they are best written.
    pub(crate) keys: &'static [Key],
}

/// A key that an object may have.
#[derive(Debug)]
pub(crate) struct Key {
    /// As written.
    pub(crate) name: &'static str,
    /// What may stand there.
    pub(crate) shape: Shape,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it is for, in one line.
    pub(crate) about: &'static str,
}

impl Key {
    pub(super) const fn required(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, required: true, about }
    }

    pub(super) const fn optional(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, required: false, about }
    }
}

impl Object {
    /// The names of its keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}
