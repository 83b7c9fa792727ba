//! Files on this machine that a probe looks at.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

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

/// Text of a file: a byte-order mark decides, then what `declared` finds in the bytes, else it is UTF-8.
///
/// # Errors
/// The bytes are not what the file says they are.
pub(super) fn text(
    bytes: &[u8],
    declared: impl FnOnce(&[u8]) -> Option<&'static Encoding>,
) -> Result<Cow<'_, str>, String> {
    let marked = Encoding::for_bom(bytes);
    let (encoding, skipped) = marked.or_else(|| declared(bytes).map(|found| (found, 0))).unwrap_or((UTF_8, 0));
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[skipped..]);
    text.ok_or_else(|| format!("the file is not {}", encoding.name()))
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
