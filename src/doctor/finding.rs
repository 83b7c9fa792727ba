//! What was found: a tree of marks, reasons and things to do.

use crate::look::{LookError, LookErrorKind};

/// How it is. From the best to the worst, so that the worst of many is their `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// As it should be.
    Well,
    /// It could not be seen.
    Unknown,
    /// It was seen, and is not as it should be.
    Wrong,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is, what lies below it not counted.
    pub mark: Mark,
    /// What was looked at.
    pub what: String,
    /// What was seen, or why nothing was.
    pub why: Option<String>,
    /// What to do about it.
    pub todo: Option<String>,
    /// Its parts.
    pub below: Vec<Finding>,
}

impl Finding {
    /// Something that is as it should be.
    pub(super) fn well(what: impl Into<String>, why: impl Into<Option<String>>) -> Self {
        Self { mark: Mark::Well, what: what.into(), why: why.into(), todo: None, below: Vec::new() }
    }

    /// Something that is not.
    pub(super) fn wrong(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { mark: Mark::Wrong, ..Self::well(what, Some(why.into())) }
    }

    /// Something that could not be seen.
    pub(super) fn unknown(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { mark: Mark::Unknown, ..Self::well(what, Some(why.into())) }
    }

    /// Something that could not be looked at. What may not be looked at is found by its permissions; what is not there
    /// was seen not to be.
    pub(super) fn unseen(what: impl Into<String>, error: &LookError) -> Self {
        match error.kind {
            LookErrorKind::System
            | LookErrorKind::Late
            | LookErrorKind::Broken
            | LookErrorKind::Unusable
            | LookErrorKind::Unreachable => Self::wrong(what, &error.message),
            LookErrorKind::Denied | LookErrorKind::Obscured | LookErrorKind::Unequipped => {
                Self::unknown(what, &error.message)
            }
        }
    }

    /// With something to do about it.
    pub(super) fn todo(self, todo: impl Into<String>) -> Self {
        Self { todo: Some(todo.into()), ..self }
    }

    /// With one more part.
    pub(super) fn with(mut self, part: impl IntoIterator<Item = Self>) -> Self {
        self.below.extend(part);
        self
    }

    /// With where it is named.
    pub(super) fn named_at(self, place: &str) -> Self {
        if self.mark == Mark::Well { self } else { Self { what: format!("{} (named at {place})", self.what), ..self } }
    }

    /// Not seen for lack of a permission: the permission's own line says why and what to do.
    pub(super) fn unless(self, denied: bool) -> Self {
        if denied && self.mark == Mark::Unknown { Self { why: None, todo: None, ..self } } else { self }
    }

    /// The worst mark of it and all below.
    #[must_use]
    pub fn worst(&self) -> Mark {
        self.below.iter().map(Self::worst).fold(self.mark, Mark::max)
    }

    /// How many there are of a mark, itself and all below. What only stands above its parts, and says nothing of its own, is
    /// none.
    #[must_use]
    pub fn count(&self, mark: Mark) -> usize {
        let heads = self.why.is_none() && !self.below.is_empty();
        usize::from(self.mark == mark && !heads) + self.below.iter().map(|finding| finding.count(mark)).sum::<usize>()
    }

    /// Every text in it.
    pub fn each_text(&mut self, edit: &mut dyn FnMut(&mut String)) {
        let Self { mark: _, what, why, todo, below } = self;
        edit(what);
        why.iter_mut().chain(todo).for_each(&mut *edit);
        for finding in below {
            finding.each_text(edit);
        }
    }
}
