//! The names an expression can see.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Value;

/// Names and their values, plus the time that `now()` gives. Cloning is cheap enough to do once a look.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    names: BTreeMap<String, Value>,
    now: DateTime<Utc>,
}

impl Scope {
    /// A scope without names, at `now`.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { names: BTreeMap::new(), now }
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

    /// Binds a name, over whatever it meant before.
    pub fn bind(&mut self, name: impl Into<String>, value: Value) {
        self.names.insert(name.into(), value);
    }

    /// The same scope with one more name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.bind(name, value);
        self
    }

    /// The value of a top-level name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(|(name, value)| (name.as_str(), value))
    }
}
