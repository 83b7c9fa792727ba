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
    doubted: Option<Bound>,
}

/// Up to this length, in bytes, a text is copied rather than all that it is a part of.
const SHORT: usize = 64;

impl Binding {
    fn whole(&self) -> Option<CowVal<'_, '_>> {
        let operand = self.operand.get_or_init(|| self.value.clone().try_into().ok());
        operand.as_deref().map(CowVal::Borrowed)
    }

    /// A single value in it, by itself, as long as the whole was not needed: most of an answer is never read.
    fn part<'path>(&self, fields: impl Iterator<Item = &'path str>) -> Option<CowVal<'_, '_>> {
        if self.operand.get().is_some() {
            return None;
        }
        let part = below(&self.value, fields).filter(|part| is_small(part))?;
        part.clone().try_into().ok().map(CowVal::Owned)
    }
}

fn is_small(value: &Value) -> bool {
    match value {
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Timestamp(_) => true,
        Value::String(text) => text.len() <= SHORT,
        _ => false,
    }
}

/// What fields of fields hold.
fn below<'value, 'path>(value: &'value Value, fields: impl Iterator<Item = &'path str>) -> Option<&'value Value> {
    let mut fields = fields;
    fields.try_fold(value, |value, field| match value {
        Value::Map(fields) => fields.get(&KeyRef::String(field)),
        _ => None,
    })
}

impl From<Value> for Bound {
    fn from(value: Value) -> Self {
        Self(Arc::new(Binding { value, operand: OnceLock::new(), doubted: None }))
    }
}

impl Bound {
    /// A value of which a part may only seem so; `doubted` is the same without that.
    #[must_use]
    pub fn in_doubt(value: Value, doubted: Value) -> Self {
        Self(Arc::new(Binding { value, operand: OnceLock::new(), doubted: Some(doubted.into()) }))
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

    /// The same scope without what may only seem so; none where nothing is in doubt.
    #[must_use]
    pub fn doubting(&self) -> Option<Self> {
        if self.names.values().all(|value| value.0.doubted.is_none()) {
            return None;
        }
        let mut scope = self.clone();
        for value in scope.names.values_mut() {
            if let Some(doubted) = value.0.doubted.clone() {
                *value = doubted;
            }
        }
        Some(scope)
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
    pub fn read(&self, path: &[impl AsRef<str>]) -> Option<&Value> {
        let (root, fields) = path.split_first()?;
        below(self.get(root.as_ref())?, fields.iter().map(AsRef::as_ref))
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
    /// Of `a.b.c` the interpreter asks for `a.b.c` first, then for `a.b`, in which it looks for `c` itself, then for `a`.
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let variable = variable.strip_prefix('.').unwrap_or(variable);
        match variable.split_once('.') {
            None => self.names.get(variable)?.0.whole(),
            Some((root, fields)) => self.names.get(root)?.0.part(fields.split('.')),
        }
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

    /// What the interpreter is lent for a name with points, and whether the whole was built for it.
    fn check(field: Value, name: &str, expected: Option<Value>, whole: bool) {
        let inner = crate::expr::object([("field".to_owned(), field)]);
        let scope = Scope::default().with("root", crate::expr::object([("inner".to_owned(), inner)]));
        let lent = scope.resolve(name).map(|value| Value::try_from(value.as_ref()).unwrap());
        let built = scope.names["root"].0.operand.get().is_some();
        assert_eq!((lent, built), (expected, whole), "{name}");
    }

    #[test]
    fn a_single_value_is_lent_without_all_that_it_is_a_part_of() {
        let (short, long) = (Value::from("queued"), Value::from("x".repeat(SHORT + 1)));
        check(short.clone(), "root.inner.field", Some(short.clone()), false);
        check(short.clone(), ".root.inner.field", Some(short.clone()), false);
        check(Value::Int(3), "root.inner.field", Some(Value::Int(3)), false);
        // The rest is looked for in the whole, by the interpreter itself.
        check(long, "root.inner.field", None, false);
        check(short.clone(), "root.inner.other", None, false);
        check(short.clone(), "root.inner.field.deeper", None, false);
        check(short.clone(), "root.inner", None, false);
        check(crate::expr::list([]), "root.inner.field", None, false);
        let inner = crate::expr::object([("field".to_owned(), short.clone())]);
        check(short, "root", Some(crate::expr::object([("inner".to_owned(), inner)])), true);
    }

    #[test]
    fn debug_output_holds_no_values() {
        let shown = format!("{:?}", Scope::default().with("secret", Value::from("hunter2")));
        assert!(shown.contains("secret") && !shown.contains("hunter2"), "{shown}");
    }
}
