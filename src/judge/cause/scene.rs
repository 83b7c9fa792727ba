//! Everything that was seen around a failure.

use std::time::Duration;

use crate::judge::because::humane;
use crate::probe::finding::{AlarmFinding, Answer, Finding, LogFinding, ServiceFinding};

/// What a resource says of itself while nobody has taken it up.
const QUEUED: [&str; 7] = ["queued", "pending", "waiting", "uploaded", "created", "new", "submitted"];
/// While somebody works on it.
const BUSY: [&str; 8] =
    ["processing", "running", "in_progress", "importing", "finalizing", "started", "working", "active"];
/// Once the work is done.
const DONE: [&str; 7] = ["completed", "complete", "done", "succeeded", "success", "finished", "imported"];

/// What was seen around a failure.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'scene> {
    /// What decided the verdict.
    pub own: Own<'scene>,
    /// What the steps before it saw, in order.
    pub earlier: &'scene [Finding],
    /// What one more look all around saw.
    pub around: &'scene [Finding],
}

/// The step or guard that decided the verdict.
#[derive(Debug, Clone, Copy)]
pub struct Own<'scene> {
    /// The kind of its probe; none where it was no step.
    pub by: Option<&'scene str>,
    /// What it says of itself.
    pub said: &'scene str,
    /// Its expectations that do not hold, as they are written.
    pub broken: &'scene [String],
    /// How long was waited for what did not come about; none where something that was seen decided.
    pub waited: Option<Duration>,
    /// Whether something else, such as the scenario's timeout, ended it before its own time was over.
    pub cut_short: bool,
    /// What it saw last.
    pub saw: &'scene [Finding],
}

/// How far the work has come that the journey is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nobody has taken it up.
    Queued,
    /// Somebody works on it.
    Busy,
    /// It is done.
    Done,
    /// It waits for something else.
    Other,
}

impl Own<'_> {
    /// Whether one of its expectations that do not hold reads one of these fields.
    pub(super) fn broke(&self, fields: &[&str]) -> bool {
        self.broken.iter().any(|text| fields.iter().any(|field| text.contains(field)))
    }
}

impl<'scene> Scene<'scene> {
    /// The newest first: what the step saw itself counts before what was seen later by others.
    fn findings(&self) -> impl Iterator<Item = &'scene Finding> + use<'scene> {
        self.own.saw.iter().chain(self.around)
    }

    /// Every service, once.
    pub(super) fn services(&self) -> impl Iterator<Item = &'scene ServiceFinding> + use<'scene> {
        let mut known = std::collections::BTreeSet::new();
        let services = self.findings().filter_map(|finding| match finding {
            Finding::Service(service) => Some(service),
            _ => None,
        });
        services.filter(move |service| known.insert(service.name.as_str()))
    }

    /// Every log.
    pub(super) fn logs(&self) -> impl Iterator<Item = &'scene LogFinding> + use<'scene> {
        self.findings().filter_map(|finding| match finding {
            Finding::Log(log) => Some(log),
            _ => None,
        })
    }

    /// Every alarm.
    pub(super) fn alarms(&self) -> impl Iterator<Item = &'scene AlarmFinding> + use<'scene> {
        self.findings().filter_map(|finding| match finding {
            Finding::Alarm(alarm) => Some(alarm),
            _ => None,
        })
    }

    /// The answer that decided, where it was one.
    pub(super) fn own_answer(&self) -> Option<&'scene Answer> {
        self.own.saw.iter().find_map(answer)
    }

    /// The last request before the failure that asked for something to be done, and its answer.
    pub(super) fn last_order(&self) -> Option<&'scene Answer> {
        self.earlier.iter().rev().filter_map(answer).find(|answer| !answer.read)
    }

    /// What the API says of the work: in the answer that decided, else when asked once more, else the last time before.
    pub(super) fn state(&self) -> Option<&'scene str> {
        let state = |finding: &'scene Finding| answer(finding)?.state.as_deref();
        let known = |state: &&str| progress(state) != Progress::Other;
        let again = || {
            let mut states = self.around.iter().filter_map(state);
            states.clone().find(known).or_else(|| states.next())
        };
        let before = || self.earlier.iter().rev().find_map(state);
        self.own.saw.iter().find_map(state).or_else(again).or_else(before)
    }

    /// How far the work has come, where the API says that.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.state().map(progress)
    }

    /// `still queued after 2 min`; none where nothing was waited for in vain.
    pub(super) fn still(&self) -> Option<String> {
        let waited = humane(self.own.waited?)?;
        Some(format!("still {} after {waited}", self.state()?))
    }
}

fn answer(finding: &Finding) -> Option<&Answer> {
    match finding {
        Finding::Answer(answer) => Some(answer),
        _ => None,
    }
}

fn progress(state: &str) -> Progress {
    let state = state.to_ascii_lowercase();
    let is_one_of = |words: &[&str]| words.contains(&state.as_str());
    match () {
        () if is_one_of(&QUEUED) => Progress::Queued,
        () if is_one_of(&BUSY) => Progress::Busy,
        () if is_one_of(&DONE) => Progress::Done,
        () => Progress::Other,
    }
}
