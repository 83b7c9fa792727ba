//! Files the user wrote, read as text.

use std::fs::{File, FileType};
use std::io::Read as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Location, Source};
pub(crate) use crate::diagnostic::{shown_path as shown, tidy_path as tidy};

/// No scenario comes near this; a log file named by mistake does.
const LARGEST: u64 = 1024 * 1024;
/// Why there must be a file.
const READ_AGAIN: &str = "write it to a file: it is read again, by `smoke cleanup` for instance";
/// So much more than a file says it holds is made ready, so that its end is found without growing.
const ROOM: usize = 64;

/// Whether a file is YAML, by the ending of its name, however that is written.
#[must_use]
pub fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

/// Reads a file whole. A byte-order mark is not part of the text.
///
/// # Errors
/// The file cannot be read, is a pipe or a device, is larger than 1 MiB, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let shown = shown(path);
    // Asked before it is opened: opening a pipe already waits for whoever writes to it.
    let about = std::fs::metadata(path).map_err(|error| unreadable(&shown, &error))?;
    if !about.is_file() {
        let problem = Diagnostic::nowhere(format!("{shown} is {}, and not a file", kind_of(about.file_type())));
        return Err(if about.is_dir() { problem } else { problem.help(READ_AGAIN) });
    }
    let file = File::open(path).map_err(|error| unreadable(&shown, &error))?;
    let size = about.len();
    if size > LARGEST {
        let message = format!("{shown} has {size} bytes: more than the {LARGEST} that smoke reads as YAML");
        return Err(Diagnostic::nowhere(message).help("is this a scenario?"));
    }
    let bytes = bounded(file, size).map_err(|error| unreadable(&shown, &error))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{shown} has more than the {LARGEST} bytes that smoke reads as YAML");
        return Err(Diagnostic::nowhere(message).help("is this a scenario?"));
    }
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&shown, &error))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(Source::new(shown, text))
}

/// No more than one byte too many: a file may grow while it is read, and not all of them say how long they are.
fn bounded(file: File, size: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + ROOM);
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What something is that is no regular file.
pub(crate) fn kind_of(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_dir() => "a folder",
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

pub(crate) fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::nowhere(format!("{shown} cannot be read: {}", reason(error)))
}

/// The error without the number that the system gives it.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn not_utf8(shown: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let start = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let end = start + char::REPLACEMENT_CHARACTER.len_utf8();
    let location = Location { source: Source::new(shown, text), start, end };
    Diagnostic::at(&location, "the file is not UTF-8").help("save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_not_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bom.yaml");
        std::fs::write(&path, "\u{feff}name: x\n").unwrap();
        assert_eq!(read(&path).unwrap().text, "name: x\n");
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("latin.yaml");
        std::fs::write(&path, b"name: caf\xe9\n").unwrap();
        let problem = read(&path).unwrap_err();
        assert_eq!(problem.message, "the file is not UTF-8");
        assert_eq!(problem.location.map(|location| (location.line(), location.column())), Some((1, 10)));

        let large = dir.path().join("large.yaml");
        std::fs::write(&large, vec![b' '; 1024 * 1024 + 1]).unwrap();
        assert!(read(&large).unwrap_err().message.contains("has 1048577 bytes: more than"));
        let endless = bounded(File::open("/dev/zero").unwrap(), 0).unwrap();
        assert_eq!(endless.len(), 1024 * 1024 + 1);
    }

    #[test]
    fn what_is_no_file_is_not_even_opened() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe.yaml");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        for (path, kind) in [(pipe.as_path(), "a pipe"), (Path::new("/dev/zero"), "a device"), (dir.path(), "a folder")]
        {
            let problem = read(path).unwrap_err();
            assert_eq!(problem.message, format!("{} is {kind}, and not a file", path.display()));
            assert_eq!(problem.help.is_none(), path.is_dir());
        }
    }
}
