//! Files on this machine that a probe looks at.

use std::io::Read as _;
use std::path::Path;

use crate::diagnostic::shown_path;

/// More than any file that a probe reads has; a disk image named by mistake has it.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The bytes of a file.
///
/// # Errors
/// Why there are none, without the file's name.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let about = std::fs::metadata(path).map_err(|error| reason(&error))?;
    if about.is_dir() {
        return Err("this is a folder".to_owned());
    }
    let mut bytes = Vec::new();
    // A file that says it is empty may never end, such as a device.
    let file = std::fs::File::open(path).map_err(|error| reason(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it has more than the {LARGEST} bytes that smoke reads"));
    }
    Ok(bytes)
}

/// A file's path as a person finds it: from where smoke was started, where it lies below.
pub(super) fn shown(path: &Path) -> String {
    shown_path(path)
}

/// The error without the number that the system gives it.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
