//! A whole run.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::span::between;
use super::{Counts, Scenario};
use crate::diagnostic::tidy_path;
use crate::event::{AwsUse, Planned, Shard};
use crate::verdict::Verdict;

/// One run, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Name of its folder under `reports/`; sorts by time.
    pub id: String,
    /// Name of the target.
    pub target: String,
    /// What is tested, as version control knows it, where that is known.
    pub revision: Option<String>,
    /// Which part of the plan it is, where that was shared out.
    pub shard: Option<Shard>,
    /// All that was to be shared out, in plan order; none where nothing was, or nobody kept it.
    pub whole: Option<Vec<Planned>>,
    /// The options that it was called with, as far as they change what it means, a word each; none where nobody kept them.
    pub options: Option<Vec<String>>,
    /// Whether the target was a sandbox that ended with the run, and with it whatever was made there.
    pub embedded: bool,
    /// Where the folder lies that files are named from, seen from the root of the repository or from where smoke was
    /// started; none where it is that.
    pub folder: Option<String>,
    /// Version of smoke.
    pub smoke: String,
    /// Which AWS account, region and endpoints were looked at; a line each.
    pub identity: Vec<String>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it came to its end; none while it goes on.
    pub ended: Option<DateTime<Utc>>,
    /// What is said of it; none while it goes on.
    pub verdict: Option<Verdict>,
    /// The process's exit code; none while it goes on.
    pub exit_code: Option<u8>,
    /// The signal that asked it to stop.
    pub stopped_by: Option<String>,
    /// Why it broke off, where it did not come to its own end.
    pub broken_off: Option<String>,
    /// What the AWS reader sent and saved.
    pub aws: AwsUse,
    /// Requests that `http` steps sent.
    pub http_requests: u64,
    /// Every scenario of the plan, in its order.
    pub scenarios: Vec<Scenario>,
}

/// How the id of a run ends that was put together of shards.
pub(super) const MERGED: &str = "-merged";

impl Run {
    /// Whether it was put together of shards: what they kept beside their records is not with it.
    #[must_use]
    pub fn is_merged(&self) -> bool {
        self.id.ends_with(MERGED)
    }

    /// A file as it is called in the repository: what CI systems make links of.
    #[must_use]
    pub fn located(&self, file: &str) -> String {
        match &self.folder {
            Some(folder) => tidy_path(&Path::new(folder).join(file)).to_string_lossy().replace('\\', "/"),
            None => file.to_owned(),
        }
    }

    /// What there is of everything, and what came of it.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(&self.scenarios)
    }

    /// From its beginning to its end, ms; 0 while it goes on.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        between(Some(self.started), self.ended)
    }

    /// Whether a gate may let pass what was seen: the exit code is 0, or would have been, had every report been written.
    #[must_use]
    pub fn green(&self) -> bool {
        self.exit_code == Some(0) || self.verdict == Some(Verdict::Passed)
    }
}
