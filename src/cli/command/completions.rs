//! `smoke completions SHELL`.

use clap::CommandFactory as _;

use crate::cli::args::{Args, Completions};
use crate::cli::exit::Exit;

/// Prints a script that teaches the shell our commands and options.
pub(crate) fn run(args: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "smoke", &mut script);
    crate::cli::print(&String::from_utf8_lossy(&script))
}
