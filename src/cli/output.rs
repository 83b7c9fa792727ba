//! Where results and complaints go.

use std::io::Write as _;

use smoke::report::inert;

use super::exit::Exit;

/// Says on standard error what is wrong, and gives the exit code back.
pub(crate) fn complain(exit: Exit, message: &str) -> Exit {
    let _ = writeln!(std::io::stderr(), "error: {}", inert::text(message));
    exit
}

/// Says on standard error what is worth knowing and decides nothing.
pub(crate) fn note(message: &str) {
    let _ = writeln!(std::io::stderr(), "note: {message}");
}

/// Prints a result on standard output. A reader that went away (`| head`) is no fault of ours.
pub(crate) fn print(text: &str) -> Exit {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(Exit::FAULT, &format!("cannot write to standard output: {error}"))
        }
        _ => Exit::PASSED,
    }
}
