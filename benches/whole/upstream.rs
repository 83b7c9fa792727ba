//! The servers that are looked at: processes of their own, ended with the benchmark.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::api;

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Upstream {
    child: Child,
    /// What it said when it came up.
    said: Vec<String>,
}

impl Upstream {
    /// The API that is always ready.
    pub(crate) fn api() -> Self {
        Self::start(Command::new(std::env::current_exe().unwrap()).arg(api::MODE), |_| true)
    }

    /// The sandbox, for its AWS endpoint.
    pub(crate) fn sandbox() -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_smoke")).arg("sandbox"), |line| line.starts_with("export "))
    }

    /// Where the API is.
    pub(crate) fn url(&self) -> &str {
        &self.said[0]
    }

    /// `aws` and `vars` of the target that the sandbox prints.
    pub(crate) fn target(&self) -> String {
        let lines = self.said.iter().filter(|line| line.starts_with("    aws:") || line.starts_with("    vars:"));
        lines.map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// The credentials that the sandbox prints.
    pub(crate) fn credentials(&self) -> Vec<(String, String)> {
        let words = self.said.last().unwrap().split(' ').skip(1);
        words.filter_map(|word| word.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn start(command: &mut Command, last: impl Fn(&str) -> bool) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut upstream = Self { child, said: Vec::new() };
        let mut lines = BufReader::new(upstream.child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        while !upstream.said.last().is_some_and(|line| last(line)) {
            upstream.said.push(lines.next().unwrap_or_else(|| panic!("{command:?} did not come up")));
        }
        upstream
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // Asked rather than killed, so that the sandbox takes its folder away with it.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}
