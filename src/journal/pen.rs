//! Writes a journal. What was written survives the process when the writer hears that it is, and the machine soon after.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::entry::{Entry, Header};

/// How far syncs lie apart at least. The first is made at once; what is written meanwhile shares the next one, so that
/// they are bounded by time, however many scenarios write.
const APART: Duration = Duration::from_millis(100);

/// Why a journal could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clean-up journal cannot be written: {0}")]
pub struct Unwritten(String);

/// Writes a journal for all who share it. The file is made with the first word, so that a run which only looks leaves
/// none.
#[derive(Debug, Clone)]
pub struct Pen {
    sheet: Option<Arc<Sheet>>,
}

/// What all pens of a journal write on.
#[derive(Debug)]
struct Sheet {
    paper: Mutex<Paper>,
    /// Asks for a sync. There is room for one: a sync that has not begun yet serves whoever writes until then.
    dirty: SyncSender<Arc<File>>,
    /// Set once a sync failed: nothing that is written from then on can be relied on.
    spoilt: Arc<OnceLock<Unwritten>>,
}

/// Where the words go.
#[derive(Debug)]
enum Paper {
    /// Not made yet: where, and what it begins with.
    Blank(PathBuf, Box<Header>),
    /// Locked for as long as it is open.
    Open(Arc<File>),
}

impl Pen {
    /// A pen that writes nothing, for targets that go with the run.
    #[must_use]
    pub const fn dry() -> Self {
        Self { sheet: None }
    }

    /// A pen for a journal that is to be begun at `path`.
    #[must_use]
    pub fn new(path: &Path, header: Header) -> Self {
        Self::on(Paper::Blank(path.to_owned(), Box::new(header)))
    }

    /// A pen that goes on in a journal which was opened, and locked, before.
    #[must_use]
    pub fn resume(file: File) -> Self {
        Self::on(Paper::Open(Arc::new(file)))
    }

    fn on(paper: Paper) -> Self {
        let (dirty, asked) = sync_channel(1);
        let spoilt = Arc::default();
        let sheet = Sheet { paper: Mutex::new(paper), dirty, spoilt: Arc::clone(&spoilt) };
        // Its own thread: a disk that is slow must not hold up those who wait for other things. It ends with the last pen.
        std::thread::spawn(move || sync(&asked, &spoilt));
        Self { sheet: Some(Arc::new(sheet)) }
    }

    /// Whether it writes at all.
    #[must_use]
    pub const fn is_dry(&self) -> bool {
        self.sheet.is_none()
    }

    /// Writes entries. From then on they survive whatever ends the process; the disk has them as soon as it can, which
    /// is not waited for.
    ///
    /// # Errors
    /// Where they cannot be written, or what was written before did not come to the disk.
    pub fn write(&self, entries: &[Entry]) -> Result<(), Unwritten> {
        let Some(sheet) = self.sheet.as_ref().filter(|_| !entries.is_empty()) else { return Ok(()) };
        sheet.write(&entries.iter().map(line).collect::<String>())
    }

    /// Waits until everything that was written is on the disk.
    ///
    /// # Errors
    /// Where it does not come there.
    pub fn synced(&self) -> Result<(), Unwritten> {
        self.sheet.as_ref().map_or(Ok(()), |sheet| sheet.sync())
    }
}

impl Sheet {
    fn write(&self, text: &str) -> Result<(), Unwritten> {
        if let Some(unwritten) = self.spoilt.get() {
            return Err(unwritten.clone());
        }
        let mut paper = self.paper.lock().unwrap_or_else(PoisonError::into_inner);
        let file = paper.put(text).map_err(|error| Unwritten(error.to_string()))?;
        // Where there is no room, a sync is asked for already.
        let _ = self.dirty.try_send(file);
        Ok(())
    }

    fn sync(&self) -> Result<(), Unwritten> {
        match &*self.paper.lock().unwrap_or_else(PoisonError::into_inner) {
            Paper::Blank(..) => Ok(()),
            Paper::Open(file) => file.sync_data().map_err(|error| Unwritten(error.to_string())),
        }
    }
}

/// The last pen waits for the disk: what a run left behind is to be found there however the machine ends.
impl Drop for Sheet {
    fn drop(&mut self) {
        // Nobody is there any more to be told.
        let _ = self.sync();
    }
}

fn line(entry: &Entry) -> String {
    // Plain data with text keys: there is no shape that JSON cannot hold.
    let mut line = serde_json::to_string(entry).unwrap_or_default();
    line.push('\n');
    line
}

/// Syncs whatever was written, as often as it is asked to.
fn sync(asked: &Receiver<Arc<File>>, spoilt: &OnceLock<Unwritten>) {
    for file in asked {
        if let Err(error) = file.sync_data() {
            let _ = spoilt.set(Unwritten(error.to_string()));
        }
        // The lock on the file goes with the last who holds it.
        drop(file);
        std::thread::sleep(APART);
    }
}

impl Paper {
    fn put(&mut self, text: &str) -> io::Result<Arc<File>> {
        let file = match self {
            Self::Open(file) => Arc::clone(file),
            Self::Blank(path, header) => {
                let header = line(&Entry::Run((**header).clone()));
                let file = Arc::new(begin(path, &header).map_err(|error| naming(path, &error))?);
                *self = Self::Open(Arc::clone(&file));
                file
            }
        };
        (&*file).write_all(text.as_bytes())?;
        Ok(file)
    }
}

/// A new journal, locked, with its first line, and its name on the disk.
fn begin(path: &Path, header: &str) -> io::Result<File> {
    // What a run made is nobody else's business: its ids may open things.
    let mut file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
    file.try_lock().map_err(io::Error::from)?;
    file.write_all(header.as_bytes())?;
    for folder in path.ancestors().skip(1).take(2).filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Journal, VERSION};

    fn header() -> Header {
        let started = chrono::DateTime::UNIX_EPOCH;
        Header {
            version: VERSION,
            run: "id".into(),
            started,
            target: "t".into(),
            api_url: None,
            vars: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn many_write_one_journal_and_every_word_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.ndjson");
        let pen = Pen::new(&path, header());
        assert!(!path.exists(), "nothing was written yet");
        std::thread::scope(|threads| {
            for case in 0..200 {
                let pen = pen.clone();
                threads.spawn(move || assert_eq!(pen.write(&[Entry::Closed { case, attempt: 1 }]), Ok(())));
            }
        });
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 201);
        assert_eq!(Journal::read(&text).unwrap().header, header());
        assert!(File::open(&path).unwrap().try_lock().is_err(), "it is locked while the pen lives");
        drop(pen);
        assert!(File::open(&path).unwrap().lock().is_ok(), "and free soon after");
    }

    #[test]
    fn what_does_not_come_to_the_disk_is_said_with_the_next_word() {
        // A pipe takes words, and cannot be synced.
        let (_reader, writer) = io::pipe().unwrap();
        let pen = Pen::resume(File::from(std::os::fd::OwnedFd::from(writer)));
        let write = || pen.write(&[Entry::Settled]);
        assert_eq!(write(), Ok(()));
        assert!(pen.synced().is_err(), "whoever waits for the disk is told at once");
        let spoilt = &pen.sheet.as_ref().unwrap().spoilt;
        let soon = std::time::Instant::now() + Duration::from_mins(1);
        while spoilt.get().is_none() {
            assert!(std::time::Instant::now() < soon, "nobody synced what was written");
            std::thread::yield_now();
        }
        assert!(write().unwrap_err().to_string().starts_with("the clean-up journal cannot be written: "));
    }

    #[test]
    fn what_cannot_be_written_is_said_and_a_dry_pen_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/journal.ndjson");
        let error = Pen::new(&path, header()).write(&[Entry::Settled]).unwrap_err().to_string();
        let expected = format!("the clean-up journal cannot be written: {}: No such file", path.display());
        assert!(error.starts_with(&expected), "{error}");
        assert_eq!(Pen::dry().write(&[Entry::Settled]), Ok(()));
    }
}
