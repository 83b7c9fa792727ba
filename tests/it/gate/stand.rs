//! What the tests stand on: the binary as a process, a sandbox as a server of its own, a project in a folder.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing here takes this long; what does has got stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// A project, and where its reports go.
pub(super) struct Project {
    root: PathBuf,
    reports: TempDir,
    _own: Option<TempDir>,
    environment: Vec<(String, String)>,
}

/// A run that is over.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) took: Duration,
}

impl Project {
    /// This repository's own.
    pub(super) fn ours() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        Self { root, reports: tempfile::tempdir().unwrap(), _own: None, environment: Vec::new() }
    }

    /// One of the given files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let own = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = own.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let reports = tempfile::tempdir().unwrap();
        Self { root: own.path().to_owned(), reports, _own: Some(own), environment: Vec::new() }
    }

    /// With environment variables.
    pub(super) fn with(mut self, variables: &[(&str, &str)]) -> Self {
        self.environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// Where it lies.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where runs are recorded.
    pub(super) fn reports(&self) -> &Path {
        self.reports.path()
    }

    /// The folders of its runs, oldest first; `latest` is none.
    pub(super) fn runs(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.reports()).unwrap().map(|entry| entry.unwrap());
        let mut runs: Vec<PathBuf> =
            entries.filter(|entry| !entry.file_type().unwrap().is_symlink()).map(|entry| entry.path()).collect();
        runs.sort();
        runs
    }

    /// A file of the last run.
    pub(super) fn latest(&self, name: &str) -> String {
        std::fs::read_to_string(self.reports().join("latest").join(name)).unwrap()
    }

    /// `run.json` of the last run.
    pub(super) fn run_json(&self) -> Value {
        serde_json::from_str(&self.latest("run.json")).unwrap()
    }

    /// Starts smoke in the project's folder.
    pub(super) fn start(&self, arguments: &[&str]) -> Process {
        let mut command = command();
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).current_dir(&self.root);
        // By its variable, so that every command line stays as a person would type it.
        command.env("SMOKE_REPORTS", self.reports.path()).args(arguments);
        Process { child: command.spawn().unwrap(), started: Instant::now() }
    }

    /// Runs smoke in the project's folder.
    pub(super) fn smoke(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).end()
    }

    /// Waits until the run that goes on has told of an event that holds all of `words`.
    pub(super) fn await_event(&self, words: &[&str]) {
        let told = || {
            let runs = std::fs::read_dir(self.reports()).unwrap().map(|entry| entry.unwrap().path());
            let events: String =
                runs.filter_map(|run| std::fs::read_to_string(run.join("events.ndjson")).ok()).collect();
            events.lines().any(|line| words.iter().all(|word| line.contains(word)))
        };
        await_that(&format!("no event with {words:?}"), told);
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
    // The environment of whoever runs the tests must not speak up.
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(super) fn await_that(otherwise: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{otherwise}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The URL of a server that answers every request with this status line and headers, as a balancer or a server that fell
/// over does.
pub(super) fn answering(answer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = answer.to_owned();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 8192]);
            let _ = write!(connection, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // Closed with something unread, the connection would be reset, and the answer with it.
            let _ = connection.shutdown(Shutdown::Write);
            let _ = std::io::copy(&mut connection, &mut std::io::sink());
        }
    });
    url
}

/// The URL of a server that takes every request, and closes the connection without a word.
pub(super) fn hanging_up() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let _ = connection.unwrap().read(&mut [0; 8192]);
        }
    });
    url
}

/// A smoke that runs.
pub(super) struct Process {
    child: Child,
    started: Instant,
}

impl Process {
    /// Sends it a signal.
    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it, so that it can neither clean up nor write anything any more.
    pub(super) fn kill(self) {
        self.signal(Signal::KILL);
        assert_eq!(self.end().code, None);
    }

    /// Waits for its end.
    pub(super) fn end(self) -> Ended {
        let output = self.child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let took = self.started.elapsed();
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr), took }
    }
}

impl Ended {
    /// Holds the exit code, and a part of what was said on either side.
    #[track_caller]
    pub(super) fn check(&self, code: i32, said: &str) -> &Self {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{all}");
        assert!(all.contains(said), "{said:?} is not in:\n{all}");
        self
    }

    /// The first line of the summary.
    pub(super) fn first_line(&self) -> &str {
        self.stdout.lines().next().unwrap_or_default()
    }
}

/// `smoke sandbox` as a process of its own.
pub(super) struct Server {
    child: Child,
    /// The target that it prints, for a smoke.yaml.
    pub(super) config: String,
    /// The environment that it prints.
    pub(super) environment: Vec<(String, String)>,
}

impl Server {
    /// Starts one; returns once it has said how to reach it.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = command().arg("sandbox").args(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let config: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let export = lines.find_map(|line| line.strip_prefix("export ").map(str::to_owned)).unwrap();
        let pair = |word: &str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        let environment = export.split(' ').map(pair).collect();
        Self { child, config: config.join("\n") + "\n", environment }
    }

    /// The environment, as [`Project::with`] takes it.
    pub(super) fn variables(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// What its API answers to a GET.
    pub(super) fn get(&self, path: &str) -> String {
        let address = self.address("api: { url: \"http://");
        exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
    }

    /// What its API answers to a DELETE.
    pub(super) fn delete(&self, path: &str) -> String {
        let address = self.address("api: { url: \"http://");
        exchange(address, &format!("DELETE {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
    }

    /// What its AWS endpoint answers to a call of ECS. Signatures are not verified there.
    pub(super) fn ecs(&self, operation: &str, body: &str) -> String {
        let (address, length) = (self.address("endpoint_url: \"http://"), body.len());
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\
             content-type: application/x-amz-json-1.1\r\n\
             x-amz-target: AmazonEC2ContainerServiceV20141113.{operation}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=sandbox/20261124/eu-central-1/ecs/aws4_request\r\n\r\n{body}"
        );
        exchange(address, &request)
    }

    /// Ids of the imports that it holds.
    pub(super) fn imports(&self) -> Vec<String> {
        let answer = self.get("/api/v1/bulk-imports");
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        let ids = body["imports"].as_array().unwrap().iter().map(|import| import["id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    fn address(&self, after: &str) -> &str {
        let (_, rest) = self.config.split_once(after).unwrap();
        rest.split('"').next().unwrap()
    }

    /// Sends it a signal and gives its exit code.
    pub(super) fn stop(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Asked rather than killed, so that it takes its folder away with it.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
