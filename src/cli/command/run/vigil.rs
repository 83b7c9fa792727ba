//! What comes before anything is sent, with an ear to signals: a program that fetches a secret may hang, a person who is
//! asked may walk away.

use std::panic::resume_unwind;
use std::time::Duration;

use smoke::engine::Stop;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::signals::{self, Signals};
use super::surroundings::Trouble;
use crate::cli::complain;
use crate::cli::exit::Exit;

/// How long programs that were started may take to be killed; nor does somebody wait longer who ends smoke where it asks.
const KILLED_WITHIN: Duration = Duration::from_secs(1);

/// Does `work` on a thread of its own, and gives what goes on listening beside what came of it. Where a signal comes, the
/// work is told, and is not waited for beyond what it has started: then what is left is to end with this exit code.
pub(crate) fn keep<T: Send + 'static>(
    work: impl FnOnce(&CancellationToken) -> T + Send + 'static,
) -> Result<(T, Signals), Exit> {
    let cannot = |error| complain(Exit::FAULT, &format!("cannot start: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let kept = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(cannot)?;
        let given_up = CancellationToken::new();
        let mut work = tokio::task::spawn_blocking({
            let given_up = given_up.clone();
            move || work(&given_up)
        });
        tokio::select! {
            done = &mut work => match done {
                Ok(done) => Ok((done, signals)),
                Err(fallen) => resume_unwind(fallen.into_panic()),
            },
            stop = signals.next() => {
                given_up.cancel();
                let _ = timeout(KILLED_WITHIN, work).await;
                let Trouble { exit, message } = stopped(stop);
                Err(complain(exit, &message))
            }
        }
    });
    runtime.shutdown_background();
    kept
}

/// What is said where a signal came before anything was sent.
pub(crate) fn stopped(stop: Stop) -> Trouble {
    let name = stop.signal().unwrap_or("a signal");
    Trouble { exit: signals::exit(stop), message: format!("stopped by {name} before it began; nothing was sent") }
}
