//! Filter patterns of CloudWatch Logs: unstructured terms, JSON patterns and regular expressions.
//!
//! * `ERROR "in file" -DEBUG`, `?ERROR ?WARN`, `%regex%`
//! * `{ $.event = "x" && ( $.n != 1 || $.list[0] NOT EXISTS ) }`
//!
//! Space-delimited patterns (`[ip, user, status = 4*]`) are refused as unsupported. What AWS's documentation leaves
//! open is marked `[?]` where it is decided here.

mod glob;
mod json;
mod json_syntax;
mod regular;
mod scanner;
mod terms;

#[cfg(test)]
mod tests;

/// The most characters a pattern may have.
const LONGEST: usize = 1024;

/// A pattern, ready to be held against messages.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// The empty pattern.
    Everything,
    /// Words anywhere in the message.
    Terms(terms::Terms),
    /// Fields of a message that is JSON.
    Json(json::Condition),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Says what is wrong with it, or that it is not supported here.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > LONGEST {
            return Err(format!("a filter pattern has at most {LONGEST} characters"));
        }
        let text = text.trim();
        match text.chars().next() {
            None => Ok(Self::Everything),
            Some('{') => json_syntax::parse(text).map(Self::Json),
            Some('[') => Err("the sandbox does not support space-delimited filter patterns".to_owned()),
            Some(_) => terms::parse(text).map(Self::Terms),
        }
    }

    /// Whether a message matches. One with any text before its `{` matches no JSON pattern.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Terms(terms) => terms.match_message(message),
            Self::Json(condition) => serde_json::from_str(message).is_ok_and(|fields: serde_json::Value| {
                (fields.is_object() || fields.is_array()) && condition.holds(&fields)
            }),
        }
    }

    /// Whether it lets everything through.
    pub(crate) const fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }
}
