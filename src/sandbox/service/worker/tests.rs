use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::run_worker;
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::service::database::Database;
use crate::sandbox::service::import::{Import, Status};
use crate::sandbox::service::journal::tests::Lines;

const FILE: &str = "name,email\nAda,ada@example.org\nGrace,grace@example.org\n";

/// A worker at work, and everything that can be seen of it.
struct Bench {
    database: Database,
    lines: Lines,
    stop: watch::Sender<bool>,
    worker: JoinHandle<i32>,
}

impl Bench {
    fn start(database: Database, faults: &[Fault]) -> Self {
        let (stop, stopped) = watch::channel(false);
        let lines = Lines::default();
        let faults = faults.iter().copied().collect::<FaultSet>();
        let worker = tokio::spawn(run_worker("w1".to_owned(), database.clone(), faults, lines.sink(), stopped));
        Self { database, lines, stop, worker }
    }

    async fn until(&self, id: &str, status: Status) -> Import {
        loop {
            let import = self.database.import(id).unwrap().unwrap();
            if import.status == status {
                return import;
            }
            // On paused time: it passes only when everybody else waits too, and takes none.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The exit code, the fields of each line but its level and event, and those two in short.
    async fn stop(self) -> (i32, Vec<String>) {
        self.stop.send(true).unwrap();
        let code = self.worker.await.unwrap();
        (code, self.lines.events().iter().map(short).collect())
    }
}

fn short(event: &Value) -> String {
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", text("level"), text("event"), text("status")).trim_end().to_owned()
}

fn upload(database: &Database, id: &str, file: &str) {
    std::fs::write(database.upload(id), file).unwrap();
    database.add(id, "contacts.csv", Utc::now()).unwrap();
}

/// Takes an import through with `faults`: its last state, and what was logged.
async fn journey(faults: &[Fault], last: Status) -> (Import, Vec<String>) {
    let bench = Bench::start(Database::create().unwrap(), faults);
    upload(&bench.database, "i", FILE);
    bench.until("i", Status::ReviewReady).await;
    bench.database.finalize("i", Utc::now()).unwrap();
    let import = bench.until("i", last).await;
    let (code, lines) = bench.stop().await;
    assert_eq!(code, 0);
    (import, lines)
}

#[tokio::test(start_paused = true)]
async fn an_import_that_completes_has_one_start_and_one_end() {
    let (import, lines) = journey(&[], Status::Completed).await;
    assert_eq!((import.rows_imported, import.attempts), (2, 1));
    assert_eq!(
        lines,
        [
            "INFO worker_started",
            "INFO bulk_import_start",
            "INFO bulk_import_parsed",
            "INFO bulk_import_review_ready",
            "INFO bulk_import_finalize_start",
            "INFO bulk_import_end completed",
            "INFO worker_stopped",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_import_that_fails_says_so_at_level_error_with_the_databases_own_words() {
    let (import, lines) = journey(&[Fault::ImportFails], Status::Failed).await;
    let reason = "importing the rows failed: contacts.consented_at must not be null (migration 0007_contact_consent)";
    assert_eq!((import.reason.as_deref(), import.rows_imported), (Some(reason), 0));
    assert_eq!(
        lines[4..],
        [
            "INFO bulk_import_finalize_start",
            "ERROR bulk_import_error",
            "ERROR bulk_import_end failed",
            "INFO worker_stopped"
        ]
    );
}

/// What a journey logs from the first lease on, where the log alone is wrong.
async fn check_log(fault: Fault, expected: &[&str]) {
    let (import, lines) = journey(&[fault], Status::Completed).await;
    assert_eq!((import.rows_imported, import.attempts), (2, 1), "{fault:?}");
    assert_eq!(lines[1..lines.len() - 1], *expected, "{fault:?}");
}

const START: &str = "INFO bulk_import_start";
const PARSED: &str = "INFO bulk_import_parsed";
const READY: &str = "INFO bulk_import_review_ready";
const BEGUN: &str = "INFO bulk_import_finalize_start";
const END: &str = "INFO bulk_import_end completed";

#[tokio::test(start_paused = true)]
async fn a_log_can_be_wrong_though_the_import_is_right() {
    check_log(Fault::NoStartEvent, &[PARSED, READY, BEGUN, END]).await;
    check_log(Fault::NoEndEvent, &[START, PARSED, READY, BEGUN]).await;
    check_log(Fault::EndBeforeStart, &[PARSED, READY, BEGUN, END, START]).await;
    check_log(Fault::EndFailed, &[START, PARSED, READY, BEGUN, "INFO bulk_import_end failed"]).await;
    check_log(Fault::ErrorLine, &[START, PARSED, "ERROR contact_index_failed", READY, BEGUN, END]).await;
    check_log(Fault::ForeignEvents, &[START, PARSED, READY, BEGUN, END]).await;
}

#[tokio::test(start_paused = true)]
async fn events_of_another_import_never_name_ours() {
    let bench = Bench::start(Database::create().unwrap(), &[Fault::ForeignEvents]);
    upload(&bench.database, "i", FILE);
    bench.until("i", Status::ReviewReady).await;
    let events = bench.lines.events();
    let about: Vec<&Value> = events.iter().filter_map(|event| event.get("import_id")).collect();
    assert_eq!(about, [&json!("00000000-0000-4000-8000-000000000000"); 3]);
}

#[tokio::test(start_paused = true)]
async fn rows_go_missing_without_a_word() {
    let (import, lines) = journey(&[Fault::RowsMissing], Status::Completed).await;
    assert_eq!((import.rows_total, import.rows_valid, import.rows_imported), (2, 2, 1));
    assert_eq!(lines[1..lines.len() - 1], [START, PARSED, READY, BEGUN, END]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_lease_doubles_rows_and_lines() {
    let (_, lines) = journey(&[Fault::ProcessedTwice], Status::Completed).await;
    let count = |line: &str| lines.iter().filter(|other| *other == line).count();
    assert_eq!((count(START), count(PARSED), count(BEGUN), count(END)), (2, 1, 2, 2), "{lines:#?}");
    let bench = Bench::start(Database::create().unwrap(), &[Fault::ProcessedTwice]);
    upload(&bench.database, "i", FILE);
    bench.until("i", Status::ReviewReady).await;
    bench.database.finalize("i", Utc::now()).unwrap();
    let database = bench.database.clone();
    bench.until("i", Status::Completed).await;
    bench.stop().await;
    assert_eq!(database.contacts(Some("i"), 9).unwrap().count, 4);
    assert_eq!(database.import("i").unwrap().unwrap().rows_imported, 4);
}

#[tokio::test(start_paused = true)]
async fn a_file_in_order_is_rejected() {
    let bench = Bench::start(Database::create().unwrap(), &[Fault::ImportRejected]);
    upload(&bench.database, "i", FILE);
    let import = bench.until("i", Status::Rejected).await;
    assert_eq!(import.errors[0].reason, "the column is missing in the header, which has name,email");
}

/// The status in which an import is after a time in which it would have been through many times over.
async fn stuck(fault: Fault) -> (Status, Option<chrono::DateTime<Utc>>, Vec<String>) {
    let bench = Bench::start(Database::create().unwrap(), &[fault]);
    upload(&bench.database, "i", FILE);
    tokio::time::sleep(Duration::from_mins(1)).await;
    let (status, beat) = (bench.database.import("i").unwrap().unwrap().status, bench.database.last_heartbeat("w1"));
    let lines = bench.lines.events().iter().map(short).collect();
    bench.worker.abort();
    (status, beat, lines)
}

#[tokio::test(start_paused = true)]
async fn an_import_is_stuck_while_the_worker_lives() {
    let (status, beat, lines) = stuck(Fault::StuckQueued).await;
    assert!(beat.is_some());
    assert_eq!((status, lines.as_slice()), (Status::Queued, ["INFO worker_started".to_owned()].as_slice()));
    let (status, beat, lines) = stuck(Fault::StuckProcessing).await;
    assert!(beat.is_some());
    assert_eq!(status, Status::Processing);
    assert_eq!(lines, ["INFO worker_started", START]);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_file_has_a_start_and_an_end() {
    let bench = Bench::start(Database::create().unwrap(), &[]);
    upload(&bench.database, "i", "name,email\nBob,bob\n");
    bench.until("i", Status::Rejected).await;
    let lines = bench.lines.clone();
    assert_eq!(
        bench.stop().await.1[1..4],
        ["INFO bulk_import_start", "INFO bulk_import_parsed", "WARNING bulk_import_end rejected"]
    );
    assert_eq!(
        lines.events()[3],
        json!({
            "level": "WARNING", "logger": "bulk_import.worker", "event": "bulk_import_end", "import_id": "i",
            "rows": 1, "rows_valid": 0, "errors": 1, "status": "rejected",
            "first_error": { "line": 2, "column": "email", "reason": "`bob` is not an e-mail address" },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_gone_fails_the_import() {
    let bench = Bench::start(Database::create().unwrap(), &[]);
    bench.database.add("i", "gone.csv", Utc::now()).unwrap();
    let reason = bench.until("i", Status::Failed).await.reason.unwrap();
    assert!(reason.starts_with("the uploaded file cannot be read: "), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_a_dead_worker_left_is_taken_over_without_a_second_start() {
    let database = Database::create().unwrap();
    upload(&database, "i", FILE);
    database.claim("dead", Utc::now() - chrono::TimeDelta::minutes(1)).unwrap().unwrap();
    let bench = Bench::start(database, &[]);
    assert_eq!(bench.until("i", Status::ReviewReady).await.attempts, 2);
    assert_eq!(bench.stop().await.1[1], "WARNING bulk_import_resumed");
}

#[tokio::test(start_paused = true)]
async fn worker_down_is_a_process_that_exits_with_1_before_its_heart_beats() {
    let bench = Bench::start(Database::create().unwrap(), &[Fault::WorkerDown]);
    assert_eq!(bench.worker.await.unwrap(), 1);
    assert_eq!(bench.database.last_heartbeat("w1"), None);
    let events = bench.lines.events();
    assert_eq!(events.iter().map(short).collect::<Vec<_>>(), ["ERROR worker_crashed"]);
    let error = events[0]["error"].as_str().unwrap();
    assert!(error.starts_with("the environment variable DATABASE_URL is not set\n"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_says_that_it_is_alive() {
    let bench = Bench::start(Database::create().unwrap(), &[]);
    while bench.database.last_heartbeat("w1").is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let first = bench.database.last_heartbeat("w1");
    while bench.database.last_heartbeat("w1") == first {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bench.stop().await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_a_heartbeat_works_all_the_same() {
    let bench = Bench::start(Database::create().unwrap(), &[Fault::TaskUnhealthy]);
    upload(&bench.database, "i1", FILE);
    bench.until("i1", Status::ReviewReady).await;
    assert_eq!(bench.database.last_heartbeat("w1"), None);
    assert_eq!(bench.stop().await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn two_workers_share_the_work_and_nothing_is_done_twice() {
    let database = Database::create().unwrap();
    let (one, other) = (Bench::start(database.clone(), &[]), Bench::start(database.clone(), &[]));
    let ids: Vec<_> = (0..10).map(|number| number.to_string()).collect();
    for id in &ids {
        upload(&database, id, FILE);
    }
    for id in &ids {
        one.until(id, Status::ReviewReady).await;
        database.finalize(id, Utc::now()).unwrap();
    }
    for id in &ids {
        assert_eq!(one.until(id, Status::Completed).await.attempts, 1);
    }
    assert_eq!(database.contacts(None, 0).unwrap().count, 20);
    let mut lines = one.stop().await.1;
    lines.extend(other.stop().await.1);
    for event in ["INFO bulk_import_start", "INFO bulk_import_end completed"] {
        assert_eq!(lines.iter().filter(|line| *line == event).count(), 10, "{event}");
    }
}
