//! The reference deployment's own worker, run as a process: what `--worker python` puts in the place of the one in Rust.
//!
//! Its files are those of `fixtures/bulk-import-prod/backend`, compiled in, so that an installed smoke has them too.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use chrono::Utc;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::database::Database;
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::log::LogSink;

/// What a container exits with that cannot even be waited for.
const LOST: i32 = 255;

macro_rules! backend {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../fixtures/bulk-import-prod/backend/", $path)))),+]
    };
}

/// The files of the image that the worker needs.
const IMAGE: &[(&str, &str)] = backend![
    "bulk_import/__init__.py",
    "bulk_import/contacts_file.py",
    "bulk_import/database.py",
    "bulk_import/journal.py",
    "bulk_import/settings.py",
    "bulk_import/worker.py",
    "scripts/bulk_import_worker.py",
    "scripts/healthcheck_bulk_import_worker.py",
];

/// Runs a script, and ends with whoever started it, however that ended: standard input is a pipe that breaks then.
const LAUNCHER: &str = "\
import os, runpy, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()
runpy.run_path(sys.argv[1], run_name='__main__')";

/// What the interpreter is asked first.
const VERSION: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

/// The worker's image, unpacked, and the Python that runs it. Cloning shares it; the folder goes with the last.
#[derive(Debug, Clone)]
pub(crate) struct PythonWorker {
    image: Arc<TempDir>,
}

impl PythonWorker {
    /// Unpacks the worker, after a look whether there is a Python for it.
    ///
    /// # Errors
    /// No Python, one that is too old, or no room for the files.
    pub(crate) fn unpack() -> io::Result<Self> {
        find_python().map_err(io::Error::other)?;
        let image = tempfile::Builder::new().prefix("smoke-worker-").tempdir()?;
        for (path, text) in IMAGE {
            let file = image.path().join(path);
            std::fs::create_dir_all(file.with_file_name(""))?;
            std::fs::write(file, text)?;
        }
        Ok(Self { image: Arc::new(image) })
    }

    /// Where a script of the image lies.
    fn script(&self, name: &str) -> PathBuf {
        self.image.path().join("scripts").join(name)
    }

    /// Runs the worker until `stop` turns true and it has ended, or it ends by itself. Gives the exit code, as a
    /// container has it: 128 and the signal's number where one ended it. Dropped before, the process is killed.
    pub(crate) async fn run(
        self,
        task_id: String,
        (database, faults): (Database, FaultSet),
        log: LogSink,
        stop: watch::Receiver<bool>,
    ) -> i32 {
        let migrating = faults.clone();
        if let Err(error) = database.call(move |database| database.migrate(&migrating)).await {
            log(Utc::now(), format!("the migration failed: {error}"));
            return 1;
        }
        let mut command = Command::new("python3");
        command.args(["-B", "-u", "-c", LAUNCHER]).arg(self.script("bulk_import_worker.py"));
        environment(&mut command, &task_id, &database, &faults);
        match command.spawn() {
            Ok(process) => attend(process, &log, stop).await,
            Err(error) => {
                log(Utc::now(), format!("python3 cannot be started: {error}"));
                LOST
            }
        }
    }
}

/// Whether there is a Python that the worker runs on.
///
/// # Errors
/// In words, with what to do, where there is none or it is too old.
pub(crate) fn find_python() -> Result<(), String> {
    let asked = std::process::Command::new("python3").args(["-c", VERSION]).stdin(Stdio::null()).status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the Python worker needs Python 3.10 or newer, and the python3 on PATH is older".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(
            "the Python worker needs Python 3.10 or newer, and there is no python3 on PATH; leave --worker out to run \
             the one that is built in"
                .to_owned(),
        ),
        Err(error) => Err(format!("python3 cannot be started: {error}")),
    }
}

/// What the task definition would set. With the fault `worker-down` a release forgot one of them.
fn environment(command: &mut Command, task_id: &str, database: &Database, faults: &FaultSet) {
    command
        .env("UPLOADS_DIR", database.uploads())
        .env("TASK_ID", task_id)
        .env_remove("DATABASE_URL")
        .env_remove("ECS_CONTAINER_METADATA_URI_V4")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A Ctrl-C on the terminal is for smoke, which still needs the worker to clean up.
        .process_group(0)
        .kill_on_drop(true);
    if !faults.contains(Fault::WorkerDown) {
        command.env("DATABASE_URL", format!("sqlite:///{}", database.path().display()));
    }
}

/// Passes on what the process writes, and the word to stop; waits for its end.
async fn attend(mut process: Child, log: &LogSink, mut stop: watch::Receiver<bool>) -> i32 {
    // Held until the end: the launcher ends with it.
    let _leash = process.stdin.take();
    let id = process.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let lines = (pass_on(process.stdout.take(), log), pass_on(process.stderr.take(), log));
    let stopping = async {
        // Whoever could tell it is gone where this is an error, and that is a stop too.
        let _ = stop.wait_for(|stop| *stop).await;
        if let Some(id) = id {
            // It may have ended in this very moment.
            let _ = kill_process(id, Signal::TERM);
        }
        std::future::pending::<()>().await;
    };
    let ended = async { tokio::join!(process.wait(), lines.0, lines.1).0 };
    tokio::select! {
        ended = ended => ended.map_or(LOST, exit_code),
        () = stopping => LOST,
    }
}

/// Each line as an event of the moment in which it came, as the log driver of a container has it.
async fn pass_on(from: Option<impl AsyncRead + Unpin>, log: &LogSink) {
    let Some(from) = from else { return };
    let mut lines = BufReader::new(from).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        log(Utc::now(), String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned());
    }
}

fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(LOST)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::service::import::Status;
    use crate::sandbox::service::journal::tests::Lines;

    /// None, and said so, where there is no Python to test with.
    fn unpack() -> Option<PythonWorker> {
        match find_python() {
            Ok(()) => Some(PythonWorker::unpack().unwrap()),
            Err(reason) => {
                println!("skipped: {reason}");
                None
            }
        }
    }

    fn check_health(worker: &PythonWorker, task_id: &str, database: &Database) -> Option<i32> {
        let mut command = Command::new("python3");
        command.args(["-B".as_ref(), worker.script("healthcheck_bulk_import_worker.py").as_os_str()]);
        environment(&mut command, task_id, database, &FaultSet::default());
        command.as_std_mut().output().unwrap().status.code()
    }

    async fn until(database: &Database, status: Status) {
        // Real time, of a real process on a machine that may be busy.
        for _ in 0..1200 {
            if database.import("i").unwrap().unwrap().status == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not {status:?} within a minute");
    }

    #[tokio::test]
    async fn it_takes_an_import_through_beats_its_heart_and_stops_when_it_is_told_to() {
        let Some(worker) = unpack() else { return };
        let (database, lines) = (Database::create().unwrap(), Lines::default());
        let (stop, stopped) = watch::channel(false);
        assert_eq!(check_health(&worker, "t", &database), Some(1));
        std::fs::write(database.upload("i"), "name,email\nAda,ada@example.org\n").unwrap();
        database.add("i", "contacts.csv", Utc::now()).unwrap();
        let what = (database.clone(), FaultSet::default());
        let run = tokio::spawn(worker.clone().run("t".to_owned(), what, lines.sink(), stopped));
        until(&database, Status::ReviewReady).await;
        database.finalize("i", Utc::now()).unwrap();
        until(&database, Status::Completed).await;
        assert!(database.last_heartbeat("t").is_some());
        stop.send_replace(true);
        assert_eq!(run.await.unwrap(), 0);
        let events: Vec<_> = lines.events().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            events,
            [
                "worker_started",
                "bulk_import_start",
                "bulk_import_parsed",
                "bulk_import_review_ready",
                "bulk_import_finalize_start",
                "bulk_import_end",
                "worker_stopped",
            ]
        );
        assert_eq!(database.contacts(None, 9).unwrap().count, 1);
    }

    #[tokio::test]
    async fn a_release_without_the_databases_address_dies_and_says_why() {
        let Some(worker) = unpack() else { return };
        let (_stop, stopped) = watch::channel(false);
        let (database, lines) = (Database::create().unwrap(), Lines::default());
        let faults = [Fault::WorkerDown].into_iter().collect();
        assert_eq!(worker.run("t".to_owned(), (database, faults), lines.sink(), stopped).await, 1);
        assert_eq!(lines.events()[0]["error"], "the environment variable DATABASE_URL is not set");
    }

    #[tokio::test]
    async fn both_workers_say_the_same_of_the_same_files() {
        let Some(worker) = unpack() else { return };
        let (stop, stopped) = watch::channel(false);
        let database = Database::create().unwrap();
        let files: &[&[u8]] = &[
            b"",
            b"name,email\n",
            b"\xef\xbb\xbfName , E-MAIL\n",
            b"name,email,name\nA,a@b.c,B\n",
            b"name,email,phone\r\n\r\n\"A\nB\",a@b.c,\r\nC,c@d,1\r\nD,D@E.F,12345\r\nE,d@e.f\r\n,g@h.i,+49 (0) 30/1\r\n",
            b"name,email\nA,a@b.c\nB,\xff@b.c\nC,.c@d.e\nD,d.@d.e\nE,e@d..e\nF,f@@d.e\nG,a@B.C\n",
            b"name,email\n\"A,a@b.c\nB,b@b.c\n",
            b"note,name,email\n\"say \"\"hi\"\"\",A, a@b.c \n",
        ];
        for (number, file) in files.iter().enumerate() {
            std::fs::write(database.upload(&number.to_string()), file).unwrap();
            database.add(&number.to_string(), "f.csv", Utc::now()).unwrap();
        }
        let what = (database.clone(), FaultSet::default());
        let run = tokio::spawn(worker.run("t".to_owned(), what, Arc::new(|_, _| {}), stopped));
        for (number, file) in files.iter().enumerate() {
            let mine = crate::sandbox::service::csv_table::CsvTable::read(file);
            let theirs = loop {
                let import = database.import(&number.to_string()).unwrap().unwrap();
                if !matches!(import.status, Status::Queued | Status::Processing) {
                    break import;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            assert_eq!(theirs.errors, mine.errors, "{}", String::from_utf8_lossy(file));
            assert_eq!((theirs.rows_total, theirs.rows_valid), (mine.rows_total, mine.rows_valid()));
        }
        stop.send_replace(true);
        assert_eq!(run.await.unwrap(), 0);
    }
}
