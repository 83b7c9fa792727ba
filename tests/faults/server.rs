//! `smoke sandbox` as a process of its own, which can be asked what a run left behind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A sandbox.
pub(crate) struct Server {
    child: Child,
    target: String,
    environment: Vec<(String, String)>,
}

impl Server {
    /// Starts one; returns once it has said how to reach it.
    pub(crate) fn start(options: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smoke"));
        command.env_clear().arg("sandbox").args(options).stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| format!("no sandbox: {error}"))?;
        let mut server = Self { child, target: String::new(), environment: Vec::new() };
        server.listen().map_err(|error| format!("the sandbox does not say how to reach it: {error}"))?;
        Ok(server)
    }

    fn listen(&mut self) -> std::io::Result<()> {
        let silent = || std::io::Error::other("it ended");
        let lines = BufReader::new(self.child.stdout.as_mut().ok_or_else(silent)?).lines();
        for line in lines {
            let line = line?;
            if line.starts_with("    ") {
                self.target += &line;
                self.target.push('\n');
            }
            if let Some(export) = line.strip_prefix("export ") {
                let pairs = export.split(' ').filter_map(|word| word.split_once('='));
                self.environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                return Ok(());
            }
        }
        Err(silent())
    }

    /// What stands in smoke.yaml below the target's name.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The credentials that its AWS endpoint takes.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether nothing was left on it.
    pub(crate) fn left_nothing(&self) -> Result<(), String> {
        let answer =
            self.get("/api/v1/bulk-imports").map_err(|error| format!("the sandbox does not answer: {error}"))?;
        if answer.contains("\"count\":0,") { Ok(()) } else { Err(format!("left on the server:\n{answer}")) }
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let address = self.target.split("url: \"http://").nth(1).and_then(|rest| rest.split('"').next());
        let address = address.ok_or_else(|| std::io::Error::other("it has no address"))?;
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked rather than killed, so that it takes its folder away with it.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}
