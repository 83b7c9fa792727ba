//! Entries folded into what is left to be done. Pure, and content with whatever a killed process left: a last line that
//! was cut off was not on the disk when its request would have been sent, so that nothing was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use super::entry::{Entry, Header, VERSION};

/// A journal, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// The run.
    pub header: Header,
    /// Attempts that noted something, in the order in which they began to.
    pub attempts: Vec<Attempt>,
    /// Whether a person has seen to what was left.
    pub settled: bool,
}

/// An attempt at a case, and how far its clean-up came.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Index of the case in the run's plan.
    pub case: usize,
    /// From 1.
    pub number: u32,
    /// The case's id, with the row of a matrix.
    pub id: String,
    /// Where its scenario stands.
    pub file: String,
    /// Tells whether what was written has changed since.
    pub fingerprint: String,
    /// Fields of `vars` and `row` that its clean-up reads.
    pub scope: Map<String, Json>,
    /// Whether it has any clean-up.
    pub cleans: bool,
    /// What it sent that may have made something.
    pub sent: Vec<Sent>,
    /// Names that its clean-up reads, and their values.
    pub kept: Map<String, Json>,
    /// Names that its clean-up reads, whose values are secrets.
    pub withheld: BTreeSet<String>,
    /// Steps of `finally` that are done.
    pub cleaned: BTreeSet<String>,
    /// What its clean-up did in vain.
    pub left: BTreeSet<String>,
    /// Whether nothing of it is left.
    pub closed: bool,
}

/// Something that was sent, or about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: DateTime<Utc>,
    /// The step's name.
    pub step: String,
    /// What it did: `POST /api/v1/bulk-imports`.
    pub what: String,
    /// Names that it would have brought and that clean-up reads.
    pub brings: Vec<String>,
    /// Whether it stays unknown what it made where no answer comes.
    pub open: bool,
    /// Whether there was an answer.
    pub answered: bool,
}

/// Why a file is no journal that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing was on the disk yet when the process ended, so nothing was sent.
    #[error("it is empty")]
    Empty,
    /// Its first line says nothing of a run.
    #[error("it does not begin as a journal of smoke")]
    Foreign,
    /// Written by a version of smoke that this one does not know.
    #[error("it has version {0}, and this smoke reads only {VERSION}: use the smoke that wrote it, or a newer one")]
    Version(u32),
}

impl Journal {
    /// Reads a journal's text.
    ///
    /// # Errors
    /// Where it does not begin as one. Lines further on that cannot be read are left out.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let Some((first, rest)) = text.split_once('\n') else { return Err(Unreadable::Empty) };
        let header = match serde_json::from_str(first) {
            Ok(Entry::Run(header)) if header.version == VERSION => header,
            _ => return Err(unreadable(first)),
        };
        let mut journal = Self { header, attempts: Vec::new(), settled: false };
        for entry in rest.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            journal.apply(entry);
        }
        Ok(journal)
    }

    /// Attempts of which something may be left. Where nothing was sent, and clean-up was not in vain, nothing is; nor where
    /// there is no clean-up, and everything was answered.
    pub fn unfinished(&self) -> impl Iterator<Item = &Attempt> {
        let open = |attempt: &&Attempt| attempt.to_take_away().next().is_some() || !attempt.left.is_empty();
        self.attempts.iter().filter(|attempt| !self.settled && !attempt.closed).filter(open)
    }

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Run(_) => {}
            Entry::Attempt { case, attempt: number, id, file, fingerprint, scope, cleans } => {
                let (sent, kept) = (Vec::new(), Map::new());
                let (withheld, cleaned, left) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
                let attempt = Attempt {
                    case,
                    number,
                    id,
                    file,
                    fingerprint,
                    scope,
                    cleans,
                    sent,
                    kept,
                    withheld,
                    cleaned,
                    left,
                    closed: false,
                };
                self.attempts.push(attempt);
            }
            Entry::Sending { case, attempt, at, step, what, brings, open } => self.of(case, attempt, |attempt| {
                attempt.sent.push(Sent { at, step, what, brings, open, answered: false });
            }),
            Entry::Ended { case, attempt, step, answered, kept, withheld } => self.of(case, attempt, |attempt| {
                let sent = attempt.sent.iter_mut().filter(|sent| sent.step == step);
                sent.for_each(|sent| sent.answered |= answered);
                attempt.kept.extend(kept);
                attempt.withheld.extend(withheld);
            }),
            Entry::Cleaned { case, attempt, step } => self.of(case, attempt, |attempt| {
                attempt.cleaned.insert(step);
            }),
            Entry::Left { case, attempt, what } => self.of(case, attempt, |attempt| {
                attempt.left.insert(what);
            }),
            Entry::Closed { case, attempt } => self.of(case, attempt, |attempt| attempt.closed = true),
            Entry::Settled => self.settled = true,
        }
    }

    fn of(&mut self, case: usize, number: u32, change: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = self.attempts.iter_mut().find(|one| one.case == case && one.number == number) {
            change(attempt);
        }
    }
}

impl Sent {
    fn is_silent(&self) -> bool {
        !self.answered && (self.open || !self.brings.is_empty())
    }
}

impl Attempt {
    /// What is to be taken away, in words: `what POST /imports made`, `what DELETE /imports/7 was to take away`; and what is
    /// known of it: `; what came of it: id = "7"`.
    #[must_use]
    pub fn remains(&self) -> String {
        let mut made = self.to_take_away().map(|sent| sent.what.as_str()).peekable();
        let (all, what): (Vec<&str>, _) = if made.peek().is_some() {
            (made.collect(), "made")
        } else {
            (self.left.iter().map(String::as_str).collect(), "was to take away")
        };
        let kept: Vec<String> = self.kept.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let kept = if kept.is_empty() { String::new() } else { format!("; what came of it: {}", kept.join(", ")) };
        format!("what {} {what}{kept}", all.join(" and "))
    }

    /// What was sent and never answered, and may have made something that nobody was told of.
    pub fn silent(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|sent| sent.is_silent())
    }

    /// What was sent and is somebody's to take away: whatever it was where there is clean-up, else what never was answered.
    fn to_take_away(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|sent| self.cleans || sent.is_silent())
    }

    /// Names that clean-up reads and nobody knows the values of, each with what was sent and never answered.
    #[must_use]
    pub fn unanswered(&self) -> BTreeMap<&str, &Sent> {
        let names = self.silent().flat_map(|sent| sent.brings.iter().map(move |name| (name.as_str(), sent)));
        names.filter(|(name, _)| !self.kept.contains_key(*name)).collect()
    }
}

/// What can be told of a first line that is none of ours.
fn unreadable(first: &str) -> Unreadable {
    let json = serde_json::from_str::<Json>(first).unwrap_or_default();
    let version = json["version"].as_u64().filter(|_| json["entry"] == "run");
    version.and_then(|version| u32::try_from(version).ok()).map_or(Unreadable::Foreign, Unreadable::Version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"entry":"run","version":1,"run":"r","started":"2026-11-25T16:00:00Z","target":"t","api_url":null,"vars":{}}"#;
    const ATTEMPT: &str =
        r#"{"entry":"attempt","case":0,"attempt":1,"id":"a","file":"a.yaml","fingerprint":"f","scope":{}}"#;
    const SENDING: &str = r#"{"entry":"sending","case":0,"attempt":1,"at":"2026-11-25T16:00:01Z","step":"make","what":"POST /x","brings":["id"]}"#;
    const ENDED: &str =
        r#"{"entry":"ended","case":0,"attempt":1,"step":"make","answered":true,"kept":{"id":7},"withheld":[]}"#;
    const CLEANED: &str = r#"{"entry":"cleaned","case":0,"attempt":1,"step":"remove"}"#;
    const LEFT: &str = r#"{"entry":"left","case":0,"attempt":1,"what":"DELETE /x/7"}"#;
    const CLOSED: &str = r#"{"entry":"closed","case":0,"attempt":1}"#;
    const SETTLED: &str = r#"{"entry":"settled"}"#;

    /// How many attempts are unfinished, and what was never answered.
    #[track_caller]
    fn check(lines: &[&str], expected: Result<(usize, &[&str]), Unreadable>) {
        let read = Journal::read(&lines.join("\n"));
        let found = read.as_ref().map(|journal| {
            let unfinished: Vec<&Attempt> = journal.unfinished().collect();
            let unanswered = unfinished.iter().flat_map(|attempt| attempt.unanswered().into_keys());
            (unfinished.len(), unanswered.collect::<Vec<_>>())
        });
        assert_eq!(found.map_err(Clone::clone), expected.map(|(many, names)| (many, names.to_vec())));
    }

    #[test]
    fn what_was_sent_is_unfinished_until_it_is_closed() {
        check(&[RUN, ""], Ok((0, &[])));
        check(&[RUN, ATTEMPT, ""], Ok((0, &[])));
        check(&[RUN, ATTEMPT, SENDING, ""], Ok((1, &["id"])));
        check(&[RUN, ATTEMPT, SENDING, ENDED, ""], Ok((1, &[])));
        check(&[RUN, ATTEMPT, SENDING, ENDED, CLEANED, ""], Ok((1, &[])));
        check(&[RUN, ATTEMPT, SENDING, ENDED, CLEANED, CLOSED, ""], Ok((0, &[])));
        check(&[RUN, ATTEMPT, SENDING, SETTLED, ""], Ok((0, &[])));
    }

    /// Without clean-up there is only that of which nobody knows whether it made something.
    #[test]
    fn what_was_never_answered_is_unfinished_whether_there_is_clean_up_or_not() {
        #[track_caller]
        fn check(cleans: bool, open: bool, answered: bool, expected: (usize, usize)) {
            let attempt = ATTEMPT.replace("\"scope\"", &format!("\"cleans\":{cleans},\"scope\""));
            let sending = SENDING.replace("[\"id\"]", &format!("[],\"open\":{open}"));
            let ended = ENDED.replace("true", &answered.to_string());
            let journal = Journal::read(&[RUN, &attempt, &sending, &ended, ""].join("\n")).unwrap();
            let silent = journal.unfinished().map(|attempt| attempt.silent().count()).sum();
            assert_eq!((journal.unfinished().count(), silent), expected);
        }
        check(true, true, false, (1, 1));
        check(true, true, true, (1, 0));
        check(true, false, false, (1, 0));
        check(false, true, false, (1, 1));
        check(false, true, true, (0, 0));
        check(false, false, false, (0, 0));
    }

    #[test]
    fn clean_up_in_vain_is_unfinished_even_where_nothing_was_sent() {
        check(&[RUN, ATTEMPT, LEFT, ""], Ok((1, &[])));
        check(&[RUN, ATTEMPT, LEFT, SETTLED, ""], Ok((0, &[])));
        check(&[RUN, ATTEMPT, LEFT, CLOSED, ""], Ok((0, &[])));
        check(&[RUN, ATTEMPT, ENDED, ""], Ok((0, &[])));
    }

    #[test]
    fn what_remains_is_said() {
        #[track_caller]
        fn check(lines: &[&str], expected: &str) {
            let journal = Journal::read(&lines.join("\n")).unwrap();
            let remains: Vec<String> = journal.unfinished().map(Attempt::remains).collect();
            assert_eq!(remains, [expected]);
        }
        let again = &SENDING.replace("POST /x", "PUT /y");
        check(&[RUN, ATTEMPT, SENDING, again, LEFT, ""], "what POST /x and PUT /y made");
        check(&[RUN, ATTEMPT, LEFT, LEFT, ""], "what DELETE /x/7 was to take away");
    }

    #[test]
    fn a_line_that_was_cut_off_was_never_acted_upon() {
        check(&[RUN, ATTEMPT, &SENDING[..40]], Ok((0, &[])));
        check(&[RUN, ATTEMPT, SENDING, &ENDED[..40]], Ok((1, &["id"])));
        check(&[&RUN[..40]], Err(Unreadable::Empty));
        check(&[""], Err(Unreadable::Empty));
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        check(&["hello", ""], Err(Unreadable::Foreign));
        check(&[ATTEMPT, ""], Err(Unreadable::Foreign));
        check(&[&RUN.replace("\"version\":1", "\"version\":9"), ""], Err(Unreadable::Version(9)));
    }
}
