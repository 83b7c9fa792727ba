//! The process's exit code.

use std::process::ExitCode;

/// An exit code of the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(u8);

impl Exit {
    /// It did what it was asked for; a run has passed.
    pub(crate) const PASSED: Self = Self(0);
    /// Something that was looked at is not as it must be.
    pub(crate) const FAILED: Self = Self(1);
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

    /// The one of both that matters more: smoke's own fault, what was seen to be wrong, what is invalid, what could not be
    /// seen. A signal's is stronger than all.
    pub(crate) fn worst(self, other: Self) -> Self {
        const MILD_TO_BAD: [u8; 5] = [0, 3, 2, 1, 4];
        let rank = |exit: Self| MILD_TO_BAD.iter().position(|code| *code == exit.0).unwrap_or(MILD_TO_BAD.len());
        if rank(other) > rank(self) { other } else { self }
    }

    /// Whether a signal ended it.
    pub(crate) const fn is_signal(self) -> bool {
        self.0 >= 128
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_of_two_counts() {
        let codes = [Exit::PASSED, Exit::INCONCLUSIVE, Exit::INVALID, Exit::FAILED, Exit::FAULT, Exit::of(130)];
        for (mild, bad) in codes.iter().zip(&codes[1..]) {
            assert_eq!((mild.worst(*bad), bad.worst(*mild)), (*bad, *bad));
        }
    }
}
