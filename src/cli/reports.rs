//! Where runs go on disk: `reports/<run id>/`, each file written whole or not at all, and `reports/latest`.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use smoke::record::Run;
use smoke::report::json;

/// The link to the run that began last.
const LATEST: &str = "latest";
/// Links that lead to links; the system gives up at 40.
const MOST_LINKS: usize = 40;
/// How much of a file is written at once, bytes.
const AT_ONCE: usize = 64 * 1024;

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    base: PathBuf,
    path: PathBuf,
    id: String,
    /// Where `latest` led before.
    before: Option<PathBuf>,
}

impl RunFolder {
    /// Makes the folder.
    pub(crate) fn create(base: &Path, id: &str) -> io::Result<Self> {
        let path = base.join(id);
        std::fs::create_dir_all(&path).map_err(|error| naming(&path, &error))?;
        let before = std::fs::read_link(base.join(LATEST)).ok();
        Ok(Self { base: base.to_owned(), path, id: id.to_owned(), before })
    }

    /// The path of a file in it, as it is shown.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The path of a file in it, as it is shown, once it is there.
    pub(crate) fn written(&self, name: &str) -> Option<String> {
        let path = self.file(name);
        path.exists().then(|| path.display().to_string())
    }

    /// Writes a file of it, as `draw` draws it; folders that it lies in are made.
    pub(crate) fn write(&self, name: &str, draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let path = self.file(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| naming(folder, &error))?;
        }
        write(&path, draw)
    }

    /// Lets `latest` point to it, by rename: whoever follows it finds the old run or the new one, never none.
    pub(crate) fn point_latest(&self) -> io::Result<()> {
        self.lead_to(Path::new(&self.id))
    }

    /// Takes the folder away again, and lets `latest` lead where it led before: what was refused was no run.
    pub(crate) fn discard(&self) {
        let latest = self.base.join(LATEST);
        if std::fs::read_link(&latest).is_ok_and(|leads| leads == Path::new(&self.id)) {
            let back =
                self.before.as_deref().map_or_else(|| std::fs::remove_file(&latest), |before| self.lead_to(before));
            // Where that cannot be done, the link leads nowhere, and not to a run that was green.
            drop(back);
        }
        drop(std::fs::remove_dir_all(&self.path));
    }

    fn lead_to(&self, to: &Path) -> io::Result<()> {
        let (latest, new) = (self.base.join(LATEST), self.base.join(format!(".{LATEST}-{}", self.id)));
        let moved = symlink(to, &new).and_then(|()| std::fs::rename(&new, &latest));
        moved.map_err(|error| {
            // The link under its first name is of no use to anybody; the first error is the one to tell.
            let _ = std::fs::remove_file(&new);
            naming(&latest, &error)
        })
    }
}

/// Writes a file as `draw` draws it. A regular one, or one that is not there yet, is whole or untouched: written beside its
/// place first, then renamed. A link stays, and what it leads to is written. A device or a pipe is written to.
pub(crate) fn write(path: &Path, draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let written = || match std::fs::metadata(path) {
        Ok(about) if !about.is_file() || is_of_the_system(path) => {
            fill(&OpenOptions::new().write(true).open(path)?, draw)
        }
        Ok(_) => replace(&path.canonicalize()?, draw),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(&end_of_links(path), draw),
        Err(error) => Err(error),
    };
    has_folder(path)?;
    written().map_err(|error| naming(path, &error))
}

fn replace(path: &Path, draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // As `File::create` would, so that the CI system's own user may read it.
    let readable = Permissions::from_mode(0o666);
    let file = tempfile::Builder::new().prefix(".smoke-").permissions(readable).tempfile_in(folder_of(path))?;
    fill(file.as_file(), draw)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn fill(file: &File, draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(AT_ONCE, file);
    draw(&mut file)?;
    file.flush()
}

/// `/dev/stdout` may be a regular file at the moment, which others have open.
fn is_of_the_system(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// Where a link leads that leads to nothing yet.
fn end_of_links(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&end) {
            Ok(next) => end = folder_of(&end).join(next),
            Err(_) => break,
        }
    }
    end
}

/// The file itself that is meant, by whatever way: so that two of one can be told from two.
pub(crate) fn real(path: &Path) -> PathBuf {
    let unmade = || {
        let end = end_of_links(path);
        let folder = folder_of(&end).canonicalize().ok()?;
        Some(folder.join(end.file_name()?))
    };
    path.canonicalize().ok().or_else(unmade).unwrap_or_else(|| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether there is the folder that a file is to lie in. Only a run's own folders are made: another is more likely a slip.
pub(crate) fn has_folder(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let message = format!("there is no folder {}", folder.display());
    Err(naming(path, &io::Error::new(io::ErrorKind::NotFound, message)))
}

/// A file that grows while the run goes on, from nothing.
pub(crate) fn grow(path: &Path) -> io::Result<File> {
    has_folder(path)?;
    OpenOptions::new().create(true).write(true).truncate(true).open(path).map_err(|error| naming(path, &error))
}

/// The record of a run: the file itself, or the one in the run's folder.
fn record(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("run.json") } else { path.to_owned() }
}

/// Opens a file that others write to as well, to write at its end.
pub(crate) fn at_end(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path).map_err(|error| naming(path, &error))
}

/// A recorded run, and the file that it is read from: `path` itself, or the one in the run's folder.
pub(crate) fn read(path: &Path) -> Result<(PathBuf, Run), String> {
    let path = record(path);
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| named(&error))?;
    let run = json::read(&text).map_err(|error| named(&error))?;
    Ok((path, run))
}

/// A new run's id: sorts by time, and is new below `base`.
pub(crate) fn new_id(base: &Path, started: DateTime<Utc>) -> String {
    loop {
        let id = format!("{}-{:04x}", started.format("%Y%m%dT%H%M%SZ"), rand::random::<u16>());
        if !base.join(&id).exists() {
            return id;
        }
    }
}

/// An error that says which file it is about.
pub(crate) fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saying(text: &str) -> impl FnOnce(&mut dyn Write) -> io::Result<()> {
        |out| out.write_all(text.as_bytes())
    }

    fn started() -> DateTime<Utc> {
        "2026-11-23T22:41:00Z".parse().unwrap()
    }

    #[test]
    fn ids_sort_by_time_and_are_new() {
        let base = tempfile::tempdir().unwrap();
        let id = new_id(base.path(), started());
        assert_eq!((id.len(), &id[..17]), (21, "20261123T224100Z-"));
    }

    #[test]
    fn files_are_written_whole_and_latest_follows() {
        let base = tempfile::tempdir().unwrap();
        for (id, text) in [("a", "first"), ("b", "second")] {
            let folder = RunFolder::create(&base.path().join("reports"), id).unwrap();
            folder.write("run.json", saying("old")).unwrap();
            folder.write("run.json", saying(text)).unwrap();
            folder.point_latest().unwrap();
            let latest = base.path().join("reports/latest/run.json");
            assert_eq!(std::fs::read_to_string(latest).unwrap(), text);
        }
        let mut left: Vec<_> = std::fs::read_dir(base.path().join("reports")).unwrap().flatten().collect();
        left.sort_by_key(std::fs::DirEntry::file_name);
        let names: Vec<_> = left.iter().map(std::fs::DirEntry::file_name).collect();
        assert_eq!(names, ["a", "b", "latest"]);
        assert_eq!(std::fs::read_dir(base.path().join("reports/a")).unwrap().count(), 1);
    }

    #[test]
    fn only_what_is_a_file_or_not_there_is_replaced() {
        let base = tempfile::tempdir().unwrap();
        let at = |name: &str| base.path().join(name);
        std::fs::write(at("old"), "old").unwrap();
        for (link, to) in [("to-old", "old"), ("to-new", "new"), ("to-to-new", "to-new")] {
            symlink(to, at(link)).unwrap();
        }
        for (link, file, text) in [("to-old", "old", "a"), ("to-to-new", "new", "b"), ("to-new", "new", "c")] {
            write(&at(link), saying(text)).unwrap();
            assert_eq!(std::fs::read_to_string(at(file)).unwrap(), text, "{link}");
            assert!(at(link).is_symlink() && !at(file).is_symlink(), "{link}");
        }
        symlink("/dev/null", at("device")).unwrap();
        write(&at("device"), saying("x")).unwrap();
        assert!(at("device").is_symlink() && !Path::new("/dev/null").is_file());
        let full = write(Path::new("/dev/full"), saying("x")).unwrap_err();
        assert!(full.to_string().starts_with("/dev/full: "), "{full}");
        assert!(!Path::new("/dev/full").is_file());
    }

    #[test]
    fn a_pipe_is_written_to() {
        let base = tempfile::tempdir().unwrap();
        let pipe = base.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        write(&pipe, saying("x")).unwrap();
        assert_eq!(reader.join().unwrap(), "x");
    }

    #[test]
    fn what_was_refused_leaves_latest_where_it_was() {
        let base = tempfile::tempdir().unwrap();
        let latest = || std::fs::read_link(base.path().join("latest")).ok();
        let first = RunFolder::create(base.path(), "a").unwrap();
        first.point_latest().unwrap();
        let second = RunFolder::create(base.path(), "b").unwrap();
        second.point_latest().unwrap();
        second.discard();
        assert_eq!((latest(), base.path().join("b").exists()), (Some("a".into()), false));
        first.discard();
        assert_eq!(latest(), None);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let base = tempfile::tempdir().unwrap();
        std::fs::write(base.path().join("file"), "").unwrap();
        let error = write(&base.path().join("file/run.json"), saying("x")).unwrap_err();
        assert!(error.to_string().contains("file/run.json: there is no folder "), "{error}");
        assert!(write(&base.path().join("out/run.json"), saying("x")).is_err() && !base.path().join("out").exists());
    }
}
