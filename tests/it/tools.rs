//! Programs that some scenarios need: Python, and the aws CLI in a virtual environment that is set up once.

#![expect(clippy::print_stdout, reason = "a test that has nothing to say says so")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A PATH on which python3 is. None, and said so, where there is none.
pub(crate) fn path_with_python() -> Option<String> {
    let found = Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"]).status();
    if !found.is_ok_and(|status| status.success()) {
        println!("skipped: there is no python3 from 3.10 on");
        return None;
    }
    std::env::var("PATH").ok()
}

/// A PATH on which python3 and the aws CLI are. None, and said so, where there is no Python to set that up with.
pub(crate) fn path_with_aws() -> Option<String> {
    // Tests run side by side, and only one of them should set it up.
    static SETTING_UP: Mutex<()> = Mutex::new(());
    let path = path_with_python()?;
    let _one_at_a_time = SETTING_UP.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("awscli");
    let complete = home.join("complete");
    if !complete.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
        run(Command::new(home.join("bin/python")).args(["-m", "pip", "install", "--quiet", "awscli==1.46.3"]));
        std::fs::write(&complete, "").unwrap();
    }
    let folders = [home.join("bin")].into_iter().chain(std::env::split_paths(&path).collect::<Vec<PathBuf>>());
    Some(std::env::join_paths(folders).unwrap().into_string().unwrap())
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
