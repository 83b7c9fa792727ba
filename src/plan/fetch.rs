//! How a secret is had: from the environment, from a file, or of a program. None of them is waited for without end.

use std::fs::{File, metadata};
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::Diagnostic;
use crate::family::Family;
use crate::redact::Secret;
use crate::scenario::config::{Origin, SecretSource};
use crate::scenario::kind_of;

/// How long a program may take for a secret, and whoever writes it into a pipe, in seconds.
const WITHIN: u64 = 30;
/// No secret comes near this, in bytes; a program that never stops writing does.
const LARGEST: u64 = 1024 * 1024;
/// Credentials of the SDK's own chain that are variables, and what GitHub asks for a web identity with.
const OWN: [&str; 4] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];
/// AWS makes none that are shorter, in bytes.
const SHORTEST_OWN: usize = 16;

/// The text of a secret; `dir` is the folder of `smoke.yaml`.
///
/// # Errors
/// It is not set, cannot be read, does not come in time, is no text, or is too short. `given_up` ends it, too.
pub(super) fn fetch(
    name: &str,
    source: &SecretSource,
    dir: &Path,
    given_up: &CancellationToken,
) -> Result<String, Diagnostic> {
    let no = |message: String, help: &str| Diagnostic::at(&source.location, message).help(help.to_owned());
    let cannot = |why: String, help: &str| no(format!("the secret `{name}` cannot be had: {why}"), help);
    let (bytes, what) = match &source.origin {
        Origin::Env(variable) => {
            let help = "set it in the environment that smoke is started in";
            let value = std::env::var_os(variable).ok_or_else(|| cannot(format!("{variable} is not set"), help))?;
            (value.into_vec(), format!("what {variable} is set to"))
        }
        Origin::File(path) => {
            let shown = path.display();
            let bytes = read(dir.join(path), given_up);
            let help = "the file is named relative to smoke.yaml";
            (bytes.map_err(|why| cannot(format!("{shown}: {why}"), help))?, format!("what {shown} holds"))
        }
        Origin::Command(words) => {
            let shown = words.join(" ");
            let late = "and was killed with all that it started";
            let bytes = awaited(output(words, dir), &format!("has not ended within {WITHIN} s, {late}"), given_up);
            let help = "run it by hand to see why; here nobody answers what it asks";
            (bytes.map_err(|why| cannot(format!("`{shown}` {why}"), help))?, format!("what `{shown}` wrote"))
        }
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        let help = "a secret is text in UTF-8: let it be base64 of what is none";
        cannot(format!("{what} is not UTF-8"), help)
    })?;
    let text = match source.origin {
        Origin::Env(_) => text.as_str(),
        Origin::File(_) | Origin::Command(_) => without_newline(&text),
    };
    if text.is_empty() {
        return Err(no(format!("the secret `{name}` is empty"), "an empty secret cannot be kept out of reports"));
    }
    if text.chars().count() < Secret::SHORTEST {
        let message = format!("the secret `{name}` has fewer than {} characters", Secret::SHORTEST);
        return Err(no(message, "kept out of the reports, so short a text would blank them; was the right value set?"));
    }
    Ok(text.to_owned())
}

/// How large a file may be that is only read in case somebody tells it, in bytes: each of its lines is looked for in all
/// that is told.
const GLIMPSED: u64 = 16 * 1024;

/// A secret that nobody reads, in case a program that a step starts tells it; none where it is not there, or had only by
/// running a program or waiting for a writer.
pub(super) fn glimpse(source: &SecretSource, dir: &Path) -> Option<Secret> {
    let at_hand = match &source.origin {
        Origin::Env(_) => true,
        Origin::File(path) => metadata(dir.join(path)).is_ok_and(|file| file.is_file() && file.len() <= GLIMPSED),
        Origin::Command(_) => false,
    };
    let text = if at_hand { fetch("", source, dir, &CancellationToken::new()).ok() } else { None };
    text.map(Secret::new)
}

/// What smoke itself logs in with and every program that a step starts inherits, by the names of the variables. Shorter
/// ones are what emulators are content with (`test`), and no secrets.
pub(super) fn own_credentials() -> impl Iterator<Item = (String, Secret)> {
    let set = |name: &str| Some((name.to_owned(), std::env::var(name).ok().filter(|text| text.len() >= SHORTEST_OWN)?));
    OWN.into_iter().filter_map(set).map(|(name, text)| (name, Secret::new(text)))
}

fn without_newline(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// What a file holds. A pipe will do: `vault read … | smoke run` with `file: /dev/stdin` keeps a secret off the disk, and
/// some password managers mount what they know as one. But nobody may ever write to it, so it is not waited for like a file.
fn read(path: PathBuf, given_up: &CancellationToken) -> Result<Vec<u8>, String> {
    let kind = metadata(&path).map_err(|error| error.to_string())?.file_type();
    let whole = move || {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        read.map_err(|error| error.to_string())?;
        no_more(bytes, "holds")
    };
    if kind.is_fifo() {
        let reader = async { tokio::task::spawn_blocking(whole).await.map_err(|error| error.to_string())? };
        awaited(reader, &format!("is a pipe, and nobody wrote to it and closed it within {WITHIN} s"), given_up)
    } else if kind.is_file() {
        whole()
    } else {
        Err(format!("is {}, and not a file", kind_of(kind)))
    }
}

/// What a program writes. Its complaints go to the terminal; they are not ours to repeat. It dies with this future, and
/// all that it has started with it.
async fn output(words: &[String], dir: &Path) -> Result<Vec<u8>, String> {
    let (program, arguments) = words.split_first().ok_or("names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command.process_group(0).kill_on_drop(true);
    if !dir.as_os_str().is_empty() {
        command.current_dir(dir);
    }
    let mut child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
    let family = Family::of(&child);
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let read = stdout.take(LARGEST + 1).read_to_end(&mut bytes).await;
        read.map_err(|error| format!("cannot be heard: {error}"))?;
    }
    let bytes = no_more(bytes, "wrote")?;
    let status = child.wait().await.map_err(|error| format!("cannot be waited for: {error}"))?;
    family.let_go();
    if status.success() { Ok(bytes) } else { Err(format!("ended with {status}")) }
}

fn no_more(bytes: Vec<u8>, verb: &str) -> Result<Vec<u8>, String> {
    let much = bytes.len() as u64 > LARGEST;
    if much { Err(format!("{verb} more than the {LARGEST} bytes that a secret may have")) } else { Ok(bytes) }
}

/// Waits for what may take long. What it has started by then is killed where it does not come; a thread that reads is
/// left behind.
fn awaited(
    work: impl Future<Output = Result<Vec<u8>, String>>,
    late: &str,
    given_up: &CancellationToken,
) -> Result<Vec<u8>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot be waited for: {error}"))?;
    let got = runtime.block_on(in_time(work, late, given_up));
    runtime.shutdown_background();
    got
}

async fn in_time(
    work: impl Future<Output = Result<Vec<u8>, String>>,
    late: &str,
    given_up: &CancellationToken,
) -> Result<Vec<u8>, String> {
    tokio::select! {
        got = work => got,
        () = tokio::time::sleep(Duration::from_secs(WITHIN)) => Err(late.to_owned()),
        () = given_up.cancelled() => Err("was not waited for any longer".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;
    use crate::diagnostic::{Location, Source};

    /// What comes of a secret in a folder with a file that is no text.
    fn said(origin: Origin) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("latin"), b"caf\xe9\n").unwrap();
        let location = Location { source: Source::new("smoke.yaml", "secrets:"), start: 0, end: 7 };
        let fetched = fetch("key", &SecretSource { location, origin }, dir.path(), &CancellationToken::new());
        fetched.map_err(|problem| problem.message)
    }

    fn run(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn what_cannot_be_a_secret_is_told_as_what_it_is() {
        #[track_caller]
        fn check(origin: Origin, expected: &str) {
            let expected = format!("the secret `key` cannot be had: {expected}");
            assert_eq!(said(origin).unwrap_err(), expected);
        }
        let file = |path: &str| Origin::File(path.into());
        check(file("latin"), "what latin holds is not UTF-8");
        check(file("nowhere"), "nowhere: No such file or directory (os error 2)");
        check(file("."), ".: is a folder, and not a file");
        check(file("/dev/zero"), "/dev/zero: is a device, and not a file");
        let program = |script: &str| Origin::Command(run(script));
        check(program("printf '\\351'"), "what `sh -c printf '\\351'` wrote is not UTF-8");
        check(program("exit 3"), "`sh -c exit 3` ended with exit status: 3");
        let much = "wrote more than the 1048576 bytes that a secret may have";
        check(program("exec cat /dev/zero"), &format!("`sh -c exec cat /dev/zero` {much}"));
        check(
            Origin::Command(vec!["./no".to_owned()]),
            "`./no` cannot be started: No such file or directory (os error 2)",
        );
        check(Origin::Env("SMOKE_TEST_UNSET".to_owned()), "SMOKE_TEST_UNSET is not set");
        assert_eq!(said(program("echo hunter2")).unwrap(), "hunter2");
    }

    #[test]
    fn what_nobody_reads_is_glimpsed_at_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("token"), "hunter2\n").unwrap();
        std::fs::write(dir.path().join("pin"), "123\n").unwrap();
        mkfifoat(CWD, dir.path().join("pipe"), Mode::RUSR | Mode::WUSR).unwrap();
        let glimpsed = |origin: Origin| {
            let location = Location { source: Source::new("smoke.yaml", "secrets:"), start: 0, end: 7 };
            glimpse(&SecretSource { location, origin }, dir.path()).map(|secret| secret.reveal().to_owned())
        };
        assert_eq!(glimpsed(Origin::File("token".into())).as_deref(), Some("hunter2"));
        std::fs::write(dir.path().join("large"), "hunter2\n".repeat(3_000)).unwrap();
        assert_eq!(glimpsed(Origin::File("large".into())), None);
        for none in [Origin::File("pin".into()), Origin::File("pipe".into()), Origin::File("nowhere".into())] {
            assert_eq!(glimpsed(none), None);
        }
        assert_eq!(glimpsed(Origin::Command(run("touch ran; echo hunter2"))), None);
        assert!(!dir.path().join("ran").exists());
    }

    #[test]
    fn a_pipe_is_read_once_somebody_writes_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, "hunter2\n").unwrap()
        });
        assert_eq!(read(pipe, &CancellationToken::new()).unwrap(), b"hunter2\n");
        writer.join().unwrap();
    }

    /// The clock stands still, and goes on by itself while nothing else is to be done.
    #[tokio::test(start_paused = true)]
    async fn nothing_is_waited_for_without_end() {
        let started = tokio::time::Instant::now();
        let hangs = in_time(output(&run("sleep 60"), Path::new("")), "is late", &CancellationToken::new()).await;
        assert_eq!((hangs.unwrap_err().as_str(), started.elapsed().as_secs()), ("is late", 30));
    }

    /// Each process that was started holds a pipe open: its end is the end of them all.
    #[test]
    fn what_is_not_waited_for_any_longer_is_killed_with_all_that_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("alive");
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        let given_up = CancellationToken::new();
        let (folder, token) = (dir.path().to_owned(), given_up.clone());
        let started = Instant::now();
        let waiting = std::thread::spawn(move || {
            awaited(output(&run("exec 3> alive; sleep 20 & echo >&3; sleep 20"), &folder), "is late", &token)
        });
        let mut alive = File::open(pipe).unwrap();
        alive.read_exact(&mut [0]).unwrap();
        given_up.cancel();
        assert_eq!(waiting.join().unwrap().unwrap_err(), "was not waited for any longer");
        alive.read_to_end(&mut Vec::new()).unwrap();
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}
