//! One variable of a module.

use crate::expr::{Value, Withheld};

/// One variable.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    /// What it is, as expressions see it: partly or wholly withheld where it is not known.
    pub(super) value: Value,
    /// The same for evaluation, where it is known.
    pub(super) known: Option<hcl::Value>,
    /// Where it was given, rather than left to its default.
    pub(super) given_at: Option<String>,
    pub(super) sensitive: bool,
    /// What was written for it and must not be told, as it stands there: a value may be of the wrong type, or not be used.
    pub(super) secrets: Vec<String>,
}

impl Variable {
    /// The value as it may be shown.
    pub(super) fn shown(&self) -> Value {
        let value = self.value.clone();
        if self.sensitive { Withheld::veiled(value) } else { value }
    }
}
