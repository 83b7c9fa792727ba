//! The worker: says that it is alive, polls the database for something to do, and does it.
//!
//! What it logs of an import, one JSON event a line:
//!
//! | when | events |
//! |---|---|
//! | the import is first leased | `bulk_import_start`, exactly once |
//! | its file is parsed | `bulk_import_parsed`, then `bulk_import_review_ready`, or the end with status `rejected` |
//! | it is leased after somebody finalized it | `bulk_import_finalize_start`, exactly once |
//! | it is taken over from a worker that died | `bulk_import_resumed` instead of either start |
//! | it ends | `bulk_import_end` with status `completed`, `rejected` or `failed` |
//! | the service fails it | `bulk_import_error` at level ERROR, before the end, which is at level ERROR too |
//!
//! The end is logged once the database has it. A worker that dies in between leaves an import that ended and a log that
//! does not say so, as in production: hence a gate looks at both.

mod job;
mod pen;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use tokio::sync::watch;

use super::database::{Claim, Database, DatabaseError, Lease, Work};
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::log::LogSink;
use job::Job;
use pen::Pen;

/// How often it says that it is alive.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How long it waits where there was nothing to do.
const POLL: Duration = Duration::from_millis(200);
/// How often it renews a lease while it works on it; several times before the lease would run out.
const RENEWAL: Duration = Duration::from_secs(1);
/// With the fault `end-before-start`: how long after the end the start is written.
const BEHIND: Duration = Duration::from_millis(50);

/// Works until `stop` turns true; what is at hand then is brought to its end. Gives the exit code, as a process would:
/// 0 after a stop, 1 after a crash.
pub(crate) async fn run_worker(
    task_id: String,
    database: Database,
    faults: FaultSet,
    log: LogSink,
    stop: watch::Receiver<bool>,
) -> i32 {
    let worker = Worker { task_id, database, pen: Pen::new(log, faults.clone()), faults };
    match worker.run(stop).await {
        Ok(()) => {
            worker.pen.info("worker_stopped", json!({ "task_id": worker.task_id }));
            0
        }
        Err(crash) => {
            worker.pen.error("worker_crashed", json!({ "error": crash.to_string(), "exit_code": 1 }));
            1
        }
    }
}

/// Why a worker's process dies.
#[derive(Debug, thiserror::Error)]
enum Crash {
    /// The fault `worker-down`: what a release looks like whose environment lacks a variable.
    #[error(
        "the environment variable DATABASE_URL is not set\n  in Settings.from_env, worker/settings.py:31\n  in main, worker/__main__.py:12"
    )]
    Settings,
    /// It cannot work without the database.
    #[error("the database does not answer: {0}")]
    Database(#[from] DatabaseError),
}

struct Worker {
    task_id: String,
    database: Database,
    faults: FaultSet,
    pen: Pen,
}

impl Worker {
    async fn run(&self, stop: watch::Receiver<bool>) -> Result<(), Crash> {
        if self.faults.contains(Fault::WorkerDown) {
            return Err(Crash::Settings);
        }
        let faults = self.faults.clone();
        self.database.call(move |database| database.migrate(&faults)).await?;
        let fields = json!({ "task_id": self.task_id, "database": self.database.path() });
        self.pen.info("worker_started", fields);
        tokio::select! {
            worked = self.work(stop) => Ok(worked?),
            beaten = self.beat(), if !self.faults.contains(Fault::TaskUnhealthy) => match beaten {
                Ok(never) => match never {},
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Says that it is alive, for ever. Beside the work, not between: long work is no sign of death.
    async fn beat(&self) -> Result<Infallible, DatabaseError> {
        loop {
            let task_id = self.task_id.clone();
            self.database.call(move |database| database.beat(&task_id, Utc::now())).await?;
            tokio::time::sleep(HEARTBEAT).await;
        }
    }

    async fn work(&self, mut stop: watch::Receiver<bool>) -> Result<(), DatabaseError> {
        while !*stop.borrow() {
            if let Some(claim) = self.claim().await? {
                self.work_on(claim).await?;
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                // The conductor is gone where this is an error, and that is a stop too.
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        Ok(())
    }

    /// Takes something to do, after what is not worth another attempt has been put aside.
    async fn claim(&self) -> Result<Option<Claim>, DatabaseError> {
        if self.faults.contains(Fault::StuckQueued) {
            // It polls a queue to which nobody uploads.
            return Ok(None);
        }
        let task_id = self.task_id.clone();
        let polled = move |database: &Database| {
            let now = Utc::now();
            Ok((database.give_up(now)?, database.claim(&task_id, now)?))
        };
        let (given_up, claim) = self.database.call(polled).await?;
        for (import_id, reason) in given_up {
            job::log_failure(&self.pen, &import_id, &reason);
        }
        Ok(claim)
    }

    async fn work_on(&self, mut claim: Claim) -> Result<(), DatabaseError> {
        if self.faults.contains(Fault::ProcessedTwice) {
            // Two threads looked before either of them took it, and both hold the same lease.
            claim.lease.fenced = false;
            let (one, other) = tokio::join!(self.carry_out(claim.clone()), self.carry_out(claim));
            return one.and(other);
        }
        self.carry_out(claim).await
    }

    async fn carry_out(&self, claim: Claim) -> Result<(), DatabaseError> {
        let (lease, work) = (claim.lease.clone(), claim.work);
        let job = Job::new(claim, &self.database, &self.faults, &self.pen);
        tokio::select! {
            done = job.run() => done?,
            never = self.renew(&lease) => match never {},
        }
        if work == Work::Import && self.pen.is_behind() {
            // Late enough that the times of the two lines differ.
            tokio::time::sleep(BEHIND).await;
            self.pen.catch_up();
        }
        Ok(())
    }

    /// Renews a lease, for ever. One that is lost needs no word here: the job finds out when it comes to write.
    async fn renew(&self, lease: &Lease) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let lease = lease.clone();
            let _ = self.database.call(move |database| database.renew(&lease, Utc::now())).await;
        }
    }
}
