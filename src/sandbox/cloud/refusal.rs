//! What an AWS API answers when it refuses.

use std::borrow::Cow;

/// An AWS error: HTTP status, code and message, drawn by whatever protocol the request came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// The error's code, for instance `ResourceNotFoundException`.
    pub(crate) code: Cow<'static, str>,
    /// In words.
    pub(crate) message: String,
}

impl Refusal {
    /// The client's fault: HTTP 400, as nearly all errors of AWS are.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code: Cow::Borrowed(code), message: message.into() }
    }

    /// HTTP 403: nobody we know.
    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 403, ..Self::new(code, message) }
    }

    /// Too many calls, by whomever.
    pub(crate) fn throttled() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    /// An operation that exists at AWS, or does not, but surely not here.
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("the sandbox does not support the operation {operation}"))
    }
}

#[cfg(test)]
impl Refusal {
    /// Code and message in one line, for tests.
    pub(crate) fn line(&self) -> String {
        format!("{} {}: {}", self.status, self.code, self.message)
    }
}
