//! What a program left: its code, what it wrote, and what is said of it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::command::Command;
use crate::event::Evidence;
use crate::probe::{Gap, Unknown};
use crate::redact::Redactor;

/// How much of a line is shown in a summary and in a cause, in characters.
const LINE: usize = 200;

/// How much is left out at the end of an output of one line that was not kept whole, in bytes.
const UNSURE: usize = 1024;

/// How much of the end of each output is shown as evidence, in bytes.
const EVIDENCE: usize = 4096;

/// `output`.
#[derive(Debug, Serialize)]
pub struct Output {
    /// The exit code; 128 + the signal's number where one ended it, as shells have it.
    pub code: i64,
    /// What it wrote to standard output: the first 1 MiB.
    pub stdout: String,
    /// What it wrote to standard error: the first 1 MiB.
    pub stderr: String,
    /// How long it ran.
    pub elapsed: cel::Duration,
    /// What of it is not known: what was not kept whole.
    #[serde(skip)]
    pub unknowns: Vec<Unknown>,
    #[serde(skip)]
    signal: Option<i32>,
    #[serde(skip)]
    program: String,
    #[serde(skip)]
    line: String,
    #[serde(skip)]
    cut: [bool; 2],
    #[serde(skip)]
    redactor: Arc<Redactor>,
}

/// The beginning of what was written to a pipe.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) bytes: Vec<u8>,
    /// Whether there was more.
    pub(super) cut: bool,
}

impl Output {
    pub(super) fn new(command: &Command, status: ExitStatus, streams: [Stream; 2], elapsed: Duration) -> Self {
        let cut = streams.each_ref().map(|stream| stream.cut);
        let [stdout, stderr] = streams.map(|stream| String::from_utf8_lossy(&stream.bytes).into_owned());
        let signal = status.signal();
        Self {
            code: status.code().or(signal.map(|signal| 128 + signal)).unwrap_or(-1).into(),
            stdout,
            stderr,
            elapsed: cel::Duration(chrono::Duration::from_std(elapsed).unwrap_or_default()),
            unknowns: unkept(cut),
            signal,
            program: command.program.clone(),
            line: command.line(),
            cut,
            redactor: Arc::default(),
        }
    }

    /// The same; what is shown of it is cleaned by `redactor`, as it knows secrets at that moment.
    pub(super) fn cleaned_by(self, redactor: &Arc<Redactor>) -> Self {
        Self { redactor: Arc::clone(redactor), ..self }
    }

    /// In one line: `exit 0: 3 rows`.
    #[must_use]
    pub fn summary(&self) -> String {
        let wrote = self.redactor.clean(if self.stdout.trim().is_empty() { &self.stderr } else { &self.stdout });
        with_words(format!("exit {}", self.code), wrote.lines().find(|line| !line.trim().is_empty()))
    }

    /// What is wrong, where this alone shows it: a code other than 0, with the last line that it wrote.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let how = match (self.code, self.signal) {
            (0, _) => return None,
            (code, None) => format!("`{}` exited with {code}", self.program),
            (_, Some(signal)) => format!("`{}` was ended by signal {signal}", self.program),
        };
        let wrote = self.redactor.clean(if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr });
        Some(with_words(how, last_line(&wrote)))
    }

    /// What to keep when the step did not pass: the command, and the end of what it wrote.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let [out, err] = self.cut;
        let command = format!("{}\nexit {}", self.line, self.code);
        let wrote = [("standard output", &self.stdout, out), ("standard error", &self.stderr, err)];
        let wrote = wrote.into_iter().filter(|(_, text, _)| !text.is_empty());
        std::iter::once(Evidence { title: "command".to_owned(), text: command })
            .chain(wrote.map(|(title, text, cut)| Evidence {
                title: title.to_owned(),
                text: end_of(&self.redactor.clean(text), cut),
            }))
            .collect()
    }
}

/// Whoever judges the beginning of what was written as if it were the whole may miss what matters.
fn unkept([out, err]: [bool; 2]) -> Vec<Unknown> {
    let streams = [("output.stdout", "standard output", out), ("output.stderr", "standard error", err)];
    let unknown = |(path, name, _): (&str, &str, bool)| {
        let why = Gap::lasting(format!("{name} was more than 1 MiB, and only its beginning was kept"));
        Unknown { path: path.to_owned(), why }
    };
    streams.into_iter().filter(|(.., cut)| *cut).map(unknown).collect()
}

/// What is said of a program that was killed since it had not ended: how long it ran, and what it wrote last.
pub(super) fn late(command: &Command, ran: Duration, streams: &[Stream; 2], redactor: &Redactor) -> String {
    let [stdout, stderr] = streams.each_ref().map(|stream| String::from_utf8_lossy(&stream.bytes));
    let wrote = redactor.clean(if stderr.trim().is_empty() { &stdout } else { &stderr });
    // The end of what was not kept whole may be half a secret.
    let whole = !streams.iter().any(|stream| stream.cut);
    let how = format!("`{}` had not ended after {:.1} s and was killed", command.program, ran.as_secs_f64());
    match last_line(&wrote).filter(|_| whole) {
        None => how,
        last => with_words(how + "; it last wrote", last),
    }
}

fn last_line(wrote: &str) -> Option<&str> {
    wrote.lines().rev().find(|line| !line.trim().is_empty())
}

fn with_words(how: String, line: Option<&str>) -> String {
    match line.map(str::trim) {
        None => how,
        Some(line) if line.chars().count() <= LINE => format!("{how}: {line}"),
        Some(line) => format!("{how}: {}…", line.chars().take(LINE).collect::<String>()),
    }
}

fn end_of(text: &str, cut: bool) -> String {
    // Where the rest was not kept, the end may be half a secret.
    let sure = || text.rfind('\n').unwrap_or_else(|| text.floor_char_boundary(text.len().saturating_sub(UNSURE)));
    let text = if cut { &text[..sure()] } else { text };
    let from = text.ceil_char_boundary(text.len().saturating_sub(EVIDENCE));
    let before = if from > 0 { "…" } else { "" };
    let note = if cut { "\n(longer than 1 MiB; the rest was not kept)" } else { "" };
    format!("{before}{}{note}", &text[from..])
}
