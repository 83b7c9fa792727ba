//! What an observation says beside its plain data: parts that could not be known, and what the probe itself was asked for.

use crate::expr::{self, Value};
use crate::look::{LookError, LookErrorKind};

/// A part of an observation that could not be known, for instance `alarm.silent` where the history may not be read.
/// The observation leaves the field out; an expression that reads it is neither true nor false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Dotted: `alarm.silent`.
    pub path: String,
    /// Why.
    pub why: Gap,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// In words.
    pub reason: String,
    /// Whether another look may bring it: AWS would not answer just now, or does not tell it yet.
    pub passing: bool,
    /// Whether AWS does not let us see it.
    pub denied: bool,
}

impl Gap {
    /// Looking again would bring no more.
    pub(super) fn lasting(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), passing: false, denied: false }
    }

    /// Another look may bring it.
    pub(super) fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), passing: true, denied: false }
    }

    /// The same, with words before it.
    pub(super) fn behind(self, words: &str) -> Self {
        Self { reason: format!("{words}{}", self.reason), ..self }
    }
}

/// AWS would not say it: for now where it is in trouble, for good where it denies it.
impl From<&LookError> for Gap {
    fn from(error: &LookError) -> Self {
        let is = |kind| error.kind == kind;
        Self { reason: error.message.clone(), passing: is(LookErrorKind::Obscured), denied: is(LookErrorKind::Denied) }
    }
}

impl Unknown {
    /// Puts in its place in `value`, which is bound to the name `root`, that and why it is not known.
    pub(super) fn withhold(&self, root: &str, value: &mut Value) {
        let below = self.path.strip_prefix(root).and_then(|below| below.strip_prefix('.'));
        if let Some(below) = below {
            // Of several, the name may hold dots; a field's does not.
            let path = below.rsplit_once('.').map_or_else(|| vec![below], |(name, field)| vec![name, field]);
            expr::withhold(value, &path, &self.why.reason);
        }
    }
}

/// Something that the probe itself was asked for (`sequence`, `none`, `image`, `task_definition`), and what came of it in this look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The key it stands under: `sequence`, `none`, `image` or `task_definition`.
    pub kind: &'static str,
    /// As written, with values filled in: `{event: bulk_import_start, import_id: 7f3a}`.
    pub text: String,
    /// What came of it.
    pub state: DemandState,
}

impl Demand {
    /// Why it is broken for good, where it is.
    #[must_use]
    pub fn broken(&self) -> Option<&str> {
        if let DemandState::Broken(why) = &self.state { Some(why) } else { None }
    }
}

/// What came of a demand in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemandState {
    /// It is met, and nothing can undo that.
    Met,
    /// Not (yet): look again until the deadline; then it has failed.
    Open(String),
    /// It is broken for good: fail at once.
    Broken(String),
    /// It is not known (yet): look again until the deadline; then it is inconclusive.
    Unknown(String),
}
