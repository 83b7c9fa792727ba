//! What is known of a value before there is one.

/// The kind of a value, as far as it is certain beforehand. Built from statics, so that probes can write theirs as tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It may be anything.
    Any,
    /// True or false.
    Bool,
    /// A number, whole or not.
    Number,
    /// Text.
    Text,
    /// Text that is one of these.
    OneOf(&'static [&'static str]),
    /// A duration.
    Duration,
    /// A moment.
    Time,
    /// What `type(…)` gives.
    Type,
    /// A list, each item of the kind.
    List(&'static Kind),
    /// An object whose keys nobody knows beforehand, each value of the kind.
    Map(&'static Kind),
    /// The same, whose keys are in lower case.
    Lower(&'static Kind),
    /// An object with these fields, and no others.
    Object(&'static [(&'static str, Kind)]),
    /// What may be there or not, of whatever kind: `x.?a`.
    Optional,
    /// Null or left out, or else of the kind.
    OrNull(&'static Kind),
}

impl Kind {
    /// Of what there is, where it is not null.
    pub(super) const fn there(self) -> Self {
        match self {
            Self::OrNull(kind) => *kind,
            kind => kind,
        }
    }

    /// Whether a value of this kind can be true or false.
    pub(super) const fn may_be_bool(self) -> bool {
        matches!(self.there(), Self::Any | Self::Bool)
    }

    /// The kind of a field; none where there is no such field.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        match self.there() {
            Self::Any => Some(Self::Any),
            Self::Optional => Some(Self::Optional),
            Self::Map(value) | Self::Lower(value) => Some(*value),
            Self::Object(fields) => fields.iter().find(|(field, _)| *field == name).map(|(_, kind)| *kind),
            _ => None,
        }
    }

    /// What is met when one goes through it: a list's items, an object's keys.
    pub(super) const fn item(self) -> Self {
        match self.there() {
            Self::List(item) => *item,
            Self::Map(_) | Self::Lower(_) | Self::Object(_) => Self::Text,
            _ => Self::Any,
        }
    }

    /// In words; none where nothing is certain.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self.there() {
            Self::Any | Self::OrNull(_) => None,
            Self::Bool => Some("true or false"),
            Self::Number => Some("a number"),
            Self::Text | Self::OneOf(_) => Some("a text"),
            Self::Duration => Some("a duration"),
            Self::Time => Some("a time"),
            Self::Type => Some("a type"),
            Self::List(_) => Some("a list"),
            Self::Map(_) | Self::Lower(_) | Self::Object(_) => Some("an object"),
            Self::Optional => Some("an optional value"),
        }
    }

    /// Whether values of both kinds can never be compared. Unknown ones may be.
    pub(super) fn differs(self, other: Self) -> bool {
        self.word().zip(other.word()).is_some_and(|(one, other)| one != other)
    }
}
