//! Writes a journal. What was written is on the disk when the writer hears that it is.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::entry::{Entry, Header};

/// Why a journal could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clean-up journal cannot be written: {0}")]
pub struct Unwritten(String);

/// Writes a journal for all who share it. The file is made with the first word, so that a run which only looks leaves
/// none. Words that come together are synced together: a thousand scenarios that send at once wait for a few syncs.
#[derive(Debug, Clone)]
pub struct Pen {
    words: Option<mpsc::UnboundedSender<Word>>,
}

#[derive(Debug)]
struct Word {
    text: String,
    heard: oneshot::Sender<Result<(), Unwritten>>,
}

/// Where the words go.
#[derive(Debug)]
enum Paper {
    /// Not made yet: where, and what it begins with.
    Blank(PathBuf, Arc<Header>),
    /// Locked for as long as it is open.
    Open(File),
}

impl Pen {
    /// A pen that writes nothing, for targets that go with the run.
    #[must_use]
    pub const fn dry() -> Self {
        Self { words: None }
    }

    /// A pen for a journal that is to be begun at `path`.
    #[must_use]
    pub fn new(path: &Path, header: Header) -> Self {
        Self::on(Paper::Blank(path.to_owned(), Arc::new(header)))
    }

    /// A pen that goes on in a journal which was opened, and locked, before.
    #[must_use]
    pub fn resume(file: File) -> Self {
        Self::on(Paper::Open(file))
    }

    fn on(paper: Paper) -> Self {
        let (words, told) = mpsc::unbounded_channel();
        // Its own thread: a disk that is slow must not hold up those who wait for other things. It ends with the last pen.
        std::thread::spawn(move || write_down(paper, told));
        Self { words: Some(words) }
    }

    /// Whether it writes at all.
    #[must_use]
    pub const fn is_dry(&self) -> bool {
        self.words.is_none()
    }

    /// Writes entries, and returns once they are on the disk.
    ///
    /// # Errors
    /// Where they are not.
    pub async fn write(&self, entries: &[Entry]) -> Result<(), Unwritten> {
        let Some(words) = self.words.as_ref().filter(|_| !entries.is_empty()) else { return Ok(()) };
        let text = entries.iter().map(line).collect::<String>();
        let (heard, told) = oneshot::channel();
        let gone = || Unwritten("its writer has ended".to_owned());
        words.send(Word { text, heard }).map_err(|_| gone())?;
        told.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn line(entry: &Entry) -> String {
    // Plain data with text keys: there is no shape that JSON cannot hold.
    let mut line = serde_json::to_string(entry).unwrap_or_default();
    line.push('\n');
    line
}

fn write_down(mut paper: Paper, mut told: mpsc::UnboundedReceiver<Word>) {
    while let Some(first) = told.blocking_recv() {
        let mut words = vec![first];
        words.extend(std::iter::from_fn(|| told.try_recv().ok()));
        let text = words.iter().map(|word| word.text.as_str()).collect::<String>();
        let written = put(&mut paper, &text).map_err(|error| Unwritten(error.to_string()));
        for word in words {
            // Whoever has stopped waiting is simply not told.
            let _ = word.heard.send(written.clone());
        }
    }
}

fn put(paper: &mut Paper, text: &str) -> io::Result<()> {
    if let Paper::Blank(path, header) = paper {
        let header = line(&Entry::Run((**header).clone()));
        let file = begin(path, &header).map_err(|error| naming(path, &error))?;
        *paper = Paper::Open(file);
    }
    match paper {
        Paper::Open(file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_data()),
        Paper::Blank(path, _) => Err(io::Error::other(format!("{} is not open", path.display()))),
    }
}

/// A new journal, locked, with its first line on the disk, and itself in its folder.
fn begin(path: &Path, header: &str) -> io::Result<File> {
    // What a run made is nobody else's business: its ids may open things.
    let mut file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
    file.try_lock().map_err(io::Error::from)?;
    file.write_all(header.as_bytes())?;
    file.sync_all()?;
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
    use futures_util::future::join_all;

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

    #[tokio::test]
    async fn many_write_one_journal_and_every_word_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.ndjson");
        let pen = Pen::new(&path, header());
        assert!(!path.exists(), "nothing was written yet");
        let words = (0..200).map(|case| {
            let pen = pen.clone();
            async move { pen.write(&[Entry::Closed { case, attempt: 1 }]).await }
        });
        assert!(join_all(words).await.iter().all(Result::is_ok));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 201);
        assert_eq!(Journal::read(&text).unwrap().header, header());
        assert!(File::open(&path).unwrap().try_lock().is_err(), "it is locked while the pen lives");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_said_and_a_dry_pen_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/journal.ndjson");
        let error = Pen::new(&path, header()).write(&[Entry::Settled]).await.unwrap_err().to_string();
        let expected = format!("the clean-up journal cannot be written: {}: No such file", path.display());
        assert!(error.starts_with(&expected), "{error}");
        assert_eq!(Pen::dry().write(&[Entry::Settled]).await, Ok(()));
    }
}
