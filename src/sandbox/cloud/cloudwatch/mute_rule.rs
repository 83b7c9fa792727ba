//! The mute rule.

/// What keeps alarms from telling anybody, whatever their state.
#[derive(Debug)]
pub(crate) struct MuteRule {
    /// Its name.
    pub(crate) name: String,
    /// The names of the alarms that it silences.
    pub(crate) alarms: Vec<String>,
}
