//! Finding a program, and saying what is wrong where it cannot be started.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::command::Command;
use crate::diagnostic::nearest;
use crate::probe::{LookError, LookErrorKind};

/// What to start: a bare name is left to `PATH`; a path is relative to the scenario, wherever the program is to run.
/// Absolute, since it is looked for only after the folder was changed.
pub(super) fn locate(command: &Command) -> PathBuf {
    if !is_path(&command.program) {
        return PathBuf::from(&command.program);
    }
    let path = command.base.join(&command.program);
    std::path::absolute(&path).unwrap_or(path)
}

/// Why the program could not be started.
pub(super) fn not_started(command: &Command, error: &io::Error) -> LookError {
    let program = &command.program;
    let message = if !command.base.join(&command.dir).is_dir() {
        format!("the folder {} to run `{program}` in is not there", command.dir)
    } else if error.kind() != io::ErrorKind::NotFound {
        format!("`{program}` cannot be started: {}", error.kind())
    } else if !is_path(program) {
        format!("`{program}` was not found on PATH{}", hint(program))
    } else if locate(command).exists() {
        format!("`{program}` cannot be started: the interpreter named in its first line is not there")
    } else {
        format!("the program {program} is not there")
    };
    LookError { kind: LookErrorKind::Unequipped, message, retry_after: None }
}

/// Said where `aws: true` has nothing to pass on.
pub(super) fn no_aws(command: &Command) -> LookError {
    let message = format!("`{}` is to reach AWS, and the target has no `aws`", command.program);
    LookError { kind: LookErrorKind::Unequipped, message, retry_after: None }
}

fn is_path(program: &str) -> bool {
    program.contains('/')
}

fn hint(program: &str) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Sorted, so that of names that are equally near it is always the same that is offered.
    let names: BTreeSet<String> = std::env::split_paths(&path).flat_map(|folder| names_in(&folder)).collect();
    let nearest = nearest(program, names.iter().map(String::as_str));
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn names_in(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}
