//! The process's exit code.

use std::process::ExitCode;

/// An exit code of the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(u8);

impl Exit {
    /// It did what it was asked for; a run has passed.
    pub(crate) const PASSED: Self = Self(0);
    /// What was typed or written is wrong; nothing was sent.
    pub(crate) const INVALID: Self = Self(2);
    /// It could not be seen.
    pub(crate) const INCONCLUSIVE: Self = Self(3);
    /// smoke's own fault.
    pub(crate) const FAULT: Self = Self(4);

    /// The code that a run came to.
    pub(crate) const fn of(code: u8) -> Self {
        Self(code)
    }

    /// As a number.
    pub(crate) const fn code(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}
