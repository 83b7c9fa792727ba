//! SIGHUP: the terminal was closed, or the connection to it was lost. The engine treats it as SIGTERM; what is told of it
//! has its own name and exit code.

use smoke::event::{Event, Fact};

/// The process's exit code: 128 and the signal's number.
pub(super) const CODE: u8 = 129;
/// The signal's name.
pub(super) const NAME: &str = "SIGHUP";
/// What the engine says instead.
const TERMINATED: u8 = 143;

/// The event as it is recorded.
pub(super) fn renamed(event: &Event) -> Event {
    let mut event = event.clone();
    match &mut event.fact {
        Fact::StopRequested { signal } => NAME.clone_into(signal),
        Fact::RunEnded { exit_code, .. } if *exit_code == TERMINATED => *exit_code = CODE,
        _ => {}
    }
    event
}

/// Whether whoever started smoke wants it to live on (`nohup`): then the signal is none of ours. Where the system does not
/// say so, it is.
pub(super) fn is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
