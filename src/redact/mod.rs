//! Secrets: a type that cannot be printed, and the one place where text is cleaned of them.
//!
//! A secret is looked for in two ways. What does not keep its letters (base64) is derived once, when the secret is
//! learnt (`forms`, which a `finder` looks for), and so is JSON quoted in JSON, which comes in many layers and in one way.
//! What escapes single characters (URL, JSON, markup) can be written in too many ways to list, so the text is read the
//! other way round: unescaped into a `view` that remembers where each byte came from.

mod finder;
mod forms;
mod parts;
mod secret;
mod telling;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use forms::Forms;
pub use secret::{MASK, Secret};
pub use telling::is_telling;
use view::View;

/// How many escapings inside each other are seen through, as in a URL inside JSON.
const DEPTH: usize = 2;

/// Knows every secret of a run and cleans text of them: raw, and in the forms they take on the way (base64, URL-, JSON-
/// and XML-escaped, inside a `Basic` header, in lower case as the name of a host). Shared by all cases; secrets may be added
/// while it runs (`capture: secret`).
#[derive(Default)]
pub struct Redactor {
    known: RwLock<Known>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Known {
    secrets: HashSet<String>,
    /// Secrets in groups that double in size, so that learning one at a time does not search anew for all of them.
    groups: Vec<Forms>,
}

impl Redactor {
    /// Learns a secret, and of a JSON object or list what it is made of. Empty ones (nothing but white space or `*`) are
    /// refused: they would blank everything.
    pub fn learn(&self, secret: &Secret) {
        let text = secret.reveal();
        if text.chars().all(|letter| letter.is_whitespace() || letter == '*') {
            return;
        }
        if self.known.read().unwrap_or_else(PoisonError::into_inner).secrets.contains(text) {
            return;
        }
        // Its parts come first: whoever finds it known may tell of them at once.
        for part in parts::of(text) {
            self.learn(&part);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.insert(text.to_owned()) {
            known.add(text);
        }
    }

    /// The text with every secret replaced by `***`. Where secrets overlap, all that they cover is replaced at once.
    #[must_use]
    pub fn clean<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut cleaned = Cow::Borrowed(text);
        // A mask and what stands beside it may by chance spell another secret, so the result is looked at again. Each
        // round takes away at least one letter that is no star; so this ends.
        while let Some(next) = known.clean_once(&cleaned) {
            cleaned = Cow::Owned(next);
        }
        cleaned
    }

    /// The same for every string of a JSON value, keys included. A number that is a secret becomes `***`.
    #[must_use]
    pub fn clean_json(&self, json: serde_json::Value) -> serde_json::Value {
        if self.is_empty() { json } else { self.clean_tree(json) }
    }

    /// Whether there is nothing to clean, so that work can be saved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).secrets.is_empty()
    }

    fn clean_tree(&self, json: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match json {
            Value::String(text) => Value::String(self.clean(&text).into_owned()),
            Value::Array(items) => items.into_iter().map(|item| self.clean_tree(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(key, value)| (self.clean(&key).into_owned(), self.clean_tree(value))).collect()
            }
            Value::Number(number) => match self.clean(&number.to_string()) {
                Cow::Owned(cleaned) => Value::String(cleaned),
                Cow::Borrowed(_) => Value::Number(number),
            },
            Value::Null | Value::Bool(_) => json,
        }
    }
}

impl Known {
    fn add(&mut self, secret: &str) {
        let mut group = vec![secret.to_owned()];
        while let Some(last) = self.groups.pop_if(|last| last.secrets.len() <= group.len()) {
            group.extend(last.secrets);
        }
        self.groups.push(Forms::of(group));
    }

    /// None where there is nothing to replace.
    fn clean_once(&self, text: &str) -> Option<String> {
        if self.groups.is_empty() {
            return None;
        }
        let mut found = Vec::new();
        self.find_in(&View::plain(text), DEPTH, &mut found);
        if found.is_empty() { None } else { Some(replace(text, found)) }
    }

    fn find_in(&self, view: &View, depth: usize, found: &mut Vec<Range<usize>>) {
        for group in &self.groups {
            group.find(view.bytes(), |range| found.push(view.origin(range)));
        }
        if depth > 0 {
            for unescaped in view.unescaped() {
                self.find_in(&unescaped, depth - 1, found);
            }
        }
    }
}

fn replace(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_by_key(|range| range.start);
    let mut cleaned = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        let (start, end) = (text.floor_char_boundary(range.start), text.ceil_char_boundary(range.end));
        if start > done || cleaned.is_empty() {
            cleaned.push_str(&text[done..start]);
            cleaned.push_str(MASK);
        }
        done = done.max(end);
    }
    cleaned.push_str(&text[done..]);
    cleaned
}
