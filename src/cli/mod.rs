//! The binary's own: what was typed ([`args`]), what is meant ([`settings`]), and one file a command. The library cannot
//! see any of this.

mod args;
mod command;
mod environment;
mod exit;
mod folder;
mod options;
mod output;
mod publish;
mod reports;
mod settings;
mod terminal;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};
use smoke::diagnostic::nearest;

use self::args::{Args, Command};
use self::exit::Exit;
pub(crate) use self::output::{complain, note, print};

/// The variable in which GitHub names the file for a step's summary.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Reads the command line, does what it says, and gives the process's exit code.
pub(crate) fn main() -> ExitCode {
    match typed() {
        Ok(args) => begin(args).into(),
        Err(error) => {
            let error = with_the_meant_option(with_the_nearest_command(error));
            // Nothing can be said where even this cannot be printed; the exit code still tells.
            let _ = error.print();
            if error.use_stderr() { Exit::INVALID.into() } else { Exit::PASSED.into() }
        }
    }
}

/// The command line, with what the environment adds.
fn typed() -> Result<Args, clap::Error> {
    let mut command = environment::without_ours(Args::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    let mut args = Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    let added = environment::add(&mut args, &matches, &|name| std::env::var_os(name));
    added.map(|()| args).map_err(|(kind, message)| command.error(kind, message))
}

/// Clap proposes nothing for `rnu`: it does not take letters that changed places for a slip.
fn with_the_nearest_command(mut error: clap::Error) -> clap::Error {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) if error.kind() == ErrorKind::InvalidSubcommand => typed.clone(),
        _ => return error,
    };
    let command = Args::command();
    if let Some(near) = nearest(&typed, command.get_subcommands().map(clap::Command::get_name))
        && error.get(ContextKind::SuggestedSubcommand).is_none()
    {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near]));
    }
    error
}

/// A run's reports are asked for with `--report`, and what `smoke report` draws with `--format`.
fn with_the_meant_option(mut error: clap::Error) -> clap::Error {
    let said = |error: &clap::Error, kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let usage = said(&error, ContextKind::Usage);
    let meant = match said(&error, ContextKind::InvalidArg).as_str() {
        "--report" if usage.contains("smoke report") => "--format",
        "--format" if ["smoke run", "smoke merge"].iter().any(|command| usage.contains(command)) => "--report",
        _ => return error,
    };
    error.remove(ContextKind::Suggested);
    error.insert(ContextKind::SuggestedArg, ContextValue::String(meant.to_owned()));
    error
}

fn begin(mut args: Args) -> Exit {
    if let Some(dir) = &args.dir
        && let Err(error) = std::env::set_current_dir(dir)
    {
        return complain(Exit::INVALID, &format!("cannot change to {}: {error}", dir.display()));
    }
    if let (Some(output), Some(summary)) = (args.command.output(), std::env::var_os(STEP_SUMMARY)) {
        output.share(Path::new(&summary));
    }
    match args.command {
        Command::Run(run) => command::run::run(&Arc::from(run), args.dir.as_deref()),
        Command::Check(args) => command::check::run(&args),
        Command::List(args) => command::list::run(&args),
        Command::Doctor(args) => command::doctor::run(args),
        Command::Policy(args) => command::policy::run(&args),
        Command::Cleanup(cleanup) => command::cleanup::run(&Arc::new(cleanup), args.dir.as_deref()),
        Command::Report(args) => command::report::run(&args),
        Command::Merge(merge) => command::merge::run(&merge, args.dir.as_deref()),
        Command::Sandbox(args) => command::sandbox::run(&args),
        Command::Schema(args) => command::schema::run(&args),
        Command::Init => command::init::run(),
        Command::Completions(args) => command::completions::run(&args),
    }
}
