//! A run's request to stop.

/// Whether the run was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stop {
    /// Go on.
    #[default]
    No,
    /// Clean up, then end: SIGINT.
    Interrupted,
    /// Clean up, then end: SIGTERM.
    Terminated,
    /// Clean up, then end: SIGHUP. The terminal was closed, or the connection to it was lost.
    HungUp,
}

impl Stop {
    /// The signal's name.
    #[must_use]
    pub const fn signal(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Interrupted => Some("SIGINT"),
            Self::Terminated => Some("SIGTERM"),
            Self::HungUp => Some("SIGHUP"),
        }
    }

    /// The exit code after it: 128 and the signal's number.
    #[must_use]
    pub const fn exit_code(self) -> Option<u8> {
        match self {
            Self::No => None,
            Self::Interrupted => Some(130),
            Self::Terminated => Some(143),
            Self::HungUp => Some(129),
        }
    }
}
