//! `logs`: `CloudWatch` Logs over the window: a sequence that must appear, events that must not.
//!
//! **What counts.** Lines of the streams asked for, from the window's start on. Clocks differ a little: where an entry of
//! `sequence` that nothing in the window matches is met by a line from up to [`crate::aws::CLOCK_SKEW`] before, whoever
//! wrote it is behind, and the lines that followed count too. Other lines from before never do; they would make a false
//! red. What AWS itself took in before the window opened (`ingestionTime`) is old, whatever time it bears. With
//! `from_tasks`, only lines of those tasks count; what others wrote is only mentioned.
//!
//! **What is complete.** That something is *not* in a log is known only once the log is complete up to the moment of
//! which it is claimed. That moment is the look that first saw the whole `sequence` (or, without one, that began the
//! look). `aws.log_lag` must have passed since, and one more scan been made. A later line of the same stream proves
//! nothing: lines may become visible out of order, and the one that is late may be the error. A look waits for that
//! itself, as long as its deadline allows, so that each look at a guard speaks of the moment at which it was asked. Where a
//! step's look could not be finished, since AWS would not answer, the next one goes on with its claim (`Vantage::anew`),
//! unless it also waits for an `until` that did not hold yet: that may come about later than what was claimed. What
//! `sequence` says of *exactly once* is held against everything seen by the look that ends the waiting: with `none`, that
//! is the complete log; without, the engine looks again before the verdict, with the same claim.
//!
//! What expressions read of a log is judged on the complete log, too, where no `until` says when (`Vantage::whole_log`):
//! what is there may yet be joined by an error, and what is missing may yet come. Until then it is not known. And what holds
//! only since nothing stands in it (`logs.events.all(…)`) is not known where nobody was heard there of late.

mod authors;
mod demands;
mod event;
mod hearing;
mod level;
#[cfg(test)]
mod looks;
mod matching;
mod nearest;
mod pattern;
mod query;
mod seen;
mod since;
#[cfg(test)]
mod tests;

use std::sync::Mutex;
use std::time::Duration;

use regex::Regex;
use serde_json::Value as Json;
use tokio::time::Instant;

use authors::Authors;
use demands::NOBODY;
pub use event::Event;
use pattern::Pattern;
pub use query::Query;
pub use seen::{FIELDS, LogsSeen};
pub use since::Since;

use super::{Gap, LookError, LookErrorKind, Vantage};
use crate::aws::Reader;
use crate::expr::{self, EvaluationError, Scope, Template};

/// The longest pause between two scans while a look waits for the log to be complete.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is written under `logs`.
#[derive(Debug)]
pub struct Logs {
    /// `group`.
    pub group: Template,
    /// `stream_prefix`.
    pub stream_prefix: Option<Template>,
    /// `from_tasks`: a list of task ids, ARNs or tasks as `service.tasks` holds them; only their lines count.
    pub from_tasks: Option<Template>,
    /// `sequence`: in this order, each exactly once. Every entry is a map of fields and the values they must have.
    pub sequence: Vec<Vec<(String, Template)>>,
    /// `none`: none of these.
    pub none: Vec<Vec<(String, Template)>>,
    /// `text`: a regular expression with named groups, which become the fields of lines that are not JSON.
    pub text: Option<Template>,
}

impl Logs {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let Self { group, stream_prefix, from_tasks, sequence, none, text } = self;
        let single = [Some(group), stream_prefix.as_ref(), from_tasks.as_ref(), text.as_ref()];
        let entries = sequence.iter().chain(none).flatten().map(|(_, template)| template);
        single.into_iter().flatten().chain(entries).collect()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope) -> Result<Query, EvaluationError> {
        let text = |template: &Option<Template>| template.as_ref().map(|text| text.evaluate_text(scope)).transpose();
        let tasks = self.from_tasks.as_ref().map(|tasks| authors(&expr::to_json(&tasks.fill(scope)?)));
        let query = Query {
            group: self.group.evaluate_text(scope)?,
            prefix: text(&self.stream_prefix)?.filter(|prefix| !prefix.is_empty()),
            tasks: tasks.transpose()?,
            sequence: patterns(&self.sequence, scope)?,
            none: patterns(&self.none, scope)?,
            text: text(&self.text)?.map(|text| regular(&text)).transpose()?,
            claimed: Mutex::default(),
            heard: Box::default(),
        };
        if query.group.is_empty() { Err(problem("the log group must not be empty")) } else { Ok(query) }
    }

    /// The same streams without demands, whose values may not be known yet.
    ///
    /// # Errors
    /// Where the group or the prefix cannot be filled in.
    pub fn bare(&self, scope: &Scope) -> Result<Query, EvaluationError> {
        let prefix = self.stream_prefix.as_ref().map(|prefix| prefix.evaluate_text(scope)).transpose()?;
        Ok(Query::everything(&self.group.evaluate_text(scope)?, prefix.as_deref().filter(|prefix| !prefix.is_empty())))
    }
}

fn patterns(entries: &[Vec<(String, Template)>], scope: &Scope) -> Result<Vec<Pattern>, EvaluationError> {
    let pattern = |fields: &Vec<(String, Template)>| {
        let filled = fields.iter().map(|(name, value)| Ok((name.clone(), expr::to_json(&value.fill(scope)?))));
        Ok(Pattern::new(filled.collect::<Result<_, EvaluationError>>()?))
    };
    entries.iter().map(pattern).collect()
}

fn authors(tasks: &Json) -> Result<Authors, EvaluationError> {
    let problem = || problem("from_tasks must be a list of task ids, ARNs, or tasks as in service.tasks");
    Authors::of(tasks).ok_or_else(problem)
}

fn regular(text: &str) -> Result<Regex, EvaluationError> {
    Regex::new(text).map_err(|error| problem(&format!("text is not a regular expression: {error}")))
}

fn problem(message: &str) -> EvaluationError {
    EvaluationError::new(message)
}

impl Query {
    /// Looks once; where only late lines could still change the answer, for as long as they may be late.
    ///
    /// # Errors
    /// Where nothing could be seen; a log group that is not there is a [`LookErrorKind::System`], which waiting may
    /// outlast.
    pub async fn look(&self, vantage: &Vantage) -> Result<LogsSeen, LookError> {
        let reader = vantage.instruments.aws.as_ref().ok_or_else(no_aws)?;
        let pause = (reader.log_lag() / 4).min(LONGEST_PAUSE);
        if vantage.anew {
            self.unclaim(vantage.whole_log);
        }
        let mut seen = self.look_once(vantage, reader).await?;
        if self.has_only_none()
            && !self.names_nobody()
            && seen.is_mute()
            && let Some(why) = Box::pin(self.unheard(vantage, reader, seen.has_lines())).await?
        {
            seen.doubt(&why.reason);
            return Ok(seen);
        }
        while seen.waits_for_late_lines() && Instant::now() + pause * 2 < vantage.deadline {
            tokio::time::sleep(pause).await;
            match self.look_once(vantage, reader).await {
                Ok(later) => seen = later,
                // What was seen stands, with what it leaves unknown; the engine looks again.
                Err(_) => return Ok(seen),
            }
        }
        Box::pin(self.doubt_levels(vantage, reader, &mut seen)).await?;
        if vantage.whole_log && seen.is_empty() {
            seen.silent = Box::pin(self.silent(vantage, reader)).await;
        }
        Ok(seen)
    }

    /// Why it says nothing that a complete log is empty, where it does not.
    async fn silent(&self, vantage: &Vantage, reader: &Reader) -> Option<Gap> {
        if self.names_nobody() {
            return Some(Gap::lasting(NOBODY));
        }
        self.unheard(vantage, reader, false).await.unwrap_or_else(|error| Some(Gap::from(&error)))
    }

    /// One scan, judged. The first that sees the whole `sequence` claims the log to be complete up to then.
    async fn look_once(&self, vantage: &Vantage, reader: &Reader) -> Result<LogsSeen, LookError> {
        let scan = reader.since(&vantage.window, |since| reader.scan(&self.group, self.prefix.as_deref(), since));
        let scan = reader.before(vantage.deadline, "logs", scan).await?;
        let since = Since::opening(&vantage.window, reader);
        let claim = self.claimed().unwrap_or(scan.began);
        let judge = || {
            let claim = (claim, reader.log_lag());
            let seen = LogsSeen::of(self, &scan, since, claim, &vantage.instruments.redactor);
            if vantage.whole_log { seen.ripening(claim) } else { seen }
        };
        let mut seen = judge();
        if let Some(tasks) = self.tasks.as_ref().filter(|_| !seen.strangers.is_empty())
            && tasks.ask(std::mem::take(&mut seen.strangers), reader, vantage.deadline).await
        {
            seen = judge();
        }
        if seen.is_whole() {
            self.claimed().get_or_insert(claim);
        }
        Ok(seen)
    }
}

fn no_aws() -> LookError {
    let message = "the target has no aws in smoke.yaml: a logs step cannot look".to_owned();
    LookError { kind: LookErrorKind::Unusable, message, retry_after: None }
}
