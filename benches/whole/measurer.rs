//! The stopwatch: a small process between the benchmark and what is measured.
//!
//! Linux counts what a process's parent holds at the moment of its start as the process's own peak, so whoever starts it
//! must be smaller than it. The benchmark itself, which reads reports, is not.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::cost::Cost;

/// The first argument that makes this program the stopwatch.
pub(crate) const MODE: &str = "measure";

/// Runs the program named by the arguments, and prints its cost as JSON. What the program says goes to standard error.
pub(crate) fn measure(mut arguments: impl Iterator<Item = String>) {
    let mut command = Command::new(arguments.next().expect("measure takes a program"));
    command.args(arguments).stdin(Stdio::null()).stdout(std::io::stderr());
    let began = Instant::now();
    let used = command.spawn().and_then(wait4::Wait4::wait4);
    let wall = began.elapsed().as_secs_f64();
    let used = used.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(used.status.success(), "{command:?}: {}", used.status);
    let usage = used.rusage;
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory fit")]
    let memory = usage.maxrss as f64;
    let cpu = (usage.utime + usage.stime).as_secs_f64();
    println!("{}", serde_json::to_string(&Cost { wall, cpu, memory, requests: None, aws_calls: None }).unwrap());
}

/// Runs a command through the stopwatch.
pub(crate) fn cost_of(command: &Command) -> Cost {
    let mut measurer = Command::new(std::env::current_exe().unwrap());
    measurer.arg(MODE).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => measurer.env(name, value),
            None => measurer.env_remove(name),
        };
    }
    let output = measurer.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
