//! Everything that was seen around a failure.

use std::time::Duration;

use crate::judge::because::humane;
use crate::judge::course::Course;
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
    /// The services that the scenario itself wants to be without tasks.
    pub emptied: &'scene [String],
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
    /// What its looks said of the work, one after the other.
    pub course: &'scene Course,
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

    /// The last request before the failure that asked for something to be done with what the deciding one asks about:
    /// `POST /imports/7f/finalize` before `GET /imports/7f`, `POST /imports` likewise.
    pub(super) fn last_order(&self) -> Option<&'scene Answer> {
        let about = self.own_answer()?;
        self.earlier.iter().rev().filter_map(answer).find(|answer| !answer.read && is_about_the_same(answer, about))
    }

    /// What the API says of the work: in the answer that decided; where a log did, when asked once more, else the last
    /// time before. What another probe was told of something else says nothing of it.
    pub(super) fn state(&self) -> Option<&'scene str> {
        let before = || self.earlier.iter().rev().filter_map(answer).filter(|answer| answer.read).find_map(well);
        self.state_now().or_else(|| before().filter(|_| self.own.by == Some("logs")))
    }

    /// The same, as it is now.
    fn state_now(&self) -> Option<&'scene str> {
        if self.own.by != Some("logs") {
            return well(self.own_answer()?);
        }
        let known = |state: &&str| progress(state) != Progress::Other;
        let mut states = self.around.iter().filter_map(answer).filter_map(well);
        states.clone().find(known).or_else(|| states.next())
    }

    /// That the work is still so far, in words: `still queued after 2 min`. None where it is not, nothing was waited for in
    /// vain, the system does not say how far it is, or what was waited for could not be told from what it says.
    pub(super) fn still(&self, at: Progress) -> Option<String> {
        let waited = humane(self.own.waited.filter(|_| self.own.course.tells())?)?;
        let state = self.state_now().filter(|state| progress(state) == at)?;
        Some(format!("still {state} after {waited}"))
    }

    /// Whether nobody has taken the work up, all the while.
    pub(super) fn nobody_came(&self) -> bool {
        self.own.course.states().all(|state| progress(state) == Progress::Queued)
    }

    /// Whether the state is what was waited for, and stayed the same all the while.
    pub(super) fn state_stands_still(&self) -> bool {
        self.own.broke(&["body.status", "body.state"]) && self.own.course.stands_still()
    }

    /// What the API says of the work, where that is done.
    pub(super) fn done(&self) -> Option<&'scene str> {
        self.state().filter(|state| progress(state) == Progress::Done)
    }
}

fn answer(finding: &Finding) -> Option<&Answer> {
    match finding {
        Finding::Answer(answer) => Some(answer),
        _ => None,
    }
}

/// What a good answer says of the state of what was asked about. That of an error is the error's own.
fn well(answer: &Answer) -> Option<&str> {
    answer.state.as_deref().filter(|_| (200..300).contains(&answer.status))
}

/// Whether one of two requests asks about a part of what the other does, as their paths say.
fn is_about_the_same(one: &Answer, other: &Answer) -> bool {
    let [one, other] = [&one.asked, &other.asked].map(|asked| {
        let (_, path) = asked.split_once(' ').unwrap_or_default();
        path.split(['?', '#']).next().unwrap_or_default().split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>()
    });
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    !short.is_empty() && long.starts_with(&short)
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
