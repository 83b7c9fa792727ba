//! What it was measured on.

use std::process::Command;

/// In one line: processor, cores, kernel, versions.
pub(crate) fn described() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let gib = memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).map_or(0, |kib| kib >> 20);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let parts = [
        format!("{cores} cores of {processor}, {gib} GiB"),
        said("uname", &["-sr"]).unwrap_or_default(),
        said("rustc", &["--version"]).unwrap_or_default(),
        said("hurl", &["--version"]).unwrap_or_else(|| "no hurl on the PATH, so nothing to compare with".to_owned()),
        format!("load before it began: {load}"),
    ];
    parts.join("; ")
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first line that a program prints; none where there is no such program.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.split(" libcurl").next()?.to_owned())
}

/// Whether hurl is there to compare with.
pub(crate) fn has_hurl() -> bool {
    said("hurl", &["--version"]).is_some()
}
