//! The weather `foreign-noise`: other people's imports. They come all the time, and some of them are rejected or fail,
//! so the log holds starts, ends and errors that are nobody's business but theirs.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;

use super::database::{Database, DatabaseError};
use super::import::Status;

/// How often somebody uploads something.
const PACE: Duration = Duration::from_millis(400);
/// How many of their imports there are at once; the oldest is deleted then.
const KEPT: usize = 8;

/// What somebody uploads.
#[derive(Debug, Clone, Copy)]
enum Upload {
    Good,
    Invalid,
    /// Its file is gone by the time that a worker wants to read it, which fails the import with an ERROR.
    Lost,
}

/// Goes on until `stop` turns true.
pub(crate) async fn make_noise(database: Database, mut stop: watch::Receiver<bool>) {
    let mut imports = VecDeque::new();
    for upload in [Upload::Lost, Upload::Good, Upload::Invalid].into_iter().cycle() {
        // A database that is busy misses one of them; nobody waits for it.
        let _ = turn(&database, &mut imports, upload).await;
        tokio::select! {
            () = tokio::time::sleep(PACE) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// Uploads one, finalizes what can be, and deletes the oldest.
async fn turn(database: &Database, imports: &mut VecDeque<String>, upload: Upload) -> Result<(), DatabaseError> {
    let id = uuid::Uuid::new_v4().to_string();
    imports.push_back(id.clone());
    let oldest = (imports.len() > KEPT).then(|| imports.pop_front()).flatten();
    let all: Vec<String> = imports.iter().cloned().collect();
    let work = move |database: &Database| {
        if let Some(oldest) = oldest {
            database.delete(&oldest)?;
            let _ = std::fs::remove_file(database.upload(&oldest));
        }
        if let Some(file) = file(upload) {
            std::fs::write(database.upload(&id), file).map_err(DatabaseError::Folder)?;
        }
        database.add(&id, "somebody-elses.csv", Utc::now())?;
        for other in all {
            if database.import(&other)?.is_some_and(|import| import.status == Status::ReviewReady) {
                database.finalize(&other, Utc::now())?;
            }
        }
        Ok(())
    };
    database.call(work).await
}

fn file(upload: Upload) -> Option<&'static str> {
    match upload {
        Upload::Good => Some("name,email\nSomebody,somebody@example.org\nElse,else@example.org\n"),
        Upload::Invalid => Some("name,email\nNobody,at home\n"),
        Upload::Lost => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sandbox::fault::FaultSet;
    use crate::sandbox::service::journal::tests::Lines;
    use crate::sandbox::service::run_worker;

    #[tokio::test(start_paused = true)]
    async fn others_complete_are_rejected_and_fail_and_are_gone_after_a_while() {
        let (database, lines, (stop, stopped)) = (Database::create().unwrap(), Lines::default(), watch::channel(false));
        let noise = tokio::spawn(make_noise(database.clone(), stopped.clone()));
        let worker = run_worker("w1".to_owned(), database.clone(), FaultSet::default(), lines.sink(), stopped);
        let worker = tokio::spawn(worker);
        let ended = || -> BTreeSet<String> {
            lines.events().iter().filter_map(|event| event["status"].as_str().map(str::to_owned)).collect()
        };
        while ended().len() < 3 || lines.events().len() < 60 {
            tokio::time::sleep(PACE).await;
        }
        stop.send(true).unwrap();
        noise.await.unwrap();
        worker.await.unwrap();
        assert_eq!(ended().into_iter().collect::<Vec<_>>(), ["completed", "failed", "rejected"]);
        assert!(lines.events().iter().any(|event| event["level"] == "ERROR"));
        assert!(database.imports(0).unwrap().count <= u32::try_from(KEPT).unwrap());
    }
}
