//! A process and everything that it starts: run to its end, or killed as one.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};
use tokio::time::{Instant, timeout, timeout_at};

use super::command::Command;
use super::output::{self, Output, Stream};
use super::program;
use crate::family::Family;
use crate::probe::{LookError, LookErrorKind};
use crate::redact::Redactor;

/// How much of each output is kept, in bytes.
pub(super) const MOST: usize = 1024 * 1024;

/// How long output is waited for once the program has ended: something that it left behind may hold the pipe for ever.
const LINGER: Duration = Duration::from_millis(500);

/// A variable of the environment to set, or to take away.
pub(super) type Variable = (String, Option<String>);

/// Runs the command to its end; `aws` comes before what the command itself sets.
///
/// # Errors
/// Where it cannot be started, or has not ended by the deadline.
pub(super) async fn run(
    command: &Command,
    aws: &[Variable],
    deadline: Instant,
    redactor: &Redactor,
) -> Result<Output, LookError> {
    let started = Instant::now();
    let mut streams = [Stream::default(), Stream::default()];
    let mut child = spawn(command, aws).map_err(|error| program::not_started(command, &error))?;
    let family = Family::of(&child);
    let ended = timeout_at(deadline, attend(&mut child, command.stdin.as_deref(), family, &mut streams)).await;
    match ended {
        Ok(Ok(status)) => Ok(Output::new(command, status, streams, started.elapsed())),
        Ok(Err(error)) => Err(failure(format!("`{}` cannot be waited for: {}", command.program, error.kind()))),
        Err(_) => Err(failure(output::late(command, started.elapsed(), &streams, redactor))),
    }
}

fn spawn(command: &Command, aws: &[Variable]) -> std::io::Result<Child> {
    let stdin = if command.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut process = tokio::process::Command::new(program::locate(command));
    for (name, value) in aws {
        match value {
            Some(value) => process.env(name, value),
            None => process.env_remove(name),
        };
    }
    process
        .args(&command.arguments)
        .envs(command.env.iter().map(|(name, value)| (name, value)))
        .current_dir(command.base.join(&command.dir))
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Feeds the process, keeps what it writes, and waits for its end. The family dies with this future, unless all output
/// has ended by itself. As long as somebody of the group holds a pipe, the group's number can mean no other.
async fn attend(
    child: &mut Child,
    stdin: Option<&str>,
    family: Family,
    [stdout, stderr]: &mut [Stream; 2],
) -> std::io::Result<ExitStatus> {
    let (feed, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (status, quiet) = {
        let talk = async { tokio::join!(write(feed, stdin), keep(out, stdout), keep(err, stderr)) };
        tokio::pin!(talk);
        tokio::select! {
            _ = &mut talk => (child.wait().await?, true),
            status = child.wait() => (status?, timeout(LINGER, &mut talk).await.is_ok()),
        }
    };
    if quiet {
        family.let_go();
    }
    Ok(status)
}

async fn write(stdin: Option<ChildStdin>, text: Option<&str>) {
    if let (Some(mut stdin), Some(text)) = (stdin, text) {
        // A program need not read what it is given.
        let _ = stdin.write_all(text.as_bytes()).await;
    }
}

/// Reads to the end, so that the program never waits for us, but keeps only the beginning.
async fn keep(from: Option<impl AsyncRead + Unpin>, kept: &mut Stream) {
    let Some(mut from) = from else { return };
    let mut chunk = vec![0; 8192];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let room = length.min(MOST - kept.bytes.len());
        kept.bytes.extend_from_slice(&chunk[..room]);
        kept.cut |= room < length;
    }
}

fn failure(message: String) -> LookError {
    LookError { kind: LookErrorKind::System, message, retry_after: None }
}
