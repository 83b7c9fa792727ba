//! Where runs go on disk: `reports/<run id>/`, each file written whole or not at all, and `reports/latest`.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    base: PathBuf,
    path: PathBuf,
    id: String,
}

impl RunFolder {
    /// Makes the folder.
    pub(crate) fn create(base: &Path, id: &str) -> io::Result<Self> {
        let path = base.join(id);
        std::fs::create_dir_all(&path).map_err(|error| naming(&path, &error))?;
        Ok(Self { base: base.to_owned(), path, id: id.to_owned() })
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

    /// Writes a file of it.
    pub(crate) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        write(&self.file(name), text)
    }

    /// Lets `latest` point to it, by rename: whoever follows it finds the old run or the new one, never none.
    pub(crate) fn point_latest(&self) -> io::Result<()> {
        let (latest, new) = (self.base.join("latest"), self.base.join(format!(".latest-{}", self.id)));
        let moved = symlink(&self.id, &new).and_then(|()| std::fs::rename(&new, &latest));
        moved.map_err(|error| {
            // The link under its first name is of no use to anybody; the first error is the one to tell.
            let _ = std::fs::remove_file(&new);
            naming(&latest, &error)
        })
    }
}

/// Writes a file whole or not at all: beside its place first, then by rename. Missing folders are made.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || {
        std::fs::create_dir_all(folder)?;
        // As `File::create` would, so that the CI system's own user may read it.
        let readable = Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().prefix(".smoke-").permissions(readable).tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    };
    written().map(drop).map_err(|error| naming(path, &error))
}

/// A file that grows while the run goes on, from nothing.
pub(crate) fn grow(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| naming(folder, &error))?;
    }
    OpenOptions::new().create(true).write(true).truncate(true).open(path).map_err(|error| naming(path, &error))
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
            folder.write("run.json", "old").unwrap();
            folder.write("run.json", text).unwrap();
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
    fn what_cannot_be_written_is_named() {
        let base = tempfile::tempdir().unwrap();
        std::fs::write(base.path().join("file"), "").unwrap();
        let error = write(&base.path().join("file/run.json"), "x").unwrap_err();
        assert!(error.to_string().contains("file/run.json: "), "{error}");
    }
}
