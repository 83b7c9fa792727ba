//! Breaks smoke itself on purpose, so that a test can see what is left of a run then. Not in release builds.
//!
//! `SMOKE_DRILL=engine:/path` panics in the engine once there is a file at that path; `watcher` and `main` likewise.

use std::path::PathBuf;
use std::time::Duration;

/// Carries `work` through, unless the drill for this place says otherwise.
pub(super) async fn at<T>(place: &str, work: impl Future<Output = T>) -> T {
    let path = if cfg!(debug_assertions) { asked_for(place) } else { None };
    let Some(path) = path else { return work.await };
    tokio::select! {
        done = work => done,
        () = appears(path) => panic!("a drill, in the {place}"),
    }
}

fn asked_for(place: &str) -> Option<PathBuf> {
    let asked = crate::cli::command::environment("SMOKE_DRILL")?;
    let (where_to, path) = asked.split_once(':')?;
    (where_to == place).then(|| path.into())
}

async fn appears(path: PathBuf) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
