//! The names an expression can see.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::objects::KeyRef;
use chrono::{DateTime, Utc};

use super::Value;

/// Names and their values, plus the time that `now()` gives. Cloning is cheap enough to do once a look: values are
/// shared, never copied.
#[derive(Clone, Default)]
pub struct Scope {
    names: BTreeMap<Arc<str>, Bound>,
    now: DateTime<Utc>,
    cleaner: Option<Cleaner>,
}

type Cleaner = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// A value as scopes hold it: shared by all who bind it.
#[derive(Clone)]
pub struct Bound(Arc<Binding>);

/// A value in the two forms it is asked for: ours, and the interpreter's. The latter is built when first read and then
/// lent out, since building it copies everything.
struct Binding {
    value: Value,
    operand: OnceLock<Option<Box<dyn Val>>>,
}

impl From<Value> for Bound {
    fn from(value: Value) -> Self {
        Self(Arc::new(Binding { value, operand: OnceLock::new() }))
    }
}

impl Deref for Bound {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

/// Nothing of the value: it may be a secret.
impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").finish_non_exhaustive()
    }
}

impl Scope {
    /// A scope without names, at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, ..Self::default() }
    }

    /// Moves the scope's clock.
    pub fn set_now(&mut self, now: DateTime<Utc>) {
        self.now = now;
    }

    /// What `now()` gives.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Cleans every value of secrets before it is put into an explanation. Needed because explanations cut long values:
    /// half a secret would no longer be found by whoever cleans the finished text.
    pub fn clean_with(&mut self, cleaner: impl Fn(&str) -> String + Send + Sync + 'static) {
        self.cleaner = Some(Arc::new(cleaner));
    }

    pub(super) fn clean(&self, text: String) -> String {
        match &self.cleaner {
            Some(cleaner) => cleaner(&text),
            None => text,
        }
    }

    /// Binds a name, over whatever it meant before.
    pub fn bind(&mut self, name: impl AsRef<str>, value: impl Into<Bound>) {
        let (name, value) = (name.as_ref(), value.into());
        match self.names.get_mut(name) {
            Some(before) => *before = value,
            None => _ = self.names.insert(name.into(), value),
        }
    }

    /// The same scope with one more name.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<str>, value: impl Into<Bound>) -> Self {
        self.bind(name, value);
        self
    }

    /// The value of a top-level name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).map(|bound| &**bound)
    }

    /// The value that a path of fields leads to, root first.
    #[must_use]
    pub fn read(&self, path: &[String]) -> Option<&Value> {
        let (root, fields) = path.split_first()?;
        fields.iter().try_fold(self.get(root)?, |value, field| match value {
            Value::Map(fields) => fields.get(&KeyRef::String(field)),
            _ => None,
        })
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(|(name, bound)| (&**name, &**bound))
    }
}

/// Only the names: the values may be secrets.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("names", &self.names.keys()).field("now", &self.now).finish_non_exhaustive()
    }
}

impl VariableResolver for Scope {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let Bound(binding) = self.names.get(variable.strip_prefix('.').unwrap_or(variable))?;
        let operand = binding.operand.get_or_init(|| binding.value.clone().try_into().ok());
        operand.as_deref().map(CowVal::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_sorted_and_the_last_binding_counts() {
        let scope = Scope::default().with("b", Value::Int(1)).with("a", Value::Int(2)).with("b", Value::Int(3));
        let names: Vec<_> = scope.names().map(|(name, value)| (name, value.clone())).collect();
        assert_eq!(names, [("a", Value::Int(2)), ("b", Value::Int(3))]);
        assert_eq!(scope.get("c"), None);
    }

    #[test]
    fn a_clone_does_not_see_what_is_bound_later() {
        let mut first = Scope::default().with("a", Value::Int(1));
        let second = first.clone();
        first.bind("a", Value::Int(2));
        assert_eq!((first.get("a"), second.get("a")), (Some(&Value::Int(2)), Some(&Value::Int(1))));
    }

    #[test]
    fn debug_output_holds_no_values() {
        let shown = format!("{:?}", Scope::default().with("secret", Value::from("hunter2")));
        assert!(shown.contains("secret") && !shown.contains("hunter2"), "{shown}");
    }
}
