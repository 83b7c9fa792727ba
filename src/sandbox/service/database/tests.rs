use std::sync::Barrier;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Claim, Database, Lease, Work, Written};
use crate::sandbox::fault::Fault;
use crate::sandbox::service::csv_table::CsvTable;
use crate::sandbox::service::import::{Finalize, Import, Status};

const FILE: &[u8] = b"name,email\nAda,ada@example.org\nGrace,grace@example.org\n";

/// A database and a clock that only the test moves.
struct Bench {
    database: Database,
    now: DateTime<Utc>,
}

impl Bench {
    fn new() -> Self {
        let now = DateTime::from_timestamp_millis(1_700_000_000_000).unwrap();
        Self { database: Database::create().unwrap(), now }
    }

    fn with_import(id: &str) -> Self {
        let bench = Self::new();
        bench.database.add(id, "contacts.csv", bench.now).unwrap();
        bench
    }

    fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    fn claim(&self, task: &str) -> Option<Claim> {
        self.database.claim(task, self.now).unwrap()
    }

    fn lease(&self, task: &str) -> Lease {
        self.claim(task).unwrap().lease
    }

    fn parse(&self, lease: &Lease, file: &[u8]) -> Written {
        self.database.keep_parsed(lease, &CsvTable::read(file), self.now).unwrap()
    }

    fn import_rows(&self, lease: &Lease) -> Written<u32> {
        self.database.import_rows(lease, self.now).unwrap()
    }

    fn finalize(&self, id: &str) -> (Finalize, Status) {
        self.database.finalize(id, self.now).unwrap().unwrap()
    }

    fn import(&self, id: &str) -> Import {
        self.database.import(id).unwrap().unwrap()
    }

    fn status(&self, id: &str) -> Status {
        self.import(id).status
    }

    fn contacts(&self, id: &str) -> u32 {
        self.database.contacts(Some(id), 10).unwrap().count
    }

    /// An import that waits for a worker to import its rows.
    fn finalizing(id: &str) -> Self {
        let bench = Self::with_import(id);
        assert_eq!(bench.parse(&bench.lease("w1"), FILE), Written::Done(()));
        assert_eq!(bench.finalize(id), (Finalize::Begin, Status::ReviewReady));
        bench
    }
}

#[test]
fn an_import_goes_from_upload_to_contacts() {
    let bench = Bench::with_import("i");
    assert_eq!(bench.status("i"), Status::Queued);
    let claim = bench.claim("w1").unwrap();
    assert_eq!((claim.work, claim.attempt, &*claim.file_name), (Work::Parse, 1, "contacts.csv"));
    assert_eq!(bench.status("i"), Status::Processing);
    bench.parse(&claim.lease, FILE);
    assert_eq!(bench.status("i"), Status::ReviewReady);
    assert_eq!(bench.claim("w1"), None, "nothing is to be done until somebody finalizes it");
    bench.finalize("i");
    assert_eq!(bench.status("i"), Status::Finalizing);
    let claim = bench.claim("w1").unwrap();
    assert_eq!((claim.work, claim.attempt), (Work::Import, 1));
    assert_eq!(bench.contacts("i"), 0);
    assert_eq!(bench.import_rows(&claim.lease), Written::Done(2));
    let import = bench.import("i");
    assert_eq!(
        (import.status, import.rows_total, import.rows_valid, import.rows_imported, import.attempts),
        (Status::Completed, 2, 2, 2, 1)
    );
    assert_eq!(bench.contacts("i"), 2);
}

#[test]
fn a_file_with_errors_is_rejected_and_stages_nothing() {
    let bench = Bench::with_import("i");
    bench.parse(&bench.lease("w1"), b"name,email\nAda,ada@example.org\nBob,bob\n");
    let import = bench.import("i");
    assert_eq!((import.status, import.rows_total, import.rows_valid), (Status::Rejected, 2, 1));
    assert_eq!(import.errors[0].reason, "`bob` is not an e-mail address");
    assert!(matches!(bench.finalize("i"), (Finalize::Refused(_), Status::Rejected)));
    assert_eq!(bench.status("i"), Status::Rejected);
    let staged: u32 =
        bench.database.with(|c| c.query_row("SELECT count(*) FROM staged_rows", [], |r| r.get(0))).unwrap();
    assert_eq!(staged, 0);
}

#[test]
fn finalizing_again_changes_nothing() {
    let bench = Bench::finalizing("i");
    assert_eq!(bench.finalize("i"), (Finalize::Already, Status::Finalizing));
    bench.import_rows(&bench.lease("w1"));
    assert_eq!(bench.finalize("i"), (Finalize::Already, Status::Completed));
    assert_eq!(bench.claim("w1"), None);
    assert_eq!(bench.contacts("i"), 2);
    assert_eq!(bench.database.finalize("nobody", bench.now).unwrap(), None);
}

#[test]
fn imports_are_leased_oldest_first_and_each_to_one_worker() {
    let bench = Bench::with_import("a");
    bench.database.add("b", "b.csv", bench.now).unwrap();
    assert_eq!(bench.lease("w1").import_id, "a");
    assert_eq!(bench.lease("w2").import_id, "b");
    assert_eq!(bench.claim("w1"), None);
}

#[test]
fn a_lease_that_runs_out_is_taken_over() {
    let mut bench = Bench::with_import("i");
    let dead = bench.lease("w1");
    bench.pass(4);
    assert_eq!(bench.claim("w2"), None);
    bench.pass(1);
    let taken = bench.claim("w2").unwrap();
    assert_eq!((taken.work, taken.attempt), (Work::Parse, 2));
    assert_eq!(bench.parse(&dead, FILE), Written::LeaseLost, "the first worker comes back too late");
    assert_eq!(bench.import("i").rows_total, 0);
    assert_eq!(bench.parse(&taken.lease, FILE), Written::Done(()));
    assert_eq!(bench.import("i").attempts, 2);
}

#[test]
fn a_lease_that_is_renewed_stays() {
    let mut bench = Bench::with_import("i");
    let lease = bench.lease("w1");
    bench.pass(4);
    assert!(bench.database.renew(&lease, bench.now).unwrap());
    bench.pass(4);
    assert_eq!(bench.claim("w2"), None);
    bench.pass(1);
    let taken = bench.lease("w2");
    assert!(!bench.database.renew(&lease, bench.now).unwrap());
    bench.parse(&taken, FILE);
    assert!(!bench.database.renew(&taken, bench.now).unwrap(), "a lease ends with the work");
}

#[test]
fn rows_arrive_once_though_two_workers_hold_them_theirs() {
    let mut bench = Bench::finalizing("i");
    let slow = bench.lease("w1");
    bench.pass(5);
    let quick = bench.lease("w2");
    assert_eq!(bench.import_rows(&quick), Written::Done(2));
    assert_eq!(bench.import_rows(&slow), Written::LeaseLost);
    assert_eq!(bench.import_rows(&quick), Written::LeaseLost, "nor does the same worker import twice");
    assert_eq!((bench.contacts("i"), bench.import("i").rows_imported), (2, 2));
}

#[test]
fn of_many_workers_at_once_each_import_goes_to_one() {
    let bench = Bench::new();
    for number in 0..20 {
        bench.database.add(&number.to_string(), "contacts.csv", bench.now).unwrap();
    }
    let (begin, bench) = (Barrier::new(4), &bench);
    let mut leased: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            begin.wait();
            std::iter::from_fn(|| bench.claim("w")).map(|claim| claim.lease.import_id).collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    leased.sort_by_key(|id| id.parse::<u32>().unwrap());
    assert_eq!(leased, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn what_three_workers_died_over_is_given_up() {
    let mut bench = Bench::with_import("i");
    for worker in ["w1", "w2", "w3"] {
        assert_eq!(bench.database.give_up(bench.now).unwrap(), []);
        bench.lease(worker);
        bench.pass(5);
    }
    assert_eq!(bench.claim("w4"), None);
    let reason = "given up after 3 attempts: no worker came to an end with it, the last was w3".to_owned();
    assert_eq!(bench.database.give_up(bench.now).unwrap(), [("i".to_owned(), reason.clone())]);
    assert_eq!((bench.status("i"), bench.import("i").reason), (Status::Failed, Some(reason)));
}

#[test]
fn finalizing_counts_its_attempts_afresh() {
    let mut bench = Bench::with_import("i");
    bench.lease("w1");
    bench.pass(5);
    bench.parse(&bench.lease("w2"), FILE);
    bench.finalize("i");
    assert_eq!(bench.import("i").attempts, 0);
    assert_eq!(bench.claim("w2").unwrap().attempt, 1);
}

#[test]
fn a_rule_that_no_row_meets_fails_the_import_whole() {
    let bench = Bench::finalizing("i");
    bench.database.migrate(&[Fault::ImportFails].into_iter().collect()).unwrap();
    let lease = bench.lease("w1");
    let error = bench.database.import_rows(&lease, bench.now).unwrap_err().to_string();
    assert_eq!(error, "contacts.consented_at must not be null (migration 0007_contact_consent)");
    assert_eq!((bench.status("i"), bench.contacts("i")), (Status::Finalizing, 0), "all of it was rolled back");
    assert_eq!(bench.database.fail(&lease, &error, bench.now).unwrap(), Written::Done(()));
    assert_eq!((bench.status("i"), bench.import("i").reason), (Status::Failed, Some(error)));
    assert_eq!(bench.database.fail(&lease, "again", bench.now).unwrap(), Written::LeaseLost);
}

#[test]
fn only_a_fence_that_was_taken_down_lets_rows_in_twice() {
    let bench = Bench::finalizing("i");
    let lease = bench.lease("w1");
    let unfenced = Lease { fenced: false, ..lease.clone() };
    assert_eq!(bench.import_rows(&lease), Written::Done(2));
    let twice = bench.database.import_rows(&unfenced, bench.now).unwrap_err();
    assert!(twice.is_refusal(), "a row still becomes one contact only: {twice}");
    bench.database.migrate(&[Fault::ProcessedTwice].into_iter().collect()).unwrap();
    assert_eq!(bench.import_rows(&unfenced), Written::Done(4));
    assert_eq!(bench.import_rows(&lease), Written::LeaseLost);
}

#[test]
fn deleting_takes_rows_and_contacts_along() {
    let bench = Bench::finalizing("i");
    bench.import_rows(&bench.lease("w1"));
    assert!(bench.database.delete("i").unwrap());
    assert_eq!((bench.contacts("i"), bench.database.import("i").unwrap()), (0, None));
    assert!(!bench.database.delete("i").unwrap());
}

#[test]
fn what_is_deleted_under_a_worker_stays_deleted() {
    let bench = Bench::with_import("i");
    let lease = bench.lease("w1");
    bench.database.delete("i").unwrap();
    assert_eq!(bench.parse(&lease, FILE), Written::LeaseLost);
    assert_eq!(bench.database.imports(10).unwrap().count, 0);
}

#[test]
fn the_newest_import_is_listed_first() {
    let bench = Bench::with_import("old");
    bench.database.add("new", "new.csv", bench.now).unwrap();
    let list = bench.database.imports(1).unwrap();
    assert_eq!((list.count, list.imports.len(), &*list.imports[0].id), (2, 1, "new"));
}

#[test]
fn a_heartbeat_is_the_last_one() {
    let mut bench = Bench::new();
    assert_eq!(bench.database.last_heartbeat("w1"), None);
    bench.database.beat("w1", bench.now).unwrap();
    bench.pass(1);
    bench.database.beat("w1", bench.now).unwrap();
    assert_eq!(bench.database.last_heartbeat("w1"), Some(bench.now));
    assert_eq!(bench.database.last_heartbeat("w2"), None);
}

#[test]
fn its_folder_goes_with_the_last_handle() {
    let database = Database::create().unwrap();
    let (path, clone) = (database.path().to_owned(), database.clone());
    drop(database);
    assert!(path.exists());
    drop(clone);
    assert!(!path.parent().unwrap().exists());
}
