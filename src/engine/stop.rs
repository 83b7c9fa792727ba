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
}

impl Stop {
    /// The signal's name.
    #[must_use]
    pub const fn signal(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Interrupted => Some("SIGINT"),
            Self::Terminated => Some("SIGTERM"),
        }
    }
}
