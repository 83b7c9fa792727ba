//! `events.ndjson`: one event a line, as it happened.

mod retold;

use super::inert;
use crate::event::Event;
use crate::record::Run;

/// The event as one line of JSON, line feed included. Line feeds inside its texts are escaped by JSON itself.
#[must_use]
pub fn line(event: &Event) -> String {
    // Events are plain data with text keys: they have no shape that JSON cannot hold.
    let mut line = serde_json::to_string(event).unwrap_or_else(|error| format!("{{\"unwritable\":\"{error}\"}}"));
    line.push('\n');
    inert::json(line).into_owned()
}

/// A run's events, told again from its record: a line each.
#[must_use]
pub fn retold(run: &Run) -> String {
    retold::events(run).iter().map(line).collect()
}

/// Reads a line back.
///
/// # Errors
/// Where it is not an event; the last line of a killed run may be cut short.
pub fn read(line: &str) -> Result<Event, serde_json::Error> {
    serde_json::from_str(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Fact;

    #[test]
    fn an_event_is_one_line_and_reads_back() {
        let fact = Fact::StopRequested { signal: "SIG\nINT\u{2028}".into() };
        let event = Event { at: "2026-11-23T22:41:00Z".parse().unwrap(), fact };
        let line = line(&event);
        assert_eq!(
            line,
            "{\"at\":\"2026-11-23T22:41:00Z\",\"fact\":\"stop_requested\",\"signal\":\"SIG\\nINT\u{2028}\"}\n"
        );
        assert_eq!(read(&line).unwrap(), event);
    }
}
